"""Third page: which factors go with a plan, of observed records only what may be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.model import Chart, Section, Table
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.sections.factors import ENOUGH
from riskmodel.report.wording import count_of, join_words, label_of, percent

if TYPE_CHECKING:
    from riskmodel.estimates import Estimate
    from riskmodel.factors import FactorRates
    from riskmodel.factors.margins.recording import Ends

__all__ = ["factors_page", "factors_point"]

_DRAWN, _LISTED = 14, 8
"""Factors in the chart and in the table, those that most often go with a plan."""

_RECORDED = (
    "Counted is what workers recorded: how severe a factor was, and what else weighed in the "
    "decision, is not in these counts, nor is a factor that was missed."
)
_ASSOCIATION = (
    "A factor goes with a plan; that does not say that it leads to one. Several factors stand on "
    "one assessment, and the shares do not allow for the others."
)


def factors_point(rates: FactorRates) -> str:
    """The factor that most often goes with a plan."""
    return f"{_message(rates)}."


def factors_page(results: BriefResults, rates: FactorRates, annex: str) -> Section:
    """Dots and ranges, sorted, with the share of plans beside them."""
    ranked = _ranked(rates)
    return brief_page(
        "factors",
        _message(rates),
        [
            _all(results, rates),
            _ASSOCIATION,
            _recorded(results, rates),
            _withheld(results),
            _commonest(rates),
        ],
        annex=annex,
        chart=_chart(results, rates) if ranked else None,
        table=_table(results, rates) if ranked else None,
    )


def _ranked(rates: FactorRates) -> list[tuple[str, Estimate, Estimate]]:
    """Factors with a rate, the highest first, those of few assessments last.

    Name, rate, share of plans.
    """
    rows = zip(rates.counts.factors, rates.conversion, rates.share_of_plans, strict=True)
    known = [row for row in rows if row[1].denominator]
    return sorted(known, key=lambda row: (_rests_on_few(row[1]), -row[1].value, row[0]))


def _rests_on_few(rate: Estimate) -> bool:
    return (rate.denominator or 0) < ENOUGH


def _message(rates: FactorRates) -> str:
    ranked = _ranked(rates)
    if not ranked:
        return "No factor of the latest return may be shown, or none was recorded"
    name, rate, _ = ranked[0]
    return (
        f"{label_of(name)} most often goes with a plan: {percent(rate.value, 0)} of assessments "
        f"with it led to one ({percent(rate.level, 0)} range {percent(rate.low, 0)} to "
        f"{percent(rate.high, 0)})"
    )


def _all(results: BriefResults, rates: FactorRates) -> str:
    counts = rates.counts
    total, plans = counts.total_assessments, counts.total_plans
    if total:
        period = results.authority.factors_period
        return (
            f"Of {count_of(total, 'assessment')}{period and f' in the {period}'}, "
            f"{count_of(plans, 'led', 'led')} to a plan ({percent(plans / total, 0)})."
        )
    return f"{count_of(plans, 'plan')} are counted with their factors."


def _commonest(rates: FactorRates) -> str:
    """The factor on most plans, where it is another."""
    ranked = _ranked(rates)
    if not ranked:
        return ""
    name, _, share = max(ranked, key=lambda row: (row[2].value, row[0]))
    return f"{label_of(name)} stands on the largest share of plans: {percent(share.value, 0)}."


def _recorded(results: BriefResults, rates: FactorRates) -> str:
    """What was not recorded, and how far that could move the first factor."""
    ranked, found = _ranked(rates), results.recording
    if not ranked or found is None:
        return _RECORDED
    first = next(one for one in found.ends("conversion_rate") if one.factor == ranked[0][0])
    if not first.lowest <= first.highest:
        return _RECORDED
    least = min(found.recording.with_plan[0], found.recording.without_plan[0])
    sides = found.sides()["can_change"]
    return (
        f"{_RECORDED} If as little as {percent(least, 0)} was recorded, {label_of(ranked[0][0])} "
        f"could be at {_reach(first)}, and {sides.sum()} of "
        f"{count_of(len(sides), 'factor')} could change sides of the quadrants (assumed)."
    )


def _reach(ends: Ends | None) -> str:
    """From where to where a rate could lie over all recording considered."""
    if ends is None or not ends.lowest <= ends.highest:
        return ""
    return f"{percent(ends.lowest, 0)} to {percent(ends.highest, 0)}"


def _withheld(results: BriefResults) -> str:
    authority = results.authority
    if not authority.has("returns"):
        return ""
    number = len(authority.release.withheld())
    return f"{count_of(number, 'factor')} with a small count not shown." if number else ""


def _chart(results: BriefResults, rates: FactorRates) -> Chart:
    from riskmodel.report.charts.scenarios import MeasurePanel, draw_scenarios

    counts, ranked = rates.counts, _ranked(rates)
    drawn = ranked[:_DRAWN]
    usual = None
    if counts.total_assessments:
        usual = 100 * counts.total_plans / counts.total_assessments

    drawing = draw_scenarios(
        "brief_factors",
        [
            MeasurePanel(
                "Led to a plan", [_dot(row[0], row[1]) for row in drawn], usual, "{:.0f}%"
            ),
            MeasurePanel(
                "Share of plans", [_dot(row[0], row[2]) for row in drawn], None, "{:.0f}%"
            ),
        ],
    )
    shown = "" if len(drawn) == len(ranked) else f" The {len(drawn)} highest of {len(ranked)}."
    if any(_rests_on_few(rate) for _, rate, _ in ranked):
        shown += f" Factors with fewer than {ENOUGH} assessments come last."
    line = " Line down: all assessments." if usual is not None else ""
    listed = join_words(f"{label_of(name)} {percent(rate.value, 0)}" for name, rate, _ in drawn)
    title = "Share of assessments with each factor that led to a plan, and its share of plans"
    return chart_of(
        "brief_factors",
        title,
        f"Dot and range plot, from the highest share to the lowest: {listed}.",
        f"Dot: the share. Line: its {percent(drawn[0][1].level, 0)} range.{line}{shown}",
        drawing,
        _listed("brief_factors", title, drawn, results, counts.basis),
    )


def _dot(name: str, share: Estimate) -> tuple[str, float, float, float]:
    """A share and its range in percent."""
    return label_of(name), 100 * share.value, 100 * share.low, 100 * share.high


def _table(results: BriefResults, rates: FactorRates) -> Table:
    ranked = _ranked(rates)
    title = f"The {min(_LISTED, len(ranked))} factors that most often go with a plan"
    return _listed("brief_factor_counts", title, ranked[:_LISTED], results, rates.counts.basis)


def _listed(
    name: str,
    title: str,
    rows: list[tuple[str, Estimate, Estimate]],
    results: BriefResults,
    basis: str,
) -> Table:
    found = results.recording
    could = {} if found is None else {one.factor: one for one in found.ends("conversion_rate")}
    cells = [
        {
            "factor": label_of(factor),
            "assessments": round(rate.denominator or 0),
            "plans": round(rate.numerator or 0),
            "led": percent(rate.value, 0),
            "range": f"{percent(rate.low, 0)} to {percent(rate.high, 0)}",
            "recorded": _reach(could.get(factor)),
            "share": percent(share.value, 0),
        }
        for factor, rate, share in rows
    ]
    headings = {
        "factor": "Factor",
        "assessments": "Assessments with it",
        "plans": "Led to a plan",
        "led": "Share",
        "range": f"{percent(rows[0][1].level, 0)} range",
        "recorded": "Could be, with what was not recorded",
        "share": "Share of plans",
    }
    return table_of(name, title, cells, headings, source=results.factors_source, basis=basis)
