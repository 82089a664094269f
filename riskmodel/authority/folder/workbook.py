"""``inputs.xlsx``: the same subjects as sheets, and whole tables on sheets of their own."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from riskmodel.authority.folder.problems import Place, ProblemLog, bare_message
from riskmodel.authority.folder.settings import Entry, Row, Rows
from riskmodel.authority.folder.subjects import SUBJECTS, TABLES, Subject
from riskmodel.authority.folder.values import read_value
from riskmodel.errors import DataError, UnknownNameError, raise_all
from riskmodel.intake.tables.workbooks import read_sheet

__all__ = ["Grid", "SheetTable", "Workbook", "cell_name", "read_workbook"]

Result = TypeVar("Result")

NOTES_SHEET = "read_me"
"""A sheet of the template that holds only notes."""

_NONE_OF_ANY = "\N{NULL}"
"""No sheet can have this name: asking for it makes the reader list those that there are."""


def cell_name(row: int, column: int) -> str:
    """The name of a cell in a spreadsheet; row counted from 1, column from 0.

    Examples
    --------
    >>> cell_name(4, 2), cell_name(1, 27)
    ('C4', 'AB1')
    """
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet by row, from the row of the headings on."""

    file: str
    sheet: str
    heading_row: int
    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def place(self, row: int, column: int) -> Place:
        """Place of a cell."""
        heading = self.heading[column] if column < len(self.heading) else None
        return Place(self.file, None, heading or None, self.sheet, cell_name(row, column))


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet that holds a whole table, handed to the reader of the file of the same name."""

    grid: Grid

    @property
    def name(self) -> str:
        """The name of the sheet in messages and sources."""
        return f"{self.grid.file} ({self.grid.sheet})"

    def read(self, reader: Callable[[Path], Result]) -> Result:
        """The result of a CSV reader applied to the sheet.

        Raises
        ------
        DataError
            The reader's error, with sheet and cell.

        Notes
        -----
        The sheet is passed on as a CSV file whose lines are the sheet's rows, so that only one
        reader has to know the columns of such a table.
        """
        with tempfile.TemporaryDirectory(prefix="riskmodel-") as folder:
            path = Path(folder) / self.name
            path.write_text(self._text(), encoding="utf-8", newline="")
            try:
                return reader(path)
            except DataError as error:
                raise_all([self._placed(one) for one in error.each])
                raise

    def _text(self) -> str:
        """The sheet as CSV, its headings in the first line, each later row in its own."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        last = self.grid.heading_row - 1
        for row, cells in ((self.grid.heading_row, self.grid.heading), *self.grid.rows):
            text.write("\n" * (row - last - 1))
            # A break within a cell would move all later lines.
            writer.writerow([" ".join(cell.split()) for cell in cells])
            last = row
        return text.getvalue()

    def place(self, line: int | None, field: str | None) -> Place:
        """Sheet and cell of a line and field of the table that was passed on."""
        names = [" ".join(name.split()) for name in self.grid.heading]
        row = self.row(line or 1)
        if field is None or field not in names:
            cell = None if line is None else f"A{row}"
            return Place(self.grid.file, None, field, self.grid.sheet, cell)
        column = names.index(field)
        return Place(self.grid.file, None, field, self.grid.sheet, cell_name(row, column))

    def row(self, line: int) -> int:
        """The row of the sheet for a line of the table."""
        return line + self.grid.heading_row - 1

    def in_words_of_the_sheet(self, text: str) -> str:
        """A sentence of the reader, with lines of the table replaced by rows of the sheet."""
        pattern = re.escape(self.name) + r", line ([0-9]+)"
        shown = f"{self.grid.file}, sheet {self.grid.sheet}, row "
        return re.sub(pattern, lambda match: f"{shown}{self.row(int(match[1]))}", text)

    def _placed(self, error: DataError) -> DataError:
        place = self.place(error.line, error.field)
        cell = f", cell {place.cell}" if place.cell else ""
        return DataError(
            bare_message(error), file=f"{place.file}, sheet {place.sheet}{cell}", field=place.field
        )


@dataclass(frozen=True, slots=True)
class Workbook:
    """The content of a workbook: rows by subject, and whole tables by name."""

    rows: Rows
    tables: dict[str, SheetTable]


def read_workbook(path: Path, log: ProblemLog) -> Workbook:
    """Read the sheets of a workbook that hold anything.

    Parameters
    ----------
    path
        The workbook.
    log
        Where wrong sheets, headings and cells are noted.

    Raises
    ------
    DataError
        When the file is not a workbook.
    """
    rows: Rows = {}
    tables: dict[str, SheetTable] = {}
    known = {name.casefold(): name for name in (*SUBJECTS, *TABLES, NOTES_SHEET)}
    for sheet in _sheet_names(path):
        name = known.get(sheet.strip().casefold())
        if name is None:
            allowed = ", ".join((*SUBJECTS, *TABLES))
            place = Place(path.name, sheet=sheet[:40])
            log.note(place, f"is not read; sheets that are: {allowed}")
        elif name in SUBJECTS:
            grid = _grid(path, sheet, [*SUBJECTS[name].fields], log)
            if grid is not None:
                rows[name] = _read_rows(SUBJECTS[name], grid, log)
        elif name in TABLES:
            grid = _grid(path, sheet, [column.name for column in TABLES[name].columns], log)
            if grid is not None and grid.rows:
                tables[name] = SheetTable(grid)
    return Workbook(rows, tables)


def _sheet_names(path: Path) -> list[str]:
    try:
        read_sheet(path, _NONE_OF_ANY)
    except UnknownNameError as error:
        return error.allowed
    raise AssertionError("a sheet without a name")


def _grid(path: Path, sheet: str, names: Sequence[str], log: ProblemLog) -> Grid | None:
    """The sheet from its headings on: the first row in which more cells are headings than not."""
    try:
        first, others, numbers, ragged = read_sheet(path, sheet)
    except DataError as error:
        if "the sheet is empty" not in str(error):
            log.mistake(Place(path.name, sheet=sheet), bare_message(error))
        return None
    # The reader does not say where the first row stands: in ours it is the first one.
    before = (numbers[0] if numbers else 2) - 1
    rows = [(max(before, 1), [cell or "" for cell in first])]
    rows += [(n, [cell or "" for cell in cells]) for n, cells in zip(numbers, others, strict=True)]
    known = {name.casefold() for name in names}
    for position, (row, cells) in enumerate(rows):
        filled = [_heading(cell) for cell in cells if cell.strip()]
        if 2 * sum(name in known for name in filled) > len(filled):
            heading = tuple(_heading(cell) for cell in cells)
            kept = tuple(
                (n, tuple(values))
                for n, values in rows[position + 1 :]
                if any(value.strip() for value in values)
            )
            for n, width in ragged:
                if n > row:
                    place = Place(path.name, sheet=sheet, cell=cell_name(n, width - 1))
                    log.mistake(place, "stands beyond the last heading; allowed: nothing")
            return Grid(path.name, sheet, row, heading, kept)
    place = Place(path.name, sheet=sheet)
    log.mistake(place, f"has no row of headings; allowed: {', '.join(names)}")
    return None


def _heading(cell: str) -> str:
    return "_".join(cell.casefold().split())


def _read_rows(subject: Subject, grid: Grid, log: ProblemLog) -> list[Row]:
    columns = _columns(subject, grid, log)
    rows: list[Row] = []
    for number, cells in grid.rows:
        row = _read_row(subject, grid, columns, (number, cells), log)
        if subject.key and row and subject.key not in row:
            position = grid.heading.index(subject.key) if subject.key in grid.heading else 0
            if not cells[position].strip():
                explanation = subject.fields[subject.key].explanation
                log.mistake(grid.place(number, position), f"is missing: {explanation}")
        elif not subject.key and rows:
            message = f"is a second row; the sheet {subject.name} has one"
            log.mistake(grid.place(number, 0), message)
            break
        if row:
            rows.append(row)
    return rows


def _columns(subject: Subject, grid: Grid, log: ProblemLog) -> dict[int, str]:
    """Fields by the position of their column."""
    columns: dict[int, str] = {}
    for column, name in enumerate(grid.heading):
        if not name:
            continue
        place = grid.place(grid.heading_row, column)
        if name not in subject.fields:
            log.unknown(place, f"column of the sheet {subject.name}", name, [*subject.fields])
        elif name in columns.values():
            log.mistake(place, "stands in two columns; keep one")
        else:
            columns[column] = name
    return columns


def _read_row(
    subject: Subject,
    grid: Grid,
    columns: dict[int, str],
    numbered: tuple[int, tuple[str, ...]],
    log: ProblemLog,
) -> Row:
    number, cells = numbered
    row: Row = {}
    for column, name in columns.items():
        if not cells[column].strip():
            continue
        place = grid.place(number, column)
        try:
            row[name] = Entry(read_value(subject.fields[name], cells[column]), place)
        except (DataError, UnknownNameError) as error:
            log.mistake(place, bare_message(error))
    return row
