"""Which factors go with a plan: counts, shares with ranges, and a picture of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskmodel.core.lazy import pd
from riskmodel.disclosure.release import Release
from riskmodel.disclosure.symbols import (
    CONFIDENTIAL,
    LOW,
    NOT_APPLICABLE,
    SHORTHAND,
    shorthand_notes,
)
from riskmodel.factors import FactorRates, Prevalence, QuadrantRegion, factor_rates
from riskmodel.factors.quadrants import own_region
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import chart_of
from riskmodel.report.sections.quadrants import Printed, reading_blocks
from riskmodel.report.wording import count_of, join_words, label_of, percent

__all__ = ["ENOUGH", "factors_point", "factors_section", "own_factors_section"]

ENOUGH = 30
"""Assessments from which a factor is ranked: of fewer, two or three plans make any share."""

Rows = Sequence[Mapping[Any, Any]]

_SHARES = {
    "share_of_plans": ("share", "Share of plans"),
    "conversion_rate": ("conversion", "Share of assessments that led to a plan"),
}
_CLASSES = {
    "prevalence": "Share of plans, against the median factor",
    "impact": "Share that led to a plan, against that of all assessments",
}


def factors_section(
    rates: FactorRates,
    regions: Mapping[Prevalence, QuadrantRegion],
    printed: Printed,
    *,
    title: str,
    source: str = "",
) -> Section:
    """Published counts: rates, the quadrant chart in each reading of prevalence, and membership.

    Parameters
    ----------
    rates
        Conversion rate and share of plans of each factor.
    regions
        Feasible cuts by reading of prevalence; ``plans`` or ``assessments`` may be missing.
    printed
        Printed (prevalence, impact) of each factor by name, factors without counts included.
    title
        Heading of the section.
    source
        Document and paragraph of the counts.
    """
    rows = rates.to_frame().to_dict("records")
    blocks: list[Block] = [
        Paragraph(_range_words(rates)),
        Paragraph(_association_words(rates)),
        _rates_chart(rates, rows, source),
        *reading_blocks(regions, rates, printed, source),
    ]
    return Section("factors", title, tuple(blocks))


def own_factors_section(release: Release, *, title: str, source: str) -> Section:
    """A table of the authority's own: counts, rates, and the factors on each side of its own cuts.

    Parameters
    ----------
    release
        What may be printed of the table. Charts and sentences rest on these counts and on no
        others; a count or share that is withheld is a symbol.
    title
        Heading of the section.
    source
        Name of the table.
    """
    rates = factor_rates(release.counts(), design=release.design_of(release.counts()))
    rows = _own_rows(release).to_dict("records")
    protection = release.words()
    reading = (release.finding(), release.account_words(), protection)
    blocks: list[Block] = [
        Paragraph(_introduction(rates, len(rows), source)),
        *(Paragraph(words) for words in reading if words),
        Paragraph(_range_words(rates)),
        _rates_chart(rates, rows, source, protection),
    ]
    if rates.counts.total_plans:
        blocks.append(Paragraph(_own_words(rows)))
    blocks.append(Paragraph(_association_words(rates)))
    return Section("factors", title, tuple(blocks))


def factors_point(rates: FactorRates) -> Point:
    """The factors most and least often followed by a plan, for the summary."""
    return Point(f"{_range_words(rates)} These are associations.", "factors")


def _own_rows(release: Release) -> Any:
    """One row a factor with withheld cells marked, and its side of each of its own cuts."""

    def rows(counts: Any) -> Any:
        rates = factor_rates(counts, design=release.design_of(counts))
        frame, region = rates.to_frame(), own_region(counts)
        if not region.is_feasible or (release.account is not None and release.account.rule):
            return frame.assign(**dict.fromkeys(_CLASSES, NOT_APPLICABLE))
        classes = region.classify(counts)
        return frame.assign(**{name: classes[name] for name in _CLASSES})

    return release.frame(rows)


def _ranked(rates: FactorRates) -> list[tuple[str, Any]]:
    """Factors that were found, the highest rate first."""
    found = [
        (name, rate)
        for name, rate in zip(rates.counts.factors, rates.conversion, strict=True)
        if rate.value == rate.value
    ]
    return sorted(found, key=lambda pair: (-pair[1].value, pair[0]))


def _range_words(rates: FactorRates) -> str:
    ranked = _ranked(rates)
    if not ranked:
        return "No factor was recorded."
    enough = [pair for pair in ranked if (pair[1].denominator or 0) >= ENOUGH] or ranked
    (top, high), (bottom, low) = enough[0], enough[-1]
    of = f" with {ENOUGH} assessments or more" if len(enough) < len(ranked) else ""
    words = (
        f"Of assessments with {label_of(top)}, {percent(high.value)} led to a plan, the highest "
        f"share of {count_of(len(enough), 'factor')}{of} ({percent(high.level, 0)} range "
        f"{percent(high.low)} to {percent(high.high)})"
    )
    if len(enough) == 1:
        return f"{words}."
    return (
        f"{words}; with {label_of(bottom)} it was {percent(low.value)}, the lowest "
        f"({percent(low.low)} to {percent(low.high)})."
    )


def _association_words(rates: FactorRates) -> str:
    related = f"{rates.design.words()} " if rates.design else ""
    shares = sum(share.value for share in rates.share_of_plans if share.value == share.value)
    return (
        "This is an association between a recorded factor and a plan. It does not say that the "
        "factor brought the plan about, nor what would follow if it were absent: several factors "
        f"are recorded for one child, and the {count_of(len(_ranked(rates)), 'row')} together come "
        f"to {percent(shares, 0)} of the {rates.counts.total_plans:,} plans. The ranges allow for "
        f"chance alone, not for differences between years or in recording. {related}Basis: "
        f"{rates.counts.basis}."
    )


def _introduction(rates: FactorRates, factors: int, source: str) -> str:
    counts = rates.counts
    among = ""
    if counts.total_assessments is not None:
        among = f"{count_of(counts.total_assessments, 'assessment')}, of which "
    shown = "" if len(counts.factors) == factors else f"; of {len(counts.factors)} both are shown"
    return (
        f"{source} holds {among}{counts.total_plans:,} led to a plan, and "
        f"{count_of(factors, 'factor')} with assessments and plans{shown}. The unit is the "
        "assessment."
    )


def _own_words(rows: Rows) -> str:
    high = [
        label_of(row["factor"])
        for row in rows
        if (row["prevalence"], row["impact"]) == ("high", "high")
    ]
    return (
        "Both commoner among plans than the median factor and more often followed by a plan than "
        f"assessments in all: {join_words(high) or 'no factor'}."
    )


def _rates_chart(
    rates: FactorRates, rows: Rows, source: str, protection: str = ""
) -> Chart | Table:
    from riskmodel.report.charts import draw_ranked_rates

    table = _rates_table(rates, rows, source, protection)
    points = [
        (label_of(name), 100 * rate.value, 100 * rate.low, 100 * rate.high)
        for name, rate in _ranked(rates)
    ]
    if not points:
        return table
    level = percent(rates.conversion[0].level, 0)
    drawing = draw_ranked_rates(
        "conversion_rates",
        points,
        across="Share of assessments that led to a plan",
    )
    listed = join_words(f"{label} {rate:.1f}%" for label, rate, _, _ in points)
    missing = len(rows) - len(points)
    left_out = (
        f" Not drawn: {count_of(missing, 'factor')} with a count withheld or never found."
        if missing
        else ""
    )
    return chart_of(
        "conversion_rates",
        "Share of assessments with each factor that led to a plan",
        f"Dot and range plot of {count_of(len(points), 'rate')} from highest to lowest: {listed}.",
        f"Dot: the share. Line: its {level} range. Where two lines lie over each other for most of "
        f"their length, the order of the two factors may be chance.{left_out}",
        drawing,
        table,
    )


def _rates_table(rates: FactorRates, rows: Rows, source: str, protection: str) -> Table:
    level = percent(rates.conversion[0].level, 0) if rates.conversion else "95%"
    classes = {name: words for name, words in _CLASSES.items() if rows and name in rows[0]}
    labels = {"factor": "Factor", "plans": "Plans with the factor"}
    for share, (short, words) in _SHARES.items():
        if share == "conversion_rate":
            labels["assessments"] = "Assessments with the factor"
        labels |= {share: words, f"{short}_low": f"{words}, {level} range from"}
        labels[f"{short}_high"] = f"{words}, {level} range to"
    labels |= {"method": "Method of the range", "basis": "Basis", **classes}
    frame = pd.DataFrame(
        [
            {
                "factor": label_of(row["factor"]),
                "plans": row["plans"],
                "assessments": row["assessments"],
                **{
                    (f"{short}{end}" if end else share): _cell(row[f"{share}{end}"])
                    for share, (short, _) in _SHARES.items()
                    for end in ("", "_low", "_high")
                },
                "method": str(row["conversion_rate_method"]).capitalize(),
                "basis": rates.counts.basis,
                **{name: row[name] for name in classes},
            }
            for row in rows
        ],
        columns=list(labels),
        dtype=object,
    )
    symbols = "; ".join(f"{symbol} {words}" for symbol, words in shorthand_notes())
    notes = (f"Shorthand: {symbols}.", protection) if classes else ()
    return Table(
        "factor_rates",
        "Share of assessments that led to a plan, and share of plans, by factor",
        frame,
        labels,
        tuple(note for note in notes if note),
        source,
        rates.counts.basis,
    )


def _cell(value: object) -> str:
    """A share as it is printed, or the symbol that stands for it."""
    if isinstance(value, str) and value in SHORTHAND:
        return value
    if not isinstance(value, float | int):
        return CONFIDENTIAL
    if value != value:
        # No share of nothing: the factor was never found.
        return NOT_APPLICABLE
    shown = percent(float(value))
    return LOW if value > 0 and shown == percent(0.0) else shown
