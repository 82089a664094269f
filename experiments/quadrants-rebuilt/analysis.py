"""The quadrant chart of para 17 rebuilt: cuts, intervals, and how sure a quadrant is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from riskmodel.experiments import Analysis, Option, Picture, Point, Result, Summary, Tables, frame
from riskmodel.factors import analyse_factors, factor_rates, feasible_region
from riskmodel.factors.membership import membership, rank_probabilities
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.report.wording import label_of

_QUADRANTS = ("high_high", "high_low", "low_high", "low_low")


def measure(point: Point) -> Tables:
    """Rates, feasible cuts in both readings of prevalence, and membership probabilities."""
    counts, printed = factor_counts(), printed_quadrants()
    random = point.random()
    regions = {
        reading: feasible_region(counts, printed, prevalence=reading)
        for reading in ("plans", "assessments")
    }
    cuts = []
    for reading, region in regions.items():
        for axis, interval in (("prevalence", region.prevalence), ("impact", region.impact)):
            if interval is not None:
                cuts.append((reading, axis, float(interval.low), float(interval.high)))
        cuts.extend(
            (reading, f"contradiction: {one}", math.nan, math.nan) for one in region.contradictions
        )
    draws = point.settings["draws"]
    found = membership(counts, regions["plans"], random, draws=draws).to_frame()
    return {
        "rates": analyse_factors(counts, printed).to_frame(),
        "cuts": frame(("reading", "axis", "low", "high"), cuts),
        "membership": found.assign(draws=draws),
        "ranks": rank_probabilities(counts, random, draws=draws),
    }


def summarise(tables: Tables) -> Summary:
    """Cuts, contradictions, rates, and the probability of each factor's printed quadrant."""
    cuts, rates, members = tables["cuts"], tables["rates"], tables["membership"]
    results = [Result("factors", len(rates), "factors", "published")]
    is_cut = cuts["low"].notna()
    for row in cuts[is_cut].to_dict("records"):
        scale, unit = (100, "percent") if row["axis"] == "impact" else (1, row["reading"])
        low, high = row["low"] * scale, row["high"] * scale
        results.append(
            Result.within(
                f"cut/{row['reading']}/{row['axis']}",
                ((low + high) / 2, low, high),
                unit,
                "published",
                1.0,
                "bounds of the printed figures",
            )
        )
    for reading in ("plans", "assessments"):
        wrong = int(((cuts["reading"] == reading) & ~is_cut).sum())
        results.append(Result(f"contradictions/{reading}", wrong, "pairs of factors", "published"))
    level = float(rates["level"].iloc[0])
    results.append(Result("level", 100 * level, "percent", "assumed"))
    for rate, member in zip(rates.to_dict("records"), members.to_dict("records"), strict=True):
        name = rate["factor"]
        results.append(
            Result.within(
                f"rate/{name}",
                (
                    rate["conversion_rate"],
                    rate["conversion_rate_low"],
                    rate["conversion_rate_high"],
                ),
                "percent",
                "published",
                level,
                rate["conversion_rate_method"],
                scale=100,
            )
        )
        quadrant = f"{rate['printed_prevalence']}_{rate['printed_impact']}"
        results.append(
            Result(
                f"probability/{name}",
                100 * member[quadrant],
                "percent",
                "assumed",
                method="beta and gamma draws, cuts drawn over their feasible intervals",
            )
        )
    return Summary(tuple(results))


def factor(one: Result) -> str:
    """The printed label of the factor that a result is of."""
    return label_of(one.name.partition("/")[2])


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """The chart in both readings."""
    from riskmodel.report.sections.quadrants import quadrant_chart

    counts, printed = factor_counts(), printed_quadrants()
    rates = factor_rates(counts)
    return {
        f"quadrants_by_{reading}": quadrant_chart(
            reading,
            feasible_region(counts, printed, prevalence=reading),
            rates,
            printed,
            "Report card, paras 16-17",
        )
        for reading in ("plans", "assessments")
    }


QUADRANTS = Analysis(
    "quadrants",
    "The chart of prevalence against impact, its cuts, and how sure each quadrant is",
    measure,
    summarise,
    {"draws": Option(200_000, "draws behind each probability", quick=20_000, least=100)},
    figures=figures,
)
