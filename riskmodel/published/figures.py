"""Figure and PublishedTable: printed values with their precision and source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import inf
from typing import Literal

import pandas as pd

from riskmodel.core.result import Result
from riskmodel.errors import DataError, check_name
from riskmodel.estimates import Interval

__all__ = ["Column", "Document", "Figure", "PublishedTable", "Unit", "read_number"]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Document:
    """A source document: title, publisher and date."""

    id: str
    title: str
    body: str
    date: date

    def __str__(self) -> str:
        return f"{self.title} ({self.body}, {self.date.day} {self.date:%B %Y})"


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a figure; in ``counted`` units printed whole numbers are exact."""

    id: str
    label: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number: as printed, the values that it can have had, and its source.

    Parameters
    ----------
    id
        How to refer to it: ``risk_factors['Child Neglect', 'plans']``.
    printed
        As the document prints it.
    reading
        The same in a form that can be computed with; see :func:`read_number`.
    interval
        The values that would be printed in this way.
    unit, of
        Unit, and for a percentage what it is a percentage of.
    period
        Date or period, in words.
    document, paragraph
        Where a reader finds it.
    measures
        What it measures, in our words.
    """

    id: str
    printed: str
    reading: str
    interval: Interval
    unit: Unit
    of: str
    period: str
    document: Document
    paragraph: str
    measures: str

    @property
    def value(self) -> float | int | None:
        """The printed number; None where a range or only a bound is printed."""
        if not _NUMBER.fullmatch(self.reading.lstrip("~")):
            return None
        text = self.reading.lstrip("~")
        return float(text) if "." in text else int(text)

    @property
    def decimals(self) -> int:
        """Number of decimals printed."""
        return len(self.reading.rstrip("+").partition("..")[0].partition(".")[2])

    @property
    def place(self) -> str:
        """Document and paragraph, for a reader."""
        return _place(self.paragraph)

    def __str__(self) -> str:
        # What is printed may name the unit already: "303 days", "27.6%", "three".
        unit = f"{self.unit.label}; {self.of}" if self.of else self.unit.label
        return f"'{self.printed}' [{unit}], {self.period} ({self.document.title}, {self.place})"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published table: its heading and, for figures, unit and period."""

    name: str
    label: str
    kind: Literal["key", "label", "figure"]
    unit: Unit | None = None
    of: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class PublishedTable(Result):
    """A table as a document prints it, row by row, with the source of each figure.

    Parameters
    ----------
    id, title
        Stable name and what the table shows.
    document, paragraph
        The document and paragraph in which it is printed.
    columns
        The first is the key.
    rows
        Printed cells, one tuple for each row, in printed order.
    note
        Oddities of the printed table; empty where there are none.
    cells
        Figures by (row key, column name).
    """

    id: str
    title: str
    document: Document
    paragraph: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    cells: Mapping[tuple[str, str], Figure] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """Name of the key column."""
        return self.columns[0].name

    @property
    def keys(self) -> tuple[str, ...]:
        """Row keys in printed order."""
        return tuple(row[0] for row in self.rows)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.cells.values())

    def figure(self, row: str, column: str | None = None) -> Figure:
        """The figure in that row and column.

        Parameters
        ----------
        row
            Row key as printed.
        column
            Column name; may be left out where the table has one column of figures.

        Raises
        ------
        UnknownNameError
            With the nearest names.
        """
        names = [known.name for known in self.columns if known.kind == "figure"]
        if column is None:
            if len(names) != 1:
                raise DataError(f"table {self.id} has several columns: name one of {names}")
            column = names[0]
        check_name(f"row of {self.id}", row, self.keys)
        check_name(f"column of {self.id}", column, names)
        return self.cells[row, column]

    def label(self, row: str, column: str) -> str:
        """The text in a column of labels, such as ``high`` or ``low`` for a quadrant."""
        names = [known.name for known in self.columns]
        check_name(f"column of {self.id}", column, names)
        check_name(f"row of {self.id}", row, self.keys)
        position = names.index(column)
        return next(cells[position] for cells in self.rows if cells[0] == row)

    def plain_rows(self) -> list[tuple[str, ...]]:
        """Cells without percent signs and thousands separators, to the printed digit."""
        return [
            tuple(
                self.cells[row[0], column.name].reading if column.kind == "figure" else cell
                for column, cell in zip(self.columns, row, strict=True)
            )
            for row in self.rows
        ]

    def to_frame(self) -> pd.DataFrame:
        """One row for each printed row; figures as numbers, labels as text."""
        return pd.DataFrame(
            [
                {
                    column.name: self.cells[row[0], column.name].value
                    if column.kind == "figure"
                    else cell
                    for column, cell in zip(self.columns, row, strict=True)
                }
                for row in self.rows
            ],
            columns=[column.name for column in self.columns],
        )

    def summary(self) -> str:
        """The contents in one sentence."""
        return (
            f"{self.title} [{self.id}]: {len(self.rows)} rows, {len(self.cells)} figures "
            f"({self.document.title}, {_place(self.paragraph)})"
        )


def read_number(reading: str, *, counted: bool) -> Interval:
    """The values that a printed number can have had.

    Parameters
    ----------
    reading
        Machine form of the printed text: ``303``; ``31.3``; ``>25`` (over 25); ``<7`` (almost 7);
        ``~70`` (around 70); ``500+``; ``14..32`` (a range).
    counted
        Whether a whole number is an exact count and not a rounded measurement.

    Returns
    -------
    Interval
        A count is exact. A measurement lies within half a unit of its last printed digit. "Around"
        widens that to the last digit that is not a trailing zero, and ``500+`` reaches up to the
        next number with as few digits: with 600 or more, 600+ would have been printed.

    Raises
    ------
    DataError
        When the text is none of these forms.

    Examples
    --------
    >>> print(read_number("500+", counted=True), read_number("~70", counted=False))
    [500, 600) [65, 75)
    """
    low_text, dots, high_text = reading.partition("..")
    body = reading[1:] if reading[:1] in ("<", ">", "~") else reading.removesuffix("+")
    numbers = (low_text, high_text) if dots else (body,)
    if not all(_NUMBER.fullmatch(text) for text in numbers):
        raise DataError(
            f"cannot read {reading!r} as a number; allowed: 303, 31.3, -26.5, >25, <7, ~70, 500+, "
            "14..32"
        )
    if dots:
        return Interval(Fraction(low_text), Fraction(high_text))
    value = Fraction(body)
    if reading.startswith(">"):
        return Interval(value, inf, low_closed=False)
    if reading.startswith("<"):
        return Interval(-inf, value, high_closed=False)
    if reading.endswith("+"):
        return Interval(value, value + _last_unit(body), True, False)
    if reading.startswith("~"):
        half = _last_unit(body) / 2
        return Interval(value - half, value + half, True, False)
    if counted and "." not in body:
        return Interval.exactly(value)
    return Interval.rounded(body)


def _place(paragraph: str) -> str:
    return f"para {paragraph}" if paragraph[:1].isdigit() else paragraph


def _last_unit(text: str) -> Fraction:
    """Place value of the last digit that is not a trailing zero: 100 for 500, 1/10 for 0.3."""
    whole, _, decimals = text.lstrip("-").partition(".")
    if decimals:
        return Fraction(1, 10 ** len(decimals))
    return Fraction(10 ** (len(whole) - len(whole.rstrip("0")) if whole.strip("0") else 0))
