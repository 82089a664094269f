"""Counts to prevalence, conversion, quadrants; adjusted association; what margins leave open.

Associations, never effects. What rests on heavy libraries is loaded when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from riskmodel.factors.analysis import FactorAnalysis, analyse_factors
from riskmodel.factors.quadrants import (
    Contradiction,
    Prevalence,
    QuadrantRegion,
    feasible_region,
    prevalence_values,
)
from riskmodel.factors.rates import FactorRates, factor_rates, proportion_estimate

_HOME_OF = {
    "FactorImpact": "riskmodel.factors.adjusted.result",
    "FactorPatterns": "riskmodel.factors.adjusted.patterns",
    "MarginBounds": "riskmodel.factors.margins.bounds",
    "SensitivitySurface": "riskmodel.factors.margins.sensitivity",
    "benchmark_table": "riskmodel.factors.adjusted.benchmarks",
    "factor_combinations": "riskmodel.factors.adjusted.combinations",
    "factor_patterns": "riskmodel.factors.adjusted.patterns",
    "margin_bounds": "riskmodel.factors.margins.bounds",
    "measure_impact": "riskmodel.factors.adjusted.impact",
    "sensitivity_surface": "riskmodel.factors.margins.sensitivity",
}

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


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
