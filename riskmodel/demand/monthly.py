"""Ends by month, of the starts of a month and of children already there.

Starts are uniform within their month. With S the survival of durations and h the length of a month,
the share of a month's starts still there at the end of the lag-th month after it is

    A(lag) = (1 / h) ∫ S(u) du,  u from lag h to (lag + 1) h,

and the share that ends in that month is A(lag - 1) - A(lag), with A(-1) = 1. The share is computed
as an integral of the density times a triangular function, so that it is precise even where A is
close to 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from riskmodel.core.arrays import Floats
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_MONTH, Family

__all__ = ["end_shares", "open_left"]

# Gauss-Legendre nodes on (0, 1). With seven, and a month of at most one scale, the error of a
# month's share stays below 1e-9; the tests compare with the incomplete gamma function.
_NODES, _WEIGHTS = (0.5 * half for half in np.polynomial.legendre.leggauss(7))
_NODES = _NODES + 0.5
_TERMS = 14


def end_shares(
    family: Family, mean_days: npt.ArrayLike, shape: npt.ArrayLike, months: int
) -> Floats:
    """Share of a month's starts that ends in that month, in the next one, and so on.

    Parameters
    ----------
    family
        Distribution of lengths.
    mean_days, shape
        Arrays of the same shape (any number of axes): a mean and a shape for each.
    months
        How many months, including the month of the start.

    Returns
    -------
    numpy.ndarray
        Shape (months, …). The rest up to 1 is still there at the end.
    """
    mean = np.asarray(mean_days, dtype=np.float64)
    shape = np.broadcast_to(np.asarray(shape, dtype=np.float64), mean.shape)
    if family == "gamma" and (mean.size == 0 or (shape * DAYS_A_MONTH <= mean).all()):
        ended, late = _gamma_parts(mean, shape, months)
    else:
        ended, late = _parts(family, mean, shape, months)
    # Those that start early in their month end in the lag-th month when their length is between
    # lag - 1 and lag months, or lag and lag + 1: `late` weighs a length by how far it is past its
    # whole months.
    shares = ended - late
    shares[1:] += late[:-1]
    return np.asarray(np.maximum(shares, 0.0))


def open_left(shares: Floats, mean_days: Floats) -> Floats:
    """Share of the children at the opening who are still there at the end of each month.

    They have been there as long as in a steady state (equilibrium residuals), so in month j the
    share h A(j) / mean of them ends.

    Parameters
    ----------
    shares
        What :func:`end_shares` gives, shape (month, …).
    mean_days
        Mean duration, shape (…).

    Returns
    -------
    numpy.ndarray
        Shape (month, …), falling.
    """
    left, staying, gone = np.empty_like(shares), np.ones_like(mean_days), np.zeros_like(mean_days)
    for month, share in enumerate(shares):
        staying = staying - share
        gone = gone + staying * (DAYS_A_MONTH / mean_days)
        np.maximum(1 - gone, 0.0, out=left[month])
    return left


def _parts(family: Family, mean: Floats, shape: Floats, months: int) -> tuple[Floats, Floats]:
    """Share of lengths within each month, and the same weighted with the part of the month.

    The weighted integral is that of S over the month less its last value.
    """
    edges = DAYS_A_MONTH * np.arange(months + 1).reshape(-1, *(1 for _ in range(mean.ndim)))
    alive = laws.survival(family, edges, mean, shape)
    whole = np.diff(laws.equilibrium(family, edges, mean, shape), axis=0) * (mean / DAYS_A_MONTH)
    return -np.diff(alive, axis=0), whole - alive[1:]


def _gamma_parts(mean: Floats, shape: Floats, months: int) -> tuple[Floats, Floats]:
    """As :func:`_parts` for gamma lengths whose scale is a month or more, many times faster.

    Quadrature needs one exponential a node: zᵏ⁻¹ e⁻ᶻ = exp((k - 1) log z - z). Only the first
    month, where the density may be infinite, is a series.
    """
    step = DAYS_A_MONTH * shape / mean
    norm = np.exp(-special.gammaln(shape))
    ended, late = np.empty((months, *mean.shape)), np.empty((months, *mean.shape))
    below, above = _first_month(shape, step, norm)
    ended[0], late[0] = below, shape / step * above
    at = (np.arange(1, months)[:, None] + _NODES).reshape(-1)
    power = np.log(at).reshape(-1, *(1 for _ in range(mean.ndim))) * (shape - 1)
    power -= at.reshape(-1, *(1 for _ in range(mean.ndim))) * step
    np.exp(power, out=power)
    node = power.reshape(max(months - 1, 0), len(_NODES), *mean.shape)
    factor = norm * step**shape
    ended[1:] = np.einsum("mn...,n->m...", node, _WEIGHTS) * factor
    late[1:] = np.einsum("mn...,n->m...", node, _WEIGHTS * _NODES) * factor
    return ended, late


def _first_month(shape: Floats, step: Floats, norm: Floats) -> tuple[Floats, Floats]:
    """P(k, z) and P(k + 1, z) for z up to 1.

    P(k, z) = zᵏ e⁻ᶻ / Γ(k + 1) × Σ zⁿ / ((k + 1) … (k + n)) (DLMF 8.7.1).
    """
    lead = step**shape * np.exp(-step) * norm / shape
    term, total = np.ones_like(step), np.ones_like(step)
    for number in range(1, _TERMS):
        term = term * (step / (shape + number))
        total = total + term
    below = lead * total
    return below, below - lead
