"""What all figures together say about a stock's change: a ridge regression across authorities.

It is learned after each year's common change is taken out, and is combined with the process with a
weight for each horizon: see :mod:`riskmodel.demand.pooled.stacking`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Bools, Floats, Integers, lock
from riskmodel.core.result import Result
from riskmodel.demand.pooled.features import feature_names, features
from riskmodel.demand.pooled.history import FLOW_MEASURES, StageHistory
from riskmodel.parameters import parameter

__all__ = ["FEWEST_ROWS", "PARTS", "Regression", "Sums", "size_weight", "sums_of"]


FEWEST_ROWS = 40
FEWEST_YEARS = 3
"""Fewest changes, and fewest years in which they began; with fewer, a horizon has no regression of
its own."""

PARTS = 5
"""Learners are divided into so many parts, so that none is predicted from its own changes."""

_HALF_WEIGHT = 60.0
"""Stock at which a change counts half of a large authority's."""

_WINSORISED = 0.05
"""Share of a year's changes at each end that is drawn in to the next change."""

_MOST_UNITS = 4.0
"""Features are cut off here, in standard deviations, so that one wrong figure changes no forecast
much."""

_MOST_CHANGE = 3.0
"""Changes are cut off here, in root mean squares."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Regression(Result):
    """A ridge regression of the change of a log stock, less the common change, on features.

    Parameters
    ----------
    names
        Of the features: :func:`~riskmodel.demand.pooled.features.feature_names`.
    centre
        Mean of each feature among the learners in the last year, shape (feature,).
    unit
        Root mean square of each, less the mean of its year, shape (feature,); 0 if no learner had
        it.
    gram
        Weighted mean products of the features in their units, shape (feature, feature).
    moments
        Weighted mean products with the change, shape (horizon, feature).
    told
        Sum of the weights, shape (horizon,); 0 where there were too few changes to learn from.
    usual
        Mean change in the learners' own forecasts by the process, without common growth, shape
        (horizon,).
    weights
        Weight of the regression in the forecast, the rest being the process's, shape (horizon,).
    is_tied
        Whether the coefficients of a horizon are drawn towards those of a year less. That is so for
        a stock, whose change is that of a year less plus that of one more year; not for a flow.

    Notes
    -----
    Coefficients of one year ahead minimise the squared errors with a ridge penalty,
    ``demand_regression_penalty``. Those of a later year h are drawn, with strength
    ``demand_regression_tie``, towards (1 - m^h) / (1 - m^(h-1)) times those of h - 1, with m
    ``demand_regression_memory``: a return to the usual level that continues at its pace. Where
    there were too few changes to learn from, they are equal to that.
    """

    names: tuple[str, ...]
    centre: Floats
    unit: Floats
    gram: Floats
    moments: Floats
    told: Floats
    usual: Floats
    weights: Floats
    is_tied: bool = True

    def __post_init__(self) -> None:
        lock(self, "centre", "unit", "gram", "moments", "told", "usual", "weights")

    def coefficients(self, present: Bools | None = None) -> Floats:
        """Change in log units for a standard deviation of each feature, shape (horizon, feature).

        Parameters
        ----------
        present
            Which features an authority has, shape (feature,); None means all. The regression is
            solved for those alone, so a missing feature is neither taken as usual nor filled in.
        """
        held = self.unit > 0 if present is None else present & (self.unit > 0)
        return _solved(self.gram, self.moments, self.told, held, is_tied=self.is_tied)

    def change(self, values: Floats) -> Floats:
        """Expected change apart from common growth, shape (authority, horizon).

        Parameters
        ----------
        values
            Features of the last year, shape (authority, feature); NaN where one is missing.
        """
        scaled = _scaled(values - self.centre, self.unit)
        held = np.isfinite(values)
        change = np.zeros((len(values), len(self.told)))
        for pattern in np.unique(held, axis=0):
            rows = (held == pattern).all(axis=1)
            change[rows] = scaled[rows] @ self.coefficients(pattern).T
        return change + self.usual

    def to_frame(self) -> pd.DataFrame:
        """The effect of each feature. Columns: feature, horizon_years, change_percent, basis.

        The change of the stock, in percent, for one standard deviation more of the feature, with
        the others the same, by the regression alone.
        """
        table = 100 * np.expm1(self.coefficients())
        return pd.DataFrame(
            [
                {
                    "feature": name,
                    "horizon_years": ahead + 1,
                    "change_percent": table[ahead, index],
                    "basis": "observed",
                }
                for index, name in enumerate(self.names)
                for ahead in range(len(table))
            ]
        )

    def summary(self) -> str:
        """How many features it has, and its weight in the forecast by years ahead."""
        parts = ", ".join(f"{weight:.0%}" for weight in self.weights)
        return (
            f"A regression on {len(self.names)} features: {parts} of the forecast, 1 to "
            f"{len(self.weights)} years ahead."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over the learners' changes by year, so that any earlier year can be the last one used.

    Parameters
    ----------
    scaled
        Features less their year's mean, in units, shape (year, authority, feature); 0 where
        missing.
    weight
        Of each authority in each year, shape (year, authority); 0 where it had no stock.
    part
        The part of each learner, shape (authority,): 0 to :data:`PARTS` less one.
    centre
        Of the last year, shape (feature,).
    unit
        Shape (feature,).
    change
        Change less the common change, shape (year, horizon, authority); NaN where it is not known.
    is_tied
        See :class:`Regression`.
    """

    scaled: Floats
    weight: Floats
    part: Integers
    centre: Floats
    unit: Floats
    change: Floats
    is_tied: bool

    def until(self, year: int, left_out: int | None = None) -> tuple[Floats, Floats, Floats]:
        """Gram, moments and weights of what was known at the end of a year.

        Parameters
        ----------
        year
            Its position; a change counts if it was over by then.
        left_out
            A part of the learners to leave out.
        """
        kept = np.ones(len(self.part), dtype=bool) if left_out is None else self.part != left_out
        count = self.change.shape[1]
        size = len(self.unit)
        moments, told = np.zeros((count, size)), np.zeros(count)
        scaled, weight = self.scaled[:year, kept], self.weight[:year, kept]
        whole = np.einsum("yaf,ya,yag->fg", scaled, weight, scaled)
        gram = whole / max(weight.sum(), 1e-300)
        for ahead in range(1, count + 1):
            past = max(year - ahead + 1, 0)
            change = self.change[:past, ahead - 1][:, kept]
            seen = np.isfinite(change) & (weight[:past] > 0)
            if seen.sum() < FEWEST_ROWS or seen.any(axis=1).sum() < FEWEST_YEARS:
                continue
            counted = np.where(seen, weight[:past], 0.0)
            known = np.where(seen, change, 0.0)
            most = _MOST_CHANGE * np.sqrt((counted * known**2).sum() / counted.sum())
            told[ahead - 1] = counted.sum()
            moments[ahead - 1] = (
                np.einsum("yaf,ya->f", scaled[:past], counted * np.clip(known, -most, most))
                / told[ahead - 1]
            )
        return gram, moments, told

    def regression(self, measure: str, usual: Floats, weights: Floats) -> Regression:
        """The regression of everything known by the last year."""
        gram, moments, told = self.until(len(self.scaled) - 1)
        names = feature_names(measure)
        sums = gram, moments, told
        return Regression(names, self.centre, self.unit, *sums, usual, weights, self.is_tied)

    def taught(self, told: Floats) -> Bools:
        """Horizons that have coefficients: learned, or tied to one that was; shape (horizon,)."""
        return np.logical_or.accumulate(told > 0) if self.is_tied else told > 0

    def expected(self, year: int) -> Floats:
        """Changes expected of the learners, each from what the other parts show by a year.

        Returns
        -------
        numpy.ndarray
            Shape (year, authority, horizon), for every year up to that one.
        """
        count = self.change.shape[1]
        found = np.zeros((year + 1, len(self.part), count))
        held = self.unit > 0
        for part in range(PARTS):
            rows = self.part == part
            coefficients = _solved(*self.until(year, part), held, is_tied=self.is_tied)
            found[:, rows] = self.scaled[: year + 1, rows] @ coefficients.T
        return found


def sums_of(history: StageHistory, horizons: int) -> Sums:
    """Sums of the changes of the learners, each less the common change of its years."""
    years = len(history.years)
    known = np.isfinite(history.stock)
    values = np.stack([features(history, place) for place in range(years)])
    weight = np.where(known, size_weight(history.stock), 0.0).T
    values[~known.T] = np.nan
    centres = np.stack([_column_mean(table) for table in values])
    beside = values - centres[:, None, :]
    squares = np.einsum("yaf,ya->f", np.nan_to_num(beside) ** 2, weight)
    unit = np.sqrt(squares / max(weight.sum(), 1e-300))
    unit = np.where(unit > 1e-6, unit, 0.0)
    log = np.log(history.stock + 1)
    change = np.full((years, horizons, len(history.codes)), np.nan)
    for place in range(years):
        for ahead in range(1, min(horizons, years - 1 - place) + 1):
            change[place, ahead - 1] = _beside_common(
                log[:, place + ahead] - log[:, place], weight[place]
            )
    part = np.arange(len(history.codes)) % PARTS
    is_tied = history.measure not in FLOW_MEASURES
    return Sums(_scaled(beside, unit), weight, part, centres[-1], unit, change, is_tied)


def size_weight(stock: Floats) -> Floats:
    """How much an authority's change counts by its stock, between 0 and 1."""
    return 1 / (1 + _HALF_WEIGHT / (stock + 5))


def _beside_common(change: Floats, weight: Floats) -> Floats:
    """Changes less their weighted mean, the outermost drawn in for it; shape as given."""
    seen = np.isfinite(change)
    if not seen.any():
        return change
    low, high = np.quantile(change[seen], [_WINSORISED, 1 - _WINSORISED])
    return change - np.average(np.clip(change[seen], low, high), weights=weight[seen])


def _scaled(beside: Floats, unit: Floats) -> Floats:
    """Features in units, none far out; 0 where missing."""
    units = np.where(unit > 0, unit, np.inf)
    return np.clip(np.nan_to_num(beside) / units, -_MOST_UNITS, _MOST_UNITS)


def _column_mean(table: Floats) -> Floats:
    seen = np.isfinite(table)
    found: Floats = np.where(seen, table, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return found


def _solved(gram: Floats, moments: Floats, told: Floats, held: Bools, *, is_tied: bool) -> Floats:
    """Coefficients of the features held, nought for the others; shape (horizon, feature)."""
    penalty = parameter("demand_regression_penalty").value
    memory = parameter("demand_regression_memory").value
    found = np.zeros_like(moments)
    chosen = np.flatnonzero(held)
    part = gram[np.ix_(chosen, chosen)]
    toward = np.zeros(len(chosen))
    for ahead, number in enumerate(told):
        whole = number * part + penalty * np.eye(len(chosen))
        drawn = number * moments[ahead, chosen] + penalty * toward
        found[ahead, chosen] = np.linalg.solve(whole, drawn)
        if is_tied:
            penalty = parameter("demand_regression_tie").value
            further = (1 - memory ** (ahead + 2)) / (1 - memory ** (ahead + 1))
            toward = further * found[ahead, chosen]
    return found
