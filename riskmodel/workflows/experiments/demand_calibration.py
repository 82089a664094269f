"""Whether the calibration of a stage knows what it does not know: simulation-based calibration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.demand.calibration.checks import rank_uniformity, simulation_based_calibration
from riskmodel.parameters import parameter
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Picture, Tables

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ANALYSIS"]

_BINS = 8
_LEVELS = (50, 90)
_LARGEST_SEED = 2**63


def measure(point: Point) -> Tables:
    """Ranks of true values among the draws of one batch of simulated calibrations."""
    settings = point.settings
    seed = int(point.random().integers(_LARGEST_SEED))
    ranks = simulation_based_calibration(settings["repetitions"], seed, draws=settings["draws"])
    return {"ranks": ranks}


def summarise(tables: Tables) -> Summary:
    """Uniformity of each parameter's ranks, after Holm, and coverage of its intervals."""
    ranks = tables["ranks"].rename(columns={"repetition": "of_batch"})
    ranks = ranks.assign(
        repetition=ranks["batch"].astype(str) + "/" + ranks["of_batch"].astype(str)
    )
    tested = rank_uniformity(ranks, bins=_BINS)
    limit = 1 - parameter("interval_level").value
    order = tested["p_value"].to_numpy().argsort(kind="stable")
    holm = np.maximum.accumulate(tested["p_value"].to_numpy()[order] * np.arange(len(order), 0, -1))
    each = ranks.drop_duplicates("repetition")
    number = len(each)
    results = [
        Result("repetitions", number, "calibrations", "assumed"),
        Result("draws", int(ranks["draws"].iloc[0]), "draws", "assumed"),
        Result("bins", _BINS, "bins", "assumed"),
        Result("parameters", len(tested), "parameters", "assumed"),
        Result("error_rate", 100 * limit, "percent, of any false alarm", "assumed"),
        Result("not_uniform", int((holm < limit).sum()), "parameters", "assumed"),
        Result("smallest_p_holm", min(1.0, float(holm[0])), "probability", "assumed"),
        Result("least_uniform", str(tested["parameter"].iloc[order[0]]), "parameter", "assumed"),
        Result(
            "weights_heavy",
            100 * float((each["pareto_k"] > parameter("demand_pareto_k_limit").value).mean()),
            "percent of the calibrations",
            "assumed",
            method="Pareto k above its limit",
        ),
    ]
    for row in tested.to_dict("records"):
        results += list(_of_parameter(str(row["parameter"]), float(row["p_value"]), ranks))
    worst = [_worst(results, level) for level in _LEVELS]
    return Summary((*results, *worst))


def _of_parameter(name: str, p_value: float, ranks: pd.DataFrame) -> Iterator[Result]:
    mine = ranks.loc[ranks["parameter"] == name, "rank"].to_numpy()
    yield Result(f"p_value/{name}", p_value, "probability", "assumed", method="chi-square")
    for level in _LEVELS:
        inside = np.abs(mine - 0.5) <= level / 200
        share, error = float(inside.mean()), float(inside.std() / np.sqrt(len(inside)))
        yield Result(
            f"coverage/{level}/{name}",
            100 * share,
            "percent",
            "assumed",
            100 * (share - 1.96 * error),
            100 * (share + 1.96 * error),
            0.95,
            "normal, over the repetitions",
        )


def _worst(results: list[Result], level: int) -> Result:
    found = [one for one in results if one.name.startswith(f"coverage/{level}/")]
    ends = [float(one.value) for one in found]
    mean = sum(ends) / len(ends)
    how = "least and most over the parameters"
    return Result(f"all/{level}", mean, "percent", "assumed", min(ends), max(ends), 1.0, how)


def answer(summary: Summary) -> str:
    """Whether the ranks are uniform, and how often intervals hold the truth."""
    bad = summary["not_uniform"]
    verdict = (
        f"{bad.text()} of them depart from that" if bad.value else "By that test all of them are"
    )
    return "\n".join(
        [
            "**The calibration of demand.** Parameters drawn from the prior, six years of yearly "
            "figures simulated with them, and a calibration of the figures: repeated "
            f"{summary['repetitions'].text()} times, the ranks of the true values of "
            f"{summary['parameters'].text()} parameters must be spread evenly. {verdict} "
            f"(chi-square over {summary['bins'].text()} bins, Holm's correction, at most "
            f"{summary['error_rate'].text()} percent chance of any false alarm; the least even is "
            f"`{summary['least_uniform'].value}`, corrected p = "
            f"{summary['smallest_p_holm'].text(2)}). Of the calibrations "
            f"{summary['weights_heavy'].text(1)} percent had weights that the calibration itself "
            "warns of.",
            "",
            "| Interval of a parameter | Holds the truth, percent: mean (least to most) |",
            "|---|---|",
            *(f"| {level}% | {summary[f'all/{level}'].both(1)} |" for level in _LEVELS),
        ]
    )


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Coverage of the 90% intervals of each parameter."""
    from riskmodel.report.charts import draw_ranges

    level = _LEVELS[-1]
    rows = []
    for one in summary.starting(f"coverage/{level}/"):
        value, low, high = (float(part or 0) - level for part in (one.value, one.low, one.high))
        rows.append((one.name.rpartition("/")[2].replace("_", " ").capitalize(), value, low, high))
    across = f"Percentage points above {level}, with chance over the repetitions"
    return {"calibrated": draw_ranges("calibrated", rows, across=across)}


ANALYSIS = Analysis(
    "demand-calibration",
    "Whether the calibration of a stage is right on average: simulation-based calibration",
    measure,
    summarise,
    answer,
    (
        "Simulated: true values from the priors of child protection plans, figures from the "
        "model itself (Talts and others 2018). So it tests the arithmetic and the sampler, given "
        "that the model is right.",
    ),
    ("Whether the model is right of a real authority: that the backtest asks.",),
    {
        "batch": Option(0, "number of the batch; each has draws of its own", least=0),
        "repetitions": Option(128, "calibrations in a batch", quick=10, least=8),
        "draws": Option(1000, "draws of each calibration", least=100, most=100_000),
    },
    figures=figures,
)
