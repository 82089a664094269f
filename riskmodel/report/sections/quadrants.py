"""The quadrant chart as a block of the report, with its words and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from riskmodel.estimates import Interval
from riskmodel.factors import (
    Contradiction,
    FactorRates,
    Prevalence,
    QuadrantRegion,
    prevalence_values,
)
from riskmodel.report.model import Chart, Table
from riskmodel.report.wording import count_of, join_words, label_of, percent

if TYPE_CHECKING:
    from riskmodel.report.charts import QuadrantPoint

__all__ = ["QUADRANTS", "Printed", "quadrant_chart", "widest_contradiction"]

Printed = Mapping[str, tuple[str, str]]
"""Printed (prevalence, impact) of each factor by name."""

QUADRANTS = {
    ("high", "high"): "commoner, plan more often (dark blue circle)",
    ("low", "high"): "rarer, plan more often (turquoise triangle)",
    ("low", "low"): "rarer, plan less often (dark pink square)",
    ("high", "low"): "commoner, plan less often (grey diamond)",
}
"""A quadrant's name and how the chart shows it, by (prevalence, impact)."""


def widest_contradiction(region: QuadrantRegion) -> Contradiction | None:
    """The contradiction with the widest gap."""
    return max(
        region.contradictions, key=lambda found: found.low_value - found.high_value, default=None
    )


def quadrant_chart(
    reading: Prevalence,
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    source: str,
    *,
    is_own: bool = False,
) -> Chart:
    """The chart of one reading of prevalence.

    Parameters
    ----------
    reading, region
        The reading and the cuts that are feasible under it.
    rates
        Conversion rates and counts of the factors drawn.
    printed
        Printed quadrants; factors without counts are told in the caption.
    source
        Document and paragraph of the counts.
    is_own
        Whether the counts are of another table than the one that the printed chart was made from.
    """
    from riskmodel.report.charts import QuadrantPoint, draw_quadrants

    is_plans = reading == "plans"
    total = rates.counts.total_plans
    worst = widest_contradiction(region)
    marked = set() if worst is None else {worst.high_factor, worst.low_factor}
    scale = 100 / total if is_plans else 1.0
    points = [
        QuadrantPoint(
            label_of(name),
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
        if name in printed and rate.value == rate.value
    ]
    name = f"own_quadrants_by_{reading}" if is_own else f"quadrants_by_{reading}"
    # A cut on plans is a share of the plans that it was made from, here as there.
    share = region.prevalence_share if is_plans else None
    drawing = draw_quadrants(
        name,
        points,
        across=f"Share of the {total:,} plans" if is_plans else "Assessments with the factor",
        up=f"Conversion rate, with {percent(rates.conversion[0].level, 0)} interval",
        prevalence_cuts=_ends(region.prevalence, scale) if share is None else _ends(share, 100),
        impact_cuts=_ends(region.impact, 100),
        unit="%" if is_plans else "",
    )
    title = "Quadrants by plans with the factor: possible"
    if not region.is_feasible:
        title = f"Quadrants by {reading} with the factor: impossible"
    if is_own:
        title = "The table's own factors, with the cuts of the report card's chart"
    elif not is_plans and region.is_feasible:
        title = f"Quadrants by {reading}: possible"
    caption = _own_caption if is_own else _caption
    return Chart(
        name,
        title,
        _alt(points, reading, region),
        caption(points, region, rates, printed, drawing.unplaced),
        drawing.svg,
        drawing.png,
        _points_table(name, points, reading, source, rates.counts.basis),
        source,
        rates.counts.basis,
        drawing.svg_narrow,
    )


def _ends(cuts: Interval | None, scale: float) -> tuple[float, float] | None:
    if cuts is None:
        return None
    return float(cuts.low) * scale, float(cuts.high) * scale


def _alt(points: Sequence[QuadrantPoint], reading: str, region: QuadrantRegion) -> str:
    """What the chart shows, factor by factor."""
    groups = []
    for quadrant, words in QUADRANTS.items():
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
    points: Sequence[QuadrantPoint],
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    unplaced: tuple[str, ...],
) -> str:
    shapes = [
        words
        for quadrant, words in QUADRANTS.items()
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
            f"{number} {QUADRANTS[key].partition(' (')[0]}" for key, number in counts.items()
        )
        sentences.append(
            f"{count_of(len(without), 'further factor')} without printed counts (at most "
            f"{int(rates.counts.plans.min())} plans each, being below the last printed row) stand "
            f"in the printed chart: {groups}."
        )
    if unplaced:
        sentences.append(f"Not labelled for want of room: {join_words(unplaced)}.")
    return " ".join(sentences)


def _own_caption(
    points: Sequence[QuadrantPoint],
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    unplaced: tuple[str, ...],
) -> str:
    shapes = [
        words
        for quadrant, words in QUADRANTS.items()
        if any(point.printed == quadrant for point in points)
    ]
    sentences = [
        f"Shapes show where the report card's chart has the factor: {'; '.join(shapes)}. The "
        "shaded bands are the cuts that reproduce that chart, laid over this table."
    ]
    local = [name for name in rates.counts.factors if name not in printed]
    if local:
        sentences.append(f"Not in that chart: {join_words(map(label_of, local))}.")
    if unplaced:
        sentences.append(f"Not labelled for want of room: {join_words(unplaced)}.")
    return " ".join(sentences)


def _points_table(
    name: str,
    points: Sequence[QuadrantPoint],
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
