"""Starts and opening stock given lengths, movement and error: nearly Gaussian.

Expected counts are linear in the rates of starts, so a few steps of scoring find the conditional
mode of many points at once, at little more than the cost of one evaluation of the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.likelihood import Likelihood
from riskmodel.demand.calibration.model import OUTER, Model

__all__ = ["Conditional", "condition"]

_STEPS = 5
_STEPS_FROM_NEAR = 2
"""Steps of scoring where many figures are begun near their mode: a proposal need not be exact."""
_FURTHEST = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """Mode and precision of the inner numbers of points, given the outer ones.

    Parameters
    ----------
    mode
        Shape (point, inner size).
    factor
        Cholesky factor of the precision there, shape (point, inner size, inner size).
    log_marginal
        Laplace's approximation of the log posterior density of the outer numbers.
    likelihood
        Of the figures, given the outer numbers.
    offset, matrix
        Of :meth:`~riskmodel.demand.calibration.model.Model.log_linear`.
    """

    mode: Floats
    factor: Floats
    log_marginal: Floats
    likelihood: Likelihood
    offset: Floats
    matrix: Floats

    def log_posterior(self, points: Floats) -> Floats:
        """Log posterior density of points with these outer numbers and other inner ones.

        Parameters
        ----------
        points
            Shape (point, size).
        """
        logs = self.offset + np.einsum("nij,nj->ni", self.matrix, points[:, OUTER:])
        likelihood = self.likelihood.log_density(logs)
        return np.asarray(likelihood - 0.5 * (points**2).sum(axis=1))


def condition(model: Model, outer_points: Floats, start: Floats | None = None) -> Conditional:
    """The inner numbers given the outer ones.

    Parameters
    ----------
    model
        The model.
    outer_points
        Shape (point, OUTER).
    start
        Inner numbers to begin with, one row for all points; None begins at the prior's mean.
    """
    outer = model.outer(outer_points)
    likelihood = model.likelihood(outer)
    offset, matrix = model.log_linear(outer)
    inner = (
        np.zeros((len(offset), model.inner_size))
        if start is None
        else np.broadcast_to(start, (len(offset), model.inner_size))
    )
    eye = np.eye(model.inner_size)
    steps = _STEPS if model.sequence is None or start is None else _STEPS_FROM_NEAR
    for step in range(steps + 1):
        logs = offset + np.einsum("nij,nj->ni", matrix, inner)
        score = likelihood.score(logs, matrix)
        precision = score.information + eye
        if step == steps:
            break
        gradient = score.gradient - inner
        move = np.linalg.solve(precision, gradient[..., None])[..., 0]
        change = np.abs(np.einsum("nij,nj->ni", matrix, move)).max(axis=1)
        inner = inner + move * np.minimum(1, _FURTHEST / np.maximum(change, 1e-12))[:, None]
    factor = np.asarray(np.linalg.cholesky(precision), dtype=np.float64)
    height = score.log_density()
    height = height - 0.5 * (inner**2).sum(axis=1) - 0.5 * (outer_points**2).sum(axis=1)
    height = height - np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return Conditional(inner, factor, height, likelihood, offset, matrix)
