"""The plan of a service: cases, workers, caseload and waiting work by scenario and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodel.caseload.flows import WorkforcePath
from riskmodel.caseload.workers import WorkerSpread, check_cap
from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result, fan, march_rows
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE, QUANTILES, month_words, months_between, quantile_name

__all__ = ["PLANNED", "SERVICE", "CaseloadPlan", "Unit"]

PLANNED = ("cases", "fte", "caseload", "unallocated")
"""What a plan holds of each unit and month: open cases, case-holding full-time equivalents, cases
over these, cases without a worker."""

SERVICE = "family_support"
"""The unit that holds all family support teams."""

_ARRAYS = ("cases", "mean_caseload", "unallocated", "uncovered", "looked_after", "statistics")

_Floats = npt.NDArray[np.float32]
_Counts = npt.NDArray[np.int32]
_Array = TypeVar("_Array", bound=npt.NDArray[np.floating])


@dataclass(frozen=True, slots=True)
class Unit:
    """A team, an area or the whole service."""

    name: str
    level: str
    area: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseloadPlan(Result):
    """Caseloads by scenario, month and unit.

    Parameters
    ----------
    area
        Whose they are.
    scenarios
        Names; scenarios share their random numbers.
    months
        ``YYYY-MM``, at whose end everything is counted.
    units
        Teams, areas, and last the whole service.
    cases, mean_caseload, unallocated, uncovered
        Of the whole service, kept for every replicate, shape (scenario, month, replicate): open
        cases, and cases over case-holding full-time equivalents, both without a specialist team;
        cases without a worker; and those of them that are protection or looked-after cases.
    looked_after
        All looked-after children, same shape: what placements cost.
    paths
        Workers of each scenario, their full-time equivalents among them.
    statistics
        Mean and quantiles over the replicates, shape (scenario, unit, measure, month, 1 + number
        of quantiles); NaN where a unit's workers are not known.
    quantiles
        Which.
    spread
        How cases spread over workers.
    source
        What it is based on.

    Raises
    ------
    DataError
        When shapes differ.
    """

    area: str
    scenarios: tuple[str, ...]
    months: tuple[str, ...]
    units: tuple[Unit, ...]
    cases: _Counts
    mean_caseload: _Floats
    unallocated: _Floats
    uncovered: _Floats
    looked_after: _Counts
    paths: tuple[WorkforcePath, ...]
    statistics: _Floats
    quantiles: tuple[float, ...] = QUANTILES
    spread: WorkerSpread | None = None
    source: str = ""

    def __post_init__(self) -> None:
        shape = (len(self.scenarios), len(self.months), self.cases.shape[-1])
        for name in _ARRAYS:
            given = getattr(self, name)
            expected = (
                (*shape[:1], len(self.units), len(PLANNED), shape[1], 1 + len(self.quantiles))
                if name == "statistics"
                else shape
            )
            if given.shape != expected:
                raise DataError(f"needs the shape {expected}, found {given.shape}", field=name)
            object.__setattr__(self, name, locked(given))
        if len(self.paths) != len(self.scenarios):
            raise DataError("needs one path of workers for each scenario", field="paths")

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return int(self.cases.shape[-1])

    def only(self, scenario: str = BASELINE) -> CaseloadPlan:
        """The same with one of its scenarios."""
        place = self._place(scenario)
        rows = slice(place, place + 1)
        arrays: dict[str, Any] = {name: getattr(self, name)[rows] for name in _ARRAYS}
        return replace(self, scenarios=(scenario,), paths=self.paths[rows], **arrays)

    def _place(self, scenario: str) -> int:
        if scenario not in self.scenarios:
            raise UnknownNameError("scenario", scenario, self.scenarios)
        return self.scenarios.index(scenario)

    def month_number(self, month: str) -> int:
        """Place of a month, from 0.

        Raises
        ------
        DataError
            When the plan does not reach it.
        """
        ahead = months_between(self.months[0], month)
        if not 0 <= ahead < len(self.months):
            raise DataError(
                f"{month} is outside the plan, which goes from {self.months[0]} to "
                f"{self.months[-1]}",
                field="month",
            )
        return ahead

    def path(self, scenario: str = BASELINE) -> WorkforcePath:
        """Workers of one scenario."""
        return self.paths[self._place(scenario)]

    def caseload(self, scenario: str = BASELINE) -> _Floats:
        """Mean caseload of the service, shape (month, replicate): open cases over workers.

        A specialist team is left out of both cases and workers. Infinite where there is no worker.
        """
        found: _Floats = self.mean_caseload[self._place(scenario)]
        return found

    def probability_within(self, cap: float, scenario: str = BASELINE) -> Floats:
        """Share of replicates whose mean caseload is at most the cap, shape (month,).

        All open cases count, unallocated ones too, so leaving cases without a worker does not help
        to keep to a cap.
        """
        check_cap(cap)
        found: Floats = (self.caseload(scenario) <= cap).mean(axis=1)
        return found

    def share_above(self, cap: float, scenario: str = BASELINE) -> Floats:
        """Expected share of workers above the cap, shape (month, replicate).

        Raises
        ------
        DataError
            When the plan was made without a spread over workers, or the cap is impossible.
        """
        if self.spread is None:
            raise DataError("this plan was made without a spread of cases over workers")
        return self.spread.share_above(self.caseload(scenario), cap)

    def baseline(self) -> CaseloadPlan:
        """The same of its first scenario alone."""
        first = {name: getattr(self, name)[:1] for name in _ARRAYS}
        return replace(self, scenarios=self.scenarios[:1], paths=self.paths[:1], **first)

    def to_frame(self, level: str | None = None) -> pd.DataFrame:
        """Mean and quantiles over the replicates by scenario, unit, measure and month.

        Parameters
        ----------
        level
            ``team``, ``area`` or ``service`` alone; None gives all.

        Returns
        -------
        pandas.DataFrame
            Columns: area, scenario, level, unit, measure, month, mean, then ``q05`` and so on,
            basis. Measures that need workers are left out where these are not known.
        """
        levels = tuple(dict.fromkeys(unit.level for unit in self.units))
        if level is not None and level not in levels:
            raise UnknownNameError("level", level, levels)
        names = ["mean", *(quantile_name(each) for each in self.quantiles)]
        pieces = []
        for i, scenario in enumerate(self.scenarios):
            for k, unit in enumerate(self.units):
                for m, measure in enumerate(PLANNED):
                    values = self.statistics[i, k, m]
                    if (level and unit.level != level) or np.isnan(values).all():
                        continue
                    pieces.append(
                        pd.DataFrame(
                            {
                                "area": self.area,
                                "scenario": scenario,
                                "level": unit.level,
                                "unit": unit.name,
                                "measure": measure,
                                "month": self.months,
                                **{name: values[:, q] for q, name in enumerate(names)},
                                "basis": "projected",
                            }
                        )
                    )
        return pd.concat(pieces, ignore_index=True)

    def within_frame(self, cap: float) -> pd.DataFrame:
        """One row for each scenario and month: chance to keep to the cap, and workers above it."""
        pieces = []
        for scenario in self.scenarios:
            found: dict[str, object] = {
                "area": self.area,
                "scenario": scenario,
                "month": self.months,
                "cap": cap,
                "probability_within": self.probability_within(cap, scenario),
            }
            if self.spread is not None:
                found["share_of_workers_above"] = self.share_above(cap, scenario).mean(axis=1)
            pieces.append(pd.DataFrame({**found, "basis": "projected"}))
        return pd.concat(pieces, ignore_index=True)

    def summary(self) -> str:
        """The caseload at the first and the last month, the range after it."""
        place = PLANNED.index("caseload")
        table = self.statistics[0, -1, place]
        ends = [self.quantiles.index(quantile) for quantile in (0.05, 0.5, 0.95)]
        low, middle, high = (float(table[-1, 1 + index]) for index in ends)
        now = float(table[0, 1 + ends[1]])
        return (
            f"{self.area}: {now:.1f} cases for each full-time worker at the end of "
            f"{month_words(self.months[0])}, {middle:.1f} (90% range {low:.1f} to {high:.1f}) at "
            f"the end of {month_words(self.months[-1])}; "
            f"{sum(unit.level == 'team' for unit in self.units)} teams."
        )

    def preview(self) -> pd.DataFrame:
        """Measures of the whole service at the end of each March and of the last month."""
        frame = march_rows(self.to_frame("service"), self.months[-1])
        return fan(frame.drop(columns=["area", "level", "unit"]), ",.1f")


def caseload_of(cases: _Array, fte: _Array) -> _Array:
    """Cases over full-time equivalents; 0 where there are no cases, infinite where no workers.

    Examples
    --------
    >>> caseload_of(np.float32([20, 20, 0]), np.float32([1, 0, 0]))
    array([20., inf,  0.], dtype=float32)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found: _Array = cases / np.maximum(fte, 0)
    found[np.isnan(found)] = 0
    return found


def locked(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A copy that cannot be written to; the array itself where it is locked and owns its data."""
    if values.base is None and not values.flags.writeable and values.flags.c_contiguous:
        return values
    made = np.array(values, order="C")
    made.flags.writeable = False
    return made


def order_statistics(values: npt.NDArray[np.floating], quantiles: Sequence[float]) -> _Floats:
    """Mean and quantiles along the last axis, which is sorted in place.

    The quantile at p is the smallest value that is not exceeded by at least that share of
    replicates. So it is always a value that occurred, even where some are infinite.
    """
    number = values.shape[-1]
    means = values.mean(axis=-1, dtype=np.float64)
    values.sort(axis=-1)
    places = [min(max(int(np.ceil(each * number - 1e-9)) - 1, 0), number - 1) for each in quantiles]
    return np.concatenate([means[..., None], values[..., places]], axis=-1).astype(np.float32)
