"""The printed quadrants of factors: the chart in each reading, with its words and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.factors import (
    Contradiction,
    FactorRates,
    Prevalence,
    QuadrantRegion,
    prevalence_values,
)
from riskmodel.report.model import Block, Chart, Paragraph, Table
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.wording import count_of, join_words, label_of, percent

if TYPE_CHECKING:
    from riskmodel.report.charts import QuadrantPoint

__all__ = ["Printed", "quadrant_chart", "reading_blocks"]

Printed = Mapping[str, tuple[str, str]]
"""Printed (prevalence, impact) of each factor by name."""

_QUADRANTS = {
    ("high", "high"): "commoner, plan more often (dark blue circle)",
    ("low", "high"): "rarer, plan more often (turquoise triangle)",
    ("low", "low"): "rarer, plan less often (dark pink square)",
    ("high", "low"): "commoner, plan less often (grey diamond)",
}
"""A quadrant's name and how the chart shows it, by (prevalence, impact)."""


def reading_blocks(
    regions: Mapping[Prevalence, QuadrantRegion],
    rates: FactorRates,
    printed: Printed,
    source: str,
) -> list[Block]:
    """The printed quadrants in each reading of prevalence, and where every printed factor stands.

    Parameters
    ----------
    regions
        Feasible cuts by reading.
    rates, printed, source
        As for :func:`quadrant_chart`.
    """
    blocks: list[Block] = []
    for reading, region in regions.items():
        words = _feasible_words(region, rates) if region.is_feasible else _impossible_words(region)
        blocks += [Paragraph(words), quadrant_chart(reading, region, rates, printed, source)]
    return [*blocks, _membership(rates, regions, printed, source)]


def quadrant_chart(
    reading: Prevalence,
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    source: str,
) -> Chart:
    """The chart of one reading of prevalence.

    Parameters
    ----------
    reading, region
        The reading and the cuts that are feasible under it.
    rates
        Conversion rates and counts of the factors drawn.
    printed
        Printed quadrants; factors without counts are told in the caption. Where it is empty, shapes
        show on which side of the cuts a factor lies.
    source
        Document and paragraph of the counts.

    Raises
    ------
    DataError
        When there is neither a printed chart nor a cut.
    """
    from riskmodel.report.charts import QuadrantPoint, draw_quadrants

    if not printed and not region.is_feasible:
        raise DataError("there are no quadrants to draw: state the cuts, --cuts 0.12,0.25")
    sides = printed or _sides(region, rates)
    is_plans = reading == "plans"
    total = rates.counts.total_plans
    worst = _widest_contradiction(region)
    marked = set() if worst is None else {worst.high_factor, worst.low_factor}
    scale = 100 / total if is_plans else 1.0
    points = [
        QuadrantPoint(
            label_of(name),
            float(value) * scale,
            rate.value * 100,
            rate.low * 100,
            rate.high * 100,
            (sides[name][0], sides[name][1]),
            name in marked,
        )
        for name, value, rate in zip(
            rates.counts.factors,
            prevalence_values(rates.counts, reading),
            rates.conversion,
            strict=True,
        )
        if name in sides and rate.value == rate.value
    ]
    name = f"quadrants_by_{reading}"
    # A cut on plans is a share of the plans that it was made from, here as there.
    share = region.prevalence_share if is_plans else None
    drawing = draw_quadrants(
        name,
        points,
        across=f"Share of the {total:,} plans" if is_plans else "Assessments with the factor",
        up=f"Share that led to a plan, with {percent(rates.conversion[0].level, 0)} range",
        prevalence_cuts=_ends(region.prevalence, scale) if share is None else _ends(share, 100),
        impact_cuts=_ends(region.impact, 100),
        unit="%" if is_plans else "",
    )
    state = "possible" if region.is_feasible else "impossible"
    return chart_of(
        name,
        f"Quadrants by {reading} with the factor{f': {state}' if printed else ''}",
        _alt(points, reading, region, bool(printed)),
        _caption(points, region, rates, printed, drawing.unplaced),
        drawing,
        _points_table(points, reading, source, rates.counts.basis, bool(printed)),
    )


def _sides(region: QuadrantRegion, rates: FactorRates) -> Printed:
    """The side of each cut on which each factor lies."""
    rows: Any = region.classify(rates.counts).itertuples(index=False)
    return {row.factor: (row.prevalence, row.impact) for row in rows}


def _widest_contradiction(region: QuadrantRegion) -> Contradiction | None:
    """The contradiction with the widest gap."""
    return max(
        region.contradictions, key=lambda pair: pair.low_value - pair.high_value, default=None
    )


def _ends(cuts: Interval | None, scale: float) -> tuple[float, float] | None:
    if cuts is None:
        return None
    return float(cuts.low) * scale, float(cuts.high) * scale


def _alt(
    points: Sequence[QuadrantPoint], reading: str, region: QuadrantRegion, is_printed: bool
) -> str:
    """What the chart shows, factor by factor."""
    groups = []
    for quadrant, words in _QUADRANTS.items():
        members = [point.label for point in points if point.printed == quadrant]
        if members:
            groups.append(f"{words.partition(' (')[0]}: {join_words(members)}")
    lead, verdict = "As printed, " if is_printed else "", "Lines show the cuts."
    if is_printed:
        verdict = (
            "Shaded bands show the cuts that give these quadrants."
            if region.is_feasible
            else "A pair of factors marked with larger, outlined shapes lies the wrong way round."
        )
    return (
        f"Scatter chart of {len(points)} factors by {reading} with the factor and by the share of "
        f"assessments that led to a plan, with ranges. {lead}{'; '.join(groups)}. {verdict}"
    )


def _caption(
    points: Sequence[QuadrantPoint],
    region: QuadrantRegion,
    rates: FactorRates,
    printed: Printed,
    unplaced: tuple[str, ...],
) -> str:
    without = [name for name in printed if name not in rates.counts.factors]
    shapes = [
        words
        for quadrant, words in _QUADRANTS.items()
        if any(point.printed == quadrant for point in points)
    ]
    theirs = "printed " if printed else ""
    sentences = [f"Shapes show the {theirs}quadrant: {'; '.join(shapes)}."]
    if not printed:
        sentences.append(f"Lines show the cuts: {region.words()}.")
    elif region.is_feasible:
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
    points: Sequence[QuadrantPoint],
    reading: str,
    source: str,
    basis: str,
    is_printed: bool,
) -> Table:
    is_plans = reading == "plans"
    sides = {
        f"{'printed_' if is_printed else ''}{axis}": (
            f"Printed {axis}" if is_printed else f"Side of the cut on {axis}",
            [point.printed[position] for point in points],
        )
        for position, axis in enumerate(("prevalence", "impact"))
    }
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
            **{name: column for name, (_, column) in sides.items()},
        }
    )
    return Table(
        f"quadrants_by_{reading}",
        f"Numbers behind the chart of quadrants by {reading}",
        frame,
        {
            "factor": "Factor",
            "plans": "Share of plans",
            "assessments": "Assessments with the factor",
            "conversion_rate": "Share that led to a plan",
            "conversion_low": "Range from",
            "conversion_high": "Range to",
            **{name: label for name, (label, _) in sides.items()},
        },
        source=source,
        basis=basis,
    )


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
        f"{words} and the cut on the share that led to a plan above {percent(float(impact.low))} "
        f"and up to {percent(float(impact.high))}. The report card prints no cuts; these are all "
        "that reproduce its chart."
    )


def _impossible_words(region: QuadrantRegion) -> str:
    worst = _widest_contradiction(region)
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
        f"{counts.get(key, 0)} {words.partition(' (')[0]}" for key, words in _QUADRANTS.items()
    )
    return table_of(
        "quadrant_membership",
        f"The {len(printed)} printed factors and their quadrants",
        rows,
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
