"""What the flows of the last year would have added to past forecasts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.course import log_rates
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.process import Prediction
from riskmodel.parameters import parameter

__all__ = ["TURNOVER", "correct", "flows", "usual_starts"]


TURNOVER = ("starts_to_stock", "starts_to_ends")
"""The figures from the flows of the last year: log starts over stock, less its median over
authorities, and log starts over ends."""


def flows(history: StageHistory, place: int, usual: float) -> Floats:
    """The two turnover figures of a year, shape (authority, 2); nought where one is missing.

    Parameters
    ----------
    history
        Any authorities.
    place
        Of the year.
    usual
        The usual log starts over stock; see :func:`usual_starts`.
    """
    stock, starts, ends = (
        np.log(table[:, place] + 1) for table in (history.stock, history.starts, history.ends)
    )
    found: Floats = np.nan_to_num(np.column_stack([starts - stock - usual, starts - ends]))
    return found


def usual_starts(history: StageHistory, place: int) -> float:
    """Median over authorities of log starts over stock in a year; NaN where nobody has both."""
    ratio = np.log(history.starts[:, place] + 1) - np.log(history.stock[:, place] + 1)
    seen = np.isfinite(ratio)
    return float(np.median(ratio[seen])) if seen.any() else float("nan")


def correct(
    history: StageHistory, past: Sequence[Prediction], course: Floats, horizons: int
) -> Floats:
    """Coefficients of the turnover, shape (horizon, 2).

    Parameters
    ----------
    history
        Of the authorities learned from.
    past
        For each year the predictions made at its end, apart from the common course.
    course
        The common course, shape (year,).
    horizons
        Years ahead, from 1 to this.
    """
    values, _ = log_rates(history, course)
    turnover = np.zeros((horizons, len(TURNOVER)))
    for ahead in range(1, horizons + 1):
        columns, misses, variances = [], [], []
        for place in range(len(history.years) - ahead):
            miss = values[:, place + ahead] - (past[place].mean[:, ahead - 1] + course[place])
            seen = np.isfinite(miss) & np.isfinite(history.stock[:, place])
            if seen.any():
                columns.append(flows(history, place, usual_starts(history, place))[seen])
                misses.append(miss[seen] - np.median(miss[seen]))
                variances.append(past[place].variance[seen, ahead - 1])
        if columns:
            variance = np.concatenate(variances)
            limit = 3 * np.sqrt(variance)
            miss = np.clip(np.concatenate(misses), -limit, limit)
            turnover[ahead - 1] = _ridge(np.concatenate(columns), miss, 1 / variance)
    return turnover


def _ridge(columns: Floats, target: Floats, precision: Floats) -> Floats:
    """Weighted ridge regression through the origin, in standard deviations of the columns."""
    penalty = 1 / parameter("demand_turnover_spread").value ** 2
    # A column without spread, such as flows that nobody reports, says nothing.
    unit = columns.std(axis=0)
    unit = np.where(unit > 1e-6, unit, np.inf)
    scaled = columns / unit
    weighted = scaled * precision[:, None]
    solved = np.linalg.solve(
        weighted.T @ scaled + penalty * np.eye(columns.shape[1]), weighted.T @ target
    )
    return solved / unit
