"""One accessible workbook: cover, contents, notes, and one sheet for each table."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.disclosure.symbols import SHORTHAND
from riskmodel.report.model import Report, Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["workbook_bytes", "write_workbook"]

# Neither the clock nor the machine belongs in the file: the same report gives the same bytes.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_NUMBER = re.compile(r"[-−]?\d{1,15}(,\d{3})*(\.\d+)?")
_SHEET_NAME = 31
_CELL = 32_000

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
    address never a link.
    """
    import gptables

    sheets = _sheets(report)
    stream = io.BytesIO()
    with warnings.catch_warnings():
        # gptables 2.0 uses spellings that pandas means to retire; see pyproject.toml.
        warnings.simplefilter("ignore", DeprecationWarning)
        workbook = gptables.produce_workbook(
            stream,
            sheets={name: _gptable(gptables, table) for name, table in sheets.items()},
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
        _set_widths(workbook, sheets)
        workbook.close()
    return _without_dates(stream.getvalue())


def _sheets(report: Report) -> dict[str, Table]:
    """Tables by sheet name: short, without the signs that a sheet name must not hold."""
    found: dict[str, Table] = {}
    for table in report.tables():
        if table.frame.empty:
            continue
        name = table.id[:_SHEET_NAME]
        number = 2
        while name in found:
            name = f"{table.id[: _SHEET_NAME - 3]}_{number}"
            number += 1
        found[name] = table
    return found


def _gptable(gptables: Any, table: Table) -> Any:
    frame = _cells(table)
    basis = "The basis of each figure stands in its row."
    if table.basis:
        basis = f"Basis: {table.basis}.$${table.basis}$$"
    source = table.source or "computed by riskmodel from the published figures"
    return gptables.GPTable(
        table=frame,
        table_name=f"table_{table.id}",
        title=_plain_text(table.title),
        subtitles=[_plain_text(note) for note in (*table.notes, *_symbol_notes(table))],
        scope=basis,
        source=f"Source: {_plain_text(source)}.",
        instructions="This sheet holds one table. Where a cell has no number, a word says why."
        "$$shorthand$$",
        index_columns={2: 0},
    )


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
    """Text without the marks that gptables reads as a reference or a link."""
    return text.replace("$$", "$ $").replace("](", "] (")


def _cells(table: Table) -> pd.DataFrame:
    """The table with numbers as numbers; a percent sign moves into the heading."""
    import pandas as pd

    columns: dict[str, list[object]] = {}
    for name, heading in zip(table.frame.columns, table.headings, strict=True):
        cells = [_plain(cell) for cell in table.frame[name]]
        texts = [str(cell) for cell in cells]
        bare = [text.removesuffix("%") for text in texts]
        if all(_NUMBER.fullmatch(text) for text in bare):
            is_percent = any(text.endswith("%") for text in texts)
            if is_percent and "percent" not in heading.casefold():
                heading = f"{heading} (percent)"
            cells = [_as_number(text) for text in bare]
        else:
            cells = [_worded(cell) if isinstance(cell, str) else cell for cell in cells]
        columns[_unlike(_plain_text(heading), columns)] = cells
    return pd.DataFrame(columns, dtype=object)


def _plain(cell: object) -> object:
    """A cell without numpy's types; nothing becomes a word, since no cell may be empty."""
    if cell is None or cell != cell:
        return "none"
    item = getattr(cell, "item", None)
    return item() if callable(item) else cell


def _as_number(text: str) -> int | float:
    bare = text.replace(",", "").replace("−", "-")
    return float(bare) if "." in bare else int(bare)


def _worded(cell: object) -> str:
    """A text cell; a sheet must not hold signs alone."""
    text = _plain_text(str(cell)[:_CELL])
    return text if re.search("[A-Za-z0-9]", text) else "none"


def _unlike(heading: str, taken: dict[str, list[object]]) -> str:
    """A heading that no other column of the sheet has, whatever its capitals."""
    folded = {name.casefold() for name in taken}
    number, found = 2, heading
    while found.casefold() in folded:
        found = f"{heading} {number}"
        number += 1
    return found


def _cover(gptables: Any, report: Report) -> Any:
    version = report.manifest.get("version", "")
    return gptables.Cover(
        title=report.title,
        intro=[
            text
            for text in (report.subtitle, *(_plain_text(point.text) for point in report.summary))
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
    import pandas as pd

    used = {table.basis for table in report.tables()}
    rows = [
        ("shorthand", _SHORTHAND),
        *((key, note) for key, note in _BASES.items() if key in used),
    ]
    return pd.DataFrame(rows, columns=["Reference", "Note"])


def _set_widths(workbook: Any, sheets: dict[str, Table]) -> None:
    """Widths by content up to a limit, beyond which text wraps."""
    for worksheet in workbook.worksheets():
        table = sheets.get(worksheet.get_name())
        if table is None:
            if worksheet.get_name() != "Cover":
                worksheet.set_column(0, 0, 32)
                worksheet.set_column(1, 1, 90)
            continue
        for index, name in enumerate(table.frame.columns):
            longest = max((len(str(cell)) for cell in table.frame[name]), default=0)
            worksheet.set_column(index, index, min(max(longest + 2, 14), 60))


def _without_dates(content: bytes) -> bytes:
    """The same archive with one fixed date on every member."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name))
    return result.getvalue()
