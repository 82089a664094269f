"""Printed counts of factors recorded together, and what can be inferred from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from riskmodel.assessments import PLAN, Assessments

__all__ = ["Earlier", "Told", "gaps", "less", "told_of"]

FEWEST = 2
"""The fewest factors that a named combination can have."""


class Told(NamedTuple):
    """Assessments that have exactly these out of some factors, and the plans among them.

    Parameters
    ----------
    among
        Factors for which it is told whether they were recorded; nothing is told of any other.
    recorded
        Those that were recorded; None for assessments with fewer than two of them.
    assessments, plans
        Counts.
    """

    among: frozenset[str]
    recorded: frozenset[str] | None
    assessments: int
    plans: int

    def holds(self, other: Told) -> bool:
        """Whether every assessment of the other is one of these."""
        if not self.among <= other.among:
            return False
        if other.recorded is None:
            return self.recorded is None or not self.among
        own = other.recorded & self.among
        return len(own) < FEWEST if self.recorded is None else own == self.recorded

    def to_data(self) -> list[Any]:
        """Plain data, for the ledger."""
        recorded = None if self.recorded is None else sorted(self.recorded)
        return [sorted(self.among), recorded, self.assessments, self.plans]


class Earlier(NamedTuple):
    """What one answer told; ``is_same`` is False if the records have grown since."""

    is_same: bool
    rows: tuple[Told, ...]

    @classmethod
    def from_data(cls, is_same: bool, rows: Iterable[Sequence[Any]]) -> Earlier:
        """From the plain data of the ledger."""
        return cls(
            is_same,
            tuple(
                Told(frozenset(among), None if own is None else frozenset(own), n, k)
                for among, own, n, k in rows
            ),
        )


def told_of(table: Assessments, names: Sequence[str]) -> list[Told]:
    """Counts of every combination of a few factors."""
    flags = [table.frame[name].to_numpy().astype(np.int64) for name in (*names, PLAN)]
    code = sum((flag << place for place, flag in enumerate(flags)), np.zeros(len(table), int))
    unled, led = np.bincount(code, minlength=2 ** len(flags)).reshape(2, -1).tolist()
    return [
        Told(
            frozenset(names),
            frozenset(name for place, name in enumerate(names) if row >> place & 1),
            unled[row] + led[row],
            led[row],
        )
        for row in range(len(led))
    ]


def less(assessments: int, plans: int) -> tuple[int, int, int]:
    """Assessments, those that led to a plan, and those that did not."""
    return assessments, plans, assessments - plans


def gaps(now: Sequence[Told], earlier: Sequence[Earlier]) -> Iterator[int]:
    """Counts that are never printed, but that a reader of all answers can work out by subtraction.

    For the same records: what is left of a count after all counts within it that one answer tells.
    For records that have grown: the change of each count that both answers tell, and the change of
    what is left of it after the counts within it.
    """
    one_state = dict.fromkeys([*now, *(row for one in earlier if one.is_same for row in one.rows)])
    for row in one_state:
        for inside in _within(row, one_state).values():
            yield from less(
                row.assessments - sum(part.assessments for part in inside),
                row.plans - sum(part.plans for part in inside),
            )
    for one in earlier:
        then = {row[:2]: row for row in one.rows}
        grown = {row: then[row[:2]] for row in now if row[:2] in then}
        for row in () if one.is_same else grown:
            for inside in ([], *_within(row, grown).values()):
                change = [_change(part, grown) for part in (row, *inside)]
                n, k = (2 * side[0] - sum(side) for side in zip(*change, strict=True))
                yield from map(abs, less(n, k))


def _within(row: Told, others: Iterable[Told]) -> Mapping[frozenset[str], list[Told]]:
    """Others that a count holds, by the factors that they tell of: these do not overlap."""
    found: dict[frozenset[str], list[Told]] = {}
    for other in others:
        if other.among != row.among and row.holds(other):
            found.setdefault(other.among, []).append(other)
    return found


def _change(row: Told, then: Mapping[Told, Told]) -> tuple[int, int]:
    before = then[row]
    return row.assessments - before.assessments, row.plans - before.plans
