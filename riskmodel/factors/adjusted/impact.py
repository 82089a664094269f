"""Adjusted association on a table: one model, its standardised risks and its fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from riskmodel.assessments import Assessments, FactorCounts
from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.estimates import Estimate
from riskmodel.factors.adjusted.attributable import (
    Fractions,
    alone_fractions,
    average_fractions,
    joint_fraction,
    sequential_fractions,
)
from riskmodel.factors.adjusted.bootstrap import Replicates, bootstrap
from riskmodel.factors.adjusted.combinations import factor_combinations
from riskmodel.factors.adjusted.design import FactorModel, fit_factors, usable_factors
from riskmodel.factors.adjusted.firth import profile_end
from riskmodel.factors.adjusted.interactions import interaction_pairs, interactions
from riskmodel.factors.adjusted.patterns import FactorPatterns, factor_patterns
from riskmodel.factors.adjusted.resampling import ResamplingPlan, design_effects
from riskmodel.factors.adjusted.result import (
    Association,
    AttributableFractions,
    FactorAssociation,
    FactorImpact,
)
from riskmodel.factors.adjusted.standardised import StandardisedRisks, standardise
from riskmodel.factors.associations import associations
from riskmodel.families import FAMILY, DesignEffects, are_related, family_effects, related
from riskmodel.parameters import parameter
from riskmodel.plausible import check_number

__all__ = ["measure_impact"]


def measure_impact(
    table: Assessments | FactorPatterns,
    *,
    factors: Sequence[str] | None = None,
    pairs: Sequence[str] = (),
    resamples: int = 0,
    seed: int = 0,
    level: float | None = None,
    is_penalised: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> FactorImpact:
    """Association of each factor with a plan, adjusted for the other factors of the table.

    Parameters
    ----------
    table
        One row for each assessment; or patterns, where rows are too many to hold.
    factors
        Which factors, in the order of the sequential fractions; all of the table where None.
    pairs
        Interactions to fit: ``"parental"``, or pairs such as
        ``"parent_mental_health:child_neglect"``. The other results stay those of the model without
        them.
    resamples
        Bootstrap resamples for the intervals of standardised measures and fractions; 0 for the
        delta method.
    seed
        Of the resamples.
    level
        Coverage; the parameter ``interval_level`` where it is None.
    is_penalised
        Firth's penalised likelihood; the plain one (which need not have a maximum) where False.
    progress
        Called with a few words at each step.

    Raises
    ------
    DataError
        When columns are tied to each other (these are named), no association can be formed, or the
        plain likelihood has no maximum.
    UnknownNameError
        When a factor is not in the table.

    Notes
    -----
    Adjusted odds ratios: Firth's logistic regression on all factors, with profile penalised
    likelihood intervals for a factor with a small cell, else Wald's. Risk differences and ratios:
    marginal standardisation. Fractions: see :mod:`riskmodel.factors.adjusted.attributable`.
    Bootstrap intervals are percentile intervals; families (``family_id``), else children
    (``child_id``), are resampled with all their assessments. Without resamples, and for odds
    ratios, standard errors are multiplied by the root of the design effect of each factor's log
    odds ratio (:func:`riskmodel.factors.adjusted.resampling.design_effects`); ranges of unadjusted
    measures are those of fewer assessments, their number divided by the design effect of the
    factor's rate. Ranges of pairs treat assessments as independent. None of this says what a factor
    causes, and nothing is computed for a single assessment.
    """
    if level is None:
        level = parameter("interval_level").value
    if not 0 < level < 1:
        raise DataError(f"the level must lie between 0 and 1, got {level}; usual is 0.95")
    if resamples < 0 or 0 < resamples < _FEWEST_RESAMPLES:
        raise DataError(f"resamples must be 0 or at least {_FEWEST_RESAMPLES}, got {resamples}")
    check_number(resamples, "resamples", field="resamples")
    progress("Counting patterns")
    if isinstance(table, Assessments):
        patterns = factor_patterns(table, factors)
    else:
        patterns = table if factors is None else table.select(factors)
    # One thread: the matrices are small, threads on them cost more than they give, and the sums
    # come out the same to the last bit on every machine.
    with threadpool_limits(limits=1, user_api="blas"):
        kept, notes = usable_factors(patterns)
        usable = patterns.select(kept)
        wanted = interaction_pairs(pairs, kept)
        progress("Fitting")
        measured = _measure(usable, level, is_penalised, seed, table)
        notes += _repeat_notes(table, resamples, measured.widths)
        if resamples:
            progress("Resampling")
            plan = (
                ResamplingPlan.of_table(table, usable)
                if isinstance(table, Assessments)
                else ResamplingPlan.of_patterns(usable)
            )
            measured.replicates = bootstrap(measured.model, plan, resamples, seed)
            notes += measured.replicates.notes
        tested = interactions(usable, wanted, level=level, is_penalised=is_penalised)
    return FactorImpact(
        tuple(measured.factor(position) for position in range(len(kept))),
        measured.joint_estimate(),
        factor_combinations(usable),
        tested if pairs else None,
        usable.total_assessments,
        usable.total_plans,
        usable.basis,
        level,
        resamples,
        notes,
    )


_FEWEST_RESAMPLES = 100


@dataclass(slots=True, eq=False)
class _Measured:
    """Everything computed from one model, on its way to estimates."""

    model: FactorModel
    level: float
    risks: StandardisedRisks
    fractions: dict[str, Fractions]
    odds: tuple[Floats, Floats, list[str]]
    widths: Floats
    design: DesignEffects | None
    replicates: Replicates | None = None
    counts: FactorCounts = field(init=False)
    crude: dict[str, tuple[Estimate, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = self.model.patterns.counts()
        found = associations(self.counts, level=self.level, design=self.design)
        self.crude = found.estimates

    @property
    def quantile(self) -> float:
        """Standard errors from the middle to an end."""
        return float(stats.norm.isf((1 - self.level) / 2))

    def factor(self, row: int) -> FactorAssociation:
        """All measures of one factor."""
        k, n = int(self.counts.plans[row]), int(self.counts.assessments[row])
        crude = {
            name: replace(estimates[row], numerator=k, denominator=n)
            for name, estimates in self.crude.items()
        }
        low, high, methods = self.odds
        difference, ratio = float(self.risks.difference[row]), float(self.risks.log_ratio[row])
        quantile = self.quantile * float(self.widths[row])
        wide = quantile * float(self.risks.difference_error()[row])
        long = quantile * float(self.risks.log_ratio_error()[row])
        adjusted = Association(
            self._standardised(
                row, "risk_difference", (difference, difference - wide, difference + wide)
            ),
            self._standardised(
                row, "risk_ratio", tuple(np.exp([ratio, ratio - long, ratio + long])), "ratio"
            ),
            self._estimate(
                row,
                float(np.exp(self.model.fit.coefficients[row + 1])),
                float(low[row]),
                float(high[row]),
                methods[row],
                "odds ratio",
            ),
        )
        found = {kind: self._fraction(row, kind) for kind in ("alone", "sequential", "average")}
        return FactorAssociation(
            self.model.patterns.factors[row],
            Association(crude["risk_difference"], crude["risk_ratio"], crude["odds_ratio"]),
            adjusted,
            AttributableFractions(
                crude["attributable_fraction"],
                found["alone"],
                found["sequential"],
                found["average"],
                float(self.fractions["average"].monte_carlo[row]),
            ),
        )

    def joint_estimate(self) -> Estimate:
        """The joint fraction."""
        return self._fraction(None, "joint")

    def _fraction(self, row: int | None, kind: str) -> Estimate:
        # What all factors account for is as wide as the widest of them.
        width = float(self.widths.max() if row is None else self.widths[row])
        low, high = self.fractions[kind].interval(self.quantile * width)
        at = row or 0
        ends = (float(self.fractions[kind].values[at]), float(low[at]), float(high[at]))
        return self._standardised(row, kind, ends)

    def _standardised(
        self, row: int | None, name: str, ends: tuple[float, ...], unit: str = "proportion"
    ) -> Estimate:
        value, low, high = ends
        if self.replicates is None:
            return self._estimate(row, value, low, high, "delta", unit)
        low, high = self.replicates.interval(name, row or 0, self.level)
        return self._estimate(row, value, low, high, "bootstrap percentile", unit)

    def _estimate(
        self, row: int | None, value: float, low: float, high: float, method: str, unit: str
    ) -> Estimate:
        if row is None:
            plans, total = self.counts.total_plans, self.counts.total_assessments
        else:
            plans, total = int(self.counts.plans[row]), int(self.counts.assessments[row])
        if method == "delta" and unit == "proportion":
            low, high = max(low, -1.0), min(high, 1.0)
        return Estimate(
            float(value),
            # A percentile interval can miss its estimate; what is printed must hold it.
            float(min(low, value)),
            float(max(high, value)),
            self.level,
            method,
            unit,
            self.counts.basis,
            plans,
            total,
        )


def _measure(
    patterns: FactorPatterns,
    level: float,
    is_penalised: bool,
    seed: int,
    table: Assessments | FactorPatterns,
) -> _Measured:
    model = fit_factors(patterns, is_penalised=is_penalised)
    widths, crude = np.ones(len(patterns.factors)), None
    if isinstance(table, Assessments) and are_related(table):
        widths, crude = np.sqrt(design_effects(model, table)), family_effects(table)
    risks = standardise(model)
    fractions = {
        "alone": alone_fractions(model, risks),
        "sequential": sequential_fractions(model),
        "average": average_fractions(model, seed=seed),
        "joint": joint_fraction(model),
    }
    odds = _odds_intervals(model, level, widths)
    return _Measured(model, level, risks, fractions, odds, widths, crude)


def _odds_intervals(
    model: FactorModel, level: float, widths: Floats
) -> tuple[Floats, Floats, list[str]]:
    """Interval ends of the odds ratios, so many times as wide, and the method of each."""
    factors = len(model.patterns.factors)
    middle = model.fit.coefficients[1 : factors + 1]
    error = np.sqrt(np.diag(model.fit.covariance))[1 : factors + 1]
    width = stats.norm.isf((1 - level) / 2) * error
    low, high = middle - width, middle + width
    kind = "firth" if model.problem.is_penalised else "likelihood"
    methods = [f"{kind} wald"] * factors
    counts = model.patterns.counts()
    k, n = counts.plans, counts.assessments
    total, plans = model.patterns.total_assessments, counts.total_plans
    smallest = np.minimum.reduce([k, n - k, plans - k, total - n - plans + k])
    for row in np.flatnonzero(smallest < parameter("profile_below").value).tolist():
        low[row], high[row] = (
            profile_end(model.problem, model.fit, row + 1, level, side) for side in (-1, 1)
        )
        methods[row] = f"{kind} profile"
    low, high = middle + widths * (low - middle), middle + widths * (high - middle)
    return np.exp(low), np.exp(np.minimum(high, 700.0)), methods


def _repeat_notes(
    table: Assessments | FactorPatterns, resamples: int, widths: Floats
) -> tuple[str, ...]:
    unit = are_related(table) if isinstance(table, Assessments) else ""
    if not isinstance(table, Assessments) or not unit:
        return ()
    sizes = np.bincount(related(table.frame))
    sizes = sizes[sizes > 0]
    several, effects = int((sizes > 1).sum()), widths**2
    called = "families" if unit == FAMILY else "children"
    how = "they were resampled whole, and those of odds ratios" if resamples else "the ranges"
    return (
        f"{several:,} of {len(sizes):,} {called} have more than one assessment: {how} allow for it "
        f"(design effect {effects.min():.1f} to {effects.max():.1f}).",
    )
