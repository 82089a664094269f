"""Para 49: how much of the growth leap-frogging of child in need planning could carry."""

from __future__ import annotations

from riskmodel.experiments import Analysis, Point, Result, Summary, Tables, frame
from riskmodel.factors import proportion_estimate
from riskmodel.published import load_table, statement_count, statement_interval

from .circle import VICIOUS_CIRCLE
from .simulated import VICIOUS_CIRCLE_SIMULATED

__all__ = ["LEAP_FROGGING", "VICIOUS_CIRCLE", "VICIOUS_CIRCLE_SIMULATED"]

_DAYS_A_YEAR = 365


def measure(point: Point) -> Tables:
    """Ways to a plan by what was known in the six months before, as starts and as stock."""
    started = statement_count("plans_started_2014_15")
    escalated = statement_count("plans_started_after_child_in_need_plan")
    known = statement_count("plans_started_known_to_early_intervention")
    years = statement_interval("mean_plan_length_days").middle / _DAYS_A_YEAR
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
        Result("plans_started", statement_count("plans_started_2014_15"), "plans", "published"),
        Result("level", 100 * float(table["level"].iloc[0]), "percent", "assumed"),
        Result.bounds("mean_length", statement_interval("mean_plan_length_days"), "days"),
    ]
    for row, name in zip(table.to_dict("records"), _NAMES, strict=True):
        results += [
            Result(f"plans/{name}", int(row["plans"]), "plans", "published"),
            Result.within(
                f"share/{name}",
                (row["share"], row["low"], row["high"]),
                "percent of plans",
                "published",
                row["level"],
                row["method"],
                scale=100,
            ),
            Result.within(
                f"stock/{name}",
                (row["stock"], row["stock_low"], row["stock_high"]),
                "children",
                "assumed",
                row["level"],
                f"{row['method']}, Little's law",
            ),
            Result.within(
                f"of_growth/{name}",
                (row["of_growth"], row["of_growth_low"], row["of_growth_high"]),
                "percent of the growth",
                "assumed",
                row["level"],
                f"{row['method']}, Little's law",
                scale=100,
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
        Result.within(
            "share_of_growth",
            (100 * known["of_growth"], 0.0, 100 * known["of_growth_high"]),
            "percent of the growth",
            "assumed",
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


LEAP_FROGGING = Analysis(
    "leap-frogging",
    "How much of the growth children who skip child in need planning could carry",
    measure,
    summarise,
)
