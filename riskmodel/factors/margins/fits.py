"""The regressions behind the sensitivity surface, one for each cohort of a grid."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.factors.adjusted.firth import LogisticProblem
from riskmodel.factors.adjusted.patterns import FactorPatterns

__all__ = ["SURFACE_METHODS", "Cohorts", "SurfaceMethod", "fit_cohorts", "odds_ratios"]


Cohorts = Callable[[int, float, int], "FactorPatterns"]
"""Makes the patterns of one cohort from (assessments, overlap, replicate), always the same."""

SurfaceMethod = Literal["auto", "likelihood", "firth"]
"""How the regressions are fitted: ``auto`` is plain likelihood if every fit converges, else Firth's
penalised likelihood for all."""

SURFACE_METHODS: tuple[SurfaceMethod, ...] = ("auto", "likelihood", "firth")


def fit_cohorts(
    cohorts: Cohorts,
    factors: Sequence[str],
    points: Sequence[tuple[int, float]],
    replicates: int,
    method: SurfaceMethod,
) -> tuple[tuple[Floats, Floats], SurfaceMethod]:
    """Fit a regression in each cohort, by one method for all.

    Returns
    -------
    tuple
        Coefficients and standard errors, each of shape (points, replicates, J); and the method.

    Raises
    ------
    DataError
        When the plain likelihood is asked for and has no maximum in one of the cohorts.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

    # Threads cost more than they give on matrices this small, and their number, which would move
    # the last digits, must not: one.
    with threadpool_limits(1):
        if method != "firth":
            fitted = _fit_all(cohorts, factors, points, replicates, penalised=False)
            if fitted is not None:
                return fitted, "likelihood"
            if method == "likelihood":
                raise DataError(
                    "a plain likelihood has no maximum in some of these cohorts: the factors are "
                    "too rare or too much tied; use the penalised one (method firth)"
                )
        fitted = _fit_all(cohorts, factors, points, replicates, penalised=True)
    assert fitted is not None  # a penalised maximum always exists
    return fitted, "firth"


def _fit_all(
    cohorts: Cohorts,
    factors: Sequence[str],
    points: Sequence[tuple[int, float]],
    replicates: int,
    *,
    penalised: bool,
) -> tuple[Floats, Floats] | None:
    """Coefficients and standard errors, shape (points, replicates, J); None where one diverged."""
    from scipy.linalg import LinAlgWarning

    from riskmodel.factors.adjusted.firth import NoMaximumError, fit_logistic

    coefficients = np.empty((len(points), replicates, len(factors)))
    errors = np.empty_like(coefficients)
    for place, (assessments, overlap) in enumerate(points):
        start = None
        for replicate in range(replicates):
            problem = _problem(cohorts(assessments, overlap, replicate), factors, penalised)
            try:
                with warnings.catch_warnings():
                    # An information that is singular as far as numbers tell: separation again.
                    warnings.simplefilter("ignore" if penalised else "error", LinAlgWarning)
                    fit = fit_logistic(problem, start=start)
            except (NoMaximumError, LinAlgWarning):
                if penalised:
                    raise
                return None
            # The next cohort differs little: its fit starts where this one ended.
            start = fit.coefficients
            coefficients[place, replicate] = fit.coefficients[1:]
            errors[place, replicate] = np.sqrt(np.diag(fit.covariance)[1:])
    return coefficients, errors


def _problem(patterns: FactorPatterns, factors: Sequence[str], penalised: bool) -> LogisticProblem:
    from riskmodel.factors.adjusted.firth import LogisticProblem

    chosen = patterns if patterns.factors == tuple(factors) else patterns.select(factors)
    design = np.column_stack([np.ones(len(chosen)), chosen.flags]).astype(np.float64)
    return LogisticProblem(
        design,
        chosen.assessments.astype(np.float64),
        chosen.plans.astype(np.float64),
        is_penalised=penalised,
    )


def odds_ratios(coefficients: Floats, errors: Floats, level: float) -> Floats:
    """Geometric means over replicates of the odds ratio and its interval's ends."""
    from scipy.special import ndtri

    wide = ndtri((1 + level) / 2) * errors
    ends = np.stack([coefficients, coefficients - wide, coefficients + wide])
    return np.asarray(np.exp(ends.mean(axis=2)))
