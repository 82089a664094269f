"""Child protection conferences and reviews by month: children, meetings, chairs and rooms.

There is an initial conference before each plan, and some conferences lead to no plan. A plan is
reviewed within three months and then every six (Working Together to Safeguard Children 2015,
chapter 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result, range_text
from riskmodel.core.wording import count_of
from riskmodel.demand.durations.laws import DAYS_A_MONTH, equilibrium, survival
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.simulation.changed import change_inputs
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE, month_words

__all__ = ["KINDS", "Conferences", "conferences", "expected_reviews"]

PLAN = "child_protection_plan"
KINDS = ("initial", "first_review", "later_review")
"""Initial conferences, reviews at three months, and those every six months after that."""

_ASSUMED = (
    "conference_children_together",
    "conference_hours",
    "conference_chair_hours",
    "conference_hours_a_day",
    "conference_days_a_month",
    "conference_chair_hours_a_month",
)
_SHOWN = {
    "initial": "Children in an initial conference",
    "first_review": "Children in a review at three months",
    "later_review": "Children in a later review, every six months",
    "children": "Children in a conference or review",
    "meetings": "Meetings",
    "chairs": "Full-time chairs",
    "rooms": "Rooms in use all day",
    "overlapping": "Share of meetings at the time of another",
}
_FIRST, _EVERY = 3, 6
_OLDEST = 18 * 12


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conferences(Result):
    """Conferences and reviews of each scenario and month.

    Parameters
    ----------
    months
        ``YYYY-MM``.
    children
        By scenario and kind of conference, shape (replicate, month): expected children, given who
        starts and how long plans last.
    level
        Of the ranges.
    """

    months: tuple[str, ...]
    children: dict[str, dict[str, Floats]]
    level: float

    def all_children(self, scenario: str = BASELINE) -> Floats:
        """Children in a conference of any kind, shape (replicate, month)."""
        return np.asarray(np.sum(list(self.children[scenario].values()), axis=0))

    def to_frame(self) -> pd.DataFrame:
        """A row for each scenario, month and measure.

        Columns: scenario, month, measure, mean, low, high, level, basis. Measures: children by
        kind and ``children`` of all; ``meetings``; ``chairs`` and ``rooms`` that these take,
        full-time and in use all day; ``at_once``, meetings under way at any time of a working day;
        ``overlapping``, the share of meetings during which another one is held.
        """
        tails = ((1 - self.level) / 2, (1 + self.level) / 2)
        rows = []
        for scenario, kinds in self.children.items():
            whole = self.all_children(scenario)
            for measure, values in (*kinds.items(), *_workload(whole)):
                ends = np.quantile(values, tails, axis=0)
                rows += [
                    (scenario, month, measure, *numbers, self.level, "projected")
                    for month, *numbers in zip(self.months, values.mean(axis=0), *ends, strict=True)
                ]
        columns = ("scenario", "month", "measure", "mean", "low", "high", "level", "basis")
        return pd.DataFrame(rows, columns=pd.Index(columns))

    def preview(self) -> pd.DataFrame:
        """Children by kind, meetings, chairs, rooms and overlaps, each March and last month."""
        frame = self.to_frame()
        kept = frame["month"].str.endswith("-03") | (frame["month"] == self.months[-1])
        shown = frame[kept & frame["measure"].isin(_SHOWN)]
        forms = [".0%" if name == "overlapping" else ",.1f" for name in shown["measure"]]
        return pd.DataFrame(
            {
                "scenario": shown["scenario"],
                "month": shown["month"],
                "what a month takes": shown["measure"].map(_SHOWN),
                "mean": list(map(format, shown["mean"], forms)),
                f"{self.level:.0%} range": list(
                    map(range_text, shown["low"], shown["high"], forms)
                ),
            }
        )

    def remarks(self) -> Sequence[str]:
        """The basis, the unit, and what is assumed."""
        simulations = len(next(iter(self.children[BASELINE].values())))
        assumed = "; ".join(
            f"{name.replace('_', ' ')}: {parameter(name).printed} ({parameter(name).unit})"
            for name in ("conferences_that_lead_to_a_plan", *_ASSUMED)
        )
        return (
            f"Basis: projected, from {count_of(simulations, 'simulation')}. A child is counted "
            "once for each conference or review in the month; children of one family share a "
            f"meeting. Assumed: {assumed}.",
        )

    def summary(self) -> str:
        """What conferences take in the last year, in a sentence or two for each scenario."""
        sentences = []
        for scenario in self.children:
            year = self.all_children(scenario)[:, -12:]
            low, high = np.quantile(year.mean(axis=1), ((1 - self.level) / 2, (1 + self.level) / 2))
            work = {name: float(values.mean()) for name, values in _workload(year)}
            initial, first, later = (
                float(self.children[scenario][kind][:, -12:].mean()) for kind in KINDS
            )
            sentences.append(
                f"In the year to the end of {month_words(self.months[-1])}, {scenario}: "
                f"{year.mean():.0f} children a month have a conference or review "
                f"({self.level:.0%} range: {low:.0f} to {high:.0f}): {initial:.0f} an initial "
                f"one, {first:.0f} a review at three months, {later:.0f} one of those every six "
                f"months after. These are {work['meetings']:.0f} meetings, which take "
                f"{work['chairs']:.1f} full-time chairs and {work['rooms']:.1f} rooms in use all "
                f"day; during {work['overlapping']:.0%} of them another one is held, which nobody "
                "can attend as well."
            )
        return " ".join(sentences)


def conferences(outlook: Outlook) -> Conferences:
    """Conferences and reviews of every scenario of a projection.

    Parameters
    ----------
    outlook
        With child protection plans.

    Raises
    ------
    DataError
        When the projection holds no plans.

    Notes
    -----
    Exact expectations, given each simulation's starts and how long its plans last. The plans open
    at the beginning are as old as in a steady state.
    """
    projection = outlook.projection
    if PLAN not in projection.stages:
        raise DataError(f"conferences need {PLAN}; the projection holds {projection.stages}")
    leads = parameter("conferences_that_lead_to_a_plan").value
    made = {}
    for scenario, levers in outlook.levers.items():
        drawn = levers.drawn(outlook.seed, projection.replicates)
        inputs = change_inputs(outlook.inputs, drawn)[PLAN]
        starts = projection.of("starts", scenario, PLAN).astype(np.float64)
        first, later = expected_reviews(inputs, starts)
        made[scenario] = dict(zip(KINDS, (starts / leads, first, later), strict=True))
    return Conferences(projection.months, made, parameter("needs_interval_level").value)


def expected_reviews(inputs: StageInputs, starts: Floats) -> tuple[Floats, Floats]:
    """First and later reviews in each month, given the starts, each of shape (replicate, month).

    Parameters
    ----------
    inputs
        Of child protection plans: durations, and the children there at first.
    starts
        In each month, shape (replicate, month).

    Notes
    -----
    Starts are uniform within their month, so a review a months later falls within the a-th month
    after, if the plan lasts that long: starts × S(a). A child on a plan at the opening is reviewed
    in month t if its plan then has the age of a review. With ages as in a steady state, the share
    reviewed of those still there is S(a) × month / ∫ S from t on, summed over the ages a above t.
    """
    mean, shape, family = inputs.mean_days, inputs.shape, inputs.family
    first, later = np.zeros_like(starts), np.zeros_like(starts)
    months = starts.shape[1]
    for age in _ages(months):
        of_start = mean[:, : months - age] if mean.ndim == 2 else mean[:, None]
        lasting = survival(family, age * DAYS_A_MONTH, of_start, shape[:, None])
        (first if age == _FIRST else later)[:, age:] += starts[:, : months - age] * lasting
    level = mean[:, 0] if mean.ndim == 2 else mean
    slower = _than_steady(inputs, level, months)
    for age in _ages(_OLDEST):
        lasting = survival(family, age * DAYS_A_MONTH, level, shape) * DAYS_A_MONTH / level
        still = min(age, months)
        reviewed = (inputs.opening * lasting)[:, None] * slower[:, :still]
        (first if age == _FIRST else later)[:, :still] += reviewed
    return first, later


def _than_steady(inputs: StageInputs, mean: Floats, months: int) -> Floats:
    """Opening children still there in each month, over those of a steady state."""
    if inputs.opening_survival is None:
        return np.ones((inputs.replicates, months))
    ends = np.arange(months + 1) * DAYS_A_MONTH
    steady = 1 - equilibrium(inputs.family, ends, mean[:, None], inputs.shape[:, None])
    left = np.concatenate([np.ones((inputs.replicates, 1)), inputs.opening_survival], axis=1)
    middle = np.maximum(steady[:, 1:] + steady[:, :-1], np.finfo(np.float64).tiny)
    return np.asarray((left[:, 1:] + left[:, :-1]) / middle)


def _ages(months: int) -> Iterator[int]:
    """Months after a start in which a plan is reviewed."""
    return iter(range(_FIRST, months, _EVERY))


def _workload(children: Floats) -> Iterator[tuple[str, Floats]]:
    """All children, their meetings, and what these take, each of the children's shape."""
    together, hours, chairing, day, days, chair = (parameter(name).value for name in _ASSUMED)
    meetings = children / together
    at_once = meetings * hours / (day * days)
    yield "children", children
    yield "meetings", meetings
    yield "chairs", meetings * chairing / chair
    yield "rooms", at_once
    yield "at_once", at_once
    # Begun at random: another one overlaps that begins within a meeting's length of it.
    yield "overlapping", 1 - np.exp(-2 * at_once)
