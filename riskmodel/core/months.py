"""Months of the calendar: read, counted, and said as a reader says them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from typing import Self

from riskmodel.errors import DataError

__all__ = ["MONTH_NAMES", "Month", "month_after", "month_words", "months_between", "years_of"]

# Not those of the calendar module, which follow the machine's language.
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class Month(str):
    """A month, written ``YYYY-MM``: a text that sorts as months do, and that counts.

    Raises
    ------
    DataError
        When it is not written ``YYYY-MM``.

    Examples
    --------
    >>> Month("2015-11").after(2), Month("2017-09") - Month("2015-11")
    ('2016-01', 22)
    >>> Month("2015-03").financial_year, Month("2016-02").words(day=True)
    ('2014/15', '29 February 2016')
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Read one; the type is that of the text already where it is a month."""
        if isinstance(text, cls):
            return text
        if not _MONTH.fullmatch(text):
            raise DataError(f"a month is written as YYYY-MM, such as 2015-11; got {text!r}")
        return super().__new__(cls, text)

    @classmethod
    def of_day(cls, day: object) -> Self:
        """The month of a date, or of a day of numpy."""
        return cls(str(day)[:7])

    @property
    def year(self) -> int:
        """The year of the calendar."""
        return int(self[:4])

    @property
    def number(self) -> int:
        """1 for January to 12 for December."""
        return int(self[5:])

    @property
    def is_march(self) -> bool:
        """Whether the Department's year ends with it."""
        return self.number == 3

    @property
    def financial_year(self) -> str:
        """The year from April to March that it lies in: ``2014/15``."""
        first = self.year - (self.number < 4)
        return f"{first}/{(first + 1) % 100:02d}"

    def after(self, ahead: int) -> Self:
        """The month so many months later; earlier for a number below 0."""
        count = self.year * 12 + self.number - 1 + ahead
        return type(self)(f"{count // 12:04d}-{count % 12 + 1:02d}")

    def __sub__(self, first: Month) -> int:
        """How many months it lies after another."""
        return 12 * (self.year - first.year) + self.number - first.number

    def words(self, *, day: bool = False) -> str:
        """As a reader says it, with its last day for what is counted on a day."""
        words = f"{MONTH_NAMES[self.number - 1]} {self.year}"
        return f"{monthrange(self.year, self.number)[1]} {words}" if day else words


def month_after(month: str, ahead: int) -> Month:
    """The month so many months after one that is written ``YYYY-MM``; see :class:`Month`."""
    return Month(month).after(ahead)


def months_between(first: str, last: str) -> int:
    """How many months the second lies after the first; see :class:`Month`."""
    return Month(last) - Month(first)


def month_words(month: str, *, day: bool = False) -> str:
    """A month as a reader says it; see :class:`Month`."""
    return Month(month).words(day=day)


def years_of(months: Iterable[str]) -> dict[str, list[int]]:
    """Indices of the months of each financial year, in order.

    Examples
    --------
    >>> years_of(["2015-02", "2015-03", "2015-04"])
    {'2014/15': [0, 1], '2015/16': [2]}
    """
    years: dict[str, list[int]] = {}
    for index, month in enumerate(months):
        years.setdefault(Month(month).financial_year, []).append(index)
    return years
