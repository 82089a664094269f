"""A number that is not known: the range that is assumed for it, and its draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from riskmodel.core.arrays import Floats

__all__ = ["DISTRIBUTIONS", "MIDDLE", "Distribution", "Range"]

Distribution = Literal["middle_80", "uniform"]
"""``middle_80``: the middle 80% is between the ends; one simulation in ten is below and one in ten
above. ``uniform``: all values between the ends are equally likely, and none is outside."""

DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)
MIDDLE: Distribution = "middle_80"

_TAIL = 1.2815515655446004
"""The 90th percentile of a standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Range:
    """A range, from which each simulation draws one number.

    Parameters
    ----------
    low, high
        Its ends, the lower first.
    distribution
        What the ends mean, see :data:`Distribution`.
    lowest, highest
        Limits of the number; ``highest`` may be infinite.

    Notes
    -----
    With ``middle_80`` the number is normal on a scale without limits: the logarithm of its distance
    from the lowest, or the logit between the lowest and the highest. So no draw is outside the
    limits.
    """

    low: float
    high: float
    distribution: Distribution = MIDDLE
    lowest: float = 0.0
    highest: float = math.inf

    @property
    def problem(self) -> str:
        """What is wrong with it, in words; empty if nothing is."""
        ends = (self.low, self.high)
        if not all(math.isfinite(end) for end in ends):
            return "the ends of a range are numbers"
        if self.low >= self.high:
            return f"a range has its lower end first; found {self.low:g}, then {self.high:g}"
        if not (self.lowest <= self.low and self.high <= self.highest):
            return (
                f"a range lies from {self.lowest:g} to {self.highest:g}; found {self.low:g} to "
                f"{self.high:g}"
            )
        at_limit = self.low == self.lowest or self.high == self.highest
        if self.distribution == MIDDLE and at_limit:
            highest = "" if math.isinf(self.highest) else f" or {self.highest:g}"
            return (
                "one simulation in ten lies beyond each end of a range, so no end can be "
                f'{self.lowest:g}{highest}; with distribution = "uniform" nothing lies beyond them'
            )
        return ""

    @property
    def middle(self) -> float:
        """The central value: as many simulations are above as below."""
        return float(self.at(np.array(0.5)))

    def at(self, share: Floats) -> Floats:
        """The value below which this share of simulations lies; shares from 0 to 1, any shape."""
        from scipy.special import ndtri

        if self.distribution == "uniform":
            return np.asarray(self.low + share * (self.high - self.low))
        low, high = self._free(self.low), self._free(self.high)
        free = (low + high) / 2 + (high - low) / (2 * _TAIL) * ndtri(share)
        if math.isinf(self.highest):
            return np.asarray(self.lowest + np.exp(free))
        return np.asarray(self.lowest + (self.highest - self.lowest) / (1 + np.exp(-free)))

    def _free(self, value: float) -> float:
        above = value - self.lowest
        return math.log(above if math.isinf(self.highest) else above / (self.highest - value))

    def __str__(self) -> str:
        kind = "middle 80%" if self.distribution == MIDDLE else self.distribution
        return f"{self.low:.4g} to {self.high:.4g} ({kind})"
