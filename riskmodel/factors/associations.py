"""Risk ratio, risk difference, odds ratio and crude attributable fraction, as functions of N.

All of these need N, the number of assessments, which is not published. Given N, the assessments
without a factor are N - n_j, and the plans among them are all plans less k_j.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.assessments import FactorCounts
from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.estimates import Basis, Estimate
from riskmodel.families import DesignEffects, effective_counts
from riskmodel.parameters import parameter

__all__ = ["MEASURES", "Associations", "associations", "prior_assessments"]

MEASURES = ("risk_difference", "risk_ratio", "odds_ratio", "attributable_fraction")


@dataclass(frozen=True, slots=True, repr=False)
class Associations(Result):
    """Crude associations of each factor with a plan, at one number of assessments.

    Parameters
    ----------
    factors
        Names, length J.
    assessments
        N, at which they were computed.
    estimates
        By measure, one estimate for each factor. ``attributable_fraction`` is the share of all
        plans that would be absent if assessments with the factor had the rate of those without it:
        it describes an association, not what the factor does.
    """

    factors: tuple[str, ...]
    assessments: int
    estimates: dict[str, tuple[Estimate, ...]]

    def to_frame(self) -> pd.DataFrame:
        """One row for each factor and measure."""
        return pd.DataFrame(
            [
                {
                    "factor": name,
                    "assessments_in_all": self.assessments,
                    "measure": measure,
                    "value": estimate.value,
                    "low": estimate.low,
                    "high": estimate.high,
                    "level": estimate.level,
                    "method": estimate.method,
                    "basis": estimate.basis,
                }
                for measure, found in self.estimates.items()
                for name, estimate in zip(self.factors, found, strict=True)
            ]
        )

    def summary(self) -> str:
        """The factor with the largest and that with the smallest risk ratio."""
        ratios = self.estimates["risk_ratio"]
        order = sorted(range(len(ratios)), key=lambda row: ratios[row].value)
        largest, smallest = order[-1], order[0]
        name = [factor.replace("_", " ") for factor in self.factors]
        return (
            f"The risk ratio of a plan is largest for {name[largest]}, {ratios[largest].value:.2f} "
            f"({ratios[largest].low:.2f} to {ratios[largest].high:.2f}), and smallest for "
            f"{name[smallest]}, {ratios[smallest].value:.2f} ({ratios[smallest].low:.2f} to "
            f"{ratios[smallest].high:.2f}). Associations, not allowed for other factors."
        )


def associations(
    counts: FactorCounts,
    total_assessments: int | None = None,
    *,
    level: float | None = None,
    design: DesignEffects | None = None,
) -> Associations:
    """Crude association of each factor with a plan, at a stated number of assessments.

    Parameters
    ----------
    counts
        Counts per factor.
    total_assessments
        N; None takes the number in the counts.
    level
        Coverage of the intervals; the parameter ``interval_level`` where it is None.
    design
        Design effects where families have several assessments: a range is then that of smaller
        counts, divided by the design effect of the factor's rate.

    Returns
    -------
    Associations
        Basis ``assumed`` if N was given and is not in the counts.

    Raises
    ------
    DataError
        When N is neither given nor known, or too small for the counts.

    Notes
    -----
    With p1 = k/n and p0 = (K - k)/(N - n): risk difference p1 - p0 (Newcombe 1998, method 10), risk
    ratio p1/p0 (score interval, Koopman 1984), odds ratio (logit interval with 1/2 added to each
    cell, Gart 1966; unbounded where one is empty), attributable fraction (K/N - p0)/(K/N) (Walter
    1976: delta method on log(1 - AF), all four cells random).
    """
    total = counts.total_assessments if total_assessments is None else total_assessments
    if total is None:
        raise DataError(
            "the number of assessments is not known: give one, at least "
            f"{counts.minimum_assessments} (the documented prior has its median at "
            f"{parameter('assessments_prior_median').value:g})"
        )
    if total < counts.minimum_assessments:
        raise DataError(
            f"{total} assessments are too few for these counts: at least "
            f"{counts.minimum_assessments}"
        )
    if level is None:
        level = parameter("interval_level").value
    basis: Basis = counts.basis if counts.total_assessments == total else "assumed"
    found: dict[str, list[Estimate]] = {measure: [] for measure in MEASURES}
    for n, k, effect in effective_counts(counts, design):
        table = _Table(k, n, counts.total_plans / effect - k, total / effect - n)
        for measure, estimate in table.estimates(level, basis).items():
            found[measure].append(estimate)
    return Associations(
        counts.factors, total, {measure: tuple(values) for measure, values in found.items()}
    )


def prior_assessments(counts: FactorCounts, quantiles: Sequence[float]) -> list[int]:
    """Quantiles of the documented prior for N, given the fewest assessments that the counts allow.

    Parameters
    ----------
    counts
        N cannot be below the fewest assessments that they allow.
    quantiles
        Probabilities, between 0 and 1.

    Notes
    -----
    Lognormal with the parameters ``assessments_prior_median`` and ``assessments_prior_sigma``,
    conditional on N being at least that number.
    """
    from scipy.stats import norm

    median = parameter("assessments_prior_median").value
    sigma = parameter("assessments_prior_sigma").value
    below = norm.cdf(math.log(counts.minimum_assessments / median) / sigma)
    scores = norm.ppf(below + (1 - below) * np.asarray(quantiles, dtype=float))
    return [
        max(counts.minimum_assessments, int(value))
        for value in np.rint(median * np.exp(sigma * scores))
    ]


@dataclass(frozen=True, slots=True)
class _Table:
    """Plans and assessments with the factor, and without it."""

    k1: float
    n1: float
    k0: float
    n0: float

    def estimates(self, level: float, basis: Basis) -> dict[str, Estimate]:
        if self.n1 == 0 or self.n0 == 0:
            nothing = Estimate(math.nan, -math.inf, math.inf, level, "undefined", "", basis, 0, 0)
            return dict.fromkeys(MEASURES, nothing)
        difference = self.k1 / self.n1 - self.k0 / self.n0
        ratio = _divided(self.k1 * self.n0, self.k0 * self.n1)
        odds = _divided(self.k1 * (self.n0 - self.k0), self.k0 * (self.n1 - self.k1))
        ratio_ends = _score_ratio(self.k1, self.n1, self.k0, self.n0, level)
        fraction, fraction_ends = self._attributable_fraction(level)
        values = {
            "risk_difference": (difference, self._ends("diff", "newcomb", level), "newcombe"),
            "risk_ratio": (ratio, ratio_ends, "score"),
            "odds_ratio": (odds, self._ends("odds-ratio", "logit-adjusted", level), "logit"),
            "attributable_fraction": (fraction, fraction_ends, "walter"),
        }
        units = dict(zip(MEASURES, ("proportion", "ratio", "ratio", "proportion"), strict=True))
        return {
            measure: _held(value, ends, level, method, units[measure], basis)
            for measure, (value, ends, method) in values.items()
        }

    @property
    def _has_empty_cell(self) -> bool:
        return 0 in (self.k1, self.k0, self.n1 - self.k1, self.n0 - self.k0)

    def _attributable_fraction(self, level: float) -> tuple[float, tuple[float, float]]:
        """1 - p0 N / K, with Walter's interval on the log scale of what is left."""
        from scipy.stats import norm

        plans, total = self.k1 + self.k0, self.n1 + self.n0
        left = _divided(self.k0 * total, self.n0 * plans)
        # Half a case in each cell keeps the variance finite where one is empty.
        with_factor, without, spared = self.k1 + 0.5, self.k0 + 0.5, self.n0 - self.k0 + 0.5
        variance = (
            without * (1 / without - 1 / (without + spared) - 1 / (with_factor + without)) ** 2
            + spared / (without + spared) ** 2
            + with_factor / (with_factor + without) ** 2
            - 1 / (total + 2)
        )
        width = math.exp(float(norm.ppf((1 + level) / 2)) * math.sqrt(max(variance, 0.0)))
        if not left:
            # Every plan had the factor: the smallest count that could have been missed bounds it.
            return 1.0, (1 - (without / (without + spared)) * width * total / max(plans, 1), 1.0)
        return 1 - left, (1 - left * width, 1 - left / width)

    def _ends(self, compare: str, method: str, level: float) -> tuple[float, float]:
        from statsmodels.stats.proportion import confint_proportions_2indep

        if compare == "odds-ratio" and self._has_empty_cell:
            return 0.0, math.inf
        low, high = confint_proportions_2indep(
            self.k1, self.n1, self.k0, self.n0, compare=compare, method=method, alpha=1 - level
        )
        return float(low), float(high)


def _score_ratio(k1: float, n1: float, k0: float, n0: float, level: float) -> tuple[float, float]:
    """Ratios that the score test does not reject (Koopman 1984).

    T(r) = (k1/n1 - r k0/n0)^2 / (q1 (1 - q1)/n1 + r^2 q0 (1 - q0)/n0), where q1 = r q0 are the
    maximum-likelihood rates under the ratio r: q0 is the smaller root of
    (n1 + n0) r q^2 - (n1 r + k1 + n0 + k0 r) q + (k1 + k0) = 0 (Miettinen and Nurminen 1985).
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    critical = float(chi2.ppf(level, 1))

    def excess(log_ratio: float) -> float:
        r = math.exp(log_ratio)
        a, b, c = (n1 + n0) * r, n1 * r + k1 + n0 + k0 * r, k1 + k0
        q0 = (b - math.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a)
        q1 = min(r * q0, 1.0)
        variance = q1 * (1 - q1) / n1 + r * r * q0 * (1 - q0) / n0
        gap = (k1 / n1 - r * k0 / n0) ** 2
        return (gap / variance if variance > 0 else (0.0 if gap == 0 else math.inf)) - critical

    centre = math.log(((k1 + 0.5) / (n1 + 0.5)) / ((k0 + 0.5) / (n0 + 0.5)))
    if k1 and k0:
        centre = math.log((k1 / n1) / (k0 / n0))
    reach = 40.0
    low = brentq(excess, centre - reach, centre) if k1 else -math.inf
    high = brentq(excess, centre, centre + reach) if k0 else math.inf
    return math.exp(low), math.exp(high)


def _divided(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.inf


def _held(
    value: float,
    ends: tuple[float, float],
    level: float,
    method: str,
    unit: str,
    basis: Basis,
) -> Estimate:
    if math.isnan(ends[0]) or math.isnan(ends[1]):
        ends = (-math.inf, math.inf)
    return Estimate(value, min(ends[0], value), max(ends[1], value), level, method, unit, basis)
