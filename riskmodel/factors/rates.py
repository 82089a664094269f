"""Conversion rate and share of plans of each factor, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import DataError, check_name
from riskmodel.estimates import Basis, Estimate
from riskmodel.families import DesignEffects
from riskmodel.parameters import parameter

__all__ = [
    "FactorRates",
    "IntervalMethod",
    "factor_rates",
    "proportion_estimate",
]

IntervalMethod = Literal["auto", "jeffreys", "wilson"]


@dataclass(frozen=True, slots=True, repr=False)
class FactorRates(Result):
    """How often each factor was recorded among plans, and how often a plan followed.

    Parameters
    ----------
    counts
        The counts behind the rates.
    conversion
        P(plan | factor), k_j / n_j: a proportion of the assessments with the factor. An
        association: it does not say what the factor causes.
    share_of_plans
        P(factor | plan), k_j over all plans. A plan can have several factors, so the shares add up
        to more than 1.
    design
        Design effects that the ranges allow for; None where assessments count as independent.
    """

    counts: FactorCounts
    conversion: tuple[Estimate, ...]
    share_of_plans: tuple[Estimate, ...]
    design: DesignEffects | None = None

    def to_frame(self) -> pd.DataFrame:
        """A row for each factor: counts, both rates with range, method, design effect, basis."""
        frame = self.counts.to_frame()
        for name, estimates in (
            ("share_of_plans", self.share_of_plans),
            ("conversion_rate", self.conversion),
        ):
            frame[name] = [estimate.value for estimate in estimates]
            frame[f"{name}_low"] = [estimate.low for estimate in estimates]
            frame[f"{name}_high"] = [estimate.high for estimate in estimates]
            frame[f"{name}_method"] = [estimate.method for estimate in estimates]
            side = 0 if name == "conversion_rate" else 1
            frame[f"{name}_design_effect"] = [pair[side] for pair in self._effects()]
        frame["level"] = [estimate.level for estimate in self.conversion]
        frame["basis"] = self.counts.basis
        return frame

    def _effects(self) -> list[tuple[float, float]]:
        independent = (1.0, 1.0)
        names = self.counts.factors
        return [self.design.effects[name] if self.design else independent for name in names]

    def summary(self) -> str:
        """The factors most and least often followed by a plan."""
        named = [
            (estimate, name.replace("_", " "))
            for name, estimate in zip(self.counts.factors, self.conversion, strict=True)
            if not math.isnan(estimate.value)
        ]
        if not named:
            return "No assessment has a factor, so there is no rate."
        most, highest = max(named, key=lambda pair: pair[0].value)
        least, lowest = min(named, key=lambda pair: pair[0].value)
        least_often = f", and {lowest} least often, in {least.value:.0%} ({least.low:.0%} "
        least_often += f"to {least.high:.0%})"
        return (
            f"Of {len(self.counts.factors)} factors {highest} was most often followed by a plan, "
            f"in {most.value:.0%} of assessments with it ({most.level:.0%} range {most.low:.0%} to "
            f"{most.high:.0%}){least_often if lowest != highest else ''}. These are associations: "
            "they do not say what a factor brings about."
        )

    def preview(self) -> pd.DataFrame:
        """Counts and both rates of each factor, those most often followed by a plan first."""
        columns = ["factor", "plans", "assessments"]
        for name in ("share_of_plans", "conversion_rate"):
            columns += [name, f"{name}_low", f"{name}_high"]
        frame = self.to_frame()
        shown = frame[[*columns, "basis"]].sort_values(
            "conversion_rate", ascending=False, kind="stable"
        )
        return shown.reset_index(drop=True)


def factor_rates(
    counts: FactorCounts,
    *,
    level: float | None = None,
    method: IntervalMethod = "auto",
    design: DesignEffects | None = None,
) -> FactorRates:
    """Conversion rate and share of plans for each factor.

    Parameters
    ----------
    counts
        Counts per factor.
    level
        Coverage of the intervals, between 0 and 1; the parameter ``interval_level`` (0.95) where it
        is None.
    method
        ``jeffreys``, ``wilson``, or ``auto``: Wilson up to the parameter ``wilson_at_most`` (30
        trials), above it Jeffreys.
    design
        Design effects where families have several assessments; None treats assessments as
        independent. A range is that of smaller counts, divided by the design effect.

    Returns
    -------
    FactorRates
        The intervals say how far the rates could differ by chance in as many assessments of the
        same kind; they say nothing about other years or authorities.

    Examples
    --------
    >>> counts = FactorCounts.from_rows([("child_neglect", 389, 142)], total_plans=630)
    >>> print(factor_rates(counts).conversion[0])
    0.365 (95% jeffreys 0.3183 to 0.4138, 142 of 389; proportion, observed)
    """
    plans, assessments = counts.plans.tolist(), counts.assessments.tolist()
    total = [counts.total_plans] * len(plans)
    effects = [design.effects[name] if design else (1.0, 1.0) for name in counts.factors]
    conversion, share = (
        _estimates(plans, trials, level, method, counts.basis, [pair[side] for pair in effects])
        for side, trials in enumerate((assessments, total))
    )
    return FactorRates(counts, conversion, share, design)


def proportion_estimate(
    successes: int,
    trials: int,
    *,
    level: float | None = None,
    method: IntervalMethod = "auto",
    basis: Basis = "observed",
) -> Estimate:
    """A proportion with its interval.

    Parameters
    ----------
    successes, trials
        Counts, ``0 <= successes <= trials``.
    level
        Coverage, as for :func:`factor_rates`.
    method
        As for :func:`factor_rates`.
    basis
        Basis of the counts.

    Raises
    ------
    DataError
        When the counts contradict each other, or the level is out of range.

    Notes
    -----
    Jeffreys: quantiles of Beta(k + 1/2, n - k + 1/2), with the lower end 0 when k = 0 and the
    upper end 1 when k = n (Brown, Cai and DasGupta, *Statistical Science* 16, 2001, section 4.3).
    Wilson: inverts the score test (Wilson 1927).
    """
    return _estimates([successes], [trials], level, method, basis)[0]


def _estimates(
    successes: Sequence[int],
    trials: Sequence[int],
    level: float | None,
    method: IntervalMethod,
    basis: Basis,
    effects: Sequence[float] | None = None,
) -> tuple[Estimate, ...]:
    """Many proportions at once, which takes hardly longer than one."""
    check_name("interval method", method, get_args(IntervalMethod))
    if level is None:
        level = parameter("interval_level").value
    if not 0 < level < 1:
        raise DataError(f"the level must lie between 0 and 1, got {level}; usual is 0.95")
    for k, n in zip(successes, trials, strict=True):
        if not 0 <= k <= n:
            raise DataError(f"{k} of {n} is not a proportion")
    few = parameter("wilson_at_most").value
    methods: list[IntervalMethod] = [
        ("wilson" if n <= few else "jeffreys") if method == "auto" else method for n in trials
    ]
    by = [1.0] * len(methods) if effects is None else effects
    limits = _limits(
        [k / effect for k, effect in zip(successes, by, strict=True)],
        [n / effect for n, effect in zip(trials, by, strict=True)],
        methods,
        level,
    )
    return tuple(
        Estimate(k / n if n else math.nan, low, high, level, used, "proportion", basis, k, n)
        for k, n, used, (low, high) in zip(successes, trials, methods, limits, strict=True)
    )


def _limits(
    successes: Sequence[float],
    trials: Sequence[float],
    methods: Sequence[IntervalMethod],
    level: float,
) -> list[tuple[float, float]]:
    """Low and high of each interval; without trials all of nought to one."""
    from statsmodels.stats.proportion import proportion_confint

    found = [(0.0, 1.0)] * len(trials)
    for used in dict.fromkeys(methods):
        places = [at for at, n in enumerate(trials) if n and methods[at] == used]
        if not places:
            continue
        k, n = (np.array([each[at] for at in places]) for each in (successes, trials))
        low, high = proportion_confint(k, n, alpha=1 - level, method=used)
        # At the edges the interval must hold the edge; elsewhere Jeffreys' always holds k/n.
        low = np.where(k == 0, 0.0, np.minimum(low, k / n))
        high = np.where(k == n, 1.0, np.maximum(high, k / n))
        for at, ends in zip(places, zip(low.tolist(), high.tolist(), strict=True), strict=True):
            found[at] = ends
    return found
