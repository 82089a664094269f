"""The cells of counts per factor, in one release or several, and the sums that tie them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure.cells import (
    IN_ALL,
    PRINTED,
    TOTAL,
    CountCell,
    Group,
    Key,
    count_of,
    group_of,
)
from riskmodel.disclosure.policy import Policy
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.disclosure.table import LinkedTable, Name

__all__ = ["Links"]

# Printed counts that the others, which nobody prints, are worked out from.
_HANGS_ON = {
    "total_without_plan": IN_ALL,
    "without_plan": PRINTED,
    "plans_without": ("plans", "total_plans"),
    "without_factor": ("assessments", "total_assessments"),
    "neither": (*PRINTED, *IN_ALL),
}

# What withholding costs: a plan count costs its own row one figure, a total every row.
_WEIGHTS = {"plans": 1.0, "assessments": 1.5, "total_assessments": 30.0, "total_plans": 40.0}
_ALL_GROUPS = 100.0


class Links:
    """Collects the cells and relations of one release and of those before it."""

    def __init__(self) -> None:
        self.cells: dict[Name, int] = {}
        self.relations: list[dict[Name, int]] = []
        self.outside: dict[Name, tuple[float, float]] = {}
        self.guards: dict[Name, Name] = {}
        self.weights: dict[Name, float] = {}

    def table(self, veiled: Iterable[Name] = ()) -> LinkedTable:
        """All that was collected; zeros of the veiled cells are withheld."""
        return LinkedTable(
            self.cells,
            self.relations,
            self.outside,
            self.guards,
            self.weights,
            frozenset(veiled),
        )

    def columns_of(self, exposed: Iterable[Name]) -> set[Name]:
        """Cells of the groups about to be printed, in the columns that these cells hang on."""
        columns = {
            (measure, name.factor if measure in PRINTED else "")
            for name in exposed
            if isinstance(name, CountCell)
            for measure in _HANGS_ON.get(name.measure, (name.measure,))
        }
        return {
            cell
            for cell in self.cells
            if isinstance(cell, CountCell)
            and not cell.release
            and cell not in self.outside
            and (cell.measure, cell.factor) in columns
        }

    def release(self, number: int, release: ProtectedCounts, *, is_hidden: bool = False) -> None:
        """All groups of a release, those together, and their sums; hidden: nobody prints it."""
        tables = _tables(release)
        for group, counts in tables.items():
            self._group(number, release, group, counts)
        if is_hidden:
            printed = [cell for cell in self.cells if getattr(cell, "release", None) == number]
            self.outside |= dict.fromkeys(printed, (0.0, math.inf))
        if () in tables and len(tables) > 1:
            parts = [group for group in tables if group]
            for measure, factor in _quantities(tables[()]):
                self._sum(
                    CountCell(number, (), measure, factor),
                    [CountCell(number, group, measure, factor) for group in parts],
                )

    def _group(
        self, number: int, release: ProtectedCounts, group: Group, counts: FactorCounts
    ) -> None:
        largest = max(counts.total_plans, counts.total_assessments or 0, 1)
        for measure, factor in _quantities(counts):
            cell = CountCell(number, group, measure, factor)
            count = count_of(counts, measure, factor) or 0
            self.cells[cell] = count
            scale = _WEIGHTS[measure] * (1.0 if group or not release.by else _ALL_GROUPS)
            self.weights[cell] = scale * (1 + count / (2 * largest))
            if number:
                key = tuple(value for _, value in group)
                self.outside[cell] = _known_earlier(release, key, cell, count)
            elif not group and release.whole is not None:
                # The table of all groups is printed by itself, whatever these groups would need.
                self.outside[cell] = _known_earlier(release.whole, TOTAL, cell, count)
        self._complements(number, group, counts)

    def _complements(self, number: int, group: Group, counts: FactorCounts) -> None:
        def cell(measure: str, factor: str = "") -> CountCell:
            return CountCell(number, group, measure, factor)

        plans, all_of = cell("total_plans"), cell("total_assessments")
        has_all = counts.total_assessments is not None
        if has_all:
            self._rest(cell("total_without_plan"), all_of, plans, all_of)
        for name in counts.factors:
            found, led = cell("assessments", name), cell("plans", name)
            self._rest(cell("without_plan", name), found, led, led)
            self._rest(cell("plans_without", name), plans, led, led)
            if has_all:
                self._rest(cell("without_factor", name), all_of, found, found)
                self._rest(
                    cell("neither", name),
                    cell("total_without_plan"),
                    cell("without_plan", name),
                    led,
                )

    def _rest(self, rest: CountCell, whole: CountCell, part: CountCell, guard: CountCell) -> None:
        """A cell that nobody prints: the whole less the part."""
        self.cells[rest] = self.cells[whole] - self.cells[part]
        self.outside[rest] = (0.0, math.inf)
        self.relations.append({whole: 1, part: -1, rest: -1})
        if not rest.release:
            self.guards[rest] = guard

    def link(self, a: int, one: ProtectedCounts, b: int, other: ProtectedCounts) -> None:
        """Ties two releases: the same groups, and groups of one that make up one of the other."""
        first, second = _tables(one), _tables(other)
        for (number, mine), (beside, theirs) in (
            ((a, first), (b, second)),
            ((b, second), (a, first)),
        ):
            for group, counts in mine.items():
                parts = [group] if group in theirs else _parts(group, theirs)
                if parts == [group] and number > beside:
                    continue
                for measure, factor in _quantities(counts) if parts else ():
                    cells = [CountCell(beside, part, measure, factor) for part in parts]
                    if all(cell in self.cells for cell in cells):
                        self._sum(CountCell(number, group, measure, factor), cells)

    def _sum(self, whole: CountCell, parts: list[CountCell]) -> None:
        """A whole and its parts; records that changed between releases differ by a hidden cell."""
        change = self.cells[whole] - sum(self.cells[part] for part in parts)
        relation: dict[Name, int] = {whole: 1, **dict.fromkeys(parts, -1)}
        if change:
            rest = CountCell(whole.release, whole.group, f"change {parts}", whole.factor)
            self.cells[rest] = abs(change)
            self.outside[rest] = (0.0, math.inf)
            relation[rest] = -1 if change > 0 else 1
        self.relations.append(relation)


def _known_earlier(
    release: ProtectedCounts, key: Key, cell: CountCell, count: int
) -> tuple[float, float]:
    """What an earlier release tells of a count."""
    shown = release.printed(key, cell.measure, cell.factor)
    if not isinstance(release.policy, Policy):
        return count, count
    return (
        (release.policy.smallest, math.inf)
        if shown == CONFIDENTIAL
        else release.policy.known(count)
    )


def _tables(release: ProtectedCounts) -> dict[Group, FactorCounts]:
    found = {group_of(release.by, key): counts for key, counts in release.counts.items()}
    if release.all_groups is not None:
        found[()] = release.all_groups
    return found


def _parts(group: Group, tables: Mapping[Group, FactorCounts]) -> list[Group]:
    """Groups that lie within one, where the table is split by its columns and more."""
    return [part for part in tables if part and len(part) > len(group) and set(group) <= set(part)]


def _quantities(counts: FactorCounts) -> list[tuple[str, str]]:
    totals = IN_ALL if counts.total_assessments is not None else IN_ALL[1:]
    return [(name, "") for name in totals] + [
        (name, factor) for name in PRINTED for factor in counts.factors
    ]
