"""The smallest number that is enough, by halving, and the quantile of such numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from riskmodel.core.arrays import Bools, Floats, Integers

__all__ = ["fewest", "first_that", "quantile_of"]


def fewest(
    met: Callable[[Integers], Bools],
    number: int,
    most: int,
    guess: int | Floats,
) -> Floats:
    """Smallest whole number, for each replicate, at which a monotone condition holds.

    The search starts at the guess, moves away from it in growing steps, and then halves the
    interval that remains. A good guess saves most of the trials; no guess changes the answer.
    """
    low = np.full(number, -1, dtype=np.int64)
    high = np.full(number, most + 1, dtype=np.int64)
    trial = np.broadcast_to(np.clip(guess, 1, most).astype(np.int64), (number,))
    step = 3
    while True:
        holds = met(trial)
        high, low = np.where(holds, trial, high), np.where(holds, low, trial)
        if bool((high - low <= 1).all()):
            return np.where(high <= most, high.astype(np.float64), np.inf)
        trial = np.maximum((low + high) // 2, 0)
        trial = np.where(low < 0, np.maximum(trial, high - step), trial)
        trial = np.where(high > most, np.minimum(trial, low + step), trial)
        step *= 4


def first_that(holds: Callable[[int], bool], most: int) -> int | None:
    """Smallest whole number up to the most at which a monotone condition holds."""
    if not holds(most):
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def quantile_of(needed: Floats, probability: float) -> float:
    """Smallest number that is not exceeded by at least this share of replicates."""
    place = min(max(int(np.ceil(probability * len(needed) - 1e-9)) - 1, 0), len(needed) - 1)
    return float(np.sort(needed)[place])
