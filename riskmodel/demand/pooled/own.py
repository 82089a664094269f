"""A forecast of one authority's stock from its own figures, at any dates, and what was learned.

Times are decimal years in which 31 March 2015 is 2015.0 and 30 September 2014 about 2014.5: the
numbers by which authority panels name their years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats, lock
from riskmodel.demand.pooled.features import features
from riskmodel.demand.pooled.growth import (
    age_in_years,
    carried_growth,
    growth_beside_drift,
)
from riskmodel.demand.pooled.learn import NOTHING_KNOWN, degrees_of
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.process import Prediction, predict, size_scale
from riskmodel.demand.pooled.yearly import annual_history, at_year_ends
from riskmodel.errors import DataError
from riskmodel.projection import months_between

__all__ = [
    "OwnForecast",
    "at_year_ends",
    "common_changes",
    "decimal_year",
    "forecast_own",
    "sample_paths",
]


CLIP = 0.0005
"""Paths stay between this quantile of each time's Student-t and one minus it: further out, a few
draws would depend on the shape of the tail, about which no history says anything."""

TABLE = 4097
"""Points of the table that converts normal to Student-t values."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnForecast:
    """Forecast of one authority's stock: a Student-t of log(stock + 1) at each time.

    Parameters
    ----------
    measure
        Which stock.
    times
        Decimal years, shape (time,).
    location
        Median of log(stock + 1), shape (time,).
    covariance
        Of log(stock + 1) between times, shape (time, time).
    common
        The part of the covariance that all authorities share, from their common course, shape
        (time, time).
    degrees
        Degrees of freedom.
    growth
        Yearly growth that is carried forward, out of the growth that authorities had in common: log
        units.
    age
        Whole years by which the learning is older than the last figure.
    """

    measure: str
    times: Floats
    location: Floats
    covariance: Floats
    common: Floats
    degrees: float
    growth: float
    age: int

    def __post_init__(self) -> None:
        lock(self, "times", "location", "covariance", "common")

    @property
    def scale(self) -> Floats:
        """Standard deviation of log(stock + 1), shape (time,)."""
        return np.sqrt(np.diagonal(self.covariance))

    def quantiles(self, levels: Sequence[float] | Floats) -> Floats:
        """Stock at these probability levels, shape (time, level), from 0."""
        log = self.location[:, None] + self.scale[:, None] * self._unit(np.asarray(levels))
        found: Floats = np.maximum(np.exp(log) - 1, 0.0)
        return found

    def _unit(self, levels: Floats) -> Floats:
        """Quantiles of the Student-t of variance 1."""
        from scipy.special import stdtrit

        found: Floats = stdtrit(self.degrees, levels) * np.sqrt((self.degrees - 2) / self.degrees)
        return found

    def _of_normal(self, normal: Floats) -> Floats:
        """Standard normals as the Student-t of variance 1 at the same levels, cut off.

        By a table: its straight lines are within a millionth of a standard deviation, and a
        quantile function for each of a million draws would take most of a projection's time.
        """
        from scipy.special import ndtr, ndtri

        table = np.linspace(ndtri(CLIP), ndtri(1 - CLIP), TABLE)
        return np.interp(normal, table, self._unit(ndtr(table)))

    def __str__(self) -> str:
        low, middle, high = self.quantiles([0.05, 0.5, 0.95])[-1]
        return (
            f"{self.measure} in {self.times[-1]:.2f}: {middle:,.0f}, "
            f"90% interval {low:,.0f} to {high:,.0f} (projected)"
        )


def forecast_own(  # noqa: PLR0913  what may be known of one authority
    learned: Learned,
    times: Sequence[float] | Floats,
    stock: Sequence[float] | Floats,
    later: Sequence[float] | Floats,
    *,
    population: float | None = None,
    error_variance: Sequence[float] | Floats | None = None,
    starts: float | None = None,
    ends: float | None = None,
    beside: Mapping[str, Sequence[float] | Floats] | None = None,
    expected: bool = False,
) -> OwnForecast:
    """Forecast one authority's stock from its own figures and what was learned from others.

    Parameters
    ----------
    learned
        What was learned from other authorities; its years may differ from the authority's.
    times
        Times of the figures in decimal years (31 March 2015 is 2015.0), in any order; two figures
        at one time are two sources.
    stock
        The figures, shape (figure,); NaN is no figure.
    later
        Times to forecast, none before the last figure.
    population
        Children aged 0 to 17, latest known. Without it, or if the authorities learned from had
        none, the authority's level comes only from its own figures.
    error_variance
        Variance of each figure's own error on the log scale, shape (figure,), in addition to the
        reporting noise that all figures have, for sources known to disagree. None is nought.
    starts, ends
        In the year up to the last figure, where known.
    beside
        Other figures by the panel's names (:data:`~riskmodel.demand.pooled.history.BESIDE`), each
        for the last :data:`~riskmodel.demand.pooled.features.YEARS_LOOKED_BACK` years up to the
        last figure; NaN where one is not known. Figures that are left out are not used. The measure
        that was learned may be among them, if the stock is a part of it.
    expected
        Whether to forecast the expected stock, without chance in starts and ends and without
        reporting noise; a simulation of starts and ends begins from it.

    Raises
    ------
    DataError
        When there is no figure, one is negative or infinite, shapes differ, or a time to forecast
        lies before the last figure.

    Notes
    -----
    The method is that of :func:`riskmodel.demand.pooled.learn.forecast`, with the same results at
    whole years. What the common course did before and after the years learned from is not known. It
    is taken to have stayed level before and to have continued with its drift after, as a random
    walk with the variance learned for a year's common change. So figures of other years are read
    with that uncertainty, and a common change is not mistaken for the authority's own. After the
    last figure, as much of the drift is carried forward as its age and the authority's own figures
    allow (:func:`riskmodel.demand.pooled.growth.carried_growth`). Between whole years ahead the
    turnover and the spread are on straight lines, beyond the last as at the last.
    """
    moments, figures, errors = _figures(learned.measure, times, stock, error_variance)
    wanted = np.array(later, dtype=np.float64)
    last = moments[-1]
    if wanted.ndim != 1 or not len(wanted) or not (wanted >= last).all():
        raise DataError(
            f"times to forecast are one or more, none before the last figure's {last:g}",
            field=learned.measure,
        )
    if population is not None and not (np.isfinite(population) and population > 0):
        raise DataError(f"a population is above 0, got {population!r}", field="population")
    if not learned.per_child:
        population = None
    whole_years = last + np.arange(1.0, len(learned.spread) + 1)
    everything = np.concatenate([moments, whole_years, wanted])
    course = learned.course_at(everything)
    log = np.log(figures + 1) - course[: len(figures)]
    exposure = float(log.mean()) if population is None else float(np.log(population))
    added = learned.course_covariance(np.minimum(everything, last))
    added[np.diag_indices(len(figures))] += errors
    added += NOTHING_KNOWN if population is None else 0.0
    begin, scale = moments[0], size_scale(figures)
    growth = carried_growth(learned, last, moments, np.log(figures + 1), errors)
    found = predict(
        learned.process,
        moments - begin,
        (log - exposure)[None],
        scale[None],
        everything[len(figures) :] - begin,
        np.full((1, len(whole_years) + len(wanted)), 0.0 if expected else scale[-1]),
        learned.stay_years,
        added=added[None],
        spent=[float(population is None)],
    )
    turnover, _ = learned.ahead(everything[len(figures) :] - last)
    steady = found.mean[0] + exposure + learned.course_at([last])
    steady = steady + turnover @ _flows(learned, figures[-1], starts, ends)
    precision = 1 / (errors + learned.process.noise**2)
    recent = at_year_ends(moments, figures, last, precision)
    annual = annual_history(learned.measure, recent, starts, ends, population, beside or {})
    moved = learned.by_regression(
        steady[None, : len(whole_years)], np.log(recent[-1] + 1), features(annual, -1)
    )[0]
    return _projected(learned, found, wanted, last, steady[len(whole_years) :], moved, growth)


def _projected(
    learned: Learned,
    found: Prediction,
    wanted: Floats,
    last: float,
    steady: Floats,
    moved: Floats,
    growth: float,
) -> OwnForecast:
    """With the regression, growth, spread, and what the common course may do from here on."""
    ahead = wanted - last
    _, widths = learned.ahead(ahead)
    since = max(last, float(learned.year))
    unknown = np.maximum(wanted - since, 0.0)
    later = slice(len(moved), None)
    covariance = found.covariance[0, later, later] * widths[:, None] * widths[None, :]
    common = learned.drift_variance * np.minimum(unknown[:, None], unknown[None, :])
    grown = learned.course_at(wanted) - learned.course_at([last])
    grown = grown + growth_beside_drift(learned, growth, unknown)
    # The regression begins at nought, and beyond its last horizon stays as there.
    by_regression = np.interp(ahead, np.arange(len(moved) + 1.0), [0.0, *moved])
    return OwnForecast(
        learned.measure,
        wanted,
        steady + grown + by_regression,
        covariance + common,
        common,
        float(degrees_of(found, learned.measure)[0]),
        growth,
        age_in_years(learned, last),
    )


def _flows(learned: Learned, stock: float, starts: float | None, ends: float | None) -> Floats:
    """The two turnover figures, nought where one is not known."""
    for name, value in (("starts", starts), ("ends", ends)):
        if value is not None and not (np.isfinite(value) and value >= 0):
            raise DataError(f"a flow is 0 or more, got {value!r}", field=name)
    if starts is None:
        return np.zeros(2)
    begun = np.log(starts + 1)
    beside_stock = begun - np.log(stock + 1) - learned.usual_starts
    beside_ends = 0.0 if ends is None else begun - np.log(ends + 1)
    found: Floats = np.nan_to_num(np.array([beside_stock, beside_ends]))
    return found


def _figures(
    measure: str,
    times: Sequence[float] | Floats,
    stock: Sequence[float] | Floats,
    error_variance: Sequence[float] | Floats | None,
) -> tuple[Floats, Floats, Floats]:
    """Times, stocks and error variances of the figures there are, in order of time."""
    moments, figures = np.array(times, dtype=np.float64), np.array(stock, dtype=np.float64)
    errors = np.array(
        np.zeros(figures.shape) if error_variance is None else error_variance, dtype=np.float64
    )
    if figures.ndim != 1 or not moments.shape == figures.shape == errors.shape:
        raise DataError(
            f"needs a time and a variance for each figure; found {figures.shape} figures, "
            f"{moments.shape} times and {errors.shape} variances",
            field=measure,
        )
    held = ~np.isnan(figures)
    sound = np.isfinite(moments) & (figures >= 0) & np.isfinite(figures) & (errors >= 0)
    if not held.any() or not (sound & np.isfinite(errors))[held].all():
        raise DataError(
            "needs a figure or more, each 0 or above at a finite time with a variance of 0 or "
            "above; NaN stands for no figure",
            field=measure,
        )
    order = np.flatnonzero(held)[np.argsort(moments[held], kind="stable")]
    return moments[order], figures[order], errors[order]


def sample_paths(
    forecast: OwnForecast,
    generator: np.random.Generator,
    size: int,
    *,
    common: Floats | None = None,
) -> Floats:
    """Paths of log(stock + 1), shape (size, time).

    Parameters
    ----------
    forecast
        From :func:`forecast_own`.
    generator
        From :func:`riskmodel.streams.stream`.
    size
        How many.
    common
        The common course in each path, shape (size, time), from :func:`common_changes`. With the
        same for several authorities, their sum has the right spread. None draws it with the rest.

    Raises
    ------
    DataError
        When fewer than one is asked for, or ``common`` is of another shape.

    Notes
    -----
    The paths are drawn from a Gaussian copula with the forecast's correlation and its Student-t
    margins, which are cut off at the quantiles 0.0005 and 0.9995. They include the size part and
    the reporting noise, as published figures do. Each authority's paths have the same distribution
    with and without ``common``.
    """
    scale = forecast.scale
    if size < 1:
        raise DataError(f"a number of paths is 1 or more, got {size}")
    if common is not None and common.shape != (size, len(scale)):
        raise DataError(
            f"the common course needs the shape {(size, len(scale))}, got {common.shape}"
        )
    drawn = forecast.covariance if common is None else forecast.covariance - forecast.common
    # Two times that are the same but for rounding would make it singular.
    correlation = drawn / scale[:, None] / scale[None, :] + 1e-10 * np.eye(len(scale))
    normal = generator.standard_normal((size, len(scale))) @ np.linalg.cholesky(correlation).T
    if common is not None:
        normal += common / scale
    return forecast.location + scale * forecast._of_normal(normal)


def common_changes(
    learned: Learned, times: Sequence[float] | Floats, generator: np.random.Generator, size: int
) -> Floats:
    """Possible movements of the common course about its drift, shape (size, time).

    Parameters
    ----------
    learned
        The learning; the course is known up to its last year.
    times
        Decimal years in order; nought up to the last year learned from.
    generator
        From :func:`riskmodel.streams.stream`.
    size
        How many paths.
    """
    ahead = np.maximum(np.asarray(times, dtype=np.float64) - learned.year, 0.0)
    steps = np.sqrt(learned.drift_variance * np.diff(ahead, prepend=0.0))
    return np.cumsum(generator.standard_normal((size, len(ahead))) * steps, axis=1)


def decimal_year(month: str) -> float:
    """The decimal year of a month's end, as panels name their years.

    Examples
    --------
    >>> decimal_year("2015-03"), decimal_year("2015-09")
    (2015.0, 2015.5)
    """
    return 2000 + months_between("2000-03", month) / 12
