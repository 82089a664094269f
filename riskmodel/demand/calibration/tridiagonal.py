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
        Right-hand sides after elimination, shape (draw, unknown, column).
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
        scaled = self.columns / np.sqrt(self.pivots)[..., None]
        return np.asarray(np.swapaxes(scaled, 1, 2) @ scaled)

    def log_determinant(self) -> Floats:
        """Log of the determinant of the precision, shape (draw,)."""
        return np.asarray(np.log(self.pivots).sum(axis=1))

    def solution(self) -> Floats:
        """What solves the unknowns for the first right-hand side, shape (draw, unknown)."""
        solved = self.columns[..., 0] / self.pivots
        ratio = self.beside[:, 1:] / self.pivots[:, :-1]
        for row in range(solved.shape[1] - 2, -1, -1):
            solved[:, row] -= ratio[:, row] * solved[:, row + 1]
        return np.asarray(solved)

    def last(self) -> tuple[Floats, Floats]:
        """Of the last unknown: what solves it for each right-hand side, and its variance.

        Shapes (draw, column) and (draw,).
        """
        return (
            np.asarray(self.columns[:, -1] / self.pivots[:, -1:]),
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
        Right-hand sides, shape (draw, unknown, column).
    """
    pivots, made = diagonal.copy(), columns.copy()
    for row in range(1, diagonal.shape[1]):
        ratio = beside[:, row] / pivots[:, row - 1]
        pivots[:, row] -= ratio * beside[:, row]
        made[:, row] -= ratio[:, None] * made[:, row - 1]
    return Eliminated(pivots, made, beside)
