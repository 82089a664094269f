"""One factor and one confounder: the bounds over every table with the margins."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from riskmodel.core.arrays import Floats, Integers
from riskmodel.factors.margins.stratum import Setting, Stratum, joint_limits

__all__ = ["Extreme", "Quantities", "grid_extremes", "pick_extremes"]

Quantities = Callable[[Floats, Floats], Floats]
"""Function that gives the values of Q quantities for M tables, shape (Q, M), from their (only,
none) counts with and without a plan, each of shape (M, 2)."""

Extreme = tuple[float, Floats, Floats]
"""A value, and the (only, none) counts with and without a plan of a table that has it."""


def grid_extremes(setting: Setting, quantities: Quantities) -> list[tuple[Extreme, Extreme]]:
    """Smallest and largest value of each quantity over all 2 x 2 x 2 tables with the margins.

    Parameters
    ----------
    setting
        Two factors.
    quantities
        What to find the extremes of. For a fixed number of assessments with both factors each must
        be linear, or a ratio of linear functions, in the number of plans among them.

    Returns
    -------
    list of tuple
        Lowest and highest per quantity; NaN where it is defined in no table.

    Notes
    -----
    The unknown integers are j1 and j0, rows with both factors with and without a plan. For fixed
    j1 + j0 every denominator of a standardised risk is fixed, so a risk difference is linear and a
    risk ratio linear-fractional in j1: on each anti-diagonal of the grid the extremes lie at its
    ends, and these are the border of the rectangle. Walking the border is exact and takes
    (number of j1) + (number of j0) evaluations, not their product.
    """
    first, second = _border(
        joint_limits(setting.planned, 0, 1, setting.phi),
        joint_limits(setting.unplanned, 0, 1, setting.phi),
    )
    planned = _only_and_none(setting.planned, first)
    unplanned = _only_and_none(setting.unplanned, second)
    return pick_extremes(quantities, [(planned, unplanned)])


def pick_extremes(
    quantities: Quantities, tables: Iterable[tuple[Floats, Floats]]
) -> list[tuple[Extreme, Extreme]]:
    """The lowest and the highest of each quantity, each with the first table that has it."""
    lowest: dict[int, Extreme] = {}
    highest: dict[int, Extreme] = {}
    number = 0
    for planned, unplanned in tables:
        values = quantities(planned, unplanned)
        number = len(values)
        for position, row in enumerate(values):
            if not row.size or np.isnan(row).all():
                continue
            low, high = int(np.nanargmin(row)), int(np.nanargmax(row))
            if position not in lowest or row[low] < lowest[position][0]:
                lowest[position] = (float(row[low]), planned[low], unplanned[low])
            if position not in highest or row[high] > highest[position][0]:
                highest[position] = (float(row[high]), planned[high], unplanned[high])
    nothing: Extreme = (float("nan"), np.full(2, np.nan), np.full(2, np.nan))
    return [(lowest.get(i, nothing), highest.get(i, nothing)) for i in range(number)]


def _border(first: tuple[int, int], second: tuple[int, int]) -> tuple[Integers, Integers]:
    """Integer points on the border of a rectangle."""
    across = np.arange(first[0], first[1] + 1)
    up = np.arange(second[0], second[1] + 1)
    parts = [(across, np.full(len(across), end)) for end in second]
    parts += [(np.full(len(up), end), up) for end in first]
    return np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts])


def _only_and_none(stratum: Stratum, both: Integers) -> Floats:
    a, b = stratum.present
    return np.stack([a - both, stratum.rows - a - b + both], axis=1).astype(np.float64)
