"""How long something lasts if some of it is still open: Kaplan and Meier, on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["Curve", "Share", "curve_of", "quantile_of", "share_within"]

Floats = npt.NDArray[np.float64]


class Curve(NamedTuple):
    """Share that is still open after each duration at which something ended.

    Parameters
    ----------
    times
        Durations at which something ended, rising, shape (time,).
    survival
        Share still open after each, shape (time,).
    hazard_variance
        Greenwood's sum up to each, shape (time,): the variance of the logarithm of ``survival``.
    """

    times: Floats
    survival: Floats
    hazard_variance: Floats


class Share(NamedTuple):
    """A share with its range, and its effective number of cases."""

    value: float
    low: float
    high: float
    number: float


def curve_of(durations: npt.NDArray[np.number], is_over: npt.NDArray[np.bool_]) -> Curve:
    """The product-limit curve.

    Parameters
    ----------
    durations
        Duration to the end, or to the last day on which it was known to be open; shape (n,).
    is_over
        Whether it ended then.

    Notes
    -----
    S(t) is the product over times u up to t of 1 - d/n, with d ends at u and n open until u
    (Kaplan and Meier 1958); the variance of log S is the sum of d / (n (n - d)) (Greenwood 1926).
    """
    times, places = np.unique(durations, return_inverse=True)
    ended = np.bincount(places, weights=is_over, minlength=len(times))
    every = np.bincount(places, minlength=len(times))
    at_risk = len(durations) - np.concatenate([[0], np.cumsum(every)[:-1]])
    at = ended > 0
    d, n = ended[at], at_risk[at].astype(np.float64)
    with np.errstate(divide="ignore"):
        terms = d / (n * (n - d))
    survival = np.asarray(np.cumprod(1 - d / n), dtype=np.float64)
    return Curve(times[at].astype(np.float64), survival, np.cumsum(terms))


def quantile_of(curve: Curve, share: float) -> float:
    """The shortest duration by which this share is over; NaN where that is not reached."""
    reached = np.flatnonzero(curve.survival <= 1 - share + 1e-12)
    return float(curve.times[reached[0]]) if len(reached) else float("nan")


def share_within(
    durations: npt.NDArray[np.number], is_over: npt.NDArray[np.bool_], limit: float, level: float
) -> Share:
    """The share that is over within a limit; open ones count for as long as they are known.

    Parameters
    ----------
    durations, is_over
        As for :func:`curve_of`.
    limit
        In the unit of the durations; what ends on the limit is within it.
    level
        Of the range.

    Notes
    -----
    Jeffreys' range for the number of cases that gives the variance of the curve, n = F (1 - F) /
    var F (Rothman 1978). If nothing is open before the limit, that is the count itself. If none or
    all are over by then, it is the number whose outcome is known.
    """
    known = float(np.count_nonzero(is_over & (durations <= limit)))
    known += float(np.count_nonzero(durations > limit))
    # One open until the limit itself may still end on it: its outcome is not known.
    if not known:
        return Share(float("nan"), float("nan"), float("nan"), 0.0)
    curve = curve_of(durations, is_over)
    place = int(np.searchsorted(curve.times, limit, side="right")) - 1
    over = 0.0 if place < 0 else float(1 - curve.survival[place])
    number = known
    if 0 < over < 1:
        number = over / ((1 - over) * float(curve.hazard_variance[place]))
    tails = (1 - level) / 2, (1 + level) / 2
    within = over * number
    low, high = special.betaincinv(within + 0.5, number - within + 0.5, tails)
    return Share(over, 0.0 if over == 0 else float(low), 1.0 if over == 1 else float(high), number)
