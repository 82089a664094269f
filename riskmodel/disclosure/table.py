"""Cells that are tied to one another by sums, and what a reader knows of each."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.disclosure.policy import Policy
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["BoolArray", "FloatArray", "IntArray", "LinkedTable", "Name", "Problem"]

Name = Hashable
"""What a cell is called; anything that can be a key."""

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """Counts with the linear relations among them: one table, or several that share cells.

    Parameters
    ----------
    cells
        Counts by name, none negative. Their order decides between suppressions that are as good.
    relations
        Each maps names to coefficients; the coefficients times the counts add up to 0. The total
        of two parts is ``{"total": 1, "north": -1, "south": -1}``.
    outside
        Cells that this release does not print, with the smallest and largest count that anybody
        can give them: a complement is ``(0, inf)``, a figure printed elsewhere ``(17, 17)``.
    guards
        For a cell that is not printed, the printed one that is withheld when it is small.
    weights
        What withholding a cell costs; 1 where nothing is said.
    veiled
        Cells whose zeros are withheld like small counts, so that one that is withheld may be 0.

    Raises
    ------
    DataError
        When a count is negative, a name unknown, or a relation does not hold.

    Notes
    -----
    A relation that the reader knows and the table does not hold is a hole in the protection: name
    them all, those among counts that are never printed included.

    Examples
    --------
    >>> table = LinkedTable(
    ...     {"total": 40, "north": 37, "south": 3}, [{"total": 1, "north": -1, "south": -1}]
    ... )
    >>> print(table)
    3 cells, 1 relation
    """

    cells: Mapping[Name, int] = field(repr=False)
    relations: Sequence[Mapping[Name, int]] = field(repr=False)
    outside: Mapping[Name, tuple[float, float]] = field(default_factory=dict, repr=False)
    guards: Mapping[Name, Name] = field(default_factory=dict, repr=False)
    weights: Mapping[Name, float] = field(default_factory=dict, repr=False)
    veiled: frozenset[Name] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        for name in ("cells", "outside", "guards", "weights"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "relations", tuple(dict(found) for found in self.relations))
        self._check()

    def _check(self) -> None:
        # Messages name cells, never their counts: an error must not print what is withheld.
        for name, count in self.cells.items():
            if count != int(count) or count < 0:
                raise DataError(f"cell {name} is not a whole number of at least 0")
        named = [*self.outside, *self.guards, *self.guards.values(), *self.weights, *self.veiled]
        for name in [*named, *(name for found in self.relations for name in found)]:
            if name not in self.cells:
                raise DataError(f"there is no cell {name}")
        for found in self.relations:
            if sum(coefficient * self.cells[name] for name, coefficient in found.items()):
                raise DataError(f"these cells do not add up as said: {', '.join(map(str, found))}")
        for name, (low, high) in self.outside.items():
            if not low <= self.cells[name] <= high:
                raise DataError(f"the bounds of cell {name} do not hold its count")
        if any(weight <= 0 for weight in self.weights.values()):
            raise DataError("weights must be above 0")

    @property
    def printable(self) -> tuple[Name, ...]:
        """Cells that this release prints unless they are withheld."""
        return tuple(name for name in self.cells if name not in self.outside)

    def __str__(self) -> str:
        number = len(self.relations)
        return f"{len(self.cells)} cells, {number} relation{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A linked table as arrays, for the solver; deviations are from the true counts.

    Parameters
    ----------
    values
        True counts, shape (C,).
    matrix
        Relations, shape (R, C): matrix @ values = 0.
    printed, withheld
        Least and greatest deviation that a reader thinks possible of a cell that is printed, and
        of one that is not; shape (2, C). Both are the same for cells outside the release.
    is_free
        Cells that this release may print or withhold.
    is_forced
        Free cells that are withheld for their own sake, or for a complement's.
    is_small
        Cells that need protection, printed or not.
    weights
        Cost of withholding, shape (C,).
    """

    values: FloatArray
    matrix: csr_array
    printed: FloatArray
    withheld: FloatArray
    is_free: BoolArray
    is_forced: BoolArray
    is_small: BoolArray
    weights: FloatArray

    def bounds(self, mask: BoolArray) -> FloatArray:
        """Least and greatest deviation of each cell, shape (2, C), where ``mask`` is withheld."""
        return np.where(mask, self.withheld, self.printed)


def problem_of(table: LinkedTable, policy: Policy) -> Problem:
    """Arrays of a table under a policy; primary suppression is decided here.

    Notes
    -----
    A reader knows that a withheld count is at least 1 where zero is printed, and nothing above it.
    A cell that is not printed and small has its guard withheld, unless rounding hides it already.
    A zero that is veiled is withheld, and what is withheld of veiled cells can be 0.
    """
    from scipy.sparse import csr_array

    names = list(table.cells)
    place = {name: position for position, name in enumerate(names)}
    values = np.array([table.cells[name] for name in names], dtype=float)
    inner = np.array([name not in table.outside for name in names], dtype=bool)
    small = np.array([policy.is_small(int(value)) for value in values], dtype=bool)
    known = np.array([policy.known(int(value)) for value in values], dtype=float).reshape(-1, 2).T
    veiled = np.array([name in table.veiled for name in names], dtype=bool)
    lowest = np.where(veiled, 0.0, float(policy.smallest))
    hidden = np.vstack([lowest, np.full(len(names), math.inf)])
    for name, ends in table.outside.items():
        known[:, place[name]] = hidden[:, place[name]] = ends
    known[:, small & inner] = hidden[:, small & inner]
    # A zero that anybody knows (a difference of nothing) is no secret.
    small &= ~((values == 0) & (known[1] == 0) & ~inner)
    free = inner & ((values > 0) | veiled | (not policy.publish_zero))
    entries = [
        (row, place[name], coefficient)
        for row, found in enumerate(table.relations)
        for name, coefficient in found.items()
    ]
    rows, columns, coefficients = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    matrix = csr_array(
        (coefficients.astype(float), (rows, columns)), shape=(len(table.relations), len(names))
    )
    forced = (small | (veiled & (values == 0))) & inner & free
    for name, guard in table.guards.items():
        is_hidden = _is_hidden(place[name], matrix, known, policy)
        if small[place[name]] and free[place[guard]] and not is_hidden:
            forced[place[guard]] = True
    hidden[:, inner & ~free] = known[:, inner & ~free]
    weights = np.array([table.weights.get(name, 1.0) for name in names])
    return Problem(values, matrix, known - values, hidden - values, free, forced, small, weights)


def _is_hidden(cell: int, matrix: csr_array, known: FloatArray, policy: Policy) -> bool:
    """Whether no single relation says enough of a cell, all others being printed (and rounded)."""
    if policy.round_to is None:
        return False
    for row in matrix[:, [cell]].nonzero()[0]:
        found = matrix[[row], :].tocoo()
        own, ends = 0.0, np.zeros(2)
        for column, coefficient in zip(found.col, found.data, strict=True):
            if column == cell:
                own = coefficient
            else:
                ends += np.sort(-coefficient * known[:, column])
        low, high = np.sort(ends / own)
        if max(low, policy.smallest) > policy.smallest or high < policy.smallest + policy.width:
            return False
    return True
