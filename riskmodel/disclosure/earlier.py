"""Counts that are out already, as they were printed, tied to those that are about to be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from riskmodel.disclosure.cells import PRINTED, TOTAL, CountCell, Group, Key, group_of
from riskmodel.disclosure.linking import Links
from riskmodel.disclosure.policy import Policy
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.table import Name

__all__ = ["EarlierCounts", "tie_earlier", "word_of"]

Words = tuple[str, ...]
Cell = tuple[str, str]
_FEWEST_TO_TELL_ROUNDING = 4


@dataclass(frozen=True, slots=True)
class EarlierCounts:
    """An earlier release of the same records, as its file shows it.

    Parameters
    ----------
    by
        Columns that it was grouped by.
    groups
        By the words of a group, then by (measure, factor), the number printed; None where it was
        withheld.
    """

    by: tuple[str, ...]
    groups: Mapping[Words, Mapping[Cell, int | None]]

    @property
    def round_to(self) -> int | None:
        """5 or 10 where every number is a multiple of it, as numbers that were rounded are."""
        found = [n for cells in self.groups.values() for n in cells.values() if n]
        if len(found) < _FEWEST_TO_TELL_ROUNDING:
            return None
        return next((base for base in (10, 5) if all(n % base == 0 for n in found)), None)

    def within(self, words: Mapping[str, str]) -> list[Mapping[Cell, int | None]]:
        """Groups that lie within one of some columns and words."""
        return [
            cells
            for key, cells in self.groups.items()
            if words.items() <= dict(zip(self.by, key, strict=True)).items()
        ]


def word_of(value: object) -> str:
    """A value of a group as a file shows it; a missing one is empty."""
    return "" if value is None or value != value else str(value)


def tie_earlier(
    links: Links, number: int, draft: ProtectedCounts, earlier: EarlierCounts, policy: Policy
) -> None:
    """Tie the counts of a draft, release 0, to those of an earlier release.

    Notes
    -----
    Where both are over the same columns, group by group; where one has more columns, the groups of
    the finer one within each group of the other; else by all groups together. A number that is out
    is known; one that was withheld is only known to be at least 1. Where a number has changed, the
    change is a count of children who came or went, and so is the change among those without a plan:
    both are cells of their own, protected as any small count.
    """
    for group, parts in _matches(draft, earlier):
        tied = earlier.within(dict(group))
        for factor in draft.true_counts(next(iter(draft.counts))).factors:
            changes = []
            for measure in PRINTED:
                numbers = [shown[measure, factor] for shown in tied if (measure, factor) in shown]
                if not numbers or len(numbers) != len(tied):
                    continue
                cells = [CountCell(0, part, measure, factor) for part in parts]
                known = CountCell(number, tuple(group), f"known {measure}", factor)
                changes.append(_tie(links, cells, known, numbers, earlier.round_to, policy))
            if len(changes) == len(PRINTED) and all(change is not None for change in changes):
                _tie_rest(links, number, tuple(group), factor, [c for c in changes if c])
        totals = [shown.get(("total_plans", "")) for shown in tied]
        if tied and all(total is not None for total in totals):
            cells = [CountCell(0, part, "total_plans") for part in parts]
            known = CountCell(number, tuple(group), "known total_plans")
            _tie(links, cells, known, totals, earlier.round_to, policy)


def _matches(
    draft: ProtectedCounts, earlier: EarlierCounts
) -> Iterator[tuple[list[tuple[str, str]], list[Group]]]:
    """Words that name a group of both, with the groups of the draft that make it up."""
    shared = [column for column in draft.by if column in earlier.by]
    has_total = draft.all_groups is not None
    by_words: dict[Words, list[Key]] = {}
    if set(shared) in (set(draft.by), set(earlier.by)):
        for key in draft.counts:
            values = dict(zip(draft.by, key, strict=True))
            by_words.setdefault(tuple(word_of(values[c]) for c in shared), []).append(key)
    for words, keys in by_words.items():
        if words or not has_total:
            yield (
                list(zip(shared, words, strict=True)),
                [group_of(draft.by, key) for key in keys],
            )
    if has_total:
        yield [], [group_of(draft.by, TOTAL)]


_Change = tuple[CountCell | None, int]


def _tie(
    links: Links,
    cells: Sequence[CountCell],
    known: CountCell,
    numbers: Sequence[int | None],
    round_to: int | None,
    policy: Policy,
) -> _Change | None:
    """One relation: counts about to be printed, numbers that are out, and what changed between.

    Returns the cell of the change with its sign, (None, 0) where nothing changed, and None where
    some number was withheld.
    """
    now = sum(links.cells[cell] for cell in cells)
    low, high = 0.0, 0.0
    for shown in numbers:
        if shown is None:
            low, high = low + policy.smallest, math.inf
        else:
            slack = round_to // 2 if round_to and shown else 0
            low, high = low + max(shown - slack, 0), high + shown + slack
    then = int(min(max(now, low), high))
    links.cells[known] = then
    links.outside[known] = (low, high)
    relation: dict[Name, int] = {**dict.fromkeys(cells, 1), known: -1}
    change: CountCell | None = None
    if now != then:
        change = known._replace(measure=known.measure.replace("known", "change of"))
        links.cells[change] = abs(now - then)
        links.outside[change] = (0.0, math.inf)
        relation[change] = -1 if now > then else 1
    links.relations.append(relation)
    if None in numbers:
        return None
    return change, (now > then) - (now < then)


def _tie_rest(
    links: Links, number: int, group: Group, factor: str, changes: Sequence[_Change]
) -> None:
    """The change of assessments less that of plans: who came or went without a plan."""
    (found, up), (led, rise) = changes
    if found is None and led is None:
        return
    change = (up * links.cells[found] if found else 0) - (rise * links.cells[led] if led else 0)
    rest = CountCell(number, group, "change without_plan", factor)
    links.cells[rest] = abs(change)
    links.outside[rest] = (0.0, math.inf)
    relation: dict[Name, int] = {rest: -1 if change >= 0 else 1}
    if found:
        relation[found] = up
    if led:
        relation[led] = -rise
    links.relations.append(relation)
