"""Child groups of a census return, turned into one row an assessment.

The rule that links: a plan, section 47 enquiry or conference belongs to the latest assessment of
the same episode (``CINdetails``) that was authorised on its day or at most
:data:`riskmodel.census.PLAN_WINDOW_DAYS` days before it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.census import (
    CATEGORIES_OF_ABUSE,
    FACTOR_CODES,
    FIRST_YEAR,
    GENDERS,
    LAST_YEAR,
    LATER_FACTORS,
    NO_FACTORS,
    PLAN_WINDOW_DAYS,
    SEXES,
    factor_of_code,
)
from riskmodel.intake.dates import ALLOWED, BAD, MISSING, day_number
from riskmodel.intake.result import IssueLog
from riskmodel.vocabulary import FACTORS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["FACTOR_BIT", "Header", "Reader", "Row"]

_CODED = (*(known.name for known in FACTORS if known.code), *LATER_FACTORS.values())
FACTOR_BIT = {name: 1 << position for position, name in enumerate(_CODED)}
"""One bit for each factor that has a code: an assessment keeps its factors in one number."""

_BIT_OF_CODE = {code: FACTOR_BIT.get(factor_of_code(code) or "", 0) for code in FACTOR_CODES}
_CATEGORY = {
    "NEG": "neglect",
    "EMO": "emotional",
    "PHY": "physical",
    "SAB": "sexual",
    "MUL": "multiple",
}
_GENDER = {"1": "male", "2": "female", "M": "male", "F": "female"}


@dataclass(slots=True)
class Header:
    """What the header of a return says."""

    year: int | None = None
    authority: str = ""
    software: str = ""


@dataclass(slots=True)
class Row:
    """One assessment while its episode is read; dates are day numbers."""

    child: str
    gender: str | None
    birth_date: int
    referral_date: int
    assessment_date: int
    factors: int
    section_47_date: int = MISSING
    conference_date: int = MISSING
    plan_start_date: int = MISSING
    plan_end_date: int = MISSING
    category: str | None = None
    previous: int | None = None


@dataclass(slots=True)
class Reader:
    """Turns child groups into rows; remembers dates that it has read before."""

    log: IssueLog
    header: Header = field(default_factory=Header)
    rows: list[Row] = field(default_factory=list)
    assessments: int = 0
    days: dict[str | None, int] = field(default_factory=dict)

    def day(self, text: str | None, child: str, name: str) -> int:
        """The day number of a date, and an issue when it is none."""
        known = self.days.get(text)
        if known is None:
            known = self.days[text] = day_number(text)
        if known == BAD:
            self.log.add("bad_date", f"child {child}", name, text, ALLOWED)
            return MISSING
        return known

    def read_header(self, element: Element, prefix: str) -> None:
        """Take census year, authority and software from a header group."""
        if self.assessments:
            return
        found = {part.tag: (part.text or "").strip() for part in element.iter()}
        year = found.get(f"{prefix}Year", "") or found.get(f"{prefix}ReferenceDate", "")[:4]
        allowed = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
        if year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR:
            self.header.year = int(year)
        else:
            self.log.add("missing_header", "header", "Year", year, allowed)
        self.header.authority = found.get(f"{prefix}LEA", "")
        if not self.header.authority:
            self.log.add("missing_header", "header", "LEA", "", "three digits")
        self.header.software = found.get(f"{prefix}SoftwareCode", "")

    def read_child(self, element: Element, prefix: str) -> None:
        """Add a row for each completed assessment of a child group."""
        facts: dict[str, str | None] = {}
        episodes = []
        for group in element:
            if group.tag == f"{prefix}ChildIdentifiers":
                facts = {part.tag: part.text for part in group}
            elif group.tag == f"{prefix}CINdetails":
                episodes.append(group)
        child = (facts.get(f"{prefix}LAchildID") or "").strip()
        if not child:
            self.log.add("missing_reference", "a child", "LAchildID", "", "the child's reference")
        born = self.day(facts.get(f"{prefix}PersonBirthDate"), child, "PersonBirthDate")
        gender = self._gender(facts, prefix, child)
        for episode in episodes:
            self._episode(episode, prefix, child, gender, born)

    def _gender(self, facts: dict[str, str | None], prefix: str, child: str) -> str | None:
        name = "Sex" if f"{prefix}Sex" in facts else "GenderCurrent"
        code = (facts.get(prefix + name) or "").strip()
        if code and code not in GENDERS and code not in SEXES:
            allowed = ", ".join((*GENDERS, *SEXES))
            self.log.add("unknown_code", f"child {child}", name, code, allowed)
        return _GENDER.get(code)

    def _episode(
        self, episode: Element, prefix: str, child: str, gender: str | None, born: int
    ) -> None:
        facts: dict[str, str | None] = {}
        parts: dict[str, list[Element]] = {"Assessments": [], "Section47": [], "Plans": []}
        kinds = {
            f"{prefix}Assessments": parts["Assessments"],
            f"{prefix}Section47": parts["Section47"],
            f"{prefix}ChildProtectionPlans": parts["Plans"],
        }
        for part in episode:
            kind = kinds.get(part.tag)
            if kind is None:
                facts[part.tag] = part.text
            else:
                kind.append(part)
        referred = self.day(facts.get(f"{prefix}CINreferralDate"), child, "CINreferralDate")
        rows = []
        for part in parts["Assessments"]:
            self.assessments += 1
            row = self._assessment(part, prefix, child, gender, born, referred)
            if row is not None:
                rows.append(row)
        rows.sort(key=lambda row: row.assessment_date)
        authorised = [row.assessment_date for row in rows]
        conference = self.day(facts.get(f"{prefix}DateOfInitialCPC"), child, "DateOfInitialCPC")
        self._enquiries(parts["Section47"], prefix, child, rows, authorised, conference)
        self._plans(parts["Plans"], prefix, child, rows, authorised)
        self.rows.extend(rows)

    def _assessment(
        self, part: Element, prefix: str, child: str, gender: str | None, born: int, referred: int
    ) -> Row | None:
        authorised: str | None = None
        codes: list[str | None] = []
        for entry in part:
            if entry.tag == f"{prefix}FactorsIdentifiedAtAssessment":
                codes.extend([code.text for code in entry])
            elif entry.tag == f"{prefix}AssessmentAuthorisationDate":
                authorised = entry.text
        if not (authorised or "").strip():
            name = "AssessmentAuthorisationDate"
            self.log.add("open_assessment", f"child {child}", name, "", ALLOWED)
            return None
        day = self.day(authorised, child, "AssessmentAuthorisationDate")
        if day == MISSING:
            return None
        return Row(child, gender, born, referred, day, self._factors(codes, child))

    def _factors(self, codes: list[str | None], child: str) -> int:
        bits, none_found = 0, False
        for text in codes:
            bit = _BIT_OF_CODE.get(text)  # type: ignore[arg-type]  # None is just not there
            if bit:
                bits |= bit
                continue
            for code in (text or "").upper().replace(",", " ").replace(";", " ").split():
                if code not in _BIT_OF_CODE:
                    allowed = "a factor code of the census, such as 1A"
                    self.log.add(
                        "unknown_code", f"child {child}", "AssessmentFactors", code, allowed
                    )
                bits |= _BIT_OF_CODE.get(code, 0)
                none_found = none_found or code == NO_FACTORS
        if bits and none_found:
            allowed = "21 alone"
            self.log.add(
                "no_factors_and_factors", f"child {child}", "AssessmentFactors", NO_FACTORS, allowed
            )
        elif not codes:
            allowed = "at least one code, or 21"
            self.log.add("no_factors_recorded", f"child {child}", "AssessmentFactors", "", allowed)
        return bits

    def _enquiries(
        self,
        parts: list[Element],
        prefix: str,
        child: str,
        rows: list[Row],
        authorised: list[int],
        conference: int,
    ) -> None:
        for part in parts:
            facts = {entry.tag: entry.text for entry in part}
            start = self.day(facts.get(f"{prefix}S47ActualStartDate"), child, "S47ActualStartDate")
            held = self.day(facts.get(f"{prefix}DateOfInitialCPC"), child, "DateOfInitialCPC")
            row = _latest(rows, authorised, start)
            if row is not None and row.section_47_date == MISSING:
                row.section_47_date = start
                row.conference_date = held
            elif (row := _latest(rows, authorised, held)) and row.conference_date == MISSING:
                row.conference_date = held
        row = _latest(rows, authorised, conference)
        if row is not None and row.conference_date == MISSING:
            row.conference_date = conference

    def _plans(
        self, parts: list[Element], prefix: str, child: str, rows: list[Row], authorised: list[int]
    ) -> None:
        plans = []
        for part in parts:
            facts = {entry.tag: entry.text for entry in part}
            start = self.day(facts.get(f"{prefix}CPPstartDate"), child, "CPPstartDate")
            if start == MISSING:
                self.log.add("missing_date", f"child {child}", "CPPstartDate", "", ALLOWED)
            else:
                plans.append((start, facts))
        for start, facts in sorted(plans, key=lambda plan: plan[0]):
            row = _latest(rows, authorised, start)
            shown = str(np.datetime64(start, "D"))
            if row is None:
                allowed = f"at most {PLAN_WINDOW_DAYS} days after an assessment of the episode"
                self.log.add("plan_not_linked", f"child {child}", "CPPstartDate", shown, allowed)
            elif row.plan_start_date != MISSING:
                allowed = "one plan an assessment"
                self.log.add("second_plan", f"child {child}", "CPPstartDate", shown, allowed)
            else:
                self._plan(row, start, facts, prefix)

    def _plan(self, row: Row, start: int, facts: dict[str, str | None], prefix: str) -> None:
        reference = f"child {row.child}"
        row.plan_start_date = start
        row.plan_end_date = self.day(facts.get(f"{prefix}CPPendDate"), row.child, "CPPendDate")
        name = "InitialCategoryOfAbuse"
        code = (
            facts.get(prefix + name) or facts.get(f"{prefix}LatestCategoryOfAbuse") or ""
        ).strip()
        row.category = _CATEGORY.get(code)
        if code and row.category is None:
            self.log.add("unknown_code", reference, name, code, ", ".join(CATEGORIES_OF_ABUSE))
        previous = (facts.get(f"{prefix}NumberOfPreviousCPP") or "").strip()
        if previous.isascii() and previous.isdigit() and len(previous) < 4:
            row.previous = int(previous)
        elif previous:
            self.log.add("bad_value", reference, "NumberOfPreviousCPP", previous, "a whole number")


def _latest(rows: list[Row], authorised: list[int], day: int) -> Row | None:
    """The latest assessment authorised on that day or at most 183 days before it."""
    position = bisect_right(authorised, day) - 1
    if day == MISSING or position < 0 or day - authorised[position] > PLAN_WINDOW_DAYS:
        return None
    return rows[position]
