"""How long plans and periods of care last: distributions and their fits.

A fit takes any mixture of evidence: a printed mean or share, published bands of plans that ended
or are open, dates one by one.
"""

from riskmodel.demand.durations.evidence import (
    PUBLISHED_BANDS_DAYS,
    Band,
    EndedBands,
    Evidence,
    IndividualLengths,
    MeanLength,
    OpenBands,
    ShareOver,
)
from riskmodel.demand.durations.fit import (
    LengthFit,
    ShapePrior,
    compare_families,
    comparison_frame,
    fit_lengths,
)
from riskmodel.demand.durations.laws import DAYS_A_MONTH, DAYS_A_YEAR, FAMILIES, Family
from riskmodel.demand.durations.lengths import Lengths

__all__ = [
    "DAYS_A_MONTH",
    "DAYS_A_YEAR",
    "FAMILIES",
    "PUBLISHED_BANDS_DAYS",
    "Band",
    "EndedBands",
    "Evidence",
    "Family",
    "IndividualLengths",
    "LengthFit",
    "Lengths",
    "MeanLength",
    "OpenBands",
    "ShapePrior",
    "ShareOver",
    "compare_families",
    "comparison_frame",
    "fit_lengths",
]
