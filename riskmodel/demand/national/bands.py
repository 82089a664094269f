"""How much a rate can differ from others' by chance alone, and how much authorities usually differ.

Children of a family are taken to be counted together: the count divided by the children of a family
is a Poisson count, or for a share a binomial one. Rates are compared on a scale on which their
variance does not depend on them: the square root of a rate, the arcsine of the root of a share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError

__all__ = ["FEWEST", "Kind", "Pooled", "between_variance", "chance_band", "usual_band"]

Kind = Literal["rate", "share"]
"""A ``rate`` is a count over an exposure that it is not part of, a ``share`` a part of a whole."""

FEWEST = 5
"""Fewest authorities from which to learn how much authorities usually differ."""

WINSORISED = 0.1
"""Share of authorities at either end that are drawn in, so that outliers do not widen the
limits."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """The authorities compared with, taken together.

    Parameters
    ----------
    count, exposure
        Sums over them.
    authorities
        How many.
    """

    count: float
    exposure: float
    authorities: int

    @property
    def rate(self) -> float:
        """Their rate together."""
        return self.count / self.exposure


def chance_band(
    pooled: Pooled, exposure: float, kind: Kind, *, level: float, together: float = 1.0
) -> tuple[float, float]:
    """Rates that an authority with the same underlying rate would have, by chance alone.

    Parameters
    ----------
    pooled
        The others.
    exposure
        The authority's own: children, or the whole of a share. Above 0.
    kind
        Of the rate.
    level
        Least chance with which an authority of the same underlying rate is within the band.
    together
        Children of a family who are counted together.

    Returns
    -------
    tuple of float
        The lowest and the highest rate within.

    Notes
    -----
    The others' rate is known only from their counts. For a rate, the count of an authority with the
    same rate is then negative binomial (Poisson, with the rate's posterior under Jeffreys' prior, a
    gamma); for a share it is beta-binomial, taken as the beta of the same mean and variance and
    widened by half a count. Both are predictive distributions. As counts are discrete, they are
    outside the band no more often than stated.

    Examples
    --------
    >>> low, high = chance_band(Pooled(4000, 1e6, 10), 100_000, "rate", level=0.95)
    >>> round(1e4 * low, 1), round(1e4 * high, 1)
    (36.0, 44.2)
    """
    if exposure <= 0 or pooled.exposure <= 0:
        raise DataError("a band needs children, or a whole, above 0 on both sides")
    from scipy.stats import beta, nbinom

    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    families = exposure / together
    if kind == "rate":
        shape = pooled.count / together + 0.5
        ends = nbinom.ppf(tails, shape, pooled.exposure / (pooled.exposure + exposure))
        low, high = ends * together / exposure
        return float(low), float(high)
    whole = pooled.exposure / together
    mean = (pooled.count / together + 0.5) / (whole + 1)
    size = 1 / (1 / families + 1 / (whole + 2)) - 1
    if size <= 0:
        return 0.0, 1.0
    low, high = beta.ppf(tails, mean * size, (1 - mean) * size)
    half = 0.5 / families
    return max(0.0, float(low) - half), min(1.0, float(high) + half)


def between_variance(
    counts: Floats, exposures: Floats, kind: Kind, *, together: float = 1.0
) -> float:
    """Variance between authorities beyond chance, on the scale of the comparison.

    Parameters
    ----------
    counts, exposures
        One for each authority, shape (authority,); exposures above 0.
    kind, together
        As for :func:`chance_band`.

    Returns
    -------
    float
        0 if chance explains how much they differ; NaN for fewer than :data:`FEWEST`.

    Notes
    -----
    Spiegelhalter (2005, *Statistics in Medicine* 24, 1185-1202), the additive model: z scores about
    the pooled rate, winsorised, phi their mean square; where phi exceeds 1 - 1 / n, tau^2 = (n phi
    - (n - 1)) / (sum w - sum w^2 / sum w), with weights w of the inverse chance variances (the
    moment estimate of DerSimonian and Laird). Drawing in the ends reduces the mean square of normal
    scores by a third; phi is divided by what remains, so that tau^2 is not too small.
    """
    number = len(counts)
    if number < FEWEST:
        return float("nan")
    centre = _scaled(counts.sum() / exposures.sum(), kind)
    weights = 4 * exposures / together
    scores = np.sqrt(weights) * (_scaled(counts / exposures, kind) - centre)
    scores = np.clip(scores, *np.quantile(scores, [WINSORISED, 1 - WINSORISED]))
    excess = float(np.sum(scores**2)) / _left_by_winsorising() - (number - 1)
    below = weights.sum() - (weights**2).sum() / weights.sum()
    return max(0.0, excess / float(below))


def usual_band(
    pooled: Pooled,
    exposure: float,
    between: float,
    kind: Kind,
    *,
    level: float,
    together: float = 1.0,
) -> tuple[float, float]:
    """Rates within chance and the usual differences of authorities; NaN where these are not known.

    Parameters
    ----------
    pooled, exposure, kind, level, together
        As for :func:`chance_band`.
    between
        From :func:`between_variance`.
    """
    variance = together / 4 * (1 / exposure + 1 / pooled.exposure)
    reach = float(ndtri((1 + level) / 2)) * np.sqrt(
        variance + between * (1 + 1 / max(1, pooled.authorities))
    )
    centre = float(_scaled(np.array(pooled.rate), kind))
    low, high = max(0.0, centre - reach), centre + reach
    if np.isnan(reach):
        return float("nan"), float("nan")
    if kind == "rate":
        return low**2, float(high**2)
    return float(np.sin(low) ** 2), float(np.sin(min(high, np.pi / 2)) ** 2)


def _left_by_winsorising() -> float:
    """Mean square of standard normal scores that are drawn in at both ends."""
    end = float(ndtri(1 - WINSORISED))
    density = np.exp(-(end**2) / 2) / np.sqrt(2 * np.pi)
    return float(1 - 2 * WINSORISED - 2 * end * density + 2 * WINSORISED * end**2)


def _scaled(rates: Floats, kind: Kind) -> Floats:
    roots = np.sqrt(rates)
    return roots if kind == "rate" else np.arcsin(np.minimum(roots, 1.0))
