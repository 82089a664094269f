"""The cells of counts per factor: which release, group and measure each is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from riskmodel.assessments import FactorCounts
from riskmodel.errors import UnknownNameError

__all__ = [
    "IN_ALL",
    "MEASURES",
    "PRINTED",
    "TOTAL",
    "CountCell",
    "Group",
    "Key",
    "count_of",
    "group_of",
]

Key = tuple[object, ...]
"""Values of the columns that a table is grouped by."""

Group = tuple[tuple[str, object], ...]

TOTAL: Key = ()
"""Key of all groups together."""

PRINTED = ("assessments", "plans")
IN_ALL = ("total_assessments", "total_plans")
MEASURES = (*PRINTED, *IN_ALL)


class CountCell(NamedTuple):
    """Name of one count: which release, group and measure, and the factor ("" for all)."""

    release: int
    group: Group
    measure: str
    factor: str = ""

    def __str__(self) -> str:
        where = ", ".join(f"{column} {value}" for column, value in self.group) or "all groups"
        return " / ".join(part for part in (where, self.measure, self.factor) if part)


def group_of(by: Sequence[str], key: Key) -> Group:
    """A key with the columns that its values are of."""
    return tuple(zip(by, key, strict=True)) if key else ()


def count_of(counts: FactorCounts, measure: str, factor: str) -> int | None:
    """One count; None for a total that is not known."""
    if measure in IN_ALL:
        total: int | None = getattr(counts, measure)
        return total
    if factor not in counts.factors:
        raise UnknownNameError("factor", factor, counts.factors)
    return int(getattr(counts, measure)[counts.factors.index(factor)])
