"""Survival summed up to many ages, from sums at a few ages and fifth-degree curves between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_MONTH

__all__ = ["SurvivalCurve"]

_EXACT_MONTHS, _GROWS = 6.0, 1.2


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """The ages at which survival has to be known to give its sums up to other ages.

    Parameters
    ----------
    nodes
        Ages at which gamma durations are evaluated, in months, ascending.
    smooth
        Index of the first node from which on slope and curvature are used too.
    weights
        Weights of the sums at all nodes, and of slopes and curvatures at the smooth ones, in the
        sum at each age asked for, shape (number, age).

    Notes
    -----
    The sum is I(t) = ∫₀ᵗ S(u) du, with slope S and curvature -f, where S is the survival and f the
    density of durations. Between two nodes h apart the error of the polynomial with the values,
    slopes and curvatures of both is at most ``h⁶ max |f⁗| / 46,080`` (Hermite). Ages up to six
    months are nodes themselves, because there a density may be infinite; later nodes are a fifth of
    their age apart, which leaves an error of 3 in 10⁷ of the mean duration for shapes up to 5.
    """

    nodes: Floats
    smooth: int
    weights: Floats

    @classmethod
    def of(cls, ages: npt.ArrayLike) -> SurvivalCurve:
        """The curve for these ages, in months, shape (age,)."""
        asked = np.asarray(ages, dtype=np.float64)
        exact = np.unique(asked)
        early = exact[exact <= _EXACT_MONTHS]
        from_month = max(_EXACT_MONTHS, float(exact[len(early) :].min(initial=np.inf)))
        nodes = [from_month]
        while nodes[-1] < exact[-1]:
            nodes.append(nodes[-1] * _GROWS)
        if len(early) + len(nodes) >= len(exact):
            place = np.searchsorted(exact, asked)
            return cls(exact, len(exact), np.eye(len(exact))[:, place])
        joined = np.array([*early, *nodes])
        smooth, number = len(early), len(nodes)
        weights = np.zeros((smooth + 3 * number, len(asked)))
        column = np.flatnonzero(asked <= _EXACT_MONTHS)
        weights[np.searchsorted(early, asked[column]), column] = 1.0
        column = np.flatnonzero(asked > _EXACT_MONTHS)
        after = np.searchsorted(nodes, asked[column]).clip(1, number - 1)
        start = joined[smooth:][after - 1]
        wide = joined[smooth:][after] - start
        for row, side in ((smooth + after - 1, 0), (smooth + after, 1)):
            for order, values in enumerate(_hermite((asked[column] - start) / wide, side)):
                weights[row + order * number, column] = values * wide**order
        return cls(joined, smooth, weights)

    def sums(self, mean_days: Floats, shape: Floats) -> Floats:
        """Sums, slopes and curvatures at the nodes; the weights turn them into the sum at each age.

        Parameters
        ----------
        mean_days, shape
            Of gamma durations, shape (draw, 1).
        """
        days, later = self.nodes * DAYS_A_MONTH, self.nodes[self.smooth :] * DAYS_A_MONTH
        within, survival = laws.equilibrium_and_survival("gamma", days, mean_days, shape)
        parts = [within * (mean_days / DAYS_A_MONTH)]
        if len(later):
            bend = -DAYS_A_MONTH * laws.density("gamma", later, mean_days, shape)
            parts += [survival[:, self.smooth :], bend]
        return np.concatenate(parts, axis=1)


def _hermite(part: Floats, side: int) -> tuple[Floats, Floats, Floats]:
    """Weights of value, slope and bend at one end of an interval, that far through it."""
    t, sign = (part, 1.0) if side == 0 else (1 - part, -1.0)
    left = (1 - t) ** 3
    return left * (1 + 3 * t + 6 * t**2), sign * t * left * (1 + 3 * t), 0.5 * t**2 * left
