"""Para 50: the growth of plans, split over the steps from child to plan, on published counts."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.experiments import Analysis, Option, Picture, Point, Result, Summary, Tables, rows_of
from riskmodel.explanations import decompose_product
from riskmodel.parameters import parameter

from .printed import CHILD_PROTECTION_FUNNEL_PUBLISHED

__all__ = ["CHILD_PROTECTION_FUNNEL", "CHILD_PROTECTION_FUNNEL_PUBLISHED"]

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
    # Three years and more: what a year or two move is chance as much as practice.
    years = table["window"].str.split("-", expand=True).astype(int)
    long = table[years[1] - years[0] > 2]
    shares = [
        100 * _conversion(group) for _, group in long.groupby(["window", "method"], sort=False)
    ]
    main = rows_of(table, window=table["window"].iloc[0], method="lmdi")
    results.append(
        Result.within(
            "share_of_growth",
            (100 * _conversion(main), min(shares), max(shares)),
            "percent of the growth",
            "observed",
            1.0,
            "smallest and largest over windows of three years and more and both methods",
        )
    )
    return Summary(tuple(results))


def _conversion(group) -> float:  # type: ignore[no-untyped-def]
    return float(group.loc[group["term"].isin(_CONVERSION), "share"].sum())


def verdict(funnel: Summary, window: str) -> str:
    """What para 50 gets right."""
    conversion = float(funnel["share_of_growth"].low or 0)
    referrals = float(funnel[f"{window}/lmdi/share/referrals"].value)
    if conversion > 50 and referrals < conversion:
        return "Not so much more referrals as more of them leading to a plan."
    return "Not mainly more of the referrals leading to a plan."


def most_and_least(funnel: Summary, window: str) -> tuple[str, str]:
    """The terms with the largest part and the smallest of a window, in words."""
    parts = {term: float(funnel[f"{window}/lmdi/part/{term}"].value) for term in TERMS}
    return TERMS[max(parts, key=parts.__getitem__)], TERMS[min(parts, key=parts.__getitem__)]


def signed(text: str) -> str:
    """A change with its sign."""
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


CHILD_PROTECTION_FUNNEL = Analysis(
    "child-protection-funnel",
    "The growth of plans split over referrals, enquiries, conferences, plans and time",
    measure,
    summarise,
    {
        "window": Option(
            "2011-2015",
            "first and last year ending March",
            allowed=("2011-2015", "2011-2014", "2012-2015", "2013-2015", "2014-2015"),
        ),
        "method": Option("lmdi", "how the parts are made", allowed=("lmdi", "shapley")),
    },
    figures=figures,
    needs={"method": ("lmdi",)},
)
