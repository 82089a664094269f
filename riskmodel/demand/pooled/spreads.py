"""The spread of simple models: forecasts by quantile functions on the log scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.history import StageHistory

__all__ = ["Spread", "by_size", "last", "normal", "own_spread"]


LEAST_CONSTANT = 0.1
"""Least part of a mean squared error that does not depend on size."""

_USUAL_CHANGE = 0.1
"""Yearly change on the log scale where no authority has any."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A forecast by quantile function on the log scale.

    Parameters
    ----------
    location
        Shape (authority, horizon).
    scale
        Same shape.
    unit
        Quantile function of the standardised error; takes levels, gives shape (level,).
    """

    location: Floats
    scale: Floats
    unit: Callable[[Floats], Floats]

    def quantiles(self, levels: Floats) -> Floats:
        """Stock at these levels, shape (authority, horizon, level), from 0."""
        log = self.location[:, :, None] + self.scale[:, :, None] * self.unit(levels)
        found: Floats = np.maximum(np.exp(log) - 1, 0.0)
        return found


def normal(levels: Floats) -> Floats:
    """Quantile function of the standard normal."""
    from scipy.special import ndtri

    return np.asarray(ndtri(levels))


def last(log: Floats) -> Floats:
    """The last figure of each authority, shape (authority,); NaN where it has none."""
    found = np.full(len(log), np.nan)
    for column in log.T:
        found = np.where(np.isfinite(column), column, found)
    return found


def own_spread(changes: Floats, taught: StageHistory, parameters: int = 0) -> Floats:
    """Root mean square of each authority's changes, allowing for the number of fitted parameters.

    Where an authority has no change of its own, the median of the others' changes by size.
    """
    seen = np.isfinite(changes)
    number = np.maximum(seen.sum(axis=1) - parameters, 1)
    found = np.sqrt((np.where(seen, changes, 0.0) ** 2).sum(axis=1) / number)
    others = np.abs(np.diff(np.log(taught.stock + 1), axis=1))
    others = others[np.isfinite(others) & (others > 0)]
    usual = float(np.median(others)) if len(others) else _USUAL_CHANGE
    return np.where(found > 1e-9, found, usual)


def by_size(errors: Floats, stock: Floats, weight: Floats) -> tuple[float, float]:
    """Variance of errors as constant + small / (stock + 5), both 0 or more.

    Parameters
    ----------
    errors, stock, weight
        Of past forecasts, shape (forecast,). Squares are cut off at 20 times their median.
    """
    from scipy.optimize import nnls

    squares = np.minimum(errors**2, 20 * np.median(errors**2))
    root = np.sqrt(weight)
    shape = np.column_stack([np.ones_like(stock), 1 / (stock + 5)])
    (constant, small), _ = nnls(shape * root[:, None], squares * root)
    # Never all of it by size: a large authority whose spread were nought would make any error
    # of its own infinite beside it.
    least = LEAST_CONSTANT * float(np.average(squares, weights=weight))
    return max(float(constant), least) + 1e-6, float(small)
