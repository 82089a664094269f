"""Assumptions on how completely factors are recorded, and the true counts that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    from riskmodel.factors.rates import FactorRates

__all__ = ["MEASURES", "RATES", "RecordedFactors", "Recording", "over", "true_measures"]

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
"""Measures that do not need the number of assessments, and that have a range for chance."""

_POINTS = 4
"""Number of values of each share at which an area is shown if only its ends are given."""
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Recording:
    """What is assumed about how completely factors are recorded.

    Parameters
    ----------
    with_plan, without_plan
        Shares of the factors present that were recorded, for assessments that led to a plan and for
        the others. The values span an area; each is above 0 and at most 1.
    times
        How many times as often as recorded a factor was present, least and most; None for any.

    Notes
    -----
    A factor that is recorded is taken to have been present.
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
        """The ranges of the parameters; the Department's counts for the published year only."""
        with_plan, without = (
            tuple(np.linspace(ends[0], ends[-1], _POINTS).round(3).tolist())
            for ends in (parameter(f"recorded_{n}_plan").numbers for n in ("with", "without"))
        )
        times = parameter("counted_times_as_often").numbers if published else None
        return cls(with_plan, without, None if times is None else (times[0], times[-1]))

    def words(self) -> str:
        """What is assumed, as an if-clause."""

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
    with_factor: FloatArray,
    without_plan: FloatArray,
    plans: FloatArray | int,
    assessments: FloatArray | int | None,
) -> dict[str, FloatArray]:
    """Rates and associations that follow from true counts.

    Parameters
    ----------
    with_factor, without_plan
        Assessments with the factor that led to a plan, and that did not: a and b, of one shape.
    plans, assessments
        K and N in all; without N, or where it is NaN, only the rates are known.

    Returns
    -------
    dict
        By measure: a/(a + b), a/K, and of p1 = a/(a + b) and p0 = (K - a)/(N - a - b) the
        difference, ratio, ratio of odds and 1 - p0/(K/N); NaN where a measure is not defined.
    """
    a, b = np.asarray(with_factor, float), np.asarray(without_plan, float)
    total = np.nan if assessments is None else assessments
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = total - plans - b
        rate, other = a / (a + b), (plans - a) / (plans - a + rest)
        return {
            "conversion_rate": rate,
            "share_of_plans": a / plans,
            "risk_difference": rate - other,
            "risk_ratio": rate / other,
            "odds_ratio": a * rest / (b * (plans - a)),
            "attributable_fraction": 1 - other * total / plans,
        }


@dataclass(frozen=True, slots=True, eq=False)
class RecordedFactors:
    """Factors present x = 1/s1 (with a plan) and y = 1/s0 (without) times as often as recorded.

    Parameters
    ----------
    with_plan, without_plan
        Assessments recorded with each factor that led to a plan, and that did not; shape (F,).
    plans, assessments
        K and N in all for each; N is NaN where it is not known.
    recording
        What is assumed.
    """

    with_plan: FloatArray
    without_plan: FloatArray
    plans: FloatArray
    assessments: FloatArray
    recording: Recording

    @classmethod
    def of(cls, tables: Sequence[FactorCounts], recording: Recording) -> RecordedFactors:
        """The factors of some counts, in order."""
        k, n = (
            np.concatenate([getattr(one, name) for one in tables]).astype(float)
            for name in ("plans", "assessments")
        )
        sizes = [len(one.factors) for one in tables]
        total = [
            np.nan if one.total_assessments is None else one.total_assessments for one in tables
        ]
        in_all = np.repeat(np.array([one.total_plans for one in tables], float), sizes)
        return cls(k, n - k, in_all, np.repeat(np.array(total, float), sizes), recording)

    def is_possible(self, x: FloatArray, y: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether the true counts fit the numbers of assessments and the assumed multiple."""
        k, m, near = self.with_plan, self.without_plan, 1 + _CLOSE
        possible = k * x <= self.plans * near
        most = self.assessments - self.plans
        possible &= np.isnan(most) | (m * y <= most * near)
        if self.recording.times is not None:
            least, most_times = self.recording.times
            with np.errstate(divide="ignore", invalid="ignore"):
                times = (k * x + m * y) / (k + m)
            possible &= (k + m == 0) | ((times >= least / near) & (times <= most_times * near))
        return possible

    def corners(self) -> tuple[FloatArray, FloatArray]:
        """Corners of the area of each factor, as x and y; shape (C, F), NaN where there is none."""
        k, m, recording = self.with_plan, self.without_plan, self.recording
        with np.errstate(divide="ignore", invalid="ignore"):
            xs, ys = (
                [np.full(k.shape, 1 / shares[-1]), np.fmin(1 / shares[0], most / count)]
                for shares, most, count in (
                    (recording.with_plan, self.plans, k),
                    (recording.without_plan, self.assessments - self.plans, m),
                )
            )
            found = list(product(xs, ys))
            for times in recording.times or ():
                total = times * (k + m)
                found += [(x, (total - k * x) / m) for x in xs]
                found += [((total - m * y) / k, y) for y in ys]
        x, y = (np.array([point[axis] for point in found]) for axis in (0, 1))
        inside = (x >= xs[0] - _CLOSE) & (x <= xs[1] + _CLOSE)
        inside &= (y >= ys[0] - _CLOSE) & (y <= ys[1] + _CLOSE)
        x, y = np.where(inside, x, np.nan), np.where(inside, y, np.nan)
        kept = self.is_possible(x, y)
        return np.where(kept, x, np.nan), np.where(kept, y, np.nan)

    def measured(self, x: FloatArray, y: FloatArray) -> dict[str, FloatArray]:
        """Every measure at these points, NaN where they are not possible."""
        found = true_measures(
            self.with_plan * x, self.without_plan * y, self.plans, self.assessments
        )
        possible = self.is_possible(x, y)
        return {name: np.where(possible, values, np.nan) for name, values in found.items()}

    def ranges(
        self, rates: FactorRates, x: FloatArray, y: FloatArray
    ) -> dict[str, tuple[FloatArray, FloatArray]]:
        """The ranges for chance of both rates, moved to these points."""
        possible, found = self.is_possible(x, y), {}
        for name, of in zip(RATES, (rates.conversion, rates.share_of_plans), strict=True):
            ends = []
            for value in (np.array([getattr(one, end) for one in of]) for end in ("low", "high")):
                if name == "share_of_plans":
                    moved = np.minimum(value * x, 1)
                else:
                    moved = value * x / (value * x + (1 - value) * y)
                ends.append(np.where(possible, moved, np.nan))
            found[name] = (ends[0], ends[1])
        return found

    def ends(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Lowest and highest value of every measure over the area; shape (F,) each."""
        return {
            name: (over(np.fmin, values), over(np.fmax, values))
            for name, values in self.measured(*self.corners()).items()
        }


def over(pick: np.ufunc, values: FloatArray) -> FloatArray:
    """The least or the greatest of the corners that are possible; NaN where there is none."""
    found: FloatArray = pick.reduce(values, axis=0)
    return found
