"""The account of a reading: of every kind of record, how many were read, used and left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from riskmodel.errors import DataError

__all__ = ["REASONS", "Account", "Tally", "tallies_text"]

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "open": "open",
        "bad_date": "with a date that cannot be read",
        "bad_row": "with more or fewer cells than the heading",
        "bad_flag": "with a cell that is neither true nor false",
        "bad_factors": "with factors that cannot be read",
        "repeated": "repeated",
        "not_linked": "after no assessment",
        "second": "a second one of the same assessment",
        "no_start": "without a start date",
        "with_assessment": "left out with the assessment",
        "no_dates": "without dates that can be read",
        "no_child": "without a reference of a child",
        "no_worker": "without a worker",
        "ended": "ended by the last day of the records",
        "not_begun": "with a start after the last day of the records",
        "unknown_child": "of a child without a record of its own",
        "ends_before_start": "with an end before the start",
        "after_the_year": "with a start after the year of the return",
        "superseded": "held by a later return as well",
        "other_status": "of another immigration status",
        "short_break": "of a series of short breaks (V3, V4)",
    }
)
"""Why a record is left out, as it is told."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Records of one kind: those read are those used and those left out, by reason.

    Parameters
    ----------
    read
        Records that the file holds.
    used
        Those that count.
    left_out
        How many of the others for each of :data:`REASONS`.

    Raises
    ------
    DataError
        When they do not add up, for then a record was lost on the way.
    """

    read: int
    used: int
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts = {reason: count for reason, count in self.left_out.items() if count}
        object.__setattr__(self, "left_out", MappingProxyType(counts))
        unknown = sorted(set(counts) - set(REASONS))
        if unknown or min((self.used, *counts.values())) < 0:
            raise DataError(f"no reason or count of an account: {unknown or dict(counts)}")
        if self.used + self.number_left_out != self.read:
            raise DataError(
                f"an account does not add up: {self.read} read, {self.used} used, "
                f"{self.number_left_out} left out"
            )

    @property
    def number_left_out(self) -> int:
        """Records left out, for whatever reason."""
        return sum(self.left_out.values())

    def once(self) -> Tally:
        """Without records that are repeated: the rest is each of its kind once."""
        left_out = {name: count for name, count in self.left_out.items() if name != "repeated"}
        return Tally(self.used + sum(left_out.values()), self.used, left_out)

    def __add__(self, other: Tally) -> Tally:
        """The records of two files together."""
        reasons = dict.fromkeys((*self.left_out, *other.left_out))
        both = {name: self.left_out.get(name, 0) + other.left_out.get(name, 0) for name in reasons}
        return Tally(self.read + other.read, self.used + other.used, both)

    def reasons(self) -> str:
        """Why records were left out, in words; "" where none was."""
        return self.reasons_text(self.left_out)

    def reason_names(self) -> str:
        """The same without the counts."""
        return ", ".join(REASONS[name] for name in self.left_out)

    @staticmethod
    def reasons_text(counts: Mapping[str, int | str]) -> str:
        """Counts by reason in words; a count may be a symbol."""
        shown = {n: f"{c:,}" if isinstance(c, int) else c for n, c in counts.items()}
        return ", ".join(f"{count} {REASONS[name]}" for name, count in shown.items())

    def to_dict(self) -> dict[str, int | dict[str, int]]:
        """Plain data: read, used, left_out by reason."""
        return {"read": self.read, "used": self.used, "left_out": dict(self.left_out)}


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every record that was read.

    Parameters
    ----------
    assessments
        Those that count, and those left out.
    plans
        Child protection plans: used are those that follow an assessment and count for it.
    children
        Records of children, where the file has such; a repeated one is left out.

    Notes
    -----
    Further rows of one assessment that has a row for each of its factors are not assessments:
    they are joined before anything is counted.

    Examples
    --------
    >>> print(Account(Tally(630, 612, {"open": 11, "repeated": 7}), Tally(9, 8, {"second": 1})))
    612 of 630 assessments counted; left out: 11 open, 7 repeated. 8 of 9 plans follow an \
assessment; left out: 1 a second one of the same assessment.
    """

    assessments: Tally
    plans: Tally
    children: Tally | None = None

    @property
    def rule(self) -> str:
        """What is wrong with the reading as a whole: ``no_assessment``, ``no_plan`` or ""."""
        if not self.assessments.used:
            return "no_assessment"
        return "" if self.plans.used else "no_plan"

    @property
    def finding(self) -> str:
        """The same in a sentence."""
        if self.rule == "no_assessment":
            return f"No assessment can be counted: the file holds {self.assessments.read:,}."
        if not self.rule:
            return ""
        if not self.plans.read:
            return "No plan follows an assessment: the file holds no child protection plan."
        return (
            f"No plan follows an assessment: the file holds {self.plans.once().read:,}, none of "
            "which starts within 183 days after an assessment of the same child and episode."
        )

    def __add__(self, other: Account) -> Account:
        """The accounts of two files together."""
        children = None
        if self.children is not None and other.children is not None:
            children = self.children + other.children
        return Account(self.assessments + other.assessments, self.plans + other.plans, children)

    def to_dict(self) -> dict[str, object]:
        """Plain data, a tally for each kind of record."""
        tallies = {"assessments": self.assessments, "plans": self.plans, "children": self.children}
        return {name: tally.to_dict() for name, tally in tallies.items() if tally is not None}

    def plans_text(self) -> str:
        """The share of plans that follow an assessment, in a sentence."""
        if not self.plans.read:
            return "The file holds no child protection plan."
        plans = self.plans.once()
        share = f"{plans.used:,} of {plans.read:,} plans follow an assessment"
        return f"{share}{_left_out(plans)}."

    def __str__(self) -> str:
        used, read = self.assessments.used, self.assessments.read
        parts = [f"{used:,} of {read:,} assessments counted{_left_out(self.assessments)}."]
        parts.append(self.plans_text())
        if self.children is not None and self.children.left_out:
            used, read = self.children.used, self.children.read
            parts.append(
                f"{used:,} of {read:,} records of children counted{_left_out(self.children)}."
            )
        return " ".join(parts)


def tallies_text(tallies: Mapping[str, Tally]) -> str:
    """Several kinds of records, by their names in the plural, in a sentence each.

    Examples
    --------
    >>> tallies_text({"episodes": Tally(12, 11, {"repeated": 1}), "lists": Tally(2, 2)})
    '11 of 12 episodes used; left out: 1 repeated. 2 of 2 lists used.'
    """
    return " ".join(
        f"{tally.used:,} of {tally.read:,} {name} used{_left_out(tally)}."
        for name, tally in tallies.items()
    )


def _left_out(tally: Tally) -> str:
    return f"; left out: {tally.reasons()}" if tally.left_out else ""
