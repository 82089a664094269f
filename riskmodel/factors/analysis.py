"""Rates, thresholds and quadrants of one set of counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from riskmodel.assessments import FactorCounts
from riskmodel.core.result import Result
from riskmodel.factors.quadrants import Prevalence, QuadrantRegion, feasible_region
from riskmodel.factors.rates import FactorRates, IntervalMethod, factor_rates
from riskmodel.families import DesignEffects

__all__ = ["FactorAnalysis", "analyse_factors"]


@dataclass(frozen=True, slots=True, repr=False)
class FactorAnalysis(Result):
    """Prevalence against impact: rates with intervals, possible thresholds, and quadrants.

    Parameters
    ----------
    rates
        Conversion rate and share of plans per factor.
    region
        The thresholds that reproduce the printed quadrants in one reading of prevalence; for a
        table of your own, the table's own cuts.
    printed
        Printed (prevalence, impact) by factor name, for all factors on the chart; empty where the
        table is compared with no chart.
    """

    rates: FactorRates
    region: QuadrantRegion
    printed: Mapping[str, tuple[str, str]]

    @property
    def counts(self) -> FactorCounts:
        """The counts behind the rates."""
        return self.rates.counts

    def to_frame(self) -> pd.DataFrame:
        """One row for each factor.

        Columns are those of :meth:`FactorRates.to_frame`, then ``prevalence_reading``, the
        quadrant at every feasible cut (``prevalence``, ``impact``: high, low, depends, or none
        where no cut is feasible) and, where there is a chart, the printed one.
        """
        frame = self.rates.to_frame()
        quadrants = self.region.classify(self.counts)
        frame["prevalence_reading"] = self.region.reading
        frame["prevalence"] = quadrants["prevalence"]
        frame["impact"] = quadrants["impact"]
        for position, axis in enumerate(("prevalence", "impact") if self.printed else ()):
            frame[f"printed_{axis}"] = [
                self.printed[name][position] if name in self.printed else None
                for name in self.counts.factors
            ]
        return frame

    def summary(self) -> str:
        """Which factors stand out, and with which cuts."""
        if not self.printed:
            cuts = f" Quadrants are cut at {self.region.words()}." if self.region.impact else ""
            return f"{self.rates.summary()}{cuts}"
        return f"{self.rates.summary()} {str(self.region)[0].upper()}{str(self.region)[1:]}."

    def preview(self) -> pd.DataFrame:
        """Counts, rates and quadrant of each factor."""
        names = ["factor", "plans", "share_of_plans", "assessments", "conversion_rate"]
        frame = self.to_frame()
        return frame[[*names, "prevalence", "impact", "basis"]]


def analyse_factors(
    counts: FactorCounts,
    printed: Mapping[str, tuple[str, str]],
    *,
    prevalence: Prevalence = "plans",
    level: float | None = None,
    method: IntervalMethod = "auto",
    design: DesignEffects | None = None,
) -> FactorAnalysis:
    """Prevalence against impact for one set of counts.

    Parameters
    ----------
    counts
        Counts per factor.
    printed
        Printed (prevalence, impact) label by factor name.
    prevalence
        Reading of prevalence: ``plans`` or ``assessments``.
    level
        Coverage of the intervals; the parameter ``interval_level`` where it is None.
    method
        ``jeffreys``, ``wilson`` or ``auto``.
    design
        Design effects where assessments of one family come together.
    """
    return FactorAnalysis(
        factor_rates(counts, level=level, method=method, design=design),
        feasible_region(counts, printed, prevalence=prevalence),
        printed,
    )
