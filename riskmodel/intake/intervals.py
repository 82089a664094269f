"""Days between two events of a child's way, from records: open ones until the last day known.

Where the events stand: a return of the children in need census (XML, or CSV tables of its modules
and those of the Standard Safeguarding Dataset), the lists of Annex A, and a table of one's own,
``timeliness.csv``, for what none of these holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Basis
from riskmodel.intake.census.modules import is_module_folder
from riskmodel.intake.census.xml import SYNTHETIC_SOFTWARE
from riskmodel.intake.census.xml_stream import groups
from riskmodel.intake.dates import ALLOWED, BAD, MISSING, day_number
from riskmodel.intake.lists.reading import list_events
from riskmodel.intake.result import IssueLog

__all__ = ["INTERVALS", "OWN_COLUMNS", "Intervals", "read_intervals"]

INTERVALS: Mapping[str, str] = {
    "assessment": "Referral to the end of the assessment",
    "conference": "Section 47 enquiry to the initial conference",
    "core_group": "Initial conference to the first core group",
    "first_review": "Start of a plan to its first review",
    "later_review": "A review of a plan to the next",
    "return_interview": "Return of a missing child to the interview",
}
"""What is measured, by its name in a table of one's own."""

OWN_COLUMNS = ("measure", "started", "ended")
"""Columns of a table of one's own: a row a wait, ``ended`` empty while it lasts."""

_Days = npt.NDArray[np.int64]
_Plan = tuple[str, int, int, list[int]]
"""Child, start, end and reviews."""
_MOST_MONTHS = 36
_YES = ("1", "true", "y", "yes")
_CENSUS_FIELDS: Mapping[str, tuple[str, ...]] = {
    "assessments": (
        "LAchildID", "EpisodeID", "CINreferralDate", "AssessmentActualStartDate",
        "AssessmentAuthorisationDate",
    ),
    "section47": ("LAchildID", "EnquiryID", "S47ActualStartDate", "DateOfInitialCPC"),
    "plans": ("LAchildID", "CPPstartDate", "CPPendDate"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Intervals of one kind.

    Parameters
    ----------
    measure
        One of :data:`INTERVALS`.
    starts, ends
        Day numbers, shape (interval,); ``MISSING`` for an end that is not there.
    until
        The last day on which an end would be known, shape (interval,): that of the records, or
        that on which the child's plan ended.
    source
        Files, for captions.
    basis
        ``observed``, or ``assumed`` of records that are made up.
    left_out
        How many records tell nothing of this interval, by reason.
    """

    measure: str
    starts: _Days
    ends: _Days
    until: _Days
    source: str
    basis: Basis = "observed"
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def number_open(self) -> int:
        """How many are open on the last day that is known."""
        return int(((self.ends == MISSING) & (self.until == self.until.max())).sum())

    def months(self) -> dict[str, int]:
        """How many began in each month before that of the last day, the latest 36 at most."""
        began = self.starts.astype("datetime64[D]").astype("datetime64[M]")
        last = self.until.max().astype("datetime64[D]").astype("datetime64[M]")
        every = np.arange(max(began.min(), last - _MOST_MONTHS), last)
        return {str(month): int((began == month).sum()) for month in every}


class _Found:
    """Intervals while files are read: each once, whichever files hold it."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[tuple[object, ...], tuple[int, int, int]]] = {}
        self.left_out: dict[str, dict[str, int]] = {}
        self.sources: dict[str, dict[str, None]] = {}
        self.made_up: set[str] = set()
        self.observed: set[str] = set()

    def add(self, measure: str, key: tuple[object, ...], start: int, end: int, until: int) -> None:
        """Add an interval; of the same one in two files the later file's end holds."""
        if start in (MISSING, BAD) or end == BAD:
            self.leave_out(measure, "a date is missing or cannot be read")
        elif end != MISSING and end < start:
            self.leave_out(measure, "the end stands before the start")
        elif max(end, until) < start:
            self.leave_out(measure, "it begins after the last day of the records")
        else:
            before = self.rows.setdefault(measure, {}).get(key)
            if before is None or before[1] == MISSING:
                self.rows[measure][key] = (start, end, max(until, end))

    def leave_out(self, measure: str, reason: str) -> None:
        """Count a record that tells nothing of an interval."""
        counts = self.left_out.setdefault(measure, {})
        counts[reason] = counts.get(reason, 0) + 1

    def done(self, source: str, measures: Iterable[str], *, made_up: bool = False) -> None:
        """Say which file some intervals are from."""
        for measure in measures:
            self.sources.setdefault(measure, {})[source] = None
            (self.made_up if made_up else self.observed).add(measure)

    def intervals(self) -> tuple[Intervals, ...]:
        """All of them, by measure, in the order of :data:`INTERVALS`."""
        made = []
        for measure in INTERVALS:
            rows = self.rows.get(measure)
            if rows:
                starts, ends, until = np.array(list(rows.values()), dtype=np.int64).T
                basis: Basis = "observed" if measure in self.observed else "assumed"
                source = ", ".join(self.sources[measure])
                out = self.left_out.get(measure, {})
                made.append(Intervals(measure, starts, ends, until, source, basis, out))
        return tuple(made)


def read_intervals(
    paths: Sequence[Path], *, until: date | None = None, strict: bool = False
) -> tuple[Intervals, ...]:
    """Read intervals from records.

    Parameters
    ----------
    paths
        Census returns as XML or folders of module tables, workbooks or folders of Annex A, tables
        of one's own (``timeliness*.csv``); of several years in their order. Other files are passed
        over.
    until
        Last day of tables of one's own; None is their latest date.
    strict
        Refuse a date that cannot be read, instead of leaving the record out and counting it.

    Raises
    ------
    DataError
        When a file cannot be read.
    """
    found = _Found()
    for path in paths:
        log = IssueLog(path.name, strict=strict)
        if path.suffix.casefold() == ".xml":
            _read_return(path, found)
        elif is_module_folder(path):
            _read_modules(path, log, found)
        elif path.name.casefold().startswith("timeliness"):
            _read_own(path, log, found, until)
        elif path.name.casefold().startswith("annex"):
            _read_lists(path, log, found)
    return found.intervals()


def _read_return(path: Path, found: _Found) -> None:
    """Take the dates of a return in XML; elements are known in any capitals."""
    last, software = MISSING, ""
    seen: set[str] = set()
    plans: list[_Plan] = []
    for name, prefix, element, _ in groups(path):
        parts = {}
        if name != "Unknown":
            head = element if name == "Header" else element[:1]
            texts = (part for group in head for part in group.iter())
            parts = {_local(part.tag, prefix): (part.text or "").strip() for part in texts}
        if name == "Header":
            last = day_number(parts.get("referencedate") or f"{parts.get('year', '')}-03-31")
            software = parts.get("softwarecode", software) or software
        elif name == "Child":
            if last in (MISSING, BAD):
                raise DataError("gives no year and no reference date in its header", file=path.name)
            child = parts.get("lachildid", "")
            for details in element.iter():
                if _local(details.tag, prefix) == "cindetails":
                    seen |= _read_episode(details, prefix, child, last, found, plans)
    _add_plans(found, plans, last, seen)
    found.done(path.name, seen, made_up=software.startswith(SYNTHETIC_SOFTWARE))


def _local(tag: str, prefix: str) -> str:
    return tag.removeprefix(prefix).casefold()


def _add_plans(found: _Found, plans: Sequence[_Plan], last: int, seen: set[str]) -> None:
    """Reviews of plans; a source without a single review has not recorded them."""
    if any(reviews for *_, reviews in plans):
        seen |= {"first_review", "later_review"}
        for plan in plans:
            _add_plan(found, *plan, last)


def _read_episode(
    details: Iterable[object],
    prefix: str,
    child: str,
    last: int,
    found: _Found,
    plans: list[_Plan],
) -> set[str]:
    """Intervals of one episode of need, its plans apart."""
    own: dict[str, str] = {}
    parts: dict[str, list[dict[str, list[str]]]] = {}
    for part in details:
        kind = _local(part.tag, prefix)  # type: ignore[attr-defined]
        inner: dict[str, list[str]] = {}
        for entry in part.iter():  # type: ignore[attr-defined]
            inner.setdefault(_local(entry.tag, prefix), []).append((entry.text or "").strip())
        parts.setdefault(kind, []).append(inner)
        own[kind] = (part.text or "").strip()  # type: ignore[attr-defined]
    referral = day_number(own.get("cinreferraldate"))
    closed = day_number(own.get("cinclosuredate"))
    for part in parts.get("assessments", []):
        begun, done = (_day(part, f"assessment{n}date") for n in ("actualstart", "authorisation"))
        if done == MISSING and closed not in (MISSING, BAD):
            found.leave_out("assessment", "the episode ended without it")
            continue
        found.add("assessment", (child, referral, begun), referral, done, last)
    for part in parts.get("section47", []):
        begun, held = _day(part, "s47actualstartdate"), _day(part, "dateofinitialcpc")
        needed = part.get("icpcnotrequired", [""])[0].casefold()
        _add_enquiry(found, (child, begun), begun, held, last, needed)
    for part in parts.get("childprotectionplans", []):
        start, end = _day(part, "cppstartdate"), _day(part, "cppenddate")
        reviews = [day_number(text) for text in part.get("cppreviewdate", []) if text]
        plans.append((child, start, end, reviews))
    kinds = {"assessments": "assessment", "section47": "conference"}
    return {name for kind, name in kinds.items() if kind in parts}


def _day(part: Mapping[str, list[str]], name: str) -> int:
    return day_number(part.get(name, [""])[0])


def _add_enquiry(
    found: _Found, key: tuple[object, ...], begun: int, held: int, last: int, not_needed: str
) -> None:
    """An enquiry; one without a conference waits only where a conference is said to be needed."""
    if held == MISSING and not_needed in _YES:
        found.leave_out("conference", "no conference was needed")
    elif held == MISSING and not not_needed:
        found.leave_out("conference", "no conference, and not said whether one was needed")
    else:
        found.add("conference", key, begun, held, last)


def _add_plan(
    found: _Found, child: str, start: int, end: int, reviews: Sequence[int], last: int
) -> None:
    """A plan's reviews; a plan that began before the year has the first of them elsewhere."""
    known = sorted({day for day in reviews if day not in (MISSING, BAD)})
    until = min(last, end) if end not in (MISSING, BAD) else last
    year_began = int((np.datetime64(last, "D") - np.timedelta64(365, "D")).astype(np.int64))
    if start in (MISSING, BAD):
        found.leave_out("first_review", "a date is missing or cannot be read")
        return
    known = [day for day in known if start < day]
    if start > year_began:
        first = known[0] if known else MISSING
        found.add("first_review", (child, start), start, first, until)
    else:
        found.leave_out("first_review", "the plan began before the year of the return")
    # A plan may have no review yet.
    for day, following in zip(known, [*known[1:], MISSING], strict=False):
        found.add("later_review", (child, start, day), day, following, until)


def _read_modules(path: Path, log: IssueLog, found: _Found) -> None:
    """Take the dates of module tables; the last day known is the latest that stands in them."""
    from riskmodel.intake.census.module_tables import ModuleTables

    tables = ModuleTables.read(path, log)
    referred = {
        (row["LAchildID"], row.get("EpisodeID", "")): row.get("CINreferralDate", "")
        for row in tables.rows("episodes")
    }
    held = {row.get("EnquiryID", ""): row["DateOfInitialCPC"] for row in tables.rows("conferences")}
    rows = {name: tables.rows(name) for name in (*_CENSUS_FIELDS, "reviews")}
    days = [
        day_number(cell)
        for table in rows.values()
        for row in table
        for name, cell in row.items()
        if "Date" in name
    ]
    today = date.today().toordinal() - date(1970, 1, 1).toordinal()
    last = max((day for day in days if BAD < day <= today), default=MISSING)
    for row in rows["assessments"]:
        key = (row["LAchildID"], row.get("EpisodeID", ""))
        referral = day_number(row.get("CINreferralDate") or referred.get(key))
        done = day_number(row["AssessmentAuthorisationDate"])
        name = (*key, referral, row.get("AssessmentActualStartDate") or done)
        found.add("assessment", name, referral, done, last)
    for row in rows["section47"]:
        begun = day_number(row["S47ActualStartDate"])
        day = day_number(row.get("DateOfInitialCPC") or held.get(row.get("EnquiryID", "") or "-"))
        not_needed = row.get("ICPCnotRequired", "").casefold()
        _add_enquiry(found, (row["LAchildID"], begun), begun, day, last, not_needed)
    reviews: dict[str, list[int]] = {}
    for row in rows["reviews"]:
        reviews.setdefault(row["LAchildID"], []).append(day_number(row["CPPreviewDate"]))
    for row in rows["plans"] if rows["reviews"] else ():
        start, end = day_number(row["CPPstartDate"]), day_number(row.get("CPPendDate"))
        within = [day for day in reviews.get(row["LAchildID"], []) if end == MISSING or day <= end]
        _add_plan(found, row["LAchildID"], start, end, within, last)
    found.done(path.name, INTERVALS)


def _read_lists(path: Path, log: IssueLog, found: _Found) -> None:
    """Take the dates of Annex A: assessments from their own start, for a list has no referral."""
    events = list_events(path, log)
    for kind, child, begun, ended, not_needed, last in events:
        if kind == 4:
            found.add("assessment", (child, begun), begun, ended, last)
        else:
            _add_enquiry(found, (child, begun), begun, ended, last, not_needed.casefold())
    if events:
        found.done(f"{path.name} (assessments from their own start)", ("assessment",))
        found.done(path.name, ("conference",))


def _read_own(path: Path, log: IssueLog, found: _Found, until: date | None) -> None:
    """Take a table of one's own."""
    from riskmodel.intake.tables.files import csv_table

    raw = csv_table(path, log)
    names = [heading.strip().casefold() for heading in raw.headings]
    for name in OWN_COLUMNS:
        if name not in names:
            problem = UnknownNameError("column", name, names)
            raise DataError(f"this column is missing. {problem}", file=path.name, field=name)
    places = [names.index(name) for name in OWN_COLUMNS]
    columns = [[(cell or "").strip() for cell in raw.columns[p].cells()] for p in places]
    rows = list(zip(*columns, strict=True))
    days = [day_number(cell) for row in rows for cell in row[1:]]
    epoch = date(1970, 1, 1).toordinal()
    last = max(days, default=MISSING) if until is None else until.toordinal() - epoch
    for number, (measure, started, ended) in enumerate(rows):
        line = int(raw.reference(number).rpartition(" ")[2])
        if measure not in INTERVALS:
            message = str(UnknownNameError("measure", measure, INTERVALS))
            raise DataError(message, file=path.name, line=line, field="measure")
        start, end = day_number(started), day_number(ended)
        for name, day, text in (("started", start, started), ("ended", end, ended)):
            if day == BAD or (name == "started" and day == MISSING):
                message = f"found {text!r}; allowed: {ALLOWED}"
                raise DataError(message, file=path.name, line=line, field=name)
        found.add(measure, (path.name, number), start, end, last)
    found.done(path.name, {row[0] for row in rows})
