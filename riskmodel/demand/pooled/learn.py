"""What authorities have in common, learned from some of them up to a year, and its forecasts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.course import (
    common_course,
    common_growth,
    log_rates,
    mean_stay_years,
)
from riskmodel.demand.pooled.features import features
from riskmodel.demand.pooled.growth import carried_growth, growth_beside_drift
from riskmodel.demand.pooled.history import FLOW_MEASURES, StageHistory
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.process import (
    Prediction,
    Process,
    log_likelihood,
    predict,
    size_scale,
)
from riskmodel.demand.pooled.stacking import Steady, stacked
from riskmodel.demand.pooled.turnover import correct, flows, usual_starts
from riskmodel.errors import DataError
from riskmodel.parameters import parameter

__all__ = ["NOTHING_KNOWN", "Forecast", "Learned", "degrees_of", "forecast", "learn"]


NOTHING_KNOWN = 100.0
"""Variance of a log level about which nothing is known beforehand."""

_PRIORS = (
    ("level", 0.35, 1.0),
    ("deviation", 0.2, 1.0),
    ("deviation_memory", 0.69, 1.5),
    ("wander", 0.07, 1.0),
    ("size", 1.0, 1.5),
    ("noise", 0.03, 1.0),
    ("tail", 8.0, 0.7),
)
"""Centre of the prior of each part, and its standard deviation on the unbounded scale, which is so
wide that seventy authorities outweigh it within three years."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Forecasts of a stock by authority and years ahead: Student-t distributions of log(stock + 1).

    Parameters
    ----------
    codes
        Authorities.
    year
        The year that forecasts are made in, with nothing later.
    horizons
        Years ahead, from 1.
    location, scale
        Median and standard deviation on the log scale, shape (authority, horizon).
    covariance
        Between horizons, shape (authority, horizon, horizon); its diagonal is ``scale`` squared.
    degrees
        Degrees of freedom, shape (authority,).
    """

    codes: tuple[str, ...]
    year: int
    horizons: tuple[int, ...]
    location: Floats
    scale: Floats
    covariance: Floats
    degrees: Floats

    def quantiles(self, levels: Sequence[float] | Floats) -> Floats:
        """Stock at these probability levels, shape (authority, horizon, level), from 0."""
        from scipy.special import stdtrit

        degrees = self.degrees[:, None]
        unit = stdtrit(degrees, np.asarray(levels)[None, :]) * np.sqrt((degrees - 2) / degrees)
        log = self.location[:, :, None] + self.scale[:, :, None] * unit[:, None, :]
        found: Floats = np.maximum(np.exp(log) - 1, 0.0)
        return found


def learn(
    history: StageHistory,
    *,
    learners: Iterable[int] | None = None,
    horizons: int = 4,
) -> Learned:
    """Learn a stock's process from some authorities, from all years of the history given.

    Parameters
    ----------
    history
        Every year in it is used, from the first in which a learner has a figure to the last, so cut
        it first (:meth:`StageHistory.until`).
    learners
        Positions of the authorities to learn from; None takes all.
    horizons
        Years ahead to learn the turnover and the spread for.

    Raises
    ------
    DataError
        When there are fewer than two years or two authorities with a figure.

    Notes
    -----
    The process maximises the posterior density of the Student-t process (L-BFGS-B). The common
    course adds up the usual yearly change (a trimmed mean), and its growth is carried forward only
    as far as it stands out from its noise, with weight tau^2 / (tau^2 + variance / years), where
    tau is a parameter of each stage. An authority without a population adds nothing to what is
    known of how much levels differ: its own level is what its figures say. If none has a
    population, the course is not one of rates, and forecasts take no level from a population. The
    turnover is a ridge regression of the errors of past forecasts, centred within each year.
    Forecasts as they would have been made in each earlier year, with the course and the growth
    known by then, show how much weight the regression on all figures should have relative to the
    process, and how wide the two together should be
    (:func:`~riskmodel.demand.pooled.stacking.stacked`).
    """
    places = np.arange(len(history.codes)) if learners is None else np.array(sorted(learners))
    # Years that none of them saw are no years without a change, and none that is known.
    taught = history.of(places.tolist()).reported()
    held = int(np.isfinite(taught.stock).any(axis=1).sum())
    if len(taught.years) < 2 or held < 2:
        raise DataError(
            "learning needs two years and two authorities with a figure; found "
            f"{len(taught.years)} and {held}",
            field=history.measure,
        )
    values, _ = log_rates(taught)
    course, _ = common_course(values)
    stay = mean_stay_years(taught)
    process = _fit(taught, values - course, stay)
    past = [
        _beside_course(process, taught, course, stay, year, horizons)
        for year in range(len(taught.years))
    ]
    alone = Learned(
        history.measure,
        taught.years,
        held,
        process,
        stay,
        course,
        *common_growth(np.diff(course), history.measure),
        usual_starts(taught, len(taught.years) - 1),
        correct(taught, past, course, horizons),
        np.ones(horizons),
        bool(taught.has_population.any()),
    )
    steadies = {
        place: _steady(_stood_at(alone, taught, values, place), taught.until(year), horizons)
        for place, year in enumerate(taught.years)
        if place
    }
    regression, spread = stacked(taught, steadies, horizons)
    return replace(alone, regression=regression, spread=spread)


def _stood_at(learned: Learned, taught: StageHistory, values: Floats, place: int) -> Learned:
    """What would have been learned at an earlier year, but for the process and the turnover."""
    course, changes = common_course(values[:, : place + 1])
    drift, variance = common_growth(changes, learned.measure)
    return replace(
        learned,
        years=taught.years[: place + 1],
        course=course,
        drift=drift,
        drift_variance=variance,
        usual_starts=usual_starts(taught, place),
    )


def forecast(learned: Learned, history: StageHistory, horizons: int | None = None) -> Forecast:
    """Forecast the stocks of any authorities, learned from or not, with their own history.

    Parameters
    ----------
    learned
        What was learned from other authorities, up to the same year or an earlier one.
    history
        The authorities' own history, up to the year of the forecast.
    horizons
        Years ahead; None takes those of the learning.

    Raises
    ------
    DataError
        When the learning uses later years than the history.
    """
    if learned.year > history.years[-1]:
        raise DataError(
            f"was learned from years up to {learned.year} and is asked to forecast after "
            f"{history.years[-1]}; cut both to the same years",
            field=history.measure,
        )
    if not learned.per_child:
        nobody = np.full(history.population.shape, np.nan)
        history = replace(history, population=nobody)
    number = horizons or len(learned.spread)
    most = max(number, len(learned.spread))
    steady = _steady(learned, history, most)
    place, ahead = len(history.years) - 1, np.arange(1.0, number + 1)
    now = np.log(history.stock[:, place] + 1)
    moved = learned.by_regression(
        steady.location[:, : len(learned.spread)], now, features(history, place)
    )
    beyond = np.minimum(np.arange(number), moved.shape[1] - 1)
    location = (steady.location + steady.growth)[:, :number] + moved[:, beyond]
    _, widths = learned.ahead(ahead)
    covariance = steady.covariance[:, :number, :number] * widths[:, None] * widths
    covariance += learned.drift_variance * np.minimum(ahead[:, None], ahead)
    return Forecast(
        history.codes,
        history.years[-1],
        tuple(range(1, number + 1)),
        location,
        np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)),
        covariance,
        steady.degrees,
    )


def _steady(learned: Learned, history: StageHistory, number: int) -> Steady:
    """The process's forecast, growth apart and its spread as it claims it."""
    last, ahead = len(history.years) - 1, np.arange(1.0, number + 1)
    moments = np.array([*history.years, *(history.years[-1] + ahead)], dtype=np.float64)
    course = learned.course_at(moments)
    # What the course does from here on is added later: no history tells of it.
    unknown = learned.course_covariance(np.minimum(moments, history.years[-1]))
    found = _beside_course(
        learned.process, history, course, learned.stay_years, last, number, unknown
    )
    _, exposure = log_rates(history, course[: last + 1])
    turnover, _ = learned.ahead(ahead)
    location = found.mean + course[last] + exposure[:, None]
    location += flows(history, last, learned.usual_starts) @ turnover.T
    growth = course[last + 1 :] - course[last]
    growth = growth + growth_beside_drift(learned, _growths(learned, history), ahead)
    return Steady(location, growth, found.covariance, degrees_of(found, history.measure))


def _growths(learned: Learned, history: StageHistory) -> Floats:
    """Common growth that each authority's forecast goes on with, shape (authority,)."""
    years = np.array(history.years, dtype=np.float64)
    log_stock = np.log(history.stock + 1)
    return np.array(
        [
            carried_growth(learned, float(years[-1]), years[seen], row[seen])
            for row, seen in zip(log_stock, np.isfinite(log_stock), strict=True)
        ]
    )


def degrees_of(prediction: Prediction, measure: str) -> Floats:
    """Degrees of freedom of a forecast: the prediction's, with a maximum that keeps tails heavy."""
    of_flows = "flow" if measure in FLOW_MEASURES else "forecast"
    most = parameter(f"demand_{of_flows}_degrees_at_most").value
    return np.minimum(prediction.degrees, most)


def _fit(history: StageHistory, values: Floats, stay: float) -> Process:
    from scipy.optimize import minimize

    times = np.arange(len(history.years), dtype=np.float64)
    scale, vague = _scale(history.stock), _vague(history)
    centre = Process(**{name: middle for name, middle, _ in _PRIORS}).to_vector()
    width = np.array([spread for _, _, spread in _PRIORS])

    def cost(vector: Floats) -> float:
        fit = log_likelihood(Process.from_vector(vector), times, values, scale, stay, vague=vague)
        return -fit + 0.5 * float((((vector - centre) / width) ** 2).sum())

    limits = list(zip(centre - 5 * width, centre + 5 * width, strict=True))
    found = minimize(cost, centre, method="L-BFGS-B", bounds=limits, options={"maxiter": 200})
    return Process.from_vector(found.x)


def _vague(history: StageHistory) -> Floats:
    """Where no population is known, nothing is known of the level; shape (authority,)."""
    return np.where(history.has_population, 0.0, NOTHING_KNOWN)


def _scale(stock: Floats) -> Floats:
    """Scale of the size part; where a stock is missing it does not matter which."""
    return size_scale(np.where(np.isfinite(stock), stock, 100.0))


def _beside_course(
    process: Process,
    history: StageHistory,
    course: Floats,
    stay: float,
    last: int,
    horizons: int,
    unknown: Floats | None = None,
) -> Prediction:
    """Predictions beside the common course, from the years up to that place."""
    seen = slice(0, last + 1)
    own = course[: len(history.years)]
    values, _ = log_rates(history, own)
    scale = _scale(history.stock[:, seen])
    times = np.arange(last + 1, dtype=np.float64)
    later = last + np.arange(1, horizons + 1, dtype=np.float64)
    # A forecast has the size that the authority had when last seen.
    stock = _last_seen(history.stock[:, seen])
    ahead = np.repeat(size_scale(stock)[:, None], horizons, axis=1)
    beside = values[:, seen] - own[seen]
    vague = _vague(history)
    added = np.broadcast_to(vague[:, None, None], (len(vague), *(last + 1 + horizons,) * 2))
    return predict(
        process,
        times,
        beside,
        scale,
        later,
        ahead,
        stay,
        added=added if unknown is None else added + unknown,
        spent=(vague > 0) & np.isfinite(beside).any(axis=1),
    )


def _last_seen(stock: Floats) -> Floats:
    found = np.full(len(stock), 100.0)
    for column in stock.T:
        found = np.where(np.isfinite(column), column, found)
    return found
