"""Months as analysts write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from riskmodel.intake.dates import BAD, MISSING, day_number

__all__ = ["DATE_ALLOWED", "MONTH_ALLOWED", "month_of"]

MONTH_ALLOWED = "a month as 2015-03, 03/2015 or Mar 2015, or its first or last day"
DATE_ALLOWED = "the last day of a month as 2015-03-31 or 31/03/2015, or a month as 2015-03"

_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_NUMBERS = {name[:3]: number for number, name in enumerate(_NAMES, start=1)}
_ISO = re.compile(r"(20[0-9]{2}|19[0-9]{2})[-/](0?[1-9]|1[0-2])")
_BRITISH = re.compile(r"(0?[1-9]|1[0-2])/(20[0-9]{2}|19[0-9]{2})")
_NAMED = re.compile(r"([a-z]{3,9})[ .-]+([0-9]{4}|[0-9]{2})")
_EPOCH = date(1970, 1, 1)


def month_of(text: str, *, first_day: bool = True) -> tuple[int, int] | None:
    """Year and month; None for what is no month.

    Parameters
    ----------
    text
        A month, or a date.
    first_day
        Whether the first day of a month stands for that month, as a spreadsheet writes months. A
        count at the first of a month is that of the month before, so a column of dates does
        without.

    Examples
    --------
    >>> month_of("2015-03"), month_of("Mar-15"), month_of("31/03/2015"), month_of("15/03/2015")
    ((2015, 3), (2015, 3), (2015, 3), None)
    >>> month_of("01/03/2015"), month_of("01/03/2015", first_day=False), month_of("Mai 2015")
    ((2015, 3), None, None)
    """
    word = text.strip().casefold()
    if match := _ISO.fullmatch(word):
        return int(match.group(1)), int(match.group(2))
    if match := _BRITISH.fullmatch(word):
        return int(match.group(2)), int(match.group(1))
    if match := _NAMED.fullmatch(word):
        name, year = match.groups()
        number = _NUMBERS.get(name[:3])
        if number is None or not (_NAMES[number - 1].startswith(name) or name == "sept"):
            return None
        return int(year) + (2000 if len(year) == 2 else 0), number
    number_of_day = day_number(text)
    if number_of_day in (BAD, MISSING):
        return None
    day = _EPOCH + timedelta(days=number_of_day)
    if (day + timedelta(days=1)).day == 1 or (first_day and day.day == 1):
        return day.year, day.month
    return None
