"""Refit a model to resamples and keep the standardised measures of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.factors.adjusted.attributable import (
    alone_fractions,
    average_fractions,
    joint_fraction,
    sequential_fractions,
)
from riskmodel.factors.adjusted.design import FactorModel, fit_factors
from riskmodel.factors.adjusted.patterns import FactorPatterns
from riskmodel.factors.adjusted.resampling import ResamplingPlan
from riskmodel.factors.adjusted.standardised import standardise

__all__ = ["Replicates", "bootstrap"]


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """Measures in each resample.

    Parameters
    ----------
    values
        By measure; shape (resamples, J), NaN where a factor was in none or all of a resample.
    notes
        How many resamples could not be used.
    """

    values: Mapping[str, Floats]
    notes: tuple[str, ...]

    def interval(self, measure: str, row: int, level: float) -> tuple[float, float]:
        """Percentile interval (Efron 1981): quantiles of the resamples that have a value."""
        found = self.values[measure][:, row]
        found = found[np.isfinite(found)]
        if not len(found):
            return -np.inf, np.inf
        low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)


def bootstrap(model: FactorModel, plan: ResamplingPlan, number: int, seed: int) -> Replicates:
    """Refit to resamples.

    Parameters
    ----------
    model
        The fit to the table itself.
    plan
        What is drawn.
    number
        How many resamples.
    seed
        Names the draws.

    Notes
    -----
    A factor that no assessment of a resample has, or that all have, is left out of that refit and
    has no value there. A resample in which columns are tied, or in which the plain likelihood has
    no maximum, is left out; a note says how many were.
    """
    factors = model.patterns.factors
    names = ("risk_difference", "risk_ratio", "alone", "sequential", "average")
    values = {name: np.full((number, len(factors)), np.nan) for name in names}
    values["joint"] = np.full((number, 1), np.nan)
    failed = 0
    for replicate, (trials, plans) in enumerate(plan.draws(number, seed)):
        try:
            refit, kept = _refit(model, trials, plans)
        except DataError:
            failed += 1
            continue
        risks = standardise(refit)
        found = {
            "risk_difference": risks.difference,
            "risk_ratio": np.exp(risks.log_ratio),
            "alone": alone_fractions(refit, risks).values,
            "sequential": sequential_fractions(refit).values,
            "average": average_fractions(refit, seed=seed).values,
        }
        for name, each in found.items():
            values[name][replicate, kept] = each
        values["joint"][replicate, 0] = joint_fraction(refit).values[0]
    return Replicates(values, _notes(failed, number, values["average"], factors))


def _refit(
    model: FactorModel, trials: Floats, plans: Floats
) -> tuple[FactorModel, npt.NDArray[np.intp]]:
    """The model of one resample, and which factors are in it."""
    drawn = trials > 0
    flags = model.patterns.flags[drawn]
    with_factor, total = trials[drawn] @ flags, trials.sum()
    kept = np.flatnonzero((with_factor > 0) & (with_factor < total))
    names = model.patterns.factors
    patterns = FactorPatterns(
        names,
        flags,
        trials[drawn].astype(np.int64),
        plans[drawn].astype(np.int64),
        model.patterns.basis,
    )
    if len(kept) < len(names):
        patterns = patterns.select([names[row] for row in kept.tolist()])
    start = model.fit.coefficients[np.concatenate([[0], kept + 1])]
    fitted = fit_factors(patterns, is_penalised=model.problem.is_penalised, start=start)
    return fitted, kept


def _notes(failed: int, number: int, average: Floats, factors: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if failed:
        notes.append(
            f"{failed:,} of {number:,} resamples could not be fitted and are left out of the "
            "intervals."
        )
    missing = np.isnan(average).sum(axis=0) - failed
    absent = [
        f"{name} ({count:,})" for name, count in zip(factors, missing, strict=True) if count > 0
    ]
    if absent:
        notes.append(
            f"Absent from some of the {number:,} resamples, so that the interval rests on the "
            f"others: {', '.join(absent)}."
        )
    return tuple(notes)
