"""The lightest set of cells to withhold, by cutting planes; greedily where that takes too long."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from riskmodel.disclosure.attack import (
    TOLERANCE,
    Reach,
    Region,
    Requirement,
    beside,
    failing,
    settled,
)
from riskmodel.disclosure.policy import Policy
from riskmodel.disclosure.table import BoolArray, Problem

__all__ = ["lightest", "requirements_of", "told_anyway"]

Cut = Mapping[int, float]
"""Of the cells named, enough must be withheld that their coefficients add up to 1."""

_ROUNDS = 60
_CUTS_A_REGION = 20
_NODES = 50_000


def requirements_of(problem: Problem, policy: Policy) -> tuple[list[Requirement], set[int]]:
    """How far each small cell must be able to go, cut down to what is possible at all."""
    everything = problem.is_free.copy()
    small = np.flatnonzero(problem.is_small).tolist()
    lowest = {i: float(policy.smallest) for i in small}
    below = [Requirement(i, -1, problem.values[i] - lowest[i]) for i in small]
    for i, possible in _possible(problem, everything, below).items():
        lowest[i] = problem.values[i] - possible
    above = {i: Requirement(i, 1, lowest[i] + policy.width - problem.values[i]) for i in small}
    exposed = _possible(problem, everything, list(above.values()))
    for i, possible in exposed.items():
        above[i] = Requirement(i, 1, possible)
    requirements = [Requirement(i, -1, problem.values[i] - lowest[i]) for i in small] + list(
        above.values()
    )
    return [asked for asked in requirements if asked.need > TOLERANCE], set(exposed)


def _possible(problem: Problem, mask: BoolArray, asked: list[Requirement]) -> dict[int, float]:
    """How far the cells can go that cannot go as far as they are asked."""
    found = {}
    for one, _, result in failing(problem, mask, asked):
        value = 0.0 if result is None else result.value
        found[one.cell] = float(math.floor(value + TOLERANCE))
    return found


def lightest(problem: Problem, requirements: list[Requirement]) -> tuple[BoolArray, bool, set[int]]:
    """The lightest mask, whether it is proved so, and cells that cannot be protected."""
    mask, cuts = problem.is_forced.copy(), list[Cut]()
    dropped: set[int] = set()
    is_exact = True
    for turn in range(_ROUNDS + int(problem.is_free.sum()) + 1):
        asked = [one for one in requirements if one.cell not in dropped]
        fresh, hopeless = _cuts(problem, mask, asked)
        dropped |= hopeless
        if not fresh and not hopeless:
            return (
                (mask, True, dropped)
                if is_exact
                else (_pruned(problem, mask, asked), False, dropped)
            )
        cuts += [cut for cut in fresh if cut not in cuts]
        solved = _solve(problem, cuts) if is_exact and turn < _ROUNDS else None
        if solved is None:
            is_exact = False
            mask = _repaired(problem, mask, fresh)
        else:
            mask = solved
    raise AssertionError("suppression did not end")


def _cuts(
    problem: Problem, mask: BoolArray, asked: list[Requirement]
) -> tuple[list[Cut], set[int]]:
    """A cut for each requirement that fails, and the cells that nothing more can protect."""
    cuts: list[Cut] = []
    hopeless: set[int] = set()
    _, told_by = settled(problem, mask, [one.cell for one in asked if one.need > TOLERANCE])
    for one, region, result in failing(problem, mask, asked, _CUTS_A_REGION):
        cut: Cut = {}
        if region is not None and result is not None:
            cut = _dual_cut(problem, mask, one, (region, result), told_by)
        if not cut or sum(cut[i] for i in cut if mask[i]) > 1 - TOLERANCE:
            # Only fractions reach far enough: something more must be withheld.
            near = None if region is None else beside(problem, mask, told_by, region)
            cut = dict.fromkeys(near or np.flatnonzero(problem.is_free & ~mask).tolist(), 1.0)
        if cut:
            cuts.append(cut)
        else:
            hopeless.add(one.cell)
    return cuts, hopeless


def _dual_cut(
    problem: Problem,
    mask: BoolArray,
    asked: Requirement,
    attack: tuple[Region, Reach],
    told_by: Mapping[int, int],
) -> Cut:
    """The inequality on y that an attack's dual solution gives, as in ``protect_table``."""
    region, result = attack
    prices = np.zeros(problem.values.size)
    prices[asked.cell] = float(asked.sign)
    # linprog minimises -sign z: its marginals are those of the maximum with the other sign.
    prices += problem.matrix[region.rows, :].T @ result.marginals
    # What is known only because other cells are has no price of its own, but theirs.
    for cell, row in reversed(list(told_by.items())):
        if prices[cell]:
            relation = problem.matrix[[row], :].tocoo()
            at_cell = float(relation.data[relation.col == cell][0])
            prices[relation.col] -= prices[cell] / at_cell * relation.data
    rise = np.where(prices > TOLERANCE, prices, 0.0)
    fall = np.where(prices < -TOLERANCE, -prices, 0.0)
    own = problem.is_free & ~problem.is_forced
    base = np.where(own, problem.printed, problem.bounds(mask))
    with np.errstate(invalid="ignore"):
        fixed = np.nansum(rise * base[1]) - np.nansum(fall * base[0])
        gain = np.nan_to_num(rise * (problem.withheld[1] - problem.printed[1]), posinf=math.inf)
        gain += np.nan_to_num(fall * (problem.printed[0] - problem.withheld[0]))
    need = asked.need - fixed
    if not need > TOLERANCE:
        return {}
    useful = np.flatnonzero(own & (gain > TOLERANCE))
    return {int(i): min(1.0, float(gain[i]) / need) for i in useful}


def _solve(problem: Problem, cuts: list[Cut]) -> BoolArray | None:
    """The lightest mask that meets all cuts, by integer programming; None where it gives up."""
    cells = sorted({cell for cut in cuts for cell in cut})
    place = {cell: position for position, cell in enumerate(cells)}
    entries = [
        (row, place[cell], coefficient)
        for row, cut in enumerate(cuts)
        for cell, coefficient in cut.items()
    ]
    rows, columns, coefficients = zip(*entries, strict=True)
    matrix = csr_array((coefficients, (rows, columns)), shape=(len(cuts), len(cells)))
    found = milp(
        problem.weights[cells],
        constraints=LinearConstraint(matrix, lb=1 - TOLERANCE),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(cells), dtype=np.int64),
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if found.status != 0:
        return None
    mask = problem.is_forced.copy()
    mask[np.array(cells)[found.x > 0.5]] = True
    return mask


def _repaired(problem: Problem, mask: BoolArray, cuts: list[Cut]) -> BoolArray:
    """A mask that meets the cuts too: the cheapest cell for what it gives, one after the other."""
    mask = mask.copy()
    for cut in cuts:
        held = sum(coefficient for cell, coefficient in cut.items() if mask[cell])
        rest = sorted(
            (cell for cell in cut if not mask[cell]),
            key=lambda cell: (problem.weights[cell] / cut[cell], cell),
        )
        for cell in rest:
            if held > 1 - TOLERANCE:
                break
            mask[cell] = True
            held += cut[cell]
    return mask


def _pruned(problem: Problem, mask: BoolArray, asked: list[Requirement]) -> BoolArray:
    """Print again what need not be withheld, the heaviest first."""
    extra = np.flatnonzero(mask & ~problem.is_forced)
    for cell in sorted(extra.tolist(), key=lambda cell: (-problem.weights[cell], cell)):
        mask[cell] = False
        if failing(problem, mask, asked):
            mask[cell] = True
    return mask


def told_anyway(problem: Problem, mask: BoolArray) -> BoolArray:
    """Large cells that can be worked out although withheld: their symbol would hide nothing.

    A guard can be one, where its complement is hidden by other cells already.
    """
    told = np.zeros(mask.size, dtype=bool)
    for sign in (1, -1):
        asked = [
            Requirement(int(i), sign, 1.0)
            for i in np.flatnonzero(mask & ~problem.is_small)
            if sign > 0 or told[i]
        ]
        stuck = [one.cell for one, _, _ in failing(problem, mask, asked)]
        told[:] = False
        told[stuck] = True
    return told
