"""Gaussian unknowns in a row, each tied to its neighbours alone: solved in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats

__all__ = ["Eliminated", "eliminate"]


@dataclass(frozen=True, slots=True, eq=False)
class Eliminated:
    """The unknowns, each eliminated after those before it.

    Parameters
    ----------
    pivots
        Precision of each given all that was eliminated before it, shape (draw, unknown).
    columns
        Right-hand sides after elimination, shape (draw, column, unknown).
    beside
        Entry of each unknown with the one before it, as given.
    """

    pivots: Floats
    columns: Floats
    beside: Floats

    def products(self) -> Floats:
        """Each right-hand side times the inverse of the precision times each other one.

        Shape (draw, column, column).
        """
        return np.asarray((self.columns / self.pivots[:, None]) @ np.swapaxes(self.columns, 1, 2))

    def log_determinant(self) -> Floats:
        """Log of the determinant of the precision, shape (draw,)."""
        return np.asarray(np.log(self.pivots).sum(axis=1))

    def solution(self) -> Floats:
        """What solves the unknowns for the first right-hand side, shape (draw, unknown)."""
        solved = (self.columns[:, 0] / self.pivots).T.copy()
        ratio = (self.beside[:, 1:] / self.pivots[:, :-1]).T.copy()
        for row in range(len(solved) - 2, -1, -1):
            solved[row] -= ratio[row] * solved[row + 1]
        return np.asarray(solved.T)

    def last(self) -> tuple[Floats, Floats]:
        """Of the last unknown: what solves it for each right-hand side, and its variance.

        Shapes (draw, column) and (draw,).
        """
        return (
            np.asarray(self.columns[..., -1] / self.pivots[:, -1:]),
            np.asarray(1 / self.pivots[:, -1]),
        )


def eliminate(diagonal: Floats, beside: Floats, columns: Floats) -> Eliminated:
    """Eliminate unknowns with a tridiagonal precision.

    Parameters
    ----------
    diagonal
        Of the precision, shape (draw, unknown).
    beside
        Entry of each unknown with the one before it, shape (draw, unknown); the first is not read.
    columns
        Right-hand sides, shape (draw, column, unknown).
    """
    # One unknown after another: those of all draws lie together.
    pivots, made = diagonal.T.copy(), np.moveaxis(columns, 2, 0).copy()
    before = beside.T.copy()
    for row in range(1, len(pivots)):
        ratio = before[row] / pivots[row - 1]
        pivots[row] -= ratio * before[row]
        made[row] -= ratio[:, None] * made[row - 1]
    return Eliminated(pivots.T.copy(), np.moveaxis(made, 0, 2).copy(), beside)
