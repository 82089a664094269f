"""An authority's own teams from a small CSV or TOML file, and templates of such files.

.. code-block:: toml

    [[team]]
    team = "south_1"
    area = "south"
    kind = "family_support"
    child_protection_plan = 81
    looked_after = 26
    child_in_need_plan = 102
    unallocated = 18
    workers = "9.3..9.7"
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from riskmodel.caseload.structure import (
    KINDS,
    STATUSES,
    Structure,
    Team,
    published_structure,
)
from riskmodel.core.toml import read_toml
from riskmodel.errors import DataError, UnknownNameError, printable, raise_all, together
from riskmodel.intake.figures import check_heading, read_text
from riskmodel.intake.tables.mapping import ColumnMapping, mapping_hint, read_headings
from riskmodel.intake.tables.workbooks import read_sheet

__all__ = ["FIELDS", "read_structure", "structure_template"]

FIELDS = ("team", "area", "kind", *STATUSES, "unallocated", "workers")
"""Columns of the CSV file, and keys of each ``[[team]]`` in the TOML file. ``kind``,
``unallocated`` and ``workers`` may be left out or empty; ``workers`` is a number or a range such
as ``9.3..9.7``."""

_OPTIONAL = frozenset({"kind", "unallocated", "workers"})
_HEAD = """\
# Teams for riskmodel caseload --structure THIS_FILE: the published ones, to put yours in place of.
# A team has a name and an area; its cases of each status, on the day of the last figures that are
# projected from; unallocated, how many of its child in need cases have no worker; and its workers,
# full-time equivalents who hold cases, as a number (9.5) or a range ("9.3..9.7").
# kind is family_support, which needs its workers, specialist, disabled_children, or other: the
# children of teams that are not modelled. Without a team of kind other, the teams here hold all
# projected children.

"""
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class _Row:
    """One team as a file has it, where, and a message about one of its fields."""

    line: int | None
    cells: Mapping[str, Any]
    error: Callable[[str, str], DataError]

    def text(self, field: str) -> str:
        value = self.cells.get(field, "")
        if field in ("team", "area", "kind") and not isinstance(value, str):
            raise self.error(f"must be a text, got {value!r}", field)
        return printable(str(value).strip())

    def number(self, field: str) -> float:
        text = self.text(field)
        if not text and field in _OPTIONAL:
            return 0.0
        if not _NUMBER.fullmatch(text):
            raise self.error(f"must be a number of cases, 0 or more, got {text!r}", field)
        return float(text)

    def workers(self) -> tuple[float, float]:
        text = self.text("workers")
        if not text:
            return math.nan, math.nan
        low, dots, high = text.partition("..")
        parts = (low, high) if dots else (low, low)
        if not all(_NUMBER.fullmatch(part.strip()) for part in parts):
            raise self.error(
                f"must be a number above 0, or a range such as 9.3..9.7; got {text!r}", "workers"
            )
        return float(parts[0]), float(parts[1])


def read_structure(path: str | Path, *, mapping: Path | None = None) -> Structure:
    """Read and check a file of teams: ``.toml``, a workbook's first sheet, or otherwise CSV.

    Parameters
    ----------
    path
        See :data:`FIELDS` for its columns; :func:`structure_template` writes one to start from.
        Rows of kind ``other`` hold the children of teams that are not modelled. Without such rows,
        all projected children are in the teams.
    mapping
        A TOML file that says under ``[teams]`` which of the columns the table's own headings are:
        ``looked_after = "Children in care"``. A table in TOML has our names.

    Raises
    ------
    DataError
        What was found, in which file, line and field, and what is allowed; all wrong cells at
        once.
    """
    path = Path(path)
    if path.suffix.casefold() == ".toml":
        rows = list(_toml_rows(path))
    else:
        names = read_headings(mapping, "teams", FIELDS)
        is_workbook = path.suffix.casefold() in (".xlsx", ".xlsm", ".xls")
        read = _sheet_rows(path, names) if is_workbook else _csv_rows(path, names)
        rows = list(read)
    if not rows:
        raise DataError("holds no team; start from the template", file=path.name)
    seen: dict[str, int | None] = {}
    teams: list[Team] = []
    wrong: list[DataError] = []
    for row in rows:
        try:
            teams.append(_team(row))
        except DataError as error:
            wrong += error.each
        name = printable(str(row.cells.get("team", "")).strip())
        if name in seen:
            wrong.append(row.error(f"the team {name!r} stands in line {seen[name]} too", "team"))
        seen.setdefault(name, row.line)
    raise_all(wrong)
    try:
        return Structure(tuple(teams), path.name, "observed")
    except DataError as error:
        raise DataError(str(error), file=path.name) from error


def structure_template(form: Literal["csv", "toml"] = "csv") -> str:
    """The published teams as a file to change.

    Raises
    ------
    UnknownNameError
        When the form is neither ``csv`` nor ``toml``.
    """
    if form not in ("csv", "toml"):
        raise UnknownNameError("form of a template", form, ("csv", "toml"))
    rows = [_cells(team) for team in published_structure()]
    if form == "csv":
        made = io.StringIO()
        writer = csv.DictWriter(made, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return made.getvalue()
    text = ("team", "area", "kind", "workers")
    return _HEAD + "\n".join(
        "[[team]]\n"
        + "".join(
            f'{field} = "{value}"\n' if field in text else f"{field} = {value}\n"
            for field, value in cells.items()
            if value != ""
        )
        for cells in rows
    )


def _cells(team: Team) -> dict[str, str]:
    rounded = replace(
        team,
        workers_low=round(team.workers_low, 2),
        workers_high=round(team.workers_high, 2),
    )
    workers = f"{rounded.workers_low:g}..{rounded.workers_high:g}" if team.workers_known else ""
    counts = {name: f"{round(getattr(team, name), 1):g}" for name in (*STATUSES, "unallocated")}
    return {
        "team": team.name,
        "area": team.area,
        "kind": team.kind,
        **counts,
        "workers": workers,
    }


def _team(row: _Row) -> Team:
    missing = [name for name in FIELDS if name not in row.cells and name not in _OPTIONAL]
    if missing:
        raise row.error(f"needs {', '.join(missing)}", missing[0])
    kind = row.text("kind") or "family_support"
    wrong: list[DataError] = []
    if not row.text("area"):
        wrong.append(row.error("needs the area that the team belongs to", "area"))
    cases: list[float] = []
    for field in (*STATUSES, "unallocated"):
        try:
            cases.append(row.number(field))
        except DataError as error:
            wrong.append(error)
    workers = (math.nan, math.nan)
    try:
        workers = row.workers()
    except DataError as error:
        wrong.append(error)
    if kind not in KINDS:
        wrong.append(row.error(str(UnknownNameError("kind of team", kind, KINDS)), "kind"))
    if kind not in KINDS or wrong:
        raise together(wrong)
    plans, care, need, unallocated = cases
    try:
        name, area = row.text("team"), row.text("area")
        return Team(name, area, kind, plans, care, need, unallocated, *workers)
    except DataError as error:
        if error.file:
            raise
        raise row.error(error.message, error.field or "team") from error


def _csv_rows(path: Path, names: ColumnMapping) -> Iterator[_Row]:
    file = path.name
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    try:
        printed = next(reader, [])
        check_heading([name.strip() for name in printed], file)
        heading = _headings(printed, names, file)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                raise DataError(
                    f"has {len(cells)} cells under {len(heading)} headings",
                    file=file,
                    line=reader.line_num,
                )
            error = partial(_csv_error, file, reader.line_num)
            yield _Row(reader.line_num, dict(zip(heading, cells, strict=True)), error)
    except csv.Error as error:
        raise DataError(f"this is no CSV: {error}", file=file, line=reader.line_num) from error


def _sheet_rows(path: Path, mapping: ColumnMapping) -> Iterator[_Row]:
    heading, rows, lines, ragged = read_sheet(path)
    names = _headings(heading, mapping, path.name)
    for line, found in ragged:
        raise DataError(
            f"has {found} cells under {len(heading)} headings", file=path.name, line=line
        )
    for line, cells in zip(lines, rows, strict=True):
        texts = [cell or "" for cell in cells]
        yield _Row(line, dict(zip(names, texts, strict=True)), partial(_csv_error, path.name, line))


def _csv_error(file: str, line: int, message: str, field: str) -> DataError:
    return DataError(message, file=file, line=line, field=field)


def _toml_rows(path: Path) -> Iterator[_Row]:
    top = read_toml(path)
    top.check_keys(["team"], "section")
    for table in top.sections("team"):
        table.check_keys(FIELDS, "key of a team")
        yield _Row(table.line(), table.content, table.error)


def _headings(printed: Sequence[str], mapping: ColumnMapping, file: str) -> list[str]:
    """Our names of the columns, each known, once, and none missing that is needed."""
    renamed = mapping.rename(printed, file)
    names = ["_".join(name.casefold().split()) for name in renamed]
    for name, theirs in zip(names, renamed, strict=True):
        if name not in FIELDS:
            problem = UnknownNameError("column of a table of teams", name, FIELDS)
            hint = mapping_hint("teams", "looked_after", theirs[:40])
            raise DataError(
                f"{problem} Where it is one of these, {hint}, with the name that it stands for.",
                file=file,
                line=1,
                field=name,
            )
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError("this column stands twice", file=file, line=1, field=twice[0])
    missing = [name for name in FIELDS if name not in names and name not in _OPTIONAL]
    if missing:
        raise DataError(f"needs the columns {', '.join(missing)}", file=file, line=1)
    return names
