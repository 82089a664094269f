"""How many children come back to a protection plan, and when: own counts, or those of England."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import special

from riskmodel.core.arrays import Floats
from riskmodel.core.result import range_text
from riskmodel.demand.simulation.repeats import Repeats
from riskmodel.parameters import parameter
from riskmodel.projection import month_words
from riskmodel.snapshots import RepeatPlans
from riskmodel.streams import uniforms

__all__ = [
    "few_repeats",
    "panel_repeats",
    "repeat_sentence",
    "repeat_shares",
    "repeat_timing",
    "repeats_of",
]

_FIRST_YEAR = 2013
"""The first year of England's shares."""

_MOST = 0.95
"""Share of ended plans after which a child comes back, at most."""


def panel_repeats(
    years: Sequence[int], column: Callable[[str], Sequence[float]], source: str
) -> RepeatPlans | None:
    """Second and subsequent plans, and all plans that started, in the last year that has both.

    Parameters
    ----------
    years
        Years of the figures, in order.
    column
        An authority's figures by the panel's name.
    source
        For captions.
    """
    again, of = column("cpp_starts_second_or_subsequent"), column("cpp_starts")
    for year, repeat, every in reversed(list(zip(years, again, of, strict=True))):
        if 0 <= repeat <= every and every > 0:
            return RepeatPlans(
                round(repeat), round(every), f"year to March {year}, {source}", "observed"
            )
    return None


def repeat_timing(months: int) -> Floats:
    """Of the children who come back, the share that does so in each later month.

    Shape (months,), nought in the month of the end. A gamma distribution, summed over each month.
    """
    mean, shape = (parameter(f"repeat_plan_timing_{name}").value for name in ("months", "shape"))
    return np.diff(special.gammainc(shape, np.arange(months) * shape / mean), prepend=0.0)


def few_repeats(counted: RepeatPlans | None) -> bool:
    """Whether nothing was counted, or too little in own records to be used."""
    if counted is None:
        return True
    few = parameter("disclosure_threshold").value
    return bool(counted.followed) and min(counted.again, counted.of - counted.again) <= few


def repeat_shares(counted: RepeatPlans | None, opening: str, uniform: Floats) -> Floats:
    """Share of ended plans after which the child comes back, sooner or later.

    Parameters
    ----------
    counted
        The authority's own counts; None where nothing is known, or too few were counted.
    opening
        Month at whose end the projection opens.
    uniform
        Probability levels of the distribution at which to take it, 0 to 1, any shape.

    Notes
    -----
    The prior is a gamma distribution with England's share of the year and the spread between
    authorities. The counted plans are Poisson, given the plans after which a child could have come
    back. If there are about as many starts as ends, the share of starts that are second or
    subsequent plans equals the share of ends after which one follows. If records follow a plan for
    k months, they show the part G(k) of those who come back, with G from :func:`repeat_timing`.
    """
    shares = parameter("repeat_plan_shares_england").numbers
    year = int(opening[:4]) - (opening[5:7] < "03") - _FIRST_YEAR
    usual = shares[min(max(year, 0), len(shares) - 1)]
    rate = usual / parameter("repeat_plan_share_spread").value ** 2
    number = usual * rate
    if counted is not None:
        seen = float(counted.of)
        if counted.followed:
            followed = np.array(counted.followed, dtype=np.float64)
            seen = float(followed @ np.cumsum(repeat_timing(len(followed))))
        number, rate = number + counted.again, rate + seen
    return np.asarray(np.minimum(special.gammaincinv(number, uniform) / rate, _MOST))


def repeats_of(
    counted: RepeatPlans | None, opening: str, months: int, replicates: int, seed: int
) -> Repeats:
    """The children who come back to a plan, in each simulation; see :func:`repeat_shares`."""
    told = None if few_repeats(counted) else counted
    drawn = uniforms(seed, "demand/repeat_plans", replicates)
    return Repeats(repeat_shares(told, opening, drawn), repeat_timing(months))


def repeat_sentence(counted: RepeatPlans | None, opening: str) -> str:
    """For readers of a scenario: how many children come back, and where the number is from."""
    told = None if few_repeats(counted) else counted
    level = parameter("needs_interval_level").value
    ends = np.array([(1 - level) / 2, 0.5, (1 + level) / 2])
    low, middle, high = 100 * repeat_shares(told, opening, ends)
    within = float(np.cumsum(repeat_timing(13))[-1])
    if told is None:
        source = f"England's share of plan starts by {month_words(opening)}, DfE (assumed)"
    else:
        source = f"{told.source} ({told.basis})"
    return (
        f"after {middle:.0f}% of plans that end another follows ({level:.0%} range "
        f"{range_text(low, high)}; {source}), in {within:.0%} of these cases within a year "
        "(assumed); a scenario that changes how many plans end changes later starts accordingly"
    )
