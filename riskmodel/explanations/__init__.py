"""The arithmetic of the report's explanations: what growth adds up from, and what bounds allow."""

from riskmodel.explanations.groups import (
    GroupGrowth,
    group_growth,
    joint_growth_bounds,
    share_that_averages,
)
from riskmodel.explanations.products import Decomposition, decompose_product
from riskmodel.explanations.ranges import extremes, interval_ends
from riskmodel.explanations.samples import SampledCount, count_from_sample, exact_count_interval

__all__ = [
    "Decomposition",
    "GroupGrowth",
    "SampledCount",
    "count_from_sample",
    "decompose_product",
    "exact_count_interval",
    "extremes",
    "group_growth",
    "interval_ends",
    "joint_growth_bounds",
    "share_that_averages",
]
