"""Who of each interval's starts is still there at each later time, summed over like intervals.

The distribution of lengths is evaluated at few ages for each step of the rate of starts; between
them its sum is a curve, see :mod:`riskmodel.demand.durations.curve`. A child who is there ten years
after the step leaves at the rate of the end of those ten years. So the work grows with the months
times a fixed number of ages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.grid import Grid
from riskmodel.demand.durations.curve import SurvivalCurve
from riskmodel.demand.durations.laws import DAYS_A_MONTH

__all__ = ["HORIZON_MONTHS", "Cohorts", "FiguresInSequence", "StepPlan", "cohorts_of"]

Indices = npt.NDArray[np.intp]

HORIZON_MONTHS = 120.0
"""Ages up to which lengths are followed by their distribution, in months after a step."""

_TOGETHER = 36
"""Times whose sums are worked out together."""
_LEAST_SHARE = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class _Span:
    """Some times in a row, and which pairs and neighbours bear on them: few of all.

    Parameters
    ----------
    at
        Intervals at whose end the times are.
    pairs, neighbours
        Those that bear on them.
    present, counted
        Pairs that each group has at each time, and the same times the starts counted, shape
        (pair, group x time).
    paired
        Neighbours that each group has at each time, shape (neighbour, group x time).
    """

    at: slice
    pairs: slice
    neighbours: slice
    present: Floats
    counted: Floats
    paired: Floats


@dataclass(frozen=True, slots=True, eq=False)
class StepPlan:
    """What the sums over the intervals of a step need of ages, whatever the lengths.

    Pairs are the distinct pairs of ages at the two ends of an interval.

    Parameters
    ----------
    members
        Intervals of the step.
    groups
        Groups that they are in.
    last
        Index of the last time that is followed.
    curve
        Of the ages of the pairs.
    shares
        From what the curve sums to the share present of each pair, shape (number, pair).
    neighbours
        Pairs of one interval at two times in a row, shape (2, neighbour).
    spans
        What some times in a row take of pairs and neighbours.
    own
        Pair of each member at its own end.
    """

    members: Indices
    groups: Indices
    last: int
    curve: SurvivalCurve
    shares: Floats
    neighbours: Indices
    spans: tuple[_Span, ...]
    own: Indices


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


@dataclass(frozen=True, slots=True, eq=False)
class FiguresInSequence:
    """Figures on their grid, and the plan of each step: all that is the same for every draw.

    Parameters
    ----------
    grid
        The figures.
    plans
        One a step.
    solved_steps
        Steps of whose rate stocks and ends say something: those with starts not counted.
    pattern
        Starts of each interval as a share of even ones, shape (interval,).
    left_to_chance
        Share of the variance of each interval's starts that the pattern has not taken up, shape
        (interval,): 1 where they were not counted.
    opening
        Of the times since the first.
    """

    grid: Grid
    plans: tuple[StepPlan, ...]
    solved_steps: tuple[int, ...]
    pattern: Floats
    left_to_chance: Floats
    opening: SurvivalCurve

    @classmethod
    def of(
        cls,
        times: Floats,
        step_of: Indices,
        grid: Grid,
        pattern: tuple[Floats, Floats] | None = None,
    ) -> FiguresInSequence:
        """The figures of a grid.

        Parameters
        ----------
        times
            Of the grid, in months, shape (interval + 1,).
        step_of
            Step of each interval.
        grid
            The figures.
        pattern
            Starts of each interval as a share of even ones, and the share of the variance of those
            counted that it took up; None is even.
        """
        steps = range(int(step_of[-1]) + 1)
        plans = (_plan_step(times, np.flatnonzero(step_of == step), grid) for step in steps)
        missing = grid.starts.number == 0
        solved = [step for step in steps if grid.spanning or missing[step_of == step].any()]
        even = np.ones(len(times) - 1)
        shares, taken_up = pattern or (even, 0 * even)
        left = np.where(missing, 1.0, 1 - taken_up)
        opening = SurvivalCurve.of(times - times[0])
        return cls(grid, tuple(plans), tuple(solved), shares, left, opening)


def _plan_step(times: Floats, members: Indices, grid: Grid) -> StepPlan:
    reach = times[members[-1] + 1] + HORIZON_MONTHS
    last = int(np.searchsorted(times, reach + 1e-6)) - 1
    later = times[members[0] + 1 : last + 1]
    edges = times[members[0] : members[-1] + 2]
    lags, lag_of = np.unique(np.maximum(later - edges[:, None], 0.0).round(6), return_inverse=True)
    lag_of = lag_of.reshape(len(edges), len(later))
    row, column = np.nonzero(later - edges[:-1, None] > 1e-6)
    far, near = lag_of[row, column], lag_of[row + 1, column]
    pairs, pair_of = np.unique(np.column_stack([far, near]), axis=0, return_inverse=True)
    pair_of = pair_of.reshape(-1)
    groups, group_of = np.unique(grid.group_of[members], return_inverse=True)
    where = (group_of.reshape(-1)[row], column)
    present = np.zeros((len(pairs), len(groups), len(later)))
    np.add.at(present, (pair_of, *where), 1.0)
    counted = np.zeros_like(present)
    np.add.at(counted, (pair_of, *where), grid.starts.mean[members[row]])
    # The pairs of one interval stand in order of time: a neighbour is the one before.
    again = np.flatnonzero(row[1:] == row[:-1]) + 1
    both = np.column_stack([pair_of[again - 1], pair_of[again]])
    neighbours, neighbour_of = np.unique(both, axis=0, return_inverse=True)
    paired = np.zeros((len(neighbours), *present.shape[1:]))
    np.add.at(paired, (neighbour_of.reshape(-1), *(each[again] for each in where)), 1.0)
    spans = (
        _span(slice(first, first + _TOGETHER), int(members[0]), present, counted, paired)
        for first in range(0, len(later), _TOGETHER)
    )
    curve = SurvivalCurve.of(lags)
    widths = lags[pairs[:, 0]] - lags[pairs[:, 1]]
    shares = (curve.weights[:, pairs[:, 0]] - curve.weights[:, pairs[:, 1]]) / widths
    own = pair_of[np.flatnonzero(np.diff(row, prepend=-1))]
    return StepPlan(members, groups, last, curve, shares, neighbours.T.copy(), tuple(spans), own)


def _span(times: slice, begins: int, present: Floats, counted: Floats, paired: Floats) -> _Span:
    def told(table: Floats) -> slice:
        rows = np.flatnonzero(table[..., times].any(axis=(1, 2)))
        return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)

    def of(table: Floats, rows: slice) -> Floats:
        kept = table[rows, :, times]
        return kept.reshape(len(kept), kept.shape[1] * kept.shape[2])

    pairs, neighbours = told(present), told(paired)
    at = slice(begins + times.start, begins + min(times.stop, present.shape[2]))
    return _Span(
        at, pairs, neighbours, of(present, pairs), of(counted, pairs), of(paired, neighbours)
    )


def cohorts_of(
    times: Floats, figures: FiguresInSequence, mean_days: Floats, shape: Floats
) -> Cohorts:
    """The sums, given lengths.

    Parameters
    ----------
    times
        Of the grid, in months, shape (interval + 1,).
    figures
        On that grid.
    mean_days
        Mean length by interval of start, alike within a step, shape (draw, interval).
    shape
        Gamma shape, shape (draw,).
    """
    draws, intervals = mean_days.shape
    there = figures.opening.sums(mean_days[:, :1], shape[:, None]) @ figures.opening.weights
    left = np.clip(1 - there * (DAYS_A_MONTH / mean_days[:, :1]), 0.0, 1.0)
    size = (draws, len(figures.grid.group_first), intervals)
    present, counted, squared, paired = (np.zeros(size) for _ in range(4))
    sums = Cohorts(present, counted, squared, paired, np.empty((draws, intervals)), left)
    for plan in figures.plans:
        mean = mean_days[:, plan.members[:1]]
        there = np.maximum(plan.curve.sums(mean, shape[:, None]) @ plan.shares, 0.0)
        squares, products = there**2, there[:, plan.neighbours[0]] * there[:, plan.neighbours[1]]
        for span in plan.spans:
            for table, shares, weights in (
                (sums.present, there[:, span.pairs], span.present),
                (sums.counted, there[:, span.pairs], span.counted),
                (sums.squared, squares[:, span.pairs], span.present),
                (sums.paired, products[:, span.neighbours], span.paired),
            ):
                table[:, plan.groups, span.at] = (shares @ weights).reshape(
                    draws, len(plan.groups), -1
                )
        sums.own[:, plan.members] = there[:, plan.own]
        if plan.last < intervals:
            _fade(sums, plan.groups, times, plan.last)
    return sums


def _fade(sums: Cohorts, groups: Indices, times: Floats, last: int) -> None:
    """Carry groups on from a time by the rate at which they were last leaving."""
    now = last - 1
    was, there = (sums.present[:, groups, at].sum(axis=1) for at in (now - 1, now))
    kept = np.clip(there / np.maximum(was, _LEAST_SHARE), 0.0, 1.0)
    log_kept = np.log(np.maximum(kept, _LEAST_SHARE)) / (times[last] - times[last - 1])
    ahead = np.exp(log_kept[:, None] * (times[last + 1 :] - times[last]))[:, None, :]
    for table, power in ((sums.present, 1), (sums.counted, 1), (sums.squared, 2)):
        table[:, groups, last:] = table[:, groups, now, None] * ahead**power
    before = np.exp(log_kept[:, None] * (times[last:-1] - times[last]))[:, None, :]
    sums.paired[:, groups, last:] = sums.squared[:, groups, now, None] * ahead * before
