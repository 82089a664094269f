"""Prevalence against impact: the rates, the quadrants and their cuts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from riskmodel.factors import (
    FactorRates,
    Prevalence,
    QuadrantRegion,
)
from riskmodel.report.model import Block, Chart, Paragraph, Section, Table
from riskmodel.report.sections.quadrants import (
    QUADRANTS,
    Printed,
    quadrant_chart,
    widest_contradiction,
)
from riskmodel.report.wording import count_of, join_words, label_of, percent

__all__ = ["factors_section"]


def factors_section(
    rates: FactorRates,
    regions: Mapping[Prevalence, QuadrantRegion],
    printed: Printed,
    *,
    source: str = "",
) -> Section:
    """Conversion rates, the quadrant chart in both readings of prevalence, and membership.

    Parameters
    ----------
    rates
        Conversion rate and share of plans of each factor.
    regions
        Feasible cuts by reading of prevalence; ``plans`` or ``assessments`` may be missing.
    printed
        Printed (prevalence, impact) of each factor by name, factors without counts included.
    source
        Document and paragraph of the counts.
    """
    blocks: list[Block] = [*_introduction(rates), _rates_chart(rates, source)]
    for reading, region in regions.items():
        blocks += _reading(reading, region, rates, printed, source)
    blocks.append(_membership(rates, regions, printed, source))
    return Section("factors", "Prevalence against impact", tuple(blocks))


def _introduction(rates: FactorRates) -> list[Paragraph]:
    ranked = sorted(
        zip(rates.counts.factors, rates.conversion, strict=True), key=lambda pair: -pair[1].value
    )
    (top, high), (bottom, low) = ranked[0], ranked[-1]
    shares = sum(estimate.value for estimate in rates.share_of_plans)
    level = percent(high.level, 0)
    return [
        Paragraph(
            f"Of the assessments in which {label_of(top)} was found, {percent(high.value)} led to "
            f"a child protection plan ({level} interval {percent(high.low)} to "
            f"{percent(high.high)}); for {label_of(bottom)} it was {percent(low.value)} "
            f"({percent(low.low)} to {percent(low.high)}). This is the conversion rate, which the "
            "report card calls impact."
        ),
        Paragraph(
            "It is an association between a recorded factor and a plan. It does not say that the "
            "factor brought the plan about, nor what would follow if it were absent: several "
            f"factors are recorded for one child, and the {len(ranked)} rows together come to "
            f"{percent(shares, 0)} of the {rates.counts.total_plans:,} plans. The intervals allow "
            "for chance alone, not for differences between years or in recording."
        ),
    ]


def _rates_chart(rates: FactorRates, source: str) -> Chart:
    from riskmodel.report.charts import draw_ranked_rates

    rows = [
        (label_of(name), estimate.value * 100, estimate.low * 100, estimate.high * 100)
        for name, estimate in zip(rates.counts.factors, rates.conversion, strict=True)
    ]
    level = percent(rates.conversion[0].level, 0)
    drawing = draw_ranked_rates(
        "conversion_rates", rows, across=f"Conversion rate, with {level} interval"
    )
    ranked = sorted(rows, key=lambda row: (-row[1], row[0]))
    listed = join_words(f"{label} {rate:.1f}%" for label, rate, _, _ in ranked)
    return Chart(
        "conversion_rates",
        "Share of assessments with each factor that led to a plan",
        f"Dot and interval plot of {len(rows)} conversion rates from highest to lowest: {listed}.",
        f"Dot: the conversion rate. Line: its {level} interval. Where two lines lie over each "
        "other for most of their length, the order of the two factors may be chance.",
        drawing.svg,
        drawing.png,
        _rates_table(rates, source),
        source,
        rates.counts.basis,
        drawing.svg_narrow,
    )


def _rates_table(rates: FactorRates, source: str) -> Table:
    import pandas as pd

    counts = rates.counts
    frame = pd.DataFrame(
        {
            "factor": [label_of(name) for name in counts.factors],
            "plans": counts.plans.tolist(),
            "share_of_plans": [percent(found.value) for found in rates.share_of_plans],
            "share_low": [percent(found.low) for found in rates.share_of_plans],
            "share_high": [percent(found.high) for found in rates.share_of_plans],
            "assessments": counts.assessments.tolist(),
            "conversion_rate": [percent(found.value) for found in rates.conversion],
            "conversion_low": [percent(found.low) for found in rates.conversion],
            "conversion_high": [percent(found.high) for found in rates.conversion],
            "method": [found.method.capitalize() for found in rates.conversion],
            "basis": [found.basis for found in rates.conversion],
        }
    )
    level = percent(rates.conversion[0].level, 0)
    return Table(
        "factor_rates",
        "Conversion rate and share of plans, with intervals",
        frame,
        {
            "factor": "Factor",
            "plans": "Plans with the factor",
            "share_of_plans": "Share of plans",
            "share_low": f"Share of plans, {level} from",
            "share_high": f"Share of plans, {level} to",
            "assessments": "Assessments with the factor",
            "conversion_rate": "Conversion rate",
            "conversion_low": f"Conversion rate, {level} from",
            "conversion_high": f"Conversion rate, {level} to",
            "method": "Interval",
            "basis": "Basis",
        },
        source=source,
        basis=counts.basis,
    )


def _reading(
    reading: Prevalence,
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    source: str,
) -> list[Block]:
    chart = quadrant_chart(reading, region, rates, printed, source)
    if region.is_feasible:
        return [Paragraph(_feasible_words(region, rates)), chart]
    return [Paragraph(_impossible_words(region)), chart]


def _feasible_words(region: QuadrantRegion, rates: FactorRates) -> str:
    cuts, impact = region.prevalence, region.impact
    if cuts is None or impact is None:
        return ""
    total = rates.counts.total_plans
    words = (
        f"Read as {region.reading} with the factor, prevalence gives every printed quadrant, with "
        f"the cut anywhere above {float(cuts.low):g} and up to {float(cuts.high):g} "
        f"{region.reading}"
    )
    if region.reading == "plans":
        words += (
            f" ({percent(float(cuts.low) / total)} to {percent(float(cuts.high) / total)} of the "
            f"{total:,} plans)"
        )
    return (
        f"{words} and the cut on the conversion rate above {percent(float(impact.low))} and up to "
        f"{percent(float(impact.high))}. The report card prints no cuts; these are all that "
        "reproduce its chart."
    )


def _impossible_words(region: QuadrantRegion) -> str:
    worst = widest_contradiction(region)
    if worst is None:
        return f"No cut on {region.reading} reproduces the printed quadrants."
    return (
        f"Read as {region.reading} with the factor, no cut can give the printed quadrants: "
        f"{label_of(worst.high_factor)} with {float(worst.high_value):g} {region.reading} is "
        f"printed as high, {label_of(worst.low_factor)} with {float(worst.low_value):g} as low. "
        f"{count_of(len(region.contradictions), 'pair')} of factors "
        f"{'contradicts' if len(region.contradictions) == 1 else 'contradict'} every cut."
    )


def _membership(
    rates: FactorRates,
    regions: Mapping[Prevalence, QuadrantRegion],
    printed: Printed,
    source: str,
) -> Table:
    """All printed factors with their quadrant, and where counts put them under each reading."""
    import pandas as pd

    classified = {
        reading: region.classify(rates.counts).set_index("factor")
        for reading, region in regions.items()
    }
    rows = []
    for name, (prevalence, impact) in printed.items():
        row: dict[str, str] = {
            "factor": label_of(name),
            "printed_prevalence": prevalence,
            "printed_impact": impact,
        }
        for reading, frame in classified.items():
            if name in frame.index:
                found = tuple(frame.loc[name, ["prevalence", "impact"]])
                row[f"by_{reading}"] = _agreement(found, (prevalence, impact))
            else:
                row[f"by_{reading}"] = "no counts printed"
        rows.append(row)
    counts = Counter(printed.values())
    notes = join_words(
        f"{counts.get(key, 0)} {words.partition(' (')[0]}" for key, words in QUADRANTS.items()
    )
    return Table(
        "quadrant_membership",
        f"The {len(printed)} printed factors and their quadrants",
        pd.DataFrame(rows),
        {
            "factor": "Factor",
            "printed_prevalence": "Printed prevalence",
            "printed_impact": "Printed impact",
            "by_plans": "Counts by plans",
            "by_assessments": "Counts by assessments",
        },
        (f"Printed: {notes}.",),
        source,
        "published",
        folded=True,
    )


def _agreement(found: tuple[str, ...], printed: tuple[str, str]) -> str:
    if "none" in found:
        return "no cut is possible"
    if found == printed:
        return "agrees at every feasible cut"
    if "depends" in found:
        return "depends on the cut"
    return f"{found[0]} prevalence, {found[1]} impact"
