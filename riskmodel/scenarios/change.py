"""One change of a scenario: which lever, from when to when, what to, why, and on whose word."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from riskmodel.core.toml import Table
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.levers import LEVERS, LOWEST_MULTIPLIER, MOST_MULTIPLIER, unknown_lever
from riskmodel.projection import month_after, months_between

__all__ = ["ASSUMED", "Change", "Month"]

ASSUMED = "assumed"
"""The source of a number that nobody published; what follows it is free text."""

Month = str | int
"""A month of the calendar, ``YYYY-MM``, or its number after the opening month, from 1."""

_ALWAYS = 10**9
_MOST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Change:
    """What a scenario does to one lever.

    Parameters
    ----------
    parameter
        A lever of :data:`riskmodel.levers.registry.LEVERS`.
    from_month
        First month that differs: ``YYYY-MM``, or 1 for the first month after the opening.
    to_month
        Last month that differs; None to the end. Of a ramp the month in which it is complete.
    value, multiplier
        One of them: the lever's value, or what it is multiplied by.
    ramp
        Whether value or multiplier is reached linearly, step by step from the first month to the
        last, and kept afterwards.
    reason
        Why this number, in words.
    source
        Document and figure, or ``assumed``.
    replaces
        Whether it takes the place of the changes to the same lever, in months that overlap, of
        the scenarios that its own is based on.
    place
        Where it stands in a file; for messages alone.

    Raises
    ------
    DataError
        When the lever or a month does not exist, the number is none that the lever can have, or
        reason or source is missing: with file, line and key where they are known.
    """

    parameter: str
    from_month: Month
    to_month: Month | None = None
    value: float | None = None
    multiplier: float | None = None
    ramp: bool = False
    reason: str = ""
    source: str = ""
    replaces: bool = False
    place: Table = field(default=Table(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for key, message in _problems(self):
            raise self.error(message, key)

    def error(self, message: str, key: str) -> DataError:
        """A message that says where the change stands."""
        return self.place.error(message, key)

    @property
    def number(self) -> float:
        """Its value or multiplier."""
        number = self.multiplier if self.value is None else self.value
        # The checks have made sure that one of them is there.
        return math.nan if number is None else float(number)

    @property
    def basis(self) -> Basis:
        """``published``, or ``assumed`` where the source says so."""
        return "assumed" if self.source.casefold().startswith(ASSUMED) else "published"

    @property
    def months(self) -> str:
        """When it holds, in words."""
        first, last = _named(self.from_month), _named(self.to_month)
        if self.to_month is None:
            return f"from {first}"
        if self.ramp:
            return f"from {first} to {last}, then kept"
        return f"in {first}" if self.from_month == self.to_month else f"from {first} to {last}"

    def overlaps(self, other: Change) -> bool | None:
        """Whether both act on one lever in one month; None where only the opening month can say.

        That is so where one names months of the calendar and the other numbers them.
        """
        if self.parameter != other.parameter:
            return False
        span, its_span = _span(self), _span(other)
        alike = isinstance(self.from_month, str) == isinstance(other.from_month, str)
        if span is None or its_span is None or not alike:
            return None
        (first, last), (its_first, its_last) = span, its_span
        return first <= its_last and its_first <= last

    def places(self, opening_month: str, number_of_months: int) -> tuple[int, int]:
        """First and last month that differ, counted from 1 after the opening.

        The last may lie beyond the horizon: a change to the end lasts for ever, and a numbered
        month may come later than a short horizon ends.

        Raises
        ------
        DataError
            When the first month, or a last month of the calendar, lies outside the horizon, or
            the first lies after the last.
        """
        allowed = (
            f"the horizon is {month_after(opening_month, 1)} to "
            f"{month_after(opening_month, number_of_months)} ({number_of_months} months after the "
            f"opening, {opening_month})"
        )
        found: dict[str, int] = {"to_month": _ALWAYS}
        for key, month in (("from_month", self.from_month), ("to_month", self.to_month)):
            if month is None:
                continue
            found[key] = month if isinstance(month, int) else months_between(opening_month, month)
            outside = not 1 <= found[key] <= number_of_months
            if outside and (key == "from_month" or isinstance(month, str)):
                raise self.error(f"{_named(month)} lies outside; {allowed}", key)
        if found["from_month"] > found["to_month"]:
            raise self.error(
                f"{_named(self.to_month)} comes before from_month, {_named(self.from_month)}, "
                f"when the opening month is {opening_month}",
                "to_month",
            )
        return found["from_month"], found["to_month"]

    def weights(self, opening_month: str, number_of_months: int) -> npt.NDArray[np.float64]:
        """How far the change is there in each month, 0 to 1, shape (month,).

        Raises
        ------
        DataError
            As :meth:`places`.
        """
        first, last = self.places(opening_month, number_of_months)
        number = np.arange(1, number_of_months + 1)
        if self.ramp:
            steps = np.clip((number - first + 1) / (last - first + 1), 0.0, 1.0)
            return np.asarray(steps, dtype=np.float64)
        return ((number >= first) & (number <= last)).astype(np.float64)

    def __str__(self) -> str:
        unit = LEVERS[self.parameter].unit
        times = self.multiplier is not None
        to = f"{self.number:.4g} times the baseline" if times else f"{self.number:.4g} ({unit})"
        return f"{self.parameter}: {'in equal steps to ' if self.ramp else ''}{to}, {self.months}"


def _named(month: Month | None) -> str:
    return f"month {month}" if isinstance(month, int) else str(month)


def _span(change: Change) -> tuple[int, int] | None:
    """Months as numbers on a scale of its own; None when calendar and numbers are mixed."""

    def counted(month: Month) -> int:
        return month if isinstance(month, int) else months_between("0000-12", month)

    ends_later = change.to_month is not None and not change.ramp
    last = change.to_month if ends_later else None
    if last is not None and isinstance(last, str) != isinstance(change.from_month, str):
        return None
    return counted(change.from_month), _ALWAYS if last is None else counted(last)


def _problems(change: Change) -> Iterator[tuple[str, str]]:
    """What is wrong with a change, key and message, the gravest first."""
    if change.parameter not in LEVERS:
        yield "parameter", unknown_lever(change.parameter)
    yield from _month_problems(change)
    yield from _number_problems(change)
    for key in ("reason", "source"):
        if not getattr(change, key).strip():
            what = (
                "why this number, in words"
                if key == "reason"
                else 'the document and figure that it comes from, or "assumed"'
            )
            yield key, f"is missing: {what}"


def _month_problems(change: Change) -> Iterator[tuple[str, str]]:
    for key in ("from_month", "to_month"):
        month = getattr(change, key)
        if isinstance(month, int) and not 1 <= month <= _MOST_MONTHS:
            yield key, f"a numbered month counts from 1 to {_MOST_MONTHS:,}; found {month}"
        if isinstance(month, str):
            try:
                month_after(month, 0)
            except DataError:
                yield (
                    key,
                    'a month is written as "YYYY-MM", such as "2015-12", or as its number after '
                    f"the opening month, such as 1; found {month!r}",
                )
    if change.ramp and change.to_month is None:
        yield "to_month", "is missing: a ramp needs the month in which it is complete"
    first, last = change.from_month, change.to_month
    # Of one kind: numbers, or texts whose order is that of the calendar.
    if type(first) is type(last) and first > last:  # type: ignore[operator]
        yield "to_month", f"{_named(last)} comes before from_month, {_named(first)}"


def _number_problems(change: Change) -> Iterator[tuple[str, str]]:
    given = [key for key in ("value", "multiplier") if getattr(change, key) is not None]
    if len(given) != 1:
        found = "both value and multiplier" if given else "neither"
        yield given[0] if given else "value", f"a change has a value or a multiplier; found {found}"
        return
    lever, (key,) = LEVERS[change.parameter], given
    number = getattr(change, key)
    if key not in lever.operations or (change.ramp and "ramp" not in lever.operations):
        wrong = key if key not in lever.operations else "ramp"
        yield wrong, f"{lever.name} takes no {wrong}. Allowed: {', '.join(lever.operations)}"
    if key == "multiplier" and not (
        math.isfinite(number) and LOWEST_MULTIPLIER <= number <= MOST_MULTIPLIER
    ):
        yield (
            key,
            f"{number:g} is no multiplier; allowed is from {LOWEST_MULTIPLIER:g} to "
            f"{MOST_MULTIPLIER:g} (20% more is 1.2)",
        )
    if key == "value" and not lever.holds(number):
        share = " (20% is 0.2)" if lever.highest == 1 else ""
        yield (
            key,
            f"{lever.name} cannot be {number:g}; allowed is {lever.believed}{share} [{lever.unit}]",
        )
