"""One parameter that a scenario may change: its unit, its limits, and the children it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from riskmodel.plausible import MOST

__all__ = [
    "EVERY",
    "LOWEST_MULTIPLIER",
    "MOST_MULTIPLIER",
    "OPERATIONS",
    "Lever",
    "Operation",
    "Side",
]

Side = Literal["demand", "workforce", "feedback", "placements"]
"""What a lever acts on."""

Operation = Literal["value", "multiplier", "ramp"]
"""What can be done with a lever: set it to a value, multiply its value in the baseline, or reach
either linearly over some months."""

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
"""All operations."""

LOWEST_MULTIPLIER, MOST_MULTIPLIER = 0.0, 10.0
"""Limits of a multiplier. Above ten it is most likely a percentage: 120 written for 1.2."""


EVERY = "every"
"""The stage of a lever that moves children of every stage."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One parameter that a scenario may change.

    Parameters
    ----------
    name
        Stable name for files and code: ``starts.child_protection_plan``.
    label
        Its name in plain words.
    unit
        Unit of its value.
    lowest, highest
        Limits of its value, both included; ``highest`` may be infinite.
    operations
        Which operations make sense.
    meaning
        How it acts, in a sentence or two.
    neutral
        Its value if nobody sets it; None where that follows from the model or an authority's own
        figures.
    whole
        Whether it has to be a whole number.
    moves
        The stage whose children it moves, ``every`` for all stages; empty if it moves none.
    elsewhere
        Where these children are instead if a scenario does not say so; empty if it has to say so.
    """

    name: str
    label: str
    unit: str
    lowest: float
    highest: float
    operations: tuple[Operation, ...]
    meaning: str
    neutral: float | None = None
    whole: bool = False
    moves: str = ""
    elsewhere: str = ""

    @property
    def acts_on(self) -> Side:
        """Demand, the workforce, feedback between them, or placements."""
        prefix = self.name.partition(".")[0]
        if prefix == "workforce":
            return "workforce"
        if prefix == "placements":
            return "placements"
        return "feedback" if prefix == "feedback" else "demand"

    @property
    def limits(self) -> str:
        """Its limits in words: ``from 0 to 1``, ``0 or more``."""
        if math.isinf(self.highest):
            return f"{self.lowest:g} or more"
        whole = ", whole numbers" if self.whole else ""
        return f"from {self.lowest:g} to {self.highest:g}{whole}"

    @property
    def takes_range(self) -> bool:
        """Whether its number may be a range: if it moves children, or is a number of the workforce.

        Of the workforce, these are the numbers that may turn out otherwise than planned, and that
        take every operation: posts, candidates, agency workers and rates. Caps and the specialist
        team's numbers are decisions.
        """
        return bool(self.moves) or (self.acts_on == "workforce" and self.operations == OPERATIONS)

    @property
    def most(self) -> float:
        """The highest plausible value: without a limit, a number beyond that of any country."""
        if math.isfinite(self.highest):
            return self.highest
        return MOST["full-time equivalents" if self.acts_on == "workforce" else "starts a month"]

    @property
    def believed(self) -> str:
        """Its limits for an error message: without a limit, with the highest plausible value."""
        return self.limits if self.most == self.highest else f"{self.limits}, at most {self.most:,}"

    def holds(self, value: float) -> bool:
        """Whether the lever can have that value."""
        inside = math.isfinite(value) and self.lowest <= value <= self.most
        return inside and (not self.whole or float(value).is_integer())

    def __str__(self) -> str:
        return f"{self.name}: {self.label} ({self.unit}; {self.limits})"
