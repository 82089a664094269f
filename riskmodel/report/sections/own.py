"""An authority's own table beside the published ones: only what may be printed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskmodel.authority.own_table import OwnTable
from riskmodel.disclosure.symbols import (
    CONFIDENTIAL,
    LOW,
    NOT_APPLICABLE,
    SHORTHAND,
    shorthand_notes,
)
from riskmodel.factors import FactorRates, factor_rates
from riskmodel.factors.views import cut_region, released_factors
from riskmodel.published import printed_quadrants
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.quadrants import quadrant_chart
from riskmodel.report.wording import count_of, join_words, label_of, percent

__all__ = ["own_point", "own_section"]

_SHARES = ("share_of_plans", "conversion_rate")


def own_section(own: OwnTable, *, cuts: str = "report") -> Section:
    """Counts, rates with intervals, quadrants and pictures of a table of one's own.

    Parameters
    ----------
    own
        The table. Charts and sentences rest on the counts that may be printed of it, and on no
        others; a count or share that is withheld is a symbol.
    cuts
        Of the quadrants, as :func:`riskmodel.factors.views.released_factors` takes them. Beside
        cuts that are not the report card's its printed quadrants do not stand.
    """
    source, protection = own.file.name, own.release.words()
    printed = printed_quadrants() if cuts == "report" else {}
    rates = factor_rates(own.release.counts())
    region = cut_region(rates.counts, cuts, "plans")
    rows = released_factors(own.release, cuts=cuts)[1].to_dict("records")
    basis = rates.counts.basis
    reading = (own.release.finding(), own.release.account_words())
    blocks: list[Block] = [
        Paragraph(_introduction(rates, len(rows), source)),
        *(Paragraph(words) for words in (*reading, protection) if words),
        _rates_chart(rates, rows, source, protection),
    ]
    is_drawn = any(
        name in printed and rate.value == rate.value
        for name, rate in zip(rates.counts.factors, rates.conversion, strict=True)
    )
    if is_drawn and region.is_feasible and rates.counts.total_plans:
        blocks.append(Paragraph(_quadrant_words(rows)))
        blocks.append(quadrant_chart("plans", region, rates, printed, source, is_own=True))
    blocks.append(
        Paragraph(
            f"Basis: {basis}. These are associations between recorded factors and plans. They do "
            "not say what a factor brings about."
        )
    )
    return Section("own_table", f"Your own table: {source}", tuple(blocks))


def own_point(own: OwnTable) -> Point:
    """The table in a sentence, for the summary of a report."""
    return Point(_ranked_first(factor_rates(own.release.counts()), own.file.name), "own_table")


def _ranked_first(rates: FactorRates, source: str) -> str:
    ranked = _ranked(rates)
    if not ranked:
        return f"In {source} no factor was found."
    name, rate = ranked[0]
    return (
        f"In {source}, of the {count_of(len(ranked), 'factor')} whose counts are shown, "
        f"{label_of(name)} has the highest share of assessments leading to a plan "
        f"({percent(rate.value)}, {percent(rate.level, 0)} interval {percent(rate.low)} to "
        f"{percent(rate.high)}). Basis: {rates.counts.basis}."
    )


def _ranked(rates: FactorRates) -> list[tuple[str, Any]]:
    """Factors that were found, the highest rate first."""
    found = [
        (name, rate)
        for name, rate in zip(rates.counts.factors, rates.conversion, strict=True)
        if rate.value == rate.value
    ]
    return sorted(found, key=lambda pair: (-pair[1].value, pair[0]))


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


def _quadrant_words(rows: Sequence[Mapping[Any, Any]]) -> str:
    high = [
        label_of(row["factor"])
        for row in rows
        if (row["prevalence"], row["impact"]) == ("high", "high")
    ]
    words = join_words(high) or "no factor"
    return (
        "At every cut that reproduces the report card's chart, both commoner among plans and more "
        f"often followed by one: {words}."
    )


def _rates_chart(
    rates: FactorRates, rows: Sequence[Mapping[Any, Any]], source: str, protection: str
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
        "own_rates", points, across=f"Conversion rate, with {level} interval"
    )
    listed = join_words(f"{label} {rate:.1f}%" for label, rate, _, _ in points)
    missing = len(rows) - len(points)
    left_out = (
        f" Not drawn: {count_of(missing, 'factor')} with a count withheld or never found."
        if missing
        else ""
    )
    return Chart(
        "own_rates",
        "Share of assessments with each factor that led to a plan",
        f"Dot and interval plot of {len(points)} conversion rates from highest to lowest: "
        f"{listed}.",
        f"Dot: the conversion rate. Line: its {level} interval.{left_out}",
        drawing.svg,
        drawing.png,
        table,
        source,
        rates.counts.basis,
        drawing.svg_narrow,
    )


def _rates_table(
    rates: FactorRates, rows: Sequence[Mapping[Any, Any]], source: str, protection: str
) -> Table:
    import pandas as pd

    frame = pd.DataFrame(
        [
            {
                "factor": label_of(row["factor"]),
                "plans": row["plans"],
                "assessments": row["assessments"],
                **{
                    f"{share}{end}": _cell(row[f"{share}{end}"])
                    for share in _SHARES
                    for end in ("", "_low", "_high")
                },
                "prevalence": row["prevalence"],
                "impact": row["impact"],
            }
            for row in rows
        ],
        dtype=object,
    )
    level = percent(rates.conversion[0].level, 0)
    labels = {
        "factor": "Factor",
        "plans": "Plans with the factor",
        "assessments": "Assessments with the factor",
        "prevalence": "Prevalence, at the report card's cuts",
        "impact": "Impact, at the report card's cuts",
    }
    for share, words in zip(_SHARES, ("Share of plans", "Conversion rate"), strict=True):
        labels |= {share: words, f"{share}_low": f"{words}, {level} from"}
        labels[f"{share}_high"] = f"{words}, {level} to"
    symbols = "; ".join(f"{symbol} {words}" for symbol, words in shorthand_notes())
    return Table(
        "own_rates",
        "Counts, conversion rate and share of plans of your own table, with intervals",
        frame,
        labels,
        (f"Shorthand: {symbols}.", *((protection,) if protection else ())),
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
