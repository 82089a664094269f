"""What is known to have left of the records at hand, and what is about to leave of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from riskmodel.assessments import FactorCounts
from riskmodel.core.manifest import sha256_of
from riskmodel.counted import Records
from riskmodel.disclosure.cells import MEASURES, PRINTED, TOTAL, CountCell, Key, count_of, group_of
from riskmodel.disclosure.earlier import EarlierCounts, word_of
from riskmodel.disclosure.ledger import FOLDER, entry_content
from riskmodel.disclosure.linking import Links
from riskmodel.disclosure.policy import Policy, Waiver
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.remembering import Remembering
from riskmodel.disclosure.suppress import ProtectedTable

__all__ = ["Memory"]

Span = tuple[int, int]
"""The least and the largest number that is printed like one."""


class Memory(Remembering):
    """What left of some records before, and of which it is said what leaves now.

    Parameters
    ----------
    records
        The records.
    place
        Another folder to remember in than the one beside them.

    Raises
    ------
    DataError
        When what is remembered cannot be read.
    """

    kind = "tables"

    def __init__(self, records: Records, place: Path | None = None) -> None:
        self.count_by = records.count_by
        told = {
            "file": records.path.name,
            "sha256": sha256_of(records.path),
            "reading": hashlib.sha256("\0".join(records.reading).encode()).hexdigest(),
            "months": list(records.months),
        }
        super().__init__(told, records.path.absolute().parent / FOLDER, place)
        self.models: dict[str, Mapping[str, Any]] = {
            str(entry.model["name"]): entry.model
            for entry in self.entries
            if "name" in entry.model and entry.is_of(self.records)
        }
        self.model: Mapping[str, Any] = {}

    @property
    def known(self) -> list[EarlierCounts]:
        """Counts that left of these records, or of others that hold some of the same."""
        return [table for entry in self.entries for table in entry.tables]

    @property
    def number(self) -> int:
        """Releases that are known."""
        return len(self.entries)

    def again(
        self,
        groups: Mapping[Key, FactorCounts],
        by: Sequence[str],
        policy: Policy,
        whole: ProtectedCounts | None = None,
    ) -> ProtectedCounts | None:
        """The same table as it left before; None where it did not.

        Parameters
        ----------
        groups, by, policy
            As for :func:`riskmodel.disclosure.counts.protect_counts`.
        whole
            The table of all groups, where it is out too.
        """
        if by and whole is None:
            return None
        all_groups = whole.counts[TOTAL] if by and whole is not None else None
        draft = ProtectedCounts(dict(groups), tuple(by), policy, None, all_groups, whole)
        for entry in reversed(self.entries):
            if entry.policy != policy.manifest() or not entry.is_of(self.records):
                continue
            for table in entry.tables[: entry.own]:
                if table.by == tuple(by) and _shown(draft, table) is not None:
                    return _replayed(draft, table, policy)
        return None

    def note_model(self, name: str, factors: Sequence[str], figures: int) -> None:
        """Say which model is about to leave, and how many of its figures rest on combinations."""
        self.model = {"name": name, "factors": sorted(factors), "figures": figures}

    def note_told(self, rows: Sequence[Any]) -> None:
        """Say which counts of factors recorded together the model that leaves prints."""
        self.model = {**self.model, "told": rows}

    @property
    def told_before(self) -> list[tuple[bool, Sequence[Any]]]:
        """Such counts of each model that is out, and whether it is of these very records."""
        return [
            (entry.is_of(self.records), entry.model["told"])
            for entry in self.entries
            if entry.model.get("told")
        ]

    def note_parts(self, rows: Sequence[Any]) -> None:
        """Say what is printed of assessments by number of factors: rows of number and counts."""
        self.model = {**self.model, "parts": rows}

    @property
    def parts_before(self) -> list[dict[int | None, tuple[int | str, int | str]]]:
        """What is out of assessments by number of factors, of each answer."""
        tables = [entry.model.get("parts", ()) for entry in self.entries]
        return [{number: (n, k) for number, n, k in rows} for rows in tables if rows]

    def note_values(self, rows: Mapping[str, Sequence[Span | None]]) -> None:
        """Say what is printed of columns: values missing, rows with one, and children named.

        Each is the least and the largest that is printed so; of a number that is not rounded both.
        """
        kept = {
            name: [
                None if one is None else one[0] if one[0] == one[1] else list(one) for one in row
            ]
            for name, row in rows.items()
        }
        self.model = {**self.model, "values": kept}

    def is_few_more(self, column: str, place: int, span: Span) -> bool:
        """Whether a number of a column that is out, in this place of its row, is a few from it.

        Of what is printed alike nothing new is known. A rounded number is as near as the nearest
        that it can stand for, save another answer on these very records.
        """
        for entry in self.entries:
            row = entry.model.get("values", {}).get(column)
            if not row or row[place] is None:
                continue
            low, high = row[place] if isinstance(row[place], list) else (row[place], row[place])
            is_exact = low == high and span[0] == span[1]
            if (low, high) == span or (not is_exact and entry.is_of(self.records)):
                continue
            if max(span[0] - high, low - span[1], 0) <= Policy().threshold:
                return True
        return False

    def leave(
        self,
        protected: ProtectedCounts,
        command: str,
        also: Sequence[EarlierCounts] = (),
    ) -> None:
        """Remember what is about to leave; to be called before it does, once or again.

        Parameters
        ----------
        protected
            Counts as they are printed.
        command
            The command, files without their place.
        also
            What else is known to be out, of files that were named.

        Raises
        ------
        DataError
            When another run over the same records was faster: what it let out is not allowed for.
        """
        if self.has_left:
            return
        own = [] if isinstance(protected.policy, Waiver) else printed_counts(protected)
        known = self.known
        content = entry_content(
            command,
            self.records,
            protected.policy.manifest(),
            ([one for one in own if one not in known], [one for one in also if one not in known]),
            model=self.model,
            by=[list(one.by) for one in own[:1]],
        )
        self.add(content)


def printed_counts(protected: ProtectedCounts) -> list[EarlierCounts]:
    """Counts as they are printed: of the groups, and of all groups together."""
    tables = [protected] if protected.whole is None else [protected, protected.whole]
    return [_printed(one) for one in tables]


def _printed(protected: ProtectedCounts) -> EarlierCounts:
    policy, table = protected.policy, protected.table
    assert isinstance(policy, Policy)
    assert table is not None
    places = _places(protected)
    groups: dict[tuple[str, ...], dict[tuple[str, str], int | None]] = {}
    for key in protected.counts:
        found = {place: protected.printed(key, *place) for place in places}
        groups[_words(key)] = {
            place: shown if isinstance(shown, int) else None for place, shown in found.items()
        }
    by = protected.by if TOTAL not in protected.counts else ()
    cells = [cell for cell in table.table.veiled if isinstance(cell, CountCell)]
    veiled = {(c.measure, c.factor) for c in cells} if policy.publish_zero else set(places)
    return EarlierCounts(by, groups, policy.round_to or 0, frozenset(veiled))


def _places(protected: ProtectedCounts) -> list[tuple[str, str]]:
    counts = next(iter(protected.counts.values()))
    measures = [name for name in MEASURES[2:] if getattr(counts, name) is not None]
    return [(name, "") for name in measures] + [
        (name, factor) for factor in counts.factors for name in PRINTED
    ]


def _words(key: Key) -> tuple[str, ...]:
    return tuple(map(word_of, key))


def _shown(
    draft: ProtectedCounts, table: EarlierCounts
) -> dict[tuple[Key, str, str], int | None] | None:
    """What a table shows of every count of a draft; None where it is another table."""
    policy, places = draft.policy, _places(draft)
    if {_words(key) for key in draft.counts} != set(table.groups):
        return None
    found = {}
    for key, counts in draft.counts.items():
        cells = table.groups[_words(key)]
        if set(cells) != set(places):
            return None
        for measure, factor in places:
            shown, count = cells[measure, factor], count_of(counts, measure, factor)
            if shown is not None and shown != policy.printed(count or 0):  # type: ignore[union-attr]
                return None
            found[key, measure, factor] = shown
    return found


def _replayed(draft: ProtectedCounts, table: EarlierCounts, policy: Policy) -> ProtectedCounts:
    """A draft in which what was withheld is withheld again."""
    links = Links()
    links.release(0, draft)
    shown = _shown(draft, table) or {}
    hidden = [
        CountCell(0, group_of(draft.by, key), measure, factor)
        for (key, measure, factor), number in shown.items()
        if number is None
    ]
    veiled = [
        cell
        for cell in links.cells
        if isinstance(cell, CountCell)
        and cell not in links.outside
        and policy.publish_zero
        and (cell.measure, cell.factor) in table.veiled
    ]
    made = links.table(veiled)
    small = tuple(cell for cell in hidden if policy.is_small(made.cells[cell]))
    found = ProtectedTable(made, policy, tuple(hidden), small, (), is_smallest=False)
    return ProtectedCounts(draft.counts, draft.by, policy, found, draft.all_groups, draft.whole)
