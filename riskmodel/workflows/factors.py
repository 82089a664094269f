"""Factor jobs on an assessment table of any size and origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from riskmodel.factors import FactorAnalysis, Prevalence, factor_rates, feasible_region
from riskmodel.factors.rates import IntervalMethod
from riskmodel.intake import read_counts
from riskmodel.published import factor_counts, printed_quadrants

__all__ = ["table_factors"]


def table_factors(
    path: Path,
    *,
    by: Sequence[str] = (),
    prevalence: Prevalence = "plans",
    level: float | None = None,
    method: IntervalMethod = "auto",
) -> dict[tuple[object, ...], FactorAnalysis]:
    """Rates and quadrants of a table, for each group.

    Parameters
    ----------
    path
        CSV, Parquet (file or folder) or a return of the children in need census.
    by
        Columns to group by, such as ``("authority", "year")``.
    prevalence, level, method
        As for :func:`riskmodel.factors.analyse_factors`.

    Returns
    -------
    dict
        Analysis by the values of ``by``; ``{(): analysis}`` without. Quadrants are those of the
        report's thresholds: the cuts that reproduce its chart, on plans as a share of all plans.
    """
    printed = printed_quadrants()
    region = feasible_region(factor_counts(), printed, prevalence=prevalence)
    return {
        key: FactorAnalysis(factor_rates(counts, level=level, method=method), region, printed)
        for key, counts in read_counts(path, by=tuple(by)).items()
    }
