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

_BLOCK = 1 << 20
_FEW = 6
_UNKNOWN = -2
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
    is_plain = b"\r" not in body or body.count(b"\r") == body.count(b"\r\n")
    if not is_plain and b'"' not in body:
        body, is_plain = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), True
    found = _Scan(width).read(body) if is_plain and b"\x00" not in body else None
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
        self.texts = [_Texts() for _ in range(width)]
        self.counts: list[Places] = []

    def read(self, body: bytes) -> tuple[list[Column], Places] | None:
        """Columns, and for each row the number of its cells where it is a wrong one, else 0.

        None where quotation marks do not open and close cells.
        """
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
        columns = [texts.column() for texts in self.texts]
        return columns, np.concatenate([np.array([], dtype=np.int64), *self.counts])

    def _block(self, block: bytes) -> int:
        """Read the whole rows of a block; how many bytes they take."""
        data = np.frombuffer(block + _PADDING, dtype=np.uint8)
        text = data[: len(block)]
        marks = (text == _COMMA) | (text == _LINE)
        is_quoted = b'"' in block
        if is_quoted:
            stops = np.flatnonzero(marks | (text == _QUOTE))
            is_quote = text[stops] == _QUOTE
            quotes = stops[is_quote]
            stops = stops[~is_quote & (np.cumsum(is_quote) % 2 == 0)]
        else:
            stops = np.flatnonzero(marks)
        ends_row = np.flatnonzero(text[stops] == _LINE)
        if not len(ends_row):
            return 0
        stops = stops[: int(ends_row[-1]) + 1]
        taken = int(stops[-1]) + 1
        if is_quoted:
            _check_quotes(data, quotes[quotes < taken])
        starts = np.concatenate([[0], stops[:-1] + 1])
        first = np.concatenate([[0], ends_row[:-1] + 1])
        counts = ends_row - first + 1
        last = stops[ends_row]
        stops[ends_row] -= (data[last - 1] == _RETURN) & (last > starts[ends_row])
        is_empty = (counts == 1) & (stops[first] == starts[first])
        wrong = (counts != self.width) & ~is_empty
        self.counts.append(np.where(wrong, counts, 0))
        if is_empty.any() or wrong.any():
            # The cells of an empty line are all its one cell.
            steps = np.where(is_empty, 0, 1)[~wrong]
            cells = first[~wrong][:, None] + steps[:, None] * np.arange(self.width)
            starts, stops = starts[cells.ravel()], stops[cells.ravel()]
        by_column = (each.reshape(-1, self.width).T.copy() for each in (starts, stops))
        for texts, begins, ends in zip(self.texts, *by_column, strict=True):
            if is_quoted:
                opened = (data[begins] == _QUOTE) & (ends > begins)
                begins, ends = begins + opened, ends - opened
            texts.add(block, data, begins, ends)
        return taken


class _Texts:
    """The different texts of a column, and the codes of its cells, block after block.

    Texts of up to eight bytes are numbers: the first few different ones are compared one by one,
    which is all that a column of flags takes. The rest waits until it can be told apart at once.
    """

    def __init__(self) -> None:
        self.known: dict[bytes, int] = {b"": -1}
        self.few: dict[int, int] = {0: -1}
        self.codes: list[npt.NDArray[np.int32]] = []
        self.rest: list[npt.NDArray[np.uint64]] = []

    def add(self, block: bytes, data: npt.NDArray[np.uint8], starts: Places, stops: Places) -> None:
        """Read the cells of a block."""
        lengths = stops - starts
        longest = int(lengths.max(initial=0))
        if longest > _WORD:
            self._settle()
        if longest > 2 * _WORD:
            pieces = [block[a:b] for a, b in zip(starts.tolist(), stops.tolist(), strict=True)]
            self.codes.append(self._places(pieces))
            return
        numbers: Any = np.ndarray((len(data) - _WORD + 1,), "<u8", data, strides=(1,))
        heads = numbers[starts]
        heads &= _MASKS[np.minimum(lengths, _WORD)]
        if longest > _WORD:
            tails = numbers[np.minimum(starts + _WORD, len(numbers) - 1)]
            tails &= _MASKS[np.maximum(lengths - _WORD, 0)]
            self.codes.append(self._long(heads, tails))
        else:
            self.codes.append(self._short(heads))

    def _short(self, numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Codes of cells of up to eight bytes, for now without those of the rest."""
        codes = np.full(len(numbers), _UNKNOWN, dtype=np.int32)
        for number, code in self.few.items():
            codes[numbers == number] = code
        rest = numbers[codes == _UNKNOWN]
        while len(rest) and len(self.few) < _FEW:
            code = int(self._places(rest[:1].view("S8").tolist())[0])
            self.few[int(rest[0])] = code
            codes[numbers == rest[0]] = code
            rest = rest[rest != rest[0]]
        if len(rest):
            self.rest.append(rest)
        return codes

    def _settle(self) -> None:
        """Give the rest its codes."""
        if self.rest:
            local, found = _factorised(np.concatenate(self.rest))
            codes = np.concatenate(self.codes)
            codes[codes == _UNKNOWN] = self._places(found.view("S8").tolist())[local]
            self.codes, self.rest = [codes], []

    def _long(
        self, heads: npt.NDArray[np.uint64], tails: npt.NDArray[np.uint64]
    ) -> npt.NDArray[np.int32]:
        """Codes of cells of up to sixteen bytes."""
        first, found = _factorised(heads)
        last, ends = _factorised(tails)
        local, pairs = _factorised(first * len(ends) + last)
        both = np.stack([found[pairs // len(ends)], ends[pairs % len(ends)]], axis=1)
        return self._places(both.view("S16")[:, 0].tolist())[local]

    def _places(self, words: list[bytes]) -> npt.NDArray[np.int32]:
        known = self.known
        return np.array([known.setdefault(word, len(known) - 1) for word in words], dtype=np.int32)

    def column(self) -> Column:
        """All that was read; within quotation marks two of them stand for one."""
        self._settle()
        words = [word.decode("utf-8") for word in self.known][1:]
        texts = [word.replace('""', '"') if '"' in word else word for word in words]
        return Column(texts, np.concatenate([np.array([], dtype=np.int32), *self.codes]))


def _factorised(numbers: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
    """For each number its place among the different ones, and those."""
    import pandas as pd

    codes, found = pd.factorize(numbers)
    return codes, np.asarray(found)


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
