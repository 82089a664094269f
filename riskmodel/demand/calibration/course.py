"""Means and variances of starts, ends and stocks given what was counted of the starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.cohorts import Cohorts, FiguresInSequence
from riskmodel.demand.calibration.likelihood import safe_exp

if TYPE_CHECKING:
    from riskmodel.demand.calibration.model import Model

__all__ = ["LEAST_VARIANCE", "Course", "course_of"]

LEAST_VARIANCE = 1e-6
"""Of a count: a variance of nought has no inverse."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Means and variances given all parameters, shape (draw, interval) unless said.

    Parameters
    ----------
    starts
        Expected starts.
    unknown
        Variance of an interval's starts, given what was counted of them.
    untold
        Those of the expected starts that what was counted leaves open.
    dispersion
        Variance of an interval's starts over their mean.
    given
        Expected starts given what was counted of them.
    opening
        Opening stock, shape (draw,).
    stock
        Expected stock at each time given the counted starts, shape (draw, interval + 1).
    ends
        Expected ends given the counted starts.
    kept
        Share of a deviation of the stock that is left after the interval.
    chance
        Variance that the interval adds to it, but for its own starts.
    """

    starts: Floats
    unknown: Floats
    untold: Floats
    dispersion: Floats
    given: Floats
    opening: Floats
    stock: Floats
    ends: Floats
    kept: Floats
    chance: Floats


def course_of(
    model: Model,
    figures: FiguresInSequence,
    cohorts: Cohorts,
    error: Floats,
    dispersion: Floats,
    logs: Floats,
) -> Course:
    """The course of each draw.

    Parameters
    ----------
    model
        The model.
    figures
        Its figures.
    cohorts
        Who is there of each group's starts.
    error, dispersion
        Relative error of a printed count, and variance of starts over their mean, shape (draw, 1).
    logs
        Logs of starts a month in each step, and of the opening stock, (draw, step + 1).

    Notes
    -----
    With r expected starts, of variance v r, g the weight of what was counted of them, p the share
    there at a time, and k = 1 - v (1 - g), an interval adds r p - k r p squared to the variance of
    the stock at that time, and r p' - k r p p' to the covariance with that at a later one, where p'
    are there. The pattern of the year bears on an interval's own starts; what stays of starts that
    were not counted is summed over like intervals, and takes them as even.
    """
    sizes, grid = safe_exp(logs), figures.grid
    even = sizes[:, model.step_of] * np.diff(model.times)
    opening, left = sizes[:, -1], cohorts.opening_left
    dispersion = dispersion * figures.left_to_chance
    chance = dispersion * even
    share = chance / (chance + grid.starts.mean_error_variance(error, even))
    share = np.where(grid.starts.number > 0, share, 0.0)
    starts = even * figures.pattern
    untold = starts * (1 - share)
    unknown = dispersion * untold
    given = untold + share * grid.starts.mean
    survivors = opening[:, None] * left
    summed = _over_groups(
        cohorts, *(each[:, grid.group_first] for each in (even, share, dispersion))
    )
    stock = survivors.copy()
    stock[:, 1:] += summed[:, 0]
    ends = np.maximum(stock[:, :-1] + given - stock[:, 1:], 0.0)
    variance = survivors[:, 1:] * (1 - left[:, 1:]) + summed[:, 1]
    shared = survivors[:, 1:] * (1 - left[:, :-1]) - even * cohorts.own + summed[:, 2]
    kept = np.zeros_like(variance)
    kept[:, 1:] = shared[:, 1:] / np.maximum(variance[:, :-1], LEAST_VARIANCE)
    kept = np.clip(kept, 0.0, 1.0)
    added = variance - cohorts.own**2 * unknown
    added[:, 1:] -= kept[:, 1:] ** 2 * variance[:, :-1]
    added = np.maximum(added, LEAST_VARIANCE * (1 + variance))
    return Course(starts, unknown, untold, dispersion, given, opening, stock, ends, kept, added)


def _over_groups(cohorts: Cohorts, mean: Floats, known: Floats, dispersion: Floats) -> Floats:
    """What starts add to mean and variance of the stock, and to its covariance with the one before.

    Shape (draw, 3, interval).
    """
    draws, intervals = cohorts.own.shape
    # Of the four sums over each group, see Band.
    weights = np.zeros((draws, 3, 4, mean.shape[1]))
    weights[:, 0, 0], weights[:, 0, 1] = mean * (1 - known), known
    weights[:, 1:, 0] = mean[:, None]
    weights[:, 1, 2] = weights[:, 2, 3] = -mean * (1 - dispersion * (1 - known))
    made = np.zeros((draws, 3, intervals))
    for band in cohorts.bands:
        by_group = weights[..., band.groups].reshape(draws, 3, -1)
        made[..., band.begins :] += by_group @ band.joined
    return made
