"""Scenarios side by side: what each changes in words, and what that does, on the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from riskmodel.authority.comparison import Comparison
from riskmodel.authority.results import ServiceResults
from riskmodel.published import load_table
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.projected import settings_of
from riskmodel.report.sections.scenario_tables import (
    all_differences,
    attribution_table,
    children_table,
    number_of,
    scenario_label,
    signed,
    teams_table,
    words_table,
)
from riskmodel.report.wording import count_of, month_words, percent
from riskmodel.scenarios import load_library

__all__ = ["scenario_point", "scenarios_section"]

_DRAWN = {
    "stock_child_protection_plan": "plans",
    "caseload": "caseload",
    "posts_needed": "posts",
}


def scenarios_section(results: ServiceResults) -> Section:
    """Every scenario beside the baseline.

    Parameters
    ----------
    results
        Differences, and what they rest on.
    """
    data, source = results.comparison, results.outlook.source.label
    settings = settings_of(results.outlook)
    library = load_library()
    changes = {each.name: len(results.outlook.levers[each.name].changed) for each in library}
    day = month_words(data.month, day=True)
    blocks: list[Block] = [
        Paragraph(
            f"{count_of(len(data.others), 'scenario')} beside the baseline, in which nothing is "
            f"changed, on {day}. All share their draws: the same starts, lengths, leavers and "
            f"luck, so that a difference is the scenario's and not chance. {percent(data.level, 0)}"
            ' intervals of a difference run over the courses drawn. A scenario answers "what if"; '
            "it is neither a forecast nor a plan. Basis: projected, on changes that are assumed or "
            "taken from the documents as each says."
        ),
        Paragraph(_centres(data)),
        words_table(library, changes),
        _chart(data, source),
        children_table(data, source),
        teams_table(data, source),
        attribution_table(data, changes, source),
        all_differences(data, f"{source}; {settings}"),
        Paragraph(f"Settings: {settings}."),
    ]
    return Section("scenarios", "Scenarios side by side", tuple(blocks))


def scenario_point(data: Comparison) -> Point:
    """The scenario that moves the caseload most, each way, for the summary."""
    rows = [data.row(name, "caseload") for name in data.others]
    most = max(rows, key=lambda row: row["difference"])
    least = min(rows, key=lambda row: row["difference"])
    return Point(
        f"Of {count_of(len(data.others), 'scenario')}, {_named(most)} raises the caseload most "
        f"by {month_words(data.month)} ({_gap(most, 'caseload', data.level)}) and "
        f"{_named(least)} lowers it most ({_gap(least, 'caseload', data.level)}). Basis: "
        "projected.",
        "scenarios",
    )


def _centres(data: Comparison) -> str:
    """What a speaker claimed of the children's centres, beside what the scenario gives."""
    claim = load_table("statements").figure("caseload_growth_if_childrens_centres_closed_percent")
    row = data.row("childrens_centres_close", "caseload")
    percents = [100 * row[name] / row["value_against"] for name in ("difference", "low", "high")]
    return (
        "A speaker told the committee in May 2016 that caseloads would double (grow by "
        f"{claim.reading}%) if the children's centres closed. The scenario that lets the one flow "
        "double which the report card counts, children who start a plan and whom early "
        f"intervention knew, gives {percents[0]:+.0f}% by {month_words(data.month)} "
        f"({percent(data.level, 0)} interval {percents[1]:+.0f}% to {percents[2]:+.0f}%)."
    ).replace("-", "−")


def _named(row: Mapping[Any, Any]) -> str:
    return f"“{scenario_label(row['scenario'])}”"


def _labelled(comparison: Comparison) -> Comparison:
    """The same with names of scenarios for a reader."""
    frame = comparison.differences
    return replace(
        comparison,
        differences=frame.assign(scenario=[scenario_label(name) for name in frame["scenario"]]),
    )


def _gap(row: Mapping[Any, Any], measure: str, level: float) -> str:
    return (
        f"{signed(row['difference'], measure)}, {percent(level, 0)} interval "
        f"{signed(row['low'], measure)} to {signed(row['high'], measure)}"
    )


def _chart(data: Comparison, source: str) -> Chart:
    import pandas as pd

    from riskmodel.report.charts.service import draw_comparison

    drawing = draw_comparison(_labelled(data), tuple(_DRAWN))

    rows = [
        {
            "scenario": scenario_label(name),
            **{
                f"{short}_{end}": number_of(data.row(name, measure)[end], measure)
                for measure, short in _DRAWN.items()
                for end in ("difference", "low", "high")
            },
        }
        for name in data.others
    ]
    listed = "; ".join(
        f"{scenario_label(name)}: "
        + ", ".join(
            f"{short.replace('_', ' ')} {signed(data.row(name, measure)['difference'], measure)}"
            for measure, short in _DRAWN.items()
        )
        for name in data.others
    )
    headings = {"difference": "difference", "low": "from", "high": "to"}
    return Chart(
        "scenarios_chart",
        "What each scenario does to plans, caseload and posts",
        f"Dots on intervals around the baseline, a line each scenario. {listed}.",
        f"Differences from the baseline on {month_words(data.month, day=True)}. Dot: mean, of "
        f"posts the number for the target. Line: {percent(data.level, 0)} interval of paired "
        "draws. A line that does not reach 0 lies on one side in nearly all courses drawn.",
        drawing.svg,
        drawing.png,
        Table(
            "scenarios_drawn",
            "Numbers behind the picture of scenarios",
            pd.DataFrame(rows),
            {
                "scenario": "Scenario",
                **{
                    f"{short}_{end}": f"{short.capitalize()}, {words}"
                    for short in _DRAWN.values()
                    for end, words in headings.items()
                },
            },
            source=f"Projected from the {source}",
            basis="projected",
        ),
        f"Projected from the {source}",
        "projected",
        drawing.svg_narrow,
    )
