"""Two strong competitors: a ridge regression on all figures, and how the sector projects today."""

from __future__ import annotations

import numpy as np

from riskmodel.demand.pooled.features import features, mean_known
from riskmodel.demand.pooled.history import FLOW_MEASURES, StageHistory
from riskmodel.demand.pooled.regression import sums_of
from riskmodel.demand.pooled.spreads import Spread, by_size, last, normal, own_spread

__all__ = ["constant_rates", "random_walk", "wide_ridge"]


_YEARS_OF_RATES = 3
"""Number of years over which constant rates are averaged."""


def wide_ridge(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """Ridge regression on all figures, without each year's common change, weighted by size.

    The median is the last figure plus the change that the features predict. The spread and its
    shape come from learners predicted from the others, and include the common changes of their
    years.
    """
    number = int(np.isfinite(taught.stock).any(axis=1).sum())
    if not number:
        return random_walk(taught, own, horizons)
    sums = sums_of(taught, horizons)
    regression = sums.regression(own.measure, np.zeros(horizons), np.ones(horizons))
    now = last(np.log(own.stock + 1))
    location = now[:, None] + regression.change(features(own, -1))
    scale = random_walk(taught, own, horizons).scale
    expected = sums.expected(len(taught.years) - 1)
    log, errors = np.log(taught.stock + 1), []
    for ahead in range(1, min(horizons, len(taught.years) - 1) + 1):
        change = (log[:, ahead:] - log[:, :-ahead]).T
        miss = change - expected[:-ahead, :, ahead - 1]
        seen = np.isfinite(miss)
        if seen.sum() < 2:
            continue
        stock = taught.stock[:, :-ahead].T[seen]
        constant, small = by_size(miss[seen], stock, sums.weight[:-ahead][seen])
        errors.append(miss[seen] / np.sqrt(constant + small / (stock + 5)))
        scale[:, ahead - 1] = np.sqrt(constant + small / (np.exp(now) + 4))
    if not errors:
        return Spread(location, scale, normal)
    standard = np.concatenate(errors)
    return Spread(location, scale, lambda levels: np.quantile(standard, levels))


def constant_rates(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """Starts and the rate of ends stay as they were; the spread of outcomes is only chance.

    Notes
    -----
    This is how the sector's open model projects: s starts a year, and ends at a rate m for each
    child, both means of the authority's last three years. Ends are starts less the change of the
    stock, because published ends do not always fit the stocks. After h years S exp(-m h) of S
    children are left, with the variance of a binomial, and s (1 - exp(-m h)) / m have started and
    are still there, with that of a Poisson. Without starts the stock stays the same, with the
    variance of a Poisson. A flow stays at its mean, with the variance of a Poisson.
    """
    ahead = np.arange(1, horizons + 1)
    now = np.expm1(last(np.log(own.stock + 1)))
    if own.measure in FLOW_MEASURES:
        usual = np.repeat(mean_known(own.stock, _YEARS_OF_RATES)[:, None], horizons, axis=1)
        return Spread(np.log1p(usual), np.sqrt(np.maximum(usual, 0.25)) / (usual + 1), normal)
    starts = mean_known(own.starts, _YEARS_OF_RATES)
    stock = mean_known(own.stock, _YEARS_OF_RATES + 1)
    ends = starts - mean_known(np.diff(own.stock, axis=1), _YEARS_OF_RATES)
    known = (stock > 0) & (ends > 0)
    rate = np.where(known, ends / np.where(stock > 0, stock, 1.0), 1.0)[:, None]
    left = np.exp(-rate * ahead)
    come = np.where(known, starts, 0.0)[:, None] * (1 - left) / rate
    middle = np.where(known[:, None], now[:, None] * left + come, now[:, None])
    chance = np.where(known[:, None], now[:, None] * left * (1 - left) + come, now[:, None])
    return Spread(np.log1p(middle), np.sqrt(np.maximum(chance, 0.25)) / (middle + 1), normal)


def random_walk(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """The last figure, with a spread of own yearly changes times the square root of the years."""
    log = np.log(own.stock + 1)
    spread = own_spread(np.diff(log, axis=1), taught)[:, None] * np.sqrt(np.arange(1, horizons + 1))
    return Spread(np.repeat(last(log)[:, None], horizons, axis=1), spread, normal)
