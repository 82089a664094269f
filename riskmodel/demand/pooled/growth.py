"""How much of the growth that authorities had in common an authority's projection continues.

A common growth does not last for ever, and not every authority follows it. So growth learned some
years ago counts for less, and so does growth that an authority's own figures do not show.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.learned import Learned
from riskmodel.parameters import parameter

__all__ = [
    "age_in_years",
    "carried_growth",
    "children_in_growth",
    "growth_beside_drift",
    "own_growth",
    "years_of_growth",
]


_FEWEST_FIGURES = 3
"""Fewest figures, a year or more apart: two changes, so that their spread can be seen."""

_WEIGHT_OF_PRIOR = 3
"""Weight of the prior for the spread of an authority's own changes, in yearly changes."""

_ROUNDING = 1e-6
"""Tolerance in years: times are decimal years, whose twelfths are not exact."""


def age_in_years(learned: Learned, last: float) -> int:
    """Whole years by which the learning is older than a time; 0 where it is not.

    Parameters
    ----------
    learned
        The learning, which goes up to 31 March of its year.
    last
        Decimal year of the authority's last figure.

    Notes
    -----
    Whole years are used because figures of other authorities come once a year: until the next are
    out, nothing newer could have been learned.
    """
    return max(0, int(np.floor(last - learned.year + _ROUNDING)))


def own_growth(times: Floats, log_stock: Floats, errors: Floats) -> tuple[float, float] | None:
    """Yearly growth of an authority's own figures, and its variance; None for fewer than three.

    Parameters
    ----------
    times
        Decimal years in order, shape (figure,).
    log_stock
        Log of the figures, shape (figure,); none missing.
    errors
        Variance of each figure's own error on the log scale, shape (figure,).

    Notes
    -----
    Figures of the last years (``demand_own_growth_years``) are used, a year or more apart, counted
    back from the last. They are treated as a random walk: the growth is the whole change divided by
    the time, and its variance is that of a year's change divided by the time. The variance of a
    year's change is drawn towards a prior (``demand_own_change_spread``).
    """
    if len(times) < _FEWEST_FIGURES:
        return None
    since = times[-1] - parameter("demand_own_growth_years").value + _ROUNDING
    chosen = [len(times) - 1]
    for index in range(len(times) - 2, -1, -1):
        if since < times[index] <= times[chosen[-1]] - 1 + _ROUNDING:
            chosen.append(index)
    if len(chosen) < _FEWEST_FIGURES:
        return None
    ordered = chosen[::-1]
    steps, changes = np.diff(times[ordered]), np.diff(log_stock[ordered])
    between = float(steps.sum())
    growth = float(changes.sum()) / between
    squares = float(((changes - growth * steps) ** 2 / steps).sum())
    prior = parameter("demand_own_change_spread").value
    of_a_year = (squares + _WEIGHT_OF_PRIOR * prior**2) / (len(steps) - 1 + _WEIGHT_OF_PRIOR)
    of_ends = float(errors[ordered[0]] + errors[ordered[-1]])
    return growth, of_a_year / between + of_ends / between**2


def carried_growth(
    learned: Learned,
    origin: float,
    times: Floats,
    log_stock: Floats,
    errors: Floats | None = None,
) -> float:
    """Common growth that an authority's projection continues, log units a year.

    Parameters
    ----------
    learned
        What was learned from other authorities; its drift is the common growth.
    origin
        Decimal year after which nothing is known.
    times, log_stock
        Times and logs of the authority's own figures, in order of time, none missing; shape
        (figure,).
    errors
        Variance of each figure's own error on the log scale, shape (figure,); None is nought.

    Returns
    -------
    float
        Between 0 and the drift learned.

    Notes
    -----
    The drift halves with every ``demand_common_growth_half_life`` years of :func:`age_in_years`. An
    authority's own growth differs from it with a standard deviation of
    ``demand_own_growth_spread_`` followed by the stage, and :func:`own_growth` measures it with an
    error. The growth expected of the authority is their mean, each weighted by its precision.
    Nothing beyond the drift is carried forward, nor a change in the other direction: past falls, or
    a growth faster than the others', did not last.
    """
    half_life = parameter("demand_common_growth_half_life").value
    aged = learned.drift * 0.5 ** (age_in_years(learned, origin) / half_life)
    spread = parameter(f"demand_own_growth_spread_{learned.stage}").value
    known = np.zeros(len(times)) if errors is None else errors
    measured = own_growth(times, log_stock, known) if spread > 0 else None
    if measured is None:
        return float(aged)
    growth, variance = measured
    expected = (aged * variance + growth * spread**2) / (variance + spread**2)
    low, high = sorted((0.0, learned.drift))
    return float(min(max(expected, low), high))


def children_in_growth(learned: Learned, growth: float, children: float) -> float:
    """The growth of an authority's children within the growth carried forward, log units a year.

    Parameters
    ----------
    learned
        The learning; its common course is of numbers, because each authority has only one
        population.
    growth
        Growth that is carried forward, log units a year; see :func:`carried_growth`.
    children
        Yearly growth of the authority's children before the origin, log units.

    Notes
    -----
    The part growth / common growth of the growth in the years learned from is carried forward, and
    it contains the same part of the children's growth; but no more than all that is carried
    forward, and nothing if the children changed in the other direction.
    """
    common = (learned.course[-1] - learned.course[0]) / (learned.years[-1] - learned.years[0])
    if growth * common <= 0:
        return 0.0
    low, high = sorted((0.0, growth))
    return float(min(max(growth / common * children, low), high))


def years_of_growth(ahead: Sequence[float] | Floats) -> Floats:
    """Years of growth within so many years ahead: first all, then ever less; shape (ahead,).

    Notes
    -----
    After ``demand_common_growth_full_years`` years the growth of a year halves with every
    ``demand_common_growth_half_life``.
    """
    full = parameter("demand_common_growth_full_years").value
    scale = parameter("demand_common_growth_half_life").value / np.log(2)
    years = np.asarray(ahead, dtype=np.float64)
    found: Floats = np.minimum(years, full) - scale * np.expm1(-np.maximum(years - full, 0) / scale)
    return found


def growth_beside_drift(learned: Learned, growth: Floats | float, ahead: Floats) -> Floats:
    """What a growth adds to a course that continues with its drift; shape of growth, then (ahead,).

    Exactly nought if all of the drift is carried forward.
    """
    return np.multiply.outer(growth, years_of_growth(ahead)) - learned.drift * ahead
