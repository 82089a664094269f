"""Counts to prevalence, conversion, quadrants; adjusted association; what margins leave open.

Associations, never effects. What rests on heavy libraries is loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names
from riskmodel.factors.analysis import FactorAnalysis, analyse_factors
from riskmodel.factors.quadrants import (
    Contradiction,
    Prevalence,
    QuadrantRegion,
    feasible_region,
    prevalence_values,
)
from riskmodel.factors.rates import FactorRates, factor_rates, proportion_estimate

__all__ = [
    "Contradiction",
    "FactorAnalysis",
    "FactorImpact",
    "FactorPatterns",
    "FactorRates",
    "MarginBounds",
    "Prevalence",
    "QuadrantRegion",
    "SensitivitySurface",
    "analyse_factors",
    "benchmark_table",
    "factor_combinations",
    "factor_patterns",
    "factor_rates",
    "feasible_region",
    "margin_bounds",
    "measure_impact",
    "prevalence_values",
    "proportion_estimate",
    "sensitivity_surface",
]

if TYPE_CHECKING:
    from riskmodel.factors.adjusted.benchmarks import benchmark_table
    from riskmodel.factors.adjusted.combinations import factor_combinations
    from riskmodel.factors.adjusted.impact import measure_impact
    from riskmodel.factors.adjusted.patterns import FactorPatterns, factor_patterns
    from riskmodel.factors.adjusted.result import FactorImpact
    from riskmodel.factors.margins.bounds import MarginBounds, margin_bounds
    from riskmodel.factors.margins.sensitivity import SensitivitySurface, sensitivity_surface

__getattr__ = lazy_names(
    __name__,
    {
        ".adjusted.benchmarks": "benchmark_table",
        ".adjusted.combinations": "factor_combinations",
        ".adjusted.impact": "measure_impact",
        ".adjusted.patterns": "FactorPatterns factor_patterns",
        ".adjusted.result": "FactorImpact",
        ".margins.bounds": "MarginBounds margin_bounds",
        ".margins.sensitivity": "SensitivitySurface sensitivity_surface",
    },
)
