"""How starts differ by month of the year: school holidays, the turn of the year, a year's end.

Counted starts of single months are a level that changes evenly from year to year, times an effect
of the month, with a variance that is a multiple of the mean. The effect of a month is normal about
its usual value, with the same spread for all twelve. The usual values for children in need are
those of referrals in many authorities; for other stages they are nought, because no figures by
month are published of them. A separate probability is given to no pattern at all, so if the months
show none, starts stay even.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import special

from riskmodel.core.arrays import Floats, Integers, lock
from riskmodel.core.months import MONTH_NAMES, Month, month_after, months_between
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.monthly import end_shares
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    # The calibration takes the pattern: imported here it would be a circle.
    from riskmodel.demand.calibration.observations import Observation

__all__ = ["YEAR", "MonthPattern", "month_pattern", "stock_over_the_year"]

YEAR = 12

_SPREADS = np.array([0.01, 0.02, 0.04, 0.06, 0.09, 0.13, 0.18, 0.25, 0.35, 0.5])
"""Spreads of the effects of months about their usual values, as shares of the level."""

_MULTIPLES = np.array([1.0, 1.3, 1.7, 2.2, 3.0, 4.0, 6.0, 9.0, 14.0, 20.0])
"""Multiples of the Poisson variance: families come together, thresholds move."""

_TOLD, _APART = 0.95, 0.1
"""A pattern is reported from this probability on, if months differ by at least this much."""

_LEAST = 0.05
"""Least share of the level that a month can have."""


_MOST_TAKEN_UP = 0.5

_FOLLOWED = 5 * YEAR
"""Months for which a month's starts are followed in the stock."""


@dataclass(frozen=True, slots=True, eq=False)
class MonthPattern:
    """Starts of each month of the year as shares of an even month, January first.

    Parameters
    ----------
    mean
        Their expectation, shape (12,); on average 1.
    some
        Probability that there is a pattern at all.
    weights
        Weight of no pattern, and of each spread, given the figures, shape (1 + spread,); they add
        up to 1.
    middles, roots
        The effects of the months for each of them, and a root of their covariance, shape (1 +
        spread, 12) and (1 + spread, 12, 12).
    taken_up
        Share of the variance of a counted month's starts that the expectation follows, shape (12,):
        because the pattern was fitted to the counts, they are nearer to it than new counts would
        be.
    """

    mean: Floats
    some: float
    weights: Floats
    middles: Floats
    roots: Floats
    taken_up: Floats

    def __post_init__(self) -> None:
        lock(self, "mean", "weights", "middles", "roots", "taken_up")

    def draws(self, generator: np.random.Generator, number: int) -> Floats:
        """So many draws of the pattern, shape (number, 12), each on average 1."""
        normal = generator.standard_normal((number, YEAR + 1))
        edges = np.cumsum(self.weights)[:-1]
        chosen = np.searchsorted(edges, special.ndtr(normal[:, 0]), side="right")
        drawn = self.middles[chosen] + np.einsum("nij,nj->ni", self.roots[chosen], normal[:, 1:])
        return _shares(drawn)

    def words(self) -> str:
        """Which months have the fewest and the most starts; "" for a small or uncertain pattern."""
        if self.some < _TOLD or np.ptp(self.mean) < _APART:
            return ""
        fewest, most = int(self.mean.argmin()), int(self.mean.argmax())
        return (
            f"starts follow the months of the year: {MONTH_NAMES[fewest]} has "
            f"{self.mean[fewest]:.0%} of an even month's, {MONTH_NAMES[most]} {self.mean[most]:.0%}"
        )

    def by_interval(self, origin: str, times: Floats) -> tuple[Floats, Floats]:
        """The expected pattern of each interval between times, and the share of chance in it.

        Parameters
        ----------
        origin
            Month at whose end times are 0.
        times
            Times in months since then; an interval of several months has their mean.
        """
        begins, ends = np.floor(times[:-1] + 1e-6), np.ceil(times[1:] - 1e-6)
        first = _place(month_after(origin, 1))
        shares = np.array(
            [
                np.bincount((first + np.arange(int(begin), int(end))) % YEAR, minlength=YEAR)
                for begin, end in zip(begins, ends, strict=True)
            ],
            dtype=np.float64,
        )
        shares /= shares.sum(axis=1, keepdims=True)
        return np.asarray(shares @ self.mean), np.asarray(shares @ self.taken_up)


def month_pattern(
    observations: Sequence[Observation], usual: Literal["even", "referrals"] = "even"
) -> MonthPattern | None:
    """What counted starts say about the months of the year.

    Parameters
    ----------
    observations
        Counts of one stage; only starts of single months are used.
    usual
        The pattern expected before the figures are seen: even months, or those of referrals
        (``demand_referrals_by_month``).

    Returns
    -------
    MonthPattern or None
        None for figures of fewer than two years.

    Notes
    -----
    With y starts of a month, X a level that is even between points a year apart, μ = X b and Z the
    months of the year, y is normal with mean X b + μ Z s and variance φ μ + what was rounded, s
    normal about the usual pattern with variance τ². Over a grid of φ and τ the likelihood has a
    closed form once b (flat before) and s are integrated out: a linear mixed model (Laird and Ware
    1982). s is nought with the probability of ``demand_month_pattern_none``; else τ is half-normal
    with the scale of ``demand_month_pattern_spread``.
    """
    found = [each for each in observations if each.counted == "starts" and each.months == 1]
    if len(found) < 2 * YEAR:
        return None
    first = min(each.month for each in found)
    at = np.array([months_between(first, each.month) for each in found])
    counts = np.array([each.middle for each in found])
    rounding = np.array([max(each.width, 1.0) ** 2 / 12 for each in found])
    place = (_place(first) + at) % YEAR
    if counts.sum() <= 0 or len(set(place.tolist())) < YEAR:
        return None
    level = _even(at)
    expected = np.full(len(counts), counts.mean())
    for _ in range(3):
        root = 1 / np.sqrt(expected)
        found_level = np.linalg.lstsq(level * root[:, None], counts * root, rcond=None)[0]
        expected = np.maximum(level @ found_level, 0.1 * counts.mean())
    months = np.zeros((len(counts), YEAR))
    months[np.arange(len(counts)), place] = expected
    centre = np.zeros(YEAR)
    if usual == "referrals":
        centre = np.array(parameter("demand_referrals_by_month").numbers) - 1
    return _over_grid(counts, level, (months, centre), (expected, rounding))


def stock_over_the_year(
    pattern: Floats, mean_days: Floats, shape: Floats, opening_month: str, months: int
) -> Floats:
    """Ratio of the stock at the end of each month to that with even starts, (replicate, month).

    Parameters
    ----------
    pattern
        Starts of each month of the year as shares of an even month, January first, shape
        (replicate, 12).
    mean_days, shape
        Of gamma durations, shape (replicate,).
    opening_month
        The month at whose end the projection opens. There, and a whole number of years later, the
        ratio is 1, because the opening stock already includes the effect of that month.
    months
        How many.

    Notes
    -----
    With A(l) the share of a month's starts still there l months later, and the same pattern every
    year, the stock of month m over its mean is the mean of the pattern of the months before,
    weighted by A. Starts more than five years earlier are taken as even.
    """
    ended = end_shares("gamma", mean_days, shape, _FOLLOWED)
    there = np.maximum(1 - np.cumsum(ended, axis=0), 0.0)
    by_lag = there.reshape(-1, YEAR, len(mean_days)).sum(axis=0)
    calendar = np.stack(
        [
            (by_lag * pattern.T[(month - np.arange(YEAR)) % YEAR]).sum(axis=0)
            for month in range(YEAR)
        ]
    ) / (mean_days / DAYS_A_MONTH)
    ripple = calendar - calendar.mean(axis=0)
    opens = _place(opening_month)
    ahead = (opens + 1 + np.arange(months)) % YEAR
    return np.asarray((1 + ripple[ahead] - ripple[opens]).T)


def _over_grid(
    counts: Floats,
    level: Floats,
    belonging: tuple[Floats, Floats],
    spread: tuple[Floats, Floats],
) -> MonthPattern:
    """All spreads and multiples of the variance, each with its probability given the figures."""
    scale, none = (parameter(f"demand_month_pattern_{name}").value for name in ("spread", "none"))
    prior = np.exp(-((_SPREADS / scale) ** 2) / 2) * np.gradient(_SPREADS)
    before = np.log([none, *((1 - none) * prior / prior.sum())])
    months, centre = belonging
    logs = np.empty((len(before), len(_MULTIPLES)))
    solved: dict[tuple[int, int], tuple[Floats, Floats]] = {}
    for column, multiple in enumerate(_MULTIPLES):
        variance = multiple * spread[0] + spread[1]
        logs[0, column] = before[0] - _misfit(counts, level, variance)[0] / 2
        both, past = np.column_stack([level, months]), counts - months @ centre
        for row, tau in enumerate(_SPREADS, start=1):
            misfit, best, covariance = _misfit(past, both, variance, tau)
            logs[row, column] = before[row] - misfit / 2
            solved[row, column] = best + centre, covariance
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    middles, roots = np.zeros((len(before), YEAR)), np.zeros((len(before), YEAR, YEAR))
    for row in range(1, len(before)):
        best, covariance = solved[row, int(weights[row].argmax())]
        middles[row], roots[row] = best, np.linalg.cholesky(covariance)
    by_spread = weights.sum(axis=1)
    mean = _shares((by_spread @ middles)[None])[0]
    taken_up = _taken_up(by_spread, middles, roots) * counts.mean()
    taken_up = np.minimum(taken_up / float(weights.sum(axis=0) @ _MULTIPLES), _MOST_TAKEN_UP)
    return MonthPattern(mean, float(1 - by_spread[0]), by_spread, middles, roots, taken_up)


def _taken_up(weights: Floats, middles: Floats, roots: Floats) -> Floats:
    """Variance of each month's share given the figures, shape (12,).

    Of a normal model the variance of a figure less that of its expectation is the variance of what
    lies between the two.
    """
    apart = middles - weights @ middles
    covariance = np.einsum("s,sij,skj->ik", weights, roots, roots) + (apart.T * weights) @ apart
    # Shares are on average 1, whatever they are.
    beside = np.eye(YEAR) - 1 / YEAR
    return np.asarray(np.diagonal(beside @ covariance @ beside))


def _misfit(
    counts: Floats, columns: Floats, variance: Floats, spread: float | None = None
) -> tuple[float, Floats, Floats]:
    """-2 log likelihood but for a constant, and the last twelve columns' mean and covariance.

    These are normal about nought with a spread of their own, where there is one.
    """
    weighed = columns / variance[:, None]
    precision, slope = weighed.T @ columns, weighed.T @ counts
    free = columns.shape[1] - (0 if spread is None else YEAR)
    found = float((counts**2 / variance).sum() + np.log(variance).sum())
    if spread is not None:
        precision[range(free, free + YEAR), range(free, free + YEAR)] += spread**-2
        found += 2 * YEAR * float(np.log(spread))
    best = np.linalg.solve(precision, slope)
    found += float(np.linalg.slogdet(precision)[1]) - float(slope @ best)
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    return found, np.asarray(best[free:], dtype=np.float64), covariance[free:, free:]


def _even(at: Integers) -> Floats:
    """Columns of a level that is even between points a year apart, shape (figure, point)."""
    points = np.linspace(at.min(), at.max(), max(2, round((np.ptp(at) + 1) / YEAR) + 1))
    return np.column_stack([np.interp(at, points, column) for column in np.eye(len(points))])


def _shares(belonging: Floats) -> Floats:
    """1 + what belongs to each month, never below nought, on average 1 over the year."""
    shares = np.maximum(1 + belonging, _LEAST)
    return np.asarray(shares / shares.mean(axis=1, keepdims=True))


def _place(month: str) -> int:
    return Month(month).number - 1
