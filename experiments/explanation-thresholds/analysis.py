"""Paras 48 and 50: what 4 of 18 audited cases say about all plans, and about the stock."""

from __future__ import annotations

from riskmodel.core.lazy import pd
from riskmodel.estimates import Interval
from riskmodel.experiments import Analysis, Option, Point, Result, Summary, Tables, frame, rows_of
from riskmodel.explanations import count_from_sample, interval_ends
from riskmodel.factors import proportion_estimate
from riskmodel.published import implied_interval, statement_count, statement_interval

_DAYS_A_YEAR = 365


def measure(point: Point) -> Tables:
    """Cases of the kind on one of the two lists, as starts a year and as children on a plan."""
    is_starts = point.settings["list"] == "plans-started"
    listed = statement_count("plans_started_2014_15" if is_starts else "children_on_plan_mid_2015")
    found = statement_count("threshold_audit_cases_family_support")
    sampled = statement_count("threshold_audit_cases")
    cases = count_from_sample(found, sampled, listed)
    relative = float(point.settings["relative_length"])
    # Little's law: stock = starts a day x mean length.
    years = relative * statement_interval("mean_plan_length_days").middle / _DAYS_A_YEAR
    growth = interval_ends(_growth())
    rows = []
    for kind, estimate in (("posterior", cases.posterior), ("exact", cases.exact)):
        ends = (estimate.value, estimate.low, estimate.high)
        starts = ends if is_starts else tuple(end / years for end in ends)
        stock = tuple(end * years for end in ends) if is_starts else ends
        share = (
            stock[0] / ((growth[0] + growth[1]) / 2),
            stock[1] / growth[1],
            stock[2] / growth[0],
        )
        rows += [
            (kind, measure_name, *values, estimate.level, estimate.method)
            for measure_name, values in (
                ("cases_on_list", ends),
                ("starts_a_year", starts),
                ("children_on_plan", stock),
                ("share_of_growth", share),
            )
        ]
    columns = ("kind", "measure", "value", "low", "high", "level", "method")
    return {"cases": frame(columns, rows).assign(listed=listed)}


def summarise(tables: Tables) -> Summary:
    """The share of the sample, the numbers on both lists, and the range over what is assumed."""
    table = tables["cases"]
    found, sampled = (
        statement_count("threshold_audit_cases_family_support"),
        statement_count("threshold_audit_cases"),
    )
    share = proportion_estimate(found, sampled, basis="published")
    growth = _growth()
    results = [
        Result("found", found, "cases", "published"),
        Result("sampled", sampled, "cases", "published"),
        Result.of("share_of_sample", share, scale=100, unit="percent"),
        Result("level", 100 * share.level, "percent", "assumed"),
        Result.bounds("growth", growth, "children"),
        Result.bounds("mean_length", statement_interval("mean_plan_length_days"), "days"),
        Result(
            "least_sample",
            _sample_for(0.1),
            "cases",
            "assumed",
            method="Wilson interval of this share no wider than 10 points each way",
        ),
        Result("half_width_wanted", 10, "percentage points", "assumed"),
    ]
    results += _results_by_list(table)
    shares = rows_of(table, measure="share_of_growth", kind="posterior")
    results += [
        Result(f"listed/{row['list']}", int(row["listed"]), "children", "published")
        for row in shares.drop_duplicates("list").to_dict("records")
    ]
    main = rows_of(shares, list="plans-started", relative_length=1.0).iloc[0]
    results.append(
        Result.within(
            "share_of_growth",
            (main["value"], shares["low"].min(), shares["high"].max()),
            "percent of the growth",
            "assumed",
            float(main["level"]),
            "beta-binomial; smallest and largest over what is assumed",
            scale=100,
        )
    )
    return Summary(tuple(results))


def _results_by_list(table: pd.DataFrame) -> list[Result]:
    """The children and the share of the growth, by list and by duration relative to the mean."""
    results = []
    for (listed, relative), group in table.groupby(["list", "relative_length"], sort=False):
        name = f"{listed}/length-{relative:g}"
        length = 100 * float(group["relative_length"].iloc[0])
        results.append(Result(f"{name}/length", length, "percent of the mean length", "assumed"))
        for row in group.to_dict("records"):
            scale, unit = (
                (100, "percent of the growth")
                if row["measure"] == "share_of_growth"
                else (1, "children")
            )
            results.append(
                Result.within(
                    f"{name}/{row['kind']}/{row['measure']}",
                    (row["value"], row["low"], row["high"]),
                    unit,
                    "assumed",
                    row["level"],
                    row["method"],
                    scale=scale,
                )
            )
    return results


def _growth() -> Interval:
    """Growth of children on a plan from March 2011 to mid 2015, in children, by the report."""
    before = implied_interval("children_on_plan_march_2011")
    return statement_interval("children_on_plan_mid_2015") - before


def _sample_for(half_width: float) -> int:
    """Cases to audit for a Wilson interval of the found share of that half width."""
    found, sampled = (
        statement_count("threshold_audit_cases_family_support"),
        statement_count("threshold_audit_cases"),
    )
    cases = sampled
    while True:
        estimate = proportion_estimate(round(cases * found / sampled), cases, method="wilson")
        if estimate.high - estimate.low <= 2 * half_width:
            return cases
        cases += 1


THRESHOLD_AUDIT = Analysis(
    "threshold-audit",
    "How many plans an earlier threshold would have kept below, by the audit of 18 cases",
    measure,
    summarise,
    {
        "list": Option(
            "plans-started",
            "what the audited cases are a sample of",
            allowed=("plans-started", "children-on-plan"),
        ),
        "relative_length": Option(
            1.0, "length of such plans over the mean length", least=0.1, most=3
        ),
    },
    needs={"list": ("plans-started",), "relative_length": (1.0,)},
)
