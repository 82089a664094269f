"""The starts that follow from an expected stock, given how long children stay.

Projections are learned and tested on stocks, but an authority also plans with starts and ends. If
the expected stock and the durations are known, so are the expected starts: they replace the
children who leave and add those by whom the stock grows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Bools, Floats
from riskmodel.demand.durations.laws import Family
from riskmodel.demand.monthly import end_shares, open_left
from riskmodel.errors import DataError

__all__ = ["Implied", "expected_stock", "implied_starts"]

LEAST_SHARE = 0.05
"""Where an expected stock falls faster than children leave, starts are at least this share of those
of a steady state."""


class Implied(NamedTuple):
    """Expected starts in each month, and where they could not follow the expected stock.

    Both have the shape (replicate, month); ``held`` marks where the stock would fall faster than
    children leave.
    """

    rates: Floats
    held: Bools


def implied_starts(
    opening: npt.ArrayLike,
    expected: npt.ArrayLike,
    mean_days: npt.ArrayLike,
    shape: npt.ArrayLike,
    *,
    family: Family = "gamma",
    opening_survival: Floats | None = None,
) -> Implied:
    """Expected starts in each month that give the expected stock.

    Parameters
    ----------
    opening
        Expected stock at the opening, shape (replicate,).
    expected
        Expected stock at the end of each month, shape (replicate, month).
    mean_days, shape
        Mean and shape of the durations, shape (replicate,).
    family
        Distribution of lengths.
    opening_survival
        As in :class:`~riskmodel.demand.simulation.inputs.StageInputs`; None is that of a steady
        state.

    Raises
    ------
    DataError
        When shapes differ or a stock is negative.

    Notes
    -----
    With G(m) the share of the opening stock left after m months, and A(l) the share of a month's
    starts left after l more months, the stock is G(m) opening + sum_s A(m - s) starts(s), which is
    solved month by month. Where the stock falls faster than it could by ends alone, starts are set
    to a twentieth of those of a steady state, and later months make up for it.
    """
    first, course = np.asarray(opening, dtype=float), np.asarray(expected, dtype=float)
    mean, form = np.asarray(mean_days, dtype=float), np.asarray(shape, dtype=float)
    replicates = (len(course),)
    if course.ndim != 2 or any(each.shape != replicates for each in (first, mean, form)):
        raise DataError(
            "an expected stock of shape (replicate, month) needs an opening, a mean duration and a "
            f"shape for each replicate; got {course.shape}, {first.shape}, {mean.shape} and "
            f"{form.shape}"
        )
    if not (np.isfinite(course).all() and (course >= 0).all() and (first >= 0).all()):
        raise DataError("an expected stock is 0 or more", field="expected")
    staying, left = _remaining(mean, form, course.shape[1], family)
    if opening_survival is not None:
        left = opening_survival.T
    least = LEAST_SHARE * (1 - left[0]) * first
    rates = np.empty((course.shape[1], len(course)))
    held = np.zeros(rates.shape, dtype=bool)
    for month, target in enumerate(course.T):
        there = left[month] * first
        if month:
            there = there + np.einsum("sr,sr->r", staying[month:0:-1], rates[:month])
        needed = (target - there) / staying[0]
        held[month] = needed < least
        rates[month] = np.maximum(needed, least)
    return Implied(rates.T.copy(), held.T.copy())


def expected_stock(
    opening: npt.ArrayLike,
    rates: npt.ArrayLike,
    mean_days: npt.ArrayLike,
    shape: npt.ArrayLike,
    *,
    family: Family = "gamma",
    opening_survival: Floats | None = None,
) -> Floats:
    """Expected stock at the end of each month; the reverse of :func:`implied_starts`.

    Parameters
    ----------
    opening
        Shape (replicate,).
    rates
        Expected starts, shape (replicate, month).
    mean_days
        Shape (replicate,), or (replicate, month) by month of start; the opening stock has the
        first month's.
    shape
        Shape (replicate,).
    family
        Distribution of lengths.
    opening_survival
        As in :class:`~riskmodel.demand.simulation.inputs.StageInputs`; None is that of a steady
        state.

    Returns
    -------
    numpy.ndarray
        Shape (replicate, month).
    """
    starts = np.asarray(rates, dtype=float).T
    mean, form = np.asarray(mean_days, dtype=float), np.asarray(shape, dtype=float)
    months = len(starts)
    by_month = mean.ndim == 2
    staying, left = _remaining(mean[:, 0] if by_month else mean, form, months, family)
    if opening_survival is not None:
        left = opening_survival.T[:months]
    found = left * np.asarray(opening, dtype=float)
    for month in range(months):
        if by_month and month:
            staying, _ = _remaining(mean[:, month], form, months - month, family)
        found[month:] += staying[: months - month] * starts[month]
    return np.asarray(found.T.copy())


def _remaining(mean: Floats, shape: Floats, months: int, family: Family) -> tuple[Floats, Floats]:
    """Shares still there of a month's starts, by months since, and of the opening stock."""
    ended = end_shares(family, mean, shape, months)
    return np.maximum(1 - np.cumsum(ended, axis=0), 0.0), open_left(ended, mean)
