"""Starts and opening stock given lengths, movement and error: nearly Gaussian.

Expected counts are linear in the rates of starts, so a few steps of scoring find the conditional
mode of many points at once, at little more than the cost of one evaluation of the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.likelihood import Likelihood, Score
from riskmodel.demand.calibration.model import Model

__all__ = ["Conditional", "Near", "condition", "condition_near"]

_STEPS = 5
_ENOUGH = 1e-3
"""A step that moves the numbers, standard normal before the data, by less is the last."""
_FAR = 0.1
"""As far as a step may lead to a proposal: its spread hides what is left of the way."""
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
        Laplace's approximation of the log posterior density of the outer numbers; empty where it
        was not asked for.
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
        likelihood = self.likelihood.log_density(self._logs(points[:, -self.mode.shape[1] :]))
        return np.asarray(likelihood - 0.5 * (points**2).sum(axis=1))

    def score(self) -> Score:
        """How the likelihood changes with the inner numbers, at the mode."""
        return self.likelihood.score(self._logs(self.mode), self.matrix)

    def _logs(self, inner: Floats) -> Floats:
        return np.asarray(self.offset + np.einsum("nij,nj->ni", self.matrix, inner))


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Where the conditional mode lies about, by its place and slope at one point.

    Parameters
    ----------
    outer
        Outer numbers of the point, shape (outer size,).
    mode
        Inner numbers at the mode there, shape (inner size,).
    slope
        Their change with each outer number, shape (outer size, inner size).
    """

    outer: Floats
    mode: Floats
    slope: Floats

    def of(self, outer_points: Floats) -> Floats:
        """Inner numbers near the mode of each point, shape (point, inner size)."""
        return np.asarray(self.mode + (outer_points - self.outer) @ self.slope)


def condition(model: Model, outer_points: Floats, near: Near | None = None) -> Conditional:
    """The inner numbers given the outer ones, and the marginal density of these.

    Parameters
    ----------
    model
        The model.
    outer_points
        Shape (point, outer size).
    near
        Where to begin; None begins at the prior's mean.
    """
    nothing = np.zeros((len(outer_points), model.inner_size))
    found = _begun(model, outer_points, nothing if near is None else near.of(outer_points))
    for _ in range(_STEPS):
        was, (found, _) = found, _stepped(found)
        if near is not None and np.abs(found.mode - was.mode).max() < _ENOUGH:
            break
    score = found.score()
    factor = _factor(score)
    height = score.log_density()
    height = height - 0.5 * (found.mode**2).sum(axis=1) - 0.5 * (outer_points**2).sum(axis=1)
    height = height - np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return replace(found, factor=factor, log_marginal=height)


def condition_near(model: Model, outer_points: Floats, near: Near) -> Conditional:
    """As :func:`condition`, to propose points by: nearly, and without the density.

    One step of scoring, and a second one for points that the first moved far. The precision is
    that of the place where the last step begins.
    """
    begun = _begun(model, outer_points, near.of(outer_points))
    found, score = _stepped(begun)
    mode, factor = found.mode, _factor(score)
    far = np.flatnonzero(np.abs(mode - begun.mode).max(axis=1) > _FAR)
    if len(far):
        again, score = _stepped(_begun(model, outer_points[far], mode[far]))
        mode[far], factor[far] = again.mode, _factor(score)
    return replace(found, mode=mode, factor=factor)


def _begun(model: Model, outer_points: Floats, inner: Floats) -> Conditional:
    outer, nothing = model.outer(outer_points), np.empty(0)
    return Conditional(inner, nothing, nothing, model.likelihood(outer), *model.log_linear(outer))


def _stepped(found: Conditional) -> tuple[Conditional, Score]:
    """A step of scoring on, and the score that it follows."""
    score = found.score()
    gradient = score.gradient - found.mode
    move = np.linalg.solve(_precision(score), gradient[..., None])[..., 0]
    change = np.abs(np.einsum("nij,nj->ni", found.matrix, move)).max(axis=1)
    move *= np.minimum(1, _FURTHEST / np.maximum(change, 1e-12))[:, None]
    return replace(found, mode=found.mode + move), score


def _precision(score: Score) -> Floats:
    return np.asarray(score.information + np.eye(score.information.shape[-1]))


def _factor(score: Score) -> Floats:
    return np.asarray(np.linalg.cholesky(_precision(score)), dtype=np.float64)
