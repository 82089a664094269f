"""How often the intervals that the package prints hold the truth: exactly, or by simulation."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.parameters import parameter
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Picture, Tables
from riskmodel.workflows.experiments._common import frame
from riskmodel.workflows.experiments.coverage.trials import EXACT, RESAMPLES, SUBJECTS

__all__ = ["ANALYSIS", "SUBJECTS"]


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
            Result(
                f"coverage/{name}",
                float(coverage.mean()),
                "percent",
                "assumed",
                float(coverage.min()),
                float(coverage.max()),
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


def answer(summary: Summary) -> str:
    """The table of coverage, the low ones first in words."""
    level = float(summary["level"].value)
    low = [
        one
        for one in summary.starting("coverage/")
        if float(one.value) < level - float(summary["near"].value)
    ]
    lines = [
        f"Of {summary['intervals'].text()} kinds of interval that the package prints, "
        f"{summary['mean_below'].text()} hold the truth on average more than "
        f"{summary['near'].text(1)} percentage points less often than the "
        f"{summary['level'].text()} percent that they state"
        + (
            ": " + "; ".join(f"{_words(one)} ({one.text(1)} percent)" for one in low) + "."
            if low
            else "."
        ),
        "",
        "| Interval | Holds the truth, percent: mean (worst to best design) | How |",
        "|---|---|---|",
    ]
    lines += [
        f"| {_words(one)} | {one.both(1)} | {one.method.partition(',')[0]} |"
        for one in summary.starting("coverage/")
    ]
    lines += [
        "",
        f"The bootstrap is tried with {summary['resamples'].text()} resamples of each table: few "
        "enough for the ends of its intervals to be uncertain themselves. Of a factor whose counts "
        "are not printed, the shrunken interval takes the printed side of the cut for that of the "
        "true rate, and the spread of rates for known: where the side is that of a small count, "
        "the interval is narrower than it should be.",
    ]
    return "\n".join(lines)


def _words(one: Result) -> str:
    return one.name.partition("/")[2].replace("/", ", ").replace("-", " ")


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Coverage of each interval, mean and range over designs, as a distance from the level."""
    from riskmodel.report.charts import draw_ranges

    level = float(summary["level"].value)
    rows = []
    for one in summary.starting("coverage/"):
        middle, low, high = (float(part or 0) - level for part in (one.value, one.low, one.high))
        rows.append((_words(one).capitalize(), middle, low, high))
    across = "Percentage points above the stated level"
    return {"coverage": draw_ranges("coverage", rows, across=across)}


ANALYSIS = Analysis(
    "interval-coverage",
    "How often the intervals that the package prints hold the truth",
    measure,
    summarise,
    answer,
    (
        "Assumed: independent assessments, and for the adjusted measures a logistic model that is "
        "right. Proportions and counts from a sample are exact over every possible count; the "
        "others are simulated.",
    ),
    (
        "How intervals do where assessments of one family or worker go together: then all are too "
        "narrow.",
        "How they do where the model is wrong.",
        "How shrunken rates do where rates are not spread as a Beta.",
        "Bounds, such as those of factors of which only margins are known: they are no intervals "
        "of chance.",
    ),
    {
        "subject": Option("proportions", "which intervals", allowed=tuple(SUBJECTS)),
        "replicates": Option(4000, "tables simulated a design", quick=60, least=20),
    },
    figures=figures,
)
