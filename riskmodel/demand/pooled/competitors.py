"""The simple models that a projection has to beat, each with its own spread.

All forecast log(stock + 1) and use nothing after the year of the forecast.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.spreads import Spread, by_size, last, normal, own_spread
from riskmodel.demand.pooled.turnover import usual_starts
from riskmodel.demand.pooled.wide import constant_rates, random_walk, wide_ridge

__all__ = ["COMPETITORS", "Spread"]


FEWEST_FOR_A_FIT = 4
"""Fewest own figures for ETS and ARIMA; with fewer they give the last value."""

WINDOW = 5
"""Years of an authority's own mean."""

SMALL = 60.0
"""Stock at which an error has half the weight of a large authority's."""


Competitor = Callable[[StageHistory, StageHistory, int], Spread]
"""A forecast from the histories of others and of the authority, and the number of years ahead."""


def last_value(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """The last figure, with the spread of a random walk: own yearly changes times sqrt(years).

    Notes
    -----
    The naive method with its textbook interval (Hyndman and Athanasopoulos, *Forecasting:
    Principles and Practice*, 3rd ed., section 5.5).
    """
    return random_walk(taught, own, horizons)


def last_value_pooled(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """The last figure, with the spread of other authorities' changes over as many years."""
    return _learned(taught, own, horizons, None)


def prevalence(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """The last figure's share of the children, times their number if it grows on as before.

    Notes
    -----
    This is how commissioned national studies project, here with the spread of
    :func:`last_value_pooled`. A panel holds no projections of the population made at the time, so
    its mean growth of the last five years is continued; where it is not known, there is none.
    """
    found = last_value_pooled(taught, own, horizons)
    recent = np.log(np.where(own.population > 0, own.population, np.nan))[:, -WINDOW - 1 :]
    growth = _own_mean(np.diff(recent, axis=1))[:, None]
    return Spread(found.location + growth * np.arange(1, horizons + 1), found.scale, found.unit)


def drift(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """The line through the first and the last figure, with the textbook interval of the drift."""
    log, ahead = np.log(own.stock + 1), np.arange(1, horizons + 1)
    slope, steps = np.zeros(len(log)), np.ones(len(log))
    for row, values in enumerate(log):
        seen = np.flatnonzero(np.isfinite(values))
        if len(seen) > 1:
            steps[row] = seen[-1] - seen[0]
            slope[row] = (values[seen[-1]] - values[seen[0]]) / steps[row]
    changes = np.diff(log, axis=1) - slope[:, None]
    return Spread(
        last(log)[:, None] + slope[:, None] * ahead,
        own_spread(changes, taught, 1)[:, None] * np.sqrt(ahead * (1 + ahead / steps[:, None])),
        normal,
    )


def mean_reversion(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """A return towards the authority's own mean of five years, as far as others returned."""
    return _learned(taught, own, horizons, _distance)


def ridge(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """Ridge regression across authorities: distance from own mean, starts to stock, last change."""
    return _learned(taught, own, horizons, _three_features)


def ets(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """Exponential smoothing of the authority's own figures: level, or level and damped trend."""
    return _one_by_one(taught, own, horizons, _ets_of)


def arima(taught: StageHistory, own: StageHistory, horizons: int) -> Spread:
    """ARIMA of the authority's own figures: (1, 0, 0) with a mean, or (0, 1, 1)."""
    return _one_by_one(taught, own, horizons, _arima_of)


COMPETITORS: Mapping[str, Competitor] = MappingProxyType(
    {
        "last_value": last_value,
        "last_value_pooled": last_value_pooled,
        "drift": drift,
        "mean_reversion": mean_reversion,
        "ets": ets,
        "arima": arima,
        "ridge": ridge,
        "wide_ridge": wide_ridge,
        "constant_rates": constant_rates,
        "prevalence": prevalence,
    }
)
"""Each competitor by its name."""


def _own_mean(log: Floats) -> Floats:
    seen = np.isfinite(log)
    number = np.maximum(seen.sum(axis=1), 1)
    found: Floats = np.where(seen, log, 0.0).sum(axis=1) / number
    return found


def _distance(history: StageHistory, _taught: StageHistory, place: int) -> Floats:
    log = np.log(history.stock + 1)
    recent = log[:, max(0, place - WINDOW + 1) : place + 1]
    return np.nan_to_num(log[:, place] - _own_mean(recent))[:, None]


def _three_features(history: StageHistory, taught: StageHistory, place: int) -> Floats:
    log, starts = np.log(history.stock + 1), np.log(history.starts + 1)
    ratio = starts[:, place] - log[:, place] - usual_starts(taught, place)
    change = log[:, place] - log[:, place - 1] if place else np.zeros(len(log))
    return np.hstack(
        [_distance(history, taught, place), np.nan_to_num(np.column_stack([ratio, change]))]
    )


def _learned(
    taught: StageHistory,
    own: StageHistory,
    horizons: int,
    features: Callable[[StageHistory, StageHistory, int], Floats] | None,
) -> Spread:
    """Regress changes over so many years on features of the year before, across authorities.

    The errors' spread grows as the stock shrinks (constant + 1 / stock), and their shape is that
    of the errors themselves. Without features the middle is the last value, and the errors' shape
    is mirrored.
    """
    final = len(own.years) - 1
    own_log, taught_log = np.log(own.stock + 1), np.log(taught.stock + 1)
    location = np.repeat(last(own_log)[:, None], horizons, axis=1)
    scale = np.full_like(location, np.nan)
    errors: list[Floats] = []
    for ahead in range(1, horizons + 1):
        columns, changes, stocks = [], [], []
        for place in range(final - ahead + 1):
            change = taught_log[:, place + ahead] - taught_log[:, place]
            seen = np.isfinite(change)
            columns.append(
                features(taught, taught, place)[seen] if features else np.zeros((seen.sum(), 0))
            )
            changes.append(change[seen])
            stocks.append(taught.stock[seen, place])
        if not columns or sum(map(len, changes)) < 2:
            if ahead > 1:
                scale[:, ahead - 1] = scale[:, ahead - 2] * np.sqrt(ahead / (ahead - 1))
            else:
                scale[:, 0] = own_spread(np.diff(own_log, axis=1), taught)
            continue
        column, change, stock = map(np.concatenate, (columns, changes, stocks))
        weight = 1 / (1 + SMALL / (stock + 5))
        error = change.copy()
        if features is not None:
            slope, middle, unit = _fit(column, change, weight)
            error -= middle + column / unit @ slope
            location[:, ahead - 1] += middle + features(own, taught, final) / unit @ slope
        constant, small = by_size(error, stock, weight)
        errors.append(error / np.sqrt(constant + small / (stock + 5)))
        here = np.exp(last(own_log)) + 4
        scale[:, ahead - 1] = np.sqrt(constant + small / here)
    if not errors:
        return Spread(location, scale, normal)
    standard = np.concatenate(errors)
    if features is None:
        standard = np.concatenate([standard, -standard])
    return Spread(location, scale, lambda levels: np.quantile(standard, levels))


def _fit(column: Floats, change: Floats, weight: Floats) -> tuple[Floats, float, Floats]:
    unit = column.std(axis=0) + 1e-9
    design = np.hstack([np.ones((len(column), 1)), column / unit])
    penalty = np.eye(design.shape[1]) * 5.0
    penalty[0, 0] = 1e-6
    weighted = design * weight[:, None]
    found = np.linalg.solve(weighted.T @ design + penalty, weighted.T @ change)
    return found[1:], float(found[0]), unit


def _one_by_one(
    taught: StageHistory,
    own: StageHistory,
    horizons: int,
    fit: Callable[[Floats, int], tuple[Floats, Floats]],
) -> Spread:
    simple = last_value(taught, own, horizons)
    location, scale = simple.location.copy(), simple.scale.copy()
    for row, values in enumerate(np.log(own.stock + 1)):
        series = _filled(values)
        if len(series) < FEWEST_FOR_A_FIT or np.ptp(series) == 0:
            continue
        with warnings.catch_warnings():
            # On a dozen figures a search that stops early is the rule; what it found is judged.
            warnings.simplefilter("ignore")
            middle, spread = fit(series, horizons)
        if np.isfinite(middle).all() and np.isfinite(spread).all():
            location[row], scale[row] = middle, np.maximum(spread, 1e-3)
    return Spread(location, scale, normal)


def _filled(values: Floats) -> Floats:
    """From the first figure on; a gap is filled with the figure before it, as both models need."""
    seen = np.flatnonzero(np.isfinite(values))
    if not len(seen):
        return np.zeros(0)
    kept = values[seen[0] : seen[-1] + 1].copy()
    for place in range(1, len(kept)):
        if np.isnan(kept[place]):
            kept[place] = kept[place - 1]
    return kept


def _ets_of(series: Floats, horizons: int) -> tuple[Floats, Floats]:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    best = None
    for trend in (None, "add"):
        if trend and len(series) < FEWEST_FOR_A_FIT + 3:
            continue
        model = ETSModel(
            pd.Series(series), error="add", trend=trend, damped_trend=trend is not None
        )
        # From statsmodels' own start the search often stops where the level hardly moves.
        lively = [0.9, series[0]] if trend is None else [0.9, 0.05, 0.9, series[0], 0.0]
        for start in (None, lively):
            fitted = model.fit(start_params=start, disp=False)
            if best is None or fitted.aicc < best.aicc:
                best = fitted
    assert best is not None
    found = best.get_prediction(start=len(series), end=len(series) + horizons - 1)
    variance = np.asarray(found.forecast_variance) * _freedom(len(series), len(best.params))
    return np.asarray(found.predicted_mean), np.sqrt(variance)


def _arima_of(series: Floats, horizons: int) -> tuple[Floats, Floats]:
    from statsmodels.tsa.arima.model import ARIMA

    best = None
    for order, trend in (((1, 0, 0), "c"), ((0, 1, 1), "n")):
        fitted = ARIMA(series, order=order, trend=trend).fit()
        if best is None or fitted.aicc < best.aicc:
            best = fitted
    assert best is not None
    found = best.get_forecast(horizons)
    # The variance itself is one of ARIMA's parameters here, and not of those that cost freedom.
    factor = _freedom(len(series), len(best.params) - 1)
    return np.asarray(found.predicted_mean), np.asarray(found.se_mean) * np.sqrt(factor)


def _freedom(figures: int, parameters: int) -> float:
    """Figures over figures less parameters, for a variance of which the likelihood took none."""
    return figures / max(figures - parameters, 1)
