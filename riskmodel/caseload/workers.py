"""How cases are spread over workers: the range of para 23, not only the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.caseload.published import published_caseloads
from riskmodel.core.arrays import Floats, Integers
from riskmodel.errors import DataError

__all__ = ["WorkerSpread", "check_cap", "largest_normal", "published_spread"]


@dataclass(frozen=True, slots=True)
class WorkerSpread:
    """Caseloads of workers around their mean.

    Parameters
    ----------
    log_sd
        Standard deviation of the logarithm of a worker's caseload, 0 or more.
    source
        What it is based on.

    Notes
    -----
    Lognormal, rounded to whole cases, with the mean caseload as its mean. The form cannot be
    concluded from what is printed. If cases were given out at random among equal workers
    (multinomial), a mean of 20 would have a range of about 10 to 31. The lowest caseload printed is
    14, so cases are spread more evenly than that.
    """

    log_sd: float
    source: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.log_sd) and self.log_sd >= 0):
            raise DataError(
                f"a standard deviation must be 0 or more, got {self.log_sd:g}", field="log_sd"
            )

    def share_above(self, caseload: npt.ArrayLike, cap: float) -> Floats:
        """Share of workers with more whole cases than the cap, for each mean caseload.

        Parameters
        ----------
        caseload
            Mean cases a worker, 0 or more, any shape.
        cap
            Cases, above 0.
        """
        from scipy.special import ndtr

        check_cap(cap)
        mean = np.asarray(caseload, dtype=np.float64)
        most = math.floor(cap) + 0.5
        if self.log_sd == 0:
            return (mean > most).astype(np.float64)
        with np.errstate(divide="ignore"):
            centred = np.log(mean) - self.log_sd**2 / 2
        return np.asarray(ndtr((centred - math.log(most)) / self.log_sd), dtype=np.float64)

    def mean_with(self, above: Floats, cap: float) -> Floats:
        """The mean caseload at which such a share is above the cap; inverts :meth:`share_above`."""
        from scipy.special import ndtri

        most = math.floor(cap) + 0.5
        return np.asarray(most * np.exp(self.log_sd * ndtri(above) + self.log_sd**2 / 2))

    def expected_range(self, caseload: float, workers: int) -> tuple[float, float]:
        """Typical lowest and highest caseload among so many workers.

        Notes
        -----
        exp(mean of the logarithm -+ log_sd x the expected largest of as many standard normals):
        roughly the medians of the lowest and the highest.
        """
        if not caseload > 0:
            raise DataError(f"a caseload must be above 0, got {caseload:g}", field="caseload")
        centre = math.log(caseload) - self.log_sd**2 / 2
        reach = self.log_sd * largest_normal(workers)
        return math.exp(centre - reach), math.exp(centre + reach)

    def chance_of(self, cases: float, caseload: float, workers: int) -> float:
        """Probability that some worker of so many holds that many cases or more."""
        below = 1 - float(self.share_above(caseload, cases - 1))
        return 1 - below**workers

    def deal(self, cases: int, workers: int, random: np.random.Generator) -> Integers:
        """Whole cases dealt to whole workers, adding up to the cases; shape (worker,)."""
        if workers < 1 or cases < 0:
            raise DataError(
                f"needs 1 worker or more and 0 cases or more, got {workers} and {cases}"
            )
        weights = np.exp(self.log_sd * random.standard_normal(workers))
        bounds = np.cumsum(weights) * (cases / weights.sum()) + random.random()
        upto = np.minimum(np.floor(bounds), cases).astype(np.int64)
        upto[-1] = cases
        dealt: Integers = np.diff(upto, prepend=0)
        return dealt


def published_spread() -> WorkerSpread:
    """The spread that gives the printed range of 14 to 32 for the number of workers that follows.

    Notes
    -----
    log_sd = log(32 / 14) / 2 / E(largest of 76 standard normals): the ratio of the printed ends.
    The worker with 65 cases in the minutes of May 2016, several cases in few families, is
    outside it. The printed range also holds differences in working hours.

    Examples
    --------
    >>> published_spread().log_sd
    0.1717
    """
    printed = published_caseloads()
    low, high = float(printed.range.interval.low), float(printed.range.interval.high)
    workers = round(printed.workers_as_printed)
    return WorkerSpread(
        math.log(high / low) / 2 / largest_normal(workers),
        f"report card para 23: range {low:g} to {high:g} over {workers} workers",
    )


def largest_normal(number: int) -> float:
    """Expected largest of so many independent standard normals.

    Notes
    -----
    The integral of x n phi(x) Phi(x)^(n-1), by the trapezium rule on [-10, 10] with steps of
    0.005: exact to the digits shown.

    Examples
    --------
    >>> largest_normal(2), largest_normal(100)
    (0.56418958, 2.50759)
    """
    from scipy.special import ndtr

    if number < 1:
        raise DataError(f"needs 1 worker or more, got {number}", field="workers")
    x = np.linspace(-10, 10, 4001)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    return float(np.trapezoid(x * number * density * ndtr(x) ** (number - 1), x))


def check_cap(cap: float) -> None:
    """Refuse a cap that is not above 0 cases."""
    if not (math.isfinite(cap) and cap > 0):
        raise DataError(f"a cap must be above 0 cases, got {cap:g}", field="cap")
