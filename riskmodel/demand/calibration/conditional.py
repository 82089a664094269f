"""Starts and opening stock given lengths, movement and error: nearly Gaussian.

Expected counts are linear in the rates of starts, so a few steps of scoring find the conditional
mode of many points at once, at little more than the cost of one evaluation of the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.demand.calibration.model import Model, gaussian_log_density, safe_exp
from riskmodel.demand.durations.laws import Floats
from riskmodel.demand.moments import Presence

__all__ = ["Conditional", "condition"]

_STEPS = 5
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
    """

    mode: Floats
    factor: Floats
    log_marginal: Floats


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
    presence = model.presence(outer)
    offset, matrix = model.log_linear(outer)
    slopes = _slopes(model, presence)
    inner = (
        np.zeros((len(offset), model.inner_size))
        if start is None
        else np.broadcast_to(start, (len(offset), model.inner_size))
    )
    eye = np.eye(model.inner_size)
    for step in range(_STEPS + 1):
        logs = offset + np.einsum("nij,nj->ni", matrix, inner)
        mean, covariance = model.printed(model.counts(presence, logs), outer.error)
        residual = model.observed - mean
        # Of each printed count, by the log of each step's rate and of the opening; then by u.
        along = (slopes * safe_exp(logs)[:, None, :]) @ matrix
        solved = np.linalg.solve(covariance, np.concatenate([along, residual[..., None]], axis=2))
        precision = np.swapaxes(along, 1, 2) @ solved[..., :-1] + eye
        if step == _STEPS:
            break
        gradient = np.einsum("noi,no->ni", along, solved[..., -1]) - inner
        move = np.linalg.solve(precision, gradient[..., None])[..., 0]
        change = np.abs(np.einsum("nij,nj->ni", matrix, move)).max(axis=1)
        inner = inner + move * np.minimum(1, _FURTHEST / np.maximum(change, 1e-12))[:, None]
    factor = np.asarray(np.linalg.cholesky(precision), dtype=np.float64)
    height = gaussian_log_density(residual, covariance)
    height = height - 0.5 * (inner**2).sum(axis=1) - 0.5 * (outer_points**2).sum(axis=1)
    height = height - np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return Conditional(inner, factor, height)


def _slopes(model: Model, presence: Presence) -> Floats:
    """Expected printed counts for a rate of 1 in each step, and for one opening child.

    Shape (point, count, step + 1).
    """
    intervals = len(model.times) - 1
    draws = len(presence.opening_left)
    basis = np.zeros((draws, 2 * intervals + 1, model.steps + 1))
    widths = np.diff(model.times)
    for interval, step in enumerate(model.step_of):
        basis[:, interval, step] += widths[interval]
        basis[:, intervals:, step] += presence.months[:, interval]
    basis[:, intervals:, -1] = presence.opening_left
    return np.asarray(model.weights @ basis)
