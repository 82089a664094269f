"""From counts to prevalence, conversion rates and quadrants; adjusted association; bounds.

Associations, never effects. What rests on heavy libraries is imported from its own module.
"""

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
    "FactorRates",
    "Prevalence",
    "QuadrantRegion",
    "analyse_factors",
    "factor_rates",
    "feasible_region",
    "prevalence_values",
    "proportion_estimate",
]
