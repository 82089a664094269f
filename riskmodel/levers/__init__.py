"""What a scenario may change: the levers, their limits, and their paths over the months.

A lever is a parameter of demand or of the workforce, or a switch of feedback. A scenario sets
levers; demand and caseload ask :meth:`~riskmodel.levers.Levers.apply` for each of theirs. The
baseline sets none and runs the same code.
"""

from riskmodel.levers.paths import LeverPath, Levers
from riskmodel.levers.registry import (
    LEVERS,
    LOWEST_MULTIPLIER,
    MOST_MULTIPLIER,
    OPERATIONS,
    Lever,
    Operation,
    Side,
    lever,
    unknown_lever,
)

__all__ = [
    "LEVERS",
    "LOWEST_MULTIPLIER",
    "MOST_MULTIPLIER",
    "OPERATIONS",
    "Lever",
    "LeverPath",
    "Levers",
    "Operation",
    "Side",
    "lever",
    "unknown_lever",
]
