"""Fifth page: the folder's scenarios beside no change of policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import nan
from typing import Any

from riskmodel.core.labels import label
from riskmodel.demand.simulation.changed import unplaced
from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.wording import (
    difference_words,
    money,
    number,
    signed,
    stage_words,
    tenths,
)
from riskmodel.report.model import Chart, Section, Table
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.sections.scenario_tables import scenario_label
from riskmodel.report.sections.scenarios import not_worked_out
from riskmodel.report.wording import join_words, month_words

__all__ = ["options_page", "options_point", "turned_by_baseline"]

_TABLE_SAYS = (
    "Differences are from no change of policy, in the same simulations; the table says where the "
    "children of each scenario are instead."
)


def options_point(results: BriefResults) -> str:
    """The scenario that lowers the caseload most, where one does beyond chance."""
    return f"{_message(results)}."


def options_page(results: BriefResults, annex: str) -> Section:
    """Dots and ranges on the two axes that matter, and a table of differences with signs."""
    moved = _caseloads(results)
    lowest = min(moved, key=lambda name: moved[name]["difference"])
    names = sorted(moved, key=lambda name: (name != lowest, -abs(moved[name]["difference"])))
    best, *others = [_scenario(results, name) for name in names]
    left_out, over = results.comparison.left_out(), results.comparison.over(scenario_label)
    missing = not_worked_out(results.authority.unworkable(**results.sizes.named()))
    return brief_page(
        "options",
        _message(results),
        [
            best,
            *missing,
            *over,
            *_unplaced(results),
            _turned(results),
            _TABLE_SAYS,
            left_out,
            *others,
        ],
        annex=annex,
        chart=_chart(results),
        table=_table(results),
    )


def _unplaced(results: BriefResults) -> Iterator[str]:
    """Children who are moved to where nothing is projected, a sentence a scenario and group."""
    outlook = results.whole_outlook
    levers = {scenario_label(name): levers for name, levers in outlook.levers.items()}
    return (f"{text}." for text in unplaced(levers, outlook.projection.stages))


def _turned(results: BriefResults) -> str:
    """Scenarios whose difference has another sign than their change from now."""
    comparison, lead = results.comparison, results.stages[0]
    now = results.latest(lead).children
    by_reason: dict[str, list[str]] = {}
    for name in comparison.others:
        difference = comparison.row(name, f"stock_{lead}")["difference"]
        ahead = results.stock(lead, comparison.month, name).middle
        if signed(difference) != "0":
            reason = turned_by_baseline(difference, ahead, now)
            by_reason.setdefault(reason, []).append(scenario_label(name))
    by_reason.pop("", None)
    return " ".join(
        f"{join_words(names)}: {'more' if reason.startswith('yet fewer') else 'fewer'} children "
        f"{stage_words(lead)} than with no change of policy, {reason}."
        for reason, names in by_reason.items()
    )


def turned_by_baseline(difference: float, ahead: float, now: float) -> str:
    """What a reader has to know of a difference whose sign is not that of the change from now.

    Parameters
    ----------
    difference
        From no change of policy.
    ahead
        The scenario's central projection.
    now
        The latest count.

    Examples
    --------
    >>> turned_by_baseline(20, 600, 626)
    'yet fewer than the 626 now, for with no change of policy numbers fall'
    >>> turned_by_baseline(-20, 650, 626)
    'yet more than the 626 now, for with no change of policy numbers rise'
    >>> turned_by_baseline(-20, 600, 626)
    ''
    """
    if difference > 0 and round(ahead) < round(now):
        return f"yet fewer than the {number(now)} now, for with no change of policy numbers fall"
    if difference < 0 and round(ahead) > round(now):
        return f"yet more than the {number(now)} now, for with no change of policy numbers rise"
    return ""


def _caseloads(results: BriefResults) -> dict[str, dict[Any, Any]]:
    """The difference in caseload of each scenario."""
    return {name: results.comparison.row(name, "caseload") for name in results.comparison.others}


def _message(results: BriefResults) -> str:
    rows = _caseloads(results)
    best = min(rows, key=lambda name: rows[name]["difference"])
    row = rows[best]
    if row["high"] is None or not row["high"] < 0 or number(row["difference"], 1) == "0.0":
        return (
            f"No scenario of this folder lowers the average caseload on {results.day} by more than "
            "chance"
        )
    most = " most" if len(rows) > 1 else ""
    size = number(-row["difference"], 1)
    return (
        f"“{scenario_label(best)}” would lower the average caseload{most}: by {size} cases on "
        f"{results.day} (90% range {number(-row['high'], 1)} to {number(-row['low'], 1)})"
    )


def _scenario(results: BriefResults, name: str) -> str:
    """What a scenario changes: children of the lead stage, caseload, money."""
    comparison, lead = results.comparison, results.stages[0]
    row, load = (comparison.row(name, measure) for measure in (f"stock_{lead}", "caseload"))
    parts = [
        f"children {stage_words(lead)}: {difference_words(row['difference'], _ends(row))}",
        f"caseload: {difference_words(load['difference'], _ends(load), tenths, unit='cases')}",
    ]
    if comparison.currency:
        cost = comparison.row(name, "cost")
        form = partial(money, currency=comparison.currency)
        of = "cost of what has a price" if comparison.not_priced else "cost"
        parts.append(
            f"{of}: {difference_words(cost['difference'], _ends(cost), form, less='less')}"
        )
    return f"{scenario_label(name)}. {_sentence('; '.join(parts))}."


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _ends(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Both ends of the range of a difference; None where it has none."""
    low, high = row["low"], row["high"]
    return None if low is None or high is None or low != low else (float(low), float(high))


def _axes(results: BriefResults) -> dict[str, str]:
    """The two measures that matter, with their titles: caseload, and price or else children."""
    if results.comparison.currency:
        return {"caseload": "Cases a worker", "cost": "Cost"}
    lead = f"stock_{results.stages[0]}"
    return {"caseload": "Cases a worker", lead: label(lead).brief}


def _chart(results: BriefResults) -> Chart:
    from riskmodel.report.charts.scenarios import MeasurePanel, draw_scenarios

    comparison = results.comparison
    panels, spoken = [], []
    for measure, title in _axes(results).items():
        rows = []
        for name in comparison.others:
            row = comparison.row(name, measure)
            low, high = _ends(row) or (nan, nan)
            scale = 1e-6 if measure == "cost" else 1.0
            value = row["difference"] * scale
            rows.append((scenario_label(name), value, low * scale, high * scale))
            spoken.append(f"{scenario_label(name)}, {title.lower()}: {signed(value, 1)}")
        unit = f", {comparison.currency} million" if measure == "cost" else ""
        form = "{:+,.1f}" if measure in ("caseload", "cost") else "{:+,.0f}"
        panels.append(MeasurePanel(f"{title}{unit}", rows, 0.0, form))
    drawing = draw_scenarios("brief_options", panels)
    frame = comparison.differences[["scenario", "measure", "difference", "low", "high"]]
    frame = frame[frame["measure"].isin(_axes(results))].assign(
        scenario=lambda rows: [scenario_label(name) for name in rows["scenario"]],
        measure=lambda rows: [label(name).row for name in rows["measure"]],
    )
    title = f"Scenarios beside no change of policy, on {results.day}"
    headings = {"scenario": "Scenario", "measure": "Measure", "difference": "Difference"}
    return chart_of(
        "brief_options",
        title,
        f"Dot and range plot. {join_words(spoken)}.",
        "Dot: the difference. Line: its 90% range. Line down: no change of policy.",
        drawing,
        Table(
            "brief_options",
            title,
            frame,
            headings | {"low": "90% range from", "high": "to"},
            source=results.source,
            basis="projected",
        ),
    )


def _table(results: BriefResults) -> Table:
    """Differences with their signs: where the children are, caseload, posts, money."""
    comparison = results.comparison
    measures = [*(f"stock_{stage}" for stage in results.stages), "caseload", "posts_needed"]
    if comparison.currency:
        measures.append("cost")
    rows = []
    for name in comparison.others:
        row = {"scenario": scenario_label(name)}
        for measure in measures:
            value = comparison.row(name, measure)["difference"]
            row[measure] = _cell(value, measure, comparison.currency)
        rows.append(row)
    headings = {"scenario": "Scenario"} | {name: label(name).brief for name in measures}
    if comparison.currency:
        since = month_words(results.outlook.projection.months[0])
        headings["cost"] = f"Cost from {since}"
    return table_of(
        "brief_scenarios",
        f"Differences from no change of policy on {results.day}",
        rows,
        headings,
        source=results.source,
        basis="projected",
    )


def _cell(value: float | None, measure: str, currency: str) -> str:
    if value is None or value != value:
        return "not reached"
    if measure == "cost":
        text = money(value, currency)
        return f"+{text}" if value > 0 and text != money(0.0, currency) else text
    return signed(value, 1 if measure == "caseload" else 0)
