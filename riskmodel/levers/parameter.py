"""One parameter that a scenario may change: its unit, its limits and whom it moves."""

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
"""What can be done with a lever: set it to a value, multiply what it is in the baseline, or get
to either linearly over some months."""

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
"""All operations."""

LOWEST_MULTIPLIER, MOST_MULTIPLIER = 0.0, 10.0
"""Limits of a multiplier. Above ten it is most likely a percentage: 120 written for 1.2."""


EVERY = "every"
"""What a lever moves that acts on the children of every stage."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One parameter that a scenario may change.

    Parameters
    ----------
    name
        Stable name for files and code: ``starts.child_protection_plan``.
    label
        In plain words.
    unit
        Of its value.
    lowest, highest
        What its value may be, both included; ``highest`` may be infinite.
    operations
        Which operations make sense.
    meaning
        How it acts, in a sentence or two.
    neutral
        What it is where nobody sets it; None where the model or an authority's own figures say.
    whole
        Whether only whole numbers make sense.
    moves
        The stage whose children it changes, ``every`` for all stages; empty where it moves none.
    elsewhere
        Where these children are instead where a scenario does not say so; empty where it must.
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
        """What its value may be, in words: ``from 0 to 1``, ``0 or more``."""
        if math.isinf(self.highest):
            return f"{self.lowest:g} or more"
        whole = ", whole numbers" if self.whole else ""
        return f"from {self.lowest:g} to {self.highest:g}{whole}"

    @property
    def takes_range(self) -> bool:
        """Whether its number may be a range: what moves children, and numbers of the workforce.

        Of the workforce those that a plan may miss, which take every operation: posts, candidates,
        agency workers and rates. Caps and the specialist team's numbers are decided, not met.
        """
        return bool(self.moves) or (self.acts_on == "workforce" and self.operations == OPERATIONS)

    @property
    def most(self) -> float:
        """The highest value that can be meant: where no limit is set, beyond any country's."""
        if math.isfinite(self.highest):
            return self.highest
        return MOST["full-time equivalents" if self.acts_on == "workforce" else "starts a month"]

    @property
    def believed(self) -> str:
        """Its limits for a refusal: where none is set, with the most that can be meant."""
        return self.limits if self.most == self.highest else f"{self.limits}, at most {self.most:,}"

    def holds(self, value: float) -> bool:
        """Whether the lever can have that value."""
        inside = math.isfinite(value) and self.lowest <= value <= self.most
        return inside and (not self.whole or float(value).is_integer())

    def __str__(self) -> str:
        return f"{self.name}: {self.label} ({self.unit}; {self.limits})"
