"""Episodes of need, turned into one row an assessment, whatever file they come from.

The rule that links: a plan, section 47 enquiry or conference belongs to the latest assessment of
the same episode (``CINdetails``) that was authorised on its day or at most
:data:`riskmodel.census.PLAN_WINDOW_DAYS` days before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.account import Tally
from riskmodel.census import (
    CATEGORIES_OF_ABUSE,
    FIRST_YEAR,
    GENDERS,
    LAST_YEAR,
    PLAN_WINDOW_DAYS,
    SEXES,
    first_day,
    reference_date,
)
from riskmodel.intake.census.grown import Rows
from riskmodel.intake.codes import FactorBits
from riskmodel.intake.dates import ALLOWED, BAD, MISSING, day_number
from riskmodel.intake.result import IssueLog

__all__ = ["Episode", "Header", "Linker", "Plan"]

_CATEGORY = {"NEG": 0, "EMO": 1, "PHY": 2, "SAB": 3, "MUL": 4}
_CATEGORY_WORDS = {
    "NEGLECT": 0, "EMOTIONAL": 1, "EMOTIONAL ABUSE": 1, "PHYSICAL": 2, "PHYSICAL ABUSE": 2,
    "SEXUAL": 3, "SEXUAL ABUSE": 3, "MULTIPLE": 4, "MULTIPLE/NOT RECOMMENDED": 4,
}  # fmt: skip
_GENDER = {"1": 0, "2": 1, "M": 0, "F": 1, "MALE": 0, "FEMALE": 1}
_MOST_DAYS = 200_000


@dataclass(slots=True)
class Header:
    """What the header of a return says."""

    year: int | None = None
    authority: str = ""
    software: str = ""


@dataclass(slots=True)
class Plan:
    """A child protection plan as the file has it."""

    start: str | None
    end: str | None = None
    initial: str | None = None
    latest: str | None = None
    previous: str | None = None


@dataclass(slots=True)
class Episode:
    """An episode of need as the file has it: texts, not yet read.

    Parameters
    ----------
    conference
        ``DateOfInitialCPC`` of the episode itself.
    assessments
        For each the date of authorisation, the factor codes and the date of referral.
    enquiries
        For each the start and the ``DateOfInitialCPC`` of its section 47 group.
    plans
        Child protection plans.
    """

    conference: str | None
    assessments: list[tuple[str | None, list[str | None], str | None]]
    enquiries: list[tuple[str | None, str | None]]
    plans: list[Plan]


@dataclass(slots=True)
class _Row:
    """One assessment while its episode is read; dates are day numbers."""

    assessed: int
    referred: int
    factors: int
    enquired: int = MISSING
    held: int = MISSING
    starts: int = MISSING
    ends: int = MISSING
    category: int = -1
    previous: int = -1
    in_need_plan_before: int = -1


class Linker:
    """Turns episodes into rows, and remembers dates that it has read before.

    Parameters
    ----------
    log
        Where issues go.
    """

    def __init__(self, log: IssueLog) -> None:
        self.log = log
        self.header = Header()
        self.rows = Rows()
        self.factors = FactorBits(log)
        self.assessments = 0
        self.plans = 0
        self.children: Tally | None = None
        self.is_year_sure = True
        self.need_plans = 0
        self.periods: list[tuple[str, str, int, int]] = []
        """Stage, child, start and end of every plan with dates that can be read."""
        self._first, self._last = MISSING, np.iinfo(np.int64).max
        self.days: dict[str | None, int] = {None: MISSING, "": MISSING}

    def day(self, text: str | None, child: str, name: str) -> int:
        """The day number of a date, and an issue when it is none."""
        known = self.days.get(text)
        if known is not None:
            return known
        if self.is_date(text):
            return day_number(text)
        self.log.add("bad_date", f"child {child}", name, text, ALLOWED)
        return MISSING

    def is_date(self, text: str | None) -> bool:
        """Whether a text is a date, or nothing; such a text is remembered."""
        number = day_number(text)
        if number != BAD and len(self.days) < _MOST_DAYS:
            self.days[text] = number
        return number != BAD

    def set_header(self, year: str, authority: str, software: str) -> None:
        """Take census year, authority and software."""
        if year.isascii() and year.isdigit() and FIRST_YEAR <= int(year[:5]) <= LAST_YEAR:
            self.header.year = int(year)
            self.factors.set_year(int(year))
            if self.is_year_sure:
                self._first = day_number(first_day(int(year)).isoformat())
                self._last = day_number(reference_date(int(year)).isoformat())
        else:
            allowed = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
            self.log.add("missing_header", "header", "Year", year, allowed)
        self.header.authority = authority
        if not authority:
            self.log.add("missing_header", "header", "LEA", "", "three digits")
        self.header.software = software

    def gender(self, code: str | None, name: str, child: str) -> int:
        """Where a gender stands in ``GENDER_WORDS`` of the columns that grow, -1 for none."""
        text = (code or "").strip()
        known = _GENDER.get(text.upper(), -1)
        if known < 0 and text and text not in GENDERS and text not in SEXES:
            allowed = ", ".join((*GENDERS, *SEXES))
            self.log.add("unknown_code", f"child {child}", name, text, allowed)
        return known

    def add_child(
        self,
        child: str,
        gender: int,
        born: int,
        episodes: Sequence[Episode],
        need_plans: Sequence[tuple[str | None, str | None]] = (),
    ) -> None:
        """Add a row for each completed assessment of a child.

        Parameters
        ----------
        child
            The authority's reference.
        gender, born
            As :meth:`gender` and :meth:`day` give them.
        episodes
            In the order of the file.
        need_plans
            Start and end of the child's child in need plans.
        """
        in_need = [
            (self.day(start, child, "CINPlanStartDate"), self.day(end, child, "CINPlanEndDate"))
            for start, end in need_plans
        ]
        self.need_plans += len(need_plans)
        for (start, end), (_, text) in zip(in_need, need_plans, strict=True):
            self._add_period("child_in_need_plan", child, (start, end), text)
        for episode in episodes:
            rows = self._assessments(episode, child)
            if len(rows) > 1:
                rows.sort(key=lambda row: row.assessed)
            authorised = [row.assessed for row in rows]
            conference = self.day(episode.conference, child, "DateOfInitialCPC")
            if episode.enquiries or conference != MISSING:
                self._enquiries(episode.enquiries, child, rows, authorised, conference)
            if episode.plans:
                self._plans(episode.plans, child, rows, authorised)
            for row in rows:
                if in_need and row.starts != MISSING:
                    row.in_need_plan_before = _in_force_before(in_need, row.starts)
                self.rows.add(child, gender, born, row)

    def _assessments(self, episode: Episode, child: str) -> list[_Row]:
        rows = []
        name = "AssessmentAuthorisationDate"
        for authorised, codes, referred in episode.assessments:
            self.assessments += 1
            day = self.day(authorised, child, name)
            if day != MISSING and not self._first <= day <= self._last:
                day = self._outside(day, authorised, child)
            if day != MISSING:
                referral = self.day(referred, child, "CINreferralDate")
                rows.append(_Row(day, referral, self.factors.bits(codes, child)))
            elif (authorised or "").strip():
                self.log.leave_out("assessments", "bad_date")
            else:
                self.log.add("open_assessment", f"child {child}", name, "", ALLOWED)
                self.log.leave_out("assessments", "open")
        return rows

    def _outside(self, day: int, text: str | None, child: str) -> int:
        """A day of authorisation outside the year of the return: what comes after it is none."""
        first, last = (np.datetime64(end, "D") for end in (self._first, self._last))
        allowed = f"a date of the return's year, {first} to {last}"
        rule = "bad_date" if day > self._last else "outside_year"
        self.log.add(rule, f"child {child}", "AssessmentAuthorisationDate", text, allowed)
        return MISSING if day > self._last else day

    def _enquiries(
        self,
        enquiries: Sequence[tuple[str | None, str | None]],
        child: str,
        rows: list[_Row],
        authorised: list[int],
        conference: int,
    ) -> None:
        for started, held_on in enquiries:
            start = self.day(started, child, "S47ActualStartDate")
            held = self.day(held_on, child, "DateOfInitialCPC")
            row = _latest(rows, authorised, start)
            if row is not None and row.enquired == MISSING:
                row.enquired = start
                row.held = held
            elif (row := _latest(rows, authorised, held)) and row.held == MISSING:
                row.held = held
        row = _latest(rows, authorised, conference)
        if row is not None and row.held == MISSING:
            row.held = conference

    def _plans(
        self, plans: Sequence[Plan], child: str, rows: list[_Row], authorised: list[int]
    ) -> None:
        dated = []
        self.plans += len(plans)
        for plan in plans:
            start = self.day(plan.start, child, "CPPstartDate")
            if start == MISSING:
                self.log.add("missing_date", f"child {child}", "CPPstartDate", "", ALLOWED)
                self.log.leave_out("plans", "no_start")
            else:
                end = self.day(plan.end, child, "CPPendDate")
                self._add_period("child_protection_plan", child, (start, end), plan.end)
                dated.append((start, end, plan))
        for start, end, plan in sorted(dated, key=lambda each: each[0]):
            row = _latest(rows, authorised, start)
            shown = str(np.datetime64(start, "D"))
            if row is None:
                allowed = f"at most {PLAN_WINDOW_DAYS} days after an assessment of the episode"
                self.log.add("plan_not_linked", f"child {child}", "CPPstartDate", shown, allowed)
                self.log.leave_out("plans", "not_linked")
            elif row.starts != MISSING:
                allowed = "one plan an assessment"
                self.log.add("second_plan", f"child {child}", "CPPstartDate", shown, allowed)
                self.log.leave_out("plans", "second")
            else:
                row.starts, row.ends = start, end
                self._plan(row, plan, child)

    def _add_period(self, stage: str, child: str, days: tuple[int, int], text: str | None) -> None:
        """Keep a period whose start is known and whose end is a date or nothing."""
        start, end = days
        is_readable = end != MISSING or not (text or "").strip()
        if start != MISSING and is_readable and (end == MISSING or end >= start):
            self.periods.append((stage, child, start, end))

    def _plan(self, row: _Row, plan: Plan, child: str) -> None:
        code = (plan.initial or plan.latest or "").strip()
        row.category = _CATEGORY.get(code, _CATEGORY_WORDS.get(code.upper(), -1))
        if code and row.category < 0:
            allowed = ", ".join(CATEGORIES_OF_ABUSE)
            self.log.add("unknown_code", f"child {child}", "InitialCategoryOfAbuse", code, allowed)
        previous = (plan.previous or "").strip()
        if previous.isascii() and previous.isdigit() and len(previous) < 4:
            row.previous = int(previous)
        elif previous:
            allowed = "a whole number"
            self.log.add("bad_value", f"child {child}", "NumberOfPreviousCPP", previous, allowed)


def _latest(rows: list[_Row], authorised: list[int], day: int) -> _Row | None:
    """The latest assessment authorised on that day or at most 183 days before it."""
    position = bisect_right(authorised, day) - 1
    if day == MISSING or position < 0 or day - authorised[position] > PLAN_WINDOW_DAYS:
        return None
    return rows[position]


def _in_force_before(plans: list[tuple[int, int]], start: int) -> int:
    """Whether one of the plans was in force in the 183 days before a day."""
    since = start - PLAN_WINDOW_DAYS
    return int(
        any(
            begun != MISSING and begun < start and (ended == MISSING or ended >= since)
            for begun, ended in plans
        )
    )
