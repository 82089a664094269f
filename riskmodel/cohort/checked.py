"""Results of the check and of the description of a file of assessments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riskmodel.cohort import Fidelity
from riskmodel.core.result import Result, TextTable
from riskmodel.disclosure.release import Release
from riskmodel.estimates import Basis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CohortCheck", "CohortDescription"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CohortCheck(Result):
    """Fidelity of a cohort, and how its factors occur together.

    Parameters
    ----------
    fidelity
        Published figures compared with the cohort.
    rows
        Number of assessments; ``[c]`` where it is withheld.
    factors_mean
        Mean number of factors on an assessment; None where it is withheld.
    lifts
        Mean lift of the parental pairs and of the triples; None where they cannot be counted.
    structure
        Every pair of factors; None where the table is too large for memory, has several units, or
        has observed records.
    release
        How the counts of the table were protected.
    dependences
        How details depend on each other, see :mod:`riskmodel.cohort.structure`; None as for
        ``structure``.
    """

    fidelity: Fidelity
    rows: int | str
    factors_mean: float | None
    lifts: tuple[float, float] | None
    structure: pd.DataFrame | None
    release: Release
    dependences: pd.DataFrame | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row for each published figure: see :meth:`riskmodel.cohort.Fidelity.to_frame`."""
        return self.fidelity.to_frame()

    def summary(self) -> str:
        """How many figures were compared and missed, on how many assessments."""
        return f"{self.fidelity.summary()}; {_count_text(self.rows)} assessments."

    def preview(self) -> pd.DataFrame:
        """Each figure as expected and found."""
        frame = self.to_frame()
        words = ["ok" if holds else "MISSED" for holds in frame["holds"]]
        return frame.drop(columns="holds").assign(result=words)

    def text_tables(self) -> Sequence[TextTable]:
        """The figures, and the dependences as assumed and as found."""
        figures = TextTable(self.preview())
        if self.dependences is None or self.dependences.empty:
            return (figures,)
        title = "What hangs together, in percent: assumed, and found in the table"
        return figures, TextTable(self.dependences, title)

    def remarks(self) -> Sequence[str]:
        """What was not checked, and how factors of the cohort occur together."""
        lines = []
        if self.fidelity.absent:
            lines.append(f"Not checked: {', '.join(self.fidelity.absent)}.")
        if self.factors_mean is not None:
            lines.append(f"{self.factors_mean:.2f} factors an assessment.")
        if self.structure is not None:
            phi = self.structure["phi"].dropna()
            lines.append(
                f"Pairs of factors: phi from {phi.min():.2f} to {phi.max():.2f}, mean "
                f"{phi.mean():.3f} (0 is independence)."
            )
        if self.lifts is not None:
            lines.append(
                f"Parental factors together: pairs {self.lifts[0]:.2f} times, triples "
                f"{self.lifts[1]:.2f} times as often as if independent."
            )
        return lines

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The checks, and every pair of factors."""
        return {
            "exact": self.fidelity.is_exact,
            "rows": self.rows if isinstance(self.rows, int) else None,
            "factors_an_assessment": self.factors_mean,
            "checks": self.to_frame().to_dict("records"),
            "not_checked": list(self.fidelity.absent),
            "dependences": [] if self.dependences is None else self.dependences.to_dict("records"),
            "pairs": [] if self.structure is None else self.structure.to_dict("records"),
        }


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CohortDescription(Result):
    """Contents of a cohort file; of observed records only what may be printed.

    Parameters
    ----------
    source
        File name.
    factors
        How many factors it has.
    assessments, plans
        Totals; ``[c]`` where withheld.
    columns
        One row for each column: column, type, basis, missing, distinct.
    by_number
        Assessments and plans by number of factors.
    basis
        The weakest basis of plan and factors.
    release
        How the counts of the table were protected.
    """

    source: str
    factors: int
    assessments: int | str | None
    plans: int | str | None
    columns: pd.DataFrame
    by_number: pd.DataFrame
    basis: Basis
    release: Release

    def to_frame(self) -> pd.DataFrame:
        """One row for each column: column, type, basis, missing, distinct."""
        return self.columns

    def summary(self) -> str:
        """How many factors, plans and assessments it holds."""
        return (
            f"{self.factors} factors, {_count_text(self.plans)} plans, "
            f"{_count_text(self.assessments)} assessments ({self.basis})"
        )

    def text_tables(self) -> Sequence[TextTable]:
        """The columns, and the assessments by number of factors."""
        return TextTable(self.columns), TextTable(self.by_number)

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The columns, and the assessments by number of factors."""
        return {
            "source": self.source,
            "assessments": self.assessments if isinstance(self.assessments, int) else None,
            "plans": self.plans if isinstance(self.plans, int) else None,
            "columns": self.columns.to_dict("records"),
            "factors_an_assessment": self.by_number.to_dict("records"),
        }


def _count_text(count: int | str | None) -> str:
    return f"{count:,}" if isinstance(count, int) else str(count)
