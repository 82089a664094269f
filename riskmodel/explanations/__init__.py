"""The arithmetic of the report's explanations: the parts of growth, and bounds on them."""

from riskmodel.explanations.change import ChangePart, ChangeParts, change_of_counts
from riskmodel.explanations.change_sources import (
    change_of_months,
    change_of_panel,
    published_change,
)
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
    "ChangePart",
    "ChangeParts",
    "Decomposition",
    "GroupGrowth",
    "SampledCount",
    "change_of_counts",
    "change_of_months",
    "change_of_panel",
    "count_from_sample",
    "decompose_product",
    "exact_count_interval",
    "extremes",
    "group_growth",
    "interval_ends",
    "joint_growth_bounds",
    "published_change",
    "share_that_averages",
]
