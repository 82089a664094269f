"""Scenarios compared with the first: differences with shared draws, and what each change does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.authority.attribution import attributed, each_alone, finite
from riskmodel.authority.measures import MEASURE_LABELS, POSTS, Question
from riskmodel.authority.placement_measures import CHILDREN, COST, NET, placement_measures
from riskmodel.authority.placements import Placements
from riskmodel.authority.price import COMPONENT_LABELS, without_price
from riskmodel.authority.service import needed_by_simulation, posts_outlook
from riskmodel.caseload import (
    CaseloadPlan,
    Structure,
    Target,
    UnitCosts,
    Workforce,
    published_caseloads,
    published_structure,
)
from riskmodel.caseload.scenario_workforce import workforces
from riskmodel.core.arrays import Floats
from riskmodel.core.labels import Label, label
from riskmodel.core.months import month_after, month_words
from riskmodel.core.result import Result, TextTable
from riskmodel.core.wording import chance_words
from riskmodel.demand.projecting import Outlook
from riskmodel.engines import Engine
from riskmodel.errors import UnknownNameError
from riskmodel.levers import Levers, lever_label
from riskmodel.parameters import parameter
from riskmodel.services.result import ServicePlan

__all__ = ["Comparison", "compare", "usual_target"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Result):
    """Scenarios compared with the first, at the end of one month.

    Parameters
    ----------
    scenarios
        Names, the first being what the others are compared with.
    month
        ``YYYY-MM``, at whose end all is counted; costs are those from the opening until then.
    target
        For posts needed, and the cap of the probability.
    level
        Of the intervals.
    differences
        A row for each scenario after the first and measure. Columns: scenario, against, measure,
        month, statistic, value, value_against, difference, low, high, level, spread_paired,
        spread_unpaired, basis. The statistic is ``mean``, or for posts the ``quantile`` at the
        target's probability. Low and high are the ends of the central range of the difference over
        the replicates, which share their random numbers. The two spreads are the standard deviation
        of the difference, and what it would be if nothing were shared.
    attribution
        A row for each scenario, measure and change. Columns: scenario, against, measure, month,
        change, difference, basis; against the baseline. Each change by itself, then ``together``,
        and ``remainder``, which is together less the sum of the single ones.
    currency
        Of the costs; empty without prices.
    feedback
        Whether caseloads affect demand (feedback).
    labels
        Labels of measures that differ by authority: those of services and placements.
    placed
        In how many of the simulations placements were followed; 0 if in none.
    not_priced
        What has no price, and so is in no cost, such as ``agency``.
    ended
        Scenarios whose changes all end before that month, with the last month that they change.
    """

    scenarios: tuple[str, ...]
    month: str
    target: Target
    level: float
    differences: pd.DataFrame
    attribution: pd.DataFrame
    currency: str = ""
    feedback: bool = False
    labels: Mapping[str, Label] = field(default_factory=dict)
    placed: int = 0
    not_priced: tuple[str, ...] = ()
    ended: Mapping[str, str] = field(default_factory=dict)

    def label(self, measure: str) -> Label:
        """A measure in words."""
        return self.labels.get(measure) or label(measure)

    @property
    def others(self) -> tuple[str, ...]:
        """Every scenario but the first."""
        return self.scenarios[1:]

    @property
    def of_placements(self) -> tuple[str, ...]:
        """Names of the measures of placements."""
        names = dict.fromkeys(self.differences["measure"])
        return tuple(name for name in names if name.startswith((CHILDREN, COST, NET)))

    def row(self, scenario: str, measure: str) -> dict[Any, Any]:
        """One row of the differences."""
        rows = self.differences
        chosen = rows[(rows["scenario"] == scenario) & (rows["measure"] == measure)]
        return dict(chosen.to_dict("records")[0])

    def left_out(self) -> str:
        """What the costs leave out; empty where they leave nothing out."""
        elsewhere = ("placements",) if self.of_placements else ()
        left = [COMPONENT_LABELS[name] for name in self.not_priced if name not in elsewhere]
        names = " and ".join(left)
        return names and f"Costs leave out {names}, for which no price is given."

    def over(self, named: Callable[[str], str] = str) -> tuple[str, ...]:
        """Of each scenario whose changes end before the month that they do, in a sentence.

        Parameters
        ----------
        named
            Gives the name of a scenario for a reader.
        """
        then = month_words(self.month)
        return tuple(
            f"“{named(name)}” ends in {month_words(last)}, before {then}: what differs then is "
            "only what it left behind."
            for name, last in self.ended.items()
        )

    def to_frame(self) -> pd.DataFrame:
        """The differences."""
        return self.differences

    def summary(self) -> str:
        """What is compared with what, and when."""
        return (
            f"{', '.join(self.scenarios[1:])} beside {self.scenarios[0]} at the end of "
            f"{self.month}, {self.level:.0%} ranges of paired simulations"
        )

    def preview(self) -> pd.DataFrame:
        """Each scenario's differences with their ranges."""
        return pd.DataFrame(
            {
                "scenario": row["scenario"],
                "at the end of the month": self.label(row["measure"]).full,
                "average": chance_words(row["value"])
                if row["measure"] == "within_cap"
                else self.label(row["measure"]).number(row["value"]),
                "difference": self.label(row["measure"]).number(row["difference"], signed=True),
                f"{self.level:.0%} range": " to ".join(
                    self.label(row["measure"]).number(row[end], signed=True)
                    for end in ("low", "high")
                    if row[end] is not None and row[end] == row[end]
                ),
                "basis": row["basis"],
            }
            for row in self.differences.to_dict("records")
        )

    def text_tables(self) -> Sequence[TextTable]:
        """The differences, and for the main measures what each change does by itself."""
        differences = TextTable(self.preview(), f"{self.month}, compared with {self.scenarios[0]}")
        chosen = self.attribution[self.attribution["measure"].isin(("caseload", "posts_needed"))]
        changes = pd.DataFrame(
            {
                "scenario": row["scenario"],
                "measure": MEASURE_LABELS[row["measure"]],
                "change": lever_label(row["change"]),
                "difference": label(row["measure"]).number(row["difference"], signed=True),
            }
            for row in chosen.to_dict("records")
        )
        title = "What each change does by itself, and all together, from the baseline"
        return differences, TextTable(changes, title)

    def remarks(self) -> Sequence[str]:
        """What the differences are based on, and how much chance is kept out of them."""
        loads = self.differences[self.differences["measure"] == "caseload"]
        moved = loads[loads["spread_paired"] > 0]
        said = [*self.over(), f"Basis: projected; {self.target}."]
        if len(moved):
            times = ((moved["spread_unpaired"] / moved["spread_paired"]) ** 2).min()
            said.append(
                "Scenarios share their random numbers: the variance of a difference in caseload is "
                f"at most 1/{times:,.0f} of what it would be otherwise."
            )
        if self.not_priced:
            said.append(self.left_out())
        if self.feedback:
            said.append(
                "With feedback on, all scenarios are simulated month by month, the one they are "
                "compared with too."
            )
        if self.placed:
            said.append(
                f"Placements are followed in {self.placed:,} of the simulations, the same in every "
                "scenario; what each change does by itself is not worked out for them."
            )
        said.append("A remainder belongs to several changes together, to none of them alone.")
        return (" ".join(filter(None, said)),)

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """What was compared, the differences and what each change does."""
        return {
            "scenarios": list(self.scenarios),
            "month": self.month,
            "cap": self.target.cap,
            "probability": self.target.probability,
            "not_priced": list(self.not_priced),
            "differences": records,
            "attribution": self.attribution.to_dict("records"),
        }


def usual_target(outlook: Outlook) -> Target:
    """The ambition of para 23, two years after the opening, with a probability of 80%."""
    ahead = min(24, len(outlook.projection.months))
    return Target(
        float(published_caseloads().ambition.reading),
        month_after(outlook.projection.opening_month, ahead),
        parameter("target_probability").value,
    )


def compare(  # noqa: PLR0913  each is a word of the question
    outlook: Outlook,
    plan_of: CaseloadPlan,
    scenarios: Sequence[str] | None = None,
    *,
    structure: Structure | None = None,
    workforce: Workforce | None = None,
    posts_workforce: Workforce | None = None,
    costs: UnitCosts | Callable[[str], UnitCosts] | None = None,
    target: Target | None = None,
    services: Sequence[ServicePlan] = (),
    placed: Placements | None = None,
    attribution: bool | Collection[str] = True,
    workers: int | Engine = 1,
) -> Comparison:
    """Differences from the first scenario in stocks, caseload, posts and cost, split by change.

    Parameters
    ----------
    outlook, plan_of
        Demand and caseloads of all of them.
    scenarios
        Names, the first being what the others are compared with; None takes all, the baseline
        first.
    structure, workforce, posts_workforce
        Those of the plan, and the workers in the simulations in which posts are counted; None takes
        the same.
    costs
        Prices, or what gives those of a financial year; without them there is no cost.
    target
        Cap, date and probability; differences are those at the end of its month. None takes
        :func:`usual_target`.
    services
        Plans of services around child protection under all scenarios, for the same months and
        simulations. For them, it is not worked out what each change of a scenario does by itself.
    placed
        Placements under all scenarios, see :func:`riskmodel.authority.placements.placements_under`;
        the same holds for them.
    attribution, workers
        Whether to simulate each change of each scenario by itself, or for which scenarios; and how
        many processes share that work.

    Raises
    ------
    UnknownNameError
        When there is no such scenario.
    DataError
        When the month is outside the projection.

    Notes
    -----
    The attribution simulates every change alone and all of them together, with the random numbers
    of the first replicates, up to 2,048. What all changes do together, less the sum of what each
    does alone, is the remainder; it belongs to no single change. Posts are counted in the
    simulations of :func:`riskmodel.authority.service.posts_outlook`.
    """
    names = tuple(outlook.levers) if scenarios is None else tuple(dict.fromkeys(scenarios))
    for name in names:
        if name not in outlook.levers:
            raise UnknownNameError("scenario", name, outlook.levers)
    aim = usual_target(outlook) if target is None else target
    number = plan_of.month_number(aim.by)
    prices = (lambda _: costs) if isinstance(costs, UnitCosts) else costs
    question = Question(
        published_structure() if structure is None else structure,
        prices,
        aim,
        number,
        outlook.seed,
        workforce,
        plan_of.months[: number + 1],
        tuple(services),
        further=placement_measures(placed),
    )
    chosen = {name: outlook.levers[name] for name in names}
    forces = workforces(chosen, workforce, outlook.draws)
    if isinstance(attribution, bool):
        attribution = names if attribution else ()
    parted = [name for name in names if name in attribution]
    measured = {
        name: question.measure(outlook.projection, plan_of, forces, outlook.levers, name)
        for name in names
    }
    alone = replace(question, services=(), further={})
    values = each_alone(outlook, alone, parted, workers)
    posted, force = posts_outlook(outlook, aim.by), posts_workforce or workforce
    if posted is not outlook:
        for name in names:
            measured[name][POSTS] = needed_by_simulation(
                posted, aim, scenario=name, structure=structure, workforce=force
            )
        of_posts = replace(alone, workforce=force, seed=posted.seed, only=(POSTS,))
        for name, posts in each_alone(posted, of_posts, parted, workers).items():
            values[name] |= posts
    return Comparison(
        names,
        aim.by,
        aim,
        parameter("needs_interval_level").value,
        _differences(question, measured),
        attributed(outlook, aim.by, parted, values),
        "" if prices is None else prices(next(iter(question.in_year))).currency,
        outlook.feedback is not None,
        question.labels,
        0 if placed is None else placed.forecast.simulations,
        () if prices is None else without_price(prices(year) for year in question.in_year),
        _ended(chosen, aim.by),
    )


def _ended(chosen: Mapping[str, Levers], by: str) -> dict[str, str]:
    """Scenarios that change nothing from before a month on, with the last month that they do."""
    acting = {name: levers.acting for name, levers in chosen.items()}
    return {name: months[-1] for name, months in acting.items() if months and months[-1] < by}


def _differences(question: Question, measured: Mapping[str, Mapping[str, Floats]]) -> pd.DataFrame:
    level = parameter("needs_interval_level").value
    first, *others = measured
    rows = []
    for name in others:
        for measure, values in measured[name].items():
            against = measured[first][measure]
            value, before = (question.typical(measure, each) for each in (values, against))
            with np.errstate(invalid="ignore"):
                paired = values - against
            sound = bool(np.isfinite(paired).all())
            low, high = (
                np.quantile(paired, ((1 - level) / 2, (1 + level) / 2))
                if sound and question.measures[measure].has_range
                else (None, None)
            )
            spreads = (
                (float(paired.std()), float(np.hypot(values.std(), against.std())))
                if sound
                else (None, None)
            )
            rows.append(
                {
                    "scenario": name,
                    "against": first,
                    "measure": measure,
                    "month": question.target.by,
                    "statistic": question.measures[measure].statistic,
                    "value": finite(value),
                    "value_against": finite(before),
                    "difference": finite(value - before if np.isfinite(before) else before),
                    "low": low,
                    "high": high,
                    "level": level,
                    "spread_paired": spreads[0],
                    "spread_unpaired": spreads[1],
                    "basis": "projected",
                }
            )
    return pd.DataFrame(rows, columns=pd.Index(_DIFFERENCES))


_DIFFERENCES = (
    *("scenario", "against", "measure", "month", "statistic", "value", "value_against"),
    *("difference", "low", "high", "level", "spread_paired", "spread_unpaired", "basis"),
)
