"""Results for a service: its list, waits and posts by month, with ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.core.months import Month, month_words
from riskmodel.core.result import Result, TextTable, range_text
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError
from riskmodel.levers.ranges import Range
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE
from riskmodel.services.definition import Number, Service

__all__ = ["LABELS", "ServicePath", "ServicePlan"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

LABELS: Mapping[str, tuple[str, str]] = {
    "arrivals": ("Joined in the month", ",.0f"),
    "starts": ("Started in the month", ",.0f"),
    "left": ("Left the list unseen in the month", ",.0f"),
    "waiting": ("Waiting at the month's end", ",.0f"),
    "wait_weeks": ("Mean wait of those who join, weeks", ",.1f"),
    "within": ("Of those who join, started by the deadline", ".0%"),
    "posts_needed": ("Posts to take everybody on", ",.1f"),
}
"""Labels of the measures, and the format of their numbers."""

_QUANTILES = ("q05", "q50", "q95")


@dataclass(frozen=True, slots=True, eq=False)
class ServicePath:
    """A service under one scenario; arrays of shape (simulation, month).

    Parameters
    ----------
    arrivals, starts, left
        In each month.
    waiting
        The list at the end of each month.
    opening
        The list at the opening, shape (simulation,).
    wait_weeks
        Mean wait of those who join in the month until their work starts.
    nine_in_ten_weeks
        Wait that nine in ten of them do not exceed, over all simulations; shape (month,).
    within
        Share of them who start by the deadline; 1 without a deadline.
    posts_needed
        Posts to take everybody on; None where there is a list.

    Raises
    ------
    DataError
        When a list is not the previous list, plus those who joined, less those who started or left.
    """

    arrivals: Ints
    starts: Ints
    left: Ints
    waiting: Ints
    opening: Ints
    wait_weeks: Floats
    nine_in_ten_weeks: Floats
    within: Floats
    posts_needed: Floats | None = None

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None:
                value.flags.writeable = False
        before = np.concatenate([self.opening[:, None], self.waiting[:, :-1]], axis=1)
        if not np.array_equal(before + self.arrivals - self.starts - self.left, self.waiting):
            raise DataError("a waiting list is not what it was, with who joined, started and left")
        if min(part.min(initial=0) for part in (self.starts, self.left, self.waiting)) < 0:
            raise DataError("a waiting list holds a negative count")

    @classmethod
    def without_list(cls, arrivals: Ints, posts_needed: Floats) -> ServicePath:
        """The path of a service that takes everybody on at once."""
        none = np.zeros_like(arrivals)
        wait = np.zeros(arrivals.shape)
        return cls(
            arrivals,
            arrivals.copy(),
            none,
            none.copy(),
            np.zeros(len(arrivals), dtype=np.int64),
            wait,
            np.zeros(arrivals.shape[1]),
            np.ones(arrivals.shape),
            posts_needed,
        )

    def values(self, measure: str) -> Floats:
        """One of :data:`LABELS`, shape (simulation, month)."""
        return np.asarray(getattr(self, measure), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ServicePlan(Result):
    """A service by scenario.

    Parameters
    ----------
    service
        As its file describes it.
    months
        ``YYYY-MM``.
    paths
        By scenario; where only one is shown it is the first.
    level
        Of the ranges.
    """

    service: Service
    months: tuple[str, ...]
    paths: Mapping[str, ServicePath]
    level: float

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that the service has."""
        if not self.service.has_list:
            return "arrivals", "posts_needed"
        within = ("within",) if self.service.deadline is not None else ()
        left = ("left",) if self.service.leaving else ()
        return ("arrivals", "starts", *left, "waiting", "wait_weeks", *within)

    def path(self, scenario: str = BASELINE) -> ServicePath:
        """The service under a scenario."""
        return self.paths[scenario]

    def numbers(
        self, measure: str, month: str, scenario: str = BASELINE
    ) -> tuple[float, float, float]:
        """Central projection of a measure in a month, and both ends of its range."""
        values = self.paths[scenario].values(measure)[:, self.months.index(month)]
        tails = ((1 - self.level) / 2, 0.5, (1 + self.level) / 2)
        low, central, high = np.quantile(values, tails, method="closest_observation")
        return float(central), float(low), float(high)

    def to_frame(self) -> pd.DataFrame:
        """A row for each scenario, month and measure.

        Columns: service, scenario, month, measure, mean, q05, q50, q95, basis; and for waits
        ``nine_in_ten``, the weeks that nine in ten of those who join do not exceed.
        """
        tails = ((1 - self.level) / 2, 0.5, (1 + self.level) / 2)
        pieces = []
        for scenario, path in self.paths.items():
            for measure in self.measures:
                values = path.values(measure)
                found = np.quantile(values, tails, axis=0, method="closest_observation")
                nine = path.nine_in_ten_weeks if measure == "wait_weeks" else np.nan
                columns = {"service": self.service.name, "scenario": scenario}
                pieces.append(
                    pd.DataFrame(
                        columns
                        | {"month": self.months, "measure": measure, "mean": values.mean(axis=0)}
                        | dict(zip(_QUANTILES, found, strict=True))
                        | {"nine_in_ten": nine, "basis": "projected"}
                    )
                )
        return pd.concat(pieces, ignore_index=True)

    def summary(self) -> str:
        """The result in the last month, for each scenario."""
        return " ".join(self._sentence(scenario) for scenario in self.paths)

    def _sentence(self, scenario: str) -> str:
        last, label = self.months[-1], self.service.label
        named = "" if scenario == BASELINE else f", {scenario}"
        if not self.service.has_list:
            joined, posts = (self._said(name, last, scenario) for name in self.measures)
            return (
                f"{label}{named}, {month_words(last)}: {joined} join in the month, which takes "
                f"{posts} posts."
            )
        waiting, wait = (self._said(name, last, scenario) for name in ("waiting", "wait_weeks"))
        first = np.median(self.paths[scenario].opening)
        before = f", from {first:,.0f} at first" if self.service.waiting is not None else ""
        deadline = ""
        if self.service.deadline is not None:
            within = self._said("within", last, scenario)
            deadline = f"; {within} start within {self.service.deadline}"
        return (
            f"{label}{named}, {month_words(last)}: {waiting} wait{before}; who joins then waits "
            f"{wait} weeks on average{deadline}."
        )

    def _said(self, measure: str, month: str, scenario: str) -> str:
        central, low, high = self.numbers(measure, month, scenario)
        form = LABELS[measure][1]
        return f"{central:{form}} ({self.level:.0%} range {range_text(low, high, form)})"

    def preview(self) -> pd.DataFrame:
        """Every measure in each March, the first and the last month."""
        kept = {self.months[0], self.months[-1], *(m for m in self.months if Month(m).is_march)}
        rows = []
        for scenario in self.paths:
            for month in (month for month in self.months if month in kept):
                row = {"scenario": scenario, "month": month}
                for measure in self.measures:
                    central, low, high = self.numbers(measure, month, scenario)
                    label, form = LABELS[measure]
                    row[label] = f"{central:{form}} ({range_text(low, high, form)})"
                if self.service.has_list:
                    nine = self.paths[scenario].nine_in_ten_weeks[self.months.index(month)]
                    row["Nine in ten wait at most, weeks"] = f"{nine:,.1f}"
                rows.append(row)
        frame = pd.DataFrame(rows)
        return frame if len(self.paths) > 1 else frame.drop(columns="scenario")

    def text_tables(self) -> Sequence[TextTable]:
        """Results by month, and the inputs."""
        return (
            TextTable(self.preview(), f"{self.service.label}: central projection and range"),
            TextTable(self.inputs(), "What went in"),
        )

    def inputs(self) -> pd.DataFrame:
        """The numbers of the file, a row for each: what, value."""
        return pd.DataFrame(list(_inputs(self.service)), columns=["what goes in", "value"])

    def remarks(self) -> Sequence[str]:
        """What it is, its source and basis, and how it is modelled."""
        service = self.service
        simulations = count_of(len(self.paths[next(iter(self.paths))].arrivals), "simulation")
        how = "Everybody is taken on; posts are those that this takes."
        if service.has_list:
            how = (
                "Cases are held in places for a time that is exponential."
                if service.staff.is_held
                else "Appointments come up at random at the stated rate, for whoever is first."
            )
            how += " Who waits at first comes before who joins later."
        return (
            service.about,
            f"Source: {service.source}. Basis of its figures: {service.basis}; what follows is "
            f"projected, from {simulations}. {how}",
        )


def _inputs(service: Service) -> list[tuple[str, str]]:
    arrivals, staff, rows = service.arrivals, service.staff, []
    if arrivals.months is not None:
        months = list(arrivals.months)
        mean = np.mean([arrivals.months[month] for month in months[-12:]])
        rows.append((f"join in a month, {months[0]} to {months[-1]}", f"{mean:.1f} on average"))
    weeks = staff.weeks_a_year
    usual = parameter("service_weeks_a_year").value
    named: list[tuple[str, Number | None]] = [
        ("join in a month", arrivals.per_month),
        (f"for each of {arrivals.to}", arrivals.ratio if arrivals.to else None),
        ("growth in a year", arrivals.growth_per_year or None),
        ("share that goes first", arrivals.urgent or None),
        ("posts", staff.posts),
        ("sickness", staff.sickness or None),
        ("appointments of a post in a week", staff.appointments_a_week),
        ("appointments of a case", staff.appointments_each if staff.appointments_a_week else None),
        ("weeks in a year", None if staff.is_held else (usual if weeks is None else weeks)),
        ("cases of a post at once", staff.cases_each),
        ("weeks that a case is held", staff.weeks_each),
        ("wait at first" + (", weeks of work" if service.waiting_weeks else ""), service.waiting),
        ("share of the list that leaves in a month", service.leaving or None),
    ]
    rows += [(what, _shown(value)) for what, value in named if value is not None]
    rows += [
        (f"locums, {one.from_month} to {one.to_month}", f"{one.fte:g}") for one in staff.locums
    ]
    if staff.group is not None:
        group = staff.group
        said = f"{_shown(group.share)} of cases, {_shown(group.size)} at once"
        rows.append(("group work", f"{said}, {_shown(group.sessions)} sessions"))
    if service.deadline is not None:
        rows.append(("deadline", str(service.deadline)))
    return rows


def _shown(number: Number) -> str:
    return str(number) if isinstance(number, Range) else f"{number:g}"
