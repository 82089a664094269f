"""Whether the calibration of a stage knows what it does not know: simulation-based calibration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from riskmodel.core.lazy import pd
from riskmodel.demand.calibration.checks import rank_uniformity, simulation_based_calibration
from riskmodel.experiments import Analysis, Option, Picture, Point, Result, Summary, Tables
from riskmodel.parameters import parameter

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
        yield Result.within(
            f"coverage/{level}/{name}",
            (share, share - 1.96 * error, share + 1.96 * error),
            "percent",
            "assumed",
            0.95,
            "normal, over the repetitions",
            scale=100,
        )


def _worst(results: list[Result], level: int) -> Result:
    found = [one for one in results if one.name.startswith(f"coverage/{level}/")]
    ends = [float(one.value) for one in found]
    mean = sum(ends) / len(ends)
    how = "least and most over the parameters"
    return Result.within(
        f"all/{level}", (mean, min(ends), max(ends)), "percent", "assumed", 1.0, how
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


DEMAND_CALIBRATION = Analysis(
    "demand-calibration",
    "Whether the calibration of a stage is right on average: simulation-based calibration",
    measure,
    summarise,
    {
        "batch": Option(0, "number of the batch; each has draws of its own", least=0),
        "repetitions": Option(128, "calibrations in a batch", quick=10, least=8),
        "draws": Option(1000, "draws of each calibration", least=100, most=100_000),
    },
    figures=figures,
)
