"""An analyst's own monthly snapshots in a plain table.

One row a month (and area), the measures in columns of their own: ``cpp_stock``, ``cpp_starts``,
``cpp_ends``, and so on for ``looked_after`` (or ``lac``) and ``child_in_need_plan`` (or
``cin_plan``). Or one row a month and stage, with the columns ``stage``, ``stock``, ``starts`` and
``ends``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError, UnknownNameError, printable, raise_all
from riskmodel.intake.figures import briefly, read_cell, read_rows
from riskmodel.intake.headless import refuse_record
from riskmodel.intake.months import DATE_ALLOWED, MONTH_ALLOWED, month_of
from riskmodel.intake.snapshot_notes import SNAPSHOT_RULES, month_word, notes_of
from riskmodel.intake.tables.mapping import mapping_hint, read_headings
from riskmodel.intake.tables.workbooks import is_workbook, read_sheet
from riskmodel.plausible import check_number
from riskmodel.snapshots import SERIES_STAGES, MonthlySeries, month_ends

__all__ = ["SNAPSHOT_COLUMNS", "SNAPSHOT_RULES", "read_snapshots"]

_WHEN = {"month": True, "month_end": False, "date": False, "snapshot_date": False}
"""Headings of the month, and whether the first day of a month stands for that month."""

_AREAS = ("area", "authority", "la_code")
_MEASURES = ("stock", "starts", "ends")
_STAGE_WORDS = {
    "child_protection_plan": "child_protection_plan",
    "cpp": "child_protection_plan",
    "looked_after": "looked_after",
    "lac": "looked_after",
    "child_in_need_plan": "child_in_need_plan",
    "cin_plan": "child_in_need_plan",
}
_COLUMNS = {
    f"{word}_{measure}": (stage, measure)
    for word, stage in _STAGE_WORDS.items()
    for measure in _MEASURES
}
SNAPSHOT_COLUMNS = (*_WHEN, *_AREAS, "stage", *_MEASURES, *_COLUMNS)
"""Headings that a table of snapshots can have."""

_NUMBER_ALLOWED = "a whole number such as 1234 or 1,234; nothing where it was not counted"
_BELOW_NOUGHT = re.compile(r"[-\N{MINUS SIGN}\N{EN DASH}]\s*([0-9][0-9,]*)")
_Month = tuple[int, int]
_Key = tuple[str, str]


@dataclass(slots=True)
class _Months:
    """The months of one area and stage, as the file has them."""

    cells: dict[_Month, dict[str, float]] = field(default_factory=dict)
    lines: dict[_Month, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the file has what: the place of the month, the area, the stage and the measures."""

    month: int
    first_day: bool
    area: int | None
    stage: int | None
    measures: Mapping[int, tuple[str, str]]


def read_snapshots(
    path: Path,
    *,
    strict: bool = False,
    sheet: str | None = None,
    mapping: Path | None = None,
    today: date | None = None,
) -> tuple[MonthlySeries, ...]:
    """Read monthly stocks and flows.

    Parameters
    ----------
    path
        CSV, or a workbook. A column ``month`` (2015-03, Mar 2015, 31/03/2015) or ``date``
        (the last day of a month); measures such as ``cpp_stock`` and ``cpp_starts``, or a column
        ``stage`` with ``stock``, ``starts`` and ``ends``; and, where there are several, ``area``.
    strict
        Refuse what would be noted (``SNAPSHOT_RULES``).
    sheet
        Sheet of a workbook; the first one without.
    mapping
        A TOML file that says under ``[months]`` which of our columns the table's own headings
        are: ``cpp_stock = "CP plans at month end"``.
    today
        A month that ends after this day is refused; the present day where it is not given.

    Returns
    -------
    tuple of MonthlySeries
        One an area and stage that has a figure: areas in the order of the file, stages in that
        of :data:`riskmodel.snapshots.SERIES_STAGES`. Months without any figure before the first
        and after the last are left out; between them they are missing. Nothing is filled in.

    Raises
    ------
    DataError
        With file, line and column: when a column is missing or unknown, a month is none, is not
        over or stands twice, or a cell is neither a whole number nor empty. All wrong cells are
        told at once.
    UnknownNameError
        When the workbook has no such sheet.
    """
    path = Path(path)
    heading, rows = _table(path, sheet)
    names = read_headings(mapping, "months", SNAPSHOT_COLUMNS)
    layout = _layout(names.rename(heading, path.name), heading, path.name)
    found: dict[_Key, _Months] = {}
    wrong: list[DataError] = []
    for line, row in rows:
        wrong += _read_row(row, line, layout, heading, found, path.name, today or date.today())
    raise_all(wrong)
    areas = list(dict.fromkeys(area for area, _ in found))
    series = []
    for area in areas:
        for stage in SERIES_STAGES:
            made = _series(area, stage, found.get((area, stage), _Months()), path.name)
            if made is not None:
                series.append(made)
    if not series:
        raise DataError("no cell holds a figure", file=path.name)
    for each in series:
        if strict and each.notes:
            raise DataError(str(each.notes[0]))
    return tuple(series)


def _table(path: Path, sheet: str | None) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    if not is_workbook(path):
        if sheet is not None:
            raise DataError("has no sheets: a sheet is named for workbooks only", file=path.name)
        return read_rows(path)
    heading, rows, lines, ragged = read_sheet(path, sheet)
    if ragged:
        line, found = ragged[0]
        message = (
            f"found {found} cells; allowed: {len(heading)}, as in the heading. Headings stand in "
            "one row, one above each column, and no cells are merged"
        )
        raise DataError(message, file=path.name, line=line)
    cells = ([cell or "" for cell in row] for row in rows)
    filled = ((n, row) for n, row in zip(lines, cells, strict=True) if any(map(str.strip, row)))
    return [cell.strip() for cell in heading], filled


def _layout(renamed: Sequence[str], heading: Sequence[str], file: str) -> _Layout:
    """Where the table has what, by its headings as a mapping renamed them, and as they are."""
    places: dict[str, int] = {}
    if not set(map(_plain, renamed)) & _WHEN.keys():
        refuse_record(heading, file, ("month",))
    for place, title in enumerate(renamed):
        name = _plain(title)
        if name not in SNAPSHOT_COLUMNS:
            problem = UnknownNameError("column of monthly snapshots", title[:40], SNAPSHOT_COLUMNS)
            hint = mapping_hint("months", "cpp_stock", title[:40])
            raise DataError(
                f"{problem}{_unknown_too(renamed[place + 1 :])} Rename columns that mean one of "
                f"these, or say which they are: {hint}, with the name that it stands for. Delete "
                "the rest.",
                file=file, line=1, field=title[:40],
            )  # fmt: skip
        if name in places:
            both = briefly(heading[places[name]].strip(), heading[place].strip())
            message = f"stands in two columns, {both}; keep one"
            raise DataError(message, file=file, line=1, field=name)
        places[name] = place
    when = _one(places, tuple(_WHEN), file)
    if when is None:
        message = f"this column is missing; the file has {briefly(*heading)}"
        raise DataError(message, file=file, line=1, field="month")
    area = _one(places, _AREAS, file)
    stage = places.get("stage")
    long = {places[name]: ("", name) for name in _MEASURES if name in places}
    wide = {places[name]: _COLUMNS[name] for name in places if name in _COLUMNS}
    twice = [found for found in wide.values() if list(wide.values()).count(found) > 1]
    if twice:
        message = f"{' '.join(twice[0])} stands in two columns; keep one"
        raise DataError(message, file=file, line=1)
    if bool(long) == bool(wide) or bool(long) != (stage is not None):
        raise DataError(
            "needs either a column stage with stock, starts or ends, or columns such as cpp_stock "
            f"without one; the file has {briefly(*heading)}",
            file=file,
            line=1,
        )
    at = None if area is None else places[area]
    return _Layout(places[when], _WHEN[when], at, stage, long or wide)


def _plain(title: str) -> str:
    return "_".join(title.casefold().split())


def _unknown_too(titles: Sequence[str]) -> str:
    """The other columns that nobody knows, as a sentence."""
    unknown = [title for title in titles if _plain(title) not in SNAPSHOT_COLUMNS]
    return f" Unknown too: {briefly(*unknown)}." if unknown else ""


def _one(places: Mapping[str, int], names: tuple[str, ...], file: str) -> str | None:
    present = [name for name in names if name in places]
    if len(present) > 1:
        message = f"{' and '.join(present)} mean the same; keep one"
        raise DataError(message, file=file, line=1, field=present[1])
    return present[0] if present else None


def _read_row(
    row: list[str],
    line: int,
    layout: _Layout,
    heading: list[str],
    found: dict[_Key, _Months],
    file: str,
    today: date,
) -> list[DataError]:
    """Put the figures of a row where they belong; what is wrong with its cells."""
    wrong: list[DataError] = []
    values: dict[int, float] = {}
    for place, (_, measure) in layout.measures.items():
        try:
            values[place] = _number(row[place], measure, file, line, heading[place])
        except DataError as error:
            wrong.append(error)
    try:
        months = _months_of(row, line, layout, heading, found, file, today)
    except DataError as error:
        return [error, *wrong]
    for place, value in values.items():
        stage, measure = layout.measures[place]
        months[stage or next(iter(months))][measure] = value
    return wrong


def _months_of(
    row: list[str],
    line: int,
    layout: _Layout,
    heading: list[str],
    found: dict[_Key, _Months],
    file: str,
    today: date,
) -> dict[str, dict[str, float]]:
    """Where the figures of a row belong, by stage: its month, and its area where it has one."""
    name = heading[layout.month]
    text = row[layout.month]
    month = month_of(text, first_day=layout.first_day)
    if month is None:
        allowed = MONTH_ALLOWED if layout.first_day else DATE_ALLOWED
        message = f"found {briefly(text)}; allowed: {allowed}"
        raise DataError(message, file=file, line=line, field=name)
    ending = month_ends([f"{month[0]:04}-{month[1]:02}"])[0]
    if ending > np.datetime64(today):
        message = f"found {briefly(text)}, a month that is not over on {today}"
        raise DataError(message, file=file, line=line, field=name)
    area = "" if layout.area is None else printable(row[layout.area].strip())
    if layout.area is not None and not area:
        message = "found nothing; allowed: the name or code of the area"
        raise DataError(message, file=file, line=line, field=heading[layout.area])
    cells: dict[str, dict[str, float]] = {}
    for stage in _stage(row, line, layout, file):
        months = found.setdefault((area, stage), _Months())
        if month in months.lines:
            message = f"{briefly(text.strip())} stands in line {months.lines[month]} already"
            raise DataError(message, file=file, line=line, field=name)
        months.lines[month] = line
        cells[stage] = months.cells[month] = {}
    return cells


def _stage(row: list[str], line: int, layout: _Layout, file: str) -> tuple[str, ...]:
    if layout.stage is None:
        return tuple(dict.fromkeys(stage for stage, _ in layout.measures.values()))
    word = _plain(row[layout.stage])
    if word not in _STAGE_WORDS:
        problem = UnknownNameError("stage", row[layout.stage][:40], _STAGE_WORDS)
        raise DataError(str(problem), file=file, line=line, field="stage")
    return (_STAGE_WORDS[word],)


def _number(text: str, measure: str, file: str, line: int, name: str) -> float:
    cell = read_cell(text)
    if cell is None or "%" in text or (cell[1] == "observed" and cell[0] != int(cell[0])):
        message = f"found {briefly(text)}; allowed: {_NUMBER_ALLOWED}"
        if measure != "stock" and (below := _BELOW_NOUGHT.fullmatch(text.strip())):
            message += (
                f". If this corrects an earlier month, take {below[1]} off that month's {measure} "
                "and write here what was counted in this one; or leave the cell empty"
            )
        raise DataError(message, file=file, line=line, field=name)
    if cell[0] > 0:
        check_number(cell[0], "children", file=file, line=line, field=name)
    return cell[0]


def _series(area: str, stage: str, months: _Months, file: str) -> MonthlySeries | None:
    filled = sorted(
        m for m, cells in months.cells.items() if not all(map(np.isnan, cells.values()))
    )
    if not filled:
        return None
    first, last = (
        np.datetime64(f"{year:04}-{month:02}") for year, month in (filled[0], filled[-1])
    )
    dates = month_ends(np.arange(first, last + np.timedelta64(1, "M")))
    keys = [(day.year, day.month) for day in dates.tolist()]
    stock, starts, ends = (
        np.array([months.cells.get(key, {}).get(measure, np.nan) for key in keys])
        for measure in _MEASURES
    )
    _refuse_sums(stage, keys, (starts, ends), months.lines, file)
    made = MonthlySeries(area, dates, stage, stock, starts, ends, file)
    return replace(made, notes=tuple(notes_of(made, keys, months.lines, file)))


def _refuse_sums(
    stage: str,
    keys: list[_Month],
    flows: Sequence[npt.NDArray[np.float64]],
    lines: Mapping[_Month, int],
    file: str,
) -> None:
    """Refuse flows of months of which no two follow each other: they are counts of a quarter.

    Taken for a month's, three times too many children would start.
    """
    for name, flow in zip(("starts", "ends"), flows, strict=True):
        counted = np.flatnonzero(~np.isnan(flow))
        steps = np.diff(counted)
        if len(steps) and steps.min() > 1:
            first, second = (keys[index] for index in counted[:2])
            raise DataError(
                f"{name} of {stage} stand at {month_word(first)} and {month_word(second)} with "
                f"none between: they are read as the {name} of one month, and look like those of "
                f"{int(steps.min())}; give every month, or leave {name} out and give the stocks "
                "alone",
                file=file,
                line=lines[second],
                field=name,
            )
