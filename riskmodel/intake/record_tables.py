"""Tables of records from a folder of CSV files or the sheets of a workbook, by field.

A cell of a CSV file is text, a cell of a workbook what the workbook holds. A column keeps each
value that stands in it once, so that a date or a code is read once however often it stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.dates import ALLOWED, BAD, MISSING, day_number
from riskmodel.intake.keys import is_failed, plain_reference
from riskmodel.intake.result import IssueLog
from riskmodel.intake.tables.files import csv_table
from riskmodel.intake.tables.workbooks import is_workbook, open_workbook

__all__ = ["Column", "RawTable", "cell_reference", "cell_text", "plain_heading", "raw_tables"]

_EPOCH = date(1970, 1, 1).toordinal()
_HEADINGS_WITHIN = 20


def plain_heading(heading: str) -> str:
    """A heading without capitals, signs and double spaces.

    Examples
    --------
    >>> plain_heading("Child's  Legal Status (Y/N)")
    'childs legal status y n'
    """
    return " ".join(re.sub(r"[^0-9a-z]+", " ", re.sub(r"['’]", "", heading.casefold())).split())


@dataclass(frozen=True, slots=True)
class Column:
    """Cells of a column: each value once, and which of them stands in each row.

    Parameters
    ----------
    positions
        Of each row, where its value stands in ``distinct``; -1 for a cell that is empty.
    distinct
        Texts, or what a workbook holds, each once.
    """

    positions: npt.NDArray[np.int64]
    distinct: Sequence[Any]

    def mapped(self, meaning: Callable[[Any], Any], missing: Any, kind: Any) -> npt.NDArray[Any]:
        """What each cell means, as an array of a kind; ``missing`` for nothing."""
        meanings = np.empty(len(self.distinct) + 1, dtype=kind)
        meanings[:-1] = [meaning(value) for value in self.distinct]
        meanings[-1] = missing
        return meanings[self.positions]

    def texts(self) -> npt.NDArray[np.object_]:
        """Each cell as a reference is compared, without spaces around it."""
        return self.mapped(cell_reference, "", object)

    def days(self) -> npt.NDArray[np.int64]:
        """Each cell as a day number, as :func:`riskmodel.intake.dates.day_number` has it."""
        return self.mapped(_day, MISSING, np.int64)


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as a file or sheet has it.

    Parameters
    ----------
    name
        File, or file and sheet, for messages.
    headings
        As they stand.
    column
        Gives the column at a place, which is looked through only then.
    rows
        How many rows there are.
    reference
        Names a row: ``line 3``.
    number_ragged
        Rows with more cells than the heading, or of a file with fewer too: they are left out.
    """

    name: str
    headings: tuple[str, ...]
    column: Callable[[int], Column]
    rows: int
    reference: Callable[[int], str]
    number_ragged: int = 0
    is_sheet: bool = False

    def __len__(self) -> int:
        return self.rows

    def where(self, row: int | None = None) -> str:
        """Sheet or file and row, for issues, which name the file or folder before it."""
        table = self.name.rpartition(", sheet ")[2] if self.is_sheet else self.name
        return table if row is None else f"{table} {self.reference(row)}"

    def empty_column(self) -> Column:
        """A column in which nothing stands."""
        return Column(np.full(self.rows, -1, dtype=np.int64), [])

    def days(self, column: Column, name: str, log: IssueLog) -> npt.NDArray[np.int64]:
        """A column of dates; each that cannot be read is an issue, and stays ``BAD``."""
        days = column.days()
        for row in np.flatnonzero(days == BAD).tolist():
            log.add("bad_date", self.where(row), name, self._value(column, row), ALLOWED)
        return days

    def codes(
        self, column: Column, name: str, kind: pd.CategoricalDtype, log: IssueLog
    ) -> pd.Categorical:
        """A column of codes, in capitals; one that is none of the kind is an issue and missing.

        The first category of the kind is the empty one, for what is missing. A text may follow
        the code.
        """
        order = {code: position for position, code in enumerate(kind.categories)}

        def position(value: Any) -> int:
            text = cell_text(value).upper()
            first = re.match(r"[A-Z0-9]*", text)
            return order.get(text, order.get(first[0], -1) if first and first[0] else -1)

        positions = column.mapped(position, 0, np.int64)
        for row in np.flatnonzero(positions < 0).tolist():
            text = self._value(column, row)
            log.add("unknown_code", self.where(row), name, text, "a code of its list")
        return pd.Categorical.from_codes(np.maximum(positions, 0), dtype=kind)

    def _value(self, column: Column, row: int) -> str:
        return cell_text(column.distinct[column.positions[row]])


def raw_tables(path: Path, log: IssueLog, is_heading: Callable[[str], bool]) -> Iterator[RawTable]:
    """Every table of a workbook, of a CSV file, or of all such files of a folder.

    Parameters
    ----------
    path
        File or folder; folders within it are read too.
    log
        Where issues go.
    is_heading
        Whether a heading is one that is read: in a sheet, the first row of which at least half
        are known, and otherwise the first row, is the row of the headings.

    Raises
    ------
    DataError
        When a file cannot be read, or there is none.
    """
    if not path.exists():
        raise DataError("there is no such file or folder", file=path.name)
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    files = [file for file in files if is_workbook(file) or file.suffix.casefold() == ".csv"]
    if not files:
        raise DataError("holds no CSV file and no workbook", file=path.name)
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        if is_workbook(file):
            yield from _sheets(file, name, is_heading)
        elif len(files) > 1 and not file.read_bytes().strip():
            # Exports write a file for every table, those without a record too.
            log.add("table_not_read", name, "", "an empty file", "a table, or no such file")
        else:
            yield _csv(file, name, log)


def _csv(file: Path, name: str, log: IssueLog) -> RawTable:
    file_log = IssueLog(name, strict=log.strict)
    raw = csv_table(file, file_log)
    log.take(file_log)

    def column(position: int) -> Column:
        cells = raw.columns[position]
        return Column(cells.codes.astype(np.int64), cells.words)

    return RawTable(name, raw.headings, column, raw.rows, raw.reference, raw.left_out)


def _sheets(file: Path, name: str, is_heading: Callable[[str], bool]) -> Iterator[RawTable]:
    book = open_workbook(file)
    for sheet in book.names:
        rows = book.values(sheet)
        top = _heading_row(rows, is_heading)
        if not rows or not any(rows[top]):
            continue
        headings = tuple(cell_text(cell) for cell in rows[top])
        width = max(position for position, heading in enumerate(headings, start=1) if heading)
        empty = [""] * len(headings)
        kept = [number for number in range(top + 1, len(rows)) if rows[number] != empty]
        lines = [number for number in kept if not any(rows[number][width:])]
        yield RawTable(
            f"{name}, sheet {sheet}",
            headings[:width],
            _column_of([rows[line] for line in lines]),
            len(lines),
            _row_names(lines),
            len(kept) - len(lines),
            is_sheet=True,
        )


def _row_names(lines: list[int]) -> Callable[[int], str]:
    return lambda row: f"row {lines[row] + 1}"


def _column_of(rows: list[list[Any]]) -> Callable[[int], Column]:
    def column(position: int) -> Column:
        cells = np.empty(len(rows), dtype=object)
        cells[:] = [None if row[position] == "" else row[position] for row in rows]
        positions, values = pd.factorize(cells)
        return Column(positions.astype(np.int64), values.tolist())

    return column


def _heading_row(rows: Sequence[Sequence[Any]], is_heading: Callable[[str], bool]) -> int:
    """The row of the headings, from 0: titles above it are passed over."""
    first = next((number for number, row in enumerate(rows) if any(row)), 0)
    for number, row in enumerate(rows[:_HEADINGS_WITHIN]):
        texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
        if texts and 2 * sum(map(is_heading, texts)) >= len(texts):
            return number
    return first


def cell_text(value: Any) -> str:
    """A cell as text: a reference that a spreadsheet wrote as a number without its decimals."""
    if isinstance(value, str):
        return plain_reference(value) if "." in value else value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def cell_reference(value: Any) -> str:
    """A cell as a reference; nothing where a formula failed, for its error names nobody."""
    text = cell_text(value)
    return "" if is_failed(text) else text


def _day(value: Any) -> int:
    if isinstance(value, date | datetime):
        number = value.toordinal() - _EPOCH
        return number if 1900 <= value.year <= 2100 else BAD
    return day_number(value) if isinstance(value, str) else BAD
