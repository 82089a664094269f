"""Pareto-smoothed importance weights, and what their tail says of them."""

from __future__ import annotations

import numpy as np
from scipy import special

from riskmodel.core.arrays import Floats

__all__ = ["pareto_smooth"]


def pareto_smooth(log_weights: Floats) -> tuple[Floats, float]:
    """Log weights whose largest are smoothed, and the shape of their tail.

    Parameters
    ----------
    log_weights
        Log of importance weights, up to a constant.

    Returns
    -------
    tuple
        Smoothed log weights, and the shape k of the generalised Pareto distribution fitted to the
        largest 3 √n of the weights (a fifth of them at most); infinite where there are too few.

    Notes
    -----
    Vehtari, Simpson, Gelman, Yao and Gabry 2024, with the fit of Zhang and Stephens 2009
    (Technometrics 51, 316-325) and its weak prior towards 0.5.
    """
    made = log_weights - log_weights.max()
    made = np.where(np.isfinite(made), made, -np.inf)
    tail = int(min(0.2 * len(made), 3 * np.sqrt(len(made))))
    order = np.argsort(made)
    largest = order[-tail:]
    cut = made[order[-tail - 1]] if tail < len(made) else -np.inf
    if tail < 5 or not np.isfinite(cut):
        return made, np.inf
    above = np.exp(made[largest]) - np.exp(cut)
    if above[-1] <= 0:
        return made, np.inf
    shape, unit = _fit_pareto(above)
    if np.isfinite(shape):
        share = (np.arange(tail) + 0.5) / tail
        quantile = (
            -unit * np.log1p(-share)
            if abs(shape) < 1e-9
            else unit / shape * np.expm1(-shape * np.log1p(-share))
        )
        made[largest] = np.minimum(np.log(quantile + np.exp(cut)), 0.0)
    return made, float(shape)


def _fit_pareto(above: Floats) -> tuple[float, float]:
    """Shape and scale of the generalised Pareto distribution of ascending excesses."""
    number, prior = len(above), 3.0
    grid = 30 + int(np.sqrt(number))
    quarter = max(above[int(number / 4 + 0.5) - 1], np.finfo(np.float64).tiny)
    theta = 1 / above[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / prior / quarter
    shape = np.log1p(-theta[:, None] * above).mean(axis=1)
    profile = number * (np.log(-theta / shape) - shape - 1)
    weight = np.exp(profile - special.logsumexp(profile))
    best = float((theta * weight).sum())
    found = float(np.log1p(-best * above).mean())
    unit = -found / best
    # A weak prior: ten observations with a shape of a half.
    return (number * found + 10 * 0.5) / (number + 10), unit
