"""One authority's figures at any dates, converted to figures a year apart up to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.features import YEARS_LOOKED_BACK
from riskmodel.demand.pooled.history import StageHistory

__all__ = ["annual_history", "at_year_ends"]


_SAME_TIME = 0.02
"""In years: figures a week apart count as of the same time."""


def annual_history(
    measure: str,
    recent: Floats,
    starts: float | None,
    ends: float | None,
    population: float | None,
    beside: Mapping[str, Sequence[float] | Floats],
) -> StageHistory:
    """The last figures a year apart, as a history of one authority whose last year is the last.

    The population is that of the last year; its earlier values are not known.
    """
    tables = {name: np.asarray(values, dtype=np.float64)[None] for name, values in beside.items()}
    if measure in tables:
        starts = ends = None  # of a part of the stock they say nothing of all of it
    stock = tables.pop(measure, recent[None])
    missing = np.full(YEARS_LOOKED_BACK, np.nan)
    started, ended, children = (
        np.array([*missing[1:], figure], dtype=np.float64) for figure in (starts, ends, population)
    )
    years = tuple(range(1 - YEARS_LOOKED_BACK, 1))
    return StageHistory(
        measure, ("",), years, stock, started[None], ended[None], children[None], tables
    )


def at_year_ends(
    times: Floats, figures: Floats, last: float, precision: Floats | None = None
) -> Floats:
    """Figures a year apart up to a time, shape (year,); NaN where there is none.

    Parameters
    ----------
    times
        Decimal years, in any order, shape (figure,); two figures of one time are two sources.
    figures
        Shape (figure,), none missing.
    last
        The last of the :data:`~riskmodel.demand.pooled.features.YEARS_LOOKED_BACK` times.
    precision
        Weight of each figure relative to others of its time, shape (figure,); None means equal
        weights.

    Notes
    -----
    A value between two figures that are no more than a year apart is on the line between their
    logs.
    """
    moments, place = np.unique(times, return_inverse=True)
    counted = np.ones(len(times)) if precision is None else precision
    sums = np.bincount(place, weights=counted * np.log(figures + 1))
    log = sums / np.bincount(place, weights=counted)
    wanted = last + np.arange(1.0 - YEARS_LOOKED_BACK, 1.0)
    after = np.minimum(np.searchsorted(moments, wanted - _SAME_TIME), len(moments) - 1)
    before = np.where(moments[after] <= wanted + _SAME_TIME, after, np.maximum(after - 1, 0))
    near = (moments[before] <= wanted + _SAME_TIME) & (moments[after] >= wanted - _SAME_TIME)
    near &= moments[after] - moments[before] <= 1 + _SAME_TIME
    return np.where(near, np.expm1(np.interp(wanted, moments, log)), np.nan)
