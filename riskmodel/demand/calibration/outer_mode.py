"""Where the outer numbers of a posterior have their mode, and how it bends there."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.conditional import Near, condition
from riskmodel.demand.calibration.model import Model

__all__ = ["outer_mode"]

_STEP, _APART = 1e-3, 0.03
"""How far apart the marginal density is looked at, for its slope and for its bend."""
_FURTHEST, _FURTHEST_OF_MANY = 6, 15
"""How far from the prior's mean a mode is sought: many figures may outweigh any prior."""
_MOST_BEND = 1e6


class _Cost:
    """Minus the approximate log marginal density, at points that follow one another."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.near: Near | None = None
        self.bend = np.ones(model.outer_size)

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The cost and its slope; its bend along each number, and the inner mode, are kept."""
        size = len(point)
        moves = _STEP * np.eye(size)
        points = np.concatenate([point[None], point + moves, point - moves])
        found = condition(self._model, points, self.near)
        here, up, down = np.split(-found.log_marginal, [1, size + 1])
        self.bend = (up + down - 2 * here) / _STEP**2
        if np.isfinite(found.mode).all():
            slope = (found.mode[1 : size + 1] - found.mode[size + 1 :]) / (2 * _STEP)
            self.near = Near(point.copy(), found.mode[0], slope)
        return float(here[0]), (up - down) / (2 * _STEP)


def outer_mode(model: Model, wider: float) -> tuple[Floats, Floats, Near]:
    """Mode of the outer numbers, a factor of their covariance there, and the inner mode about.

    Parameters
    ----------
    model
        The model.
    wider
        Factor on the covariance.

    Notes
    -----
    Quasi-Newton steps (L-BFGS-B) from the prior's mean, with each number in units of the bend
    there: much that many figures say of lengths and little that they say of shape would otherwise
    take steps to find out.
    """
    cost = _Cost(model)
    cost(np.zeros(model.outer_size))
    # The prior alone bends by 1.
    unit = 1 / np.sqrt(np.clip(np.nan_to_num(cost.bend), 1.0, _MOST_BEND))
    furthest = (_FURTHEST if model.sequence is None else _FURTHEST_OF_MANY) / unit

    def scaled(point: Floats) -> tuple[float, Floats]:
        value, slope = cost(point * unit)
        return value, slope * unit

    found = optimize.minimize(
        scaled,
        np.zeros(model.outer_size),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(-furthest, furthest, strict=True)),
    )
    best = np.asarray(found.x * unit, dtype=np.float64)
    return best, *_about(model, best, cost.near, wider)


def _about(model: Model, best: Floats, near: Near | None, wider: float) -> tuple[Floats, Near]:
    """A factor of the covariance at the mode, and the inner mode about it."""
    size = len(best)
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    wide = _APART * np.eye(size)
    corners = np.concatenate(
        [
            best + sign * wide[[i for i, _ in pairs]] + other * wide[[j for _, j in pairs]]
            for sign, other in ((1, 1), (1, -1), (-1, 1), (-1, -1))
        ]
    )
    found = condition(model, corners, near)
    at = found.log_marginal.reshape(4, -1)
    second = (at[0] - at[1] - at[2] + at[3]) / (4 * _APART**2)
    bend = np.empty((size, size))
    for (i, j), value in zip(pairs, second, strict=True):
        bend[i, j] = bend[j, i] = -value
    values, vectors = np.linalg.eigh(np.nan_to_num(bend))
    # Where the data seem to flatten the prior, propose no wider than twice.
    spread = vectors / np.sqrt(np.maximum(values, 0.25))
    factor = np.asarray(np.linalg.cholesky(spread @ spread.T * wider), dtype=np.float64)
    modes = found.mode.reshape(4, len(pairs), -1)
    alone = [place for place, (i, j) in enumerate(pairs) if i == j]
    # One number moved twice the same way; moved there and back is the mode itself.
    slope = (modes[0, alone] - modes[3, alone]) / (4 * _APART)
    return factor, Near(best, modes[1, 0], np.nan_to_num(slope))
