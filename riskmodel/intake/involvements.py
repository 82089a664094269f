"""Who works with which child: the involvements of the Standard Safeguarding Dataset.

Children and workers are numbered as they are read, so that no reference leaves this module.

Source of the tables and columns: Standard Safeguarding Dataset, public specification, tables
``ssd_involvements``, ``ssd_professionals`` and ``ssd_cin_episodes``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.account import Tally
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.dates import BAD, MISSING
from riskmodel.intake.record_tables import (
    Column,
    RawTable,
    cell_reference,
    plain_heading,
    raw_tables,
)
from riskmodel.intake.result import NOTES, Issue, IssueLog

__all__ = ["Involvements", "has_involvements", "read_involvements"]

_Days = npt.NDArray[np.int64]
_EPOCH = date(1970, 1, 1).toordinal()
_NOBODY = ("", "-1")
"""What systems write where there is no worker."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the dataset: its columns by what they mean, and those that are passed over."""

    stem: str
    fields: Mapping[str, str]
    optional: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


_INVOLVEMENTS = _Table(
    "ssd_involvements",
    {
        "invo_person_id": "child",
        "invo_professional_id": "worker",
        "invo_professional_role_id": "role",
        "invo_involvement_start_date": "start",
        "invo_involvement_end_date": "end",
    },
    ("role",),
    (
        "invo_involvements_id",
        "invo_professional_team",
        "invo_worker_change_reason",
        "invo_referral_id",
    ),
)
_PROFESSIONALS = _Table(
    "ssd_professionals",
    {"prof_professional_id": "worker"},
    passed_over=(
        "prof_staff_id",
        "prof_professional_name",
        "prof_social_worker_registration_no",
        "prof_agency_worker_flag",
        "prof_professional_job_title",
        "prof_professional_caseload",
        "prof_professional_department",
        "prof_full_time_equivalency",
    ),
)
_EPISODES = _Table(
    "ssd_cin_episodes",
    {"cine_person_id": "child", "cine_referral_date": "start", "cine_close_date": "end"},
    ("end",),
)


@dataclass(frozen=True, slots=True, eq=False)
class Involvements:
    """Children and workers on one day, each child of a worker once.

    Parameters
    ----------
    day
        The last day on which anything starts or ends in the table.
    children, workers
        Numbers, shape (involvement,).
    roles
        Role of the worker as it is written, shape (involvement,); "" where nothing is.
    without_worker
        Children with an open episode and no open involvement; None where there is no table of
        episodes.
    with_episode
        Children with an open episode; None likewise.
    account, issues, counts
        What became of every record, what could not be read, and how often by rule.
    source
        Name of the folder.
    """

    day: date
    children: _Days
    workers: _Days
    roles: npt.NDArray[np.object_]
    without_worker: int | None
    with_episode: int | None
    account: Mapping[str, Tally]
    issues: tuple[Issue, ...]
    counts: Mapping[str, int]
    source: str

    def __len__(self) -> int:
        return len(self.children)

    @property
    def is_sound(self) -> bool:
        """Whether all issues are mere notes."""
        return set(self.counts) <= NOTES


def has_involvements(path: Path) -> bool:
    """Whether a folder holds a table of involvements, or a file is one."""
    return _file(path, _INVOLVEMENTS) is not None


def _file(path: Path, table: _Table) -> Path | None:
    """The file of a table; of a single file beside it in its folder."""
    folder = path if path.is_dir() else path.parent
    if path.is_file() and path.stem.casefold() != _INVOLVEMENTS.stem:
        return None
    files = folder.glob("*.[cC][sS][vV]") if folder.is_dir() else ()
    return next((file for file in sorted(files) if file.stem.casefold() == table.stem), None)


def read_involvements(path: Path, *, strict: bool = False) -> Involvements:
    """Read who works with which child, from tables of the Standard Safeguarding Dataset.

    Parameters
    ----------
    path
        A folder with ``ssd_involvements.csv``, or that file. ``ssd_professionals.csv`` beside it
        says which workers there are, ``ssd_cin_episodes.csv`` which children have an open episode.
    strict
        Refuse what cannot be read as it stands, instead of reporting it.

    Raises
    ------
    DataError
        When there is no such table, it lacks a column, or no involvement in it can be used.
    """
    path = Path(path)
    log = IssueLog(path.name, strict=strict)
    table = _read(path, _INVOLVEMENTS, log)
    if table is None:
        raise DataError("holds no table of involvements (ssd_involvements.csv)", file=path.name)
    raw, columns = table
    starts, ends = (raw.days(columns[name], name, log) for name in ("start", "end"))
    day = _last_day(starts, ends)
    if day == MISSING:
        raise DataError("no involvement has a date that can be read", file=raw.name)
    children = columns["child"].texts()
    workers = columns["worker"].mapped(_worker, "", object)
    kept, left_out = _in_use(raw, (children, workers, starts, ends), day, log)
    kept &= ~_repeated(raw, (children, workers, starts), kept, left_out, log)
    account = {"involvements": Tally(len(raw) + raw.number_ragged, int(kept.sum()), left_out)}
    _check_workers(path, raw, workers, kept, log)
    numbers = _episodes(path, raw, children, kept, day, log)
    return Involvements(
        date.fromordinal(day + _EPOCH),
        _numbered(children[kept]),
        _numbered(workers[kept]),
        columns["role"].texts()[kept],
        *numbers,
        account,
        log.issues(),
        log.counts,
        path.name,
    )


def _worker(value: Any) -> str:
    text = cell_reference(value)
    return "" if text in _NOBODY else text


def _read(path: Path, table: _Table, log: IssueLog) -> tuple[RawTable, dict[str, Column]] | None:
    """A table with its columns by what they mean; None where it is not there."""
    file = _file(path, table)
    if file is None:
        return None
    meaning = {plain_heading(heading): name for heading, name in table.fields.items()}
    known = {*meaning, *map(plain_heading, table.passed_over)}
    raw = next(iter(raw_tables(file, log, lambda heading: plain_heading(heading) in known)))
    columns: dict[str, Column] = {}
    for position, heading in enumerate(raw.headings):
        word = plain_heading(heading)
        name = meaning.get(word)
        if name in columns:
            raise DataError("stands in two columns; keep one", file=file.name, field=heading)
        if name is not None:
            columns[name] = raw.column(position)
        elif word not in known and table is not _EPISODES:
            log.add("unknown_heading", raw.where(), "", heading[:40], "a heading of the table")
    for heading, name in table.fields.items():
        if name not in columns and name not in table.optional:
            raise DataError("this column is missing", file=file.name, field=heading)
        columns.setdefault(name, raw.empty_column())
    return raw, columns


def _last_day(starts: _Days, ends: _Days) -> int:
    """The last day, of today and before, on which anything starts or ends."""
    today = date.today().toordinal() - _EPOCH
    days = np.concatenate([starts, ends])
    days = days[(days > BAD) & (days <= today)]
    return int(days.max()) if len(days) else MISSING


def _is_open(starts: _Days, ends: _Days, day: int) -> npt.NDArray[np.bool_]:
    """Whether something has begun by a day, and has not ended on it."""
    return np.asarray((starts > BAD) & (starts <= day) & ((ends == MISSING) | (ends > day)))


_RULES = {
    "no_child": ("missing_reference", "invo_person_id", "a reference of a child"),
    "no_worker": ("worker_missing", "invo_professional_id", "a reference of a worker"),
    "no_start": ("missing_date", "invo_involvement_start_date", "a date of the start"),
    "ends_before_start": ("ends_before_start", "", "an end from the start on"),
}


def _in_use(
    raw: RawTable, cells: Sequence[npt.NDArray[Any]], day: int, log: IssueLog
) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Involvements that are open on the day, and how many others there are, by reason."""
    children, workers, starts, ends = cells
    kept = np.ones(len(raw), dtype=bool)
    left_out = {"bad_row": raw.number_ragged}
    for reason, wrong in (
        ("bad_date", (starts == BAD) | (ends == BAD)),
        ("no_start", starts == MISSING),
        ("ends_before_start", (ends > BAD) & (ends < starts)),
        ("ended", (ends > BAD) & (ends <= day)),
        ("not_begun", starts > day),
        ("no_child", children == ""),
        ("no_worker", workers == ""),
    ):
        rows = np.flatnonzero(kept & wrong)
        left_out[reason] = len(rows)
        if reason in _RULES:
            rule, field, allowed = _RULES[reason]
            for row in rows.tolist():
                log.add(rule, raw.where(row), field, "", allowed)
        kept &= ~wrong
    return kept, left_out


def _repeated(
    raw: RawTable,
    cells: Sequence[npt.NDArray[Any]],
    kept: npt.NDArray[np.bool_],
    left_out: dict[str, int],
    log: IssueLog,
) -> npt.NDArray[np.bool_]:
    """Open involvements of the same child and worker as an earlier one."""
    frame = pd.DataFrame(dict(zip(("child", "worker", "start"), cells, strict=True)))[kept]
    again = frame.duplicated(["child", "worker"])
    is_same = frame.duplicated()
    for row in again.index[again].tolist():
        rule = "repeated" if is_same[row] else "overlapping"
        log.add(rule, raw.where(row), "", "", "one involvement of a child and worker at once")
    left_out["repeated"] = int(again.sum())
    repeated = np.zeros(len(kept), dtype=bool)
    repeated[again.index[again]] = True
    return repeated


def _check_workers(
    path: Path,
    raw: RawTable,
    workers: npt.NDArray[np.object_],
    kept: npt.NDArray[np.bool_],
    log: IssueLog,
) -> None:
    """Report workers whom the table of professionals does not hold, where there is one."""
    table = _read(path, _PROFESSIONALS, log)
    if table is None:
        return
    known = set(table[1]["worker"].texts().tolist())
    allowed = "a worker of ssd_professionals"
    for row in np.flatnonzero(kept).tolist():
        if workers[row] not in known:
            log.add("worker_unknown", raw.where(row), "invo_professional_id", "", allowed)


def _episodes(
    path: Path,
    raw: RawTable,
    children: npt.NDArray[np.object_],
    kept: npt.NDArray[np.bool_],
    day: int,
    log: IssueLog,
) -> tuple[int | None, int | None]:
    """Children with an open episode and no worker, and children with an open episode."""
    table = _read(path, _EPISODES, log)
    if table is None:
        return None, None
    episodes, columns = table
    starts, ends = (episodes.days(columns[name], name, log) for name in ("start", "end"))
    texts = columns["child"].texts()
    open_children = set(texts[_is_open(starts, ends, day) & (texts != "")].tolist())
    for row in np.flatnonzero(kept).tolist():
        if children[row] not in open_children:
            allowed = "a child with an open episode"
            log.add("open_after_episode", raw.where(row), "", "", allowed)
    return len(open_children - set(children[kept].tolist())), len(open_children)


def _numbered(references: npt.NDArray[np.object_]) -> _Days:
    return pd.factorize(references)[0].astype(np.int64)
