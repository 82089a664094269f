"""What riskmodel itself makes of a setting, for a page to be held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.placement_courses import placement_paths, unaccompanied_times
from riskmodel.authority.price import price_by_year
from riskmodel.authority.service import needed_by_simulation, plan_outlook
from riskmodel.caseload import CaseloadPlan, Target
from riskmodel.caseload.result import order_statistics
from riskmodel.caseload.scenario_workforce import workforces
from riskmodel.core.months import years_of
from riskmodel.demand.implied import expected_stock
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.simulation.changed import change_inputs
from riskmodel.levers import LEVERS
from riskmodel.placements.flows import Changes, levers_of
from riskmodel.placements.projecting import known_of
from riskmodel.placements.response import response_of
from riskmodel.placements.time import month_ends_after
from riskmodel.projection import BASELINE, Projection
from riskmodel.report.whatif.service import ENDS
from riskmodel.report.whatif.stored import chance, spread
from riskmodel.scenarios import Scenario
from riskmodel.scenarios.change import Change
from riskmodel.streams import stream

DEMAND = (
    *("starts.child_protection_plan", "starts.looked_after", "starts.child_in_need_plan"),
    *("length.child_protection_plan", "length.looked_after", "length.child_in_need_plan"),
    *("population_0_17", "conversion.referral_to_assessment"),
    *("conversion.conference_to_child_protection_plan", "diversion.early_help"),
    *("starts.unaccompanied_children",),
)
WORKFORCE = {
    "posts": (40, 120),
    "vacancy_rate": (0.02, 0.4),
    "turnover_rate": (0.02, 0.5),
    "hires_per_month": (0, 8),
    "recruitment_lag_months": (0, 8),
    "agency_fte": (0, 20),
    "sickness_rate": (0.01, 0.2),
    "newly_qualified_share": (0.05, 0.5),
    "specialist_share": (0.02, 0.3),
    "specialist_caseload": (6, 14),
    "specialist_length_multiplier": (0.6, 1.1),
}
_FIXED = ("workforce.recruitment_lag_months", "workforce.specialist_length_multiplier")


def random_settings(seed: int, number: int) -> Iterator[tuple[Scenario, Target]]:
    """Settings of one to five changes each, anything that a scenario can hold, and a question."""
    random = stream(seed, "what-if settings")
    for one in range(number):
        names = [f"workforce.{name}" for name in WORKFORCE] + list(DEMAND)
        chosen = random.choice(names, size=int(random.integers(1, 6)), replace=False)
        changes = tuple(_change(str(name), random) for name in chosen)
        month = int(random.integers(9, 36))
        by = f"{2024 + month // 12}-{month % 12 + 1:02d}"
        cap = float(random.integers(28, 60)) / 2
        target = Target(cap, by, float(random.choice([0.5, 0.65, 0.8, 0.9])))
        yield Scenario(f"random_{one}", "By chance.", changes), target


def _change(name: str, random: np.random.Generator) -> Change:
    first = int(random.integers(1, 14))
    last = None if random.random() < 0.5 else first + int(random.integers(0, 20))
    ramp = last is not None and bool(random.random() < 0.5) and name not in _FIXED
    values: dict[str, Any] = {"reason": "chance", "source": "assumed"}
    ranged = random.random() < 0.25
    if name.startswith("workforce."):
        low, high = WORKFORCE[name.removeprefix("workforce.")]
        value = float(np.round(low + (high - low) * random.random(), 3))
        value = float(round(value)) if "lag" in name else value
        takes = LEVERS[name].takes_range and not LEVERS[name].moves
        values["value"] = (0.8 * value, 1.2 * value) if ranged and takes else value
        if "length" in name:
            values["to"] = _instead("child_protection_plan", random)
    elif name == "diversion.early_help":
        value = 0.05 + 0.4 * float(random.random())
        values["value"] = (0.8 * value, 1.2 * value) if ranged else value
        values["to"] = _instead("child_protection_plan", random)
    else:
        value = float(np.round(0.6 + 0.8 * random.random(), 3))
        values["multiplier"] = (0.95 * value, 1.05 * value) if ranged else value
        stage = name.partition(".")[2] if name.startswith(("starts.", "length.")) else ""
        if name.startswith("conversion"):
            stage = "child_protection_plan"
        if name not in ("population_0_17", "starts.unaccompanied_children"):
            values["to"] = _instead(stage, random)
    return Change(name, first, last, ramp=ramp, **values)


def _instead(stage: str, random: np.random.Generator) -> dict[str, Any]:
    places = ["child_protection_plan", "looked_after", "child_in_need_plan", "early_help"]
    place = str(random.choice([one for one in places if one != stage]))
    if random.random() < 0.3:
        return {"closed": 1.0}
    share = float(np.round(0.1 + 0.6 * random.random(), 2))
    if random.random() < 0.2:
        return {place: (0.8 * share, 1.2 * share), "closed": 1 - share}
    return {place: share, "closed": round(1 - share, 2)}


PLACED = {
    "step_down": (0.2, 3.0), "reunification": (0.3, 2.0), "price": (0.7, 1.5),
    "own_carer_places": (0, 70), "own_home_beds": (0, 25),
}  # fmt: skip


def random_placements(seed: int, number: int) -> Iterator[Scenario]:
    """Settings of one to four changes each that move children between placements."""
    random = stream(seed, "what-if placements")
    demand = ("starts.looked_after", "length.looked_after", "starts.unaccompanied_children")
    for one in range(number):
        names = random.choice([*PLACED, *demand], size=int(random.integers(1, 5)), replace=False)
        yield Scenario(f"placed_{one}", "By chance.", tuple(_placed(str(n), random) for n in names))


def _placed(name: str, random: np.random.Generator) -> Change:
    if name not in PLACED:
        return _change(name, random)
    low, high = PLACED[name]
    first = int(random.integers(1, 20))
    last = None if random.random() < 0.5 else first + int(random.integers(0, 20))
    value = float(np.round(low + (high - low) * random.random(), 2))
    amount: dict[str, Any] = {"value" if name.startswith("own") else "multiplier": value}
    ramp = last is not None and bool(random.random() < 0.5)
    return Change(
        f"placements.{name}", first, last, ramp=ramp, reason="chance", source="assumed", **amount
    )


@dataclass
class PlacedAnswer:
    """Children by placement at the end of each month, and costs by year, in each simulation."""

    stock: np.ndarray
    costs: dict[str, np.ndarray]


def placed_answer(authority: Authority, outlook: Outlook, scenario: Scenario) -> PlacedAnswer:
    """What riskmodel expects of placements, each simulation by itself, with its own chance."""
    projection, seed = outlook.projection, outlook.seed
    sizes = {"months": len(projection.months), "replicates": projection.replicates, "seed": seed}
    placed = authority.placements(**sizes)
    assert placed.history is not None
    assert placed.budget is not None
    history = placed.history
    flows, months = placed.forecast.of(), len(projection.months)
    entries = flows.entries.sum(axis=2).astype(float)
    response = authority.once(
        ("response of placements", *sizes.values()),
        lambda: response_of(known_of(history), entries, seed),
    )
    levers = scenario.levers(projection.opening_month, months)
    paths = placement_paths(levers)
    price = paths.pop("price", np.ones(months))
    none = Changes.none(months)
    total = projection.of("stock", BASELINE, "looked_after")
    more: Any = expected(outlook, levers)["looked_after"] - total
    alone = unaccompanied_times(levers, outlook)
    base, _ = response.children(entries, none)
    times: Any = 1.0 if alone is None else alone
    _, came = response.children(entries, none, times, None if np.abs(more).max() < 1e-6 else more)
    apart = response.children(came, levers_of(paths, months), times)[0] - base
    stock = np.maximum(flows.stock.sum(axis=(3, 4)) + apart[:, 1:], 0)
    length = np.diff(month_ends_after(projection.opening_month, months))[:, None]
    days = flows.days + length * (apart[:, 1:] + apart[:, :-1]) / 2
    costs = {}
    for year, at in years_of(projection.months).items():
        held, whole = days[:, at], days[:, at].sum(axis=1, keepdims=True)
        # Fewer than nobody in a year is nobody; a month of it may owe another something.
        held = np.where(whole > 0, held, 0)
        children = held.sum(axis=1) / (365.25 * len(at) / 12)
        week = placed.budget.prices.drawn(year, children, seed)
        costs[year] = ((held * price[at][None, :, None]).sum(axis=1) * week / 7).sum(axis=1)
    return PlacedAnswer(stock, costs)


@dataclass
class Answer:
    """A setting worked out by Python, month by month the quantiles of ENDS."""

    stock: dict[str, np.ndarray]
    ends: dict[str, np.ndarray]
    load: np.ndarray
    cases: np.ndarray
    areas: dict[str, np.ndarray]
    fte: np.ndarray
    within: np.ndarray
    posts: np.ndarray
    costs: np.ndarray


def answer(authority: Authority, outlook: Outlook, scenario: Scenario, target: Target) -> Answer:
    """What riskmodel makes of a scenario.

    Children are taken as expected, with the chance that each simulation had in the baseline.

    Raises
    ------
    DataError
        When riskmodel refuses the scenario.
    """
    projection = outlook.projection
    levers = scenario.levers(projection.opening_month, len(projection.months))
    stock = expected(outlook, levers)
    whole = np.stack([np.rint(one).astype(np.int32) for one in stock.values()], axis=-1)[None]
    steps = np.diff(whole, axis=2, prepend=projection.opening[None, :, None, :])
    alone = Projection(
        projection.area, (scenario.name,), projection.stages, projection.opening_month,
        projection.opening, np.maximum(steps, 0), np.maximum(-steps, 0), whole, "",
    )  # fmt: skip
    beside = replace(
        outlook,
        projection=alone,
        levers={BASELINE: outlook.levers[BASELINE], scenario.name: levers},
    )
    structure, workforce = authority.structure, authority.workforce
    plan: CaseloadPlan = plan_outlook(beside, structure, workforce)
    needed = needed_by_simulation(
        beside, target, scenario=scenario.name, structure=structure, workforce=workforce
    )
    assert authority.prices is not None
    prices = price_by_year(
        plan, workforces(beside.levers, workforce, beside.draws), authority.prices.of
    )
    places = [1 + plan.quantiles.index(one) for one in ENDS]
    return Answer(
        stock,
        {name: np.quantile(one, ENDS, axis=0).T for name, one in stock.items()},
        order_statistics(plan.caseload(scenario.name).copy(), ENDS)[:, 1:],
        np.asarray(plan.cases),
        {
            unit.name: plan.statistics[0, place, 2][:, places]
            for place, unit in enumerate(plan.units)
            if unit.level == "area"
        },
        np.asarray(plan.path(scenario.name).fte),
        plan.probability_within(target.cap, scenario.name),
        np.sort(needed),
        prices.total(scenario.name)[["q05", "q50", "q95"]].to_numpy(),
    )


def drawn(outlook: Outlook, scenario: Scenario) -> dict[str, np.ndarray]:
    """Stocks of children who are simulated one by one."""
    projection = outlook.projection
    levers = scenario.levers(projection.opening_month, len(projection.months))
    made = outlook.simulate({scenario.name: levers})
    return {one: made.of("stock", scenario.name, one).astype(float) for one in made.stages}


def expected(outlook: Outlook, levers: Any) -> dict[str, np.ndarray]:
    """Stocks as the page has them, from riskmodel's own functions."""
    inputs, projection = outlook.inputs, outlook.projection
    changed = change_inputs(inputs, levers.drawn(outlook.seed, projection.replicates))
    found = {}
    for stage, after in changed.items():
        luck = chance(inputs[stage], projection.of("stock", BASELINE, stage))
        course = expected_stock(
            after.opening,
            after.rates,
            after.mean_days,
            after.shape,
            opening_survival=after.opening_survival,
        )
        found[stage] = np.maximum(course + luck * spread(after), 0.0)
    return found
