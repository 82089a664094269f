"""Paras 48 and 50: what 4 of 18 audited cases say about all plans, and about the stock."""

from __future__ import annotations

from riskmodel.explanations import count_from_sample, interval_ends
from riskmodel.factors import proportion_estimate
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import (
    count,
    frame,
    growth_of_stock,
    middle,
    possible,
    rows_of,
)

__all__ = ["ANALYSIS"]

_DAYS_A_YEAR = 365


def measure(point: Point) -> Tables:
    """Cases of the kind on one of the two lists, as starts a year and as children on a plan."""
    is_starts = point.settings["list"] == "plans-started"
    listed = count("plans_started_2014_15" if is_starts else "children_on_plan_mid_2015")
    found = count("threshold_audit_cases_family_support")
    sampled = count("threshold_audit_cases")
    cases = count_from_sample(found, sampled, listed)
    relative = float(point.settings["relative_length"])
    # Little's law: stock = starts a day x mean length.
    years = relative * middle(possible("mean_plan_length_days")) / _DAYS_A_YEAR
    growth = interval_ends(growth_of_stock())
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
        count("threshold_audit_cases_family_support"),
        count("threshold_audit_cases"),
    )
    share = proportion_estimate(found, sampled, basis="published")
    growth = growth_of_stock()
    results = [
        Result("found", found, "cases", "published"),
        Result("sampled", sampled, "cases", "published"),
        Result.of("share_of_sample", share, scale=100, unit="percent"),
        Result("level", 100 * share.level, "percent", "assumed"),
        Result.bounds("growth", growth, "children"),
        Result.bounds("mean_length", possible("mean_plan_length_days"), "days"),
        Result(
            "least_sample",
            _sample_for(0.1),
            "cases",
            "assumed",
            method="Wilson interval of this share no wider than 10 points each way",
        ),
        Result("half_width_wanted", 10, "percentage points", "assumed"),
    ]
    for (listed, relative), group in table.groupby(["list", "relative_length"], sort=False):
        place = f"{listed}/length-{relative:g}"
        length = 100 * float(group["relative_length"].iloc[0])
        results.append(Result(f"{place}/length", length, "percent of the mean length", "assumed"))
        for row in group.to_dict("records"):
            scale, unit = (
                (100, "percent of the growth")
                if row["measure"] == "share_of_growth"
                else (1, "children")
            )
            results.append(
                Result(
                    f"{listed}/length-{relative:g}/{row['kind']}/{row['measure']}",
                    scale * row["value"],
                    unit,
                    "assumed",
                    scale * row["low"],
                    scale * row["high"],
                    row["level"],
                    row["method"],
                )
            )
    shares = rows_of(table, measure="share_of_growth", kind="posterior")
    results += [
        Result(f"listed/{row['list']}", int(row["listed"]), "children", "published")
        for row in shares.drop_duplicates("list").to_dict("records")
    ]
    main = rows_of(shares, list="plans-started", relative_length=1.0).iloc[0]
    results.append(
        Result(
            "share_of_growth",
            100 * main["value"],
            "percent of the growth",
            "assumed",
            100 * shares["low"].min(),
            100 * shares["high"].max(),
            float(main["level"]),
            "beta-binomial; smallest and largest over what is assumed",
        )
    )
    return Summary(tuple(results))


def _sample_for(half_width: float) -> int:
    """Cases to audit for a Wilson interval of the found share of that half width."""
    found, sampled = (
        count("threshold_audit_cases_family_support"),
        count("threshold_audit_cases"),
    )
    cases = sampled
    while True:
        estimate = proportion_estimate(round(cases * found / sampled), cases, method="wilson")
        if estimate.high - estimate.low <= 2 * half_width:
            return cases
        cases += 1


def answer(summary: Summary) -> str:
    """What the sample says, with how much, and under which assumptions."""
    starts = "plans-started/length-1/posterior"
    lines = [
        f'{summary["found"].text()} of {summary["sampled"].text()} audited cases "may have been '
        f'managed under Section 17" in the past: {summary["share_of_sample"].both(0)} percent '
        f"({summary['level'].text()}% interval). Taken as a random sample of the "
        f"{summary['listed/plans-started'].text()} plans started in the year, that is "
        f"{summary[f'{starts}/cases_on_list'].both()} plans that an earlier threshold would have "
        f"kept below (exact test: "
        f"{summary['plans-started/length-1/exact/cases_on_list'].range()}).",
        "",
        "If those plans last as long as the mean, Little's law makes them "
        f"{summary[f'{starts}/children_on_plan'].both()} of the children on a plan: "
        f"{summary[f'{starts}/share_of_growth'].both()} percent of the growth of "
        f"{summary['growth'].range()} children since March 2011.",
        "",
        "| Sample taken as drawn from | Length of such plans against the mean | "
        "Children on a plan | Percent of the growth |",
        "|---|---|---|---|",
    ]
    for one in summary.starting("plans-started/") + summary.starting("children-on-plan/"):
        if one.name.endswith("/posterior/children_on_plan"):
            place = one.name.rpartition("/")[0]
            listed, length, _ = place.split("/")
            shown = summary[f"{listed}/{length}/length"].text()
            lines.append(
                f"| {listed.replace('-', ' ')} | {shown}% | {one.both()} | "
                f"{summary[f'{place}/share_of_growth'].both()} |"
            )
    lines += [
        "",
        f"Over all of these the share of the growth lies between "
        f"{summary['share_of_growth'].between()} percent: the sample rules out neither a small "
        "part nor most of it. A random sample of about "
        f"{summary['least_sample'].text()} cases would fix the share of plans to within "
        f"{summary['half_width_wanted'].text()} percentage points.",
    ]
    return "\n".join(lines)


ANALYSIS = Analysis(
    "threshold-audit",
    "How many plans an earlier threshold would have kept below, by the audit of 18 cases",
    measure,
    summarise,
    answer,
    (
        "Printed: the audited cases and those found (para 50), the plans of the year and the "
        "children on a plan, the mean length of plans (para 11), the growth of para 2.",
        "Assumed: that the cases were drawn at random, from the plans of the year or from the "
        "children on a plan; that such plans last as long as others, or shorter; steady numbers "
        "for Little's law. Intervals: beta-binomial with Jeffreys' prior.",
    ),
    (
        "Whether the cases were a random sample: nobody says so, and dip samples seldom are.",
        "When the earlier threshold applied, and so how much of any one year's growth it carries.",
        'Whether another reader would have found the same cases: one person judged, and "may have '
        'been" is not "would have been".',
        "Whether a child would have been as safe below the threshold.",
    ),
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
