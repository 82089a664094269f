"""What reading a file gives: the assessments, and everything that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from riskmodel.account import Account, Tally
from riskmodel.assessments import Assessments, FactorCounts
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import DataError

__all__ = [
    "DEPARTMENT_RULES",
    "ISSUES_KEPT",
    "NOTES",
    "NOTHING",
    "RULES",
    "Intake",
    "Issue",
    "IssueLog",
    "issues_frame",
]

RULES = {
    "after_the_year": "an episode begins after the year of its return: it is left out",
    "bad_date": "a date cannot be read: the cell counts as missing; an episode, or a record of "
    "Annex A, whose start or end it is, is left out",
    "bad_factors": "a list of factors cannot be read: the row is left out",
    "bad_flag": "plan or a factor is neither true nor false: the row is left out",
    "bad_row": "a row has more or fewer cells than the heading: it is left out",
    "bad_value": "a number or a yes/no cannot be read: the cell counts as missing",
    "blank_is_no": "blank cells of a column of flags count as no, as the mapping says",
    "child_differs": "records of one child hold different dates of birth: all of them count",
    "child_repeated": "a second record of the same child: what both hold counts once",
    "code_not_of_year": "the census of that year does not have this factor code: it counts",
    "date_order": "dates run backwards: the less certain of the two counts as missing",
    "element_case": "an element is written in other capitals than in the census: it is read",
    "encoding": "the file was read as Windows-1252, for it is not UTF-8",
    "end_continues": "an episode ends for good and the next one begins on that day without a new "
    "start: both are one period",
    "ends_before_start": "an end stands before its start: the record is left out",
    "factors_without_group": "factor codes stand straight under Assessments, not in "
    "FactorsIdentifiedAtAssessment: they are read",
    "gap_closed": "an episode ends with a change (X1), and the next one, which is no start, begins "
    "later: the days between count",
    "header_contradiction": "the year and the reference date of the header contradict each other: "
    "the year counts",
    "heading_not_read": "a heading looks like a factor and is none that is known: it is not read",
    "identifier_shared": "one identifier of assessments stands at several children: each counts",
    "joined_rows": "a further row of the same assessment: its factors are joined to the first",
    "keys_apart": "two references differ in zeros or capitals only, and one table holds both: they "
    "are not joined",
    "keys_joined": "a reference is written in several ways: they are joined",
    "legal_status_missing": "episodes have no legal status: short breaks (V3, V4) count with the "
    "others",
    "misplaced_element": "an element of the census stands where the census has none: it is not "
    "read",
    "missing_date": "an assessment, plan or episode has no date that it needs: it is left out",
    "missing_header": "the return does not say which year or authority it is for",
    "missing_reference": "a child has no reference",
    "misspelt_element": "an element is nearly one of the census: it is not read",
    "next_missing": "an episode ends with a change (X1), and no episode follows: the period ends",
    "no_assessment": "not one assessment of the file can be counted",
    "no_factors_and_factors": "code 21 (no factors) stands beside others: the others count",
    "no_factors_recorded": "a completed assessment has neither a factor nor code 21",
    "no_plan": "no plan follows any of the assessments",
    "not_carried_on": "an episode is open at the end of a return, and the next year's return does "
    "not hold it: it ends with the year of the first",
    "not_the_last": "an episode has no end and is not the child's last: it ends where the next one "
    "begins, and before a new start with its return's year at the latest",
    "open_after_episode": "an involvement is open, and no episode of the child is: it counts",
    "open_assessment": "an assessment is not authorised yet: it is left out",
    "outside_year": "an assessment was authorised outside the year of the return: it counts",
    "overlapping": "records of one child overlap: the child counts once",
    "plan_not_linked": "a plan follows no assessment of its episode within 183 days",
    "reason_without_end": "a reason for the end stands without a date of it: the episode is open",
    "repeat_differs": "the same assessment again with other values: it counts once, with the plan "
    "and the factors of all its rows",
    "repeated": "the same assessment, plan or episode again: it counts once",
    "row_not_linked": "a row names a child or assessment that no other table holds: left out",
    "second_plan": "a second plan follows the same assessment: the first one counts",
    "start_missing": "a period begins in the year of the return with an episode that is no start "
    "(RNE other than S): it counts as a start",
    "table_not_read": "a table or sheet is none of those that are read here",
    "unknown_code": "a code is in no list of the census: a factor is kept as a local one, "
    "anything else counts as missing",
    "unknown_element": "an element that no census known here has: it is not read",
    "unknown_heading": "a heading is none that is known for this table: the column is not read",
    "unmatched_side_file": "the side file names an assessment that the return does not hold",
    "unused_field": "a field that is checked and not used holds what the census does not allow",
    "worker_missing": "an involvement names no worker: it is left out",
    "worker_unknown": "an involvement names a worker whom the table of professionals does not "
    "hold: it counts",
}
"""What can be wrong with a file, and what is done about it."""

NOTES = frozenset(
    {
        "blank_is_no",
        "code_not_of_year",
        "element_case",
        "encoding",
        "factors_without_group",
        "heading_not_read",
        "identifier_shared",
        "joined_rows",
        "keys_joined",
        "no_factors_recorded",
        "open_after_episode",
        "open_assessment",
        "plan_not_linked",
        "reason_without_end",
        "second_plan",
        "table_not_read",
        "unknown_element",
        "unknown_heading",
        "unused_field",
    }
)
"""Rules that a sound file can trip: reported, and no reason to refuse it."""

DEPARTMENT_RULES: Mapping[str, str] = MappingProxyType(
    {
        "after_the_year": "354",
        "child_repeated": "8510",
        "end_continues": "432",
        "ends_before_start": "356",
        "gap_closed": "433",
        "header_contradiction": "100",
        "next_missing": "388",
        "no_factors_recorded": "8897Q",
        "not_carried_on": "502",
        "outside_year": "8696",
        "overlapping": "501",
        "start_missing": "357",
    }
)
"""Numbers of the Department's own validation rules that an issue breaks, of the children in need
census (four digits, and 100) and of the return on children looked after."""

ISSUES_KEPT = 100_000
"""Issues that are kept one by one; beyond it they are counted, so that memory stays bounded."""

NOTHING = "nothing"
"""What is found in a blank cell, in words."""

_CODES_KEPT = 1_000
_PERSONAL = ("LAchildID", "PersonBirthDate", "UPN", "child_id", "birth_date")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that could not be read as it stands.

    Parameters
    ----------
    file
        File name, without its folder.
    reference
        Line or row of a table, or the local authority's reference of a child. Such a reference
        must not leave the authority.
    field
        Column or element.
    found, allowed
        What stands there, and what may.
    rule
        Which of :data:`RULES`.
    """

    file: str
    reference: str
    field: str
    found: str
    allowed: str
    rule: str

    @property
    def is_note(self) -> bool:
        """Whether a sound file can hold this too."""
        return self.rule in NOTES

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.reference, self.field) if part)
        return f"{where}: found {self.found}; allowed: {self.allowed} ({RULES[self.rule]})"


@dataclass(frozen=True, slots=True, repr=False)
class Intake(Result):
    """Assessments as read, and what could not be read.

    Parameters
    ----------
    assessments
        One row an assessment.
    issues
        In the order of the file, the first :data:`ISSUES_KEPT` of them.
    account
        What became of every record: assessments, plans and children read, used and left out.
    modules
        Rows by module of the census, where the file has modules.
    counts
        Issues by rule, with those that are not kept one by one; from ``issues`` when not given.
    codes
        Unknown codes: how often each stands in each field.
    """

    assessments: Assessments
    issues: tuple[Issue, ...]
    account: Account
    modules: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("modules", "codes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        counts = dict(self.counts)
        if not counts:
            for issue in self.issues:
                counts[issue.rule] = counts.get(issue.rule, 0) + 1
        object.__setattr__(self, "counts", MappingProxyType(counts))

    @property
    def rows_read(self) -> int:
        """Assessments in the file, those left out included."""
        return self.account.assessments.read

    @property
    def rows_left_out(self) -> int:
        """Assessments that could not be used; the issues say why."""
        return self.account.assessments.number_left_out

    @property
    def is_sound(self) -> bool:
        """Whether all issues are mere notes, and some plan follows an assessment."""
        return set(self.counts) <= NOTES and not self.account.rule

    def by_rule(self) -> dict[str, int]:
        """How many issues of each rule."""
        return dict(self.counts)

    def issues_frame(self) -> pd.DataFrame:
        """One row an issue: file, reference, field, found, allowed, rule."""
        return issues_frame(self.issues)

    def to_frame(self) -> pd.DataFrame:
        """The assessments as read, a row each."""
        return self.assessments.to_frame()

    def summary(self) -> str:
        """What was read, what was left out, and the issues by rule."""
        rules = ", ".join(f"{count:,} {rule}" for rule, count in self.counts.items())
        return (
            f"{self.assessments.summary()}; {self.rows_left_out:,} of {self.rows_read:,} left out; "
            f"issues: {rules or 'none'}"
        )

    def preview(self) -> pd.DataFrame:
        """How many issues of each rule, and what it says; references stand in the issues alone."""
        return pd.DataFrame(
            [(rule, count, RULES[rule]) for rule, count in self.counts.items()],
            columns=["rule", "issues", "meaning"],
        )


def issues_frame(issues: Iterable[Issue]) -> pd.DataFrame:
    """One row an issue: file, reference, field, found, allowed, rule."""
    names = ("file", "reference", "field", "found", "allowed", "rule")
    rows = [[getattr(issue, name) for name in names] for issue in issues]
    return pd.DataFrame(rows, columns=list(names), dtype="str")


class IssueLog:
    """Collects issues; with ``strict`` the first that is no note becomes an error.

    Parameters
    ----------
    file
        File name that issues and errors give.
    strict
        Whether to refuse instead of going on.
    """

    def __init__(self, file: str, *, strict: bool = False) -> None:
        self.file, self.strict = file, strict
        self._issues: list[Issue] = []
        self.counts: dict[str, int] = {}
        self.codes: dict[tuple[str, str], int] = {}
        self._left_out: dict[str, dict[str, int]] = {}

    def leave_out(self, kind: str, reason: str, number: int = 1) -> None:
        """Count records that are left out: ``assessments``, ``plans`` or ``children``.

        ``reason`` is one of :data:`riskmodel.account.REASONS`.
        """
        if number:
            counts = self._left_out.setdefault(kind, {})
            counts[reason] = counts.get(reason, 0) + number

    def number_left_out(self, kind: str) -> int:
        """Records of a kind that were left out so far."""
        return sum(self._left_out.get(kind, {}).values())

    def tally(self, kind: str, read: int, used: int) -> Tally:
        """Records of a kind, with those that were left out so far."""
        return Tally(read, used, self._left_out.get(kind, {}))

    def account_of(self, groups: Iterable[FactorCounts]) -> Account:
        """The account of a table that was only counted: what counts, and what was left out."""
        counts = list(groups)
        used = sum(group.total_assessments or 0 for group in counts)
        plans = sum(group.total_plans for group in counts)
        read = used + self.number_left_out("assessments")
        return Account(
            self.tally("assessments", read, used),
            self.tally("plans", plans + self.number_left_out("plans"), plans),
        )

    def add(self, rule: str, reference: str, field: str, found: object, allowed: str) -> None:
        """Record an issue.

        Raises
        ------
        DataError
            When strict and the rule is not a note. The message can be shared: it names no child.
        """
        if self.strict and rule not in NOTES:
            place = "one child" if reference.startswith("child ") else reference
            shown = "what cannot be read" if field in _PERSONAL else _shown(found)
            what = f"found {shown}; allowed: {allowed}"
            raise DataError(f"{place}: {what}" if place else what, file=self.file, field=field)
        self.counts[rule] = self.counts.get(rule, 0) + 1
        if rule == "unknown_code":
            key = (field, str(found)[:40])
            if key in self.codes or len(self.codes) < _CODES_KEPT:
                self.codes[key] = self.codes.get(key, 0) + 1
        if len(self._issues) < ISSUES_KEPT:
            issue = Issue(self.file, reference[:200], field, _shown(found), allowed, rule)
            self._issues.append(issue)

    def take(self, other: IssueLog) -> None:
        """Add what another log recorded, of another file."""
        self._issues += other._issues[: ISSUES_KEPT - len(self._issues)]
        for rule, count in other.counts.items():
            self.counts[rule] = self.counts.get(rule, 0) + count
        for kind, reasons in other._left_out.items():
            for reason, count in reasons.items():
                self.leave_out(kind, reason, count)

    def issues(self) -> tuple[Issue, ...]:
        """What was recorded so far, as far as it is kept."""
        return tuple(self._issues)

    def intake(
        self,
        assessments: Assessments,
        account: Account,
        modules: Mapping[str, int] | None = None,
    ) -> Intake:
        """The result of reading, with what was recorded."""
        return Intake(assessments, self.issues(), account, modules or {}, self.counts, self.codes)


def _shown(found: object) -> str:
    if found is None or found == "":
        return NOTHING
    text = found if isinstance(found, str) else str(found)
    return repr(text) if len(text) <= 40 else repr(text[:40]) + "…"
