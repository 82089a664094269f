"""Plan lengths that have the published mean and share over two years."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.published import load_table

__all__ = ["TWO_YEARS_DAYS", "gamma_shape", "plan_lengths"]

TWO_YEARS_DAYS = 731


def gamma_shape(mean_days: float, share_over_two_years: float) -> float:
    """Shape of the gamma distribution with that mean and share over two years.

    Parameters
    ----------
    mean_days
        Mean length in days.
    share_over_two_years
        Proportion of plans of 731 days or more.

    Raises
    ------
    DataError
        When no gamma distribution with a shape between 0.2 and 20 has both.
    """
    from scipy.optimize import brentq
    from scipy.stats import gamma

    def excess(shape: float) -> float:
        return (
            float(gamma.sf(TWO_YEARS_DAYS, shape, scale=mean_days / shape)) - share_over_two_years
        )

    if excess(0.6) * excess(20.0) > 0:
        raise DataError(
            f"no gamma distribution has a mean of {mean_days:g} days and "
            f"{share_over_two_years:.1%} over two years"
        )
    return float(brentq(excess, 0.6, 20.0))


def plan_lengths(number: int) -> npt.NDArray[np.int64]:
    """Whole days of so many plans, ascending, with the published mean and share over two years.

    Parameters
    ----------
    number
        Plans; any number from 1.

    Notes
    -----
    Evenly spaced quantiles of the gamma distribution; then single days are added to or taken from
    the middle of the list until the mean is 303 days to the printed digit. The share over two
    years is set exactly, to the whole number nearest to the printed 6.3%.
    """
    from scipy.stats import gamma

    statements = load_table("statements")
    mean = float(statements.figure("mean_plan_length_days").value or 0)
    over = float(statements.figure("plans_over_two_years_oxfordshire_2014_15_percent").value or 0)
    shape = gamma_shape(mean, over / 100)
    quantiles = (np.arange(number) + 0.5) / number
    days = np.maximum(1, np.rint(gamma.ppf(quantiles, shape, scale=mean / shape))).astype(np.int64)
    long_plans = round(number * over / 100)
    short = number - long_plans
    days[:short] = np.minimum(days[:short], TWO_YEARS_DAYS - 1)
    days[short:] = np.maximum(days[short:], TWO_YEARS_DAYS)
    return _with_mean(days, short, round(mean * number))


def _with_mean(days: npt.NDArray[np.int64], short: int, total: int) -> npt.NDArray[np.int64]:
    """Move single days among the shorter plans until the days add up to the total."""
    missing = total - int(days.sum())
    while missing:
        step = 1 if missing > 0 else -1
        moved = days[:short] + step
        free = np.flatnonzero((moved >= 1) & (moved < TWO_YEARS_DAYS))
        if len(free) == 0:
            break  # one or two plans cannot have the published mean
        chosen = free[np.linspace(0, len(free) - 1, min(abs(missing), len(free))).astype(int)]
        days[chosen] += step
        missing -= step * len(chosen)
    return np.sort(days)
