"""The cells of a CSV file by column, each different text once.

pandas reads a file whose rows all have as many cells as its heading. What it would mend without a
word (rows with fewer cells) or refuse as a whole (one row with more) the reader of the standard
library reads, row by row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.intake.tables.cells import Column

__all__ = ["Rows", "read_cells"]

# Rows that are held as texts at one time.
_BLOCK = 1 << 17

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The body of a CSV file.

    Parameters
    ----------
    columns
        Its columns, in order.
    lines
        The line of each row, where every row is counted as one; shape (R,).
    ragged
        Line and number of cells of rows that have another number of them; rows that are quite
        empty are left out.
    """

    columns: list[Column]
    lines: Places
    ragged: list[tuple[int, int]]


def read_cells(body: bytes, width: int, first_line: int, file: str) -> Rows:
    """The cells below the heading.

    Parameters
    ----------
    body
        The file in UTF-8, without its heading.
    width
        Cells of the heading.
    first_line
        Where it begins.
    file
        For messages.

    Raises
    ------
    DataError
        When a quotation mark opens and none closes, or it cannot be read as CSV.
    """
    columns, counts = _by_pandas(body, width) or _one_by_one(body, width, first_line, file)
    lines = np.arange(first_line, first_line + len(counts))
    ragged = [(int(lines[row]), int(counts[row])) for row in np.flatnonzero(counts > 0)]
    lines = lines[counts == 0]
    blank = np.logical_and.reduce([column.missing() for column in columns])
    if blank.any():
        kept = np.flatnonzero(~blank)
        columns, lines = [column.take(kept) for column in columns], lines[kept]
    return Rows(columns, lines, ragged)


def _rows(body: bytes) -> Iterator[list[str]]:
    """Cells row by row, without limit to their length."""
    csv.field_size_limit(max(csv.field_size_limit(), len(body)))
    return csv.reader(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""))


def _is_even(body: bytes, width: int) -> bool:
    """Whether every row has so many cells or is quite empty."""
    if b'"' in body:
        try:
            return all(len(cells) in (0, width) for cells in _rows(body))
        except csv.Error:
            return False
    text = np.frombuffer(body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\n", np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    cells = np.diff(np.searchsorted(np.flatnonzero(text == ord(",")), ends), prepend=0) + 1
    return bool(((cells == width) | (np.diff(ends, prepend=-1) == 1)).all())


def _by_pandas(body: bytes, width: int) -> tuple[list[Column], Places] | None:
    """Columns, and a nought for each row; None where pandas would not read what is there."""
    import pandas as pd

    if not body or b"\x00" in body or not _is_even(body, width):
        return None
    known: list[dict[str, int]] = [{"": -1} for _ in range(width)]
    codes: list[list[npt.NDArray[np.int32]]] = [[] for _ in range(width)]
    try:
        blocks = pd.read_csv(
            io.BytesIO(body), header=None, names=range(width), index_col=False, dtype=object,
            na_filter=False, skip_blank_lines=False, chunksize=_BLOCK,
        )  # fmt: skip
        for block in blocks:
            for place in range(width):
                found, words = pd.factorize(block[place].to_numpy())
                places = [known[place].setdefault(word, len(known[place]) - 1) for word in words]
                codes[place].append(np.array(places, dtype=np.int32)[found])
    except pd.errors.ParserError:  # a quotation mark opens and none closes
        return None
    columns = [
        Column([*words][1:], np.concatenate(each)) for words, each in zip(known, codes, strict=True)
    ]
    return columns, np.zeros(len(columns[0]), dtype=np.int64)


def _one_by_one(body: bytes, width: int, first_line: int, file: str) -> tuple[list[Column], Places]:
    """Columns, and for each row the number of its cells where it is a wrong one, else 0."""
    lines = list(io.StringIO(body.decode("utf-8"), newline=""))
    reader = csv.reader(lines)
    rows: list[list[str]] = []
    counts = []
    start = 0
    try:
        for cells in reader:
            is_whole = len(cells) in (0, width)
            counts.append(0 if is_whole else len(cells))
            if is_whole:
                rows.append(cells or [""] * width)
            last, start = start, reader.line_num
    except csv.Error as error:
        raise DataError(f"cannot be read as CSV: {error}", file=file) from error
    try:
        list(csv.reader(lines[last:] if counts else [], strict=True))
    except csv.Error as error:
        if "end of data" in str(error):
            message, line = (
                "a quotation mark opens here and none closes",
                first_line + len(counts) - 1,
            )
            raise DataError(message, file=file, line=line) from error
    columns = [Column.of(row[place] for row in rows) for place in range(width)]
    return columns, np.array(counts, dtype=np.int64)
