"""Conversion rates of the published counts, or of a table of one's own."""

from __future__ import annotations

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError
from riskmodel.estimates import Estimate
from riskmodel.factors import factor_rates
from riskmodel.published import factor_counts
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import rows_of

__all__ = ["ANALYSIS"]


def measure(point: Point) -> Tables:
    """Conversion rate of each factor, with its interval at the level asked for."""
    method, level = point.settings["method"], float(point.settings["level"])
    if "table" not in point.files:
        return {"rates": _rates(factor_counts(), level, method)}
    from riskmodel.disclosure.release import release_counted
    from riskmodel.intake import TableFile

    counted = TableFile(point.files["table"]).counts()
    release = release_counted(counted, marks="json")
    return {"rates": release.frame(lambda counts: _rates(counts, level, method))}


def summarise(tables: Tables) -> Summary:
    """The rate of every factor at the highest level, and how many were looked at."""
    table = tables["rates"]
    shown = rows_of(table, level=table["level"].max()).dropna(subset=["conversion_rate"])
    if not len(shown):
        raise DataError("too little of these records may be printed: no rate is left")
    results = [Result("factors", len(shown), "factors", str(shown["basis"].iloc[0]))]  # type: ignore[arg-type]
    for row in shown.to_dict("records"):
        estimate = Estimate(
            row["conversion_rate"],
            row["conversion_rate_low"],
            row["conversion_rate_high"],
            row["level"],
            row["conversion_rate_method"],
            "percent",
            row["basis"],
        )
        results.append(Result.of(f"rate/{row['factor']}", estimate, scale=100, unit="percent"))
    return Summary(tuple(results))


def answer(summary: Summary) -> str:
    """The highest and the lowest rate in words."""
    from riskmodel.report.wording import label_of

    rates = sorted(summary.starting("rate/"), key=lambda one: -float(one.value))
    first, last = rates[0], rates[-1]
    names = [label_of(one.name.partition("/")[2]) for one in (first, last)]
    return (
        f"Of {summary['factors'].text()} factors, a plan followed most often after {names[0]}: "
        f"{first.both(1)} percent of the assessments with it; least often after {names[1]}: "
        f"{last.both(1)} percent."
    )


def _rates(counts: FactorCounts, level: float, method: str):  # type: ignore[no-untyped-def]
    return factor_rates(counts, level=level, method=method).to_frame()  # type: ignore[arg-type]


ANALYSIS = Analysis(
    "conversion-rates",
    "How often a plan followed an assessment with each factor, with intervals",
    measure,
    summarise,
    answer,
    (
        "Published counts of one year, or the table named in the experiment; intervals are "
        "Jeffreys', Wilson's where there are few assessments.",
    ),
    (
        "A rate is an association: it does not say what a factor brings about.",
        "The intervals cover chance in one year's assessments, not how practice differs between "
        "years and places.",
    ),
    {
        "method": Option("auto", "how intervals are made", allowed=("auto", "jeffreys", "wilson")),
        "level": Option(0.95, "coverage of the intervals", least=0.5, most=0.999),
    },
    {"table": "a table of one's own, one row an assessment"},
)
