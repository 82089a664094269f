"""The area of how completely factors are recorded, and one factor's true counts over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError
from riskmodel.estimates import Estimate
from riskmodel.parameters import parameter

__all__ = ["MEASURES", "RATES", "RecordedFactor", "Recording", "true_measures"]

FloatArray = npt.NDArray[np.float64]

MEASURES = (
    "conversion_rate",
    "share_of_plans",
    "risk_difference",
    "risk_ratio",
    "odds_ratio",
    "attributable_fraction",
)
RATES = MEASURES[:2]
"""Those that do not need the number of assessments, and that have a range of chance."""

_POINTS = 4
"""Values of each share at which an area is shown, where only its ends are given."""
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Recording:
    """What is assumed of how completely factors are recorded.

    Parameters
    ----------
    with_plan, without_plan
        Shares of true factors that are recorded among assessments that led to a plan, and among
        the others: values that span the area, above 0 and at most 1.
    times
        How many times as often as recorded a factor was there, least and most; None for any.

    Notes
    -----
    A factor that is recorded is taken to have been there.
    """

    with_plan: tuple[float, ...]
    without_plan: tuple[float, ...]
    times: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name in ("with_plan", "without_plan"):
            values = tuple(sorted(set(getattr(self, name))))
            if not values or not all(0 < value <= 1 for value in values):
                given = ", ".join(f"{value:g}" for value in values) or "none"
                raise DataError(
                    f"shares of factors that are recorded lie above 0, at most at 1; got {given}"
                )
            object.__setattr__(self, name, values)
        if self.times is not None and not 1 <= self.times[0] <= self.times[1]:
            raise DataError(
                "times as often: a least and a most of at least 1 are needed, got "
                f"{self.times[0]:g} and {self.times[1]:g}"
            )

    @classmethod
    def usual(cls, *, published: bool = False) -> Recording:
        """The ranges of the parameters; the Department's counts are of the published year alone."""
        with_plan, without = (
            tuple(np.linspace(ends[0], ends[-1], _POINTS).round(3).tolist())
            for ends in (parameter(f"recorded_{n}_plan").numbers for n in ("with", "without"))
        )
        times = parameter("counted_times_as_often").numbers if published else None
        return cls(with_plan, without, None if times is None else (times[0], times[-1]))

    def words(self) -> str:
        """What is assumed, as the condition of a sentence."""

        def share(values: tuple[float, ...]) -> str:
            low, high = values[0], values[-1]
            return f"{high:.0%}" if low == high else f"between {low:.0%} and {high:.0%}"

        said = (
            f"if {share(self.with_plan)} of the factors that were there were recorded for "
            f"assessments that led to a plan and {share(self.without_plan)} for the others"
        )
        if self.times is None:
            return said
        least, most = self.times
        return f"{said}, and factors were there {least:g} to {most:g} times as often as recorded"


def true_measures(
    with_factor: FloatArray, without_plan: FloatArray, plans: int, assessments: int | None
) -> dict[str, FloatArray]:
    """Rates and associations of true counts.

    Parameters
    ----------
    with_factor, without_plan
        Assessments with the factor that led to a plan, and that did not: a and b, of one shape.
    plans, assessments
        K and N in all; without N only the rates are known.

    Returns
    -------
    dict
        By measure: a/(a + b), a/K, and of p1 = a/(a + b) and p0 = (K - a)/(N - a - b) the
        difference, ratio, ratio of odds and 1 - p0/(K/N); NaN where a table says nothing.
    """
    a, b = np.asarray(with_factor, float), np.asarray(without_plan, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {"conversion_rate": a / (a + b), "share_of_plans": a / plans}
        if assessments is None:
            return found | {name: np.full(a.shape, np.nan) for name in MEASURES[2:]}
        rest = assessments - plans - b
        rate, other = found["conversion_rate"], (plans - a) / (plans - a + rest)
        return found | {
            "risk_difference": rate - other,
            "risk_ratio": rate / other,
            "odds_ratio": a * rest / (b * (plans - a)),
            "attributable_fraction": 1 - other * assessments / plans,
        }


@dataclass(frozen=True, slots=True)
class RecordedFactor:
    """One factor, of which 1/s1 = x and 1/s0 = y times as many were there as were recorded."""

    counts: FactorCounts
    recording: Recording
    row: int
    rates: tuple[Estimate, Estimate]

    @property
    def recorded(self) -> tuple[int, int]:
        """Assessments recorded with the factor that led to a plan, and that did not."""
        plans = int(self.counts.plans[self.row])
        return plans, int(self.counts.assessments[self.row]) - plans

    def is_possible(self, x: FloatArray, y: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether there are so many assessments, and as many times the recorded as is assumed."""
        (k, m), near = self.recorded, 1 + _CLOSE
        possible = k * x <= self.counts.total_plans * near
        if self.counts.total_assessments is not None:
            most = self.counts.total_assessments - self.counts.total_plans
            possible &= m * y <= most * near
        if self.recording.times is not None and k + m:
            least, most_times = self.recording.times
            times = (k * x + m * y) / (k + m)
            possible &= (times >= least / near) & (times <= most_times * near)
        return possible

    def corners(self) -> tuple[FloatArray, FloatArray]:
        """Corners of the area, as x and y; none where nothing in it is possible."""
        (k, m), counts = self.recorded, self.counts
        xs, ys = (
            [1 / values[-1], 1 / values[0]]
            for values in (self.recording.with_plan, self.recording.without_plan)
        )
        if k:
            xs[1] = min(xs[1], counts.total_plans / k)
        if m and counts.total_assessments is not None:
            ys[1] = min(ys[1], (counts.total_assessments - counts.total_plans) / m)
        found = list(product(xs, ys))
        for times in self.recording.times or ():
            total = times * (k + m)
            found += [(x, (total - k * x) / m) for x in xs if m]
            found += [((total - m * y) / k, y) for y in ys if k]
        x, y = np.array(found).T
        inside = (x >= xs[0] - _CLOSE) & (x <= xs[1] + _CLOSE)
        inside &= (y >= ys[0] - _CLOSE) & (y <= ys[1] + _CLOSE)
        kept = inside & self.is_possible(x, y)
        return x[kept], y[kept]

    def measured(self, x: FloatArray, y: FloatArray) -> dict[str, FloatArray]:
        """Every measure at these points, NaN where they are not possible; of rates their ranges."""
        k, m = self.recorded
        found = true_measures(k * x, m * y, self.counts.total_plans, self.counts.total_assessments)
        for name, rate in zip(RATES, self.rates, strict=True):
            for end, value in (("low", rate.low), ("high", rate.high)):
                if name == "share_of_plans":
                    found[f"{name}_{end}"] = np.minimum(value * x, 1)
                else:
                    found[f"{name}_{end}"] = value * x / (value * x + (1 - value) * y)
        possible = self.is_possible(x, y)
        return {name: np.where(possible, values, np.nan) for name, values in found.items()}

    def bounds(self, name: str) -> list[dict[str, Any]]:
        """A row a measure, over the whole area."""
        k, m = (np.array([float(value)]) for value in self.recorded)
        recorded = true_measures(k, m, self.counts.total_plans, self.counts.total_assessments)
        over = self.measured(*self.corners())

        def end(column: str, pick: Callable[[FloatArray], Any]) -> float:
            values = over.get(column, np.array([]))
            values = values[~np.isnan(values)]
            return float(pick(values)) if values.size else float("nan")

        return [
            {
                "factor": name,
                "measure": measure,
                "as_recorded": float(recorded[measure][0]),
                "lowest": end(measure, np.min),
                "highest": end(measure, np.max),
                "low": end(f"{measure}_low", np.min),
                "high": end(f"{measure}_high", np.max),
            }
            for measure in MEASURES
        ]
