"""One change of a scenario: which lever, when, by how much, why, and the source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.core.toml import Table
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.levers import (
    DESTINATIONS,
    DISTRIBUTIONS,
    EVERY,
    LEVERS,
    LOWEST_MULTIPLIER,
    MIDDLE,
    MOST_MULTIPLIER,
    Destinations,
    Distribution,
    Lever,
    Range,
    RangedPart,
    destination_problem,
    destinations,
    unknown_lever,
)
from riskmodel.projection import month_after, months_between

__all__ = ["ASSUMED", "Change", "Month"]

ASSUMED = "assumed"
"""The source of a number that nobody published; free text may follow it."""

Month = str | int
"""A month of the calendar, ``YYYY-MM``, or its number after the opening month, from 1."""

Number = float | tuple[float, float]
"""A number, or the ends of a range from which each simulation draws one number."""

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
        Last month that differs; None for the end of the projection. For a ramp, the month in which
        it is complete.
    value, multiplier
        Exactly one of the two: the lever's value, or what it is multiplied by; a number or a range.
    distribution
        What the ends of a range mean, see :data:`riskmodel.levers.ranges.Distribution`.
    to
        Where the children are instead, by destination: shares that add up to 1, one of which may be
        a range. With fewer starts, this is where these children go; with more, where they would
        have been. Needed if the lever moves children and does not itself say where.
    ramp
        Whether value or multiplier is reached linearly, step by step from the first month to the
        last, and kept afterwards.
    reason
        Why this number, in words.
    source
        Document and figure, or ``assumed``.
    replaces
        Whether it replaces changes to the same lever, in overlapping months, that its scenario
        inherits.
    place
        Where it is in a file; only for messages.

    Raises
    ------
    DataError
        When the lever or a month does not exist, the number is not a possible value of the lever,
        or reason or source is missing; with file, line and key where these are known.
    """

    parameter: str
    from_month: Month
    to_month: Month | None = None
    value: Number | None = None
    multiplier: Number | None = None
    ramp: bool = False
    reason: str = ""
    source: str = ""
    replaces: bool = False
    distribution: Distribution = MIDDLE
    to: Mapping[str, Any] | tuple[tuple[str, Any], ...] = ()
    place: Table = field(default=Table(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for key in ("value", "multiplier"):
            object.__setattr__(self, key, _fixed(getattr(self, key)))
        shares = tuple((name, _fixed(share)) for name, share in dict(self.to).items())
        object.__setattr__(self, "to", shares)
        for key, message in _problems(self):
            raise self.error(message, key)

    def error(self, message: str, key: str) -> DataError:
        """An error with the place of the change."""
        return self.place.error(message, key)

    @property
    def number(self) -> float:
        """Its value or multiplier; the middle of a range."""
        span = self.range
        if span is not None:
            return span.middle
        number = self.multiplier if self.value is None else self.value
        # The checks have made sure that one of them is there.
        return math.nan if number is None else float(number)  # type: ignore[arg-type]

    @property
    def range(self) -> Range | None:
        """The range that each simulation draws its number from; None for a single number."""
        number = self.multiplier if self.value is None else self.value
        if not isinstance(number, list | tuple):
            return None
        limits: tuple[float, float] = (0.0, math.inf)
        if self.multiplier is None:
            limits = LEVERS[self.parameter].lowest, LEVERS[self.parameter].highest
        return Range(float(number[0]), float(number[1]), self.distribution, *limits)

    @property
    def destinations(self) -> Destinations:
        """Where the children are instead, in the form that levers take."""
        return destinations(dict(self.to), self.distribution)

    @property
    def instead(self) -> str:
        """Where the children are instead, in words; empty if it is not stated."""
        return ", ".join(
            f"{name} {share}" if isinstance(share, Range) else f"{name} {share:.4g}"
            for name, share in self.destinations
        )

    def ranged_part(self, opening_month: str, number_of_months: int) -> tuple[RangedPart, ...]:
        """The months of its range; empty for a single number."""
        if self.range is None:
            return ()
        part = self.weights(opening_month, number_of_months)
        return (RangedPart(self.range, tuple(part.tolist()), self.multiplier is not None),)

    @property
    def basis(self) -> Basis:
        """``published``, or ``assumed`` where the source says so."""
        return "assumed" if self.source.casefold().startswith(ASSUMED) else "published"

    @property
    def months(self) -> str:
        """The months in which it holds, in words."""
        first, last = _named(self.from_month), _named(self.to_month)
        if self.to_month is None:
            return f"from {first}"
        if self.ramp:
            return f"from {first} to {last}, then kept"
        return f"in {first}" if self.from_month == self.to_month else f"from {first} to {last}"

    def overlaps(self, other: Change) -> bool | None:
        """Whether both act on one lever in one month; None if that depends on the opening month.

        It depends on the opening month if one names calendar months and the other numbers them.
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

        The last may be beyond the horizon: a change without a last month goes on for ever, and a
        numbered month may come after the end of a short horizon.

        Raises
        ------
        DataError
            When the first month, or a last month given by the calendar, is outside the horizon, or
            the first is after the last.
        """
        allowed = (
            f"the horizon is {month_after(opening_month, 1)} to "
            f"{month_after(opening_month, number_of_months)} ("
            f"{count_of(number_of_months, 'month')} after the opening, {opening_month})"
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

    def weights(self, opening_month: str, number_of_months: int) -> Floats:
        """How much of the change is in effect in each month, 0 to 1, shape (month,).

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
        number = f"{self.number:.4g}" if self.range is None else str(self.range)
        to = f"{number} times the baseline" if self.multiplier is not None else f"{number} ({unit})"
        instead = f"; instead: {self.instead}" if self.to else ""
        steps = "in equal steps to " if self.ramp else ""
        return f"{self.parameter}: {steps}{to}, {self.months}{instead}"


def _fixed(number: Any) -> Any:
    return tuple(number) if isinstance(number, list) else number


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
    yield from _destination_problems(change, LEVERS[change.parameter])
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
    if isinstance(number, list | tuple):
        yield from _range_problems(change, lever, key, number)
        number = number[0]
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


def _range_problems(
    change: Change, lever: Lever, key: str, ends: list[float] | tuple[float, ...]
) -> Iterator[tuple[str, str]]:
    if len(ends) != 2:
        yield key, f"a range has two numbers, its ends; found {len(ends)}"
    if not lever.takes_range:
        yield key, f"{lever.name} takes one number, no range"
    if change.distribution not in DISTRIBUTIONS:
        allowed = ", ".join(DISTRIBUTIONS)
        yield "distribution", f"is none: {change.distribution!r}. Allowed: {allowed}"
    span = change.range
    if span is not None and span.problem:
        yield key, span.problem
    most = MOST_MULTIPLIER if key == "multiplier" else lever.most
    if ends[1] > most:
        yield key, f"{ends[1]:g} is more than can be meant; allowed is at most {most:,g}"


def _destination_problems(change: Change, lever: Lever) -> Iterator[tuple[str, str]]:
    key = "from" if "from" in change.place else "to"
    if not lever.moves:
        if change.to:
            yield key, f"{lever.name} moves no children, so nothing is to be said of them"
        return
    if not change.to:
        if not lever.elsewhere:
            yield (
                key,
                "is missing: where the children are instead, as shares that add up to 1, such as "
                "to = {child_in_need_plan = 0.6, closed = 0.4}; of more starts, from = {…} says "
                f"where they would have been. Allowed: {', '.join(DESTINATIONS)}",
            )
        return
    stage = "" if lever.moves == EVERY else lever.moves
    problem = destination_problem(stage, dict(change.to), change.distribution)
    if problem:
        yield key, problem
