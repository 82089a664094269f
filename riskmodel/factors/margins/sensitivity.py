"""How adjusted odds ratios depend on what the counts do not say.

The score equations of a main-effects logistic regression, X'(y - p) = 0, use the outcome only
through X'y: the plans with each factor and the plans in all, which are published. So the adjusted
odds ratios depend only on two things that are not published: the number of assessments, and which
factors are recorded together. A single adjusted number would hide that; the surface over both shows
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import DataError, check_name
from riskmodel.estimates import Basis
from riskmodel.factors.margins.fits import (
    SURFACE_METHODS,
    Cohorts,
    SurfaceMethod,
    fit_cohorts,
    odds_ratios,
)
from riskmodel.parameters import parameter
from riskmodel.vocabulary import factor_label

__all__ = [
    "FactorSensitivity",
    "SensitivitySurface",
    "sensitivity_surface",
]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FactorSensitivity:
    """How far one factor's adjusted odds ratio varies over all the assumptions tried.

    Parameters
    ----------
    factor
        The factor.
    smallest, largest
        Odds ratios, the extremes over the surface.
    smallest_at, largest_at
        (assessments, overlap) at which they are found.
    low, high
        Extremes of the intervals' ends over the surface.
    """

    factor: str
    smallest: float
    largest: float
    smallest_at: tuple[int, float]
    largest_at: tuple[int, float]
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """``always above 1``, ``always below 1`` or ``sign depends on the assumption``."""
        if self.smallest > 1:
            return "always above 1"
        return "always below 1" if self.largest < 1 else "sign depends on the assumption"

    @property
    def is_clear(self) -> bool:
        """Whether every interval lies on one side of 1 as well."""
        return self.low > 1 or self.high < 1

    def __str__(self) -> str:
        reach = "" if self.is_clear or "depends" in self.verdict else ", some intervals reach 1"
        return (
            f"{self.factor}: odds ratio {self.smallest:.2f} (N {self.smallest_at[0]:,}, overlap "
            f"{self.smallest_at[1]:g}) to {self.largest:.2f} (N {self.largest_at[0]:,}, overlap "
            f"{self.largest_at[1]:g}): {self.verdict}{reach}"
        )


@dataclass(frozen=True, slots=True, repr=False)
class SensitivitySurface(Result):
    """Adjusted odds ratios over the number of assessments and the overlap of factors.

    Parameters
    ----------
    factors
        Length J.
    assessments
        Numbers of assessments, length A.
    overlaps
        Overlaps, length L.
    odds_ratio, low, high
        Shape (J, A, L): geometric means, over the replicates, of the odds ratio and of the ends of
        its Wald interval.
    level
        Coverage of each Wald interval in one cohort.
    replicates
        Cohorts behind each value.
    method
        ``likelihood`` or ``firth``, the same for the whole surface.
    basis
        Always ``assumed``, because the cohorts are.
    """

    factors: tuple[str, ...]
    assessments: tuple[int, ...]
    overlaps: tuple[float, ...]
    odds_ratio: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    replicates: int
    method: SurfaceMethod
    basis: Basis = "assumed"

    def __post_init__(self) -> None:
        shape = (len(self.factors), len(self.assessments), len(self.overlaps))
        for name in ("odds_ratio", "low", "high"):
            locked = np.array(getattr(self, name), dtype=np.float64)
            if locked.shape != shape:
                raise DataError(f"{name} must have shape {shape}, got {locked.shape}")
            locked.flags.writeable = False
            object.__setattr__(self, name, locked)

    def to_frame(self) -> pd.DataFrame:
        """One row for each factor, number of assessments and overlap.

        Columns: factor, assessments, overlap, odds_ratio, low, high, level, method, basis.
        """
        index = pd.MultiIndex.from_product(
            [self.factors, self.assessments, self.overlaps],
            names=["factor", "assessments", "overlap"],
        )
        return (
            pd.DataFrame(index=index)
            .reset_index()
            .assign(
                odds_ratio=self.odds_ratio.ravel(),
                low=self.low.ravel(),
                high=self.high.ravel(),
                level=self.level,
                method=self.method,
                basis=self.basis,
            )
        )

    def summaries(self) -> tuple[FactorSensitivity, ...]:
        """One for each factor, in order."""
        return tuple(self._summary(row) for row in range(len(self.factors)))

    def _summary(self, row: int) -> FactorSensitivity:
        values = self.odds_ratio[row]
        ends = []
        for place in (int(values.argmin()), int(values.argmax())):
            number, overlap = divmod(place, len(self.overlaps))
            ends.append((self.assessments[number], self.overlaps[overlap]))
        return FactorSensitivity(
            self.factors[row],
            float(values.min()),
            float(values.max()),
            ends[0],
            ends[1],
            float(self.low[row].min()),
            float(self.high[row].max()),
        )

    def summary_frame(self) -> pd.DataFrame:
        """One row for each factor.

        Columns: factor, smallest, largest, smallest_assessments, smallest_overlap,
        largest_assessments, largest_overlap, low, high, verdict, is_clear, basis.
        """
        return pd.DataFrame(
            [
                {
                    "factor": found.factor,
                    "smallest": found.smallest,
                    "largest": found.largest,
                    "smallest_assessments": found.smallest_at[0],
                    "smallest_overlap": found.smallest_at[1],
                    "largest_assessments": found.largest_at[0],
                    "largest_overlap": found.largest_at[1],
                    "low": found.low,
                    "high": found.high,
                    "verdict": found.verdict,
                    "is_clear": found.is_clear,
                    "basis": self.basis,
                }
                for found in self.summaries()
            ]
        )

    def summary(self) -> str:
        """How many factors keep their sign whatever is assumed."""
        verdicts = [factor.verdict for factor in self.summaries()]
        open_signs = sum("depends" in verdict for verdict in verdicts)
        return (
            f"Of {len(verdicts)} factors, the adjusted odds ratio of {len(verdicts) - open_signs} "
            f"stays on one side of 1 for every assumed number of assessments and overlap; the sign "
            f"of {open_signs} depends on the assumption."
        )

    def preview(self) -> pd.DataFrame:
        """Each factor's smallest and largest odds ratio and where they are, the largest first."""
        return pd.DataFrame(
            [
                {
                    "factor": factor_label(found.factor),
                    "lowest": f"{found.smallest:.2f}",
                    "at N, overlap": f"{found.smallest_at[0]:,}, {found.smallest_at[1]:g}",
                    "highest": f"{found.largest:.2f}",
                    "at N, overlap ": f"{found.largest_at[0]:,}, {found.largest_at[1]:g}",
                    "adjusted odds ratio": found.verdict,
                    "basis": self.basis,
                }
                for found in sorted(
                    self.summaries(), key=lambda one: (-one.smallest * one.largest, one.factor)
                )
            ]
        )

    def remarks(self) -> Sequence[str]:
        """Which signs the range of a single cohort leaves open, and what was fitted."""
        unclear = [
            factor_label(found.factor)
            for found in self.summaries()
            if not found.is_clear and "depends" not in found.verdict
        ]
        fitted = {"likelihood": "maximum likelihood", "firth": "Firth's penalised likelihood"}
        reach = [f"Yet some ranges reach 1: {', '.join(unclear)}."] if unclear else []
        return (
            *reach,
            f"Main-effects logistic regression on {len(self.factors)} factors, "
            f"{fitted[self.method]}, averaged over {self.replicates} cohorts at each of "
            f"{len(self.assessments) * len(self.overlaps)} points. Associations in cohorts made up "
            "to the counts; they do not say what a factor causes.",
        )

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The surface, and its ends for each factor."""
        return {"surface": records, "summary": self.summary_frame().to_dict("records")}


def sensitivity_surface(
    cohorts: Cohorts,
    factors: Sequence[str],
    *,
    assessments: Sequence[int],
    overlaps: Sequence[float],
    replicates: int = 5,
    level: float | None = None,
    method: SurfaceMethod = "auto",
) -> SensitivitySurface:
    """Adjusted odds ratios of a main-effects logistic regression over a grid of assumptions.

    Parameters
    ----------
    cohorts
        Called with (assessments, overlap, replicate); gives the patterns of a cohort with the
        published margins.
    factors
        The factors in the regression, all at once.
    assessments, overlaps
        The grid.
    replicates
        Cohorts at each point of the grid.
    level
        Coverage of the Wald intervals; the parameter ``interval_level`` where it is None.
    method
        How to fit; see :data:`SurfaceMethod`.

    Returns
    -------
    SensitivitySurface
        Each odds ratio is an association in cohorts that were made up to have the margins. It gives
        back what was assumed; the surface shows which conclusions hold under every assumption.

    Raises
    ------
    DataError
        When the grid is empty or a plain likelihood, asked for, has no maximum: the point is named.

    Notes
    -----
    log P(plan) / P(no plan) = b_0 + sum_j b_j x_j, fitted to distinct patterns with counts. Wald
    interval: exp(b_j ± z se_j), se from the inverse information. Values and ends are averaged over
    the replicates on the log scale: the interval is that of one typical cohort of N assessments,
    and does not become narrower with more replicates. Firth (1993), *Biometrika* 80, 27-38; METHODS
    section 4.
    """
    _check(factors, assessments, overlaps, replicates, method)
    if level is None:
        level = parameter("interval_level").value
    if not 0 < level < 1:
        raise DataError(f"the level must lie between 0 and 1, got {level}; usual is 0.95")
    points = [(n, overlap) for n in assessments for overlap in overlaps]
    fitted, used = fit_cohorts(cohorts, factors, points, replicates, method)
    shape = (3, len(assessments), len(overlaps), len(factors))
    middle, low, high = np.moveaxis(odds_ratios(*fitted, level).reshape(shape), 3, 1)
    return SensitivitySurface(
        tuple(factors),
        tuple(int(n) for n in assessments),
        tuple(float(overlap) for overlap in overlaps),
        middle,
        low,
        high,
        level,
        replicates,
        used,
    )


def _check(
    factors: Sequence[str],
    assessments: Sequence[int],
    overlaps: Sequence[float],
    replicates: int,
    method: str,
) -> None:
    check_name("method", method, SURFACE_METHODS)
    for name, values in (
        ("factors", factors),
        ("numbers of assessments", assessments),
        ("overlaps", overlaps),
    ):
        if not values or len(set(values)) != len(values):
            raise DataError(f"{name} must be given, each once, got {', '.join(map(str, values))}")
    if replicates < 1:
        raise DataError(f"at least 1 cohort is needed at each point, got {replicates}")
