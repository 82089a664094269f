"""Results of the adjusted analysis of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from riskmodel.core.result import Result
from riskmodel.estimates import Basis, Estimate
from riskmodel.factors.adjusted.combinations import FactorCombinations
from riskmodel.factors.adjusted.interactions import InteractionTest
from riskmodel.factors.adjusted.reach import reach_words, recorded_reach
from riskmodel.factors.adjusted.reach_together import NO_REACH, joint_reach, pair_reach
from riskmodel.factors.margins.recorded import Recording

__all__ = ["Association", "AttributableFractions", "FactorAssociation", "FactorImpact"]


@dataclass(frozen=True, slots=True)
class Association:
    """How plans differ between assessments with a factor and those without.

    Parameters
    ----------
    risk_difference
        P(plan | factor) - P(plan | no factor).
    risk_ratio
        P(plan | factor) / P(plan | no factor).
    odds_ratio
        The ratio of their odds.
    """

    risk_difference: Estimate
    risk_ratio: Estimate
    odds_ratio: Estimate


@dataclass(frozen=True, slots=True)
class AttributableFractions:
    """Fraction of plans statistically accounted for by a factor, worked out in four ways.

    Parameters
    ----------
    crude
        Unadjusted.
    alone
        In the model, with only that factor removed.
    sequential
        In the model, removed after the factors before it in the table: the fractions add up.
    average
        In the model, averaged over all orders (Shapley): the fractions add up, whatever the order.
    drawing_error
        Monte-Carlo standard error of the average; 0 where all orders were counted.
    """

    crude: Estimate
    alone: Estimate
    sequential: Estimate
    average: Estimate
    drawing_error: float = 0.0


@dataclass(frozen=True, slots=True)
class FactorAssociation:
    """One factor: crude and adjusted for the other factors of the table."""

    factor: str
    crude: Association
    adjusted: Association
    attributable: AttributableFractions

    def measures(self) -> Iterator[tuple[str, Estimate]]:
        """Each measure by name."""
        for kind, found in (("crude", self.crude), ("adjusted", self.adjusted)):
            yield f"{kind}_risk_difference", found.risk_difference
            yield f"{kind}_risk_ratio", found.risk_ratio
            yield f"{kind}_odds_ratio", found.odds_ratio
        for kind in ("crude", "alone", "sequential", "average"):
            yield f"attributable_fraction_{kind}", getattr(self.attributable, kind)

    def __str__(self) -> str:
        crude, adjusted = self.crude.risk_difference, self.adjusted.risk_difference
        return f"{self.factor}: risk difference {adjusted}; unadjusted {crude.value:.4g}"


@dataclass(frozen=True, slots=True, repr=False)
class FactorImpact(Result):
    """Adjusted association of factors with a plan on one table.

    Parameters
    ----------
    factors
        The factors of the model, in the order of the table.
    joint
        Fraction of plans that all factors together account for.
    combinations
        Exact combinations of factors.
    interactions
        Pairs of factors; None where none were asked for.
    total_assessments, total_plans
        What was analysed.
    basis
        What the combinations of factors rest on
        (:func:`riskmodel.factors.adjusted.patterns.joint_basis`). ``assumed`` on a synthetic table,
        which gives back the association that was put in.
    level
        Coverage of the intervals.
    resamples
        Bootstrap resamples behind the intervals of standardised measures and fractions; 0 for the
        delta method.
    notes
        Columns left out, rare or separated, and what the intervals do not allow for.
    joint_recorded
        Ends of the joint fraction over the area of recording; None where they are still to be
        worked out from the combinations.
    """

    factors: tuple[FactorAssociation, ...]
    joint: Estimate
    combinations: FactorCombinations
    interactions: InteractionTest | None
    total_assessments: int
    total_plans: int
    basis: Basis
    level: float
    resamples: int = 0
    notes: tuple[str, ...] = ()
    joint_recorded: tuple[float, float] | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row for each factor and measure.

        Columns: factor, measure, value, low, high, level, method, numerator, denominator, basis,
        recorded_low, recorded_high. Numerator and denominator are plans and assessments with the
        factor; of the joint fraction (factor ``all``) all plans and assessments; of a pair
        (``one:other``) those with both. The last two are the ends over all recording that is
        usually considered (assumed), see :meth:`reach`; NaN where the counts allow no such
        recording.
        """
        columns = ("value", "low", "high", "level", "method", "numerator", "denominator", "basis")
        reach = self.reach()
        rows = [
            (
                name,
                measure,
                *(getattr(estimate, column) for column in columns),
                *reach.get((name, measure), NO_REACH),
            )
            for name, measure, estimate in self._estimates()
        ]
        names = ["factor", "measure", *columns, "recorded_low", "recorded_high"]
        frame = pd.DataFrame(rows, columns=names)
        return frame.astype({"numerator": "int64", "denominator": "int64"})

    def reach(self) -> Mapping[tuple[str, str], tuple[float, float]]:
        """How far incomplete recording could move each measure, by factor and measure.

        See :func:`riskmodel.factors.adjusted.reach.recorded_reach`; of pairs (``one:other``) and of
        all factors (``all``) :mod:`riskmodel.factors.adjusted.reach_together`.
        """
        usual = Recording.usual()
        found = dict(recorded_reach(self.factors, self.total_assessments, self.total_plans, usual))
        for pair in self.interactions.pairs if self.interactions else ():
            name = ":".join(pair.factors)
            ends = pair_reach(pair.cells, pair.contrast.value, pair.odds_ratio.value, usual)
            found[name, "interaction_contrast"] = ends.contrast
            found[name, "interaction_odds_ratio"] = ends.odds_ratio
        if self.joint_recorded is None:
            plans, each = self.combinations.plans_by_number, self.combinations.by_number
            others = [n - k for n, k in zip(each, plans, strict=True)]
            joint = joint_reach(plans, others, self.joint.value, usual)
        else:
            joint = self.joint_recorded
        found["all", "attributable_fraction_joint"] = joint
        return found

    def _estimates(self) -> Iterator[tuple[str, str, Estimate]]:
        for found in self.factors:
            for measure, estimate in found.measures():
                yield found.factor, measure, estimate
        yield "all", "attributable_fraction_joint", self.joint
        for pair in self.interactions.pairs if self.interactions else ():
            name = ":".join(pair.factors)
            yield name, "interaction_odds_ratio", pair.odds_ratio
            yield name, "interaction_contrast", pair.contrast

    def summary(self) -> str:
        """What was analysed, and what all factors together account for."""
        could = reach_words(self.reach()["all", "attributable_fraction_joint"], 100, 0)
        recorded = "" if could == "-" else f"; could be {could} by what was not recorded, assumed"
        return (
            f"{self.total_assessments:,} assessments, {self.total_plans:,} of them followed by a "
            f"plan, {len(self.factors)} factors; all factors together account for "
            f"{self.joint.value:.0%} of plans ({self.joint.low:.0%} to {self.joint.high:.0%}"
            f"{recorded}). "
            "These are associations: they do not say what a factor brings about."
        )

    def preview(self) -> pd.DataFrame:
        """Each factor's risk difference with the other factors alike, largest first."""
        frame = self.to_frame()
        shown = frame[frame["measure"] == "adjusted_risk_difference"]
        columns = ["factor", "measure", "value", "low", "high", "numerator", "denominator", "basis"]
        return shown[columns].sort_values("value", ascending=False).reset_index(drop=True)
