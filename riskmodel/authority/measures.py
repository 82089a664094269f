"""What is measured in each simulation of a scenario, so that scenarios can be compared.

A measure is declared once: here what it is, and in :data:`riskmodel.core.labels.LABELS`, under the
same name, its words and digits. Text, CSV, JSON, sections and charts take it from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from riskmodel.authority.price import COMPONENT_LABELS
from riskmodel.caseload import (
    CaseloadPlan,
    Structure,
    Target,
    UnitCosts,
    Workforce,
    monthly_cost,
    posts_by_replicate,
)
from riskmodel.caseload.costs import COMPONENTS
from riskmodel.caseload.scenario_workforce import opened_with, recruiting
from riskmodel.core.arrays import Floats
from riskmodel.core.labels import STAGE_LABELS, Label, label
from riskmodel.core.months import years_of
from riskmodel.core.wording import count_of
from riskmodel.levers import Levers
from riskmodel.projection import Projection
from riskmodel.services.result import LABELS as SERVICE_LABELS
from riskmodel.services.result import ServicePlan

__all__ = ["MEASURES", "MEASURE_LABELS", "POSTS", "Measure", "Projected", "Question"]

POSTS = "posts_needed"
"""The measure that is always taken over the same number of simulations."""

_YEAR = 12


@dataclass(frozen=True, slots=True)
class Question:
    """The question: by which month, with which target, teams, workers and prices.

    ``prices`` gives the prices of a financial year; ``months`` are the months until the one asked
    about, and ``priced`` the components with a price. ``services`` are plans of services around
    child protection under the scenarios asked about; ``further`` are more measures by name, such as
    those of placements. ``only`` names the measures to take; if it is empty, all are taken.
    """

    structure: Structure
    prices: Callable[[str], UnitCosts] | None
    target: Target
    number: int
    seed: int
    workforce: Workforce | None
    months: tuple[str, ...] = ()
    services: tuple[ServicePlan, ...] = ()
    only: tuple[str, ...] = ()
    further: Mapping[str, tuple[Measure, Label]] = field(default_factory=dict)

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Every measure, followed by ones such as ``cost.2025/26`` and ``waiting.camhs``."""
        more = {**self._of_costs, **self._around, **self.further}
        measures = {**MEASURES, **{name: of for name, (of, _) in more.items()}}
        return {name: of for name, of in measures.items() if name in (self.only or measures)}

    @property
    def labels(self) -> Mapping[str, Label]:
        """Parts of costs, and measures of services and placements, in words."""
        more = {**self._of_costs, **self._around, **self.further}
        return {name: words for name, (_, words) in more.items()}

    @property
    def in_year(self) -> Mapping[str, list[int]]:
        """Positions of the months of each financial year."""
        return years_of(self.months)

    @property
    def _of_costs(self) -> dict[str, tuple[Measure, Label]]:
        """The cost of each financial year and of each component, where there are several."""
        if self.prices is None:
            return {}
        years, made = self.in_year, {}
        priced = {part for year in years for part in self.prices(year).priced}
        if len(years) > 1:
            for year, places in years.items():
                months = "" if len(places) == _YEAR else f" ({count_of(len(places), 'month')})"
                made[f"cost.{year}"] = _cost_of((year,)), Label(f"Cost in {year}{months}")
        if len(priced) > 1:
            since = label("cost").full.removeprefix("Cost")
            for part in (name for name in COMPONENTS if name in priced):
                words = Label(f"Cost of {COMPONENT_LABELS[part]}{since}")
                made[f"cost.{part}"] = _cost_of(part=part), words
        return made

    @property
    def _around(self) -> dict[str, tuple[Measure, Label]]:
        return {
            f"{name}.{plan.service.name}": (_of_service(plan, name), _in_words(plan, name))
            for plan in self.services
            for name in plan.measures
            if name in _OF_SERVICES
        }

    def measure(
        self,
        projection: Projection,
        plan: CaseloadPlan,
        forces: Mapping[str, Workforce],
        levers: Mapping[str, Levers],
        scenario: str,
    ) -> dict[str, Floats]:
        """Each measure of a scenario in every simulation, shape (simulation,)."""
        asked = Projected(self, projection, plan, forces[scenario], levers[scenario], scenario)
        measured = {name: measure.values(asked) for name, measure in self.measures.items()}
        return {
            name: np.asarray(values, dtype=np.float64)
            for name, values in measured.items()
            if values is not None
        }

    def typical(self, measure: str, values: Floats) -> float:
        """Mean, or the value with which the target's share of simulations is met."""
        if self.measures[measure].statistic == "mean":
            return float(values.mean())
        place = int(np.ceil(self.target.probability * len(values) - 1e-9)) - 1
        return float(np.sort(values)[min(max(place, 0), len(values) - 1)])


@dataclass(frozen=True, slots=True)
class Projected:
    """One scenario as projected, and what is asked about it."""

    question: Question
    projection: Projection
    plan: CaseloadPlan
    force: Workforce
    levers: Levers
    scenario: str

    def at(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """From an array (scenario, month, simulation), the values of this scenario at the month."""
        place = self.plan.scenarios.index(self.scenario)
        return np.asarray(values[place, self.question.number])


@dataclass(frozen=True, slots=True)
class Measure:
    """How a number is taken from every simulation of a scenario.

    Parameters
    ----------
    values
        The numbers, shape (simulation,); None where there are none, as for a cost without prices.
    statistic
        What summarises them: their mean, or the quantile at the target's chance.
    has_range
        Whether a difference has a range; a measure that is only yes or no in a simulation has none.
    """

    values: Callable[[Projected], npt.NDArray[Any] | None]
    statistic: Literal["mean", "quantile"] = "mean"
    has_range: bool = True


def _stock(stage: str) -> Measure:
    def values(asked: Projected) -> npt.NDArray[Any] | None:
        if stage not in asked.projection.stages:
            return None
        stocks = asked.projection.of("stock", asked.scenario, stage)
        return np.asarray(stocks[:, asked.question.number])

    return Measure(values)


def _posts(asked: Projected) -> npt.NDArray[Any]:
    question = asked.question
    return posts_by_replicate(
        asked.projection,
        question.structure,
        recruiting(asked.levers, asked.force, (question.seed, asked.projection.replicates)),
        question.target,
        seed=question.seed,
        scenario=asked.scenario,
        baseline=opened_with(asked.levers, question.workforce),
    )


def _cost_of(years: Sequence[str] = (), part: str = "") -> Measure:
    """Of some financial years, or all until the month; of one component, or all; at own prices."""

    def values(asked: Projected) -> npt.NDArray[Any] | None:
        question = asked.question
        if question.prices is None:
            return None
        sums = []
        for year, places in question.in_year.items():
            if year in (years or question.in_year):
                costs = question.prices(year)
                monthly = monthly_cost(asked.plan, costs, asked.force, asked.scenario)
                sums += [
                    of[places].sum(axis=0) for name, of in monthly.items() if part in ("", name)
                ]
        return np.asarray(np.sum(sums, axis=0))

    return Measure(values)


def _joiners(asked: Projected) -> npt.NDArray[Any]:
    until = asked.question.number + 1
    return np.asarray(asked.plan.path(asked.scenario).joiners[:until].sum(axis=0))


_OF_SERVICES = ("waiting", "wait_weeks", "within", "posts_needed")
"""What a comparison says about a service: its list and waits, or the posts that it needs."""


def _of_service(plan: ServicePlan, name: str) -> Measure:
    def values(asked: Projected) -> npt.NDArray[Any]:
        return plan.path(asked.scenario).values(name)[:, asked.question.number]

    return Measure(values)


def _in_words(plan: ServicePlan, name: str) -> Label:
    words, form = SERVICE_LABELS[name]
    return Label(f"{plan.service.label}, {words[0].lower()}{words[1:]}", form=form)


MEASURES: Mapping[str, Measure] = {
    **{f"stock_{stage}": _stock(stage) for stage in STAGE_LABELS},
    "cases": Measure(lambda asked: asked.at(asked.plan.cases)),
    "fte": Measure(lambda asked: asked.plan.path(asked.scenario).fte[asked.question.number]),
    "joiners": Measure(_joiners),
    "caseload": Measure(lambda asked: asked.plan.caseload(asked.scenario)[asked.question.number]),
    "unallocated": Measure(lambda asked: asked.at(asked.plan.unallocated)),
    "within_cap": Measure(
        lambda asked: (
            asked.plan.caseload(asked.scenario)[asked.question.number] <= asked.question.target.cap
        ),
        has_range=False,
    ),
    POSTS: Measure(_posts, "quantile"),
    "cost": _cost_of(),
}
"""Every measure of a comparison, in the order in which it is shown."""

MEASURE_LABELS: Mapping[str, str] = {name: label(name).full for name in MEASURES}
"""Each measure of a comparison in words."""
