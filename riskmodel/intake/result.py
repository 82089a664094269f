"""What reading a file gives: the assessments, and everything that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from riskmodel.assessments import Assessments
from riskmodel.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NOTES", "RULES", "Intake", "Issue", "IssueLog"]

RULES = {
    "bad_date": "a date cannot be read: the cell counts as missing",
    "bad_flag": "plan or a factor is neither true nor false: the row is left out",
    "bad_row": "a row has more or fewer cells than the heading: it is left out",
    "bad_value": "a number or a yes/no cannot be read: the cell counts as missing",
    "date_order": "dates run backwards: the less certain of the two counts as missing",
    "encoding": "the file was read as Windows-1252, for it is not UTF-8",
    "missing_date": "an assessment or plan has no date that it needs: it is left out",
    "missing_header": "the return does not say which year or authority it is for",
    "missing_reference": "a child has no reference",
    "no_factors_and_factors": "code 21 (no factors) stands beside others: the others count",
    "no_factors_recorded": "a completed assessment has neither a factor nor code 21",
    "open_assessment": "an assessment is not authorised yet: it is left out",
    "plan_not_linked": "a plan follows no assessment of its episode within 183 days",
    "second_plan": "a second plan follows the same assessment: the first one counts",
    "unknown_code": "a code is in no list of the census: it is left out",
    "unmatched_side_file": "the side file names an assessment that the return does not hold",
}
"""What can be wrong with a file, and what is done about it."""

NOTES = frozenset(
    {"encoding", "no_factors_recorded", "open_assessment", "plan_not_linked", "second_plan"}
)
"""Rules that a sound file can trip: reported, and no reason to refuse it."""


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


@dataclass(frozen=True, slots=True)
class Intake:
    """Assessments as read, and what could not be read.

    Parameters
    ----------
    assessments
        One row an assessment.
    issues
        In the order of the file.
    rows_read
        Assessments in the file, those left out included.
    """

    assessments: Assessments
    issues: tuple[Issue, ...]
    rows_read: int

    @property
    def rows_left_out(self) -> int:
        """Assessments that could not be used; the issues say why."""
        return self.rows_read - len(self.assessments)

    def by_rule(self) -> dict[str, int]:
        """How many issues of each rule."""
        counts: dict[str, int] = {}
        for issue in self.issues:
            counts[issue.rule] = counts.get(issue.rule, 0) + 1
        return counts

    def issues_frame(self) -> pd.DataFrame:
        """One row an issue: file, reference, field, found, allowed, rule."""
        import pandas as pd

        names = ("file", "reference", "field", "found", "allowed", "rule")
        rows = [[getattr(issue, name) for name in names] for issue in self.issues]
        return pd.DataFrame(rows, columns=list(names), dtype="str")

    def __str__(self) -> str:
        rules = ", ".join(f"{count:,} {rule}" for rule, count in self.by_rule().items())
        return (
            f"{self.assessments}; {self.rows_left_out:,} of {self.rows_read:,} left out; "
            f"issues: {rules or 'none'}"
        )


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

    def add(self, rule: str, reference: str, field: str, found: object, allowed: str) -> None:
        """Record an issue.

        Raises
        ------
        DataError
            When strict and the rule is not a note.
        """
        issue = Issue(self.file, reference, field, _shown(found), allowed, rule)
        if self.strict and not issue.is_note:
            raise DataError(
                f"{reference}: found {issue.found}; allowed: {allowed}"
                if reference
                else f"found {issue.found}; allowed: {allowed}",
                file=self.file,
                field=field,
            )
        self._issues.append(issue)

    def issues(self) -> tuple[Issue, ...]:
        """What was recorded so far."""
        return tuple(self._issues)


def _shown(found: object) -> str:
    if found is None or found == "":
        return "nothing"
    text = found if isinstance(found, str) else str(found)
    return repr(text) if len(text) <= 40 else repr(text[:40]) + "…"
