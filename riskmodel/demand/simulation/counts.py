"""Fast Poisson counts for many small rates, which take most of the time of the exact simulation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from riskmodel.core.arrays import Floats

__all__ = ["SMALL", "poisson"]

SMALL = 12.0
"""Rates up to this are drawn by inversion, all at once."""

_LAST_BIT = 2.0**-24
_Counts = npt.NDArray[np.int32]


def poisson(rates: npt.NDArray[np.floating], generator: np.random.Generator) -> _Counts:
    """Independent Poisson counts with these means.

    Parameters
    ----------
    rates
        Means, 0 or more, any shape.
    generator
        The random numbers.

    Notes
    -----
    Counts are found by inversion over the whole array, one value of the count after another, in
    32-bit floats. This takes a few simple operations for each element instead of a loop of
    unpredictable length. The upper tail, about one in 10,000, is finished in 64 bits. Every
    cumulative probability is right to within 1e-6. A rate above :data:`SMALL` is split, because a
    Poisson count is the sum of two independent ones. If most rates are above it, NumPy's own method
    draws all.
    """
    if rates.max(initial=0.0) <= SMALL:
        return _by_inversion(rates.astype(np.float32, copy=False), generator).astype(np.int32)
    over = rates > SMALL
    if 4 * int(np.count_nonzero(over)) > rates.size:
        return generator.poisson(rates).astype(np.int32)
    small = np.minimum(rates, SMALL).astype(np.float32, copy=False)
    counts = _by_inversion(small, generator).astype(np.int32)
    counts[over] += generator.poisson(rates[over] - SMALL).astype(np.int32)
    return counts


def _by_inversion(
    rates: npt.NDArray[np.float32], generator: np.random.Generator
) -> npt.NDArray[np.uint8]:
    uniform = generator.random(rates.shape, dtype=np.float32)
    chance = np.exp(-rates)
    below = chance.copy()
    counts = np.zeros(rates.shape, dtype=np.uint8)
    above, ratio = np.empty(rates.shape, dtype=bool), np.empty_like(rates)
    most = float(rates.max(initial=0.0))
    enough = int(np.ceil(most + 3.3 * np.sqrt(most) + 1.5))
    for count in range(1, enough + 1):
        np.greater(uniform, below, out=above)
        counts += above.view(np.uint8)
        np.multiply(rates, np.float32(1 / count), out=ratio)
        chance *= ratio
        below += chance
    left = np.flatnonzero(above)
    if len(left):
        fine = uniform.flat[left].astype(np.float64) + generator.random(len(left)) * _LAST_BIT
        counts.flat[left] = _finish(fine, rates.flat[left].astype(np.float64), enough)
    return counts


def _finish(uniform: Floats, rates: Floats, count: int) -> npt.NDArray[np.uint8]:
    """The counts of those that are known to be at least so high."""
    counts = np.full(len(rates), count, dtype=np.uint8)
    below = special.pdtr(count, rates)
    while True:
        above = uniform > below
        if not above.any():
            return counts
        counts += above
        count += 1
        below = special.pdtr(count, rates)
