"""Projected stocks and flows, month by month: what demand makes, and caseload and report read.

Every replicate keeps the identity opening + starts - ends = closing in every month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.labels import STAGE_LABELS
from riskmodel.core.lazy import pd
from riskmodel.core.months import Month, month_after, month_words, months_between
from riskmodel.core.result import Result, fan, march_rows, selected
from riskmodel.errors import DataError, check_name
from riskmodel.vocabulary import STAGES

__all__ = [
    "BASELINE",
    "MEASURED",
    "QUANTILES",
    "Projection",
    "month_after",
    "month_words",
    "months_between",
    "quantile_name",
]

BASELINE = "baseline"
"""The scenario that changes nothing."""

MEASURED = ("starts", "ends", "stock")
"""What a projection holds of each stage and month."""

QUANTILES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
"""Quantiles of a summary: the limits of the 95%, 90%, 80% and 50% intervals, and the median."""

_Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Projection(Result):
    """Stocks and flows by scenario, replicate, month and stage.

    Parameters
    ----------
    area
        Whose they are.
    scenarios
        Names; all scenarios share the openings and the draws, so that their differences are not
        noise.
    stages
        Stages of :data:`riskmodel.vocabulary.STAGES` that hold a stock.
    opening_month
        ``YYYY-MM``: the opening stock is that at its end.
    opening
        Opening stock, shape (replicate, stage).
    starts, ends
        Flows in each month after the opening, shape (scenario, replicate, month, stage).
    stock
        Stock at the end of each month, same shape.
    source
        What they rest on, for logs and captions.

    Raises
    ------
    DataError
        When shapes differ, a count is negative, or opening + starts - ends is not the closing
        stock somewhere: the place is named.

    Notes
    -----
    Counts are of episodes or plans, as 32-bit integers; arrays are copied and locked.
    ``basis`` is ``projected`` throughout.
    """

    area: str
    scenarios: tuple[str, ...]
    stages: tuple[str, ...]
    opening_month: str
    opening: _Counts
    starts: _Counts
    ends: _Counts
    stock: _Counts
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "opening_month", Month(self.opening_month))
        for stage in self.stages:
            check_name("stage", stage, STAGES)
        for name in ("opening", *MEASURED):
            made = np.array(getattr(self, name), dtype=np.int32, order="C")
            made.flags.writeable = False
            object.__setattr__(self, name, made)
        self._check_shapes()
        self._check_identity()

    def _check_shapes(self) -> None:
        shape = self.stock.shape
        expected = (len(self.scenarios), len(self.opening), shape[2] if len(shape) == 4 else -1)
        for name in MEASURED:
            found = getattr(self, name).shape
            if found != (*expected, len(self.stages)) or self.opening.shape != (
                expected[1],
                len(self.stages),
            ):
                raise DataError(
                    "a projection needs the shape (scenario, replicate, month, stage), here "
                    f"{(*expected, len(self.stages))}; found {found}, and an opening of "
                    f"{self.opening.shape}",
                    field=name,
                )
        if len(set(self.scenarios)) != len(self.scenarios) or not self.scenarios:
            raise DataError(
                f"scenarios need different names, found {', '.join(self.scenarios) or 'none'}"
            )

    def _check_identity(self) -> None:
        before = np.concatenate(
            [
                np.broadcast_to(
                    self.opening[None, :, None, :], (*self.stock.shape[:2], 1, len(self.stages))
                ),
                self.stock[:, :, :-1, :],
            ],
            axis=2,
        )
        wrong = np.argwhere(before + self.starts - self.ends != self.stock)
        if len(wrong):
            scenario, replicate, month, stage = (int(place) for place in wrong[0])
            raise DataError(
                f"opening + starts - ends is not the closing stock of {self.stages[stage]} in "
                f"{self.months[month]}, scenario {self.scenarios[scenario]}, replicate {replicate}"
            )
        for name in ("opening", *MEASURED):
            if getattr(self, name).size and int(getattr(self, name).min()) < 0:
                raise DataError("counts are 0 or more; found a negative one", field=name)

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return len(self.opening)

    @property
    def months(self) -> tuple[Month, ...]:
        """Each month projected, ``YYYY-MM``."""
        opening = Month(self.opening_month)
        return tuple(opening.after(ahead + 1) for ahead in range(self.stock.shape[2]))

    def of(self, measured: str, scenario: str, stage: str) -> _Counts:
        """Stock, starts or ends of one scenario and stage, shape (replicate, month).

        Raises
        ------
        UnknownNameError
            When the projection does not hold it.
        """
        for kind, name, names in (
            ("measure", measured, MEASURED),
            ("scenario", scenario, self.scenarios),
            ("stage", stage, self.stages),
        ):
            check_name(kind, name, names)
        values: _Counts = getattr(self, measured)
        return values[self.scenarios.index(scenario), :, :, self.stages.index(stage)]

    def with_scenarios(self, *others: Projection) -> Projection:
        """The same with further scenarios of the same area, stages, opening and replicates.

        Raises
        ------
        DataError
            When they differ in anything but their scenarios.
        """
        for other in others:
            same = (
                other.area == self.area
                and other.stages == self.stages
                and other.opening_month == self.opening_month
                and np.array_equal(other.opening, self.opening)
                and other.stock.shape[2] == self.stock.shape[2]
            )
            if not same:
                raise DataError(
                    "scenarios are compared on the same area, stages, opening and months; "
                    f"{', '.join(other.scenarios)} differs from {', '.join(self.scenarios)}"
                )
        together = (self, *others)
        starts, ends, stock = (
            np.concatenate([getattr(each, name) for each in together]) for name in MEASURED
        )
        return Projection(
            self.area,
            tuple(name for each in together for name in each.scenarios),
            self.stages,
            self.opening_month,
            self.opening,
            starts,
            ends,
            stock,
            self.source,
        )

    def probability_above(
        self, level: float, stage: str, *, scenario: str = BASELINE
    ) -> npt.NDArray[np.float64]:
        """Probability that the stock has passed a level by the end of each month.

        Parameters
        ----------
        level
            Children; passed means more than this.
        stage
            Which stock.
        scenario
            Which scenario.

        Returns
        -------
        numpy.ndarray
            Share of replicates whose stock was above the level in that month or an earlier one,
            shape (month,).
        """
        above = self.of("stock", scenario, stage) > level
        passed: npt.NDArray[np.float64] = np.maximum.accumulate(above, axis=1).mean(axis=0)
        return passed

    def to_frame(self, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """A row a scenario, stage, measure and month: mean and quantiles over the replicates.

        Columns: area, scenario, stage, measure, month, mean, then ``q05`` and so on, basis.
        """
        pieces = []
        names = [quantile_name(each) for each in quantiles]
        for measured in MEASURED:
            values = getattr(self, measured)
            found = np.quantile(values, quantiles, axis=1)
            means = values.mean(axis=1)
            for i, scenario in enumerate(self.scenarios):
                for k, stage in enumerate(self.stages):
                    pieces.append(
                        pd.DataFrame(
                            {
                                "area": self.area,
                                "scenario": scenario,
                                "stage": stage,
                                "measure": measured,
                                "month": self.months,
                                "mean": means[i, :, k],
                                **{name: found[q, i, :, k] for q, name in enumerate(names)},
                                "basis": "projected",
                            }
                        )
                    )
        return pd.concat(pieces, ignore_index=True)

    def summary(self, counted: Mapping[str, tuple[float, str]] | None = None) -> str:
        """The central projection of each stage at the last month, the range after it.

        Parameters
        ----------
        counted
            Of each stage the children counted last, and the month; without it the opening stands
            there, which is an estimate where nobody counted in that month.
        """
        last = month_words(self.months[-1], day=True)
        said = []
        for index, stage in enumerate(self.stages):
            stock = self.stock[0, :, -1, index]
            low, middle, high = np.quantile(stock, (0.05, 0.5, 0.95))
            opening = float(np.mean(self.opening[:, index])), self.opening_month
            before, then = (counted or {}).get(stage, opening)
            label = STAGE_LABELS.get(stage, stage.replace("_", " "))
            said.append(
                f"{label}: the central projection for {last} is {middle:,.0f} (90% range "
                f"{low:,.0f} to {high:,.0f}), from {before:,.0f} in "
                f"{month_words(then)}."
            )
        others = len(self.scenarios) - 1
        named = f" {others} scenario{'s' if others > 1 else ''} beside it." if others else ""
        return f"{self.area}. {' '.join(said)}{named}"

    def preview(self) -> pd.DataFrame:
        """Stocks at the end of each March and of the last month: central projection, 90% range."""
        frame = march_rows(self.to_frame((0.05, 0.5, 0.95)), self.months[-1])
        return fan(frame[frame["measure"] == "stock"].drop(columns=["area", "measure"]))

    def select(
        self,
        *,
        scenario: str | tuple[str, ...] | None = None,
        stage: str | tuple[str, ...] | None = None,
    ) -> Projection:
        """The same of some scenarios and stages.

        Parameters
        ----------
        scenario, stage
            One name or several; None is all.

        Raises
        ------
        UnknownNameError
            For a name that the projection does not hold.
        """
        rows = selected("scenario", scenario, self.scenarios)
        columns = selected("stage", stage, self.stages)
        starts, ends, stock = (getattr(self, name)[rows][:, :, :, columns] for name in MEASURED)
        return Projection(
            self.area,
            tuple(self.scenarios[row] for row in rows),
            tuple(self.stages[column] for column in columns),
            self.opening_month,
            self.opening[:, columns],
            starts,
            ends,
            stock,
            self.source,
        )


def quantile_name(quantile: float) -> str:
    """The column of a quantile: ``q05`` for 0.05, ``q025`` for 0.025.

    Examples
    --------
    >>> quantile_name(0.05), quantile_name(0.025), quantile_name(0.5)
    ('q05', 'q025', 'q50')
    """
    return "q" + f"{quantile:.6f}".split(".")[1].rstrip("0").ljust(2, "0")
