"""Office days of an authority: no weekends, no bank holidays of England."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter

__all__ = [
    "bank_holidays",
    "days_of",
    "moved",
    "office_days",
    "on_office_days",
    "spread_on_office_days",
]

Days = npt.NDArray[np.datetime64]
IntArray = npt.NDArray[np.int64]

_FIRST_YEAR, _LAST_YEAR = 1990, 2040
_MONDAY, _SATURDAY = 0, 5


@cache
def bank_holidays(year: int) -> tuple[date, ...]:
    """Bank holidays of England in a year: those of every year, and those moved or added.

    Examples
    --------
    >>> [str(day) for day in bank_holidays(2015)][:3]
    ['2015-01-01', '2015-04-03', '2015-04-06']
    """
    sunday = _easter(year)
    last_of_may, last_of_august = date(year, 5, 31), date(year, 8, 31)
    days = {sunday - timedelta(2), sunday + timedelta(1)}
    days.add(_following(date(year, 5, 1), _MONDAY))
    days.update(day - timedelta(day.weekday()) for day in (last_of_may, last_of_august))
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        # A holiday at a weekend is taken on the next weekday that is none.
        day = fixed
        while day.weekday() >= _SATURDAY or day in days:
            day += timedelta(1)
        days.add(day)
    days.difference_update(_listed("bank_holidays_not_held"))
    days.update(day for day in _listed("bank_holidays_added") if day.year == year)
    return tuple(sorted(days))


def days_of(first: date, last: date) -> Days:
    """The office days from one day to another.

    Examples
    --------
    >>> len(days_of(date(2014, 4, 1), date(2015, 3, 31)))
    253
    """
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return days[np.is_busday(days, busdaycal=office_days())]


def moved(days: Days, steps: IntArray | int) -> Days:
    """So many office days later (earlier if negative); a closed day counts as the one before it."""
    return np.busday_offset(days, steps, roll="backward", busdaycal=office_days())


def on_office_days(days: Days) -> Days:
    """The nearest office day of each: a Saturday becomes the Friday, a Sunday the Monday."""
    back = np.busday_offset(days, 0, roll="backward", busdaycal=office_days())
    on = np.busday_offset(days, 0, roll="forward", busdaycal=office_days())
    nearest: Days = np.where(days - back <= on - days, back, on)
    return nearest


def spread_on_office_days(days: Days) -> Days:
    """An office day near each: days at a weekend are spread evenly over five office days.

    A Saturday becomes one of the five before, a Sunday one of the five after, in turn week by week.
    If they moved to the nearest, Fridays and Mondays would have twice as many as other days.
    """
    open_day = np.is_busday(days, busdaycal=office_days())
    week = days.astype(np.int64) // 7
    # By another step than that of the weeks, or every fifth of a year would be alike.
    steps = (2 * week + week // 5) % 5
    back, on = moved(days, -steps), np.busday_offset(
        days, steps, roll="forward", busdaycal=office_days()
    )  # fmt: skip
    is_saturday = (days.astype(np.int64) + 3) % 7 == _SATURDAY
    spread: Days = np.where(open_day, days, np.where(is_saturday, back, on))
    return spread


@cache
def office_days() -> np.busdaycalendar:
    """The calendar of all years that cohorts can have."""
    closed = [day for year in range(_FIRST_YEAR, _LAST_YEAR) for day in bank_holidays(year)]
    return np.busdaycalendar(holidays=np.array(closed, dtype="datetime64[D]"))


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, from 1900 to 2099 (Gauss)."""
    moon = (19 * (year % 19) + 24) % 30
    step = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
    after = moon + step - (7 if (moon, step) == (29, 6) or (
        moon == 28 and step == 6 and year % 19 > 10) else 0)  # fmt: skip
    return date(year, 3, 22) + timedelta(after)


def _following(day: date, weekday: int) -> date:
    return day + timedelta((weekday - day.weekday()) % 7)


@cache
def _listed(name: str) -> frozenset[date]:
    """Dates that a parameter holds as whole numbers, 20110429."""
    numbers = (int(number) for number in parameter(name).numbers)
    return frozenset(date(n // 10000, n // 100 % 100, n % 100) for n in numbers)
