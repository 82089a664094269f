"""Fits of duration distributions to whatever is known, and how good the fits are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from riskmodel.core.arrays import Floats, lock
from riskmodel.core.result import Result
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.evidence import Band, Evidence
from riskmodel.demand.durations.laws import Family, check_family
from riskmodel.demand.durations.lengths import Lengths
from riskmodel.errors import DataError
from riskmodel.estimates import Basis, Estimate
from riskmodel.parameters import parameter

__all__ = ["LengthFit", "ShapePrior", "fit_lengths"]

_Pair = tuple[float, float]
_START_DAYS = 300.0
_FAR = 6.0


@dataclass(frozen=True, slots=True)
class ShapePrior:
    """Prior of the spread of durations, as a normal density of a gamma shape.

    For the other families it is applied to the gamma shape with the same coefficient of variation,
    1 / CV², so that all families have the same prior.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        laws.check_positive(self.mean, "mean")
        laws.check_positive(self.sd, "sd")

    @classmethod
    def of_parameters(cls) -> ShapePrior:
        """The prior of ``length_shape_prior_mean`` and ``length_shape_prior_sd``."""
        mean, sd = (parameter(f"length_shape_prior_{name}").value for name in ("mean", "sd"))
        return cls(mean, sd)

    def log_density(self, lengths: Lengths) -> float:
        """Log density of a distribution's spread."""
        second = float(laws.second_moment(lengths.family, lengths.mean_days, lengths.shape))
        gamma_shape = lengths.mean_days**2 / (second - lengths.mean_days**2)
        return laws.log_normal(gamma_shape, self.mean, self.sd)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LengthFit(Result):
    """Durations fitted to evidence.

    Parameters
    ----------
    lengths
        The distribution at the maximum.
    mean, shape
        Estimates with intervals, of the mean in days and of the shape.
    log_likelihood, log_prior
        At the maximum; the prior is 0 where none was used.
    covariance
        Of (log mean, log shape), from the curvature at the maximum (Laplace), shape (2, 2).
    bands
        Observed and expected counts, for evidence in bands.
    deviance, degrees_of_freedom, p_value
        For all bands together: 2 Σ observed log(observed / expected); the number of bands, less one
        for each source, less two parameters; and the chance of a greater deviance if the family
        were true. NaN where there are too few bands.
    sources
        Labels of the evidence.
    """

    lengths: Lengths
    mean: Estimate
    shape: Estimate
    log_likelihood: float
    log_prior: float
    covariance: Floats
    bands: tuple[Band, ...]
    deviance: float
    degrees_of_freedom: int
    p_value: float
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        lock(self, "covariance", kind=None)

    @property
    def aic(self) -> float:
        """Akaike's criterion, 4 - 2 × log-likelihood: lower is better."""
        return 4 - 2 * self.log_likelihood

    def to_frame(self) -> pd.DataFrame:
        """A row for each band: source, band in days, observed, expected, Pearson residual."""
        columns = [
            "family",
            "source",
            "low_days",
            "high_days",
            "observed",
            "expected",
            "pearson_residual",
        ]
        return pd.DataFrame(
            [(self.lengths.family, *band, band.pearson_residual) for band in self.bands],
            columns=columns,
        )

    def summary(self) -> str:
        """What it is, in a sentence."""
        fit = (
            f"; deviance {self.deviance:.1f} on {self.degrees_of_freedom} degrees of freedom, "
            f"p = {self.p_value:.3f}"
            if self.degrees_of_freedom > 0
            else "; too few bands to say how well it fits"
        )
        return f"{self.lengths}{fit} ({', '.join(self.sources)})"


def fit_lengths(
    evidence: Sequence[Evidence],
    family: Family = "gamma",
    *,
    prior: ShapePrior | None = None,
    level: float | None = None,
    basis: Basis = "observed",
) -> LengthFit:
    """Fit one family to all evidence together.

    Parameters
    ----------
    evidence
        One source or more; their likelihoods are multiplied.
    family
        Distribution of lengths.
    prior
        Prior of the spread; None uses none. A mean and a share alone need one:
        :meth:`ShapePrior.of_parameters`.
    level
        Coverage of the intervals; None is the parameter ``interval_level``.
    basis
        Basis of the evidence.

    Returns
    -------
    LengthFit
        Intervals are those of the profile likelihood (times the prior, where there is one): all
        values that raise -2 log by no more than the chi-square quantile with one degree of freedom,
        with the other parameter at its optimum for each.

    Raises
    ------
    DataError
        When there is no evidence, or it does not determine both mean and shape.
    """
    check_family(family)
    if not evidence:
        raise DataError("needs at least one source of evidence about lengths")
    level = parameter("interval_level").value if level is None else level

    def cost(point: npt.ArrayLike) -> float:
        log_mean, log_shape = np.asarray(point, dtype=np.float64)
        if abs(log_mean - np.log(_START_DAYS)) > _FAR or abs(log_shape) > _FAR / 2:
            return np.inf
        lengths = Lengths(family, float(np.exp(log_mean)), float(np.exp(log_shape)))
        found = sum(each.log_likelihood(lengths) for each in evidence)
        found += prior.log_density(lengths) if prior else 0.0
        return -found if np.isfinite(found) else np.inf

    best = _minimum(cost)
    covariance = _curvature(cost, best)
    lengths = Lengths(family, float(np.exp(best[0])), float(np.exp(best[1])))
    limits = [_profile_limits(cost, best, place, covariance, level) for place in (0, 1)]
    method = "profile likelihood with prior" if prior else "profile likelihood"
    mean, shape = (
        Estimate(value, low, high, level, method, unit, basis)
        for value, (low, high), unit in zip(
            (lengths.mean_days, lengths.shape), limits, ("days", f"{family} shape"), strict=True
        )
    )
    bands = tuple(band for each in evidence for band in each.bands(lengths))
    deviance, freedom, p_value = _goodness(evidence, lengths)
    return LengthFit(
        lengths,
        mean,
        shape,
        sum(each.log_likelihood(lengths) for each in evidence),
        prior.log_density(lengths) if prior else 0.0,
        covariance,
        bands,
        deviance,
        freedom,
        p_value,
        tuple(each.label for each in evidence),
    )


def _minimum(cost: Callable[[npt.ArrayLike], float]) -> Floats:
    """Best (log mean, log shape), from the best of a coarse grid."""
    grid = [
        (np.log(days), np.log(shape))
        for days in (20, 60, 150, 300, 600, 1500)
        for shape in (0.5, 0.8, 1.25, 2, 4)
    ]
    start = min(grid, key=cost)
    found = optimize.minimize(
        cost, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000}
    )
    if not np.isfinite(found.fun):
        raise DataError("no length distribution of this family is possible with the evidence")
    return np.asarray(found.x, dtype=np.float64)


def _curvature(cost: Callable[[npt.ArrayLike], float], best: Floats) -> Floats:
    """Inverse of the matrix of second differences at the minimum."""
    step = 1e-3
    made, middle = np.empty((2, 2)), cost(best)
    move = step * np.eye(2)
    for row in range(2):
        up, down = cost(best + move[row]), cost(best - move[row])
        made[row, row] = (up - 2 * middle + down) / step**2
    corners = [
        sign * other * cost(best + sign * move[0] + other * move[1])
        for sign in (1, -1)
        for other in (1, -1)
    ]
    made[0, 1] = made[1, 0] = sum(corners) / (4 * step**2)
    if not np.isfinite(made).all() or np.linalg.eigvalsh(made).min() < 1e-4:
        raise DataError(
            "the evidence does not determine both the mean and the shape of lengths; add bands, a "
            "share of long plans, a mean, or a prior of the shape"
        )
    return cast("Floats", np.linalg.inv(made))


def _profile_limits(
    cost: Callable[[npt.ArrayLike], float],
    best: Floats,
    place: int,
    covariance: Floats,
    level: float,
) -> _Pair:
    """The values of one parameter at which its profile has risen by half the quantile."""
    allowed = float(special.gammaincinv(0.5, level))
    lowest, width = cost(best), float(np.sqrt(covariance[place, place]))
    slope = covariance[0, 1] / covariance[place, place]
    spread = float(np.sqrt(np.linalg.det(covariance) / covariance[place, place]))

    def excess(value: float) -> float:
        guess = best[1 - place] + slope * (value - best[place])

        def along(other: float) -> float:
            point = (value, other) if place == 0 else (other, value)
            return min(cost(point), 1e12)

        found = optimize.minimize_scalar(
            along, bracket=(guess - spread, guess + spread), options={"xtol": 1e-9}
        )
        return float(found.fun) - lowest - allowed

    limits = []
    for sign in (-1, 1):
        reach = 1.0
        while excess(best[place] + sign * reach * width) < 0:
            reach *= 1.6
            if reach * width > _FAR:
                raise DataError(
                    "the evidence leaves the "
                    f"{('mean', 'shape')[place]} of lengths open; add evidence or a prior"
                )
        root = optimize.brentq(
            excess, best[place], best[place] + sign * reach * width, xtol=1e-8, rtol=1e-10
        )
        limits.append(float(np.exp(root)))
    return limits[0], limits[1]


def _goodness(evidence: Sequence[Evidence], lengths: Lengths) -> tuple[float, int, float]:
    deviance, freedom = 0.0, -2
    for each in evidence:
        bands = each.bands(lengths)
        if bands:
            observed, expected = (
                np.array([getattr(band, name) for band in bands])
                for name in ("observed", "expected")
            )
            some = observed > 0
            deviance += 2 * float((observed[some] * np.log(observed[some] / expected[some])).sum())
            freedom += len(bands) - 1
    if freedom <= 0:
        return np.nan, max(freedom, 0), np.nan
    return deviance, freedom, float(special.chdtrc(freedom, deviance))
