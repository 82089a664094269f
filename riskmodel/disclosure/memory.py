"""What is known to have left of the records at hand, and what is about to leave of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from riskmodel.assessments import FactorCounts, Records
from riskmodel.core.manifest import sha256_of
from riskmodel.disclosure.cells import MEASURES, PRINTED, TOTAL, CountCell, Key, count_of, group_of
from riskmodel.disclosure.earlier import EarlierCounts, word_of
from riskmodel.disclosure.ledger import FOLDER, Ledger, entry_content
from riskmodel.disclosure.linking import Links
from riskmodel.disclosure.policy import Policy, Waiver
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.suppress import ProtectedTable
from riskmodel.errors import DataError

__all__ = ["Memory"]


class Memory:
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

    def __init__(self, records: Records, place: Path | None = None) -> None:
        self.count_by = records.count_by
        self.records = {
            "file": records.path.name,
            "sha256": sha256_of(records.path),
            "reading": hashlib.sha256("\0".join(records.reading).encode()).hexdigest(),
            "months": list(records.months),
        }
        beside = records.path.absolute().parent / FOLDER
        self._ledger = Ledger(beside if place is None else place)
        ledgers = dict.fromkeys((Ledger(beside), self._ledger))
        self._after = self._ledger.last
        entries = [entry for one in ledgers for entry in one.read() if not entry.struck]
        self._entries = [entry for entry in entries if entry.concerns(self.records)]
        self.models: dict[str, Mapping[str, Any]] = {
            str(entry.model["name"]): entry.model
            for entry in self._entries
            if entry.model and entry.is_of(self.records)
        }
        self.model: Mapping[str, Any] = {}
        self.told = ""
        self.has_left = False

    @property
    def known(self) -> list[EarlierCounts]:
        """Counts that left of these records, or of others that hold some of the same."""
        return [table for entry in self._entries for table in entry.tables]

    @property
    def number(self) -> int:
        """Releases that are known."""
        return len(self._entries)

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
        for entry in reversed(self._entries):
            if entry.policy != policy.manifest() or not entry.is_of(self.records):
                continue
            for table in entry.tables[: entry.own]:
                if table.by == tuple(by) and _shown(draft, table) is not None:
                    return _replayed(draft, table, policy)
        return None

    def note_model(self, name: str, factors: Sequence[str], figures: int) -> None:
        """Say which model is about to leave, and how many of its figures rest on combinations."""
        self.model = {"name": name, "factors": sorted(factors), "figures": figures}

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
            self.model,
            [list(one.by) for one in own[:1]],
        )
        self.has_left = True
        try:
            number = self._append(content)
        except OSError as error:
            self.told = (
                f"what is printed here is not remembered ({error.strerror or error}): later runs "
                "over these records cannot be protected against it; name a folder that can be "
                "written to with --ledger"
            )
            return
        self.told = f"remembered as release {number} of these records (`riskmodel released`)"

    def _append(self, content: Mapping[str, Any]) -> int:
        while True:
            try:
                return self._ledger.append(content, self._after)
            except FileExistsError:
                fresh = [one for one in self._ledger.read() if one.number > self._after]
                if any(one.tables and one.concerns(self.records) for one in fresh):
                    raise DataError(
                        "another run over these records has printed something meanwhile, which "
                        "this answer does not allow for: run it again",
                        file=str(self.records["file"]),
                    ) from None
                self._after += 1


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
