"""How far factors not recorded could move figures of pairs, and of all factors together.

Whether a factor is missed is assumed to depend on the plan alone, and not on other factors, and no
factor is recorded that was not present. With s the share recorded and x = 1/s, the true counts
follow from those recorded (the matrix method: Barron 1977, Biometrics 33, 414-418; for two factors
and their interaction Garcia-Closas, Thompson and Robins 1998, American Journal of Epidemiology 147,
426-433).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.factors.margins.recorded import Recording

__all__ = ["NO_REACH", "PairReach", "joint_reach", "pair_reach"]

NO_REACH = (float("nan"), float("nan"))
"""The ends where the counts allow no such recording, or where they may not be printed."""

_POINTS = 101
"""Values of each share at which a figure is worked out, where it has no extremes in corners."""
_CLOSE = 1e-9


class PairReach(NamedTuple):
    """Lowest and highest values of both figures of a pair."""

    contrast: tuple[float, float]
    odds_ratio: tuple[float, float]


def pair_reach(
    cells: Sequence[float], contrast: float, odds_ratio: float, recording: Recording
) -> PairReach:
    """How far incomplete recording could move the figures of a pair of factors.

    Parameters
    ----------
    cells
        Plans and other assessments recorded with both, the first alone, the second alone, neither.
    contrast, odds_ratio
        As in :class:`riskmodel.factors.adjusted.interactions.Interaction`: moved as far as the
        unadjusted ones, the contrast by the same number, the ratio by the same factor.
    recording
        The area.

    Notes
    -----
    Of n assessments (with a plan, or without) of which n11 are recorded with both, n10 and n01 with
    one: a11 = n11 x^2, a10 = x (n10 + n11 - n11 x), a01 = x (n01 + n11 - n11 x), and the rest have
    neither. The log ratio of odds ratios is a sum of one part for each group; each part only rises
    or only falls with x, so its ends are exact; the contrast is worked out at 101 x 101 points of
    the area.
    """
    sides = np.asarray(cells, float).reshape(4, 2).T
    grids = [
        _possible(side, shares)
        for side, shares in zip(sides, (recording.with_plan, recording.without_plan), strict=True)
    ]
    if not all(len(grid) for grid in grids) or (sides == 0).any():
        return PairReach(NO_REACH, NO_REACH)
    true = [_true_cells(side, grid) for side, grid in zip(sides, grids, strict=True)]
    a, b = true[0][:, :, None], true[1][:, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        risks = a / (a + b)
        found = _contrast(risks) - _contrast(sides[0] / sides.sum(axis=0)) + contrast
        plans, others = (_odds(each) for each in true)
        ratio = plans[[0, -1], None] / others[[0, -1]] * odds_ratio / _recorded_odds(sides)
    found = np.clip(found, -2, 2)
    return PairReach(_ends(found), _ends(ratio))


def joint_reach(
    plans: Sequence[int], others: Sequence[int], fraction: float, recording: Recording
) -> tuple[float, float]:
    """How far incomplete recording could move the fraction that all factors account for.

    Parameters
    ----------
    plans, others
        Assessments recorded with 0, 1, 2, ... factors that led to a plan, and that did not.
    fraction
        As in the model. 1 - fraction is moved by the same factor as the share of plans among
        assessments without any factor.
    recording
        The area.

    Notes
    -----
    If c_r assessments are recorded with r factors, sum_r c_r (1 - x)^r truly have none: the
    generating function of the true number of factors at 0, where each factor is recorded with
    probability s. Values of x are used as long as neither this number nor that of assessments with
    exactly one factor, -x times its slope, is negative. As far as that the number falls with x, so
    the ends lie at the ends of both ranges.
    """
    none = []
    for counts, shares in ((plans, recording.with_plan), (others, recording.without_plan)):
        grid = _grid(shares)
        power = np.polynomial.Polynomial(np.asarray(counts, float))
        left, slope = power(1 - grid), power.deriv()(1 - grid)
        kept = _until_first(~((left >= -_CLOSE) & (slope >= -_CLOSE)))
        if not kept or not counts[0]:
            return NO_REACH
        none.append(np.maximum(left[:kept], 0))
    recorded = plans[0] / (plans[0] + others[0])
    low, high = (
        1 - (1 - fraction) * plan / (plan + other) / recorded
        for plan, other in ((none[0][0], none[1][-1]), (none[0][-1], none[1][0]))
    )
    return (float(low), float(high))


def _grid(shares: Sequence[float]) -> Floats:
    return np.linspace(1 / shares[-1], 1 / shares[0], _POINTS)


def _until_first(fails: np.ndarray) -> int:
    """How many values come before the first that fails."""
    return int(np.argmax(fails)) if fails.any() else len(fails)


def _possible(side: Floats, shares: Sequence[float]) -> Floats:
    """Values of x for which no true count is below 0: from the least up to the first that fails."""
    low, high = 1 / shares[-1], 1 / shares[0]
    both, one, other, _ = side
    with np.errstate(divide="ignore", invalid="ignore"):
        tops = [(both + one) / both, (both + other) / both]
        # Neither: n - (r + c) x + n11 x^2, which falls up to where one of the factors is used up.
        number, sums = side.sum(), 2 * both + one + other
        root = sums**2 - 4 * both * number
        if root >= 0:
            tops.append(2 * number / (sums + np.sqrt(root)))
    top = min([high, *(value for value in tops if value == value)])
    return np.linspace(low, top, _POINTS) if top >= low - _CLOSE else np.empty(0)


def _true_cells(side: Floats, x: Floats) -> Floats:
    both, one, other, _ = side
    a11 = both * x**2
    a10, a01 = (x * (alone + both - both * x) for alone in (one, other))
    found = np.stack([a11, a10, a01, side.sum() - a11 - a10 - a01])
    return np.where(np.abs(found) < _CLOSE * side.sum(), 0.0, found)


def _contrast(risks: Floats) -> Floats:
    return np.asarray(risks[0] - risks[1] - risks[2] + risks[3])


def _odds(cells: Floats) -> Floats:
    return np.asarray(cells[0] * cells[3] / (cells[1] * cells[2]))


def _recorded_odds(sides: Floats) -> float:
    return float(_odds(sides[0]) / _odds(sides[1]))


def _ends(values: Floats) -> tuple[float, float]:
    if np.isnan(values).all():
        return NO_REACH
    return float(np.nanmin(values)), float(np.nanmax(values))
