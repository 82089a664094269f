"""How far ahead a report looks, and how often it simulates."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MONTHS", "REPLICATES", "SEED", "Sizes"]

MONTHS = 60
"""How far ahead the report looks."""

REPLICATES = 500
"""Simulations of a projection: few enough to wait for. From seed to seed the ends of 90% ranges
then move by 1 to 3%, central projections by 1% (measured over twelve seeds, 24 months ahead)."""

SEED = 20151105
"""Of everything that is simulated."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How far ahead and how often is simulated, and with which seed."""

    months: int = MONTHS
    replicates: int = REPLICATES
    seed: int = SEED

    def named(self) -> dict[str, int]:
        """As the methods of an authority take them."""
        return {"months": self.months, "replicates": self.replicates, "seed": self.seed}

    def __str__(self) -> str:
        return f"{self.replicates:,} simulations, {self.months} months ahead, seed {self.seed}"
