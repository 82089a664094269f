"""Cells of published tables: a figure, or a symbol that stands for one."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from riskmodel.errors import DataError, printable, unreadable
from riskmodel.panel_measures import MEASURES
from riskmodel.plausible import MOST
from riskmodel.series import SYMBOLS, Status

__all__ = [
    "CELLS_ALLOWED",
    "briefly",
    "check_heading",
    "check_year_is_over",
    "read_cell",
    "read_figure",
    "read_rows",
    "read_text",
    "read_year",
]

CELLS_ALLOWED = "a figure such as 1234, 1,234 or 12.5%, or a symbol: c, x, :, z, low, k, u"

_FIGURE = re.compile(r"([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(\.[0-9]+)?%?")
# A workbook of today, and one of before 2007.
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHER_SIGNS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:\.0)?")


def briefly(*texts: object) -> str:
    """Texts of a file for a message: in quotes, cut short, and not too many of them.

    Examples
    --------
    >>> briefly("few"), briefly("x" * 90) == repr("x" * 40) + "…"
    ("'few'", True)
    """
    words = [text if isinstance(text, str) else repr(text) for text in texts[:40]]
    shown = [repr(word) if len(word) <= 40 else repr(word[:40]) + "…" for word in words]
    return ", ".join((*shown, "…") if len(texts) > 40 else shown) or "nothing"


def read_cell(text: str) -> tuple[float, Status] | None:
    """The figure of a cell and its status; NaN and why for a symbol; None for anything else.

    Examples
    --------
    >>> read_cell("1,234"), read_cell("22.7%"), read_cell("c"), read_cell("about 5")
    ((1234.0, 'observed'), (22.7, 'observed'), (nan, 'suppressed'), None)
    """
    word = text.strip()
    status = SYMBOLS.get(word.casefold())
    if status is None and word[:1] == "[" and word[-1:] == "]":
        status = SYMBOLS.get(word[1:-1].casefold())
    if status is not None:
        return math.nan, status
    if match := _FIGURE.fullmatch(word):
        return float(match.group(1).replace(",", "") + (match.group(2) or "")), "observed"
    return None


def read_figure(
    text: str, measure: str, *, file: str, line: int, column: str = ""
) -> tuple[float, Status]:
    """The figure of a measure and its status; as :func:`read_cell`.

    Raises
    ------
    DataError
        With the place: when a cell is neither figure nor symbol, a percentage where something
        else is measured, or a fraction where something is counted.
    """
    cell = read_cell(text)
    field = (column or measure)[:40]
    if cell is None:
        message = f"found {briefly(text)}; allowed: {CELLS_ALLOWED}"
        raise DataError(message, file=file, line=line, field=field)
    unit, counts = MEASURES[measure].unit, MEASURES[measure].counts
    wrong = "a percentage" if "%" in text and unit != "percent" else ""
    if counts and cell[1] == "observed" and not cell[0].is_integer():
        wrong = wrong or "a fraction"
    if counts and cell[0] > MOST["children"]:
        wrong = wrong or "more than a country has"
    if wrong:
        number = "whole number" if counts else "number"
        raise DataError(
            f"found {briefly(text.strip())}, {wrong}, in a column of {unit}; allowed: a {number} "
            "such as 1234 or 1,234, or a symbol",
            file=file,
            line=line,
            field=field,
        )
    return cell


def read_year(text: str) -> int | None:
    """A year as these tables write it: 2021, or 202021 for the year that ends in 2021.

    Examples
    --------
    >>> read_year("2021"), read_year("202021"), read_year("201920"), read_year("202025")
    (2021, 2021, 2020, None)
    """
    word = text.strip()
    if _YEAR.fullmatch(word):
        return int(word[:4])
    if re.fullmatch(r"(?:19|20)[0-9]{4}", word) and (int(word[:4]) + 1) % 100 == int(word[4:]):
        return int(word[:4]) + 1
    return None


def check_year_is_over(
    year: int, today: date | None = None, *, file: str, line: int, field: str
) -> None:
    """Refuse the figures of a year that ends, on 31 March, after today.

    Raises
    ------
    DataError
        With the place: a forecast, or a slip of the pen, must not pass for a count.
    """
    today = today or date.today()
    last = today.year if today >= date(today.year, 3, 31) else today.year - 1
    if year > last:
        raise DataError(
            f"found {year}, which ends on 31 March {year} and is not over; allowed: years up to "
            f"{last}",
            file=file,
            line=line,
            field=field,
        )


def read_text(path: Path) -> str:
    """The text of a CSV file: UTF-8, UTF-16 where it says so, else as Windows writes it.

    Characters that would steer a terminal are written out; ends of lines stay.

    Raises
    ------
    DataError
        When the file cannot be read, or is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return _shown(data.decode(encoding))
    except UnicodeDecodeError:
        if data.startswith(_WORKBOOK):
            raise DataError(
                "this is an Excel workbook; save the sheet as CSV (comma delimited)",
                file=path.name,
            ) from None
        if encoding == "utf-16" or b"\x00" in data[:4096]:
            raise DataError("this is no text file", file=path.name) from None
        return _shown(data.decode("cp1252", errors="replace"))


def _shown(text: str) -> str:
    return "\r".join(map(printable, text.split("\r")))


def check_heading(heading: Sequence[str], file: str, line: int = 1) -> None:
    """Refuse a first line that holds no headings: a title, or columns separated by other signs.

    Raises
    ------
    DataError
        With what to do about it.
    """
    filled = [cell.strip() for cell in heading if cell.strip()]
    if len(filled) != 1:
        return
    (only,) = filled
    for sign, name in _OTHER_SIGNS.items():
        if sign in only:
            raise DataError(
                f"the columns are separated by {name}; save the file with commas between them",
                file=file,
                line=line,
            )
    if " " in only:
        raise DataError(
            "holds one text alone, where the headings of the columns are needed; remove "
            "the lines above them",
            file=file,
            line=line,
        )


def read_rows(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Heading of a CSV file, and its rows that are not empty with their lines.

    Raises
    ------
    DataError
        When the file cannot be read, is empty, or a row has another number of cells.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    rows = _rows(reader, path.name)
    first = next(rows, None)
    if first is None:
        raise DataError("the file is empty", file=path.name)
    heading = [cell.strip() for cell in first[1]]
    check_heading(heading, path.name, first[0])
    twice = next((name for name in heading if name and heading.count(name) > 1), None)
    if twice is not None:
        raise DataError("stands in two columns; keep one", file=path.name, line=1, field=twice[:40])
    return heading, _checked(rows, len(heading), path.name)


def _rows(reader: Iterator[list[str]], file: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row  # type: ignore[attr-defined]  # the reader of csv
    except csv.Error as error:
        line = reader.line_num  # type: ignore[attr-defined]
        raise DataError(f"cannot be read as CSV: {error}", file=file, line=line) from error


def _checked(
    rows: Iterator[tuple[int, list[str]]], width: int, file: str
) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if len(row) != width:
            raise DataError(
                f"found {len(row)} cells; allowed: {width}, as in the heading", file=file, line=line
            )
        yield line, row
