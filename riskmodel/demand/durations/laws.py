"""Gamma, Weibull and lognormal durations in days, as functions of arrays of mean and shape.

All functions broadcast their arguments, so that each replicate may have its own mean and shape.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import special

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError, UnknownNameError

__all__ = [
    "DAYS_A_MONTH",
    "DAYS_A_YEAR",
    "FAMILIES",
    "Family",
    "check_family",
    "check_positive",
    "density",
    "equilibrium",
    "equilibrium_and_survival",
    "log_normal",
    "quantile",
    "sample",
    "scale",
    "second_moment",
    "survival",
]

Family = Literal["gamma", "weibull", "lognormal"]
"""Distributions of durations. The shape is that of the gamma or Weibull distribution (1 is
exponential: ends at a constant rate); for the lognormal it is the standard deviation of the
logarithm."""

FAMILIES: tuple[Family, ...] = get_args(Family)

DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / 12
"""Months are of equal length throughout the engine."""

_FOREVER_DAYS = 1e9
_LOG_ROOT_TWO_PI = float(np.log(np.sqrt(2 * np.pi)))


def check_family(family: str) -> None:
    """Refuse a family that does not exist.

    Raises
    ------
    UnknownNameError
        With the nearest names.
    """
    if family not in FAMILIES:
        raise UnknownNameError("family of lengths", family, FAMILIES)


def check_positive(values: npt.ArrayLike, name: str) -> Floats:
    """The values as floats above zero.

    Raises
    ------
    DataError
        When one is not finite or not above zero.
    """
    made = np.asarray(values, dtype=np.float64)
    wrong = ~(np.isfinite(made) & (made > 0))
    if wrong.any():
        raise DataError(
            f"needs finite numbers above 0, found {made[wrong].flat[0]:g}",
            field=name,
        )
    return made


def scale(family: Family, mean: npt.ArrayLike, shape: npt.ArrayLike) -> Floats:
    """Scale in days: gamma mean / shape, Weibull mean / Γ(1 + 1 / shape), lognormal the median."""
    mean, shape = np.asarray(mean, dtype=np.float64), np.asarray(shape, dtype=np.float64)
    if family == "gamma":
        return _floats(mean / shape)
    if family == "weibull":
        return mean / special.gamma(1 + 1 / shape)
    return _floats(mean * np.exp(-0.5 * shape**2))


def survival(
    family: Family, days: npt.ArrayLike, mean: npt.ArrayLike, shape: npt.ArrayLike
) -> Floats:
    """Share that lasts longer than so many days; 1 before day 0."""
    shape = np.asarray(shape, dtype=np.float64)
    ratio = np.maximum(np.asarray(days, dtype=np.float64), 0.0) / scale(family, mean, shape)
    if family == "gamma":
        return _floats(special.gammaincc(shape, ratio))
    if family == "weibull":
        return _floats(np.exp(-(ratio**shape)))
    with np.errstate(divide="ignore"):
        return _floats(special.ndtr(-np.log(ratio) / shape))


def density(
    family: Family, days: npt.ArrayLike, mean: npt.ArrayLike, shape: npt.ArrayLike
) -> Floats:
    """Density of durations for each day, at days above 0."""
    days, shape = np.asarray(days, dtype=np.float64), np.asarray(shape, dtype=np.float64)
    ratio = days / scale(family, mean, shape)
    log_ratio = np.log(ratio)
    if family == "gamma":
        log_density = shape * log_ratio - ratio - special.gammaln(shape)
    elif family == "weibull":
        log_density = np.log(shape) + shape * log_ratio - ratio**shape
    else:
        log_density = -0.5 * (log_ratio / shape) ** 2 - np.log(shape * np.sqrt(2 * np.pi))
    return _floats(np.exp(log_density) / days)


def equilibrium(
    family: Family, days: npt.ArrayLike, mean: npt.ArrayLike, shape: npt.ArrayLike
) -> Floats:
    """Share of open plans that are at most so old, or that will end within so many days.

    Where starts are steady both are G(t) = (1 / mean) ∫₀ᵗ S(u) du, with S the survival of all
    plans (Cox 1962, Renewal Theory, section 5.2).

    Notes
    -----
    Closed forms with z = t / scale: gamma (t / mean) Q(k, z) + P(k + 1, z) with the regularised
    incomplete gamma functions; Weibull P(1 / k, zᵏ); lognormal
    (t / mean) S(t) + Φ(log(t / median) / k - k).
    """
    shape = np.asarray(shape, dtype=np.float64)
    mean = np.asarray(mean, dtype=np.float64)
    # Infinity times a share of zero has no value: a long time serves as well.
    days = np.clip(np.asarray(days, dtype=np.float64), 0.0, _FOREVER_DAYS)
    ratio = days / scale(family, mean, shape)
    if family == "weibull":
        return _floats(special.gammainc(1 / shape, ratio**shape))
    if family == "gamma":
        return _gamma_equilibrium(days / mean, ratio, shape, special.gammainc(shape, ratio))
    with np.errstate(divide="ignore"):
        log_ratio = np.log(ratio)
    return _floats(
        days / mean * special.ndtr(-log_ratio / shape) + special.ndtr(log_ratio / shape - shape)
    )


def equilibrium_and_survival(
    family: Family, days: npt.ArrayLike, mean: npt.ArrayLike, shape: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """As :func:`equilibrium` and :func:`survival`, in one evaluation for gamma lengths.

    With S the survival and G the share of open plans, G = (t / mean) S + P(k + 1, z), so the one
    incomplete gamma function serves both.
    """
    if family != "gamma":
        return equilibrium(family, days, mean, shape), survival(family, days, mean, shape)
    shape, mean = np.asarray(shape, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    days = np.clip(np.asarray(days, dtype=np.float64), 0.0, _FOREVER_DAYS)
    ratio = days / scale(family, mean, shape)
    below = special.gammainc(shape, ratio)
    return _gamma_equilibrium(days / mean, ratio, shape, below), _floats(1 - below)


def _gamma_equilibrium(share: Floats, ratio: Floats, shape: Floats, below: Floats) -> Floats:
    # P(k + 1, z) = P(k, z) - zᵏ e⁻ᶻ / Γ(k + 1): one costly function instead of two.
    step = np.exp(special.xlogy(shape, ratio) - ratio - special.gammaln(shape + 1))
    return _floats(share * (1 - below) + below - step)


def log_normal(value: float, mean: float, sd: float) -> float:
    """Log density of the normal distribution; ``scipy.stats`` takes half a second to load."""
    return -(((value - mean) / sd) ** 2) / 2.0 - _LOG_ROOT_TWO_PI - float(np.log(sd))


def quantile(
    family: Family, share: npt.ArrayLike, mean: npt.ArrayLike, shape: npt.ArrayLike
) -> Floats:
    """Days within which this share of plans ends."""
    share, shape = np.asarray(share, dtype=np.float64), np.asarray(shape, dtype=np.float64)
    unit = scale(family, mean, shape)
    if family == "gamma":
        return _floats(unit * special.gammaincinv(shape, share))
    if family == "weibull":
        with np.errstate(divide="ignore"):
            return _floats(unit * (-np.log1p(-share)) ** (1 / shape))
    return _floats(unit * np.exp(shape * special.ndtri(share)))


def second_moment(family: Family, mean: npt.ArrayLike, shape: npt.ArrayLike) -> Floats:
    """Mean of the squared duration, in days squared."""
    mean, shape = np.asarray(mean, dtype=np.float64), np.asarray(shape, dtype=np.float64)
    if family == "gamma":
        return _floats(mean**2 * (1 + 1 / shape))
    if family == "weibull":
        return _floats(scale(family, mean, shape) ** 2 * special.gamma(1 + 2 / shape))
    return _floats(mean**2 * np.exp(shape**2))


def sample(
    family: Family,
    mean: npt.ArrayLike,
    shape: npt.ArrayLike,
    generator: np.random.Generator,
    size: int | tuple[int, ...] | None = None,
) -> Floats:
    """Durations drawn at random, in days."""
    unit, shape = scale(family, mean, shape), np.asarray(shape, dtype=np.float64)
    if family == "gamma":
        return _floats(unit * generator.standard_gamma(shape, size))
    if family == "weibull":
        return _floats(unit * generator.weibull(shape, size))
    return _floats(unit * np.exp(shape * generator.standard_normal(size or shape.shape)))


def _floats(values: object) -> Floats:
    return np.asarray(values, dtype=np.float64)
