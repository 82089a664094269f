"""Para 47: whether plans are more than deprivation predicts, and what of their growth is need."""

from __future__ import annotations

from riskmodel.experiments import Analysis, Option, Point, Result, Summary, Tables, frame, rows_of
from riskmodel.explanations import decompose_product, extremes
from riskmodel.parameters import parameter
from riskmodel.published import implied_interval, statement_interval

_RATE_YEAR = 2013
"""The rates of para 47 are of the end of 2012/13."""


def measure(point: Point) -> Tables:
    """Observed over expected rate, when a share of need goes with income deprivation."""
    weight = float(point.settings["weight"])
    inputs = {
        "rate": statement_interval("plan_rate_oxfordshire_2012_13"),
        "national": statement_interval("plan_rate_national_2012_13"),
        "per_plan": statement_interval("deprived_children_per_plan_oxfordshire"),
        "national_per_plan": statement_interval("deprived_children_per_plan_national"),
    }

    def expected(rate: float, national: float, per_plan: float, national_per_plan: float) -> float:
        relative = rate * per_plan / (national * national_per_plan)
        return national * (1 - weight + weight * relative)

    def ratio(**values: float) -> float:
        return values["rate"] / expected(**values)

    middles = {name: interval.middle for name, interval in inputs.items()}
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
        Result.bounds("rate", statement_interval("plan_rate_oxfordshire_2012_13"), "per 10,000"),
        Result.bounds(
            "rate_national", statement_interval("plan_rate_national_2012_13"), "per 10,000"
        ),
        Result.bounds("deprived_share", implied_interval("deprived_share_oxfordshire"), "percent"),
        Result.bounds(
            "deprived_share_national", implied_interval("deprived_share_national"), "percent"
        ),
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
                Result.within(
                    f"ratio/{place}",
                    (row["ratio"], row["low"], row["high"]),
                    "observed over expected",
                    "assumed",
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
    inputs = {name: statement_interval(each) for name, each in zip(names, statements, strict=True)}
    low, high = extremes(weight, inputs)
    value = weight(**{name: each.middle for name, each in inputs.items()})
    return Result.within(
        "break_even",
        (value, low, high),
        "percent of need",
        "assumed",
        1.0,
        "bounds of the printed figures",
        scale=100,
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


DEPRIVATION = Analysis(
    "deprivation",
    "Whether plans are more than deprivation predicts, and what need carries of their growth",
    measure,
    summarise,
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
