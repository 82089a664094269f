"""The cells of a CSV file by column, each different text once.

pandas, or for a large file pyarrow where it is installed, reads rows that all have as many cells as
the heading. What they would mend without a word (rows with fewer cells) or refuse as a whole (one
row with more) the reader of the standard library reads, row by row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.intake.tables.arrow import has_arrow
from riskmodel.intake.tables.cells import Column

__all__ = ["Rows", "read_cells"]

# Rows that are held as texts at one time.
_BLOCK = 1 << 17

# Bytes below which loading pyarrow would take longer than it saves.
_LARGE = 1 << 20

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
    columns, counts = _by_library(body, width) or _one_by_one(body, width, first_line, file)
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


def _by_library(body: bytes, width: int) -> tuple[list[Column], Places] | None:
    """Columns, and a nought for each row; None where it has to be read row by row."""
    if not body or b"\x00" in body or body.count(b'"') % 2:
        return None
    by_arrow = len(body) > _LARGE and has_arrow()
    try:
        columns = (_by_arrow if by_arrow else _by_pandas)(body, width)
    except ValueError:  # rows with another number of cells, quotation marks that do not close
        return None
    return columns, np.zeros(len(columns[0]), dtype=np.int64)


def _by_arrow(body: bytes, width: int) -> list[Column]:
    """Columns as pyarrow reads them, where it is installed: twice as fast as pandas."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    names = [str(place) for place in range(width)]
    table = pa_csv.read_csv(
        io.BytesIO(body),
        pa_csv.ReadOptions(column_names=names, use_threads=False),
        pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    whole = [each.combine_chunks() for each in table.unify_dictionaries().columns]
    columns = [
        Column(each.dictionary.to_pylist(), each.indices.fill_null(-1).to_numpy()) for each in whole
    ]
    # pyarrow reads a last cell that opens with a quotation mark to the end without a word.
    last = (columns[-1].cell(len(table) - 1) or "" if len(table) else "").replace('"', '""')
    if body.endswith(f'"{last}'.encode()) and (last or not body.endswith(b'""')):
        raise ValueError("a quotation mark may open here and not close")
    return columns


def _by_pandas(body: bytes, width: int) -> list[Column]:
    """Columns as pandas reads them."""
    import pandas as pd

    if not _is_even(body, width):
        raise ValueError("pandas fills rows that have fewer cells")
    known: list[dict[str, int]] = [{"": -1} for _ in range(width)]
    codes: list[list[npt.NDArray[np.int32]]] = [[] for _ in range(width)]
    blocks = pd.read_csv(
        io.BytesIO(body), header=None, names=range(width), index_col=False, dtype=object,
        na_filter=False, skip_blank_lines=False, chunksize=_BLOCK,
    )  # fmt: skip
    for block in blocks:
        for place in range(width):
            found, words = pd.factorize(block[place].to_numpy())
            places = [known[place].setdefault(word, len(known[place]) - 1) for word in words]
            codes[place].append(np.array(places, dtype=np.int32)[found])
    return [
        Column([*words][1:], np.concatenate(each)) for words, each in zip(known, codes, strict=True)
    ]


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
