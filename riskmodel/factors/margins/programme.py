"""Bounds with several factors: a linear programme over the cells of each outcome stratum.

An outcome stratum with R rows and d factors has 2^d cells, and all that is known of them is linear:
they are not negative, they sum to R, those with factor j sum to its margin, and those with factors
i and j lie between the limits that phi allows. The two strata have no constraint in common, so each
has a programme of its own. The quantities need only two sums of cells (rows with the factor and
none of the others; rows with none), so it is enough to know the polygon of values that these two
can have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Bools, Floats
from riskmodel.errors import DataError
from riskmodel.factors.margins.stratum import Setting, Stratum, joint_limits

__all__ = ["MOST_FACTORS", "Programme", "snapped"]


MOST_FACTORS = 16
"""With more, the 2^d cells no longer fit comfortably in memory."""

_TOLERANCE = 1e-6
_ADDED_CELLS = 40
_SLACK_COST = 1e4
_NODES = 50


@dataclass(frozen=True, slots=True)
class Solution:
    """Cells of one stratum, and the slack of its constraints."""

    value: float
    cells: Floats
    slack: Floats


class Programme:
    """The linear programme of one outcome stratum, solved for one objective after another.

    Parameters
    ----------
    setting
        Factors and phi.
    stratum
        Which of its two strata.

    Notes
    -----
    Solved by column generation (Dantzig and Wolfe 1960; Lübbecke and Desrosiers 2005): HiGHS solves
    over a few of the 2^d cells, the dual prices say for every other cell whether it could improve
    the objective, those that could are added, and when none can the solution is optimal for all
    2^d. Cells found for one objective are kept for the next. Constraints that cannot be met have
    slack, and so can be named.
    """

    def __init__(self, setting: Setting, stratum: Stratum) -> None:
        self.setting, self.stratum = setting, stratum
        size = len(stratum.present)
        numbers = np.arange(2**size)
        self.patterns: Bools = ((numbers[:, None] >> np.arange(size)) & 1).astype(np.bool_)
        self._rows, self._low, self._high, self._pairs = self._constraints()
        self._pool = self._first_cells()
        self._refuse_impossible()

    def _constraints(
        self,
    ) -> tuple[Floats, Floats, Floats, list[tuple[int, int] | None]]:
        size = len(self.stratum.present)
        rows = [np.ones(len(self.patterns)), *self.patterns.T]
        low = [self.stratum.rows, *self.stratum.present]
        high = list(low)
        pairs: list[tuple[int, int] | None] = [None] * len(rows)
        for i in range(size):
            for j in range(i + 1, size):
                allowed = joint_limits(self.stratum, i, j, self.setting.phi)
                if allowed != joint_limits(self.stratum, i, j, None):
                    rows.append(self.patterns[:, i] & self.patterns[:, j])
                    low.append(allowed[0])
                    high.append(allowed[1])
                    pairs.append((i, j))
        return (
            np.array(rows, dtype=np.float64),
            np.array(low, dtype=np.float64),
            np.array(high, dtype=np.float64),
            pairs,
        )

    def _first_cells(self) -> Bools:
        """Cells with at most two factors, and the nested ones, which meet any margins."""
        pool = np.asarray(self.patterns.sum(axis=1) <= 2)
        nested = np.cumsum(1 << np.argsort([-n for n in self.stratum.present], kind="stable"))
        pool[nested] = True
        return pool

    def _refuse_impossible(self) -> None:
        slack = self._solve(np.zeros(len(self.patterns)), (), ()).slack
        tight = [pair for pair, gave in zip(self._pairs, slack, strict=True) if pair and gave > 0]
        if not tight:
            return
        assert self.setting.phi is not None  # margins alone can always be met
        names = self.setting.factors
        listed = ", ".join(f"{names[i]} with {names[j]}" for i, j in tight[:3])
        more = f" and {len(tight) - 3} pairs more" if len(tight) > 3 else ""
        low, high = self.setting.phi
        raise DataError(
            f"phi between {low:g} and {high:g} is impossible for all pairs at once among "
            f"{self.stratum.name}: it cannot be kept for {listed}{more}; widen phi or name fewer "
            "factors"
        )

    @property
    def sums(self) -> Floats:
        """The two sums of cells that matter: the factor alone, and none; shape (2, 2^d)."""
        picked = np.zeros((2, len(self.patterns)))
        picked[0, 1] = 1.0
        picked[1, 0] = 1.0
        return picked

    def polygon(self) -> Floats:
        """All possible (factor alone, none): corners of the polygon in order, shape (C, 2).

        Found from the farthest points in four directions; then each edge is tried for a point
        beyond it. One corner means a point, two a segment.
        """
        ends = [self._farthest(direction) for direction in ((1, 0), (0, 1), (-1, 0), (0, -1))]
        corners: list[Floats] = []
        for start, end in zip(ends, [*ends[1:], ends[0]], strict=True):
            corners += [start, *self._beyond(start, end)]
        return _corners(np.array(corners))

    def _beyond(self, start: Floats, end: Floats) -> list[Floats]:
        along = end - start
        if np.abs(along).max() < _TOLERANCE:
            return []
        outward = np.array([along[1], -along[0]]) / np.abs(along).max()
        found = self._farthest((float(outward[0]), float(outward[1])))
        if outward @ (found - start) <= _TOLERANCE * max(1.0, float(np.abs(found).max())):
            return []
        return [*self._beyond(start, found), found, *self._beyond(found, end)]

    def _farthest(self, direction: tuple[float, float]) -> Floats:
        sums = self.sums
        return snapped(sums @ self._solve(-np.array(direction) @ sums, (), ()).cells)

    def table(self, only: float, none: float) -> Floats:
        """Cells of a table with these two sums, in whole numbers where HiGHS finds such a table.

        Parameters
        ----------
        only, none
            Rows with the factor and none of the others, and with none of all.

        Returns
        -------
        array
            Shape (2^d,), in the order of ``patterns``.
        """
        sums = self.sums
        # Few factors a row: tables that a reader can picture, and the same one each time.
        cost = np.square(self.patterns.sum(axis=1)) / len(self.stratum.present) ** 2
        fixed = tuple(sums)
        cells = self._solve(cost, fixed, (only, none)).cells
        if np.array_equal(cells, np.round(cells)):
            return cells
        whole = self._whole(fixed, (only, none))
        return cells if whole is None else whole

    def _whole(self, fixed: tuple[Floats, ...], values: tuple[float, ...]) -> Floats | None:
        from scipy.optimize import LinearConstraint, milp

        if any(value != round(value) for value in values):
            return None
        columns = np.flatnonzero(self._pool)
        rows = np.vstack([self._rows, *fixed])[:, columns]
        low, high = np.r_[self._low, values], np.r_[self._high, values]
        found = milp(
            np.zeros(len(columns)),
            constraints=LinearConstraint(rows, low, high),
            integrality=np.ones(len(columns), dtype=np.int64),
            options={"node_limit": _NODES},
        )
        if found.x is None:
            return None
        cells = np.zeros(len(self.patterns))
        cells[columns] = np.round(found.x)
        return cells

    def _solve(
        self, cost: Floats, fixed: tuple[Floats, ...], values: tuple[float, ...]
    ) -> Solution:
        """Minimise over all cells by adding cells until no other could help."""
        rows = np.vstack([self._rows, *fixed])
        low, high = np.r_[self._low, values], np.r_[self._high, values]
        while True:
            columns = np.flatnonzero(self._pool)
            found, prices, slack = _restricted(rows[:, columns], low, high, cost[columns])
            reduced = cost - prices @ rows
            reduced[columns] = 0.0
            useful = np.flatnonzero(reduced < -_TOLERANCE)
            if not len(useful):
                break
            best = useful[np.argsort(reduced[useful], kind="stable")[:_ADDED_CELLS]]
            self._pool[best] = True
        cells = np.zeros(len(cost))
        cells[columns] = snapped(found)
        return Solution(float(cost @ cells), cells, slack)


def _restricted(
    rows: Floats, low: Floats, high: Floats, cost: Floats
) -> tuple[Floats, Floats, Floats]:
    """Solve over some cells: values, dual prices of the rows, and how far each row gave."""
    from scipy.optimize import linprog

    equal = low == high
    count, size = rows.shape
    elastic = np.hstack([rows, np.eye(count), -np.eye(count)])
    ranged = elastic[~equal]
    solved = linprog(
        np.r_[cost, np.full(2 * count, _SLACK_COST)],
        A_eq=elastic[equal],
        b_eq=low[equal],
        A_ub=np.vstack([ranged, -ranged]) if len(ranged) else None,
        b_ub=np.r_[high[~equal], -low[~equal]] if len(ranged) else None,
        method="highs-ds",
        # There is little to simplify, and looking for it takes longer than solving.
        options={"presolve": False},
    )
    if solved.x is None:
        raise RuntimeError(f"the linear programme was not solved: {solved.message}")
    prices = np.zeros(count)
    prices[equal] = solved.eqlin.marginals
    if len(ranged):
        upper, lower = np.split(solved.ineqlin.marginals, 2)
        prices[~equal] = upper - lower
    gave = solved.x[size : size + count] + solved.x[size + count :]
    return solved.x[:size], prices, np.where(gave > _TOLERANCE, gave, 0.0)


def snapped(values: Floats) -> Floats:
    """Values without the solver's rounding errors: whole if almost whole, never below 0."""
    whole = np.round(values)
    return np.maximum(np.where(np.abs(values - whole) < _TOLERANCE, whole, values), 0.0)


def _corners(points: Floats) -> Floats:
    """Points in order around a convex polygon, without repeats and points amid an edge."""
    kept = [points[0]]
    for point in points[1:]:
        if np.abs(point - kept[-1]).max() > _TOLERANCE:
            kept.append(point)
    if len(kept) > 1 and np.abs(kept[-1] - kept[0]).max() <= _TOLERANCE:
        kept.pop()
    if len(kept) < 3:
        return np.array(kept)
    ring = np.array(kept)
    before, after = np.roll(ring, 1, axis=0) - ring, np.roll(ring, -1, axis=0) - ring
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    size = np.abs(before).max(axis=1) * np.abs(after).max(axis=1)
    corners: Floats = ring[np.abs(turn) > _TOLERANCE * size]
    if len(corners) >= 3:
        return corners
    # All on one line: its two ends.
    order = np.lexsort((ring[:, 1], ring[:, 0]))
    return np.stack([ring[order[0]], ring[order[-1]]])
