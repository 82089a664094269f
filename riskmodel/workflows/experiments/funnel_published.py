"""Para 50 on the report's own figures alone: what it prints of the steps, and what that bounds."""

from __future__ import annotations

import math

from riskmodel.estimates import Interval
from riskmodel.explanations import extremes
from riskmodel.runs import Analysis, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import frame, middle, possible

__all__ = ["ANALYSIS"]

_TERMS = ("enquiries", "length", "rest")


def measure(point: Point) -> Tables:
    """Each printed element's share of the growth on the log scale, with the rest that closes it."""
    deviation = possible("mean_plan_length_yearly_deviation_percent") / 100 + 1
    inputs: dict[str, Interval | float] = {
        "stock": possible("plan_growth_oxfordshire_2011_2014_percent") / 100 + 1,
        "enquiries": possible("section_47_growth_oxfordshire_percent") / 100 + 1,
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
        name: middle(value) if isinstance(value, Interval) else value
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
            "growth/plans", possible("plan_growth_oxfordshire_2011_2014_percent"), "percent"
        ),
        Result.bounds(
            "growth/enquiries", possible("section_47_growth_oxfordshire_percent"), "percent"
        ),
        Result(
            "deviation",
            float(possible("mean_plan_length_yearly_deviation_percent").high),
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


def answer(summary: Summary) -> str:
    """What the report's own figures say."""
    return "\n".join(
        [
            "**On the report's own figures alone.** It prints the growth of enquiries "
            f"({summary['growth/enquiries'].text()} percent, para 3, its period not stated: taken "
            f"as that of the {summary['growth/plans'].text()} percent of para 2) and that each "
            f"year's mean length is within {summary['deviation'].text()}% of one mean (para 11). "
            "It prints no number of referrals, conferences, or plans started before 2014/15. So "
            "the growth from March 2011 to March 2014 splits, on the log scale, into",
            "",
            f"- enquiries, referrals among them: {summary['share/enquiries'].both()} percent;",
            f"- length of plans: {summary['share/length'].both()} percent;",
            "- all that is not printed (plans for each enquiry, and numbers that are not steady): "
            f"{summary['share/rest'].both()} percent.",
            "",
            "Enquiries by themselves grew by more than plans did. Para 50's \"more referrals "
            'converting into assessments and child protection plans" therefore holds up to the '
            "enquiry; from enquiry to plan these figures leave room for fewer as well as for more.",
        ]
    )


ANALYSIS = Analysis(
    "child-protection-funnel-published",
    "What the report's own figures say of the same split, with bounds for what they leave out",
    measure,
    summarise,
    answer,
    (
        "The report alone: paras 2, 3 and 11, each figure as the interval of values that would be "
        "printed so.",
        "Assumed: that the growth of enquiries is over the same years as that of plans.",
    ),
    ("How the part of enquiries divides between referrals and enquiries for each referral.",),
)
