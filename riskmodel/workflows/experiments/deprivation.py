"""Para 47: whether plans are more than deprivation predicts, and what of their growth is need."""

from __future__ import annotations

from riskmodel.explanations import decompose_product, extremes
from riskmodel.parameters import parameter
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import frame, middle, possible, quantity, rows_of

__all__ = ["ANALYSIS"]

_RATE_YEAR = 2013
"""The rates of para 47 are of the end of 2012/13."""


def measure(point: Point) -> Tables:
    """Observed over expected rate, when a share of need goes with income deprivation."""
    weight = float(point.settings["weight"])
    inputs = {
        "rate": possible("plan_rate_oxfordshire_2012_13"),
        "national": possible("plan_rate_national_2012_13"),
        "per_plan": possible("deprived_children_per_plan_oxfordshire"),
        "national_per_plan": possible("deprived_children_per_plan_national"),
    }

    def expected(rate: float, national: float, per_plan: float, national_per_plan: float) -> float:
        relative = rate * per_plan / (national * national_per_plan)
        return national * (1 - weight + weight * relative)

    def ratio(**values: float) -> float:
        return values["rate"] / expected(**values)

    middles = {name: middle(interval) for name, interval in inputs.items()}
    rounded = extremes(ratio, inputs)
    children = _in_year("oxfordshire_children_on_plan", _RATE_YEAR)
    is_families = point.settings["clusters"] == "families"
    together = parameter("children_a_family_on_plan").value if is_families else 1.0
    below, above = _chance(children / together)
    rows = [
        (
            expected(**middles),
            ratio(**middles),
            *rounded,
            rounded[0] * below,
            rounded[1] * above,
            children,
            children * (1 - 1 / ratio(**middles)),
        )
    ]
    columns = (
        "expected_rate_per_10000",
        "ratio",
        "low_rounding",
        "high_rounding",
        "low",
        "high",
        "children_on_plan",
        "children_above_expected",
    )
    return {"ratios": frame(columns, rows)}


def summarise(tables: Tables) -> Summary:
    """The ratio at both ends of the weight, the weight at which nothing is left, and the growth."""
    table = tables["ratios"]
    level = parameter("interval_level").value
    results = [
        Result.bounds("rate", possible("plan_rate_oxfordshire_2012_13"), "per 10,000"),
        Result.bounds("rate_national", possible("plan_rate_national_2012_13"), "per 10,000"),
        Result.bounds("deprived_share", quantity("deprived_share_oxfordshire"), "percent"),
        Result.bounds("deprived_share_national", quantity("deprived_share_national"), "percent"),
        Result("children_on_plan", int(table["children_on_plan"].iloc[0]), "children", "observed"),
        Result("level", 100 * level, "percent", "assumed"),
        Result(
            "families_of", int(parameter("children_a_family_on_plan").value), "children", "assumed"
        ),
    ]
    method = "Poisson, and rounding of the printed figures"
    for clusters in sorted(set(table["clusters"])):
        for weight in sorted(set(table["weight"])):
            row = rows_of(table, clusters=clusters, weight=weight).iloc[0]
            place = f"weight-{weight:g}/{clusters}"
            results.append(
                Result(
                    f"ratio/{place}",
                    row["ratio"],
                    "observed over expected",
                    "assumed",
                    row["low"],
                    row["high"],
                    level,
                    method,
                )
            )
    whole = rows_of(table, weight=table["weight"].max(), clusters="children").iloc[0]
    results.append(
        Result("expected_rate", whole["expected_rate_per_10000"], "per 10,000", "assumed")
    )
    results.append(
        Result("children_above_expected", whole["children_above_expected"], "children", "assumed")
    )
    results += [_break_even(), *_growth()]
    return Summary(tuple(results))


def _break_even() -> Result:
    """The weight at which the observed rate is the expected one: (1 - r/R) / (1 - d/D)."""

    def weight(rate: float, national: float, per_plan: float, national_per_plan: float) -> float:
        relative = rate * per_plan / (national * national_per_plan)
        return (1 - rate / national) / (1 - relative)

    names = ("rate", "national", "per_plan", "national_per_plan")
    statements = (
        "plan_rate_oxfordshire_2012_13",
        "plan_rate_national_2012_13",
        "deprived_children_per_plan_oxfordshire",
        "deprived_children_per_plan_national",
    )
    inputs = {name: possible(each) for name, each in zip(names, statements, strict=True)}
    low, high = extremes(weight, inputs)
    value = weight(**{name: middle(each) for name, each in inputs.items()})
    return Result(
        "break_even",
        100 * value,
        "percent of need",
        "assumed",
        100 * low,
        100 * high,
        1.0,
        "bounds of the printed figures",
    )


def _growth() -> list[Result]:
    """What the number of children carries of the growth, and what deprivation would have to."""
    years = [int(year) for year in parameter("oxfordshire_years").numbers]
    children, stock = (
        [_in_year(name, year) for year in (years[0], years[-1])]
        for name in ("oxfordshire_children_under_18", "oxfordshire_children_on_plan")
    )
    parts = decompose_product(
        {"children": children[0], "rate": stock[0] / children[0]},
        {"children": children[1], "rate": stock[1] / children[1]},
    )
    return [
        Result("growth_of_children", 100 * (children[1] / children[0] - 1), "percent", "observed"),
        Result("growth_of_rate", 100 * (parts.ratios[1] - 1), "percent", "observed"),
        Result(
            "share_of_growth",
            100 * parts.shares[0],
            "percent of the growth",
            "observed",
            method="logarithmic mean",
        ),
        Result("period/from", years[0], "year ending March", "observed"),
        Result("period/to", years[-1], "year ending March", "observed"),
    ]


def _in_year(name: str, year: int) -> float:
    years = parameter("oxfordshire_years").numbers
    return parameter(name).numbers[years.index(year)]


def _chance(cases: float) -> tuple[float, float]:
    """Ends of the exact Poisson interval over the number of cases (Garwood 1936)."""
    from scipy.stats import chi2

    tail = (1 - parameter("interval_level").value) / 2
    low, high = chi2.ppf(tail, 2 * cases) / 2, chi2.isf(tail, 2 * cases + 2) / 2
    return float(low / cases), float(high / cases)


def answer(summary: Summary) -> str:
    """The level, and on what it hangs; then the growth."""
    whole, none = summary["ratio/weight-1/children"], summary["ratio/weight-0/children"]
    families = summary["ratio/weight-1/families"]
    return "\n".join(
        [
            f"**The level.** Oxfordshire had {summary['rate'].text(1)} children on a plan for "
            f"every 10,000, England {summary['rate_national'].text(1)}. The two ratios of para 47 "
            f"imply that {summary['deprived_share'].text(1)} percent of children were "
            f"income-deprived, against {summary['deprived_share_national'].text(1)} nationally. If "
            "all need for plans went with income deprivation, "
            f"{summary['expected_rate'].text(1)} would be expected: Oxfordshire has "
            f"{whole.both(2)} times that ({summary['level'].text()}% interval; counting families "
            f"of {summary['families_of'].text()} rather than children, {families.range(2)}), or "
            f"about {summary['children_above_expected'].text()} of its "
            f"{summary['children_on_plan'].text()} children more.",
            "",
            "That hangs on one assumption. If no need went with deprivation the ratio would be "
            f"{none.both(2)}, below 1. Oxfordshire has more than need predicts only where at least "
            f"{summary['break_even'].text()} percent of need "
            f"({summary['break_even'].range()}, by the rounding of the printed figures) goes with "
            "income deprivation.",
            "",
            "**The growth.** The report gives deprivation at one date, so it cannot say that "
            f"deprivation grew. The number of children did, by "
            f"{summary['growth_of_children'].text(1)} percent between March "
            f"{_year(summary, 'from')} and March {_year(summary, 'to')}: that carries "
            f"{summary['share_of_growth'].text(1)} percent of the growth in plans. For need to "
            "carry the rest, need in each child would have had to grow by "
            f"{summary['growth_of_rate'].text()} percent in those years.",
        ]
    )


def _year(summary: Summary, end: str) -> str:
    return str(summary[f"period/{end}"].value)


ANALYSIS = Analysis(
    "deprivation",
    "Whether plans are more than deprivation predicts, and what need carries of their growth",
    measure,
    summarise,
    answer,
    (
        "The two rates and the two ratios of para 47, each as the interval of values that would be "
        "printed so; the number of children on a plan and of children from the Department for "
        "Education.",
        "Assumed: what share of need goes with income deprivation (both ends are shown), that the "
        "national ratio is what need predicts, and for the wider interval how many children of a "
        "family start a plan together.",
    ),
    (
        "Whether deprivation grew: it is given at one date.",
        "Whether the national ratio is the right one: it is practice elsewhere, not need.",
        "Anything on deprivation other than of income.",
    ),
    {
        "weight": Option(
            1.0, "share of need that goes with income deprivation, 0 to 1", least=0, most=1
        ),
        "clusters": Option(
            "children",
            "what counts as an independent case",
            allowed=("children", "families"),
        ),
    },
    needs={"weight": (0.0, 1.0), "clusters": ("children", "families")},
)
