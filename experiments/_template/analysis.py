"""Conversion rates of the published counts, or of a table of one's own."""

from __future__ import annotations

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError
from riskmodel.estimates import Estimate
from riskmodel.experiments import Analysis, Option, Point, Result, Summary, Tables, rows_of
from riskmodel.factors import factor_rates
from riskmodel.published import factor_counts
from riskmodel.report.wording import label_of


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


def factor(one: Result) -> str:
    """The printed label of the factor that a rate is of."""
    return label_of(one.name.removeprefix("rate/"))


def _rates(counts: FactorCounts, level: float, method: str):  # type: ignore[no-untyped-def]
    return factor_rates(counts, level=level, method=method).to_frame()  # type: ignore[arg-type]


CONVERSION_RATES = Analysis(
    "conversion-rates",
    "How often a plan followed an assessment with each factor, with intervals",
    measure,
    summarise,
    {
        "method": Option("auto", "how intervals are made", allowed=("auto", "jeffreys", "wilson")),
        "level": Option(0.95, "coverage of the intervals", least=0.5, most=0.999),
    },
    files={"table": "a table of one's own, one row an assessment"},
)
