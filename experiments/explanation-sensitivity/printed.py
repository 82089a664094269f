"""Para 50 on the report's own figures alone: what it prints of the steps, and what that bounds."""

from __future__ import annotations

import math

from riskmodel.estimates import Interval
from riskmodel.experiments import Analysis, Point, Result, Summary, Tables, frame
from riskmodel.explanations import extremes
from riskmodel.published import statement_interval

_TERMS = ("enquiries", "length", "rest")


def measure(point: Point) -> Tables:
    """Each printed element's share of the growth on the log scale, with the rest that closes it."""
    deviation = statement_interval("mean_plan_length_yearly_deviation_percent") / 100 + 1
    inputs: dict[str, Interval | float] = {
        "stock": statement_interval("plan_growth_oxfordshire_2011_2014_percent") / 100 + 1,
        "enquiries": statement_interval("section_47_growth_oxfordshire_percent") / 100 + 1,
        "length_before": deviation,
        "length_after": deviation,
    }

    def shares(
        stock: float, enquiries: float, length_before: float, length_after: float
    ) -> dict[str, float]:
        growth = math.log(stock)
        found = {
            "enquiries": math.log(enquiries) / growth,
            "length": math.log(length_after / length_before) / growth,
        }
        return {**found, "rest": 1 - sum(found.values())}

    middles = {
        name: value.middle if isinstance(value, Interval) else value
        for name, value in inputs.items()
    }
    rows = []
    for term in _TERMS:
        low, high = extremes(lambda term=term, **values: shares(**values)[term], inputs)
        rows.append((term, shares(**middles)[term], low, high))
    return {"shares": frame(("term", "share", "low", "high"), rows).assign(basis="published")}


def summarise(tables: Tables) -> Summary:
    """Shares of the growth in percent, and the growth of stock and enquiries."""
    results = [
        Result.bounds(
            "growth/plans",
            statement_interval("plan_growth_oxfordshire_2011_2014_percent"),
            "percent",
        ),
        Result.bounds(
            "growth/enquiries",
            statement_interval("section_47_growth_oxfordshire_percent"),
            "percent",
        ),
        Result(
            "deviation",
            float(statement_interval("mean_plan_length_yearly_deviation_percent").high),
            "percent of the mean",
            "published",
        ),
    ]
    method = "bounds of the printed figures"
    for row in tables["shares"].to_dict("records"):
        ends = (100 * row["low"], 100 * row["high"], 1.0, method)
        share = 100 * row["share"]
        name = f"share/{row['term']}"
        results.append(Result(name, share, "percent of the growth", "published", *ends))
    return Summary(tuple(results))


CHILD_PROTECTION_FUNNEL_PUBLISHED = Analysis(
    "child-protection-funnel-published",
    "What the report's own figures say of the same split, with bounds for what they leave out",
    measure,
    summarise,
)
