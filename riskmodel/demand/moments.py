"""Means, variances and covariances of starts, ends and stocks, exact.

In the queue M_t/G/infinity the children who start in an interval and are there at a later time are
Poisson, and those of different intervals are independent; so are the children of one interval who
leave in different intervals. With rates constant between given times everything follows from I(t) =
∫₀ᵗ S(u) du, where S is the survival of durations (Eick, Massey and Whitt 1993, The physics of the
M_t/G/infinity queue, Operations Research 41, 731-742).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats, lock
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_MONTH, Family, check_positive
from riskmodel.errors import DataError

__all__ = ["Counted", "Moments", "Presence", "Quantity", "moments", "steady_stock"]

Counted = Literal["stock", "starts", "ends"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count whose moments are needed: a stock at a time, or starts or ends of a period.

    Parameters
    ----------
    counted
        ``stock``, ``starts`` or ``ends``.
    at
        Time of the stock, or end of the period, in months.
    since
        Start of the period, in months; not used for a stock.
    """

    counted: Counted
    at: float
    since: float = 0.0

    @property
    def times(self) -> tuple[float, ...]:
        """The times that the moments have to include."""
        return (self.at,) if self.counted == "stock" else (self.since, self.at)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Mean and covariance of the starts between times and the stocks at times.

    Parameters
    ----------
    times
        Months, ascending, shape (time,).
    mean
        Shape (…, 2 × time - 1): starts of each interval, then the stock at each time.
    covariance
        Shape (…, 2 × time - 1, 2 × time - 1).

    Notes
    -----
    Ends are stock before + starts - stock after, so every count is a weighted sum of these.
    Arrays are locked.
    """

    times: Floats
    mean: Floats
    covariance: Floats

    def __post_init__(self) -> None:
        lock(self, "times", "mean", "covariance")

    def weights(self, quantities: Sequence[Quantity]) -> Floats:
        """Weights that give each quantity from the basis, shape (quantity, 2 × time - 1).

        Raises
        ------
        DataError
            When a time is not one of those of the moments.
        """
        return _weights(self.times, quantities)

    def of(self, quantities: Sequence[Quantity]) -> tuple[Floats, Floats]:
        """Mean, shape (…, quantity), and covariance, shape (…, quantity, quantity)."""
        made = self.weights(quantities)
        return self.mean @ made.T, made @ self.covariance @ made.T


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Shares still there at each time, given durations; this is the expensive part of moments.

    Parameters
    ----------
    times
        Months, ascending, shape (time,).
    months
        For each interval, its months times the mean share of their starts that is still there at
        each time, shape (…, time - 1, time): the expected children for one start a month.
    opening_left
        Share of the opening children there at each time, shape (…, time).
    """

    times: Floats
    months: Floats
    opening_left: Floats

    @classmethod
    def of(
        cls,
        times: Floats,
        mean_days: Floats,
        shape: Floats,
        *,
        family: Family = "gamma",
        by_interval: bool = False,
    ) -> Presence:
        """The presence for these durations; see :func:`moments` for the arguments."""
        first = mean_days[..., 0] if by_interval else mean_days
        since = (times - times[0]) * DAYS_A_MONTH
        left = 1 - laws.equilibrium(family, since, first[..., None], shape[..., None])
        return cls(times, _months_present(family, times, mean_days, shape, by_interval), left)

    def moments(
        self,
        rates: Floats,
        opening: Floats,
        *,
        counted: bool = True,
        dispersion: Floats | None = None,
    ) -> Moments:
        """Moments with these rates, shape (…, time - 1), and opening stock, shape (…).

        With a dispersion, shape (…, time - 1), the variance of an interval's starts is that
        multiple of their mean, as when children come by families; they still leave one by one.
        """
        intervals = len(self.times) - 1
        there = rates[..., None] * self.months
        left = self.opening_left
        starts = rates * np.diff(self.times)
        stocks = there.sum(axis=-2) + opening[..., None] * left
        size = 2 * intervals + 1
        covariance = np.zeros((*rates.shape[:-1], size, size))
        place = np.arange(intervals)
        covariance[..., place, place] = starts
        covariance[..., :intervals, intervals:] = there
        covariance[..., intervals:, :intervals] = np.swapaxes(there, -1, -2)
        # Cov(stock at i, stock at j), i <= j: those who started before i and are there at j.
        before = np.concatenate(
            [np.zeros_like(there[..., :1, :]), np.cumsum(there, axis=-2)], axis=-2
        )
        survivors = opening[..., None, None] * left[..., None, :]
        joint = before + survivors * (1 - left[..., :, None] if counted else 1.0)
        upper = np.triu(np.ones((intervals + 1, intervals + 1), dtype=bool))
        covariance[..., intervals:, intervals:] = np.where(upper, joint, np.swapaxes(joint, -1, -2))
        if dispersion is not None:
            widths = np.diff(self.times)
            own = np.broadcast_to(np.diag(widths), (*self.months.shape[:-1], intervals))
            told = np.concatenate([own, self.months], axis=-1)
            excess = (dispersion - 1) * rates / widths
            covariance += np.swapaxes(told, -1, -2) @ (excess[..., None] * told)
        return Moments(self.times, np.concatenate([starts, stocks], axis=-1), covariance)


def moments(
    times: npt.ArrayLike,
    rates: npt.ArrayLike,
    mean_days: npt.ArrayLike,
    shape: npt.ArrayLike,
    opening: npt.ArrayLike,
    *,
    family: Family = "gamma",
    opening_counted: bool = True,
    opening_left: npt.ArrayLike | None = None,
) -> Moments:
    """Moments of starts, ends and stocks given the parameters.

    Parameters
    ----------
    times
        Months, ascending, shape (time,); the opening stock is that at the first.
    rates
        Expected starts a month between the times, shape (…, time - 1).
    mean_days
        Mean duration, shape (…), or (…, time - 1) by interval of start.
    shape
        Shape of the durations, shape (…).
    opening
        Children at the opening, shape (…).
    family
        Distribution of lengths.
    opening_counted
        Whether the opening stock is known; otherwise it is Poisson with that mean.
    opening_left
        Share of the opening children still there at each time, shape (…, time); None is that of
        a steady state with the first interval's mean.

    Raises
    ------
    DataError
        When times do not ascend or shapes differ.
    """
    at = np.asarray(times, dtype=np.float64)
    if at.ndim != 1 or len(at) < 2 or not (np.diff(at) > 0).all():
        raise DataError("needs two or more ascending times, in months", field="times")
    rate = np.asarray(rates, dtype=np.float64)
    if rate.shape[-1:] != (len(at) - 1,):
        raise DataError(
            f"needs one rate for each of the {len(at) - 1} intervals, got {rate.shape}",
            field="rates",
        )
    mean, shaped = check_positive(mean_days, "mean_days"), check_positive(shape, "shape")
    by_interval = mean.ndim == rate.ndim
    expected = rate.shape if by_interval else rate.shape[:-1]
    if mean.shape != expected or shaped.shape != rate.shape[:-1]:
        raise DataError(
            f"with rates of shape {rate.shape} a mean length needs {rate.shape[:-1]} or "
            f"{rate.shape}, got {mean.shape}; a shape {rate.shape[:-1]}, got {shaped.shape}",
            field="mean_days",
        )
    present = Presence.of(at, mean, shaped, family=family, by_interval=by_interval)
    if opening_left is not None:
        present = replace(present, opening_left=np.asarray(opening_left, dtype=np.float64))
    return present.moments(rate, np.asarray(opening, dtype=float), counted=opening_counted)


def steady_stock(starts_a_month: npt.ArrayLike, mean_days: npt.ArrayLike) -> Floats:
    """Little's law: the stock that follows from steady starts and durations."""
    return np.asarray(np.multiply(starts_a_month, mean_days) / DAYS_A_MONTH, dtype=np.float64)


def _months_present(
    family: Family, times: Floats, mean: Floats, shape: Floats, by_interval: bool
) -> Floats:
    """Months × share there: ∫ S(time - u) du over each interval before it, (…, interval, time)."""
    lags = np.maximum(times[None, :] - times[:, None], 0.0)
    if by_interval:
        # Only the times after an interval, half of all pairs; and the end of one of an interval's
        # lags is often the beginning of another.
        row, column = np.nonzero(lags[:-1] > 0)
        far, near = lags[row, column], lags[row + 1, column]
        ends = np.column_stack([np.tile(row, 2), np.concatenate([far, near]).round(9)])
        once, first, place = np.unique(ends, axis=0, return_index=True, return_inverse=True)
        of_row = mean[..., once[:, 0].astype(np.intp)]
        days = np.concatenate([far, near])[first] * DAYS_A_MONTH
        months = laws.equilibrium(family, days, of_row, shape[..., None]) * of_row / DAYS_A_MONTH
        place = place.reshape(2, len(row))
        made = np.zeros((*mean.shape, len(times)))
        made[..., row, column] = months[..., place[0]] - months[..., place[1]]
    else:
        # Few lags are different where times are regular.
        _, first, place = np.unique(lags.round(9), return_index=True, return_inverse=True)
        different = lags.flat[first]
        share = laws.equilibrium(
            family, different * DAYS_A_MONTH, mean[..., None], shape[..., None]
        )
        months = (share * (mean[..., None] / DAYS_A_MONTH))[..., place.reshape(lags.shape)]
        made = months[..., :-1, :] - months[..., 1:, :]
    return np.asarray(np.where(lags[:-1] > 0, made, 0.0))


def _weights(times: Floats, quantities: Sequence[Quantity]) -> Floats:
    intervals = len(times) - 1
    made = np.zeros((len(quantities), 2 * intervals + 1))
    for row, asked in enumerate(quantities):
        places = [_place(times, time) for time in asked.times]
        if asked.counted == "stock":
            made[row, intervals + places[0]] = 1
            continue
        first, last = places
        if last <= first:
            raise DataError(f"a period ends after it begins; got {asked.since:g} to {asked.at:g}")
        made[row, first:last] = 1
        if asked.counted == "ends":
            made[row, intervals + first] += 1
            made[row, intervals + last] -= 1
    return made


def _place(times: Floats, time: float) -> int:
    near = int(np.argmin(np.abs(times - time)))
    if abs(times[near] - time) > 1e-6:
        raise DataError(
            f"month {time:g} is not one of the times {', '.join(f'{each:g}' for each in times)}",
            field="times",
        )
    return near
