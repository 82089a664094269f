"""How often the intervals that the package prints hold the truth: exactly, or by simulation."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.experiments import Analysis, Option, Picture, Point, Result, Summary, Tables, frame
from riskmodel.parameters import parameter

from .forecasts import FORECAST_COVERAGE, TRUTHS
from .ranks import DEMAND_CALIBRATION
from .trials import EXACT, RESAMPLES, SUBJECTS

__all__ = ["DEMAND_CALIBRATION", "FORECAST_COVERAGE", "INTERVAL_COVERAGE", "TRUTHS"]


def measure(point: Point) -> Tables:
    """Coverage of one subject's intervals."""
    subject = point.settings["subject"]
    rows = list(SUBJECTS[subject](point.random(), point.settings["replicates"]))
    table = frame(("interval", "design", "coverage", "mean_width"), rows)
    table["how"] = "exact" if subject in EXACT else "simulated"
    table["level"] = parameter("interval_level").value
    return {"coverage": table}


def summarise(tables: Tables) -> Summary:
    """Mean and worst coverage of each interval over its designs."""
    table = tables["coverage"]
    level = 100 * float(table["level"].iloc[0])
    results = [
        Result("level", level, "percent", "assumed"),
        Result("replicates", int(table["replicates"].max()), "tables", "assumed"),
        Result("resamples", RESAMPLES, "resamples", "assumed"),
    ]
    for interval, group in table.groupby("interval", sort=False):
        name = str(interval).replace(", ", "/").replace(" ", "-")
        method = f"{group['how'].iloc[0]}, {len(group)} designs"
        coverage = 100 * group["coverage"]
        results.append(
            Result.within(
                f"coverage/{name}",
                (float(coverage.mean()), float(coverage.min()), float(coverage.max())),
                "percent",
                "assumed",
                1.0,
                method,
            )
        )
    kinds = [one for one in results if one.name.startswith("coverage/")]
    low = [one for one in kinds if float(one.value) < level - _NEAR]
    results += [
        Result("intervals", len(kinds), "intervals", "assumed"),
        Result("mean_below", len(low), "intervals", "assumed"),
        Result("near", _NEAR, "percentage points", "assumed"),
    ]
    return Summary(tuple(results))


_NEAR = 1.5
"""Percentage points below the nominal level from which mean coverage is called low."""


def called_low(summary: Summary) -> list[Result]:
    """The kinds of interval whose mean coverage lies clearly below the level."""
    limit = float(summary["level"].value) - float(summary["near"].value)
    return [one for one in summary.starting("coverage/") if float(one.value) < limit]


def interval_label(one: Result) -> str:
    """The kind of an interval in words."""
    return one.name.partition("/")[2].replace("/", ", ").replace("-", " ")


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Coverage of each interval, mean and range over designs, as a distance from the level."""
    from riskmodel.report.charts import draw_ranges

    level = float(summary["level"].value)
    rows = []
    for one in summary.starting("coverage/"):
        middle, low, high = (float(part or 0) - level for part in (one.value, one.low, one.high))
        rows.append((interval_label(one).capitalize(), middle, low, high))
    across = "Percentage points above the stated level"
    return {"coverage": draw_ranges("coverage", rows, across=across)}


INTERVAL_COVERAGE = Analysis(
    "interval-coverage",
    "How often the intervals that the package prints hold the truth",
    measure,
    summarise,
    {
        "subject": Option("proportions", "which intervals", allowed=tuple(SUBJECTS)),
        "replicates": Option(4000, "tables simulated a design", quick=60, least=20),
    },
    figures=figures,
)
