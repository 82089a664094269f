"""What may be known about durations: a mean, a share, bands, or single dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from riskmodel.core.arrays import Bools, Floats
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_YEAR
from riskmodel.demand.durations.lengths import Lengths
from riskmodel.errors import DataError
from riskmodel.estimates import Interval

__all__ = [
    "PUBLISHED_BANDS_DAYS",
    "Band",
    "EndedBands",
    "Evidence",
    "IndividualLengths",
    "MeanLength",
    "OpenBands",
    "ShareOver",
]

PUBLISHED_BANDS_DAYS = (
    0.0,
    DAYS_A_YEAR / 4,
    DAYS_A_YEAR / 2,
    DAYS_A_YEAR,
    2 * DAYS_A_YEAR,
    np.inf,
)
"""Edges of the bands of the national statistics: 3 and 6 months, 1 and 2 years."""


class Band(NamedTuple):
    """One band of durations, with what a fit expects in it."""

    label: str
    low_days: float
    high_days: float
    observed: float
    expected: float

    @property
    def pearson_residual(self) -> float:
        """(Observed - expected) / √expected."""
        return (self.observed - self.expected) / float(np.sqrt(self.expected))


class Evidence:
    """One source of evidence about durations; sources are independent of one another."""

    __slots__ = ()

    label: str

    def log_likelihood(self, lengths: Lengths) -> float:
        """Log-likelihood of these lengths."""
        raise NotImplementedError

    def bands(self, lengths: Lengths) -> tuple[Band, ...]:
        """Observed and expected counts by band; empty if the source has no counts."""
        return ()


@dataclass(frozen=True, slots=True)
class MeanLength(Evidence):
    """A printed mean duration of plans that ended.

    Parameters
    ----------
    days
        The range of values that the mean can have been, in days.
    number
        The number of plans that it is the mean of; None uses only the interval, as a normal density
        with the variance of a uniform one over it.
    label
        Where it is from.

    Notes
    -----
    The mean of n plans is normal about the mean of all, with standard deviation √(variance / n).
    """

    days: Interval
    number: int | None = None
    label: str = "mean length"

    def __post_init__(self) -> None:
        _check_interval(self.days, self.number, np.inf)

    def log_likelihood(self, lengths: Lengths) -> float:
        """Log-likelihood of these lengths."""
        low, high = float(self.days.low), float(self.days.high)
        if self.number is None:
            return laws.log_normal(lengths.mean_days, (low + high) / 2, (high - low) / 12**0.5)
        variance = laws.second_moment(lengths.family, lengths.mean_days, lengths.shape)
        error = float(np.sqrt((variance - lengths.mean_days**2) / self.number))
        return _log_normal_share(low, high, lengths.mean_days, error)


@dataclass(frozen=True, slots=True)
class ShareOver(Evidence):
    """A printed share of ended plans that had lasted longer than so many days.

    Parameters
    ----------
    days
        Duration from which on a plan counts as long.
    share
        The range of values that the share can have been, as a proportion.
    number
        The number of plans; None uses only the interval, as for :class:`MeanLength`.
    label
        Where it is from.
    """

    days: float
    share: Interval
    number: int | None = None
    label: str = "share of long plans"

    def __post_init__(self) -> None:
        laws.check_positive(self.days, "days")
        _check_interval(self.share, self.number, 1.0)

    def log_likelihood(self, lengths: Lengths) -> float:
        """Log-likelihood of these lengths: binomial over the counts that print this share."""
        over = float(lengths.survival(self.days))
        low, high = float(self.share.low), float(self.share.high)
        if self.number is None:
            return laws.log_normal(over, (low + high) / 2, (high - low) / 12**0.5)
        ways, counts = _ways_to_print(self.share, self.number)
        rest = self.number - counts
        chances = ways + special.xlogy(counts, over) + special.xlog1py(rest, -over)
        return float(np.logaddexp.reduce(chances))


@dataclass(frozen=True, slots=True, eq=False)
class EndedBands(Evidence):
    """Plans that ended, counted by band of duration.

    Parameters
    ----------
    edges_days
        Edges of the bands in days, one more than there are bands.
    counts
        Plans in each band; NaN where it is suppressed.
    total
        The number of all plans, where it is printed: the suppressed bands together then hold the
        remainder. Otherwise only the shares among the printed bands are used.
    label
        Where it is from.
    """

    edges_days: Sequence[float]
    counts: Sequence[float]
    total: float | None = None
    label: str = "plans ended by length"

    def __post_init__(self) -> None:
        edges = tuple(float(edge) for edge in self.edges_days)
        counts = tuple(float(count) for count in self.counts)
        if len(edges) != len(counts) + 1 or len(counts) < 2:
            raise DataError(
                f"needs two or more bands and one more edge than bands; got {len(counts)} bands "
                f"and {len(edges)} edges",
                field="counts",
            )
        printed = np.array([count for count in counts if not np.isnan(count)])
        if len(printed) < 1 or not (np.isfinite(printed) & (printed >= 0)).all():
            raise DataError("counts are 0 or more, with at least one printed", field="counts")
        if printed.sum() <= 0:
            raise DataError("all bands are empty: they say nothing about lengths", field="counts")
        if self.total is not None and not self.total >= printed.sum():
            raise DataError(
                f"the total, {self.total:g}, is below the sum of the bands, {printed.sum():g}",
                field="total",
            )
        object.__setattr__(self, "edges_days", edges)
        object.__setattr__(self, "counts", counts)

    def _shares(self, lengths: Lengths) -> Floats:
        return lengths.ended_shares(self.edges_days)

    def _merged(self, lengths: Lengths) -> tuple[list[tuple[float, float]], Floats, Floats]:
        """Bands, counts and shares, suppressed bands together or left out; shares sum to 1."""
        counts, shares = np.array(self.counts), self._shares(lengths)
        edges = list(zip(self.edges_days[:-1], self.edges_days[1:], strict=True))
        printed = ~np.isnan(counts)
        kept = [edges[place] for place in np.flatnonzero(printed)]
        observed, expected = counts[printed], shares[printed]
        if self.total is not None and not printed.all():
            hidden = [edges[place] for place in np.flatnonzero(~printed)]
            kept.append((hidden[0][0], hidden[-1][1]))
            observed = np.append(observed, self.total - observed.sum())
            expected = np.append(expected, shares[~printed].sum())
        return kept, observed, expected / expected.sum()

    def log_likelihood(self, lengths: Lengths) -> float:
        """Multinomial log-likelihood of these lengths."""
        _, observed, shares = self._merged(lengths)
        with np.errstate(divide="ignore"):
            return float(special.xlogy(observed, shares).sum())

    def bands(self, lengths: Lengths) -> tuple[Band, ...]:
        """Observed and expected counts by band."""
        edges, observed, shares = self._merged(lengths)
        return tuple(
            Band(self.label, low, high, float(count), float(share * observed.sum()))
            for (low, high), count, share in zip(edges, observed, shares, strict=True)
        )


@dataclass(frozen=True, slots=True, eq=False)
class OpenBands(EndedBands):
    """Plans open at a date, counted by band of time since their start.

    As :class:`EndedBands`; the longer a plan, the likelier it is to be found open (length bias),
    and the shares are those of a steady state.
    """

    label: str = "plans open by time since start"

    def _shares(self, lengths: Lengths) -> Floats:
        return lengths.open_shares(self.edges_days)


@dataclass(frozen=True, slots=True, eq=False)
class IndividualLengths(Evidence):
    """Single plans: how long each lasted, or has lasted so far.

    Parameters
    ----------
    days
        Duration, or time so far, above 0.
    ended
        Whether it ended; otherwise it is censored, because it lasts longer.
    entered_days
        How long the plan had lasted when its observation began, 0 if observed from its start. Plans
        that had ended before are not in the data (left truncation).
    label
        Where they are from.
    """

    days: Floats
    ended: Bools
    entered_days: Floats | None = None
    label: str = "plans one by one"

    def __post_init__(self) -> None:
        days = np.array(laws.check_positive(self.days, "days"))
        ended = np.array(self.ended, dtype=bool)
        entered = np.zeros_like(days) if self.entered_days is None else np.array(self.entered_days)
        if days.ndim != 1 or ended.shape != days.shape or entered.shape != days.shape:
            raise DataError(
                f"needs one length, one flag and one entry a plan; got {days.shape}, "
                f"{ended.shape}, {entered.shape}",
                field="days",
            )
        if not ((entered >= 0) & (entered < days)).all():
            raise DataError(
                "a plan comes under observation on day 0 or later, and before its last day",
                field="entered_days",
            )
        if not ended.any():
            raise DataError("no plan ended: their lengths are not known", field="ended")
        for name, made in (("days", days), ("ended", ended), ("entered_days", entered)):
            made.flags.writeable = False
            object.__setattr__(self, name, made)

    def log_likelihood(self, lengths: Lengths) -> float:
        """Log-likelihood with right censoring and left truncation."""
        chance = np.where(self.ended, lengths.density(self.days), lengths.survival(self.days))
        entering = lengths.survival(0.0 if self.entered_days is None else self.entered_days)
        # Lengths so short that no plan would have lasted to be seen.
        if not (chance > 0).all() or not (entering > 0).all():
            return -np.inf
        return float((np.log(chance) - np.log(entering)).sum())


@lru_cache
def _ways_to_print(share: Interval, number: int) -> tuple[Floats, Floats]:
    """Logs of binomial coefficients of the whole numbers whose share is printed so, and these.

    The nearest number where there is none.
    """
    counts = np.array(list((share * number).whole_numbers()), dtype=np.float64)
    middle = (float(share.low) + float(share.high)) / 2
    if not len(counts):
        counts = np.array([float(round(middle * number))])
    beside = special.gammaln(counts + 1) + special.gammaln(number - counts + 1)
    return special.gammaln(number + 1) - beside, counts


def _check_interval(found: Interval, number: int | None, most: float) -> None:
    if not 0 <= found.low <= found.high <= most or found.high == 0:
        raise DataError(f"needs an interval within 0 and {most:g}, got {found}")
    if number is None and found.is_exact:
        raise DataError(
            f"{found} is exact: say of how many plans, or give the interval that it can lie in"
        )
    if number is not None and number < 2:
        raise DataError(f"needs two or more plans, got {number}", field="number")


def _log_normal_share(low: float, high: float, mean: float, error: float) -> float:
    """Log of the normal probability between two values, also far out in a tail."""
    below, above = (low - mean) / error, (high - mean) / error
    if below + above > 0:
        below, above = -above, -below
    if above == below:
        return laws.log_normal(above, 0.0, 1.0) - float(np.log(error))
    top, bottom = special.log_ndtr(above), special.log_ndtr(below)
    return float(top + np.log(-np.expm1(min(bottom - top, -1e-300))))
