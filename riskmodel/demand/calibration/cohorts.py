"""Who of each interval's starts is still there at each later time, summed over like intervals.

The distribution of lengths is evaluated once for each distinct age edge of a step, for up to ten
years after it; a child who is there longer leaves at the rate of the end of those ten years. So
the work grows with the months times a fixed number of ages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.demand.calibration.grid import Grid
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_MONTH, Floats

__all__ = ["HORIZON_MONTHS", "Cohorts", "cohorts_of"]

HORIZON_MONTHS = 120.0
"""Ages up to which lengths are followed by their distribution, in months after a step."""

_LEAST_SHARE = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """Sums over the intervals of each group, at the end of each interval.

    With p the share of an interval's starts that is there at a time, and y the starts counted in
    it; all of shape (draw, group, interval) but for the last two.

    Parameters
    ----------
    present
        Sum of p.
    counted
        Sum of y p.
    squared
        Sum of p squared.
    paired
        Sum of p times the p of one time before.
    own
        Share of an interval's starts that is there at its own end, shape (draw, interval).
    opening_left
        Share of the opening stock there at each time, shape (draw, interval + 1).
    """

    present: Floats
    counted: Floats
    squared: Floats
    paired: Floats
    own: Floats
    opening_left: Floats


def cohorts_of(
    times: Floats,
    step_of: npt.NDArray[np.intp],
    grid: Grid,
    mean_days: Floats,
    shape: Floats,
) -> Cohorts:
    """The sums, given lengths.

    Parameters
    ----------
    times
        Of the grid, in months, shape (interval + 1,).
    step_of
        Step of each interval.
    grid
        The figures.
    mean_days
        Mean length by interval of start, alike within a step, shape (draw, interval).
    shape
        Gamma shape, shape (draw,).
    """
    draws, intervals = mean_days.shape
    since = (times - times[0]) * DAYS_A_MONTH
    left = 1 - laws.equilibrium("gamma", since, mean_days[:, :1], shape[:, None])
    size = (draws, len(grid.group_first), intervals)
    sums = Cohorts(*(np.zeros(size) for _ in range(4)), np.empty((draws, intervals)), left)
    for step in range(int(step_of[-1]) + 1):
        members = np.flatnonzero(step_of == step)
        reach = times[members[-1] + 1] + HORIZON_MONTHS
        last = int(np.searchsorted(times, reach + 1e-6)) - 1
        _follow(sums, grid, times[: last + 1], members, mean_days[:, members[0]], shape)
        if last < intervals:
            _fade(sums, np.unique(grid.group_of[members]), times, last)
    return sums


def _follow(
    sums: Cohorts,
    grid: Grid,
    times: Floats,
    members: npt.NDArray[np.intp],
    mean_days: Floats,
    shape: Floats,
) -> None:
    """Add the intervals of a step, at the times that are given."""
    edges = times[members[0] : members[-1] + 2]
    lags = np.maximum(times[None, members[0] :] - edges[:, None], 0.0).round(6)
    ages, index = np.unique(lags, return_inverse=True)
    index = index.reshape(lags.shape)
    within = laws.equilibrium("gamma", ages * DAYS_A_MONTH, mean_days[:, None], shape[:, None])
    area = within * (mean_days[:, None] / DAYS_A_MONTH)
    for row, interval in enumerate(members):
        later = slice(row + 1, None)
        there = area[:, index[row, later]] - area[:, index[row + 1, later]]
        there /= times[interval + 1] - times[interval]
        group, until = grid.group_of[interval], interval + there.shape[1]
        sums.own[:, interval] = there[:, 0]
        sums.present[:, group, interval:until] += there
        if grid.starts.number[interval]:
            sums.counted[:, group, interval:until] += grid.starts.mean[interval] * there
        sums.squared[:, group, interval:until] += there**2
        sums.paired[:, group, interval + 1 : until] += there[:, :-1] * there[:, 1:]


def _fade(sums: Cohorts, groups: npt.NDArray[np.intp], times: Floats, last: int) -> None:
    """Carry groups on from a time by the rate at which they were last leaving."""
    now = last - 1
    was, there = (sums.present[:, groups, at].sum(axis=1) for at in (now - 1, now))
    kept = np.clip(there / np.maximum(was, _LEAST_SHARE), 0.0, 1.0)
    log_kept = np.log(np.maximum(kept, _LEAST_SHARE)) / (times[last] - times[last - 1])
    ahead = np.exp(log_kept[:, None] * (times[last + 1 :] - times[last]))[:, None, :]
    for name, power in (("present", 1), ("counted", 1), ("squared", 2)):
        table = getattr(sums, name)
        table[:, groups, last:] = table[:, groups, now, None] * ahead**power
    before = np.exp(log_kept[:, None] * (times[last:-1] - times[last]))[:, None, :]
    sums.paired[:, groups, last:] = sums.squared[:, groups, now, None] * ahead * before
