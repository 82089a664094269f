"""Para 49: how much of the growth leap-frogging of child in need planning could carry."""

from __future__ import annotations

from riskmodel.experiments import Analysis, Point, Result, Summary, Tables, frame
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
        # All plans of the year are counted, so there is no sampling error. From starts a year to
        # children on a plan by Little's law, as if numbers were steady.
        stock = number * years
        rows.append((path, number, number / started, stock, stock / growth))
    columns = ("path", "plans", "share", "stock", "of_growth")
    return {"paths": frame(columns, rows)}


def summarise(tables: Tables) -> Summary:
    """The paths, the fall of child in need plans, and the most that leap-frogging can carry."""
    table = tables["paths"]
    results = [
        Result("plans_started", statement_count("plans_started_2014_15"), "plans", "published"),
        Result.bounds("mean_length", statement_interval("mean_plan_length_days"), "days"),
    ]
    for row, name in zip(table.to_dict("records"), _NAMES, strict=True):
        results += [
            Result(f"plans/{name}", int(row["plans"]), "plans", "published"),
            Result(f"share/{name}", 100 * row["share"], "percent of plans", "published"),
            Result(f"stock/{name}", row["stock"], "children", "assumed", method=_LAW),
            Result(
                f"of_growth/{name}",
                100 * row["of_growth"],
                "percent of the growth",
                "assumed",
                method=_LAW,
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
            (100 * known["of_growth"] / 2, 0.0, 100 * known["of_growth"]),
            "percent of the growth",
            "assumed",
            1.0,
            "from none of the cases known to early intervention to all of them",
        ),
    ]
    return Summary(tuple(results))


_LAW = "Little's law"
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
