"""One accessible workbook: cover, contents, notes, and one sheet for each table."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from riskmodel.core.lazy import pd
from riskmodel.disclosure.symbols import SHORTHAND
from riskmodel.errors import printable
from riskmodel.report.archive import archive_bytes
from riskmodel.report.model import Report, Table
from riskmodel.report.tidy import Column, number_of, tidy_columns
from riskmodel.report.workbook_charts import add_chart
from riskmodel.report.workbook_formulas import write_formulas

__all__ = ["workbook_bytes", "write_workbook"]

# Neither the clock nor the machine belongs in the file: the same report gives the same bytes.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_SHEET_NAME = 31
_TAKEN = ("Cover", "Contents", "Notes", "History")
_FROZEN = 12
"""Headings further down than this are not frozen: they would leave no room to scroll in."""

_CELL, _ROWS = 32_000, 1_048_000
"""Letters of a cell and rows of a table: a spreadsheet drops what is beyond 32,767 and 1,048,576,
and notes stand above a table."""

_SHORTHAND = (
    "Words stand where there is no number: none, nothing to say; not stated, the document does not "
    "say; not defined, the figure cannot be worked out; not checked, no identity holds the figure."
)
_BASES = {
    "published": "Basis published: printed in a document, or worked out from printed figures.",
    "observed": "Basis observed: an authority's own records.",
    "assumed": "Basis assumed: rests on an assumption that somebody made.",
    "projected": "Basis projected: a projection, not a count.",
}


def write_workbook(report: Report, path: Path) -> None:
    """Write all tables of a report into one workbook.

    Parameters
    ----------
    report
        The report.
    path
        File to write, ending in ``.xlsx``.
    """
    path.write_bytes(workbook_bytes(report))


def workbook_bytes(report: Report) -> bytes:
    """All tables of a report as one workbook.

    Notes
    -----
    Layout by Analysis Function guidance through ``gptables``: one table a sheet, its title, source
    and notes above it, no merged cells, no meaning by colour. Text never becomes a formula, an
    address never a link; only a table that says so has formulas, each with its number. Ends of
    ranges stand in columns of their own, months and days are dates, and beside the numbers of a
    chart stands the same as a chart of the spreadsheet.
    """
    import gptables

    sheets = _sheets(report)
    stream = io.BytesIO()
    with warnings.catch_warnings():
        # gptables 2.0 uses spellings that pandas means to retire; see pyproject.toml.
        warnings.simplefilter("ignore", DeprecationWarning)
        workbook = gptables.produce_workbook(
            stream,
            sheets={
                name: _gptable(gptables, table, columns)
                for name, (table, columns) in sheets.items()
            },
            cover=_cover(gptables, report),
            contentsheet_options={"column_names": ["Sheet", "What it holds"]},
            notes_table=_notes(report),
            notesheet_options={"title": "Notes", "table_name": "notes_table"},
            auto_width=False,
            workbook_options={
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "in_memory": True,
            },
        )
        workbook.set_properties({"title": report.title, "created": _CREATED})
        _arrange(workbook, sheets, {chart.data.id for chart in report.charts()})
        said = ". ".join(part for part in (report.mark, report.authority) if part)
        for worksheet in workbook.worksheets():
            worksheet.set_footer(f"&L{said.replace('&', '&&')[:200]}&R&P of &N")
        workbook.close()
    return _without_dates(stream.getvalue())


def _sheets(report: Report) -> dict[str, tuple[Table, list[Column]]]:
    """Tables and their columns by the name of their sheet, in words."""
    sheets: dict[str, tuple[Table, list[Column]]] = {}
    for table in report.tables():
        if table.frame.empty:
            continue
        words = table.id.replace("_", " ").capitalize()
        name, number = _shortened(words, _SHEET_NAME), 2
        while name in sheets or name in _TAKEN:
            name, number = f"{_shortened(words, _SHEET_NAME - 4)} {number}", number + 1
        table = _fitting(table)
        sheets[name] = table, _unlike(tidy_columns(table))
    return sheets


def _fitting(table: Table) -> Table:
    """As many rows as a sheet holds, with a note where there are more."""
    rows = len(table.frame)
    if rows <= _ROWS:
        return table
    note = f"The first {_ROWS:,} of {rows:,} rows, for a sheet holds no more; the CSV file has all."
    return replace(table, frame=table.frame.head(_ROWS), notes=(*table.notes, note))


def _shortened(words: str, most: int) -> str:
    """So many whole words as fit into a name."""
    return words if len(words) <= most else words[: most + 1].rpartition(" ")[0] or words[:most]


def _gptable(gptables: Any, table: Table, columns: Sequence[Column]) -> Any:
    basis = "The basis of each figure stands in its row."
    if table.basis:
        basis = f"Basis: {table.basis}.$${table.basis}$$"
    return gptables.GPTable(
        table=_cells(columns),
        table_name=f"table_{table.id}",
        title=_plain_text(table.title),
        subtitles=[_plain_text(note) for note in (*table.notes, *_symbol_notes(table))],
        scope=basis,
        source=_source(table),
        instructions="This sheet holds one table. Where a cell has no number, a word says why."
        "$$shorthand$$",
        index_columns={2: 0},
        additional_formatting=[
            {"column": {"columns": [number], "format": _format(column)}}
            for number, column in enumerate(columns)
            if column.kind != "text"
        ],
    )


def _source(table: Table) -> str:
    source = table.source or "computed by riskmodel"
    return f"Source: {_plain_text(source)}."


def _symbol_notes(table: Table) -> list[str]:
    """What each symbol in the table means, where its notes do not say so."""
    told = " ".join(table.notes)
    cells = {cell for name in table.frame for cell in table.frame[name] if isinstance(cell, str)}
    return [
        f"{symbol} {words}."
        for symbol, words in SHORTHAND.items()
        if symbol in cells and symbol not in told
    ]


def _plain_text(text: str) -> str:
    """Text that a cell holds, without the marks that gptables reads as a reference or a link."""
    plain = printable(text).replace("$$", "$ $").replace("](", "] (")
    return plain if len(plain) <= _CELL else f"{plain[: _CELL - 1]}…"


def _cells(columns: Sequence[Column]) -> pd.DataFrame:
    """The table with numbers as numbers and dates as dates."""
    return pd.DataFrame(
        {column.heading: [_cell(cell, column) for cell in column.cells] for column in columns},
        dtype=object,
    )


def _cell(cell: object, column: Column) -> object:
    """A cell of a sheet; nothing becomes a word, since no cell may be empty."""
    if column.is_number:
        number = number_of(cell)
        return _worded(cell) if number is None else number
    if column.kind in ("month", "day"):
        try:
            return date.fromisoformat(f"{cell}-01" if column.kind == "month" else str(cell))
        except ValueError:
            return _worded(cell)
    return cell if isinstance(cell, bool | int | float) else _worded(cell)


def _worded(cell: object) -> str:
    """A text cell; a sheet must not hold signs alone."""
    text = "" if cell is None else _plain_text(str(cell))
    return text if re.search("[A-Za-z0-9]", text) else "none"


def _format(column: Column) -> dict[str, str]:
    """How a spreadsheet shows a column: as many decimals as are printed, dates in words."""
    if not column.is_number:
        return {"num_format": "mmmm yyyy" if column.kind == "month" else "d mmmm yyyy"}
    texts = [str(cell) for cell in column.cells if number_of(cell) is not None]
    decimals = min(max((len(text.partition(".")[2]) for text in texts), default=0), 4)
    are_years = all(re.fullmatch(r"(19|20)\d\d", text) for text in texts)
    whole = "0" if are_years else "#,##0"
    shown = f"{whole}.{'0' * decimals}" if decimals else whole
    if any(text.startswith("+") for text in texts):
        shown = f"+{shown};-{shown};0"
    return {"num_format": shown, "align": "right"}


def _unlike(columns: Sequence[Column]) -> list[Column]:
    """The columns with headings that differ whatever their capitals, and that name percentages."""
    taken: set[str] = set()
    unlike = []
    for column in columns:
        words = _plain_text(column.heading)
        if column.kind == "percentage" and "percent" not in words.casefold():
            words = f"{words} (percent)"
        heading, number = words, 2
        while heading.casefold() in taken:
            heading, number = f"{words} {number}", number + 1
        taken.add(heading.casefold())
        unlike.append(replace(column, heading=heading))
    return unlike


def _cover(gptables: Any, report: Report) -> Any:
    version = report.manifest.get("version", "")
    points = report.brief.points if report.brief else report.summary
    return gptables.Cover(
        title=_plain_text(report.title),
        intro=[
            text
            for text in (
                report.mark,
                report.subtitle,
                *(_plain_text(point.text) for point in points),
            )
            if text
        ],
        about=[
            "One sheet holds one table; the sheet Contents lists them, the sheet Notes explains "
            "the words.",
            "Associations between recorded factors and plans are described. None of the figures "
            "says what brought a plan about.",
            f"Made by riskmodel {version}".strip() + ".",
        ],
        width=100,
    )


def _notes(report: Report) -> pd.DataFrame:
    """The notes that the sheets refer to, by reference."""
    used = {table.basis for table in report.tables()}
    rows = [
        ("shorthand", _SHORTHAND),
        *((key, note) for key, note in _BASES.items() if key in used),
    ]
    return pd.DataFrame(rows, columns=["Reference", "Note"])


def _arrange(
    workbook: Any, sheets: Mapping[str, tuple[Table, list[Column]]], drawn: set[str]
) -> None:
    """Widths by content up to a limit, beyond which text wraps; headings that stay; charts."""
    for worksheet in workbook.worksheets():
        name = worksheet.get_name()
        if name not in sheets:
            if name != "Cover":
                worksheet.set_column(0, 0, 32)
                worksheet.set_column(1, 1, 90)
            continue
        table, columns = sheets[name]
        for number, column in enumerate(columns):
            longest = max((len(str(cell)) for cell in column.cells), default=0)
            worksheet.set_column(number, number, min(max(longest + 2, 14), 60))
        top = 4 + len(table.notes) + len(_symbol_notes(table))
        if top < _FROZEN:
            worksheet.freeze_panes(top + 1, 1)
        write_formulas(worksheet, table, columns, top)
        if table.id in drawn:
            add_chart(workbook, worksheet, table, columns, top)


def _without_dates(content: bytes) -> bytes:
    """The same archive with one fixed date on every member."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        return archive_bytes({name: old.read(name) for name in old.namelist()})
