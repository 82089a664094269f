"""A folder whose projection is made up in a second, with everything that a page can show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from riskmodel.authority.folder.authority import Authority, open_authority
from riskmodel.authority.placements import Placements, folder_history
from riskmodel.demand.durations.laws import DAYS_A_MONTH, equilibrium
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.simulating import simulate_scenarios
from riskmodel.levers import Levers
from riskmodel.placements.budget import budgeted
from riskmodel.placements.prices import PlacementPrice, PlacementPrices
from riskmodel.placements.projecting import Course, known_of, project_known
from riskmodel.projection import BASELINE
from riskmodel.report.sizes import Sizes
from riskmodel.streams import stream

HOSTILE = """</script><script>alert(1)</script> "quoted" 'name' & <b>bold</b>"""
SETTINGS = f"""
[about]
name = '''{HOSTILE}'''
date = 2023-12-31
records_from = "2021-01"
records_to = "2023-12"
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
FEWER = """
name = "fewer_plans"
description = "Fewer plans start."
[[change]]
parameter = "starts.child_protection_plan"
from_month = 1
multiplier = [0.8, 0.9]
to = { closed = 1.0 }
reason = "so"
source = "assumed"
"""
EITHER = """
name = "either"
description = "Nobody knows which."
[variants]
"early_and_shorter.toml" = 0.4
"fewer_plans.toml" = 0.6
[[change]]
parameter = "workforce.posts"
from_month = 1
value = 80
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
        "scenarios/early_and_shorter.toml": SCENARIO,
        "scenarios/loop.toml": LOOP,
        "scenarios/fewer_plans.toml": FEWER,
        "scenarios/either.toml": EITHER,
        **made_up_return(),
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    authority = open_authority(folder)
    outlook = made_up_outlook(authority, sizes)
    authority._results["projection", *sizes.named().values()] = outlook
    authority._results["placements", *sizes.named().values()] = made_up_placements(
        authority, outlook, sizes
    )
    return authority


def made_up_placements(authority: Authority, outlook: Outlook, sizes: Sizes) -> Placements:
    """Placements of the children of a return, whose total is that of the projection."""
    history = folder_history(authority)
    assert history is not None
    total = outlook.projection.of("stock", BASELINE, "looked_after").astype(np.int64)
    forecast = project_known(
        known_of(history), {BASELINE: Course(total)}, months=sizes.months,
        simulations=sizes.replicates, seed=sizes.seed,
    )  # fmt: skip
    prices = PlacementPrices("2023/24", {
        "own_fostering": PlacementPrice(450, 0.2),
        "agency_fostering": PlacementPrice(900, 0.2, 0.03),
        "own_residential": PlacementPrice(3200, 0.2),
        "private_residential": PlacementPrice(4500, 0.4, 0.06),
    })  # fmt: skip
    budget = budgeted(forecast, prices, seed=sizes.seed)
    return Placements(history, forecast, budget, frozenset({"adoption"}))


def _episodes(number: int = 520) -> Iterator[tuple[str, str]]:
    """Rows of episodes and of children: who is there for a while, and who has moved once."""
    random, end = stream(5, "made up/return"), np.datetime64("2024-01-01")
    kinds = [
        ("U4", "PR1"),
        ("U4", "PR4"),
        ("K2", "PR4"),
        ("U1", "PR1"),
        ("H5", "PR4"),
        ("A3", "PR1"),
    ]
    for child in range(2 * number):
        place = kinds[int(random.choice(6, p=[0.36, 0.3, 0.13, 0.14, 0.06, 0.01]))]
        start = end - np.timedelta64(int(random.integers(0, 1460)), "D")
        over = start + np.timedelta64(int(random.exponential(800)) + 2, "D")
        age = 16.2 if place[0] == "H5" else float(random.uniform(0.2, 14))
        left = over < end
        halfway = start + (min(over, end) - start) // 2
        row = f"{child},{{}},{{}},C2,N1,{{}},{{}},{{}},{{}},"
        if place[0] == "K2" and child % 2 and halfway > start:
            yield (
                row.format(halfway, "P", "U4", "PR1", over if left else "", "E4A" if left else ""),
                "",
            )
            over, why = halfway, "X1"
        else:
            why = "E4A" if left else ""
        born = start - np.timedelta64(int(age * 365.25), "D")
        yield row.format(start, "S", *place, over if why else "", why), f"{child},1,{born},WBRI"


def made_up_return() -> dict[str, str]:
    """Episodes and children, as the files of a return."""
    rows = list(_episodes())
    head = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE"
    return {
        "looked_after/episodes.csv": "\n".join([head, *(one for one, _ in rows)]) + "\n",
        "looked_after/header.csv": "\n".join(
            ["CHILD,SEX,DOB,ETHNIC", *(each for _, each in rows if each)]) + "\n",
    }  # fmt: skip


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
