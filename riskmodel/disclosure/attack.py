"""What a reader can work out of a withheld cell, by linear programming."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from riskmodel.disclosure.table import BoolArray, FloatArray, IntArray, Problem

__all__ = [
    "TOLERANCE",
    "Reach",
    "Region",
    "Requirement",
    "beside",
    "failing",
    "reach",
    "regions",
    "settled",
]

TOLERANCE = 1e-6
"""Counts are whole numbers; what lies nearer than this to one is that one."""

_ROUNDS = 24


class Requirement(NamedTuple):
    """A reader must think possible that a cell deviates so far: ``sign`` +1 above, -1 below."""

    cell: int
    sign: int
    need: float


class Region(NamedTuple):
    """Unknown cells that relations tie together, apart from all others."""

    cells: IntArray
    rows: IntArray
    matrix: csr_array


class Reach(NamedTuple):
    """How far a cell can deviate: the distance, the table that does it, and the dual."""

    value: float
    solution: FloatArray
    marginals: FloatArray


def regions(matrix: csr_array, is_unknown: BoolArray) -> Iterator[Region]:
    """Split the unknown cells into sets that tell nothing about one another."""
    unknown = np.flatnonzero(is_unknown)
    if not unknown.size:
        return
    part = matrix[:, unknown].tocoo()
    rows, count = matrix.shape[0], unknown.size
    graph = coo_array(
        (np.ones(part.nnz), (part.row, part.col + rows)), shape=(rows + count, rows + count)
    )
    _, label = connected_components(graph, directed=False)
    by_label = np.argsort(label[rows:], kind="stable")
    row_order = np.argsort(label[:rows], kind="stable")
    sorted_rows = label[:rows][row_order]
    starts = np.flatnonzero(np.diff(label[rows:][by_label], prepend=-1))
    for group in np.split(by_label, starts[1:]):
        own = label[rows + group[0]]
        first, last = np.searchsorted(sorted_rows, [own, own + 1])
        found = np.sort(row_order[first:last])
        cells = unknown[group]
        yield Region(cells, found, csr_array(matrix[found, :][:, cells]))


def reach(
    region: Region, bounds: FloatArray, cell: int, sign: int, need: float = math.inf
) -> Reach:
    """How far a cell can deviate upwards (``sign`` 1) or downwards (-1), ``need`` at most.

    Notes
    -----
    The attacker's problem: max sign z_c subject to M z = 0 and the bounds on the deviations z
    (Fischetti and Salazar 2001, section 2). Its dual says which published cells stand in the way.
    """
    low, high = bounds[:, region.cells].copy()
    place = int(np.flatnonzero(region.cells == cell)[0])
    objective = np.zeros(region.cells.size)
    objective[place] = -sign
    if sign > 0:
        high[place] = min(high[place], need)
    else:
        low[place] = max(low[place], -need)
    # Nothing but equations: without any the bounds themselves are the answer.
    has_rows = bool(region.rows.size)
    found = _simplex(
        objective,
        A_eq=region.matrix if has_rows else None,
        b_eq=np.zeros(region.rows.size) if has_rows else None,
        bounds=np.column_stack([low, high]),
    )
    if found.status == 3:
        return Reach(math.inf, np.zeros(region.cells.size), np.zeros(region.rows.size))
    if found.status != 0:
        raise RuntimeError(f"the attacker's problem was not solved: {found.message}")
    marginals = found.eqlin.marginals if has_rows else np.zeros(0)
    return Reach(-float(found.fun), found.x, np.asarray(marginals))


def whole_reach(region: Region, bounds: FloatArray, cell: int, sign: int, need: float) -> float:
    """As :func:`reach`, over tables of whole numbers only."""
    low, high = bounds[:, region.cells].copy()
    place = int(np.flatnonzero(region.cells == cell)[0])
    objective = np.zeros(region.cells.size)
    objective[place] = -sign
    if sign > 0:
        high[place] = min(high[place], need)
    else:
        low[place] = max(low[place], -need)
    found = milp(
        objective,
        constraints=LinearConstraint(region.matrix, 0, 0) if region.rows.size else None,
        bounds=Bounds(low, high),
        integrality=np.ones(region.cells.size, dtype=np.int64),
        options={"node_limit": 20_000},
    )
    return -float(found.fun) if found.x is not None else 0.0


def failing(
    problem: Problem, mask: BoolArray, requirements: list[Requirement], at_most: int | None = None
) -> list[tuple[Requirement, Region | None, Reach | None]]:
    """Requirements that do not hold when ``mask`` is withheld, each with what stands in the way.

    Notes
    -----
    A table of whole numbers that deviates far enough proves a requirement. One linear programme
    is asked for tables that prove many at once; what it leaves over is asked one by one. Where
    only a table with fractions deviates far enough, the whole numbers are searched, and no dual
    is given if they do not. With ``at_most`` no more than so many are looked for in one region.
    """
    open_ones = [asked for asked in requirements if asked.need > TOLERANCE]
    if not open_ones:
        return []
    bounds, _ = settled(problem, mask, [asked.cell for asked in open_ones])
    is_unknown = bounds[1] - bounds[0] > TOLERANCE
    found = list(regions(problem.matrix, is_unknown))
    region_of = np.full(problem.values.size, -1)
    for number, region in enumerate(found):
        region_of[region.cells] = number
    stuck = [asked for asked in open_ones if region_of[asked.cell] < 0]
    failures: list[tuple[Requirement, Region | None, Reach | None]] = [
        (asked, None, None) for asked in stuck
    ]
    left = [asked for asked in open_ones if region_of[asked.cell] >= 0]
    by_region: dict[int, list[Requirement]] = {}
    for asked in left:
        by_region.setdefault(int(region_of[asked.cell]), []).append(asked)
    left = [
        one
        for number, own in by_region.items()
        for one in _proved_together(found[number], bounds, problem.values.size, own)
    ]
    count = Counter[int]()
    while left:
        asked, *left = left
        if at_most is not None and count[region_of[asked.cell]] >= at_most:
            continue
        region = found[region_of[asked.cell]]
        result = reach(region, bounds, asked.cell, asked.sign, asked.need)
        if result.value < asked.need - TOLERANCE:
            failures.append((asked, region, result))
            count[region_of[asked.cell]] += 1
        elif _is_whole(result.solution):
            place = dict(zip(region.cells.tolist(), result.solution.tolist(), strict=True))
            left = [one for one in left if one.sign * place.get(one.cell, 0) < one.need - TOLERANCE]
        elif (
            whole_reach(region, bounds, asked.cell, asked.sign, asked.need) < asked.need - TOLERANCE
        ):
            failures.append((asked, region, None))
    return failures


def beside(
    problem: Problem, mask: BoolArray, told_by: Mapping[int, int], region: Region
) -> list[int]:
    """Cells that could be withheld and would make a region larger: one of them has to be.

    They share a relation with it, or with what is known only because they are.
    """
    rows, seen, found = list(region.rows), set[int](), set[int]()
    while rows:
        row = int(rows.pop())
        if row in seen:
            continue
        seen.add(row)
        cells = problem.matrix[[row], :].indices.tolist()
        found |= {cell for cell in cells if problem.is_free[cell] and not mask[cell]}
        rows += [told_by[cell] for cell in cells if cell in told_by]
    return sorted(found)


def settled(
    problem: Problem, mask: BoolArray, asked: list[int]
) -> tuple[FloatArray, dict[int, int]]:
    """Bounds in which what follows from a relation of known cells is known too; and from which.

    A group's assessments without a plan tie all its factors together while nobody needs to guess
    them. Cells asked for stay as they are: what stands in their way is still to be found.
    """
    bounds = problem.bounds(mask).copy()
    is_asked = np.zeros(bounds.shape[1], dtype=bool)
    is_asked[asked] = True
    entries = csr_array(abs(problem.matrix).sign())
    told_by: dict[int, int] = {}
    while True:
        unknown = bounds[1] - bounds[0] > TOLERANCE
        alone = entries @ unknown.astype(float) == 1
        told = False
        for row in np.flatnonzero(alone).tolist():
            cells = entries.indices[entries.indptr[row] : entries.indptr[row + 1]]
            (cell,) = cells[unknown[cells]].tolist()
            if not is_asked[cell]:
                bounds[:, cell], told = 0.0, True
                told_by.setdefault(cell, row)
        if not told:
            return bounds, told_by


def _proved_together(
    region: Region, bounds: FloatArray, size: int, left: list[Requirement]
) -> list[Requirement]:
    """Requirements of a region that no joint table proves."""
    place = np.full(size, -1)
    place[region.cells] = np.arange(region.cells.size)
    idle = 0
    for turn in range(_ROUNDS):
        asked = [one for one in left if one.sign == (1 if turn % 2 == 0 else -1)]
        if idle > 3 or not left:
            break
        if not asked:
            idle += 1
            continue
        if turn % 4 > 1:
            # What weighed little the last time weighs much now.
            asked.reverse()
        solution = _joint(region.matrix, bounds[:, region.cells], place, asked)
        proved = set()
        if _is_whole(solution):
            proved = {
                one for one in left if one.sign * solution[place[one.cell]] >= one.need - TOLERANCE
            }
        left = [one for one in left if one not in proved]
        idle = 0 if proved else idle + 1
    return left


def _joint(
    matrix: csr_array, bounds: FloatArray, place: IntArray, asked: list[Requirement]
) -> FloatArray:
    """A table that takes as many cells as it can as far as they must go.

    Maximises the weighted sum of t_r over M z = 0, t_r <= sign z_c, t_r <= need. Unequal weights
    keep requirements that exclude each other from being met by halves.
    """
    from scipy.sparse import block_array, eye_array

    number, count = len(asked), matrix.shape[1]
    picks = coo_array(
        (
            [-float(one.sign) for one in asked],
            (np.arange(number), [int(place[one.cell]) for one in asked]),
        ),
        shape=(number, count),
    )
    above = block_array([[picks, eye_array(number)]], format="csr")
    equal = block_array([[matrix, csr_array((matrix.shape[0], number))]], format="csr")
    weights = 1 + np.arange(number, 0, -1) / number
    limits = np.vstack([bounds.T, np.array([(-math.inf, one.need) for one in asked], dtype=float)])
    found = _simplex(
        np.concatenate([np.zeros(count), -weights]),
        A_ub=above,
        b_ub=np.zeros(number),
        A_eq=equal if equal.shape[0] else None,
        b_eq=np.zeros(equal.shape[0]) if equal.shape[0] else None,
        bounds=limits,
    )
    # Without a joint table nothing is proved here, and each requirement is asked by itself.
    return np.asarray(found.x[:count]) if found.status == 0 else np.zeros(count)


def _is_whole(solution: FloatArray) -> bool:
    return bool(np.all(np.abs(solution - np.rint(solution)) <= TOLERANCE))


def _simplex(objective: FloatArray, **programme: Any) -> Any:
    """The least of a linear programme at a corner, where counts tend to be whole numbers."""
    return linprog(objective, method="highs-ds", **programme)
