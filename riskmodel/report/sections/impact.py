"""Adjusted association on an assessment-level table, as a section of the report."""

from __future__ import annotations

import re
from dataclasses import replace

from riskmodel.estimates import Estimate
from riskmodel.factors.adjusted.reach import reach_words
from riskmodel.factors.adjusted.result import FactorAssociation, FactorImpact
from riskmodel.factors.adjusted.table_impact import TableImpact
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import chart_of
from riskmodel.report.sections.impact_tables import (
    beside_table,
    fractions_table,
    measures_table,
)
from riskmodel.report.wording import count_of, join_words, label_of, percent

__all__ = [
    "impact_charts",
    "impact_point",
    "impact_section",
    "impact_sentences",
    "table_impact_section",
]

SHOWN = 15
"""Factors in the chart: those with the most plans. The table beside it holds all."""


def impact_section(
    result: FactorImpact,
    *,
    title: str = "Which factors go with a plan, the others allowed for",
    source: str = "",
    tells_none: bool = True,
) -> Section:
    """Adjusted association of factors, their fractions of plans, and how they overlap.

    Parameters
    ----------
    result
        What was measured.
    title
        Heading of the section.
    source
        Where the table comes from.
    tells_none
        Whether the share of assessments without any factor may be told.
    """
    sentences = impact_sentences(result)
    beside, *overlap = impact_charts(result, source=source)
    blocks: list[Block] = [
        *(Paragraph(words) for words in sentences[:3]),
        beside,
        measures_table(result, source),
        Paragraph(_fraction_words(result)),
        fractions_table(result, source),
        Paragraph(_overlap_words(result, tells_none)),
        *overlap,
    ]
    if result.notes:
        blocks.append(Paragraph("To bear in mind: " + _labelled(" ".join(result.notes))))
    return Section("impact", title, tuple(blocks))


def table_impact_section(table: TableImpact, *, title: str, source: str) -> Section:
    """The same of an authority's own table, with only what may be printed of it.

    Parameters
    ----------
    table
        What was measured, of observed records on the factors that may be told.
    title
        Heading of the section.
    source
        Name of the table.
    """
    is_protected = table.release.policy is not None
    section = impact_section(table.impact, title=title, source=source, tells_none=not is_protected)
    said = [table.release.words()]
    if table.withheld_factors:
        named = join_words(label_of(name) for name in table.withheld_factors)
        said.append(f"Left out, because a count of theirs is withheld: {named}.")
    notes = tuple(Paragraph(words) for words in said if words)
    return replace(section, blocks=(*section.blocks, *notes))


def impact_point(result: FactorImpact) -> Point:
    """The strongest associations in a sentence, for the summary."""
    return Point(impact_sentences(result)[0], "impact")


def impact_sentences(result: FactorImpact) -> list[str]:
    """Plain English: the strongest associations, what they are, and what they rest on."""
    held = [found for found in result.factors if _is_clear(found.adjusted.risk_difference)]
    higher = sorted(
        (found for found in held if found.adjusted.risk_difference.value > 0),
        key=lambda found: -found.adjusted.risk_difference.value,
    )
    lower = sorted(
        (found for found in held if found.adjusted.risk_difference.value < 0),
        key=lambda found: found.adjusted.risk_difference.value,
    )
    words = [
        f"Among {result.total_assessments:,} assessments, {result.total_plans:,} led to a plan. "
        f"With the other recorded factors alike, a plan was {_list(higher, 'more')}; it was "
        f"{_list(lower, 'less')}. For {count_of(len(result.factors) - len(held), 'factor')} "
        f"the {percent(result.level, 0)} range includes no difference."
    ]
    words.append(
        "These are associations: adjusted for the other factors in the table and for nothing else. "
        "They do not say what a factor brings about, or what would follow if it were absent, and "
        "nothing here is computed for a single child."
    )
    basis = f"Basis: {result.basis}."
    if result.basis == "assumed":
        basis += (
            " Which factors were recorded together is an assumption of the synthetic table, so "
            "these figures give back the association that was put in: they show the method, not "
            "the authority."
        )
    return [*words, basis]


def impact_charts(result: FactorImpact, *, source: str = "") -> tuple[Chart, ...]:
    """The adjusted differences beside the crude ones; the combinations, where there are any.

    Parameters
    ----------
    result
        What was measured.
    source
        Where the table comes from.
    """
    beside = _beside_chart(result, source)
    if not result.combinations.combinations:
        return (beside,)
    return beside, _combinations_chart(result, source)


def _labelled(text: str) -> str:
    """The words with the printed labels of factors in place of their names."""
    return re.sub(r"\b[a-z]+(?:_[a-z]+)+\b", lambda found: label_of(found[0]), text)


def _is_clear(estimate: Estimate) -> bool:
    return estimate.low > 0 or estimate.high < 0


def _list(found: list[FactorAssociation], way: str) -> str:
    if not found:
        return f"clearly {way} frequent with no factor"
    named = [
        f"{label_of(each.factor)} ({_points(each.adjusted.risk_difference.value)} percentage "
        "points)"
        for each in found[:3]
    ]
    if len(found) > 3:
        named.append(count_of(len(found) - 3, "further factor"))
    return f"{way} frequent with {join_words(named)}"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _beside_chart(result: FactorImpact, source: str) -> Chart:
    from riskmodel.report.charts.impact import ComparedRate, draw_adjusted_beside_crude

    most = sorted(
        result.factors, key=lambda found: -(found.adjusted.risk_difference.numerator or 0)
    )[:SHOWN]
    rows = [
        ComparedRate(
            label_of(found.factor),
            _percent_triple(found.crude.risk_difference),
            _percent_triple(found.adjusted.risk_difference),
        )
        for found in most
    ]
    level = percent(result.level, 0)
    drawing = draw_adjusted_beside_crude(
        "adjusted_beside_crude",
        rows,
        across=f"Percentage points, with {level} range",
        at_zero="no difference",
    )
    ranked = sorted(rows, key=lambda row: -row.adjusted[0])
    listed = join_words(
        f"{row.label} {row.adjusted[0]:+.1f} (unadjusted {row.crude[0]:+.1f})".replace("-", "−")
        for row in ranked
    )
    left_out = len(result.factors) - len(rows)
    rest = (
        f" The {count_of(left_out, 'factor')} with fewer plans are in the table below."
        if left_out
        else ""
    )
    return chart_of(
        "adjusted_beside_crude",
        "How much more often a plan followed: adjusted and unadjusted",
        f"Two dots with ranges for each of {len(rows)} factors, in percentage points more or "
        f"less often a plan than without the factor, highest adjusted first: {listed}.",
        "Share of assessments with a plan, with the factor less without it. Circle: standardised "
        "over the other factors of the table; diamond: as counted. Where the two lie apart, part "
        f"of what is counted for the factor goes with others recorded beside it.{rest} "
        f"Associations; basis: {result.basis}.",
        drawing,
        beside_table(rows, result, source),
    )


def _percent_triple(estimate: Estimate) -> tuple[float, float, float]:
    return 100 * estimate.value, 100 * estimate.low, 100 * estimate.high


def _fraction_words(result: FactorImpact) -> str:
    top = sorted(result.factors, key=lambda found: -found.attributable.average.value)[:3]
    named = join_words(
        f"{label_of(found.factor)} {percent(found.attributable.average.value)}" for found in top
    )
    if result.joint.value <= 0:
        return (
            "All factors together do not account for more plans than as many assessments without "
            "them would have led to, so no share of the plans is given to any."
        )
    could = reach_words(result.reach()["all", "attributable_fraction_joint"], 100, 0)
    recorded = (
        ""
        if could == "-"
        else f"; by what was not recorded it could be {could.replace('-', '−')}%, which is assumed"
    )
    return (
        f"All factors together statistically account for {percent(result.joint.value)} of the "
        f"plans ({percent(result.level, 0)} range {percent(result.joint.low)} to "
        f"{percent(result.joint.high)}{recorded}). Averaged over every order in which factors "
        f"can be counted, the largest shares are {named}. This divides an association up so that "
        "it adds up; it is not a number of plans that would be avoided. A factor with fewer plans "
        "than otherwise similar assessments counts below zero."
    )


def _overlap_words(result: FactorImpact, tells_none: bool) -> str:
    overlap = result.combinations
    total = overlap.total_assessments
    shown = sum(found.assessments for found in overlap.combinations)
    several = shown + overlap.other_assessments
    words = f"An assessment carries {overlap.mean_number:.1f} factors on average"
    if not overlap.fewest:
        # Nothing but the whole table may be told of observed records.
        return f"{words}."
    none = f"{percent(overlap.by_number[0] / total, 0)} of assessments carry none and "
    words += f": {none if tells_none else ''}{percent(several / total, 0)} two or more."
    if not overlap.combinations:
        return words
    return (
        f"{words} Of these {several:,}, the {count_of(len(overlap.combinations), 'combination')} "
        f"named below {'holds' if len(overlap.combinations) == 1 else 'hold'} {shown:,}; the rest "
        f"are spread over {count_of(overlap.other_combinations, 'further combination')}."
    )


def _combinations_chart(result: FactorImpact, source: str) -> Chart:
    from riskmodel.report.charts.combinations import CombinationBar, draw_combinations

    overlap = result.combinations
    bars = [
        CombinationBar(
            tuple(label_of(name) for name in found.factors), found.assessments, found.plans
        )
        for found in overlap.combinations
    ]
    drawing = draw_combinations("factor_combinations", bars)
    listed = "; ".join(
        f"{join_words(bar.factors)}, {bar.assessments:,} assessments, {bar.plans:,} plans"
        for bar in bars
    )
    frame = overlap.to_frame().drop(columns="basis")
    frame["factors"] = frame["factors"].astype(object).where(frame["factors"].notna(), "several")
    frame["combination"] = [
        *(" + ".join(bar.factors) for bar in bars),
        *frame["combination"].tolist()[len(bars) :],
    ]
    return chart_of(
        "factor_combinations",
        "The commonest exact combinations of two or more factors",
        f"Bars for {len(bars)} combinations over a grid of dots that shows their factors: "
        f"{listed}.",
        "Each bar counts the assessments with exactly the factors whose dots are dark below it. "
        f"Not drawn: {overlap.fewer_assessments:,} assessments with fewer than "
        f"{overlap.fewest} factors, and {overlap.other_assessments:,} in "
        f"{overlap.other_combinations:,} other combinations; one that few assessments share is "
        "not named. "
        f"Basis: {overlap.basis}.",
        drawing,
        Table(
            "factor_combinations",
            "Numbers behind the chart of combinations",
            frame,
            {
                "combination": "Exactly these factors",
                "factors": "Factors",
                "assessments": "Assessments",
                "plans": "Plans",
            },
            source=source,
            basis=result.basis,
        ),
    )
