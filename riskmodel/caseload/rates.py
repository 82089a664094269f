"""Assumed rates of the workforce, drawn together once in each simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from riskmodel.caseload.posts import published_workforce
from riskmodel.caseload.workforce import Workforce
from riskmodel.core.arrays import Floats
from riskmodel.parameters import parameter
from riskmodel.streams import uniforms

__all__ = ["ASSUMED_RATES", "JointRates", "drawn_rates", "joint_rates"]

ASSUMED_RATES = {
    "vacancy_rate": "vacancies",
    "newly_qualified_share": "newly qualified workers",
    "newly_qualified_protection": "their protected caseload",
    "sickness_rate": "sickness",
    "turnover_rate": "turnover",
}
"""Rates that have a range, and their names in words."""


class JointRates(NamedTuple):
    """Posts needed if the assumed rates are drawn together.

    Parameters
    ----------
    rates
        Which were drawn, in words.
    needed
        Posts that each simulation needs then, shape (replicate,).
    share
        Share of the variance of these numbers that the rates account for; NaN if no number of posts
        is enough in some simulation.
    """

    rates: tuple[str, ...]
    needed: Floats
    share: float


def drawn_rates(
    workforce: Workforce, seed: int, replicates: int, months: int, purpose: str = "drawn"
) -> tuple[Workforce, tuple[str, ...]]:
    """A workforce whose assumed rates differ between simulations, and which rates these are.

    Parameters
    ----------
    workforce
        A rate that differs from the assumed one is an authority's own figure, or set by a scenario:
        it is kept.
    seed, replicates, months
        How many numbers; each rate has a stream of its own.
    purpose
        Another purpose gives other random numbers.

    Notes
    -----
    Each rate is drawn independently and uniformly between the ends of its range, parameters
    ``workforce_…_range``.
    """
    usual, drawn = published_workforce(), {}
    for name in ASSUMED_RATES:
        if np.array_equal(workforce.monthly(name, months), usual.monthly(name, months)):
            low, high = parameter(f"workforce_{name}_range").numbers
            share = uniforms(seed, f"caseload/rates/{purpose}/{name}", replicates)
            length = workforce.months or months
            drawn[name] = np.tile(low + (high - low) * share, (length, 1))
    return workforce.changed(**drawn), tuple(drawn)


def joint_rates(
    needed: Callable[[Workforce], Floats],
    workforce: Workforce,
    seed: int,
    size: tuple[int, int],
) -> JointRates | None:
    """Posts needed with the assumed rates drawn together; None where none is assumed.

    Parameters
    ----------
    needed
        Posts that each simulation needs with a workforce, shape (replicate,).
    workforce, seed
        As :func:`drawn_rates` takes them.
    size
        Simulations and months.

    Notes
    -----
    The part of the variance that is due to the rates is half the mean squared difference of two
    answers that share everything but the rates (Jansen 1999).
    """
    force, names = drawn_rates(workforce, seed, *size)
    if not names:
        return None
    first, again = needed(force), needed(drawn_rates(workforce, seed, *size, "again")[0])
    share = float("nan")
    if np.isfinite([first, again]).all() and np.var(first) > 0:
        share = min(float(np.mean((first - again) ** 2) / 2 / np.var(first, ddof=1)), 1.0)
    return JointRates(tuple(ASSUMED_RATES[name] for name in names), first, share)
