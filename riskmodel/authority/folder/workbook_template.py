"""Writes ``inputs.xlsx``: a sheet for each subject, explanations above columns, drop-down lists."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from riskmodel.authority.folder.subjects import (
    CHANCES,
    SUBJECTS,
    TABLES,
    Column,
    Field,
    Kind,
    Subject,
    Table,
)
from riskmodel.authority.folder.workbook import NOTES_SHEET

__all__ = ["Cells", "workbook_bytes"]

Cells = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by sheet, each with a value by column; a month is its first day, a share is a number."""

_CREATED = datetime(2015, 11, 5)
"""The date in the file's properties, fixed so that the same cells give the same bytes."""

_ROWS = 400
"""Number of rows that have drop-down lists and checks of entries."""

_FIRST_YEAR, _LAST_YEAR = 2014, 2034
_FORMATS: Mapping[Kind, str] = {
    "text": "@",
    "names": "@",
    "sections": "@",
    "year": "@",
    "number": "#,##0.##",
    "whole": "#,##0",
    "share": "0.0%",
    "month": "mmm yyyy",
    "date": "d mmm yyyy",
}

_NOTES = (
    "Figures of one authority for riskmodel. Every sheet and every cell may be left empty.",
    "On each sheet the first row explains the columns, the second names them; figures start in "
    "the third. Leave the second row as it is.",
    "Months are dates (any day at the start or end of the month) or texts such as 2024-03. Shares "
    "are percentages.",
    "What is said here and in authority.toml should be the same; where it differs, authority.toml "
    "takes precedence, and `riskmodel check` says so.",
    "`riskmodel check FOLDER` says what is there, what is missing, and which cell is wrong.",
)


@dataclass(frozen=True, slots=True)
class _Style:
    """Formats of the workbook."""

    explanation: Any
    heading: Any
    cells: Mapping[Kind, Any]


def workbook_bytes(cells: Cells, note: str = "") -> bytes:
    """The workbook, empty or filled.

    Parameters
    ----------
    cells
        Rows by sheet; a sheet without rows has only its headings.
    note
        A sentence to put first on the sheet of notes.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": "Figures of one authority", "created": _CREATED})
    style = _Style(
        book.add_format(
            {"text_wrap": True, "valign": "top", "italic": True, "bg_color": "#EEF2F6"}
        ),
        book.add_format({"bold": True, "bottom": 1}),
        {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()},
    )
    notes = book.add_worksheet(NOTES_SHEET)
    notes.set_column(0, 0, 100)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for row, text in enumerate((*((note,) if note else ()), *_NOTES)):
        notes.write_string(row, 0, text, wrap)
    for subject in SUBJECTS.values():
        _write_subject(book.add_worksheet(subject.name), subject, cells, style)
    for table in TABLES.values():
        _write_table(book.add_worksheet(table.name), table, cells, style)
    book.close()
    return stream.getvalue()


def _write_subject(sheet: Any, subject: Subject, cells: Cells, style: _Style) -> None:
    last = _ROWS if subject.key else 3
    for column, field in enumerate(subject.fields.values()):
        _write_head(sheet, column, field.name, f"{field.label}. {field.explanation}", style)
        sheet.set_column(column, column, _width(field.name, field.kind), style.cells[field.kind])
        sheet.data_validation(2, column, last - 1, column, _validation(field))
    _write_rows(sheet, [(f.name, f.kind) for f in subject.fields.values()], subject.name, cells)
    _finish(sheet, fixed=1 if subject.key else 0)


def _write_table(sheet: Any, table: Table, cells: Cells, style: _Style) -> None:
    for column, described in enumerate(table.columns):
        _write_head(sheet, column, described.name, described.explanation, style)
        width = _width(described.name, described.kind)
        sheet.set_column(column, column, width, style.cells[described.kind])
        rule = _column_validation(described)
        if rule is not None:
            sheet.data_validation(2, column, _ROWS - 1, column, rule)
    _write_rows(sheet, [(c.name, c.kind) for c in table.columns], table.name, cells)
    _finish(sheet, fixed=1)


def _write_head(sheet: Any, column: int, name: str, explanation: str, style: _Style) -> None:
    sheet.write_string(0, column, explanation, style.explanation)
    sheet.write_string(1, column, name, style.heading)


def _write_rows(sheet: Any, columns: Sequence[tuple[str, Kind]], name: str, cells: Cells) -> None:
    for row, values in enumerate(cells.get(name, ()), start=2):
        for column, (heading, _) in enumerate(columns):
            value = values.get(heading)
            if isinstance(value, date):
                sheet.write_datetime(row, column, value)
            elif isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write_number(row, column, value)


def _finish(sheet: Any, *, fixed: int) -> None:
    sheet.set_row(0, 80)
    sheet.freeze_panes(2, fixed)


def _width(name: str, kind: Kind) -> int:
    return max(len(name) + 2, 26 if kind in ("text", "names", "sections") else 16)


def _validation(field: Field) -> dict[str, Any]:
    """The check of entries of a field, with a list where it has one."""
    years = [f"{year}/{(year + 1) % 100:02d}" for year in range(_FIRST_YEAR, _LAST_YEAR)]
    rule: dict[str, Any]
    if field.name == "chance":
        rule = {"validate": "list", "source": [f"{chance:.0%}" for chance in CHANCES]}
    elif field.kind == "year":
        rule = {"validate": "list", "source": years}
    elif field.kind == "share":
        rule = _between("decimal", field.low, 1 if field.high is None else field.high)
    elif field.kind in ("number", "whole"):
        kind = "decimal" if field.kind == "number" else "integer"
        rule = _between(kind, field.low, 1e12 if field.high is None else field.high)
    elif field.kind in ("month", "date"):
        rule = {"validate": "date", "criteria": ">=", "value": date(1990, 1, 1)}
    else:
        rule = {"validate": "any"}
    # A list offers; what else the reader understands may be typed, after a question.
    told = {"error_type": "warning", "error_message": field.explanation[:250]}
    return {**rule, **(told if rule["validate"] != "any" else {})}


def _between(kind: str, low: float, high: float) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}


def _column_validation(column: Column) -> dict[str, Any] | None:
    if column.choices:
        return {"validate": "list", "source": list(column.choices)}
    if column.kind == "whole":
        rule = _between("integer", 0, 1e12)
        return {**rule, "error_type": "warning", "error_message": column.explanation[:250]}
    return None
