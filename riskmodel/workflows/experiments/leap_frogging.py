"""Para 49: how much of the growth leap-frogging of child in need planning could carry."""

from __future__ import annotations

from riskmodel.factors import proportion_estimate
from riskmodel.published import load_table
from riskmodel.runs import Analysis, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import count, frame, middle, possible

__all__ = ["ANALYSIS"]

_DAYS_A_YEAR = 365


def measure(point: Point) -> Tables:
    """Ways to a plan by what was known in the six months before, as starts and as stock."""
    started = count("plans_started_2014_15")
    escalated = count("plans_started_after_child_in_need_plan")
    known = count("plans_started_known_to_early_intervention")
    years = middle(possible("mean_plan_length_days")) / _DAYS_A_YEAR
    growth = _snapshot("Child Protection", "july_2015") - _snapshot("Child Protection", "july_2013")
    rows = []
    for path, number in (
        ("after a child in need plan", escalated),
        ("known to early intervention", known),
        ("known to early intervention, no child in need plan, at least", known - escalated),
        ("neither, at least", started - known - escalated),
        ("neither, at most", started - known),
    ):
        share = proportion_estimate(number, started, basis="published")
        # Starts a year to children on a plan by Little's law, as if numbers were steady.
        stock = [started * end * years for end in (share.value, share.low, share.high)]
        rows.append(
            (
                path,
                number,
                share.value,
                share.low,
                share.high,
                share.level,
                share.method,
                *stock,
                *(end / growth for end in stock),
            )
        )
    columns = (
        "path",
        "plans",
        "share",
        "low",
        "high",
        "level",
        "method",
        "stock",
        "stock_low",
        "stock_high",
        "of_growth",
        "of_growth_low",
        "of_growth_high",
    )
    return {"paths": frame(columns, rows)}


def summarise(tables: Tables) -> Summary:
    """The paths, the fall of child in need plans, and the most that leap-frogging can carry."""
    table = tables["paths"]
    results = [
        Result("plans_started", count("plans_started_2014_15"), "plans", "published"),
        Result("level", 100 * float(table["level"].iloc[0]), "percent", "assumed"),
        Result.bounds("mean_length", possible("mean_plan_length_days"), "days"),
    ]
    for row, name in zip(table.to_dict("records"), _NAMES, strict=True):
        results += [
            Result(f"plans/{name}", int(row["plans"]), "plans", "published"),
            Result(
                f"share/{name}",
                100 * row["share"],
                "percent of plans",
                "published",
                100 * row["low"],
                100 * row["high"],
                row["level"],
                row["method"],
            ),
            Result(
                f"stock/{name}",
                row["stock"],
                "children",
                "assumed",
                row["stock_low"],
                row["stock_high"],
                row["level"],
                f"{row['method']}, Little's law",
            ),
            Result(
                f"of_growth/{name}",
                100 * row["of_growth"],
                "percent of the growth",
                "assumed",
                100 * row["of_growth_low"],
                100 * row["of_growth_high"],
                row["level"],
                f"{row['method']}, Little's law",
            ),
        ]
    plans = [_snapshot("Child Protection", when) for when in ("july_2013", "july_2015")]
    need = [_snapshot("Children in Need Plan", when) for when in ("july_2013", "july_2015")]
    known = table.iloc[_NAMES.index("known")]
    results += [
        Result("growth", plans[1] - plans[0], "children", "published"),
        Result("fall", need[0] - need[1], "children", "published"),
        Result(
            "growth_for_each_fallen",
            (plans[1] - plans[0]) / (need[0] - need[1]),
            "more on a plan for each child in need plan fewer",
            "published",
        ),
        Result(
            "share_of_growth",
            100 * known["of_growth"],
            "percent of the growth",
            "assumed",
            0.0,
            100 * known["of_growth_high"],
            float(known["level"]),
            "from none of the cases known to early intervention to all of them",
        ),
    ]
    return Summary(tuple(results))


_NAMES = ("escalated", "known", "known-not-escalated", "neither-least", "neither-most")


def _snapshot(row: str, when: str) -> int:
    value = load_table("activity_snapshots").figure(row, when).value
    assert isinstance(value, int)  # the table prints counts
    return value


def answer(summary: Summary) -> str:
    """The paths and the most that can be carried."""
    return "\n".join(
        [
            f"Of the {summary['plans_started'].text()} children who started a plan, "
            f"{summary['plans/escalated'].text()} had a child in need plan in the six months "
            f"before ({summary['share/escalated'].both(1)} percent, {summary['level'].text()}% "
            f"interval) and {summary['plans/known'].text()} were known to early intervention "
            f"({summary['share/known'].both()} percent). So children do not move from child in "
            "need plans to protection plans in any number: what could be missing is the child in "
            "need plan that was never opened.",
            "",
            "**The most that leap-frogging can carry.** Had every one of those known to early "
            "intervention been held by a child in need plan instead, and none of them in 2013, "
            f"about {summary['stock/known'].both()} fewer children would be on a plan "
            f"(starts times the mean length). That is {summary['of_growth/known'].both()} percent "
            f"of the growth of {summary['growth'].text()} between July 2013 and July 2015. It is a "
            "ceiling: the report does not say how many such cases there were before. At least "
            f"{summary['plans/neither-least'].text()} of the "
            f"{summary['plans_started'].text()} were known to neither.",
            "",
            f"**The fall in child in need plans.** {summary['fall'].text()} fewer children were on "
            f"child in need plans and {summary['growth'].text()} more on protection plans: "
            f"{summary['growth_for_each_fallen'].text(2)} more for each one fewer. That the two "
            "moved together does not show that one moved the other.",
        ]
    )


ANALYSIS = Analysis(
    "leap-frogging",
    "How much of the growth children who skip child in need planning could carry",
    measure,
    summarise,
    answer,
    (
        "Printed: who was known six months before a plan (para 15), the snapshots of para 14, the "
        "mean length of plans (para 11). Shares with Jeffreys intervals.",
        "Assumed for the ceiling: all children known to early intervention would have been held by "
        "a child in need plan, none leap-frogged in 2013, their plans last as long as others, and "
        "steady numbers (Little's law).",
    ),
    (
        "How many leap-frogged in 2013: without that, no part of the growth is shown, only its "
        "most.",
        "What a child in need plan would have prevented.",
        "Para 49's rate at which early intervention cases lead to a plan: its figure is most "
        "likely para 15's share of plans (see the audit).",
    ),
)
