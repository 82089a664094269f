"""Weights of the process and the regression in a forecast, and how wide it is.

Both come from forecasts as they would have been made in earlier years, compared with the outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.history import FLOW_MEASURES, StageHistory
from riskmodel.demand.pooled.regression import Regression, sums_of
from riskmodel.parameters import parameter

__all__ = ["Steady", "stacked", "usual_change"]


_MOST_SQUARE = 9.0
"""Standardised squares are cut off here: an outlier says something about the tail, not the
spread."""


@dataclass(frozen=True, slots=True, eq=False)
class Steady:
    """A forecast by the process, with common growth kept separate.

    Parameters
    ----------
    location
        Of log(stock + 1) without growth, shape (authority, horizon).
    growth
        What common growth adds, shape (authority, horizon).
    covariance
        Covariance without that of the common course, shape (authority, horizon, horizon).
    degrees
        Degrees of freedom, shape (authority,).
    """

    location: Floats
    growth: Floats
    covariance: Floats
    degrees: Floats

    @property
    def variance(self) -> Floats:
        """Shape (authority, horizon)."""
        return np.diagonal(self.covariance, axis1=1, axis2=2)


@dataclass(frozen=True, slots=True, eq=False)
class _Miss:
    """What forecasts of one year for one horizon missed: shapes (forecast,) but for the age."""

    process: Floats
    apart: Floats
    variance: Floats
    age: int


def stacked(
    history: StageHistory, past: Mapping[int, Steady], horizons: int
) -> tuple[Regression, Floats]:
    """The regression with its weights, and the factor of each horizon's variance.

    Parameters
    ----------
    history
        Of the authorities learned from.
    past
        By position of the year, the process's forecast at its end, including the last year's.
    horizons
        Years ahead, from 1 to this.

    Notes
    -----
    The weight of the regression at a horizon minimises the squared errors of past forecasts, less
    their year's median, over their variances. Each earlier year with a regression and an outcome
    counts once, and an equal weight of both counts as ``demand_stacking_years`` years; the weight
    stays between 0 and 1. The variance is compared with the squared errors of the two together.
    """
    sums = sums_of(history, horizons)
    log = np.log(history.stock + 1)
    last = len(history.years) - 1
    missed: list[list[_Miss]] = [[] for _ in range(horizons)]
    for place, steady in past.items():
        if place == last:
            continue
        expected, taught = sums.expected(place)[-1], sums.taught(sums.until(place)[2])
        usual = usual_change(steady, log[:, place], sums.weight[place])
        direct = log[:, place, None] + usual + expected
        for ahead in range(1, min(horizons, last - place) + 1):
            at = ahead - 1
            miss = log[:, place + ahead] - (steady.location + steady.growth)[:, at]
            apart = (direct - steady.location)[:, at]
            seen = np.isfinite(miss) & np.isfinite(apart)
            if seen.any():
                missed[at].append(
                    _Miss(
                        miss[seen] - np.median(miss[seen]),
                        apart[seen] if taught[at] else np.zeros(int(seen.sum())),
                        steady.variance[seen, at],
                        last - ahead - place,
                    )
                )
    weights = np.array([_weight(each) for each in missed])
    usual = usual_change(past[last], log[:, last], sums.weight[last])
    regression = sums.regression(history.measure, usual, weights)
    held = np.where(sums.taught(regression.told), weights, 0.0)
    spread = np.ones(horizons)
    for at, each in enumerate(missed):
        spread[at] = _spread(each, held[at], spread[max(at - 1, 0)], history.measure)
    return sums.regression(history.measure, usual, held), spread


def usual_change(steady: Steady, now: Floats, weight: Floats) -> Floats:
    """Weighted mean change that the process expects of authorities; shape (horizon,)."""
    seen = np.isfinite(now) & (weight > 0)
    if not seen.any():
        return np.zeros(steady.location.shape[1])
    found: Floats = np.average(
        steady.location[seen] - now[seen, None], axis=0, weights=weight[seen]
    )
    return found


def _weight(missed: list[_Miss]) -> float:
    """Of the regression, drawn towards equal weights."""
    product = square = 0.0
    complete = 0
    for each in missed:
        if not each.apart.any():
            continue
        limit = np.sqrt(_MOST_SQUARE * each.variance)
        precision = 1 / each.variance
        apart = each.apart - np.average(each.apart, weights=precision)
        product += float((precision * np.clip(each.process, -limit, limit) * apart).sum())
        square += float((precision * apart**2).sum())
        complete += 1
    equal = parameter("demand_stacking_years").value
    alone = product / square if square > 0 else 0.5
    return float(np.clip((complete * alone + equal * 0.5) / (complete + equal), 0.0, 1.0))


def _spread(missed: list[_Miss], weight: float, before: float, measure: str) -> float:
    """Weighted mean of standardised squares, drawn towards what it was a year less ahead."""
    of_flows = "flow_" if measure in FLOW_MEASURES else ""
    usual = parameter(f"demand_{of_flows}spread_weight").value
    fading = parameter("demand_spread_fading").value
    total, told = usual * before, usual
    for each in missed:
        miss = each.process - weight * each.apart
        squares = np.minimum((miss - np.median(miss)) ** 2 / each.variance, _MOST_SQUARE)
        total += fading**each.age * float(squares.sum())
        told += fading**each.age * len(squares)
    return float(total / told)
