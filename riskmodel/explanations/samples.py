"""What a small sample says about a whole list: how many of its cases are of a kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.errors import DataError
from riskmodel.estimates import Estimate
from riskmodel.parameters import parameter

__all__ = ["SampledCount", "count_from_sample", "exact_count_interval"]


@dataclass(frozen=True, slots=True)
class SampledCount:
    """How many cases of a list are of a kind, given a random sample of it.

    Parameters
    ----------
    posterior
        Beta-binomial: prediction for the cases not looked at, plus those found.
    exact
        Every number that a two-sided hypergeometric test does not reject.
    """

    posterior: Estimate
    exact: Estimate

    def __str__(self) -> str:
        return f"{self.posterior}; exact {self.exact.low:g} to {self.exact.high:g}"


def count_from_sample(
    found: int,
    sampled: int,
    listed: int,
    *,
    prior: tuple[float, float] = (0.5, 0.5),
    level: float | None = None,
) -> SampledCount:
    """The number of cases of a kind in a list, from a random sample without replacement.

    Parameters
    ----------
    found, sampled
        Cases of the kind, and cases looked at.
    listed
        Cases on the list, including those looked at.
    prior
        Shapes of the Beta prior of the share; Jeffreys' by default.
    level
        Coverage; the parameter ``interval_level`` where it is None.

    Raises
    ------
    DataError
        When the counts contradict each other, or the level is out of range.

    Notes
    -----
    With a Beta(a, b) prior, the number among the cases not looked at is beta-binomial with shapes a
    + k, b + n - k. The estimate is the mean; the interval its equal-tailed quantiles. It is right
    only if the sample was random, which the report does not say.
    """
    from scipy.stats import betabinom

    level = _level(level)
    _check(found, sampled, listed)
    a, b = prior[0] + found, prior[1] + sampled - found
    rest = betabinom(listed - sampled, a, b)
    low, high = rest.ppf([(1 - level) / 2, (1 + level) / 2])
    mean = found + (listed - sampled) * a / (a + b)
    posterior = Estimate(
        float(mean),
        float(found + low),
        float(found + high),
        level,
        "beta-binomial",
        "cases",
        "assumed",
        found,
        sampled,
    )
    return SampledCount(posterior, exact_count_interval(found, sampled, listed, level=level))


def exact_count_interval(
    found: int, sampled: int, listed: int, *, level: float | None = None
) -> Estimate:
    """The numbers of cases of a kind that an exact test does not reject, given a random sample.

    Parameters
    ----------
    found, sampled, listed, level
        As for :func:`count_from_sample`.

    Notes
    -----
    Hypergeometric, each tail at half of 1 - level (Clopper and Pearson's method, without
    replacement; Konijn 1973). Its coverage is at least the level, whatever the number is.
    """
    from scipy.stats import hypergeom

    level = _level(level)
    _check(found, sampled, listed)
    numbers = np.arange(found, listed - (sampled - found) + 1)
    tail = (1 - level) / 2
    upper = hypergeom.sf(found - 1, listed, numbers, sampled)
    lower = hypergeom.cdf(found, listed, numbers, sampled)
    kept = numbers[(upper > tail) & (lower > tail)]
    return Estimate(
        found / sampled * listed,
        float(min(kept.min(), found / sampled * listed)),
        float(max(kept.max(), found / sampled * listed)),
        level,
        "exact hypergeometric",
        "cases",
        "assumed",
        found,
        sampled,
    )


def _level(level: float | None) -> float:
    level = parameter("interval_level").value if level is None else level
    if not 0 < level < 1:
        raise DataError(f"the level must lie between 0 and 1, got {level:g}; usual is 0.95")
    return level


def _check(found: int, sampled: int, listed: int) -> None:
    if not 0 <= found <= sampled <= listed or sampled == 0:
        raise DataError(f"{found} of {sampled} from a list of {listed} is no sample")
