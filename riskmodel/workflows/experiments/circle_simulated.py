"""The vicious circle in children who start and end, beside the formula for numbers at rest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.stepping import simulate_with_feedback
from riskmodel.parameters import parameter
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import frame, middle, possible

__all__ = ["ANALYSIS"]

_MONTHS, _LAST = 144, 48
"""Long enough to come to rest at any elasticity that is allowed; the last years are counted."""
_STAGE = "child_protection_plan"


def measure(point: Point) -> Tables:
    """Stock after a lasting push to starts, over the stock before it, with the circle closed."""
    settings = point.settings
    elasticity, push = float(settings["elasticity"]), 1 + float(settings["push"]) / 100
    replicates = settings["replicates"]
    opening = float(possible("children_on_plan_mid_2015").low)
    length = middle(possible("mean_plan_length_days"))
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
            Result(
                f"{place}/growth",
                value,
                "percent",
                "assumed",
                value - reach,
                value + reach,
                0.95,
                "normal, over the replicates",
            ),
            Result(f"{place}/formula", formula, "percent", "assumed"),
        ]
    results.append(Result("simulated/apart", max(apart), "percentage points", "assumed"))
    return Summary(tuple(results))


def answer(summary: Summary) -> str:
    """The simulation beside the formula."""
    lines = [
        f"**The circle month by month.** The same in children who start and end, with a lasting "
        f"push of {summary['simulated/push'].text()} percent to starts, "
        f"{summary['simulated/years'].text()} years on and over "
        f"{summary['simulated/replicates'].text()} courses:",
        "",
        "| Elasticity | Growth simulated, percent (95% interval of the mean) | By the formula |",
        "|---|---|---|",
    ]
    for one in summary.starting("simulated/elasticity-"):
        place, _, part = one.name.rpartition("/")
        if part == "elasticity":
            grown, formula = summary[f"{place}/growth"], summary[f"{place}/formula"]
            lines.append(f"| {one.text(1)} | {grown.both(1)} | {formula.text(1)} |")
    lines += [
        "",
        f"They lie {summary['simulated/apart'].text(1)} percentage points apart at most.",
    ]
    return "\n".join(lines)


ANALYSIS = Analysis(
    "vicious-circle-simulated",
    "The feedback from plans to plans in children who start and end, beside the formula",
    measure,
    summarise,
    answer,
    (
        "Simulated: starts of plans rise with the number on a plan, month by month; lengths as "
        "printed. The formula for a push p at rest: p to the power of 1 / (1 - e).",
    ),
    ("Whether there is such a circle: the simulation closes it by assumption.",),
    {
        "elasticity": Option(
            0.0, "percent more plans for each percent more on a plan", least=0, most=0.6
        ),
        "push": Option(10.0, "lasting growth of starts from outside, percent", least=0, most=50),
        "replicates": Option(200, "courses drawn", least=20, most=10_000),
    },
)
