"""How long plans and periods of care last: distributions and their fits."""

from riskmodel.demand.durations.laws import DAYS_A_MONTH, DAYS_A_YEAR, FAMILIES, Family
from riskmodel.demand.durations.lengths import Lengths

__all__ = ["DAYS_A_MONTH", "DAYS_A_YEAR", "FAMILIES", "Family", "Lengths"]
