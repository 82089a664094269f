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

__all__ = ["HORIZON_MONTHS", "Band", "Cohorts", "FiguresInSequence", "StepPlan", "cohorts_of"]

Indices = npt.NDArray[np.intp]

HORIZON_MONTHS = 120.0
"""Ages up to which lengths are followed by their distribution, in months after a step."""

_TOGETHER = 36
"""Times whose sums are worked out together."""
_STEPS_TOGETHER = 4
"""Steps whose groups stand in one table: it begins where the first of them does."""
_LEAST_SHARE = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class _Span:
    """Some times in a row, and which pairs and neighbours bear on them: few of all.

    Parameters
    ----------
    at
        Intervals at whose end the times are, counted from the first of the step.
    pairs, neighbours
        Those that bear on them.
    present, counted
        Pairs that each group has at each time, and the same times the starts counted, shape
        (group, pair, time).
    paired
        Neighbours that each group has at each time, shape (group, neighbour, time).
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
    followed
        How many intervals from its first on are followed.
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
    groups: slice
    followed: int
    curve: SurvivalCurve
    shares: Floats
    neighbours: Indices
    spans: tuple[_Span, ...]
    own: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Sums over the intervals of each group of a few steps in a row.

    Parameters
    ----------
    groups
        The groups.
    sums
        At the end of each interval from the first of the steps on: with p the share of an
        interval's starts that is there then, and y the starts counted in it, the sums of p, of
        y p, of p squared and of p times the p of one time before, shape
        (sum, group, draw, interval).
    """

    groups: slice
    sums: Floats

    @property
    def begins(self) -> int:
        """Place of its first interval, from the end."""
        return -int(self.sums.shape[3])

    @property
    def present(self) -> Floats:
        """The sums of p, shape (draw, group, interval)."""
        return np.swapaxes(self.sums[0], 0, 1)

    @property
    def joined(self) -> Floats:
        """All sums, shape (draw, sum x group, interval)."""
        return np.swapaxes(self.sums.reshape(-1, *self.sums.shape[2:]), 0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """Who is still there of each group's starts, and of the opening stock.

    Parameters
    ----------
    bands
        The sums over each group; of early steps, then of later ones.
    own
        Share of an interval's starts that is there at its own end, shape (draw, interval).
    opening_left
        Share of the opening stock there at each time, shape (draw, interval + 1).
    """

    bands: tuple[Band, ...]
    own: Floats
    opening_left: Floats

    def present(self, groups: slice) -> Floats:
        """Sums of p of the groups of a step, as :attr:`Band.present` from where its band begins."""
        band = next(each for each in self.bands if groups.start < each.groups.stop)
        first = band.groups.start
        return band.present[:, groups.start - first : groups.stop - first]


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
    group_of = grid.group_of[members]
    # Groups are numbered step by step.
    groups = slice(int(group_of.min()), int(group_of.max()) + 1)
    group = group_of[row] - groups.start
    present = np.zeros((groups.stop - groups.start, len(pairs), len(later)))
    np.add.at(present, (group, pair_of, column), 1.0)
    counted = np.zeros_like(present)
    np.add.at(counted, (group, pair_of, column), grid.starts.mean[members[row]])
    # The pairs of one interval stand in order of time: a neighbour is the one before.
    again = np.flatnonzero(row[1:] == row[:-1]) + 1
    both = np.column_stack([pair_of[again - 1], pair_of[again]])
    neighbours, neighbour_of = np.unique(both, axis=0, return_inverse=True)
    paired = np.zeros((len(present), len(neighbours), len(later)))
    np.add.at(paired, (group[again], neighbour_of.reshape(-1), column[again]), 1.0)
    spans = (
        _span(slice(first, min(first + _TOGETHER, len(later))), present, counted, paired)
        for first in range(0, len(later), _TOGETHER)
    )
    curve = SurvivalCurve.of(lags)
    widths = lags[pairs[:, 0]] - lags[pairs[:, 1]]
    shares = (curve.weights[:, pairs[:, 0]] - curve.weights[:, pairs[:, 1]]) / widths
    own = pair_of[np.flatnonzero(np.diff(row, prepend=-1))]
    return StepPlan(
        members, groups, len(later), curve, shares, neighbours.T.copy(), tuple(spans), own
    )


def _span(times: slice, present: Floats, counted: Floats, paired: Floats) -> _Span:
    def told(table: Floats) -> slice:
        rows = np.flatnonzero(table[..., times].any(axis=(0, 2)))
        return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)

    pairs, neighbours = told(present), told(paired)
    return _Span(
        times,
        pairs,
        neighbours,
        present[:, pairs, times].copy(),
        counted[:, pairs, times].copy(),
        paired[:, neighbours, times].copy(),
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
    there = figures.opening.sums(mean_days[:, :1], shape[:, None]) @ figures.opening.weights
    left = np.clip(1 - there * (DAYS_A_MONTH / mean_days[:, :1]), 0.0, 1.0)
    own, bands = np.empty_like(mean_days), []
    for first in range(0, len(figures.plans), _STEPS_TOGETHER):
        plans = figures.plans[first : first + _STEPS_TOGETHER]
        groups = slice(plans[0].groups.start, plans[-1].groups.stop)
        times_left = times[plans[0].members[0] :]
        sums = np.empty((4, groups.stop - groups.start, len(own), len(times_left) - 1))
        for plan in plans:
            mean = mean_days[:, plan.members[:1]]
            there = np.maximum(plan.curve.sums(mean, shape[:, None]) @ plan.shares, 0.0)
            own[:, plan.members] = there[:, plan.own]
            part = sums[:, plan.groups.start - groups.start : plan.groups.stop - groups.start]
            begins = int(plan.members[0] - plans[0].members[0])
            part[..., :begins] = 0.0
            _sum_up(plan, there, times_left[begins:], part[..., begins:])
        bands.append(Band(groups, sums))
    return Cohorts(tuple(bands), own, left)


def _sum_up(plan: StepPlan, there: Floats, times: Floats, sums: Floats) -> None:
    """Fill in the sums of a step, given the share present of each pair and the times from it on."""
    squares, products = there**2, there[:, plan.neighbours[0]] * there[:, plan.neighbours[1]]
    for span in plan.spans:
        for which, shares, weights in (
            (0, there[:, span.pairs], span.present),
            (1, there[:, span.pairs], span.counted),
            (2, squares[:, span.pairs], span.present),
            (3, products[:, span.neighbours], span.paired),
        ):
            for group, of_group in enumerate(weights):
                np.matmul(shares, of_group, out=sums[which, group, :, span.at])
    if plan.followed < len(times) - 1:
        _fade(sums, times, plan.followed)


def _fade(sums: Floats, times: Floats, last: int) -> None:
    """Carry groups on from a time by the rate at which they were last leaving."""
    was, there = (sums[0, ..., at].sum(axis=0) for at in (last - 2, last - 1))
    kept = np.clip(there / np.maximum(was, _LEAST_SHARE), 0.0, 1.0)
    log_kept = np.log(np.maximum(kept, _LEAST_SHARE)) / (times[last] - times[last - 1])
    left = np.exp(log_kept[:, None] * (times[last:] - times[last]))
    before, ahead = left[:, :-1], left[:, 1:]
    now = sums[..., last - 1, None]
    np.multiply(now[:2], ahead, out=sums[:2, ..., last:])
    np.multiply(now[2], ahead**2, out=sums[2, ..., last:])
    np.multiply(now[2], ahead * before, out=sums[3, ..., last:])
