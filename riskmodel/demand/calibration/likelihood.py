"""What a likelihood of a stage answers, and the exact one of a few figures, by covariance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from riskmodel.core.arrays import Floats

if TYPE_CHECKING:
    from riskmodel.demand.calibration.model import Model, Outer

__all__ = [
    "JointLikelihood",
    "Likelihood",
    "Predicted",
    "Score",
    "gaussian_log_density",
    "safe_exp",
]

_LOG_MOST = 20.0
_BEYOND = 1e200
"""Above any sum of squared residuals."""


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """How the log density changes with the numbers behind the log rates.

    Parameters
    ----------
    gradient
        Shape (draw, number).
    information
        Expected information of the means, shape (draw, number, number).
    log_density
        Works out the log density there, shape (draw,).
    """

    gradient: Floats
    information: Floats
    log_density: Callable[[], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What each figure is expected to be, and the stock at the last time given all of them.

    Parameters
    ----------
    mean, variance
        Of each figure as it would be printed, shape (draw, figure).
    closing_mean, closing_variance
        Of the stock at the last time, shape (draw,).
    """

    mean: Floats
    variance: Floats
    closing_mean: Floats
    closing_variance: Floats


class Likelihood(Protocol):
    """The likelihood of the figures of a stage, given lengths and error, one row a draw."""

    def log_density(self, logs: Floats) -> Floats:
        """Log density of all figures at these logs of rates and opening stock."""

    def score(self, logs: Floats, matrix: Floats) -> Score:
        """Its slope and information for the numbers behind the logs."""

    def predict(self, logs: Floats) -> Predicted:
        """What each figure is expected to be, and the stock at the last time."""


class JointLikelihood:
    """Gaussian, with the exact mean and the full covariance of all figures together.

    Parameters
    ----------
    model
        The model.
    outer
        Lengths, movement and error of each draw.
    """

    def __init__(self, model: Model, outer: Outer) -> None:
        self._model, self._error, self._dispersion = model, outer.error, outer.dispersion
        self._presence = model.presence(outer)
        self._slopes: Floats | None = None

    def log_density(self, logs: Floats) -> Floats:
        """Log density of all figures, shape (draw,)."""
        mean, covariance = self._printed(logs)
        return gaussian_log_density(self._model.observed - mean, covariance)

    def score(self, logs: Floats, matrix: Floats) -> Score:
        """As :meth:`Likelihood.score`."""
        if self._slopes is None:
            self._slopes = self._unit_slopes()
        mean, covariance = self._printed(logs)
        residual = self._model.observed - mean
        # Of each printed count, by the log of each step's rate and of the opening; then by u.
        along = (self._slopes * safe_exp(logs)[:, None, :]) @ matrix
        solved = np.linalg.solve(covariance, np.concatenate([along, residual[..., None]], axis=2))
        return Score(
            np.einsum("noi,no->ni", along, solved[..., -1]),
            np.swapaxes(along, 1, 2) @ solved[..., :-1],
            lambda: gaussian_log_density(residual, covariance),
        )

    def predict(self, logs: Floats) -> Predicted:
        """As :meth:`Likelihood.predict`: what the parameters alone lead one to expect."""
        model = self._model
        counts = model.counts(self._presence, logs, self._dispersion)
        mean, covariance = model.printed(counts, self._error)
        tied = np.einsum("oi,ni->no", model.weights, counts.covariance[:, :, -1])
        solved = np.linalg.solve(covariance, tied[..., None])[..., 0]
        centre = counts.mean[:, -1] + (solved * (model.observed - mean)).sum(axis=1)
        variance = np.maximum(counts.covariance[:, -1, -1] - (solved * tied).sum(axis=1), 0.0)
        return Predicted(mean, np.diagonal(covariance, axis1=1, axis2=2), centre, variance)

    def _printed(self, logs: Floats) -> tuple[Floats, Floats]:
        model = self._model
        return model.printed(model.counts(self._presence, logs, self._dispersion), self._error)

    def _unit_slopes(self) -> Floats:
        """Expected printed counts for a rate of 1 in each step, and for one opening child.

        Shape (draw, count, step + 1).
        """
        model, presence = self._model, self._presence
        intervals = len(model.times) - 1
        draws = len(presence.opening_left)
        basis = np.zeros((draws, 2 * intervals + 1, model.steps + 1))
        widths = np.diff(model.times)
        for interval, step in enumerate(model.step_of):
            basis[:, interval, step] += widths[interval]
            basis[:, intervals:, step] += presence.months[:, interval]
        basis[:, intervals:, -1] = presence.opening_left
        return np.asarray(model.weights @ basis)


def safe_exp(logs: Floats) -> Floats:
    """Exponential, cut off where no service could be: proposals may lie anywhere."""
    return np.asarray(np.exp(np.clip(logs, -_LOG_MOST, _LOG_MOST)))


def gaussian_log_density(residual: Floats, covariance: Floats) -> Floats:
    """Log density of each row's residual, by Cholesky; minus infinity where that fails."""
    sound = np.isfinite(residual).all(axis=1) & np.isfinite(covariance).all(axis=(1, 2))
    result = np.full(len(residual), -np.inf)
    if not sound.all():
        residual, covariance = residual[sound], covariance[sound]
    try:
        scaled, log_factor = _whitened(residual, covariance)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        values = np.maximum(values, 1e-9 * values[:, -1:])
        scaled = np.einsum("nji,nj->ni", vectors, residual) / np.sqrt(values)
        log_factor = 0.5 * np.log(values).sum(axis=1)
    result[sound] = -0.5 * (scaled**2).sum(axis=1) - log_factor
    return np.asarray(result - 0.5 * residual.shape[1] * np.log(2 * np.pi))


def _whitened(residual: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """The residual over the Cholesky factor of the covariance, and the log of its determinant.

    With the residual as one more row the factor's last row is the quotient: there is no need to
    solve for it.
    """
    draws, size = residual.shape
    joined = np.empty((draws, size + 1, size + 1))
    joined[:, :size, :size] = covariance
    joined[:, size, :size] = joined[:, :size, size] = residual
    joined[:, size, size] = _BEYOND
    factor = np.linalg.cholesky(joined)
    diagonal = np.diagonal(factor, axis1=1, axis2=2)[:, :size]
    return factor[:, size, :size], np.log(diagonal).sum(axis=1)
