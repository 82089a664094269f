"""Counts that are out already, as they were printed, tied to those that are about to be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from riskmodel.counted import Groups
from riskmodel.disclosure.cells import IN_ALL, PRINTED, TOTAL, CountCell, Group, Key, group_of
from riskmodel.disclosure.linking import Links
from riskmodel.disclosure.policy import Policy
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.table import Name
from riskmodel.errors import DataError, UnknownNameError

__all__ = ["EarlierCounts", "tie", "tie_known", "tie_rest", "word_of"]

Words = tuple[str, ...]
Cell = tuple[str, str]
CountBy = Callable[[Sequence[str]], Groups]
"""Counts the records by other columns."""

_FEWEST_TO_TELL_ROUNDING = 4
_GUESSED = -1


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
    rounded_to
        What its numbers were rounded to, 0 where they were not; -1 where nobody says.
    veiled
        Measures and factors of which zeros were withheld too, and then all of them where zeros are
        no exception.
    """

    by: tuple[str, ...]
    groups: Mapping[Words, Mapping[Cell, int | None]]
    rounded_to: int = _GUESSED
    veiled: frozenset[Cell] = frozenset()

    @property
    def round_to(self) -> int | None:
        """5 or 10 where numbers are rounded to it; unsaid, where every one is a multiple of it."""
        if self.rounded_to != _GUESSED:
            return self.rounded_to or None
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

    def ends(self, cell: Cell, shown: int | None, policy: Policy) -> tuple[float, float]:
        """Smallest and largest count that what was printed leaves possible."""
        if shown is None:
            return 0.0 if cell in self.veiled else float(policy.smallest), math.inf
        slack = self.round_to // 2 if self.round_to and shown else 0
        return max(shown - slack, 0), shown + slack


def word_of(value: object) -> str:
    """A value of a group as a file shows it; a missing one is empty."""
    return "" if value is None or value != value else str(value)


def tie_known(
    links: Links,
    number: int,
    draft: ProtectedCounts,
    known: Sequence[EarlierCounts],
    policy: Policy,
    count_by: CountBy | None = None,
) -> None:
    """Tie the counts of a draft, release 0, to those that are out.

    Parameters
    ----------
    links, draft, policy
        What is collected, and of which counts.
    number
        The first release that is free.
    known
        Releases that are out.
    count_by
        Counts the records by other columns. With it a release that is out is tied to counts by its
        own columns, which nobody prints, and these to the draft and to one another by all columns
        that they share; without it to the draft alone.
    """
    own = draft.by if draft.by and TOTAL not in draft.counts else ()
    tables = {frozenset(own): (0, draft), frozenset(): (0, draft)}
    whole = draft.all_groups or draft.counts.get(TOTAL)
    if count_by is not None and whole is not None:
        for columns in _closed({frozenset(own), *(frozenset(one.by) for one in known)}):
            if columns in tables:
                continue
            order = tuple(sorted(columns))
            try:
                hidden = ProtectedCounts(count_by(order), order, policy, None, whole)
            except (DataError, UnknownNameError):
                continue  # these records have no such column
            links.release(number, hidden, is_hidden=True)
            for at, other in dict(tables.values()).items():
                links.link(at, other, number, hidden)
            tables[columns] = number, hidden
            number += 1
    for one in known:
        place, table = tables.get(frozenset(one.by), (0, draft))
        _tie_release(links, number, (place, table), one, policy)
        number += 1


def _closed(columns: set[frozenset[str]]) -> list[frozenset[str]]:
    """Sets of columns with those that any of them share, in an order that is always the same."""
    found = set(columns)
    while True:
        more = {one & other for one, other in combinations(found, 2)} - found
        if not more:
            return sorted(found, key=lambda one: (len(one), sorted(one)))
        found |= more


def _tie_release(
    links: Links,
    number: int,
    mine: tuple[int, ProtectedCounts],
    earlier: EarlierCounts,
    policy: Policy,
) -> None:
    """Tie the counts of one table to those of an earlier release.

    Notes
    -----
    Where both are over the same columns, group by group; where one has more columns, the groups of
    the finer one within each group of the other; else by all groups together. A number that is out
    is known; one that was withheld is only known to be at least 1. Where a number has changed, the
    change is a count of children who came or went, and so is the change among those without a plan,
    without the factor, or with neither: all are cells of their own, protected as any small count.
    """
    place, table = mine
    for group, parts in _matches(table, earlier):
        tied = earlier.within(dict(group))

        change = partial(
            _change, links, (number, place, tuple(group)), parts, tied, earlier, policy
        )
        in_all = [change(measure, "") for measure in IN_ALL]
        tie_rest(links, (number, tuple(group), "", "without_plan"), in_all, (1, -1))
        # Of a table without a record there is no group but all of them together.
        for factor in table.true_counts(next(iter(table.counts), TOTAL)).factors:
            found, led = (change(measure, factor) for measure in PRINTED)
            for name, changes, signs in (
                ("without_plan", (found, led), (1, -1)),
                ("plans_without", (in_all[1], led), (1, -1)),
                ("without_factor", (in_all[0], found), (1, -1)),
                ("neither", (*in_all, found, led), (1, -1, -1, 1)),
            ):
                tie_rest(links, (number, tuple(group), factor, name), changes, signs)


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


def _change(
    links: Links,
    where: tuple[int, int, Group],
    parts: Sequence[Group],
    tied: Sequence[Mapping[Cell, int | None]],
    earlier: EarlierCounts,
    policy: Policy,
    measure: str,
    factor: str,
) -> _Change | None:
    """Tie one count; how it changed, or None where nobody can know that it did."""
    number, place, group = where
    numbers = [shown[measure, factor] for shown in tied if (measure, factor) in shown]
    cells = [CountCell(place, part, measure, factor) for part in parts]
    if not numbers or len(numbers) != len(tied) or any(cell not in links.cells for cell in cells):
        return None
    known = CountCell(number, group, f"known {measure}", factor)
    ends = [earlier.ends((measure, factor), shown, policy) for shown in numbers]
    found = tie(links, cells, known, ends)
    return None if None in numbers else found


def tie(
    links: Links,
    cells: Sequence[CountCell],
    known: CountCell,
    ends: Sequence[tuple[float, float]],
) -> _Change:
    """One relation: counts about to be printed, numbers that are out, and what changed between.

    Returns the cell of the change with its sign; (None, 0) where nothing changed.
    """
    now = sum(links.cells[cell] for cell in cells)
    low, high = (sum(end) for end in zip(*ends, strict=True))
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
    return change, (now > then) - (now < then)


def tie_rest(
    links: Links,
    where: tuple[int, Group, str, str],
    changes: Sequence[_Change | None],
    signs: Sequence[int],
) -> None:
    """The change of a count that nobody prints, from those of the counts that it is the rest of."""
    told = [change for change in changes if change is not None]
    moved = [(cell, s * way) for (cell, way), s in zip(told, signs, strict=False) if cell]
    if len(told) < len(changes) or len(moved) < 2:  # the change of one count is a cell already
        return
    number, group, factor, name = where
    change = sum(sign * links.cells[cell] for cell, sign in moved)
    rest = CountCell(number, group, f"change {name}", factor)
    links.cells[rest] = abs(change)
    links.outside[rest] = (0.0, math.inf)
    relation: dict[Name, int] = {rest: -1 if change >= 0 else 1}
    links.relations.append(relation | dict(moved))
