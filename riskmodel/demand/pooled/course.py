"""The movement that authorities have in common, and the rest of each."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.history import FLOW_MEASURES, StageHistory, stage_of
from riskmodel.parameters import parameter

__all__ = ["common_course", "common_growth", "log_rates", "mean_stay_years", "median"]


_TRIMMED = 0.1
"""Share of the changes left out at each end."""


def log_rates(history: StageHistory, course: Floats | None = None) -> tuple[Floats, Floats]:
    """Log rates per child, shape (authority, year), and the log exposure of each authority.

    The exposure is the latest population. Where none is known, it is the number with which the
    authority has the common rate, so its level comes from its own history alone.
    """
    log_stock = np.log(history.stock + 1)
    exposure = np.full(len(history.codes), np.nan)
    for column in range(len(history.years)):
        here = np.log(np.where(history.population[:, column] > 0, history.population[:, column], 1))
        exposure = np.where(history.population[:, column] > 0, here, exposure)
    if course is None:
        beside = log_stock - exposure[:, None]
        course, _ = common_course(beside) if np.isfinite(beside).any() else (np.zeros(1), None)
    missing = ~np.isfinite(exposure)
    own = [
        float(np.mean((row - course)[np.isfinite(row)])) if np.isfinite(row).any() else 0.0
        for row in log_stock[missing]
    ]
    exposure[missing] = own
    return log_stock - exposure[:, None], exposure


def common_course(values: Floats) -> tuple[Floats, Floats]:
    """The common course (usual yearly changes added up, about the median level), and the changes.

    The usual change is the mean without the tenth that fell most and the tenth that rose most: it
    has less noise than a median, and a wrong figure still changes it little. A change across years
    in which nobody has a figure is divided evenly among them.
    """
    changes = np.zeros(values.shape[1] - 1)
    held = np.flatnonzero(np.isfinite(values).any(axis=0))
    for before, after in pairwise(held):
        changes[before:after] = _usual(values[:, after] - values[:, before]) / (after - before)
    course = np.concatenate([[0.0], np.cumsum(changes)])
    return course + median((values - course).ravel()), changes


def _usual(changes: Floats) -> float:
    """Trimmed mean of what is known; 0 where nothing is."""
    seen = np.sort(changes[np.isfinite(changes)])
    cut = int(_TRIMMED * len(seen))
    return float(seen[cut : len(seen) - cut].mean()) if len(seen) else 0.0


def median(values: Floats) -> float:
    """Median of the known values; 0 if there are none."""
    seen = values[np.isfinite(values)]
    return float(np.median(seen)) if len(seen) else 0.0


def common_growth(changes: Floats, measure: str) -> tuple[float, float]:
    """Yearly growth that is carried forward, and the variance of a year's common change.

    The mean change counts only as far as it stands out from its noise, with weight tau^2 / (tau^2 +
    variance / years). tau is a parameter of the stage, with one value for all flows.
    """
    prior = parameter("demand_common_change_spread").value
    weight_of_prior = 3
    number = len(changes)
    squares = float(((changes - changes.mean()) ** 2).sum())
    variance = (squares + weight_of_prior * prior**2) / (number - 1 + weight_of_prior)
    kind = "flows" if measure in FLOW_MEASURES else stage_of(measure)
    tau = parameter(f"demand_common_growth_spread_{kind}").value
    return float(tau**2 / (tau**2 + variance / number) * changes.mean()), variance


def mean_stay_years(history: StageHistory) -> float:
    """Mean stay in years: median stock over median starts, from a month to ten years; 1 if unknown.

    For a flow it is a month, the least: chance in one year is no evidence for the next.
    """
    if history.measure in FLOW_MEASURES:
        return 1 / 12
    stock, starts = median(history.stock.ravel()), median(history.starts.ravel())
    return float(np.clip(stock / starts, 1 / 12, 10)) if starts > 0 and stock > 0 else 1.0
