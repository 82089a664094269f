"""A folder whose projection is made up in a second, with everything that a page can show."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.authority.folder.authority import Authority, open_authority
from riskmodel.demand.durations.laws import DAYS_A_MONTH, equilibrium
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.simulating import simulate_scenarios
from riskmodel.levers import Levers
from riskmodel.placements.time import years_of
from riskmodel.projection import BASELINE
from riskmodel.report.sizes import Sizes
from riskmodel.streams import stream

HOSTILE = """</script><script>alert(1)</script> "quoted" 'name' & <b>bold</b>"""
SETTINGS = f"""
[about]
name = '''{HOSTILE}'''
date = 2023-12-31
[workforce]
posts = 66
agency = 2
[[prices]]
year = "2023/24"
post_per_year = 50000
agency_per_week = 1000
placement_per_week = 900
[[prices]]
year = "2024/25"
inflation = 0.1
"""
RETURN = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n1,2023-01-01,S,C2,N1,U4,PR1,,\n"
MONTHS = (
    "month,cpp_stock,cpp_starts,cpp_ends,lac_stock,lac_starts,lac_ends,"
    "cin_plan_stock,cin_plan_starts,cin_plan_ends\n"
    + "".join(
        f"2023-{month:02d},{400 + month},40,39,500,20,20,900,90,90\n" for month in range(1, 13)
    )
)
TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    f"one,<i>north</i>,family_support,212,180,300,0,30\n"
    f"two,{'south ' * 33},family_support,200,120,300,0,22\n"
    "far,north,other,0,200,300,0,\n"
)
SCENARIO = """
name = "early_and_shorter"
description = "<img src=x onerror=alert(2)> Early help grows, and plans are shorter."
[[change]]
parameter = "diversion.early_help"
from_month = 2
to_month = 9
ramp = true
value = [0.05, 0.2]
to = { child_in_need_plan = [0.3, 0.6], closed = 0.5, early_help = 0.05 }
reason = "a </script> reason"
source = "assumed"
[[change]]
parameter = "length.child_protection_plan"
from_month = 3
multiplier = 0.9
to = { child_in_need_plan = 0.5, closed = 0.5 }
reason = "shorter"
source = "assumed"
"""
LOOP = """
name = "loop"
description = "Caseload makes plans longer."
[[change]]
parameter = "feedback.caseload_to_length"
from_month = 1
value = 0.1
reason = "so"
source = "assumed"
"""
STAGES = {
    "child_protection_plan": (412, 330.0, 2.5),
    "looked_after": (500, 760.0, 1.0),
    "child_in_need_plan": (900, 300.0, 3.0),
}


class Calibrated:
    """As much of a calibration as a page asks for."""

    def __init__(self, inputs: StageInputs) -> None:
        self.inputs = inputs

    def of(self, name: str) -> np.ndarray:
        return np.asarray(getattr(self.inputs, name))


class Stage:
    """As much of a stage's outlook as a page asks for."""

    def __init__(self, inputs: StageInputs) -> None:
        self.inputs, self.calibration = inputs, Calibrated(inputs)


def made_up_folder(folder: Path, sizes: Sizes) -> Authority:
    """The folder, opened, with a projection that nothing was calibrated for."""
    for name, text in {
        "authority.toml": SETTINGS,
        "months.csv": MONTHS,
        "teams.csv": TEAMS,
        "scenarios/early.toml": SCENARIO,
        "scenarios/loop.toml": LOOP,
        "looked_after/episodes.csv": RETURN,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    authority = open_authority(folder)
    outlook = made_up_outlook(authority, sizes)
    authority._results["projection", *sizes.named().values()] = outlook
    authority._results["placements", *sizes.named().values()] = made_up_placements(outlook)
    return authority


def made_up_placements(outlook: Outlook) -> Any:
    """Placements whose cost for a child's day strays from simulation to simulation."""
    children = outlook.projection.of("stock", BASELINE, "looked_after")
    luck = np.exp(0.1 * stream(3, "made up/placements").standard_normal(len(children)))
    costs = {
        year: luck * children[:, places].mean(axis=1) * 900 * 52 * len(places) / 12
        for year, places in years_of(outlook.projection.months).items()
    }
    total = pd.DataFrame([{"price_per_week": 900.0, "currency": "GBP", "year": "2023/24"}])
    budget = SimpleNamespace(
        costs=costs, total=lambda: total, prices=SimpleNamespace(currency="GBP")
    )
    forecast = SimpleNamespace(children=lambda: children)
    return SimpleNamespace(forecast=forecast, budget=budget)


def made_up_outlook(authority: Authority, sizes: Sizes) -> Outlook:
    """A projection of three stages from made-up rates and durations."""
    inputs = {stage: _inputs(stage, sizes) for stage in STAGES}
    levers = {BASELINE: Levers.after("2023-12", sizes.months)}
    levers |= {
        one.name: one.levers("2023-12", sizes.months)
        for one in authority.scenarios
        if not any(name.startswith("feedback") for name in one.parameters)
    }
    source = authority.demand
    projection = simulate_scenarios(
        source.area, source.label, "2023-12", inputs, levers, sizes.seed, None, 1
    )
    stages = {stage: Stage(each) for stage, each in inputs.items()}
    return Outlook(source, stages, projection, levers, sizes.seed)  # type: ignore[arg-type]


def _inputs(stage: str, sizes: Sizes) -> StageInputs:
    number, days, factor = STAGES[stage]
    random, size = stream(sizes.seed, f"made up/{stage}"), (sizes.replicates, sizes.months)
    mean = days * np.exp(0.15 * random.standard_normal(sizes.replicates))
    shape = np.exp(0.3 * random.standard_normal(sizes.replicates))
    walk = np.cumsum(0.03 * random.standard_normal(size), axis=1)
    rates = number / mean[:, None] * DAYS_A_MONTH * np.exp(walk)
    at = DAYS_A_MONTH * np.arange(1, sizes.months + 1)
    left = 1 - equilibrium("gamma", at, 1.1 * mean[:, None], shape[:, None])
    opening = np.rint(number * np.exp(0.02 * random.standard_normal(sizes.replicates)))
    return StageInputs(
        rates,
        mean,
        shape,
        opening.astype(np.int64),
        overdispersion=np.asarray(factor),
        opening_survival=None if stage == "looked_after" else left,
    )
