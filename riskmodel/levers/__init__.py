"""What a scenario may change: the levers, their limits, and their paths over the months.

A lever is a parameter of demand, the workforce or placements, or a switch of feedback. A scenario
sets levers; demand and caseload call :meth:`~riskmodel.levers.Levers.apply` for each of theirs. The
baseline sets none and runs the same code.
"""

from riskmodel.levers.destinations import (
    DESTINATIONS,
    OUTSIDE,
    Destinations,
    destination_problem,
    destinations,
)
from riskmodel.levers.parameter import (
    EVERY,
    LOWEST_MULTIPLIER,
    MOST_MULTIPLIER,
    OPERATIONS,
    Lever,
    Operation,
    Side,
)
from riskmodel.levers.path import LeverPath, RangedPart, varied_path
from riskmodel.levers.paths import Levers
from riskmodel.levers.ranges import DISTRIBUTIONS, MIDDLE, Distribution, Range
from riskmodel.levers.registry import LEVERS, lever, lever_label, unknown_lever

__all__ = [
    "DESTINATIONS",
    "DISTRIBUTIONS",
    "EVERY",
    "LEVERS",
    "LOWEST_MULTIPLIER",
    "MIDDLE",
    "MOST_MULTIPLIER",
    "OPERATIONS",
    "OUTSIDE",
    "Destinations",
    "Distribution",
    "Lever",
    "LeverPath",
    "Levers",
    "Operation",
    "Range",
    "RangedPart",
    "Side",
    "destination_problem",
    "destinations",
    "lever",
    "lever_label",
    "unknown_lever",
    "varied_path",
]
