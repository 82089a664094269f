"""The cells of a CSV file by column: each different text once, found on arrays of bytes.

Commas and line ends are found at once for some megabytes; a cell of up to sixteen bytes is one or
two numbers, of which the different ones are told apart much faster than texts are. A quotation mark
that opens a cell is read here too. What is rarer is left to the reader of the standard library: a
quotation mark within a cell that does not open with one, a line that ends as on an old Macintosh
beside quotation marks, a zero byte.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.intake.tables.cells import Column

__all__ = ["Rows", "read_cells"]

_BLOCK = 1 << 22
_COMMA, _LINE, _RETURN, _QUOTE = b',\n\r"'
_WORD = 8
_PADDING = bytes(2 * _WORD)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype=np.uint64)

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
    if body.count(b"\r") != body.count(b"\r\n") and b'"' not in body:
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found = None
    if b"\x00" not in body and body.count(b"\r") == body.count(b"\r\n"):
        found = _Scan(width).read(body)
    columns, counts = found or _one_by_one(body, width, first_line, file)
    lines = np.arange(first_line, first_line + len(counts))
    ragged = [(int(lines[row]), int(counts[row])) for row in np.flatnonzero(counts > 0)]
    lines = lines[counts == 0]
    blank = np.logical_and.reduce([column.missing() for column in columns])
    if blank.any():
        kept = np.flatnonzero(~blank)
        columns, lines = [column.take(kept) for column in columns], lines[kept]
    return Rows(columns, lines, ragged)


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


class _Odd(Exception):
    """Quotation marks that do not open and close a cell."""


class _Scan:
    """Reads blocks of whole rows; the texts of each column that were found so far."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.known: list[dict[bytes, int]] = [{b"": -1} for _ in range(width)]
        self.codes: list[list[npt.NDArray[np.int32]]] = [[] for _ in range(width)]
        self.counts: list[Places] = []

    def read(self, body: bytes) -> tuple[list[Column], Places] | None:
        """Columns, and for each row the number of its cells where it is a wrong one, else 0."""
        if body and not body.endswith(b"\n"):
            body += b"\n"
        at, size = 0, _BLOCK
        try:
            while at < len(body):
                taken = self._block(body[at : at + size])
                if not taken and at + size >= len(body):
                    return None
                # A cell that is longer than a block takes a longer block.
                at, size = at + taken, _BLOCK if taken else 2 * size
        except _Odd:
            return None
        none = np.array([], dtype=np.int32)
        columns = [
            Column(_texts(known), np.concatenate([none, *codes]))
            for known, codes in zip(self.known, self.codes, strict=True)
        ]
        return columns, np.concatenate([np.array([], dtype=np.int64), *self.counts])

    def _block(self, block: bytes) -> int:
        """Read the whole rows of a block; how many bytes they take."""
        data = np.frombuffer(block + _PADDING, dtype=np.uint8)
        text = data[: len(block)]
        stops = np.flatnonzero((text == _COMMA) | (text == _LINE))
        quotes = np.flatnonzero(text == _QUOTE) if b'"' in block else None
        if quotes is not None:
            stops = stops[np.searchsorted(quotes, stops) % 2 == 0]
        ends_row = np.flatnonzero(text[stops] == _LINE)
        if not len(ends_row):
            return 0
        taken = int(stops[ends_row[-1]]) + 1
        if quotes is not None:
            _check_quotes(data, quotes[quotes < taken])
        starts = np.concatenate([[0], stops[:-1] + 1])
        first = np.concatenate([[0], ends_row[:-1] + 1])
        counts = ends_row - first + 1
        stops = stops[: ends_row[-1] + 1]
        stops[ends_row] -= (data[stops[ends_row] - 1] == _RETURN) & (
            stops[ends_row] > starts[ends_row]
        )
        is_empty = (counts == 1) & (stops[first] == starts[first])
        wrong = (counts != self.width) & ~is_empty
        self.counts.append(np.where(wrong, counts, 0))
        cells, step = first[~wrong], np.where(is_empty, 0, 1)[~wrong]
        for place in range(self.width):
            at = cells + place * step
            self._cells(place, block, data, starts[at], stops[at], quotes is not None)
        return taken

    def _cells(
        self,
        place: int,
        block: bytes,
        data: npt.NDArray[np.uint8],
        starts: Places,
        stops: Places,
        quoted: bool,
    ) -> None:
        """Read the cells of a column in a block."""
        if quoted:
            opened = (data[starts] == _QUOTE) & (stops > starts)
            starts, stops = starts + opened, stops - opened
        lengths = stops - starts
        known = self.known[place]
        longest = int(lengths.max(initial=0))
        if longest > 2 * _WORD:
            pieces = [block[a:b] for a, b in zip(starts.tolist(), stops.tolist(), strict=True)]
            codes = np.array(
                [known.setdefault(piece, len(known) - 1) for piece in pieces], dtype=np.int32
            )
        else:
            local, words = _short(data, starts, lengths, two=longest > _WORD)
            places = [known.setdefault(word, len(known) - 1) for word in words]
            codes = np.array(places, dtype=np.int32)[local]
        self.codes[place].append(codes)


def _check_quotes(data: npt.NDArray[np.uint8], quotes: Places) -> None:
    """Refuse quotation marks that neither open nor close a cell, nor stand twice within one."""
    opening, closing = quotes[0::2], quotes[1::2]
    if len(opening) != len(closing):
        raise _Odd
    before = np.where(opening > 0, data[opening - 1], _LINE)
    after = data[closing + 1]
    after = np.where(after == _RETURN, data[closing + 2], after)
    again = np.zeros(len(opening), dtype=bool)
    again[1:] = opening[1:] == closing[:-1] + 1
    followed = np.append(again[1:], False)
    opens = again | (before == _COMMA) | (before == _LINE)
    closes = followed | (after == _COMMA) | (after == _LINE)
    if not (opens & closes).all():
        raise _Odd


def _short(
    data: npt.NDArray[np.uint8], starts: Places, lengths: Places, *, two: bool
) -> tuple[npt.NDArray[np.intp], list[bytes]]:
    """For each cell of up to sixteen bytes which text it is, and the texts."""
    import pandas as pd

    numbers: Any = np.ndarray((len(data) - _WORD + 1,), "<u8", data, strides=(1,))
    codes, found = pd.factorize(numbers[starts] & _MASKS[np.minimum(lengths, _WORD)])
    if not two:
        return codes, np.asarray(found, dtype="<u8").view("S8").tolist()
    rest = numbers[np.minimum(starts + _WORD, len(numbers) - 1)]
    rest = rest & _MASKS[np.clip(lengths - _WORD, 0, _WORD)]
    last, ends = pd.factorize(rest)
    codes, pairs = pd.factorize(codes * len(ends) + last)
    both = np.stack([found[pairs // len(ends)], ends[pairs % len(ends)]], axis=1)
    return codes, np.ascontiguousarray(both, dtype="<u8").view("S16")[:, 0].tolist()


def _texts(known: dict[bytes, int]) -> list[str]:
    """The different texts; within quotation marks two of them stand for one."""
    words = [word.decode("utf-8") for word in known][1:]
    return [word.replace('""', '"') if '"' in word else word for word in words]
