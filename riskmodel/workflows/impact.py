"""Adjusted association on an assessment table of any origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.factors.adjusted.benchmarks import TableBenchmark, benchmark_table
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.result import FactorImpact
from riskmodel.intake import Intake, read_assessments

if TYPE_CHECKING:
    from riskmodel.report import Chart, Section

__all__ = ["TableImpact", "draw_impact", "factor_impact", "report_impact"]


@dataclass(frozen=True, slots=True)
class TableImpact:
    """What was measured on a file, and what could not be read in it.

    ``benchmark`` is None where none was asked for.
    """

    impact: FactorImpact
    benchmark: TableBenchmark | None
    intake: Intake


def factor_impact(
    path: Path,
    *,
    factors: Sequence[str] | None = None,
    pairs: Sequence[str] = (),
    resamples: int = 0,
    folds: int = 0,
    seed: int = 0,
    level: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> TableImpact:
    """Association of each factor of a table with a plan, adjusted for the others.

    Parameters
    ----------
    path
        CSV, Parquet (file or folder) or a return of the children in need census.
    factors, pairs, resamples, seed, level
        As for :func:`riskmodel.factors.adjusted.impact.measure_impact`.
    folds
        Parts of the cross-validated benchmark; 0 for none.
    progress
        Called with a few words at each step.
    """
    progress("Reading")
    intake = read_assessments(path)
    impact = measure_impact(
        intake.assessments,
        factors=factors,
        pairs=pairs,
        resamples=resamples,
        seed=seed,
        level=level,
        progress=progress,
    )
    benchmark = None
    if folds:
        progress("Cross-validating")
        benchmark = benchmark_table(
            intake.assessments, factors=factors, folds=folds, seed=seed, level=level
        )
    return TableImpact(impact, benchmark, intake)


def draw_impact(found: TableImpact, source: str) -> tuple[Chart, ...]:
    """Adjusted beside crude, and combinations where there are any, as blocks of the report."""
    from riskmodel.report.sections.impact import impact_charts

    return impact_charts(found.impact, source=source)


def report_impact(found: TableImpact, source: str) -> Section:
    """All of it as a section of the report."""
    from riskmodel.report.sections.impact import impact_section

    return impact_section(found.impact, found.benchmark, source=source)
