"""The scenarios of the library side by side: stocks and caseloads, paired, and what moves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.authority.library import library_outlook
from riskmodel.authority.service import plan_outlook
from riskmodel.core.labels import STAGE_LABELS, label
from riskmodel.core.lazy import pd
from riskmodel.experiments import (
    Analysis,
    Option,
    Picture,
    Point,
    Result,
    Summary,
    Tables,
    frame,
    rows_of,
)
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE
from riskmodel.scenarios.reading import LIBRARY

_PLANS, CASELOAD = "child_protection_plan", "caseload"
LABELS = {**STAGE_LABELS, CASELOAD: label(CASELOAD).full}


def measure(point: Point) -> Tables:
    """One scenario at the end of each March beside the baseline, and what makes the difference.

    Both have the same draws, so that a replicate's difference is what the scenario does to it.
    """
    name = point.settings["scenario"]
    years = [int(year) for year in point.settings["years"]]
    months = [f"{year}-03" for year in years]
    outlook = library_outlook(name, months[-1], point.settings["replicates"], point.seed)
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
    return Result.within(
        name, (value, low, high), _unit(row), "projected", float(row["level"]), how
    )


def _difference(name: str, row: Any) -> Result:
    ends = (float(row[f"difference{part}"]) for part in ("", "_low", "_high"))
    value, low, high = ends
    how = "paired over the replicates"
    return Result.within(
        name, (value, low, high), _unit(row), "projected", float(row["level"]), how
    )


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


def alone(summary: Summary, place: str) -> str:
    """What each change of a scenario does to a stock by itself."""
    changes = [
        f"`{one.name.removeprefix(place)}`: {plus(one.text())}"
        for one in summary.starting(place)
        if not one.name.endswith(("/together", "/remainder"))
    ]
    return "; ".join(changes) or "none by itself"


def places(measured: str) -> int:
    """Decimals that a measure is printed with."""
    return 1 if measured == CASELOAD else 0


def plus(text: str) -> str:
    """A difference with its sign; nought has none."""
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
            across = f"{LABELS[measured]} in March {last}, against the baseline"
            name = f"differences_{measured}"
            drawn[name] = draw_ranges(name, rows, across=across)
    return drawn


SCENARIO_LIBRARY = Analysis(
    "scenario-library",
    "What each scenario of the library does to stocks and caseloads, and which change does it",
    measure,
    summarise,
    {
        "scenario": Option(BASELINE, "which of the library", allowed=LIBRARY),
        "years": Option((2016.0, 2018.0, 2020.0), "stocks at the end of March of these years"),
        "replicates": Option(2000, "courses drawn", quick=200, least=100, most=20_000),
    },
    figures=figures,
    needs={"scenario": (BASELINE,)},
)
