"""What may leave of a table: its counts, protected wherever they rest on observed records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure import (
    Policy,
    ProtectedCounts,
    Waiver,
    complete,
    needs_protection,
    protect_counts,
)
from riskmodel.disclosure.frames import Marks
from riskmodel.errors import DataError
from riskmodel.intake import read_assessments, read_counts
from riskmodel.intake.reading import is_parquet
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Groups", "Release", "policy_from_parameters", "release_counts"]

Groups = Mapping[tuple[object, ...], FactorCounts]


@dataclass(frozen=True, slots=True)
class Release:
    """Counts of a table by group, as they may be printed.

    Parameters
    ----------
    by
        Columns of the group.
    groups
        Counts to compute from: of observed records only those that may be printed.
    protected
        What was decided; None where nothing needs protection (published, synthetic).
    marks
        How a withheld cell looks.
    issues
        Things in the file that could not be read; `riskmodel intake check` lists them.
    """

    by: tuple[str, ...]
    groups: Groups
    protected: ProtectedCounts | None
    marks: Marks
    issues: int = 0

    @property
    def number_withheld(self) -> int:
        """Counts withheld."""
        return 0 if self.protected is None else self.protected.number_withheld

    def frame(self, make: Callable[[FactorCounts], pd.DataFrame]) -> pd.DataFrame:
        """A view of every group, the group's columns first, withheld cells marked.

        Parameters
        ----------
        make
            Makes the view of one group from the counts that may be printed.
        """
        import pandas as pd

        if not self.groups:
            raise DataError(
                "too little of these observed records may be printed: in every group a count is so "
                "small that plans in all are withheld; take more years or areas together"
            )
        frames = {key: make(counts) for key, counts in self.groups.items()}
        if self.protected is not None:
            return complete(frames, self.protected, marks=self.marks)
        for key, frame in frames.items():
            for position, (column, value) in enumerate(zip(self.by, key, strict=True)):
                frame.insert(position, column, [value] * len(frame))
        return pd.concat(list(frames.values()), ignore_index=True)


def release_counts(
    path: Path,
    *,
    by: Sequence[str] = (),
    policy: Policy | Waiver | None = None,
    marks: Marks = "text",
) -> Release:
    """Read a table's counts and protect them where they rest on observed records.

    Parameters
    ----------
    path
        CSV, Parquet (file or folder), Excel or a return of the children in need census.
    by
        Columns to group by.
    policy
        What is small, or a waiver with its reason; None takes the parameters.
    marks
        How a withheld cell looks.
    """
    issues = 0
    groups: Groups
    if is_parquet(path):
        groups = read_counts(path, by=tuple(by))
    else:
        intake = read_assessments(path)
        issues = sum(not issue.is_note for issue in intake.issues)
        table = intake.assessments
        groups = dict(table.counts_by(by)) if by else {(): table.counts()}
    if not any(needs_protection(counts.basis) for counts in groups.values()):
        return Release(tuple(by), groups, None, marks, issues)
    protected = protect_counts(groups, policy or policy_from_parameters(), by=by)
    safe = {key: counts for key in groups if (counts := protected.safe(key)) is not None}
    return Release(tuple(by), safe, protected, marks, issues)


def policy_from_parameters(threshold: int | None = None) -> Policy:
    """The disclosure policy of the parameters, with the threshold that the user asked for."""
    round_to: dict[int, Literal[5, 10] | None] = {0: None, 5: 5, 10: 10}
    return Policy(
        threshold=int(parameter("disclosure_threshold").value) if threshold is None else threshold,
        round_to=round_to[int(parameter("disclosure_round_to").value)],
        publish_zero=bool(parameter("disclosure_publish_zero").value),
        decimals=int(parameter("disclosure_decimals").value),
    )
