"""Child groups of a census return, taken apart into episodes of need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from riskmodel.census import (
    CATEGORIES_OF_ABUSE,
    FIELDS,
    PRIMARY_NEEDS,
    REASONS_FOR_CLOSURE,
    REFERRAL_SOURCES,
    year_of,
)
from riskmodel.errors import DataError
from riskmodel.intake.census.linking import Episode, Linker, Plan
from riskmodel.intake.census.xml_stream import LOOKED_AFTER_AS_XML
from riskmodel.intake.dates import ALLOWED, BAD, MISSING, day_number
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

_GROUPS = frozenset((
    *_MODULES, "ChildIdentifiers", "ChildCharacteristics", "Disabilities",
    "FactorsIdentifiedAtAssessment",
))  # fmt: skip
_KNOWN = _GROUPS | {field.name for field in FIELDS}
"""Every element that may stand in a child of any year."""

_BY_FOLD = {name.casefold(): name for name in _KNOWN}
_WITHIN: Mapping[str, frozenset[str]] = {
    **{
        module: frozenset(field.name for field in FIELDS if field.module == module)
        for module in ("ChildIdentifiers", "Assessments", "CINPlanDates", "Section47")
    },
    "Child": frozenset(),
    "CINdetails": frozenset(field.name for field in FIELDS if field.module == "CINdetails"),
    "ChildProtectionPlans": frozenset(
        ("Reviews", *(field.name for field in FIELDS if field.module == "ChildProtectionPlans"))
    ),
}
"""What may stand in a group, but for the groups that are read by themselves."""

_NEARLY = 0.85
"""How alike two names must be for one to be taken for a slip of the other."""

_FACTS_OF_ASSESSMENT = 2
"""Start and authorisation: an assessment that holds no more needs no look at the rest."""

_Facts = dict[str, str | None]


class _Tags(NamedTuple):
    """Tags of a return with its namespace, put together once a file."""

    ChildIdentifiers: str
    ChildCharacteristics: str
    CINdetails: str
    LAchildID: str
    PersonBirthDate: str
    ExpectedPersonBirthDate: str
    Sex: str
    GenderCurrent: str
    CINreferralDate: str
    DateOfInitialCPC: str
    Assessments: str
    AssessmentActualStartDate: str
    AssessmentAuthorisationDate: str
    FactorsIdentifiedAtAssessment: str
    AssessmentFactors: str
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
        self._known = frozenset(prefix + name for name in _KNOWN)
        self._within = {
            group: frozenset(prefix + name for name in names) for group, names in _WITHIN.items()
        }
        self._born: dict[str, int] = {}

    def read_header(self, element: Element) -> None:
        """Take census year, authority and software from a header group."""
        if self.linker.assessments:
            return
        found = {part.tag: (part.text or "").strip() for part in element.iter()}
        prefix = self._prefix
        collection = found.get(f"{prefix}Collection", "")
        if collection and not collection.casefold().startswith("cin"):
            is_care = any(part in collection.casefold() for part in ("cla", "903"))
            raise DataError(
                f"is a return of the collection {collection[:20]!r}; allowed: CIN, the children in "
                f"need census{f'; {LOOKED_AFTER_AS_XML}' if is_care else ''}",
                file=self.log.file,
                field="Collection",
            )
        year = self._header_year(found)
        software = found.get(f"{prefix}SoftwareCode", "")
        self.linker.set_header(year, found.get(f"{prefix}LEA", ""), software)

    def _header_year(self, found: Mapping[str, str]) -> str:
        """The census year, and an issue where the reference date is one of another year."""
        year = found.get(f"{self._prefix}Year", "")
        reference = found.get(f"{self._prefix}ReferenceDate", "")
        day = day_number(reference)
        if day in (BAD, MISSING):
            return year or reference[:4]
        of_reference = str(year_of(np.datetime64(day, "D").astype(object)))
        if year and year != of_reference:
            allowed = f"31 March {year}" if year.isascii() and year.isdigit() else "31 March"
            self.log.add("header_contradiction", "header", "ReferenceDate", reference, allowed)
            self.linker.is_year_sure = False
        return year or of_reference

    def close(self) -> None:
        """Settle the account of children, after the last of them."""
        read = self.modules["Child"]
        repeated = self.log.number_left_out("children")
        self.linker.children = self.log.tally("children", read, read - repeated)

    def read_unknown(self, element: Element) -> None:
        """Report what stands among the children and is none."""
        self._report_unknown(element.tag, "Children", "")

    def read_child(self, element: Element, names: Sequence[str]) -> None:
        """Add a row for each completed assessment of a child group; names: all of its tags."""
        self.modules["Child"] += 1
        if not self._known.issuperset(names):
            self._rename(element)
        tags, linker = self._tags, self.linker
        facts: _Facts = {}
        groups, strays = [], []
        for group in element:
            tag = group.tag
            if tag == tags.CINdetails:
                groups.append(group)
            elif tag == tags.ChildIdentifiers:
                facts = {part.tag: part.text for part in group}
            elif tag != tags.ChildCharacteristics:
                strays.append(tag)
        child = (facts.get(tags.LAchildID) or "").strip()
        if not child:
            self.log.add("missing_reference", "a child", "LAchildID", "", "the child's reference")
        born = linker.day(facts.get(tags.PersonBirthDate), child, "PersonBirthDate")
        if born == MISSING:
            expected = facts.get(tags.ExpectedPersonBirthDate)
            born = linker.day(expected, child, "ExpectedPersonBirthDate")
        self._count_child(child, born)
        if strays:
            self._report_places(strays, "Child", child)
        sex = facts.get(tags.Sex)
        if sex and sex.strip():
            gender = linker.gender(sex, "Sex", child)
        else:
            gender = linker.gender(facts.get(tags.GenderCurrent), "GenderCurrent", child)
        need_plans: list[tuple[str | None, str | None]] = []
        episodes = [self._episode(group, child, need_plans) for group in groups]
        linker.add_child(child, gender, born, episodes, need_plans)

    def _count_child(self, child: str, born: int) -> None:
        """Report a second record of the same child."""
        before = self._born.get(child)
        if before is None:
            if child:
                self._born[child] = born
            return
        if before == born or MISSING in (before, born):
            allowed = "one record of a child"
            self.log.add("child_repeated", f"child {child}", "LAchildID", child, allowed)
            self.log.leave_out("children", "repeated")
        else:
            shown = str(np.datetime64(born, "D"))
            allowed = "one date of birth of a child"
            self.log.add("child_differs", f"child {child}", "PersonBirthDate", shown, allowed)

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
            if not self._within[kind].issuperset(inner):
                self._report_places(inner, kind, child)
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
        if not self._within["CINdetails"].issuperset(facts):
            self._report_places(facts, "CINdetails", child)
        referral = facts.get(tags.CINreferralDate)
        read = [self._assessment(part, child, referral) for part in assessments]
        return Episode(facts.get(tags.DateOfInitialCPC), read, enquiries, plans)

    def _assessment(
        self, element: Element, child: str, referral: str | None
    ) -> tuple[str | None, list[str | None], str | None]:
        factors_tag = self._tags.FactorsIdentifiedAtAssessment
        code_tag = self._tags.AssessmentFactors
        facts: _Facts = {}
        codes: list[str | None] = []
        for entry in element:
            if entry.tag == factors_tag:
                codes += [code.text for code in entry]
            elif entry.tag == code_tag:
                codes.append(entry.text)
                allowed = "codes in FactorsIdentifiedAtAssessment"
                reference, name = f"child {child}", "AssessmentFactors"
                self.log.add("factors_without_group", reference, name, entry.text, allowed)
            else:
                facts[entry.tag] = entry.text
        if not self._within["Assessments"].issuperset(facts):
            self._report_places(facts, "Assessments", child)
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

    def _rename(self, element: Element) -> None:
        """Give elements in other capitals their names, and report them and those unknown."""
        tag = self._tags.LAchildID
        child = next((part.text for part in element.iter() if self._name(part.tag) == tag), None)
        reported = set()
        for part in element.iter():
            if part.tag in self._known:
                continue
            written, part.tag = part.tag, self._name(part.tag)
            if written in reported:
                continue
            reported.add(written)
            if part.tag in self._known:
                name, found = (tag[len(self._prefix) :] for tag in (part.tag, written))
                self.log.add("element_case", f"child {(child or '').strip()}", name, found, name)
            else:
                self._report_unknown(written, "Child", (child or "").strip())

    def _name(self, tag: str) -> str:
        """The census's tag for one in other capitals; any other as it is."""
        if not tag.startswith(self._prefix):
            return tag
        name = _BY_FOLD.get(tag[len(self._prefix) :].casefold())
        return tag if name is None else self._prefix + name

    def _report_unknown(self, tag: str, group: str, child: str) -> None:
        """Report an element that no census has: an issue where it is nearly one of ours."""
        name = tag.rpartition("}")[2][:40]
        near = get_close_matches(name, _KNOWN, n=1, cutoff=_NEARLY)
        rule = "misspelt_element" if near else "unknown_element"
        allowed = near[0] if near else f"an element of the census in {group}"
        self.log.add(rule, f"child {child}" if child else group, name, name, allowed)

    def _report_places(self, tags: Collection[str], group: str, child: str) -> None:
        """Report elements of the census that stand where it has none: they are not read."""
        allowed = self._within[group]
        for tag in tags:
            if tag not in allowed and tag in self._known:
                name = tag[len(self._prefix) :]
                where = f"not in {group}"
                self.log.add("misplaced_element", f"child {child}", name, f"in {group}", where)

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
