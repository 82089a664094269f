"""Para 50: the growth of plans, split over the steps from child to plan, on published counts."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.explanations import decompose_product
from riskmodel.parameters import parameter
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Picture, Tables
from riskmodel.workflows.experiments._common import rows_of

__all__ = ["ANALYSIS"]

TERMS = {
    "children": "children under 18",
    "referrals": "referrals for each child",
    "enquiries": "enquiries for each referral",
    "conferences": "conferences for each enquiry",
    "starts": "plans started for each conference",
    "time": "time on a plan (children on a plan for each start)",
}
_SERIES = {
    "children": "oxfordshire_children_under_18",
    "referrals": "oxfordshire_referrals",
    "enquiries": "oxfordshire_section_47_enquiries",
    "conferences": "oxfordshire_conferences",
    "starts": "oxfordshire_plan_starts",
    "time": "oxfordshire_children_on_plan",
}
_CONVERSION = ("enquiries", "conferences", "starts")
"""What para 50 means by sensitivity: from a referral to a plan."""


def measure(point: Point) -> Tables:
    """The parts of one window's growth, by one method."""
    first, last = (int(word) for word in point.settings["window"].split("-"))
    parts = decompose_product(_terms(first), _terms(last), method=point.settings["method"])
    table = parts.to_frame().drop(columns="method")
    table["change"] = parts.change
    table["remainder"] = parts.remainder
    return {"parts": table.assign(basis="observed")}


def _terms(year: int) -> dict[str, float]:
    position = parameter("oxfordshire_years").numbers.index(year)
    values = {name: parameter(series).numbers[position] for name, series in _SERIES.items()}
    terms, above = {}, 1.0
    for name, value in values.items():
        terms[name] = value / above
        above = value
    return terms


def summarise(tables: Tables) -> Summary:
    """Parts in children and in percent of the growth, for each window and method."""
    table = tables["parts"]
    results = []
    for (window, method), group in table.groupby(["window", "method"], sort=False):
        place = f"{window}/{method}"
        change = group["change"].iloc[0]
        results += [
            Result(f"{place}/change", round(change), "children", "observed"),
            Result(f"{place}/sum", float(group["part"].sum()), "children", "observed"),
        ]
        for row in group.to_dict("records"):
            results += [
                Result(f"{place}/ratio/{row['term']}", row["ratio"], "ratio", "observed"),
                Result(f"{place}/part/{row['term']}", row["part"], "children", "observed"),
                Result(
                    f"{place}/share/{row['term']}",
                    100 * row["share"],
                    "percent of the growth",
                    "observed",
                ),
            ]
        results.append(
            Result(
                f"{place}/conversion", 100 * _conversion(group), "percent of the growth", "observed"
            )
        )
    first = table["window"].iloc[0]
    begin = str(first).partition("-")[0]
    comparable = table[table["window"].str.startswith(begin)]
    shares = [
        100 * _conversion(group)
        for _, group in comparable.groupby(["window", "method"], sort=False)
    ]
    main = rows_of(table, window=table["window"].iloc[0], method="lmdi")
    results.append(
        Result(
            "share_of_growth",
            100 * _conversion(main),
            "percent of the growth",
            "observed",
            min(shares),
            max(shares),
            1.0,
            "smallest and largest over windows from the same year and both methods",
        )
    )
    return Summary(tuple(results))


def _conversion(group) -> float:  # type: ignore[no-untyped-def]
    return float(group.loc[group["term"].isin(_CONVERSION), "share"].sum())


def answer(summary: Summary) -> str:
    """The table of parts, and what para 50 gets right."""
    windows = list(
        dict.fromkeys(one.name.split("/")[0] for one in summary if one.name.endswith("/lmdi/sum"))
    )
    whole = windows[0]
    heads = [f"{window.replace('-', ' to ')}" for window in windows]
    lines = [
        "Children on a plan = children x referrals for each x enquiries for each referral x "
        "conferences for each enquiry x plans for each conference x time on a plan. The parts "
        "below add up to the growth.",
        "",
        f"| Children on a plan, March to March | {' | '.join(heads)} |",
        f"|---|{'---|' * len(windows)}",
    ]
    for term, words in TERMS.items():
        cells = [_signed(summary[f"{window}/lmdi/part/{term}"].text(1)) for window in windows]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    sums = [summary[f"{window}/lmdi/sum"].text(1) for window in windows]
    lines.append(f"| **growth** | {' | '.join(sums)} |")
    lines += [
        "",
        f"**{_verdict(summary, whole)}** From a referral to a "
        f"plan (the middle three rows) comes {summary['share_of_growth'].both()} percent of the "
        "growth, the range over the two windows from the same year and both ways of splitting. "
        "Referrals for each child carry "
        f"{summary[f'{whole}/lmdi/share/referrals'].text()} percent, the number of children "
        f"{summary[f'{whole}/lmdi/share/children'].text()}, time on a plan "
        f"{summary[f'{whole}/lmdi/share/time'].text()}.",
        "",
        "**Where in between has moved.** "
        + " ".join(_extremes(summary, window) for window in windows[1:]),
    ]
    return "\n".join(lines)


def _verdict(summary: Summary, window: str) -> str:
    conversion = float(summary["share_of_growth"].low or 0)
    referrals = float(summary[f"{window}/lmdi/share/referrals"].value)
    if conversion > 50 and referrals < conversion:
        return "Not so much more referrals as more of them leading to a plan."
    return "Not mainly more of the referrals leading to a plan."


def _extremes(summary: Summary, window: str) -> str:
    """The largest part and the smallest of a window, in words."""
    parts = {term: float(summary[f"{window}/lmdi/part/{term}"].value) for term in TERMS}
    most, least = (TERMS[pick(parts, key=parts.__getitem__)] for pick in (max, min))
    return (
        f"From March {window.replace('-', ' to March ')} the largest part is that of {most}, and "
        f"the smallest that of {least}."
    )


def _signed(text: str) -> str:
    return text if text.startswith("-") else f"+{text}"


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """The parts of the whole window's growth."""
    from riskmodel.report.charts import draw_ranges

    table = rows_of(tables["parts"], window=tables["parts"]["window"].iloc[0], method="lmdi")
    rows = [
        (TERMS[term].partition(" (")[0].capitalize(), part, part, part)
        for term, part in zip(table["term"], table["part"], strict=True)
    ]
    return {"parts_of_growth": draw_ranges("parts_of_growth", rows, across="Children on a plan")}


ANALYSIS = Analysis(
    "child-protection-funnel",
    "The growth of plans split over referrals, enquiries, conferences, plans and time",
    measure,
    summarise,
    answer,
    (
        "Counts that the Department for Education published for Oxfordshire: observed. The parts "
        "are those of the logarithmic mean (LMDI); Shapley's, which also add up, are in the "
        "results.",
    ),
    (
        "Why a step moved: more enquiries for each referral is what greater sensitivity would look "
        "like, and also what riskier referrals, or other recording, would look like.",
        "Referrals are of children who may be referred more than once in a year; steps of one year "
        "are of different children.",
    ),
    {
        "window": Option(
            "2011-2015",
            "first and last year ending March",
            allowed=("2011-2015", "2011-2014", "2014-2015"),
        ),
        "method": Option("lmdi", "how the parts are made", allowed=("lmdi", "shapley")),
    },
    figures=figures,
    needs={"method": ("lmdi",)},
)
