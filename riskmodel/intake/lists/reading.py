"""The lists that an inspection asks for (Annex A), from a workbook or CSV files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from riskmodel.account import Tally
from riskmodel.assessments import Assessments
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.census.linking import Episode, Linker, Plan
from riskmodel.intake.census.side_file import SideFile
from riskmodel.intake.census.xml import linked_intake
from riskmodel.intake.dates import BAD, MISSING
from riskmodel.intake.lists.headings import NOT_READ, InspectionList, is_list_heading, list_of
from riskmodel.intake.lists.result import Lists
from riskmodel.intake.periods import Periods, Window, without_overlaps
from riskmodel.intake.record_tables import Column, RawTable, cell_text, plain_heading, raw_tables
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.intake.tables.shapes import codes_in

__all__ = [
    "LOOKBACK_MONTHS",
    "InspectedList",
    "inspected_lists",
    "list_events",
    "months_before",
    "read_lists",
]

LOOKBACK_MONTHS = 6
"""How far back the lists of children in need, plans and children looked after hold whoever has
ceased since, by the framework."""

_STAGES = {6: "child_in_need", 7: "child_protection_plan", 8: "looked_after"}
_MARK = re.compile(r"^[a-z]{1,2}\) *", re.IGNORECASE)
_SHORT_BREAK = re.compile(r"^V[34]\b")
_EVENTS = {
    4: ("assessed", "begun"),
    5: ("enquired",),
    **dict.fromkeys((6, 7, 8), ("start", "end", "seen")),
}


def read_lists(path: Path, *, strict: bool = False, window: Window | None = None) -> Lists:
    """Read the lists of assessments, enquiries, children in need, plans and children looked after.

    Parameters
    ----------
    path
        A workbook with a sheet a list, or a folder of CSV files, one a list. A list is known by
        its number in the name of sheet or file (``List 7``), and by its headings.
    strict
        Refuse what cannot be read as it stands, instead of leaving it out and reporting it.
    window
        Months, as 2015-03, for which the lists hold everybody. Without them the whole months of
        the six before the latest date in the lists, as the framework asks for them.

    Returns
    -------
    Lists
        Periods by stage, the table of assessments, the account and the issues.

    Raises
    ------
    DataError
        When a file cannot be read, or no list in it is one that is read.
    """
    path = Path(path)
    log = IssueLog(path.name, strict=strict)
    tables, rows = inspected_lists(path, log)
    latest = max((one.latest_day() for one in tables.values()), default=MISSING)
    months = months_before(latest) if window is None else window
    account: dict[str, Tally] = {}
    periods = tuple(
        tables[number].periods(stage, path.name, months, account)
        for number, stage in _STAGES.items()
        if number in tables
    )
    issues = log.issues()
    intake = _assessments(tables, path.name, strict=strict) if 4 in tables else None
    day = None if latest == MISSING else date.fromordinal(latest + date(1970, 1, 1).toordinal())
    return Lists(periods, intake, account, issues, path.name, rows, day, log.counts)


def list_events(path: Path, log: IssueLog) -> list[tuple[int, str, int, int, str, int]]:
    """What begins and ends in the lists of assessments and of section 47 enquiries.

    Parameters
    ----------
    path
        As for :func:`read_lists`.
    log
        Where issues go.

    Returns
    -------
    list of tuple
        Number of the list, child, day of the start, day of the assessment's end or of the
        conference, whether a conference was not needed as it is written, and the latest day on
        which anything happened in any of the lists.
    """
    tables, _ = inspected_lists(path, log)
    last = max((one.latest_day() for one in tables.values()), default=MISSING)
    events = []
    for number, begun, ended in ((4, "begun", "assessed"), (5, "enquired", "conference")):
        if number not in tables or begun not in tables[number].columns:
            continue
        one = tables[number]
        columns = (one.texts("child_id"), one.days(begun), one.days(ended), one.texts("not_needed"))
        events += [(number, *row, last) for row in zip(*columns, strict=True)]
    return events


def inspected_lists(path: Path, log: IssueLog) -> tuple[dict[int, InspectedList], dict[str, int]]:
    """The lists that are read, by number; and the rows of every list, by what it holds."""
    tables: dict[int, InspectedList] = {}
    rows: dict[str, int] = {}
    for table in raw_tables(path, log, is_list_heading):
        kind = list_of(table.name, table.headings)
        if isinstance(kind, InspectionList):
            if kind.number in tables:
                message = f"is a second list of {kind.title}; keep one"
                raise DataError(message, file=table.name)
            tables[kind.number] = InspectedList(kind, table, log)
            rows[kind.title] = len(table) + table.number_ragged
        elif kind in NOT_READ:
            rows[NOT_READ[kind]] = len(table) + table.number_ragged
        else:
            allowed = "a list of Annex A, known by its number or headings"
            log.add("table_not_read", table.where(), "", ", ".join(table.headings)[:60], allowed)
    if not tables:
        raise DataError(
            "holds no list of Annex A that is read here: assessments, section 47 enquiries, "
            "children in need, child protection plans or children looked after",
            file=path.name,
        )
    return tables, rows


class InspectedList:
    """One list, its columns by what they mean."""

    def __init__(self, kind: InspectionList, table: RawTable, log: IssueLog) -> None:
        self.kind, self.table, self.log = kind, table, log
        self.columns: dict[str, Column] = {}
        for position, heading in enumerate(table.headings):
            plain = plain_heading(heading)
            name = next((name for name, p in kind.fields.items() if p.search(plain)), None)
            if name is not None and name not in self.columns:
                self.columns[name] = table.column(position)
            elif plain and not is_list_heading(heading):
                log.add("unknown_heading", table.where(), "", heading[:40], "a heading of the list")
        self._days = {
            name: table.days(self.columns[name], name, log)
            for name in _EVENTS[kind.number]
            if name in self.columns
        }

    def latest_day(self) -> int:
        """The latest day on which something happened."""
        today = (date.today() - date(1970, 1, 1)).days
        days = [days[(days > BAD) & (days <= today)] for days in self._days.values()]
        return max((int(part.max()) for part in days if len(part)), default=MISSING)

    def days(self, name: str) -> list[int]:
        """A column of dates as day numbers; none where the list lacks it."""
        column = self.columns.get(name)
        if column is None:
            return [MISSING] * len(self.table)
        days: list[int] = self.table.days(column, name, self.log).tolist()
        return days

    def texts(self, name: str) -> list[str]:
        """A column as text, without marks such as ``a)``; nothing where the list lacks it."""
        column = self.columns.get(name)
        if column is None:
            return [""] * len(self.table)
        if name == "child_id":
            references: list[str] = column.texts().tolist()
            return references
        plain = column.mapped(lambda value: _MARK.sub("", cell_text(value)).strip(), "", object)
        texts: list[str] = plain.tolist()
        return texts

    def periods(
        self, stage: str, source: str, window: Window, account: dict[str, Tally]
    ) -> Periods:
        """Periods of the list, each child at one time once; their records go to the account."""
        starts, ends = self._days["start"], self._days["end"]
        children = np.array(self.texts("child_id"), dtype=object)
        short = np.array([bool(_SHORT_BREAK.match(s)) for s in self.texts("status")], dtype=bool)
        kept = np.ones(len(self.table), dtype=bool)
        left_out = {"bad_row": self.table.number_ragged}
        for reason, wrong in (
            ("no_child", children == ""),
            ("no_start", starts == MISSING),
            ("bad_date", (starts == BAD) | (ends == BAD)),
            ("ends_before_start", (ends > BAD) & (ends < starts)),
            ("short_break", short if stage == "looked_after" else np.zeros(len(kept), dtype=bool)),
        ):
            left_out[reason] = int((kept & wrong).sum())
            for row in np.flatnonzero(kept & wrong).tolist() if reason in _RULES else ():
                rule, allowed = _RULES[reason]
                self.log.add(rule, self.table.where(row), "", "", allowed)
            kept &= ~wrong
        alike = _repeats(children, starts, ends, kept)
        left_out["repeated"] = int(alike.sum())
        kept &= ~alike
        begun, over, joined = without_overlaps(children[kept], starts[kept], ends[kept])
        if joined:
            records = f"{joined:,} records"
            self.log.add(
                "overlapping", self.table.where(), "", records, "one record of a child at once"
            )
        read = len(self.table) + self.table.number_ragged
        account[self.kind.title] = Tally(read, int(kept.sum()), left_out)
        return Periods(stage, "", source, begun, over, window)


_RULES = {
    "no_child": ("missing_reference", "a reference of a child"),
    "no_start": ("missing_date", "a date of the start"),
    "ends_before_start": ("ends_before_start", "an end from the start on"),
}


def _repeats(
    children: np.ndarray, starts: np.ndarray, ends: np.ndarray, kept: np.ndarray
) -> np.ndarray:
    """Rows that hold the same child, start and end as an earlier one that is kept."""
    frame = pd.DataFrame({"child": children, "start": starts, "end": ends})
    repeated = np.zeros(len(frame), dtype=bool)
    repeated[kept] = frame[kept].duplicated().to_numpy()
    return repeated


def months_before(latest: int) -> tuple[str, ...]:
    """The whole months within the six before a day, that day's own where it is its last."""
    if latest == MISSING:
        return ()
    day = np.datetime64(latest, "D")
    month = day.astype("datetime64[M]")
    is_last = (day + 1).astype("datetime64[M]") != month
    last = month if is_last else month - 1
    # The day six months before lies within a month, of which only the rest is held.
    return tuple(str(month) for month in np.arange(month - LOOKBACK_MONTHS + 1, last + 1))


def _assessments(tables: Mapping[int, InspectedList], source: str, *, strict: bool) -> Intake:
    """One row an assessment, with the enquiries and plans that follow it."""
    linker = Linker(IssueLog(source, strict=strict))
    assessed = tables[4]
    has_factors = "factors" in assessed.columns
    episodes: dict[str, Episode] = {}
    facts: dict[str, tuple[str, str]] = {}
    columns = (
        assessed.texts(n) for n in ("child_id", "assessed", "factors", "gender", "birth_date")
    )
    for child, day, factors, gender, born in zip(*columns, strict=True):
        episode = episodes.setdefault(child, Episode(None, [], [], []))
        codes = codes_in(factors)
        if codes is None:
            linker.log.add("bad_factors", f"child {child}", "factors", factors, "1A, 2B")
            linker.log.leave_out("assessments", "bad_factors")
            linker.assessments += 1
        else:
            episode.assessments.append((day, [*codes], None))
        facts[child] = (gender, born)
    if 5 in tables:
        columns = (tables[5].texts(name) for name in ("child_id", "enquired", "conference"))
        for child, start, conference in zip(*columns, strict=True):
            if child in episodes:
                episodes[child].enquiries.append((start, conference))
    other_plans = 0
    if 7 in tables:
        names = ("child_id", "start", "end", "initial", "latest", "previous")
        for child, *plan in zip(*map(tables[7].texts, names), strict=True):
            if child in episodes:
                episodes[child].plans.append(Plan(*plan))
            else:
                other_plans += 1
    linker.log.leave_out("plans", "not_linked", other_plans)
    linker.plans += other_plans
    for child, episode in episodes.items():
        gender, birth = facts[child]
        born = linker.day(birth, child, "birth_date")
        linker.add_child(child, linker.gender(gender, "gender", child), born, [episode])
    linker.assessments += assessed.table.number_ragged
    linker.log.leave_out("assessments", "bad_row", assessed.table.number_ragged)
    identity = ("child_id", "birth_date", "assessment_date")
    intake = linked_intake(linker, SideFile(), source, {}, identity)
    return intake if has_factors else _without_factors(intake)


def _without_factors(intake: Intake) -> Intake:
    """The same table without columns of factors: the list says nothing of them."""
    table = intake.assessments
    frame = table.frame.drop(columns=list(table.factors))
    basis = {name: table.basis[name] for name in frame.columns}
    rule = "no_factors_recorded"
    return replace(
        intake,
        assessments=Assessments(frame, (), basis, table.source),
        issues=tuple(issue for issue in intake.issues if issue.rule != rule),
        counts={name: count for name, count in intake.counts.items() if name != rule},
    )
