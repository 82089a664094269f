"""Child groups of a census return, taken apart into episodes of need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from riskmodel.census import (
    CATEGORIES_OF_ABUSE,
    PRIMARY_NEEDS,
    REASONS_FOR_CLOSURE,
    REFERRAL_SOURCES,
)
from riskmodel.intake.census.linking import Episode, Linker, Plan
from riskmodel.intake.dates import ALLOWED
from riskmodel.intake.result import IssueLog

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Reader"]

_FLAGS = ("0", "1", "true", "false")
_CODES: Mapping[str, Iterable[str]] = {
    "ReferralSource": REFERRAL_SOURCES,
    "PrimaryNeedCode": PRIMARY_NEEDS,
    "ReasonForClosure": REASONS_FOR_CLOSURE,
    "LatestCategoryOfAbuse": CATEGORIES_OF_ABUSE,
    "ReferralNFA": _FLAGS,
    "ICPCnotRequired": _FLAGS,
}
"""Fields that are not used for anything else: their codes are checked, and reported as notes."""

_DATES = (
    "CINclosureDate",
    "AssessmentActualStartDate",
    "AssessmentInternalReviewDate",
    "InitialCPCtarget",
    "CPPreviewDate",
)
_MODULES = (
    "Child", "CINdetails", "Assessments", "CINPlanDates", "Section47", "ChildProtectionPlans",
    "Reviews",
)  # fmt: skip

_FACTS_OF_ASSESSMENT = 2
"""Start and authorisation: an assessment that holds no more needs no look at the rest."""

_Facts = dict[str, str | None]


class _Tags(NamedTuple):
    """Tags of a return with its namespace, put together once a file."""

    ChildIdentifiers: str
    CINdetails: str
    LAchildID: str
    PersonBirthDate: str
    Sex: str
    GenderCurrent: str
    CINreferralDate: str
    DateOfInitialCPC: str
    Assessments: str
    AssessmentActualStartDate: str
    AssessmentAuthorisationDate: str
    FactorsIdentifiedAtAssessment: str
    Section47: str
    S47ActualStartDate: str
    CINPlanDates: str
    CINPlanStartDate: str
    CINPlanEndDate: str
    ChildProtectionPlans: str
    CPPstartDate: str
    CPPendDate: str
    InitialCategoryOfAbuse: str
    LatestCategoryOfAbuse: str
    NumberOfPreviousCPP: str
    Reviews: str

    @classmethod
    def of(cls, prefix: str) -> _Tags:
        """The tags of a return whose namespace is this."""
        return cls(*(prefix + name for name in cls._fields))


class Reader:
    """Takes child groups apart, for :class:`riskmodel.intake.census.linking.Linker` to read.

    Parameters
    ----------
    log
        Where issues go.
    prefix
        Namespace of the tags.
    """

    def __init__(self, log: IssueLog, prefix: str) -> None:
        self.log = log
        self.linker = Linker(log)
        self.modules = dict.fromkeys(_MODULES, 0)
        self._prefix = prefix
        self._tags = tags = _Tags.of(prefix)
        groups = ("Assessments", "Section47", "ChildProtectionPlans", "CINPlanDates")
        self._groups = {getattr(tags, name): name for name in groups}
        self._codes = {prefix + name: frozenset(codes) for name, codes in _CODES.items()}
        self._dates = frozenset(prefix + name for name in _DATES)

    def read_header(self, element: Element) -> None:
        """Take census year, authority and software from a header group."""
        if self.linker.assessments:
            return
        found = {part.tag: (part.text or "").strip() for part in element.iter()}
        prefix = self._prefix
        year = found.get(f"{prefix}Year", "") or found.get(f"{prefix}ReferenceDate", "")[:4]
        software = found.get(f"{prefix}SoftwareCode", "")
        self.linker.set_header(year, found.get(f"{prefix}LEA", ""), software)

    def read_child(self, element: Element) -> None:
        """Add a row for each completed assessment of a child group."""
        self.modules["Child"] += 1
        tags, linker = self._tags, self.linker
        facts: _Facts = {}
        groups = []
        for group in element:
            tag = group.tag
            if tag == tags.CINdetails:
                groups.append(group)
            elif tag == tags.ChildIdentifiers:
                facts = {part.tag: part.text for part in group}
        child = (facts.get(tags.LAchildID) or "").strip()
        if not child:
            self.log.add("missing_reference", "a child", "LAchildID", "", "the child's reference")
        born = linker.day(facts.get(tags.PersonBirthDate), child, "PersonBirthDate")
        sex = facts.get(tags.Sex)
        if sex and sex.strip():
            gender = linker.gender(sex, "Sex", child)
        else:
            gender = linker.gender(facts.get(tags.GenderCurrent), "GenderCurrent", child)
        need_plans: list[tuple[str | None, str | None]] = []
        episodes = [self._episode(group, child, need_plans) for group in groups]
        linker.add_child(child, gender, born, episodes, need_plans)

    def _episode(
        self, element: Element, child: str, need_plans: list[tuple[str | None, str | None]]
    ) -> Episode:
        tags, modules, kinds = self._tags, self.modules, self._groups
        facts: _Facts = {}
        assessments, enquiries, plans = [], [], []
        for part in element:
            kind = kinds.get(part.tag)
            if kind is None:
                facts[part.tag] = part.text
                continue
            modules[kind] += 1
            if kind == "Assessments":
                assessments.append(part)
                continue
            inner = self._checked({entry.tag: entry.text for entry in part}, child)
            if kind == "Section47":
                start = inner.get(tags.S47ActualStartDate)
                enquiries.append((start, inner.get(tags.DateOfInitialCPC)))
            elif kind == "CINPlanDates":
                end = inner.get(tags.CINPlanEndDate)
                need_plans.append((inner.get(tags.CINPlanStartDate), end))
            else:
                plans.append(self._plan(part, inner, child))
        modules["CINdetails"] += 1
        self._checked(facts, child)
        referral = facts.get(tags.CINreferralDate)
        read = [self._assessment(part, child, referral) for part in assessments]
        return Episode(facts.get(tags.DateOfInitialCPC), read, enquiries, plans)

    def _assessment(
        self, element: Element, child: str, referral: str | None
    ) -> tuple[str | None, list[str | None], str | None]:
        factors_tag = self._tags.FactorsIdentifiedAtAssessment
        facts: _Facts = {}
        codes: list[str | None] = []
        for entry in element:
            if entry.tag == factors_tag:
                codes += [code.text for code in entry]
            else:
                facts[entry.tag] = entry.text
        started = facts.get(self._tags.AssessmentActualStartDate)
        if started not in self.linker.days or len(facts) > _FACTS_OF_ASSESSMENT:
            self._checked(facts, child)
        return facts.get(self._tags.AssessmentAuthorisationDate), codes, referral

    def _plan(self, element: Element, facts: _Facts, child: str) -> Plan:
        tags = self._tags
        if tags.Reviews in facts:
            for part in element:
                if part.tag == tags.Reviews:
                    self.modules["Reviews"] += len(part)
                    for review in part:
                        self._checked({review.tag: review.text}, child)
        return Plan(
            facts.get(tags.CPPstartDate),
            facts.get(tags.CPPendDate),
            facts.get(tags.InitialCategoryOfAbuse),
            facts.get(tags.LatestCategoryOfAbuse),
            facts.get(tags.NumberOfPreviousCPP),
        )

    def _checked(self, facts: _Facts, child: str) -> _Facts:
        """The same facts, after a note of what fields hold that are not used for anything else."""
        codes, days = self._codes, self.linker.days
        for tag, text in facts.items():
            allowed = codes.get(tag)
            if allowed is not None:
                if text not in allowed:
                    self._check_code(tag, text, child)
            elif text not in days and tag in self._dates and not self.linker.is_date(text):
                name = tag[len(self._prefix) :]
                self.log.add("unused_field", f"child {child}", name, text, ALLOWED)
        return facts

    def _check_code(self, tag: str, text: str | None, child: str) -> None:
        word = (text or "").strip()
        if word and word not in self._codes[tag] and word.casefold() not in self._codes[tag]:
            name = tag[len(self._prefix) :]
            self.log.add("unused_field", f"child {child}", name, word, ", ".join(_CODES[name]))
