"""The vicious circle in children who start and end, beside the formula for numbers at rest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.stepping import simulate_with_feedback
from riskmodel.experiments import Analysis, Option, Point, Result, Summary, Tables, frame
from riskmodel.parameters import parameter
from riskmodel.published import statement_interval

_MONTHS, _LAST = 144, 48
"""Long enough to come to rest at any elasticity that is allowed; the last years are counted."""
_STAGE = "child_protection_plan"


def measure(point: Point) -> Tables:
    """Stock after a lasting push to starts, over the stock before it, with the circle closed."""
    settings = point.settings
    elasticity, push = float(settings["elasticity"]), 1 + float(settings["push"]) / 100
    replicates = settings["replicates"]
    opening = float(statement_interval("children_on_plan_mid_2015").low)
    length = statement_interval("mean_plan_length_days").middle
    # Little's law: so many starts hold the opening stock at rest.
    starts = opening / length * DAYS_A_MONTH
    inputs = StageInputs(
        np.full((replicates, _MONTHS), push * starts),
        np.full(replicates, length),
        np.full(replicates, parameter("length_shape_prior_mean").value),
        np.full(replicates, round(opening)),
    )

    def circle(_month: int, stock: npt.NDArray[np.int32]) -> tuple[npt.ArrayLike, npt.ArrayLike]:
        return (np.maximum(stock, 1) / opening) ** elasticity, 1.0

    # One seed for every elasticity: they differ by the circle and not by chance.
    flows = simulate_with_feedback({_STAGE: inputs}, circle, seed=point.seed)[_STAGE]
    grown = flows.stock[:, -_LAST:].mean(axis=1) / opening
    error = float(grown.std(ddof=1) / np.sqrt(replicates))
    row = (float(grown.mean()), error, push ** (1 / (1 - elasticity)))
    return {"rest": frame(("grown", "error", "formula"), [row])}


def summarise(tables: Tables) -> Summary:
    """Growth in the simulation and by the formula, and how far they lie apart."""
    table = tables["rest"]
    results = [
        Result("simulated/push", float(table["push"].iloc[0]), "percent", "assumed"),
        Result("simulated/level", 95, "percent", "assumed"),
        Result("simulated/years", _MONTHS / 12, "years", "assumed"),
        Result("simulated/replicates", int(table["replicates"].iloc[0]), "courses", "assumed"),
    ]
    apart = []
    for row in table.to_dict("records"):
        place = f"simulated/elasticity-{row['elasticity']:g}"
        value, reach = 100 * (row["grown"] - 1), 196 * row["error"]
        formula = 100 * (row["formula"] - 1)
        apart.append(abs(value - formula))
        results += [
            Result(f"{place}/elasticity", row["elasticity"], "percent each percent", "assumed"),
            Result.within(
                f"{place}/growth",
                (value, value - reach, value + reach),
                "percent",
                "assumed",
                0.95,
                "normal, over the replicates",
            ),
            Result(f"{place}/formula", formula, "percent", "assumed"),
        ]
    results.append(Result("simulated/apart", max(apart), "percentage points", "assumed"))
    return Summary(tuple(results))


VICIOUS_CIRCLE_SIMULATED = Analysis(
    "vicious-circle-simulated",
    "The feedback from plans to plans in children who start and end, beside the formula",
    measure,
    summarise,
    {
        "elasticity": Option(
            0.0, "percent more plans for each percent more on a plan", least=0, most=0.6
        ),
        "push": Option(10.0, "lasting growth of starts from outside, percent", least=0, most=50),
        "replicates": Option(200, "courses drawn", least=20, most=10_000),
    },
)
