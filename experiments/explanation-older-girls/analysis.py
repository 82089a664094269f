"""Paras 7 and 51: what children over ten, girls, and girls over ten carry of the growth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodel.estimates import Basis, Interval
from riskmodel.experiments import Analysis, Option, Point, Result, Summary, Tables, frame, rows_of
from riskmodel.explanations import (
    GroupGrowth,
    extremes,
    group_growth,
    joint_growth_bounds,
    share_that_averages,
)
from riskmodel.published import load_table, statement_interval

_INDEX = 100
"""The rows of the age table other than 0 to 4 read as index values with 2011 = 100 (the audit)."""


def measure(point: Point) -> Tables:
    """Shares of the growth by age and by gender, and bounds for girls over ten."""
    total = _total(point.settings["total"])
    age = {
        "over": statement_interval("plan_growth_over_10_percent") / 100,
        "under": statement_interval("plan_growth_under_10_percent") / 100,
        "share_under": statement_interval("children_on_plan_under_10_percent") / 100,
    }
    gender = {
        "girls": _by("growth_by_gender", "Female") / 100,
        "boys": _by("growth_by_gender", "Male") / 100,
        "total": total,
    }
    rows = []
    for group, part, formula, inputs in (
        ("over 10", "share_before", lambda **v: _older(**v).share_before, age),
        ("over 10", "share_after", lambda **v: _older(**v).share_after, age),
        ("over 10", "share_of_growth", lambda **v: _older(**v).share_of_growth, age),
        ("over 10", "total_growth", lambda **v: _older(**v).total_growth, age),
        ("over 10", "faster_growth", _faster, age),
        ("girls", "share_before", lambda **v: _girls(**v).share_before, gender),
        ("girls", "share_after", lambda **v: _girls(**v).share_after, gender),
        ("girls", "share_of_growth", lambda **v: _girls(**v).share_of_growth, gender),
    ):
        middles = {name: each.middle for name, each in inputs.items()}
        rows.append((group, part, formula(**middles), *extremes(formula, inputs)))
    rows.append(("girls over 10", "share_of_growth", *_both(age, gender)))
    return {
        "shares": frame(("group", "part", "value", "low", "high"), rows),
        "age_table": frame(("age", "printed", "reading", "growth_percent"), _age_table()),
    }


def _older(over: float, under: float, share_under: float) -> GroupGrowth:
    shares = {"over": 1 - share_under, "under": share_under}
    return group_growth(shares, {"over": over, "under": under})["over"]


def _girls(girls: float, boys: float, total: float) -> GroupGrowth:
    before = share_that_averages(girls, boys, total)
    after = before * (1 + girls) / (1 + total)
    return GroupGrowth(before, after, girls, before * girls / total, total)


def _faster(over: float, under: float, share_under: float) -> float:
    """The share of the growth that is because the older grew faster than the younger."""
    total = _older(over, under, share_under).total_growth
    return (total - under) / total


def _both(age: dict[str, Interval], gender: dict[str, Interval]) -> tuple[float, float, float]:
    """Share of the growth of girls over ten: if age and gender are independent, and its bounds."""
    older = _older(**{name: each.middle for name, each in age.items()})
    girls = _girls(**{name: each.middle for name, each in gender.items()})
    total = (older.total_growth + girls.total_growth) / 2
    after = older.share_after * girls.share_after * (1 + total)
    independent = (after - older.share_before * girls.share_before) / total
    inputs = {**age, **gender}

    def end(position: int, **values: float) -> float:
        one = _older(values["over"], values["under"], values["share_under"])
        other = _girls(values["girls"], values["boys"], values["total"])
        return joint_growth_bounds(one, other)[position]

    low, _ = extremes(lambda **values: end(0, **values), inputs)
    _, high = extremes(lambda **values: end(1, **values), inputs)
    return independent, low, high


def _total(reading: str) -> Interval:
    """Growth of all children on a plan, 2011 to 2015, as a proportion."""
    if reading == "age-table":
        return (_by("growth_by_age", "Total") - _INDEX) / 100
    first = statement_interval("plan_growth_oxfordshire_2011_2014_percent") / 100 + 1
    return first * (statement_interval("plan_growth_oxfordshire_2014_15_percent") / 100 + 1) - 1


def _by(table: str, row: str) -> Interval:
    return load_table(table).figure(row).interval


def _age_table() -> list[tuple[str, str, str, float]]:
    table = load_table("growth_by_age")
    rows = []
    for row in table.keys:
        figure = table.figure(row)
        is_index = row != "0 to 4"
        growth = figure.interval.middle - (_INDEX if is_index else 0)
        rows.append((row, figure.printed, "index" if is_index else "growth", growth))
    return rows


def summarise(tables: Tables) -> Summary:
    """Shares in percent under both totals, and the repaired table."""
    table = tables["shares"]
    results = []
    for row in table.to_dict("records"):
        name = f"{row['total']}/{row['group'].replace(' ', '-')}/{row['part']}"
        results.append(_percent(name, row))
    results += [
        Result(
            f"age/{row['age'].replace(' ', '-').lower()}",
            row["growth_percent"],
            "percent",
            "published",
            method=f"printed {row['printed']}, read as {row['reading']}",
        )
        for row in tables["age_table"].drop_duplicates("age").to_dict("records")
    ]
    for name in ("plan_growth_over_10_percent", "plan_growth_under_10_percent"):
        results.append(
            Result.bounds(name.removesuffix("_percent"), statement_interval(name), "percent")
        )
    results += [
        Result.bounds(f"growth/{gender.lower()}", _by("growth_by_gender", gender), "percent")
        for gender in ("Female", "Male")
    ]
    main = rows_of(table, group="girls over 10", total="age-table").iloc[0]
    results.append(
        Result.within(
            "share_of_growth",
            (main["value"], main["low"], main["high"]),
            "percent of the growth",
            "assumed",
            1.0,
            "bounds from the margins by age and gender; the value as if they were independent",
            scale=100,
        )
    )
    return Summary(tuple(results))


def _percent(name: str, row: Mapping[Any, Any]) -> Result:
    basis: Basis = "assumed" if row["group"] == "girls over 10" else "published"
    low, high = 100 * row["low"], 100 * row["high"]
    how = "bounds of the printed figures"
    return Result.within(name, (100 * row["value"], low, high), "percent", basis, 1.0, how)


OLDER_GIRLS = Analysis(
    "older-girls",
    "What children over ten, girls, and girls over ten carry of the growth",
    measure,
    summarise,
    {
        "total": Option(
            "age-table",
            "which printed total of the growth the genders average to",
            allowed=("age-table", "stocks"),
        )
    },
    needs={"total": ("age-table", "stocks")},
)
