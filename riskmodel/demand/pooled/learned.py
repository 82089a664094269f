"""What was learned: a process, the common course over the years, and errors of past forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats, lock
from riskmodel.demand.pooled.history import stage_of
from riskmodel.demand.pooled.process import Process
from riskmodel.demand.pooled.regression import Regression

__all__ = ["Learned"]


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What was learned about a stock from a set of authorities, with nothing later than a year.

    Parameters
    ----------
    measure
        Which stock or flow.
    years
        The years used, each ending on 31 March.
    authorities
        How many it was learned from.
    process
        Sizes and memories of the parts of the process.
    stay_years
        Mean stay: median stock over median starts, Little's law.
    course
        The common course: log rate per child in each year, shape (year,).
    drift, drift_variance
        The most yearly growth of the common course that is carried forward, and the variance of a
        year's common change about it.
    usual_starts
        Median of log starts over stock in the last year; NaN where nobody reported both.
    turnover
        Coefficients of :data:`riskmodel.demand.pooled.turnover.TURNOVER`, shape (horizon, 2).
    spread
        What each horizon's variance is multiplied by, from the errors of past forecasts, shape
        (horizon,).
    per_child
        Whether the course is one of rates for each child, which needs some authority with a
        population. Otherwise only its changes mean anything, and a population says nothing about an
        authority's level.
    regression
        What all figures together say about a change, and its weight; None if there is no
        regression.
    """

    measure: str
    years: tuple[int, ...]
    authorities: int
    process: Process
    stay_years: float
    course: Floats
    drift: float
    drift_variance: float
    usual_starts: float
    turnover: Floats
    spread: Floats
    per_child: bool = True
    regression: Regression | None = None

    def __post_init__(self) -> None:
        lock(self, "course", "turnover", "spread")

    @property
    def year(self) -> int:
        """The last year used; it ends on 31 March."""
        return self.years[-1]

    @property
    def stage(self) -> str:
        """The stage of the stock or flow."""
        return stage_of(self.measure)

    def course_at(self, times: Sequence[float] | Floats) -> Floats:
        """The common course at any times, in decimal years: 31 March 2015 is 2015.0.

        Between two years it is a straight line. Before the first year it stays level, after the
        last it continues with its drift; what it really did there is unknown, see
        :meth:`course_covariance`. How much of the drift an authority's projection continues, and
        for how long, is in :mod:`riskmodel.demand.pooled.growth`.
        """
        moments = np.asarray(times, dtype=np.float64)
        beyond = np.maximum(moments - self.years[-1], 0.0)
        return np.interp(moments, self.years, self.course) + self.drift * beyond

    def course_covariance(self, times: Sequence[float] | Floats) -> Floats:
        """Covariance of the common course outside the years used, shape (time, time).

        It is a random walk on either side, tied to the years used, and nought within them.
        """
        moments = np.asarray(times, dtype=np.float64)
        found = np.zeros((len(moments), len(moments)))
        for apart in (moments - self.years[-1], self.years[0] - moments):
            outside = np.maximum(apart, 0.0)
            found += np.minimum(outside[:, None], outside[None, :])
        return self.drift_variance * found

    def ahead(self, years: Sequence[float] | Floats) -> tuple[Floats, Floats]:
        """Turnover coefficients, shape (ahead, 2), and factors of the standard deviation, (ahead,).

        Parameters
        ----------
        years
            Years ahead, 0 or more, whole or not. Between the horizons learned, values are on a
            straight line; beyond the last they are those of the last. The turnover begins at
            nought, the spread with that of one year.
        """
        apart = np.asarray(years, dtype=np.float64)
        known = np.arange(len(self.spread) + 1.0)
        turnover = [np.interp(apart, known, [0.0, *column]) for column in self.turnover.T]
        return np.column_stack(turnover), np.sqrt(np.interp(apart, known[1:], self.spread))

    def by_regression(self, steady: Floats, now: float | Floats, values: Floats) -> Floats:
        """By how much the regression changes a forecast, shape (authority, horizon).

        Parameters
        ----------
        steady
            The process's forecast without growth, one year ahead, two and so on to the last horizon
            learned, shape (authority, horizon).
        now
            Log of the last stock + 1, shape (authority,).
        values
            Features of the last year, shape (authority, feature).
        """
        if self.regression is None:
            return np.zeros_like(steady)
        direct = np.asarray(now)[..., None] + self.regression.change(values)
        return np.nan_to_num(self.regression.weights * (direct - steady))

    def __str__(self) -> str:
        return (
            f"{self.measure} from {self.authorities} authorities to {self.year}: a deviation of "
            f"{self.process.deviation:.2f} that keeps {self.process.deviation_memory:.0%} a year, "
            f"levels {self.process.level:.2f} apart"
        )
