"""Sheets of a workbook (Excel or OpenDocument) as rows of text.

The cells are read by calamine. It lays a sheet out whole, so that two cells in opposite corners
would take more memory than any machine has, and it reads the cells of a formula that failed as
empty. So the parts of an ``.xlsx`` are looked through first: for what they unpack to, how far
their cells reach and which of them hold an error. Workbooks of the other forms, which cannot be
looked through so simply, are opened in a process of their own with bounded memory, and their
errors are found by ``failed_cells``. Formulas are not computed: their last value is read.
"""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, reduce
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

from riskmodel.errors import DataError, UnknownNameError, unreadable
from riskmodel.intake.figures import check_heading
from riskmodel.intake.tables.failed_cells import failed_cells, sheet_parts

__all__ = ["WORKBOOKS", "Book", "Sheet", "is_workbook", "open_workbook", "read_sheet"]

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""Endings of workbooks that can be read."""

Sheet = tuple[list[str], list[list[str | None]], list[int], list[tuple[int, int]]]
"""Heading, rows (as wide as the heading), the number of each, and rows with cells beyond it."""

_MOST_BYTES = 256 << 20
_MOST_CELLS = 20_000_000
_CHILD_MEMORY = 4 << 30
_CHILD_SECONDS = 300
_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']((?:[^<>]*[^/<>])?)>"
)
_ERROR = (b' t="e"', b" t='e'")
_LETTERS = re.compile(rb"r\s*=\s*[\"']([A-Z]{1,3})[0-9]")
_DIGITS = re.compile(rb"r\s*=\s*[\"'][A-Z]{0,3}([0-9]{1,7})")
_SIX_DIGITS = re.compile(rb"r\s*=\s*[\"'][A-Z]{0,3}[0-9]{6}")
_ODD = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)
_CHILD = """
import pickle, sys
sys.path[:] = pickle.loads(bytes.fromhex(sys.argv[3]))
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
except (ImportError, OSError, ValueError):
    pass
import python_calamine
try:
    with python_calamine.load_workbook(sys.argv[1]) as book:
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                for name in book.sheet_names}
except python_calamine.CalamineError as error:
    sheets = str(error)
sys.stdout.buffer.write(pickle.dumps(sheets))
"""


@dataclass(slots=True)
class Book:
    """An open workbook.

    Parameters
    ----------
    file
        Name, for messages.
    names
        Its sheets in order.
    """

    file: str
    names: list[str]
    _sheet: Callable[[str], list[list[Any]]]
    _errors: Mapping[str, list[tuple[int, int]]] = field(default_factory=dict)

    def values(self, name: str) -> list[list[Any]]:
        """The cells of a sheet from its first row and column on, each row as wide as the sheet.

        A cell holds a text, a number, a truth value, a date or time; "" where there is nothing,
        and ``#ERROR`` where a formula failed.

        Raises
        ------
        UnknownNameError
            When there is no such sheet.
        DataError
            When it is broken.
        """
        if name not in self.names:
            raise UnknownNameError(f"sheet in {self.file}", name, self.names)
        rows = self._sheet(name)
        for row, column in self._errors.get(name, ()):
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = "#ERROR"
        return rows

    def texts(self, name: str) -> list[list[str]]:
        """The same as text: whole numbers without a point, dates as 2015-03-31."""
        return [
            [cell if type(cell) is str else _text(cell) for cell in row]
            for row in self.values(name)
        ]


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook by its ending."""
    return path.suffix.casefold() in WORKBOOKS


def open_workbook(path: Path) -> Book:
    """Open a workbook.

    Raises
    ------
    DataError
        When the file is no workbook, is broken, or unpacks to more than a table needs.
    """
    from python_calamine import CalamineError, load_workbook

    if path.suffix.casefold() not in (".xlsx", ".xlsm"):
        sheets = _in_a_process(path)
        return Book(path.name, list(sheets), sheets.__getitem__, failed_cells(path))
    try:
        errors = _looked_through(path)
        book = load_workbook(str(path))
    except PermissionError as error:
        raise unreadable(path, error) from error
    except (*_ODD, CalamineError) as error:
        message = f"this is no Excel workbook, or a broken one: {error}"
        raise DataError(message, file=path.name) from error
    if not book.sheet_names:
        raise DataError("the workbook has no sheet", file=path.name)

    def sheet(name: str) -> list[list[Any]]:
        try:
            rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except CalamineError as error:
            message = f"the workbook cannot be read: {error}"
            raise DataError(message, file=path.name) from error
        return rows

    return Book(path.name, list(book.sheet_names), sheet, errors)


def read_sheet(path: Path, sheet: str | None = None) -> Sheet:
    """Read a sheet: the first row that is not empty is the heading.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; the first one without.

    Raises
    ------
    DataError
        When the file is no workbook, is broken, or unpacks to more than a table needs.
    UnknownNameError
        When it has no such sheet.
    """
    book = open_workbook(path)
    heading: list[str] = []
    rows: list[list[str | None]] = []
    lines: list[int] = []
    ragged: list[tuple[int, int]] = []
    for number, cells in enumerate(book.texts(book.names[0] if sheet is None else sheet), start=1):
        width = next((n for n in range(len(cells), 0, -1) if cells[n - 1]), 0)
        if not width:
            continue
        if not heading:
            heading = cells[:width]
            check_heading(heading, path.name, number)
        elif width > len(heading):
            ragged.append((number, width))
        else:
            rows.append([cell or None for cell in cells[: len(heading)]])
            lines.append(number)
    if not heading:
        raise DataError("the sheet is empty", file=path.name)
    return heading, rows, lines, ragged


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _looked_through(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Refuse what is too large or declares a document type; failed cells by sheet, from 0."""
    errors: dict[str, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(path) as archive:
        # What is unpacked never exceeds what the archive declares: it would be refused as broken.
        unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _MOST_BYTES:
            raise DataError(
                "the sheet or a part of it is too large for a workbook "
                f"({unpacked >> 20} MB unpacked): save the table as CSV",
                file=path.name,
            )
        for part in archive.namelist():
            data = archive.read(part)
            if b"<!DOCTYPE" in data:
                message = "the workbook cannot be read: a part of it declares a document type"
                raise DataError(f"{message} (DOCTYPE)", file=path.name)
            reach, has_error = _furthest(data), any(sign in data for sign in _ERROR)
            if reach > _MOST_CELLS or has_error:
                rows, columns, failed = _cells(data)
                reach, errors[part] = rows * columns, failed
            if reach > _MOST_CELLS:
                message = f"the sheet reaches over more than {_MOST_CELLS:,} cells ({reach:,})"
                raise DataError(message, file=path.name)
        parts = _parts(archive) if errors else {}
    return {sheet: errors[part] for sheet, part in parts.items() if part in errors}


def _furthest(data: bytes) -> int:
    """At least as many cells as the area of a sheet has that holds all of its cells."""
    columns = max(map(_column, set(_LETTERS.findall(data))), default=0)
    has_many = _SIX_DIGITS.search(data) is not None
    return columns * (max(map(int, set(_DIGITS.findall(data)))) if has_many else 99_999)


def _cells(data: bytes) -> tuple[int, int, list[tuple[int, int]]]:
    """How far the cells that hold something reach, and which of them hold an error, from 0."""
    rows = columns = 0
    failed = []
    for letters, digits, rest in _CELL.findall(data):
        row, column = int(digits), _column(letters)
        rows, columns = max(rows, row), max(columns, column)
        if any(sign in rest for sign in _ERROR):
            failed.append((row - 1, column - 1))
    return rows, columns, failed


@cache
def _column(letters: bytes) -> int:
    """The number of a column, from 1."""
    return reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each sheet."""
    try:
        book = fromstring(archive.read("xl/workbook.xml"))
        names = {
            value: entry.get("name", "")
            for entry in book.iter()
            for key, value in entry.items()
            if key.endswith("}id")
        }
        return sheet_parts(names, archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ParseError):
        return {}


def _in_a_process(path: Path) -> dict[str, list[list[Any]]]:
    """All sheets of a workbook, read in a process whose memory and time are bounded."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    message = "this is no workbook of its ending, or a broken one"
    if not 0 < size <= _MOST_BYTES:
        raise DataError(f"{message}: it holds {size:,} bytes", file=path.name)
    arguments = [str(path), str(_CHILD_MEMORY), pickle.dumps(sys.path).hex()]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, *arguments],
            capture_output=True,
            timeout=_CHILD_SECONDS,
            check=False,
        )
        sheets = (
            pickle.loads(done.stdout)
            if done.returncode == 0
            else "it has more cells than fit in memory, or it is broken"
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise DataError(f"{message}: it cannot be opened", file=path.name) from error
    if isinstance(sheets, str):
        raise DataError(f"{message}: {sheets}", file=path.name)
    cells = sum(len(rows) * len(rows[0]) for rows in sheets.values() if rows)
    if not sheets or cells > _MOST_CELLS:
        raise DataError(f"{message}: it has {len(sheets)} sheets, {cells:,} cells", file=path.name)
    return {str(name): rows for name, rows in sheets.items()}
