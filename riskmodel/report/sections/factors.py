"""Prevalence against impact: the rates, the quadrants and their cuts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from riskmodel.factors import (
    Contradiction,
    FactorRates,
    Prevalence,
    QuadrantRegion,
    prevalence_values,
)
from riskmodel.report.model import Block, Chart, Paragraph, Section, Table
from riskmodel.report.wording import count_of, join_words, percent
from riskmodel.vocabulary import FACTORS

__all__ = ["factors_section"]

Printed = Mapping[str, tuple[str, str]]

_LABELS = {known.name: known.label for known in FACTORS}


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


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _introduction(rates: FactorRates) -> list[Paragraph]:
    ranked = sorted(
        zip(rates.counts.factors, rates.conversion, strict=True), key=lambda pair: -pair[1].value
    )
    (top, high), (bottom, low) = ranked[0], ranked[-1]
    shares = sum(estimate.value for estimate in rates.share_of_plans)
    level = percent(high.level, 0)
    return [
        Paragraph(
            f"Of the assessments in which {_label(top)} was found, {percent(high.value)} led to a "
            f"child protection plan ({level} interval {percent(high.low)} to "
            f"{percent(high.high)}); for {_label(bottom)} it was {percent(low.value)} "
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
    from riskmodel.report.figures import draw_ranked_rates

    rows = [
        (_label(name), estimate.value * 100, estimate.low * 100, estimate.high * 100)
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
            "factor": [_label(name) for name in counts.factors],
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
    chart = _quadrant_chart(reading, region, rates, printed, source)
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


def _worst(region: QuadrantRegion) -> Contradiction | None:
    """The contradiction with the widest gap."""
    return max(
        region.contradictions, key=lambda found: found.low_value - found.high_value, default=None
    )


def _impossible_words(region: QuadrantRegion) -> str:
    worst = _worst(region)
    if worst is None:
        return f"No cut on {region.reading} reproduces the printed quadrants."
    return (
        f"Read as {region.reading} with the factor, no cut can give the printed quadrants: "
        f"{_label(worst.high_factor)} with {float(worst.high_value):g} {region.reading} is printed "
        f"as high, {_label(worst.low_factor)} with {float(worst.low_value):g} as low. "
        f"{count_of(len(region.contradictions), 'pair')} of factors "
        f"{'contradicts' if len(region.contradictions) == 1 else 'contradict'} every cut."
    )


def _quadrant_chart(
    reading: Prevalence,
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    source: str,
) -> Chart:
    from riskmodel.report.figures import QuadrantPoint, draw_quadrants

    is_plans = reading == "plans"
    total = rates.counts.total_plans
    worst = _worst(region)
    marked = set() if worst is None else {worst.high_factor, worst.low_factor}
    scale = 100 / total if is_plans else 1.0
    points = [
        QuadrantPoint(
            _label(name),
            float(value) * scale,
            rate.value * 100,
            rate.low * 100,
            rate.high * 100,
            (printed[name][0], printed[name][1]),
            name in marked,
        )
        for name, value, rate in zip(
            rates.counts.factors,
            prevalence_values(rates.counts, reading),
            rates.conversion,
            strict=True,
        )
        if name in printed
    ]
    name = f"quadrants_by_{reading}"
    drawing = draw_quadrants(
        name,
        points,
        across=f"Share of the {total:,} plans" if is_plans else "Assessments with the factor",
        up=f"Conversion rate, with {percent(rates.conversion[0].level, 0)} interval",
        prevalence_cuts=_ends(region.prevalence, scale),
        impact_cuts=_ends(region.impact, 100),
        unit="%" if is_plans else "",
    )
    title = "Quadrants by plans with the factor: possible"
    if not region.is_feasible:
        title = f"Quadrants by {reading} with the factor: impossible"
    return Chart(
        name,
        title if is_plans or not region.is_feasible else f"Quadrants by {reading}: possible",
        _alt(points, reading, region),
        _caption(points, region, rates, printed, drawing.unplaced),
        drawing.svg,
        drawing.png,
        _points_table(name, points, reading, source, rates.counts.basis),
        source,
        rates.counts.basis,
        drawing.svg_narrow,
    )


def _ends(cuts: object, scale: float) -> tuple[float, float] | None:
    from riskmodel.estimates import Interval

    if not isinstance(cuts, Interval):
        return None
    return float(cuts.low) * scale, float(cuts.high) * scale


_QUADRANTS = {
    ("high", "high"): "commoner, plan more often (dark blue circle)",
    ("low", "high"): "rarer, plan more often (turquoise triangle)",
    ("low", "low"): "rarer, plan less often (dark pink square)",
    ("high", "low"): "commoner, plan less often (grey diamond)",
}


def _alt(points: list, reading: str, region: QuadrantRegion) -> str:  # type: ignore[type-arg]
    """What the chart shows, factor by factor."""
    groups = []
    for quadrant, words in _QUADRANTS.items():
        members = [point.label for point in points if point.printed == quadrant]
        if members:
            groups.append(f"{words.partition(' (')[0]}: {join_words(members)}")
    verdict = (
        "Shaded bands show the cuts that give these quadrants."
        if region.is_feasible
        else "A pair of factors marked with larger, outlined shapes lies the wrong way round."
    )
    return (
        f"Scatter chart of {len(points)} factors by {reading} with the factor and by conversion "
        f"rate, with intervals. As printed, {'; '.join(groups)}. {verdict}"
    )


def _caption(
    points: list,  # type: ignore[type-arg]
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    unplaced: tuple[str, ...],
) -> str:
    shapes = [
        words
        for quadrant, words in _QUADRANTS.items()
        if any(point.printed == quadrant for point in points)
    ]
    without = [name for name in printed if name not in rates.counts.factors]
    sentences = [f"Shapes show the printed quadrant: {'; '.join(shapes)}."]
    if region.is_feasible:
        sentences.append("Any pair of cuts inside the shaded bands gives the printed quadrants.")
    else:
        sentences.append("The two larger shapes are the pair furthest the wrong way round.")
    if without:
        counts = Counter(printed[name] for name in without)
        groups = join_words(
            f"{number} {_QUADRANTS[key].partition(' (')[0]}" for key, number in counts.items()
        )
        sentences.append(
            f"{count_of(len(without), 'further factor')} without printed counts (at most "
            f"{int(rates.counts.plans.min())} plans each, being below the last printed row) stand "
            f"in the printed chart: {groups}."
        )
    if unplaced:
        sentences.append(f"Not labelled for want of room: {join_words(unplaced)}.")
    return " ".join(sentences)


def _points_table(
    name: str,
    points: list,  # type: ignore[type-arg]
    reading: str,
    source: str,
    basis: str,
) -> Table:
    import pandas as pd

    is_plans = reading == "plans"
    frame = pd.DataFrame(
        {
            "factor": [point.label for point in points],
            reading: [
                f"{point.prevalence:.1f}%" if is_plans else int(point.prevalence)
                for point in points
            ],
            "conversion_rate": [f"{point.impact:.1f}%" for point in points],
            "conversion_low": [f"{point.low:.1f}%" for point in points],
            "conversion_high": [f"{point.high:.1f}%" for point in points],
            "printed_prevalence": [point.printed[0] for point in points],
            "printed_impact": [point.printed[1] for point in points],
        }
    )
    return Table(
        name,
        f"Numbers behind the chart of quadrants by {reading}",
        frame,
        {
            "factor": "Factor",
            "plans": "Share of plans",
            "assessments": "Assessments with the factor",
            "conversion_rate": "Conversion rate",
            "conversion_low": "Interval from",
            "conversion_high": "Interval to",
            "printed_prevalence": "Printed prevalence",
            "printed_impact": "Printed impact",
        },
        source=source,
        basis=basis,
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
            "factor": _label(name),
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
        f"{counts.get(key, 0)} {words.partition(' (')[0]}" for key, words in _QUADRANTS.items()
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
