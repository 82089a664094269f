"""The figures of one stage on the grid of its times: by interval, and those that span several.

A count of one interval, and a stock at a time, are local. A count that spans several intervals,
such as a year's starts where stocks are known by month, is kept apart as a spanning one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.observations import Observation
from riskmodel.demand.moments import Quantity

__all__ = ["Grid", "LocalFigures", "SpanningFigure", "figures_on_grid"]

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class LocalFigures:
    """Figures of one kind, by interval or time; several of one are their mean and scatter.

    Parameters
    ----------
    number
        How many figures there are of each, 0 where it was not counted.
    mean
        Their mean; 0 where there is none.
    scatter
        Sum of squares about that mean.
    rounding
        Variance of their rounding, the mean of theirs.
    """

    number: Floats
    mean: Floats
    scatter: Floats
    rounding: Floats

    @classmethod
    def of(cls, size: int, index: Indices, values: Floats, rounding: Floats) -> LocalFigures:
        """Figures with these values, each at its interval or time."""
        number = np.bincount(index, minlength=size).astype(np.float64)
        least = np.maximum(number, 1.0)
        mean = np.bincount(index, values, size) / least
        scatter = np.bincount(index, (values - mean[index]) ** 2, size).astype(np.float64)
        return cls(number, mean, scatter, np.bincount(index, rounding, size) / least)

    def error_variance(self, error: Floats, mean: Floats) -> Floats:
        """Variance of the error of one figure of each interval or time.

        Parameters
        ----------
        error
            Relative error of a printed count, shape (draw, 1).
        mean
            What is expected to be counted, shape (draw, interval or time).
        """
        # Where nothing was counted it is not read, and must only be a number above 0.
        rounding = np.where(self.number > 0, self.rounding, 1.0)
        return np.asarray((error * mean) ** 2 + rounding)

    def mean_error_variance(self, error: Floats, mean: Floats) -> Floats:
        """As :meth:`error_variance`, of the mean of the figures of each interval or time."""
        return np.asarray(self.error_variance(error, mean) / np.maximum(self.number, 1.0))


@dataclass(frozen=True, slots=True)
class SpanningFigure:
    """Starts or ends of several intervals together, from ``first`` up to but not with ``last``."""

    counted: str
    first: int
    last: int
    value: float
    rounding: float


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """All figures of a stage on its grid.

    Parameters
    ----------
    starts, ends
        By interval, shape (interval,).
    stock
        By time, shape (interval + 1,).
    spanning
        Those that span several intervals.
    kind, index
        Of each observation: which of ``stock``, ``starts``, ``ends`` or ``spanning`` it is in,
        and where.
    group_of
        Of each interval: intervals of one group are in one step, as wide as each other, and their
        starts are known equally well.
    group_first
        An interval of each group.
    """

    starts: LocalFigures
    ends: LocalFigures
    stock: LocalFigures
    spanning: tuple[SpanningFigure, ...]
    kind: tuple[str, ...]
    index: Indices
    group_of: Indices
    group_first: Indices


def figures_on_grid(
    observations: Sequence[Observation],
    quantities: Sequence[Quantity],
    times: Floats,
    step_of: Indices,
    rounding: Floats,
) -> Grid:
    """Put the figures on the grid.

    Parameters
    ----------
    observations, quantities
        The figures, and when each is of, in months of the grid; in the same order.
    times
        Of the grid, ascending, shape (interval + 1,).
    step_of
        The step that each interval is in.
    rounding
        Variance of the rounding of each figure.
    """
    intervals = len(times) - 1
    local: dict[str, list[tuple[int, float, float]]] = {"stock": [], "starts": [], "ends": []}
    spanning: list[SpanningFigure] = []
    kinds, indices = [], []
    for observation, quantity, spread in zip(observations, quantities, rounding, strict=True):
        value, variance = observation.middle, float(spread)
        last = int(np.searchsorted(times, quantity.at - 1e-6))
        if quantity.counted == "stock":
            kind, index = "stock", last
            local[kind].append((index, value, variance))
        else:
            first = int(np.searchsorted(times, quantity.since - 1e-6))
            if last == first + 1:
                kind, index = quantity.counted, first
                local[kind].append((index, value, variance))
            else:
                kind, index = "spanning", len(spanning)
                spanning.append(SpanningFigure(quantity.counted, first, last, value, variance))
        kinds.append(kind)
        indices.append(index)
    starts, ends, stock = (
        LocalFigures.of(intervals + (name == "stock"), *_columns(local[name]))
        for name in ("starts", "ends", "stock")
    )
    alike = np.column_stack([step_of, np.diff(times), starts.number, starts.rounding]).round(9)
    _, group_first, group_of = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    return Grid(
        starts,
        ends,
        stock,
        tuple(spanning),
        tuple(kinds),
        np.array(indices, dtype=np.intp),
        group_of.reshape(-1).astype(np.intp),
        group_first.astype(np.intp),
    )


def _columns(rows: list[tuple[int, float, float]]) -> tuple[Indices, Floats, Floats]:
    return (
        np.array([index for index, _, _ in rows], dtype=np.intp),
        np.array([value for _, value, _ in rows], dtype=np.float64),
        np.array([variance for _, _, variance in rows], dtype=np.float64),
    )
