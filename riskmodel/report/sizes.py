"""How far ahead a report looks, and how often it simulates."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS

__all__ = ["MONTHS", "REPLICATES", "SEED", "Sizes"]

MONTHS, REPLICATES, SEED = USUAL_MONTHS, USUAL_SIMULATIONS, USUAL_SEED
"""As every command has them, so that a number is the same wherever it is asked for."""


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
