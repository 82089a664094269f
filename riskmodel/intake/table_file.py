"""The one place where a command's table is read: a path, and how to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from riskmodel.assessments import PLAN, Assessments, FactorCounts
from riskmodel.counted import Counted, Groups, Records
from riskmodel.estimates import needs_protection
from riskmodel.families import CHILD, FAMILY, DesignEffects, are_related, family_effects
from riskmodel.intake.counts import iter_counts
from riskmodel.intake.reading import is_parquet, read_assessments
from riskmodel.intake.result import NOTES, Intake, IssueLog
from riskmodel.intake.tables.files import open_part, parquet_dictionary, parquet_parts, read_parquet

__all__ = ["TableFile", "count_intake", "has_observed", "table_file"]

_DATES = ("assessment_date", "referral_date")
"""Which say when an assessment was, the first that a table has."""


_HELD = 200_000
"""Rows of Parquet up to which it is read whole to see who belongs together."""


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
        if self.is_mapped or not self.path.exists() or not is_parquet(self.path):
            return count_intake(self.read(), by, self)
        log = IssueLog(self.name)
        groups = _added(iter_counts(self.path, by=tuple(by), log=log), progress)
        account = log.account_of(groups.values())
        names = {name for counts in groups.values() for name in (PLAN, *counts.factors)}
        is_observed = _is_observed(self.path, names)

        def count_by(columns: Sequence[str]) -> Groups:
            log = IssueLog(self.name)
            return _added(iter_counts(self.path, by=tuple(columns), log=log), lambda _: None)

        records = Records(self.path, self.reading, (), count_by) if is_observed else None
        issues = _issues(log.counts)
        return Counted(groups, issues, is_observed, account, self._effects(by), records)

    def _effects(self, by: Sequence[str]) -> Mapping[tuple[object, ...], DesignEffects]:
        """Design effects of Parquet that names families or children; of a part where large."""
        files = [open_part(part) for part in parquet_parts(self.path)]
        names = {name for file in files for name in file.schema_arrow.names}
        if not names & {FAMILY, CHILD}:
            return {}
        every = -(-sum(file.metadata.num_rows for file in files) // _HELD)
        if every <= 1:
            return _effects_of(self.read().assessments, by)
        part = read_parquet(self.path, IssueLog(self.name), every=every).assessments
        return {key: replace(found, every=every) for key, found in _effects_of(part, by).items()}

    @property
    def reading(self) -> tuple[str, ...]:
        """How it is read, apart from its bytes: the sheet, and what the mapping says."""
        if self.mapping is None or not self.mapping.is_file():
            return (self.sheet or "", "")
        return self.sheet or "", self.mapping.read_bytes().decode("utf-8", "replace")

    @property
    def is_mapped(self) -> bool:
        """Whether more than its path says how to read it."""
        return self.mapping is not None or self.sheet is not None


def count_intake(intake: Intake, by: Sequence[str] = (), file: TableFile | None = None) -> Counted:
    """Counts by group of a table that was read, from a file where one is named."""
    table, records = intake.assessments, None

    def count_by(columns: Sequence[str]) -> Groups:
        return dict(table.counts_by(columns)) if columns else {(): table.counts()}

    if file is not None and has_observed(table):
        records = Records(file.path, file.reading, _busy_months(table), count_by)
    return Counted(
        count_by(by),
        _issues(intake.counts),
        has_observed(table),
        intake.account,
        _effects_of(table, by),
        records,
    )


def _busy_months(table: Assessments) -> tuple[str, ...]:
    """Months with at least half as many assessments as they have on average.

    A return holds assessments that began before its year: too few to make it the same records as
    the return of that year.
    """
    dates = next((name for name in _DATES if name in table.frame.columns), None)
    if dates is None:
        return ()
    months = table.frame[dates].dropna().dt.strftime("%Y-%m").value_counts()
    return tuple(sorted(months[months >= months.mean() / 2].index)) if len(months) else ()


def _effects_of(
    table: Assessments, by: Sequence[str]
) -> Mapping[tuple[object, ...], DesignEffects]:
    """Design effects by group, where assessments belong together."""
    if not are_related(table):
        return {}
    parts = table.parts(by) if by else [((), table)]
    return {key: found for key, part in parts if (found := family_effects(part))}


def _issues(counts: Mapping[str, int]) -> int:
    """How many issues are no mere notes."""
    return sum(count for rule, count in counts.items() if rule not in NOTES)


def table_file(table: TableFile | Path) -> TableFile:
    """A table as it is read, of a mere path too."""
    return table if isinstance(table, TableFile) else TableFile(Path(table))


def has_observed(table: Assessments) -> bool:
    """Whether the plan or any factor of a table is an authority's own record."""
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
