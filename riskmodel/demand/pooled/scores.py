"""How forecasts are scored: as 200 equally likely values, compared with the outcome."""

from __future__ import annotations

import numpy as np

from riskmodel.core.arrays import Bools, Floats
from riskmodel.errors import DataError

__all__ = ["LEVELS", "at_level", "covered", "crps", "probability_integral_transform"]


LEVELS: Floats = (np.arange(200) + 0.5) / 200
"""Every model gives its forecast as quantiles at these levels. So all are scored in the same way,
and a Student-t of the logarithm, whose mean is infinite, has a score."""
LEVELS.flags.writeable = False


def crps(values: Floats, observed: Floats) -> Floats:
    """Continuous ranked probability score of equally likely values; smaller is better.

    Parameters
    ----------
    values
        Ascending quantiles at equally spaced levels (i - 1/2) / n, shape (..., n).
    observed
        What happened, shape (...).

    Returns
    -------
    numpy.ndarray
        Shape (...), in the unit of the values.

    Notes
    -----
    CRPS = 2 / n sum_i (x_i - y) (1{y < x_i} - (i - 1/2) / n) (Laio and Tamea, *Hydrology and Earth
    System Sciences* 11 (2007), 1267-1277): exact for the n values, and equal to the sum of the
    pinball losses. For a single value it is the absolute error.

    Examples
    --------
    >>> float(crps(np.array([3.0]), np.array(5.0)))
    2.0
    """
    number = values.shape[-1]
    levels = (np.arange(number) + 0.5) / number
    beyond = values - observed[..., None]
    found: Floats = 2 * np.mean(beyond * ((beyond > 0) - levels), axis=-1)
    return found


def probability_integral_transform(values: Floats, observed: Floats) -> Floats:
    """Share of the values below the outcome, ties counted half; shape (...)."""
    beside = values - observed[..., None]
    found: Floats = np.mean((beside < 0) + 0.5 * (beside == 0), axis=-1)
    return found


def at_level(values: Floats, level: float) -> Floats:
    """Quantile of a forecast from its values at :data:`LEVELS`, interpolated; shape (...)."""
    # Hazen's rule is the one that puts the i-th of n values at (i - 1/2) / n.
    return np.quantile(values, level, axis=-1, method="hazen")


def covered(values: Floats, observed: Floats, level: float) -> Bools:
    """Whether the central interval of that level holds the outcome, shape (...).

    Raises
    ------
    DataError
        When the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise DataError(f"an interval's level is between 0 and 1, got {level:g}")
    low, high = at_level(values, (1 - level) / 2), at_level(values, (1 + level) / 2)
    return (low <= observed) & (observed <= high)
