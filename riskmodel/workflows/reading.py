"""The one place where a command's table is read: a path, and how to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from riskmodel.assessments import PLAN, Assessments, FactorCounts
from riskmodel.disclosure import needs_protection
from riskmodel.factors.adjusted.patterns import FactorPatterns, factor_patterns
from riskmodel.factors.adjusted.resampling import CHILD
from riskmodel.intake import (
    NOTES,
    Account,
    Intake,
    iter_assessments,
    iter_counts,
    read_assessments,
)
from riskmodel.intake.piece_repeats import repeated_hashes
from riskmodel.intake.reading import is_parquet
from riskmodel.intake.result import IssueLog
from riskmodel.intake.row_groups import is_in_columns, meaning_of
from riskmodel.intake.tables import open_part, parquet_dictionary, parquet_parts

__all__ = ["Counted", "Groups", "TableFile", "count_intake", "table_file"]

Groups = dict[tuple[object, ...], FactorCounts]
"""Counts by the values of the columns that a table is grouped by."""


class Counted(NamedTuple):
    """Counts of a table, and what has to be known of them besides.

    Parameters
    ----------
    groups
        Counts by group.
    issues
        Things that could not be read.
    is_observed
        Whether the plan or any factor is an authority's own record: counts with a basis of
        ``assumed`` can hold observed columns, since the weakest one names it.
    account
        What became of every record of the file.
    """

    groups: Groups
    issues: int
    is_observed: bool
    account: Account


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table of assessments where it lies, and how to read it.

    Parameters
    ----------
    path
        CSV, Parquet (file or folder), Excel, a folder of census modules, or a return of the
        children in need census.
    mapping
        TOML file that says how the table names its columns.
    sheet
        Sheet of a workbook; the first one where it is None.
    """

    path: Path
    mapping: Path | None = None
    sheet: str | None = None

    @property
    def name(self) -> str:
        """File name, for messages and sources."""
        return self.path.name

    def read(self) -> Intake:
        """Every assessment, and what could not be read."""
        return read_assessments(self.path, mapping=self.mapping, sheet=self.sheet)

    def counts(
        self, by: Sequence[str] = (), progress: Callable[[str], None] = lambda _: None
    ) -> Counted:
        """Counts by group.

        Parameters
        ----------
        by
            Columns to group by.
        progress
            Called with a few words after each piece of a table that is read in pieces.

        Notes
        -----
        Parquet in our own columns is counted piece by piece and never held whole; it refuses what
        cannot be read.
        """
        if self._is_mapped or not self.path.exists() or not is_parquet(self.path):
            return count_intake(self.read(), by)
        log = IssueLog(self.name)
        groups = _added(iter_counts(self.path, by=tuple(by), log=log), progress)
        account = log.account_of(groups.values())
        names = {name for counts in groups.values() for name in (PLAN, *counts.factors)}
        return Counted(groups, _issues(log.counts), _is_observed(self.path, names), account)

    @property
    def _is_mapped(self) -> bool:
        return self.mapping is not None or self.sheet is not None

    def patterns(self) -> FactorPatterns | None:
        """Distinct combinations of factors, of Parquet that is read piece by piece.

        None where only the whole table will do: it is not Parquet in our own columns, holds
        references of children, who may come more than once, or is an authority's own record.
        """
        if self._is_mapped or not is_in_columns(self.path):
            return None
        parts = parquet_parts(self.path)
        first = parts[0]
        if len(repeated_hashes(parts, ())):
            return None
        if CHILD in meaning_of(open_part(first), first).headings.names:
            return None
        found: FactorPatterns | None = None
        for piece in iter_assessments(self.path):
            if _has_observed(piece):
                return None
            if len(piece):
                part = factor_patterns(piece)
                found = part if found is None else found + part
        return found


def count_intake(intake: Intake, by: Sequence[str] = ()) -> Counted:
    """Counts by group of a table that was read."""
    table = intake.assessments
    groups: Groups = dict(table.counts_by(by)) if by else {(): table.counts()}
    return Counted(groups, _issues(intake.counts), _has_observed(table), intake.account)


def _issues(counts: Mapping[str, int]) -> int:
    """How many issues are no mere notes."""
    return sum(count for rule, count in counts.items() if rule not in NOTES)


def table_file(table: TableFile | Path) -> TableFile:
    """A table as it is read, of a mere path too."""
    return table if isinstance(table, TableFile) else TableFile(Path(table))


def _has_observed(table: Assessments) -> bool:
    return any(needs_protection(table.basis[name]) for name in (PLAN, *table.factors))


def _is_observed(path: Path, names: Iterable[str]) -> bool:
    """Whether the metadata of a Parquet file leave one of these columns as observed."""
    found = [parquet_dictionary(open_part(part), part.name) for part in parquet_parts(path)]
    return any(needs_protection(d.basis.get(n, "observed")) for n in names for d in found)


def _added(
    pieces: Iterator[tuple[tuple[object, ...], FactorCounts]], progress: Callable[[str], None]
) -> Groups:
    """Counts of all pieces by key, in the order of the keys."""
    total: Groups = {}
    rows = 0
    for key, counts in pieces:
        total[key] = total[key] + counts if key in total else counts
        rows += counts.total_assessments or 0
        progress(f"Reading: {rows:,} assessments so far")
    return dict(sorted(total.items(), key=lambda item: [(type(v).__name__, v) for v in item[0]]))
