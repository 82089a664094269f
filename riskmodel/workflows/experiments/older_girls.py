"""Paras 7 and 51: what children over ten, girls, and girls over ten carry of the growth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodel.estimates import Basis, Interval
from riskmodel.explanations import (
    GroupGrowth,
    extremes,
    group_growth,
    joint_growth_bounds,
    share_that_averages,
)
from riskmodel.published import load_table
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import frame, middle, possible, rows_of

__all__ = ["ANALYSIS"]

_INDEX = 100
"""The rows of the age table other than 0 to 4 read as index values with 2011 = 100 (the audit)."""


def measure(point: Point) -> Tables:
    """Shares of the growth by age and by gender, and bounds for girls over ten."""
    total = _total(point.settings["total"])
    age = {
        "over": possible("plan_growth_over_10_percent") / 100,
        "under": possible("plan_growth_under_10_percent") / 100,
        "share_under": possible("children_on_plan_under_10_percent") / 100,
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
        middles = {name: middle(each) for name, each in inputs.items()}
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
    older = _older(**{name: middle(each) for name, each in age.items()})
    girls = _girls(**{name: middle(each) for name, each in gender.items()})
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
    first = possible("plan_growth_oxfordshire_2011_2014_percent") / 100 + 1
    return first * (possible("plan_growth_oxfordshire_2014_15_percent") / 100 + 1) - 1


def _by(table: str, row: str) -> Interval:
    return load_table(table).figure(row).interval


def _age_table() -> list[tuple[str, str, str, float]]:
    table = load_table("growth_by_age")
    rows = []
    for row in table.keys:
        figure = table.figure(row)
        is_index = row != "0 to 4"
        growth = middle(figure.interval) - (_INDEX if is_index else 0)
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
        results.append(Result.bounds(name.removesuffix("_percent"), possible(name), "percent"))
    results += [
        Result.bounds(f"growth/{gender.lower()}", _by("growth_by_gender", gender), "percent")
        for gender in ("Female", "Male")
    ]
    main = rows_of(table, group="girls over 10", total="age-table").iloc[0]
    results.append(
        Result(
            "share_of_growth",
            100 * main["value"],
            "percent of the growth",
            "assumed",
            100 * main["low"],
            100 * main["high"],
            1.0,
            "bounds from the margins by age and gender; the value as if they were independent",
        )
    )
    return Summary(tuple(results))


def _percent(name: str, row: Mapping[Any, Any]) -> Result:
    basis: Basis = "assumed" if row["group"] == "girls over 10" else "published"
    low, high = 100 * row["low"], 100 * row["high"]
    how = "bounds of the printed figures"
    return Result(name, 100 * row["value"], "percent", basis, low, high, 1.0, how)


def answer(summary: Summary) -> str:
    """What each group carries, and what is not identified."""
    over, girls = "age-table/over-10", "age-table/girls"
    stocks = "stocks/girls"
    lines = [
        "**The table.** Its rows other than 0 to 4 read as index values, the first year the base, "
        "so that the growth is: "
        + "; ".join(
            f"{one.name.partition('/')[2].replace('-', ' ')} {one.text()}"
            for one in summary.starting("age/")
        )
        + " percent. As printed they are impossible beside the growth by gender.",
        "",
        "**Children over 10** were "
        f"{summary[f'{over}/share_before'].both()} percent of the children on a plan in 2011 and "
        f"{summary[f'{over}/share_after'].both()} in 2015. They grew by "
        f"{summary['plan_growth_over_10'].text()} percent against "
        f"{summary['plan_growth_under_10'].text()}, and carry "
        f"{summary[f'{over}/share_of_growth'].both()} percent of the growth. Had they grown like "
        f"the younger, {summary[f'{over}/faster_growth'].both()} percent of the growth would be "
        "missing: that much is the change of profile, the rest is growth at every age.",
        "",
        f"**Girls** grew by {summary['growth/female'].text()} percent, boys by "
        f"{summary['growth/male'].text()}. With the total of the age table girls were "
        f"{summary[f'{girls}/share_before'].both()} percent in 2011 and carry "
        f"{summary[f'{girls}/share_of_growth'].both()} percent of the growth. With the total that "
        "the growth of para 2 multiplies to, girls would have been "
        f"{summary[f'{stocks}/share_before'].both()} percent: the printed totals do not agree, and "
        "the share of girls hangs on which is right.",
        "",
        "**Girls over 10**, whom para 51 is about, are in no table. By the two margins they carry "
        f"between {summary['share_of_growth'].between()} percent of the growth; if age and gender "
        f"were independent at both dates, {summary['share_of_growth'].text()} percent.",
    ]
    return "\n".join(lines)


ANALYSIS = Analysis(
    "older-girls",
    "What children over ten, girls, and girls over ten carry of the growth",
    measure,
    summarise,
    answer,
    (
        "Printed: growth by age and by gender and the share under 10 (para 7), each as the "
        "interval of values that would be printed so; bounds, no chance.",
        "Assumed: that the table's rows other than the first are index values (see the audit); for "
        "one number, that age and gender were independent.",
    ),
    (
        "Girls over ten themselves: no table crosses age with gender.",
        "Why older children came onto plans: more risk, more awareness of it, or both.",
        "The ages of the text (under and over 10) and of the table (5 to 10, 11 to 15) do not cut "
        "at the same birthday.",
    ),
    {
        "total": Option(
            "age-table",
            "which printed total of the growth the genders average to",
            allowed=("age-table", "stocks"),
        )
    },
    needs={"total": ("age-table", "stocks")},
)
