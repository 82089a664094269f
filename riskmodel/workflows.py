"""The steps of each job, put in order: no mathematics and no file formats here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from riskmodel.factors import FactorAnalysis, Prevalence, analyse_factors
from riskmodel.factors.rates import IntervalMethod
from riskmodel.published import factor_counts, printed_quadrants

__all__ = ["published_factors", "write_published_report"]


def published_factors(
    *,
    prevalence: Prevalence = "plans",
    level: float | None = None,
    method: IntervalMethod = "auto",
) -> FactorAnalysis:
    """Prevalence against impact on the published table of factors.

    Parameters
    ----------
    prevalence, level, method
        As for :func:`riskmodel.factors.analyse_factors`.
    """
    return analyse_factors(
        factor_counts(), printed_quadrants(), prevalence=prevalence, level=level, method=method
    )


def write_published_report(
    out: Path, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[Path, ...]:
    """Write the report on the published tables to a folder.

    Parameters
    ----------
    out
        Folder to write to.
    progress
        Called with a few words at each step.

    Returns
    -------
    tuple of pathlib.Path
        What was written.
    """
    raise NotImplementedError
