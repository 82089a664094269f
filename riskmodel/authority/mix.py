"""Mixes of posts, shorter plans and early help that keep to a cap in projected replicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from riskmodel.authority.service import posts_outlook
from riskmodel.caseload import (
    LeverCosts,
    LeverGrid,
    LeverSearch,
    Structure,
    Target,
    Workforce,
    draw_allocation,
    frontier,
    published_structure,
    search,
    simulate_workforce,
    workforce_draws,
)
from riskmodel.caseload import Levers as Mixed
from riskmodel.caseload.mixes import LeverPoint
from riskmodel.caseload.planning import check_month, service_cases
from riskmodel.caseload.scenario_workforce import recruiting, workforce_of
from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result
from riskmodel.demand.projecting import Outlook
from riskmodel.levers import Levers
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE

__all__ = ["PROBABILITIES", "Mix", "find_mix", "mix_response"]

PROBABILITIES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Probabilities for which the price of certainty is worked out."""

_LENGTH, _DIVERSION = "length.child_protection_plan", "diversion.early_help"


@dataclass(frozen=True, slots=True, repr=False)
class Mix(Result):
    """Mixes of levers that keep to a cap.

    Parameters
    ----------
    found
        Fewest posts at each step of the other levers; without prices, its costs are numbers of
        posts.
    certainty
        The cheapest mix for each probability of :data:`PROBABILITIES` that some mix reaches;
        without prices the one with the fewest posts.
    priced
        Whether the user gave prices.
    """

    found: LeverSearch
    certainty: tuple[LeverPoint, ...]
    priced: bool

    def to_frame(self) -> pd.DataFrame:
        """A row for each mix; cost, currency and the cheapest one only with prices."""
        frame = self.found.to_frame()
        if self.priced:
            return frame
        return frame.drop(columns=["cost", "currency", "best"])

    def summary(self) -> str:
        """The result in a sentence."""
        if self.priced:
            return self.found.summary()
        return f"{self.found.best.levers} for {self.found.target} (no prices; projected)"


def find_mix(
    outlook: Outlook,
    target: Target,
    *,
    scenario: str = BASELINE,
    structure: Structure | None = None,
    workforce: Workforce | None = None,
    costs: LeverCosts | None = None,
    grid: LeverGrid | None = None,
) -> Mix:
    """Fewest posts at each step of shorter plans and early help, and what each mix costs.

    Parameters
    ----------
    outlook, structure, workforce
        Demand, teams and the baseline's workers.
    target
        Cap, date and probability.
    scenario
        The scenario whose demand and workforce are used.
    costs
        Prices of the levers, from the user; None counts posts instead.
    grid
        Steps; None takes the parameters ``mix_shorter_plans_steps`` and ``mix_diversion_steps``.

    Raises
    ------
    DataError
        When no mix meets the target, or its month is outside the projection.
    """
    steps = grid or LeverGrid(
        parameter("mix_shorter_plans_steps").numbers, parameter("mix_diversion_steps").numbers
    )
    prices = LeverCosts(1.0, 0.0, 0.0, "posts") if costs is None else costs
    outlook = posts_outlook(outlook, target.by)
    response = mix_response(
        outlook, target.by, scenario=scenario, structure=structure, workforce=workforce
    )
    found = search(response, prices, steps, target)
    _ = found.best  # says so where there is none
    certainty = frontier(response, prices, steps, target, PROBABILITIES)
    return Mix(found, certainty, costs is not None)


def mix_response(
    outlook: Outlook,
    by: str,
    *,
    scenario: str = BASELINE,
    structure: Structure | None = None,
    workforce: Workforce | None = None,
) -> Callable[[Mixed, float], float]:
    """The caseload at the end of a month that is not exceeded with a probability, given a mix.

    Notes
    -----
    Shorter plans and early help act on plans that begin from the first month on, in addition to the
    scenario. Posts are in place from the first month, and every vacancy finds a candidate. All
    mixes have the same random numbers, and each pair of the other two levers is simulated once.
    What the scenario assumes with a range or in variants is drawn in each simulation, as
    everywhere.
    """
    teams = published_structure() if structure is None else structure
    levers = outlook.levers[scenario].drawn(*outlook.draws)
    number = check_month(outlook.projection, by)
    replicates = outlook.projection.replicates
    allocation = draw_allocation(teams, outlook.seed, replicates)
    luck = workforce_draws(outlook.seed, replicates, number + 1)
    opening = allocation.workers[teams.is_family_support].sum(axis=0)
    usual = workforce_of(Levers.none(levers.months), workforce)
    force = recruiting(levers, workforce_of(levers, workforce, outlook.draws), outlook.draws)
    share = force.monthly("specialist_share", number + 1)[-1]
    each = force.monthly("specialist_caseload", number + 1)[-1]
    held: dict[tuple[float, float], Floats] = {}
    at_work: dict[int, Floats] = {}

    def cases(shorter: float, diversion: float) -> Floats:
        key = (shorter, diversion)
        if key not in held:
            mixed = {"mix": _with(levers, shorter, diversion)}
            projection = outlook.simulate(mixed)
            held[key] = service_cases(projection, teams, allocation, "mix")[number].astype(float)
        return held[key]

    def workers(posts: int) -> Floats:
        if posts not in at_work:
            given = np.full(replicates, float(posts))
            path = simulate_workforce(force, opening, luck, posts=given, baseline=usual)
            at_work[posts] = path.fte[-1]
        return at_work[posts]

    def response(mix: Mixed, probability: float) -> float:
        there = cases(mix.shorter_plans, mix.diversion)
        fte = np.maximum(workers(mix.posts) - there * share / each, 0.0)
        left = there * (1 - share)
        loads = np.divide(left, fte, out=np.where(left > 0, np.inf, 0.0), where=fte > 0)
        place = int(np.ceil(probability * replicates - 1e-9)) - 1
        return float(np.sort(loads)[min(max(place, 0), replicates - 1)])

    return response


def _with(levers: Levers, shorter: float, diversion: float) -> Levers:
    """A scenario's levers with a mix on top of them."""
    made = levers
    if shorter:
        path = levers.path(_LENGTH)
        to = path.to or (("closed", 1.0),)
        path = replace(path, multiplier=path.multiplier * (1 - shorter), to=to)
        made = replace(made, paths=(*made.without(_LENGTH).paths, path))
    if diversion:
        before = levers.apply(_DIVERSION, np.zeros(len(levers.months)))
        path = replace(
            levers.path(_DIVERSION),
            value=1 - (1 - before) * (1 - diversion),
            weight=np.ones(len(levers.months)),
            multiplier=np.ones(len(levers.months)),
        )
        made = replace(made, paths=(*made.without(_DIVERSION).paths, path))
    return made
