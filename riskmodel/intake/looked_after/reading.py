"""The return on children looked after (SSDA903), from files to episodes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.account import Tally
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.census.xml_stream import LOOKED_AFTER_AS_XML
from riskmodel.intake.dates import BAD, MISSING
from riskmodel.intake.looked_after import codes
from riskmodel.intake.looked_after.care import put_together, whole_months
from riskmodel.intake.looked_after.dataset import (
    FILES,
    PREFIXES,
    in_force,
    is_unaccompanied,
    kind_of,
    miles,
)
from riskmodel.intake.looked_after.people import Facts, People
from riskmodel.intake.looked_after.result import LookedAfter
from riskmodel.intake.periods import Window
from riskmodel.intake.record_tables import (
    Column,
    RawTable,
    plain_heading,
    raw_tables,
)
from riskmodel.intake.result import IssueLog

__all__ = ["is_looked_after_heading", "read_looked_after"]

_EPISODES = {
    "child": "child_id",
    "decom": "start",
    "rne": "start_reason",
    "ls": "legal_status",
    "cin": "category_of_need",
    "place": "placement",
    "place provider": "provider",
    "dec": "end",
    "rec": "end_reason",
    "reason place change": "placement_change",
    "pl location": "location",
    "pl distance": "distance",
    "la": "area",
    "year": "year",
    # The Standard Safeguarding Dataset.
    "clae person id": "child_id",
    "clae cla episode start date": "start",
    "clae cla episode start reason": "start_reason",
    "clae cla primary need code": "category_of_need",
    "clae cla episode ceased": "end",
    "clae cla episode ceased date": "end",
    "clae cla episode ceased reason": "end_reason",
}
_CHILDREN = {
    "child": "child_id",
    "sex": "sex",
    "dob": "birth_date",
    "duc": "until",
    "la": "area",
    "pers person id": "child_id",
    "pers dob": "birth_date",
    "immi person id": "child_id",
    "immi immigration status": "status",
    "immi immigration status end": "until",
    "immi immigration status end date": "until",
}
_PASSED_OVER = frozenset(
    {"home post", "pl post", "urn", "ethnic", "upn", "uniquelearnernumber", "mother", "mc dob"}
    | {"pl la", "place id", "gender"}
    | {heading for headings in codes.BESIDE.values() for heading in headings}
)
_LEFT_OUT = ("bad_row", "no_child", "other_status", "repeated")
_CODES: Mapping[str, Collection[str]] = {
    "start_reason": codes.START_REASONS,
    "legal_status": codes.LEGAL_STATUSES,
    "category_of_need": codes.CATEGORIES_OF_NEED,
    "placement": codes.PLACEMENTS,
    "provider": codes.PROVIDERS,
    "end_reason": codes.END_REASONS,
    "placement_change": codes.PLACEMENT_CHANGES,
    "location": codes.LOCATIONS,
}
_NAMES = {
    meaning: heading.upper().replace(" ", "_") for heading, meaning in [*_EPISODES.items()][::-1]
}


def is_looked_after_heading(heading: str) -> bool:
    """Whether a heading is one of the tables that are read."""
    word = plain_heading(heading)
    return word.startswith(PREFIXES) or word in {*_EPISODES, *_CHILDREN, *_PASSED_OVER}


def read_looked_after(
    path: Path, *, strict: bool = False, window: Window | None = None
) -> LookedAfter:
    """Read one or several years of the return on children looked after.

    Parameters
    ----------
    path
        A folder with CSV files of one or several years, in folders of their own or not; a
        workbook with a sheet a table; or a CSV file of episodes alone. A table is known by its
        headings: episodes by ``DECOM`` and ``RNE``, the header by ``DOB``, unaccompanied children
        by ``DUC``. Reviews, health, incidents of being missing, what was before care, care leavers,
        adoptions and decisions to place for adoption are counted in the account and not used
        further. A column ``LA`` tells authorities apart, a
        column ``YEAR`` the returns of a file that holds several.
    strict
        Refuse what cannot be read as it stands, instead of leaving it out and reporting it.
    window
        Months, as 2015-03, for which the files hold everybody. Without them the year of each
        return, which is the one in which most of its episodes begin and end.

    Returns
    -------
    LookedAfter
        The episodes that count, the account, the issues, and the months that follow.

    Raises
    ------
    DataError
        When a file cannot be read, there is no table of episodes, or it is no return of one year
        and no window is given.
    """
    path = Path(path)
    if path.suffix.casefold() == ".xml":
        raise DataError(f"is XML; {LOOKED_AFTER_AS_XML}", file=path.name)
    log = IssueLog(path.name, strict=strict)
    tables = _tables(path, log)
    people = People()
    frame, left_out = _episodes(tables["episodes"], people, log, window is not None)
    read = sum(left_out.values()) + len(frame)
    if not (frame["legal_status"] != "").any():
        if not tables["legal"]:
            allowed = "a legal status, so that short breaks (V3, V4) are left out"
            log.add("legal_status_missing", "", "LS", "", allowed)
        frame = frame.assign(**in_force("legal", frame, tables["legal"], people, log))
    if tables["placed"] and not (frame["placement"] != "").any():
        frame = frame.assign(**in_force("placed", frame, tables["placed"], people, log))
    frame["area"] = np.array(people.area_of, dtype=np.int64)[frame["person"]]
    months = whole_months(frame) if window is None else dict.fromkeys(set(frame["area"]), window)
    episodes = put_together(frame, tables["episodes"], log, left_out)
    facts, account = _facts(tables, people, log)
    return LookedAfter(
        people.named(episodes, facts),
        {people.areas[area]: tuple(months[area]) for area in sorted(months)},
        {"episodes": Tally(read, len(episodes), left_out), **account},
        log.issues(),
        path.name,
        log.counts,
        log.codes,
    )


def _tables(path: Path, log: IssueLog) -> dict[str, list[RawTable]]:
    """The tables of a return by what they hold: episodes, header, unaccompanied children."""
    kinds = ("episodes", "header", "uasc", "legal", "placed", *codes.BESIDE)
    tables: dict[str, list[RawTable]] = {kind: [] for kind in kinds}
    files = [file for name in FILES if (file := path / name).exists()] or [path]
    for table in (t for file in files for t in raw_tables(file, log, is_looked_after_heading)):
        kind = _kind(table)
        if kind:
            tables[kind].append(table)
        else:
            headings = ", ".join(heading[:20] for heading in table.headings[:6])
            allowed = "tables with DECOM and RNE, with DOB, or with DUC"
            log.add("table_not_read", table.where(), "", headings, allowed)
    if not tables["episodes"]:
        raise DataError(
            "holds no table of episodes: one with the columns CHILD, DECOM, RNE, LS, PLACE, DEC "
            "and REC",
            file=path.name,
        )
    return tables


def _kind(table: RawTable) -> str:
    headings = {plain_heading(heading) for heading in table.headings}
    if {"child", "decom", "rne"} <= headings:
        return "episodes"
    if {"child", "duc"} <= headings:
        return "uasc"
    for kind, (first, *_others) in codes.BESIDE.items():
        if {"child", first} <= headings:
            return kind
    is_header = {"child", "dob"} <= headings and headings & {"ethnic", "upn", "mother", "mc dob"}
    return "header" if is_header else kind_of(headings)


def _columns(table: RawTable, names: Mapping[str, str], log: IssueLog) -> dict[str, Column]:
    """Columns by what they mean; an unknown heading is a note."""
    columns: dict[str, Column] = {}
    for position, heading in enumerate(table.headings):
        word = plain_heading(heading)
        meaning = names.get(word)
        if meaning in columns:
            raise DataError("stands in two columns; keep one", file=table.name, field=heading)
        if meaning is not None:
            columns[meaning] = table.column(position)
        elif word not in _PASSED_OVER and not is_looked_after_heading(heading):
            log.add("unknown_heading", table.where(), "", heading[:40], "a heading of the return")
    return columns


def _episodes(
    tables: Sequence[RawTable], people: People, log: IssueLog, has_window: bool
) -> tuple[pd.DataFrame, dict[str, int]]:
    """All episodes with a child and dates, by table; and how many others there are, by reason."""
    parts, left_out = [], dict.fromkeys(("bad_row", "no_child", "no_start", "bad_date"), 0)
    for number, table in enumerate(tables):
        part = _part(table, people, log).assign(table=number)
        left_out["bad_row"] += table.number_ragged
        for reason in ("no_child", "no_start", "bad_date"):
            # Each record is left out for the first reason alone.
            wrong = _wrong(part, reason)
            rule, field = ("missing_reference", "CHILD") if reason == "no_child" else (
                "missing_date", "DECOM"
            )  # fmt: skip
            for row in part.loc[wrong, "row"] if reason != "bad_date" else ():
                log.add(rule, table.where(row), field, "", "something")
            left_out[reason] += int(wrong.sum())
            part = part[~wrong]
        parts.append(_of_years(part, table, left_out, log, has_window))
    return pd.concat(parts, ignore_index=True), left_out


def _wrong(part: pd.DataFrame, reason: str) -> npt.NDArray[np.bool_]:
    """Episodes that cannot be used for a reason."""
    person, start, end = (part[name].to_numpy() for name in ("person", "start", "end"))
    if reason == "no_child":
        return np.asarray(person < 0)
    return np.asarray(start == MISSING if reason == "no_start" else (start == BAD) | (end == BAD))


def _part(table: RawTable, people: People, log: IssueLog) -> pd.DataFrame:
    """One table of episodes as the file has it, dates as day numbers."""
    columns = _columns(table, _EPISODES, log)
    if "end" not in columns:
        raise DataError("this column is missing", file=table.name, field="DEC")
    empty = table.empty_column()
    cells: dict[str, Any] = {
        "person": people.numbers(columns.get("area", empty), columns["child_id"]),
        "label": columns.get("year", empty).positions,
        "row": np.arange(len(table)),
    }
    for name in ("start", "end"):
        cells[name] = table.days(columns[name], _NAMES[name], log)
    for name, allowed in _CODES.items():
        kind = pd.CategoricalDtype(["", *sorted(allowed)])
        cells[name] = table.codes(columns.get(name, empty), _NAMES[name], kind, log)
    cells["distance"] = columns.get("distance", empty).mapped(miles, np.nan, np.float64)
    return pd.DataFrame(cells)


def _of_years(
    part: pd.DataFrame, table: RawTable, left_out: dict[str, int], log: IssueLog, has_window: bool
) -> pd.DataFrame:
    """With the year of the return of each episode, without those that begin after it."""
    if has_window:
        return part.assign(return_year=0)
    if any(plain_heading(heading).startswith("clae ") for heading in table.headings):
        raise DataError(
            "an extract does not say for which months it holds every child looked after: state "
            "them (--since and --until)",
            file=table.name,
        )
    starts, ends = (_years(part[name].to_numpy()) for name in ("start", "end"))
    labels = part["label"].to_numpy()
    return_years = np.zeros(len(part), dtype=np.int64)
    for label in np.unique(labels):
        inside = labels == label
        event_years = np.concatenate([starts[inside], ends[inside]])
        years, counts = np.unique(event_years[event_years > 0], return_counts=True)
        year = int(years[::-1][np.argmax(counts[::-1])]) if len(years) else 0
        late = inside & (starts > year)
        if late.sum() > max(2, inside.sum() // 20):
            raise DataError(
                f"{late.sum():,} of {inside.sum():,} episodes begin after March {year}, the year "
                "in which most begin and end: this is no return of one year. Say for which months "
                "it holds every child looked after (--since and --until)",
                file=table.name,
            )
        return_years[inside] = year
    after = starts > return_years
    for row, day in part.loc[after, ["row", "start"]].itertuples(index=False):
        shown = str(np.datetime64(int(day), "D"))
        log.add("after_the_year", table.where(row), "DECOM", shown, "a day of the return's year")
    left_out["after_the_year"] = left_out.get("after_the_year", 0) + int(after.sum())
    return part.assign(return_year=return_years)[~after]


def _years(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The year ending 31 March in which each day falls; 0 for what is missing."""
    months = np.where(days == MISSING, 0, days).astype("datetime64[D]").astype("datetime64[M]")
    years: npt.NDArray[np.int64] = (months.astype(np.int64) + 9) // 12 + 1970
    return np.where(days == MISSING, 0, years)


def _facts(
    tables: Mapping[str, Sequence[RawTable]], people: People, log: IssueLog
) -> tuple[Facts, dict[str, Tally]]:
    """Dates of birth, and whether and until when children are unaccompanied; and the records."""
    with_episodes = len(people.references)
    facts = (
        np.full(with_episodes, MISSING), np.full(with_episodes, MISSING),
        np.zeros(with_episodes, dtype=bool),
    )  # fmt: skip
    account = {}
    titles = {"header": "records of children", "uasc": "records of unaccompanied children"}
    for kind, title in titles.items():
        read, seen, reasons = 0, set(), dict.fromkeys(_LEFT_OUT, 0)
        for table in tables[kind]:
            columns = _columns(table, _CHILDREN, log)
            empty = table.empty_column()
            numbers = people.numbers(columns.get("area", empty), columns["child_id"])
            read += len(table) + table.number_ragged
            reasons["bad_row"] += table.number_ragged
            reasons["no_child"] += int((numbers < 0).sum())
            if "status" in columns:
                alone = columns["status"].mapped(is_unaccompanied, False, bool)
                reasons["other_status"] += int(((numbers >= 0) & ~alone).sum())
                numbers = np.where(alone, numbers, -1)
            seen |= set(numbers[numbers >= 0].tolist())
            has_episodes = (numbers >= 0) & (numbers < with_episodes)
            for position, name in enumerate(("birth_date", "until")):
                days = table.days(columns.get(name, empty), name, log)
                _take(facts[position], numbers, has_episodes & (days > BAD), days, table, log, name)
            if kind == "uasc":
                facts[2][numbers[has_episodes]] = True
        reasons["repeated"] = read - len(seen) - sum(reasons.values())
        if tables[kind]:
            account[title] = Tally(read, len(seen), reasons)
    for kind in codes.BESIDE:
        if tables[kind]:
            account[kind] = sum((_counted(t, people, log) for t in tables[kind]), Tally(0, 0))
    return facts, account


def _counted(table: RawTable, people: People, log: IssueLog) -> Tally:
    """Records of a table beside: those of a child that has a record of its own or an episode."""
    columns, known = _columns(table, _CHILDREN, log), len(people.references)
    numbers = people.numbers(columns.get("area", table.empty_column()), columns["child_id"])
    left_out = {
        "bad_row": table.number_ragged,
        "no_child": int((numbers < 0).sum()),
        "unknown_child": int((numbers >= known).sum()),
    }
    used = len(numbers) - left_out["no_child"] - left_out["unknown_child"]
    return Tally(len(table) + table.number_ragged, used, left_out)


def _take(
    values: npt.NDArray[np.int64],
    numbers: npt.NDArray[np.int64],
    has_episodes: npt.NDArray[np.bool_],
    days: npt.NDArray[np.int64],
    table: RawTable,
    log: IssueLog,
    name: str,
) -> None:
    """Take dates of children; a date of birth that differs from an earlier one is an issue."""
    before = values[numbers[has_episodes]]
    differs = (before != MISSING) & (before != days[has_episodes])
    for row in np.flatnonzero(has_episodes)[differs].tolist() if name == "birth_date" else ():
        shown = str(np.datetime64(int(days[row]), "D"))
        log.add("child_differs", table.where(row), "DOB", shown, "one date of birth of a child")
    values[numbers[has_episodes]] = days[has_episodes]
