"""What a service is: who comes to it, its staff, the order of the list, and its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.levers.ranges import Range

__all__ = [
    "DAYS",
    "Arrivals",
    "Deadline",
    "Group",
    "Locums",
    "Number",
    "Service",
    "Staff",
    "middle",
]

Floats = npt.NDArray[np.float64]

Number = float | Range
"""One number, or a range of which each simulation draws its own."""

DAYS: Mapping[str, float] = {
    "hours": 1 / 24,
    "days": 1.0,
    "working days": 7 / 5,
    "weeks": 7.0,
    "months": 365.25 / 12,
}
"""Units of a deadline, in days."""

_SHORT = 10.0
"""Deadlines of up to so many days are simulated day by day."""

_LONG = 26.0
"""Weeks for which a case is held; from these on, a third of a week is a step that is short
enough."""

_WEEKLY, _FINER, _DAILY = 4, 12, 30


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who comes: own months, a number for each month, or a ratio to what is projected.

    Parameters
    ----------
    per_month
        How many come in a month, where neither months nor a ratio say it.
    months
        Own counts by month, the last of them the latest known.
    to
        What the ratio refers to, such as ``starts.child_protection_plan``; "" if there is none.
    ratio
        How many come for each of these.
    growth_per_year
        Growth of the monthly number or of own months: 0.1 is 10% more each year.
    urgent
        Share that goes before the others.
    """

    per_month: Number | None = None
    months: Mapping[str, int] | None = None
    to: str = ""
    ratio: Number = 1.0
    growth_per_year: Number = 0.0
    urgent: Number = 0.0


@dataclass(frozen=True, slots=True)
class Locums:
    """Further workers for some months, by full-time equivalents."""

    fte: float
    from_month: str
    to_month: str

    def share(self, months: tuple[str, ...]) -> Floats:
        """Their full-time equivalents in each month."""
        inside = [self.from_month <= month <= self.to_month for month in months]
        return np.array(inside, dtype=np.float64) * self.fte


@dataclass(frozen=True, slots=True)
class Group:
    """Work in groups: the share of cases, the number at once, and the sessions of a group."""

    share: Number
    size: Number
    sessions: Number


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff, who give appointments or hold cases; without posts nobody waits.

    Parameters
    ----------
    posts
        Full-time equivalents; with None there are always enough, and the answer is how many posts
        that takes.
    appointments_a_week, appointments_each
        Appointments that a post gives, and that a case takes; None where cases are held.
    cases_each, weeks_each
        Cases that a post holds at once, and how long a case is held; None where appointments are
        given.
    weeks_a_year
        Weeks in a year in which a post gives appointments.
    sickness
        Share of working time lost.
    locums
        Further workers.
    group
        Work in groups.
    """

    posts: Number | None = None
    appointments_a_week: Number | None = None
    appointments_each: Number = 1.0
    cases_each: Number | None = None
    weeks_each: Number | None = None
    weeks_a_year: Number | None = None
    sickness: Number = 0.0
    locums: tuple[Locums, ...] = ()
    group: Group | None = None

    @property
    def is_held(self) -> bool:
        """Whether cases are held in places, rather than given appointments."""
        return self.cases_each is not None


@dataclass(frozen=True, slots=True)
class Deadline:
    """When work is to start, for what share of cases, by which month, and with what chance."""

    within: float
    unit: str
    share: float | None = None
    by: str = ""
    chance: float | None = None

    @property
    def days(self) -> float:
        """The deadline in days; a working day counts as seven fifths of a day."""
        return self.within * DAYS[self.unit]

    def __str__(self) -> str:
        return f"{self.within:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Service:
    """A service, as its file describes it.

    Parameters
    ----------
    name, label
        Its name in data and in words.
    about
        What it does and what is modelled, in sentences.
    source, basis
        Where its figures come from.
    arrivals, staff
        Who comes and who serves.
    waiting
        The waiting list at the opening: children, or weeks of work; None where nobody waits.
    waiting_weeks
        Whether ``waiting`` is in weeks: then the list is as long as the service works through in
        them.
    leaving
        Share of the list that leaves it in a month without being seen.
    deadline
        None where there is none.

    Raises
    ------
    DataError
        When somebody waits at first and there are no posts that work through the list.
    """

    name: str
    label: str
    about: str
    source: str
    basis: Basis
    arrivals: Arrivals
    staff: Staff
    waiting: Number | None = None
    waiting_weeks: bool = False
    leaving: Number = 0.0
    deadline: Deadline | None = None
    file: str = ""

    def __post_init__(self) -> None:
        if self.staff.posts is None and self.waiting is not None:
            raise DataError(
                f"{self.name}: a list at first needs posts that work through it; give [staff] posts"
            )

    @property
    def steps_a_month(self) -> int:
        """Steps of the simulation in a month: days for a short deadline, otherwise weeks.

        For held cases, steps have to be short compared with the duration of a case.
        """
        if self.deadline is not None and self.deadline.days <= _SHORT:
            return _DAILY
        if self.staff.weeks_each is None or self.staff.posts is None:
            return _WEEKLY
        return _FINER if middle(self.staff.weeks_each) >= _LONG else _DAILY

    @property
    def has_list(self) -> bool:
        """Whether anybody can wait: without posts everybody is taken on at once."""
        return self.staff.posts is not None

    def __str__(self) -> str:
        return f"{self.label} [{self.name}]"


def middle(number: Number) -> float:
    """A number, or the central one of a range."""
    return number.middle if isinstance(number, Range) else float(number)
