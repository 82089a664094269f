"""The scenarios of the library side by side: stocks and caseloads, paired, and what moves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.authority.service import plan_outlook
from riskmodel.core.labels import STAGE_LABELS, label
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Picture, Tables
from riskmodel.scenarios.reading import LIBRARY
from riskmodel.workflows.experiments._common import frame, rows_of
from riskmodel.workflows.experiments._outlook import published_outlook, under

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ANALYSIS"]

_PLANS, CASELOAD = "child_protection_plan", "caseload"
_LABELS = {**STAGE_LABELS, CASELOAD: label(CASELOAD).full}


def measure(point: Point) -> Tables:
    """One scenario at the end of each March beside the baseline, and what makes the difference.

    Both have the same draws, so that a replicate's difference is what the scenario does to it.
    """
    name = point.settings["scenario"]
    years = [int(year) for year in point.settings["years"]]
    months = [f"{year}-03" for year in years]
    outlook = under(published_outlook(months[-1], point.settings["replicates"], point.seed), name)
    plan = plan_outlook(outlook)
    level = parameter("interval_level").value
    rows = []
    for year, month in zip(years, months, strict=True):
        place = outlook.projection.months.index(month)
        for stage in outlook.stages:
            mine, its = (
                outlook.projection.of("stock", each, stage)[:, place] for each in (name, BASELINE)
            )
            rows.append((stage, year, month, *_beside(mine, its, level)))
        load, before = (plan.caseload(each)[place] for each in (name, BASELINE))
        rows.append((CASELOAD, year, month, *_beside(load, before, level)))
    drivers = outlook.drivers()
    return {
        "compared": frame(_COMPARED, rows).assign(
            opening_month=outlook.projection.opening_month, level=level
        ),
        "drivers": drivers[drivers["scenario"] == name].reset_index(drop=True),
    }


_COMPARED = (
    "measure",
    "year",
    "month",
    "mean",
    "low",
    "high",
    "difference",
    "difference_low",
    "difference_high",
    "share_more",
)


def _beside(mine: npt.ArrayLike, its: npt.ArrayLike, level: float) -> tuple[float, ...]:
    """Mean and interval over the replicates, of a measure and of its paired difference."""
    value = np.asarray(mine, dtype=np.float64)
    paired = value - np.asarray(its, dtype=np.float64)
    ends = ((1 - level) / 2, (1 + level) / 2)
    found = [part for each in (value, paired) for part in (each.mean(), *np.quantile(each, ends))]
    return (*(float(part) for part in found), float((paired > 0).mean()))


def summarise(tables: Tables) -> Summary:
    """Everything of the baseline; of the others what they move, and each change that moves it."""
    compared, drivers = tables["compared"], tables["drivers"]
    results = [
        Result("replicates", int(compared["replicates"].iloc[0]), "courses", "assumed"),
        Result("level", 100 * float(compared["level"].iloc[0]), "percent", "assumed"),
        Result("opening_month", str(compared["opening_month"].iloc[0]), "month", "published"),
        Result("scenarios", int(compared["scenario"].nunique()) - 1, "scenarios", "assumed"),
    ]
    results += [
        _value(f"value/{BASELINE}/{row['measure']}/{row['year']}", row)
        for row in rows_of(compared, scenario=BASELINE).to_dict("records")
    ]
    for row in rows_of(drivers, scenario=BASELINE).to_dict("records"):
        name = f"course/{row['stage']}/{row['driver']}"
        results.append(Result(name, row["children"], "children", "projected"))
    last = int(compared["year"].max())
    for scenario, group in compared.groupby("scenario", sort=False):
        if scenario == BASELINE:
            continue
        parts = ["difference", "difference_low", "difference_high"]
        moved = [
            str(measured)
            for measured, of_it in group.groupby("measure", sort=False)
            if of_it[parts].ne(0).any(axis=None)
        ]
        results.append(Result(f"moves/{scenario}", len(moved), "measures", "projected"))
        for row in group[group["measure"].isin(moved)].to_dict("records"):
            place = f"{scenario}/{row['measure']}/{row['year']}"
            if row["year"] == last:
                results.append(_value(f"value/{place}", row))
            results.append(_difference(f"difference/{place}", row))
        results += list(_changes(rows_of(drivers, scenario=scenario), str(scenario), moved))
    return Summary(tuple(results))


def _value(name: str, row: Any) -> Result:
    ends = (float(row[part]) for part in ("mean", "low", "high"))
    value, low, high = ends
    how = "over the replicates"
    return Result(name, value, _unit(row), "projected", low, high, float(row["level"]), how)


def _difference(name: str, row: Any) -> Result:
    ends = (float(row[f"difference{part}"]) for part in ("", "_low", "_high"))
    value, low, high = ends
    how = "paired over the replicates"
    return Result(name, value, _unit(row), "projected", low, high, float(row["level"]), how)


def _unit(row: Any) -> str:
    return "cases a full-time worker" if row["measure"] == CASELOAD else "children"


def _changes(drivers: pd.DataFrame, scenario: str, moved: list[str]) -> Iterator[Result]:
    """Each change that moves a stock, alone; all together; and what is left between them."""
    for stage in (name for name in moved if name != CASELOAD):
        mine = rows_of(drivers, stage=stage)
        for row in mine.to_dict("records"):
            if row["children"] or row["driver"] in ("together", "remainder"):
                name = f"change/{scenario}/{stage}/{row['driver']}"
                yield Result(name, float(row["children"]), "children", "projected")


def answer(summary: Summary) -> str:
    """The baseline, the differences, and what they are made of."""
    years = list(
        dict.fromkeys(
            one.name.rpartition("/")[2] for one in summary.starting(f"value/{BASELINE}/{_PLANS}/")
        )
    )
    heads = " | ".join(f"March {year}" for year in years)
    lines = [
        f"{summary['scenarios'].text()} scenarios beside the baseline, from the same "
        f"{summary['replicates'].text()} draws: what differs is what the scenario changes and not "
        f"chance. Ranges hold {summary['level'].text()} percent of the courses.",
        "",
        f"| If nothing changes | {heads} |",
        f"|---|{'---|' * len(years)}",
    ]
    for measured, words in _LABELS.items():
        places = _places(measured)
        cells = [summary[f"value/{BASELINE}/{measured}/{year}"].both(places) for year in years]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    lines += [
        "",
        f"| Against the baseline | | {heads} |",
        f"|---|---|{'---|' * len(years)}",
    ]
    for scenario in _scenarios(summary):
        for measured in _moved(summary, scenario):
            cells = [
                _signed(summary[f"difference/{scenario}/{measured}/{year}"], measured)
                for year in years
            ]
            words = _LABELS[measured].casefold()
            lines.append(f"| `{scenario}` | {words} | {' | '.join(cells)} |")
    still = [name for name in _scenarios(summary) if not _moved(summary, name)]
    if still:
        named = ", ".join(f"`{name}`" for name in still)
        lines += [
            "",
            f"{named}: moves neither a stock nor the mean caseload, but what is aimed at, or how "
            "much work waits.",
        ]
    lines += ["", *_parts(summary, years[-1])]
    return "\n".join(lines)


def _parts(summary: Summary, year: str) -> list[str]:
    lines = [
        f"**What each change does by itself, expected children in March {year}.** The remainder "
        "is what changes do to each other; with it each line adds up.",
        "",
        "| Scenario | Stock | Change: children | Remainder | Together |",
        "|---|---|---|---|---|",
    ]
    for scenario in _scenarios(summary):
        for stage in (name for name in _moved(summary, scenario) if name != CASELOAD):
            place = f"change/{scenario}/{stage}"
            alone = [
                f"`{one.name.rpartition('/')[2]}`: {_plus(one.text())}"
                for one in summary.starting(f"{place}/")
                if not one.name.endswith(("/together", "/remainder"))
            ]
            cells = [
                f"`{scenario}`",
                _LABELS[stage].casefold(),
                "; ".join(alone) or "none by itself",
                *(_plus(summary[f"{place}/{part}"].text()) for part in ("remainder", "together")),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _scenarios(summary: Summary) -> list[str]:
    return [one.name.partition("/")[2] for one in summary.starting("moves/")]


def _moved(summary: Summary, scenario: str) -> list[str]:
    found = summary.starting(f"difference/{scenario}/")
    return list(dict.fromkeys(one.name.split("/")[2] for one in found))


def _signed(one: Result, measured: str) -> str:
    return _plus(one.both(_places(measured)))


def _places(measured: str) -> int:
    return 1 if measured == CASELOAD else 0


def _plus(text: str) -> str:
    is_nought = text.partition(" ")[0].strip("0.") == ""
    return text if text.startswith("-") or is_nought else f"+{text}"


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Differences in children on a plan, and in caseload, in the last year."""
    from riskmodel.report.charts import draw_ranges

    last = max(tables["compared"]["year"])
    drawn: dict[str, Picture] = {}
    for measured in (_PLANS, CASELOAD):
        rows = []
        for one in summary.starting("difference/"):
            _, scenario, of, year = one.name.split("/")
            if of == measured and int(year) == last:
                value, low, high = (float(part or 0) for part in (one.value, one.low, one.high))
                rows.append((scenario.replace("_", " ").capitalize(), value, low, high))
        if rows:
            across = f"{_LABELS[measured]} in March {last}, against the baseline"
            name = f"differences_{measured}"
            drawn[name] = draw_ranges(name, rows, across=across)
    return drawn


ANALYSIS = Analysis(
    "scenario-library",
    "What each scenario of the library does to stocks and caseloads, and which change does it",
    measure,
    summarise,
    answer,
    (
        "Stocks, starts and lengths calibrated to the published figures up to September 2015; the "
        "course ahead as ninety other authorities' histories teach it, up to March 2015. Nothing "
        "later is known to it. Caseloads: the printed teams, and a workforce that gives the "
        "printed caseloads. Projected.",
        "Assumed: the sizes of the scenarios' changes, each with its reason in the scenario's "
        "file (`riskmodel scenario show NAME`).",
    ),
    (
        "Which of them will happen, or how likely any is: a scenario is an if.",
        "That a change leads to the difference shown: starts and lengths are changed by as much "
        "as the scenario says, and everything else is left as it was.",
        "What caseload does to demand: no feedback is assumed here.",
    ),
    {
        "scenario": Option(BASELINE, "which of the library", allowed=LIBRARY),
        "years": Option((2016.0, 2018.0, 2020.0), "stocks at the end of March of these years"),
        "replicates": Option(2000, "courses drawn", quick=200, least=100, most=20_000),
    },
    figures=figures,
    needs={"scenario": (BASELINE,)},
)
