"""The columns of a table as data: numbers, months and days apart from words, ranges taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from riskmodel.core.wording import significant
from riskmodel.disclosure.symbols import SHORTHAND
from riskmodel.report.model import Table

__all__ = ["NUMBER", "Column", "are_months", "is_numeric", "number_of", "tidy_columns"]

_DIGITS = r"[-−+]?£?\d{1,15}(?:,\d{3})*(?:\.\d+)?%?"
NUMBER = re.compile(_DIGITS)
_RANGE = re.compile(rf"(?:({_DIGITS}) \()?({_DIGITS}) to ({_DIGITS})(?(1)\))")
_WORDS = frozenset(
    {"none", "not defined", "not stated", "not checked", "exact", "not a count", *SHORTHAND}
)
"""What stands in place of a number."""

_DATES = {"month": ("%B %Y",), "day": ("%Y-%m-%d", "%d %B %Y")}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of data.

    Parameters
    ----------
    name, heading
        For files, and for people.
    kind
        ``whole number``, ``number``, ``percentage``, ``month``, ``day`` or ``text``.
    cells
        Numbers as printed, without separators and percent sign; months as ``2015-07`` and days as
        ``2015-07-31``; None where there is nothing; in place of any of them a word.
    """

    name: str
    heading: str
    kind: str
    cells: tuple[object, ...]

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, words in place of a number aside."""
        return self.kind in ("whole number", "number", "percentage")


def tidy_columns(table: Table) -> tuple[Column, ...]:
    """The columns of a table; one of ranges becomes two, or three where a value stands before.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"day": ["March 2016"], "plans": ["558 (399 to 792)"]})
    >>> [(column.name, *column.cells) for column in tidy_columns(Table("t", "T", frame))]
    [('day', '2016-03'), ('plans', '558'), ('plans_low', '399'), ('plans_high', '792')]
    """
    columns: list[Column] = []
    for name, heading in zip(table.frame.columns, table.headings, strict=True):
        cells = [_plain(cell) for cell in table.frame[name]]
        # The first column names the rows: "5 to 10" is an age there.
        if columns and _are_ranges(cells):
            columns += _parts(str(name), heading, cells)
        else:
            columns.append(_column(str(name), heading, cells))
    return tuple(columns)


def are_months(texts: Sequence[str]) -> bool:
    """Whether all are months, ``2015-07``, and not all of them years that span two: ``2014-15``."""
    months = [re.fullmatch(r"\d\d(\d\d)-(0[1-9]|1[0-2])", text) for text in texts]
    return (
        bool(texts)
        and any(
            month is not None and int(month[2]) != (int(month[1]) + 1) % 100 for month in months
        )
        and None not in months
    )


def number_of(cell: object) -> int | float | None:
    """The number in a cell of a column of numbers; None for a word."""
    if isinstance(cell, int | float):
        return cell
    text = str(cell).lstrip("+")
    if not NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def is_numeric(texts: Sequence[str], is_first: bool = False) -> bool:
    """Whether cells are numbers, or ranges beyond the first column, words in their place aside."""
    told = [text for text in texts if text not in _WORDS]
    return bool(told) and all(
        NUMBER.fullmatch(text) or (not is_first and _RANGE.fullmatch(text)) for text in told
    )


def _plain(cell: object) -> object:
    """A cell without numpy's types; None where there is nothing."""
    if cell is None or cell != cell:
        return None
    item = getattr(cell, "item", None)
    cell = item() if callable(item) else cell
    return significant(cell) if isinstance(cell, float) else cell


def _are_ranges(cells: Iterable[object]) -> bool:
    texts = [str(cell) for cell in cells if cell is not None and cell not in _WORDS]
    ranges = [text for text in texts if _RANGE.fullmatch(text)]
    return bool(ranges) and all(text in ranges or NUMBER.fullmatch(text) for text in texts)


def _parts(name: str, heading: str, cells: Sequence[object]) -> list[Column]:
    """The value, if one stands before its range, and both ends, as columns of their own."""
    parts: list[tuple[object, object, object]] = []
    for cell in cells:
        matched = _RANGE.fullmatch(str(cell))
        if matched:
            parts.append((matched[1], matched[2], matched[3]))
        else:
            rest = cell if cell in _WORDS else None
            parts.append((cell, rest, rest))
    values, lows, highs = zip(*parts, strict=True)
    columns = [
        _column(f"{name}_low", f"{heading}: low end", lows),
        _column(f"{name}_high", f"{heading}: high end", highs),
    ]
    is_told = any(value is not None and value not in _WORDS for value in values)
    return [_column(name, heading, values), *columns] if is_told else columns


def _column(name: str, heading: str, cells: Sequence[object]) -> Column:
    told = [cell for cell in cells if cell is not None and cell not in _WORDS]
    kind = _kind(told)
    if kind == "percentage" and "percent" not in name:
        name = f"{name}_percent"
    return Column(name, heading, kind, tuple(_cell(cell, kind) for cell in cells))


def _kind(told: Sequence[object]) -> str:
    texts = [str(cell) for cell in told]
    if not texts or any(isinstance(cell, bool) for cell in told):
        return "text"
    if all(NUMBER.fullmatch(text) for text in texts):
        if all(text.endswith("%") for text in texts):
            return "percentage"
        if not any("%" in text for text in texts):
            return "number" if any("." in text for text in texts) else "whole number"
    elif all(isinstance(cell, float | int) for cell in told):
        return "number"
    if are_months(texts) or all(_date(text, "month") for text in texts):
        return "month"
    return "day" if all(_date(text, "day") for text in texts) else "text"


def _cell(cell: object, kind: str) -> object:
    if not isinstance(cell, str) or kind == "text":
        return cell
    if kind in _DATES:
        day = _date(cell, kind)
        return cell if day is None else day.isoformat()[: 7 if kind == "month" else 10]
    if not NUMBER.fullmatch(cell):
        return cell
    return re.sub(r"[,%£]", "", cell).replace("−", "-")


def _date(text: str, kind: str) -> date | None:
    for form in _DATES[kind]:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
