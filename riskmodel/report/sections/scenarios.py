"""What could be done: what each scenario changes in words, and what that does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from riskmodel.authority.comparison import Comparison
from riskmodel.authority.placement_measures import CHILDREN, COST
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.simulation.changed import unplaced
from riskmodel.placements.forecast import ALL
from riskmodel.published import load_table
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section
from riskmodel.report.sections.building import chart_of, pictured, table_of
from riskmodel.report.sections.projected import settings_of
from riskmodel.report.sections.scenario_tables import (
    all_differences,
    attribution_table,
    children_table,
    placements_table,
    scenario_label,
    signed,
    teams_table,
    words_table,
)
from riskmodel.report.wording import count_of, month_words, percent
from riskmodel.scenarios import Scenario

__all__ = ["not_worked_out", "scenario_point", "scenarios_section"]

_DRAWN = {
    "stock_child_protection_plan": "plans",
    "caseload": "caseload",
    "posts_needed": "posts",
}
_CLAIMED = "childrens_centres_close"
"""The scenario that answers a claim made in public of the published caseloads."""


def scenarios_section(
    scenarios: Sequence[Scenario],
    data: Comparison,
    outlook: Outlook,
    *,
    title: str,
    is_published: bool = False,
    left_out: Sequence[str] = (),
) -> Section:
    """Every scenario beside no change of policy.

    Parameters
    ----------
    scenarios, data, outlook
        What they change, the differences that follow, and what these rest on.
    title
        Heading of the section.
    is_published
        Whether the published tables are the authority's, with what was claimed of them.
    left_out
        Of scenarios that could not be worked out, from :func:`not_worked_out`.
    """
    source, settings = outlook.source.label, settings_of(outlook)
    changes = {each.name: len(outlook.levers[each.name].changed) for each in scenarios}
    day = month_words(data.month, day=True)
    blocks: list[Block] = [
        Paragraph(
            f"{count_of(len(data.others), 'scenario')} on {day}, compared with no change of "
            "policy. All share their simulations: the same starts, durations, leavers and luck, so "
            f"that a difference is the scenario's and not chance. A scenario answers “what if”; it "
            "is neither a forecast nor a plan. Basis: projected, on changes that are assumed or "
            "taken from documents as each says."
        ),
        *([Paragraph(_claim(data))] if is_published and _CLAIMED in data.others else []),
        *(
            Paragraph(f"{text}.")
            for text in unplaced(
                {scenario_label(name): levers for name, levers in outlook.levers.items()},
                outlook.projection.stages,
            )
        ),
        *map(Paragraph, (*left_out, *data.over(scenario_label))),
        words_table(scenarios, changes),
        _chart(data, f"{source}; {settings}"),
        *_flows_chart(data, outlook, source),
        children_table(data, source),
        teams_table(data, source),
        *_placements(data, f"{source}; {settings}"),
        *([attribution_table(data, changes, source)] if len(data.attribution) else []),
        Paragraph(f"Settings: {settings}."),
    ]
    return Section("scenarios", title, tuple(blocks))


def not_worked_out(reasons: Mapping[str, str]) -> tuple[str, ...]:
    """Which scenarios could not be worked out and why, a sentence each."""
    return tuple(
        f"“{scenario_label(name)}” could not be worked out: {reason}."
        for name, reason in reasons.items()
    )


def scenario_point(data: Comparison) -> Point:
    """The scenarios that move the caseload most, for the summary."""
    rows = [data.row(name, "caseload") for name in data.others]
    rows.sort(key=lambda row: row["difference"])
    shown = rows[-1:] + rows[:1] if len(rows) > 1 else rows
    said = "; ".join(f"{_named(row)} {_gap(row, 'caseload', data.level)}" for row in shown)
    of_many = f"the furthest apart of {len(rows)} scenarios" if len(rows) > 2 else "by scenario"
    return Point(
        f"Cases for each full-time worker in {month_words(data.month)}, compared with no change of "
        f"policy, {of_many}: {said}. Basis: projected.",
        "scenarios",
    )


def _claim(data: Comparison) -> str:
    """What a speaker claimed of the children's centres, beside what the scenario gives."""
    claim = load_table("statements").figure("caseload_growth_if_childrens_centres_closed_percent")
    row = data.row(_CLAIMED, "caseload")
    percents = [100 * row[name] / row["value_against"] for name in ("difference", "low", "high")]
    return (
        "A speaker told the committee in May 2016 that caseloads would double (grow by "
        f"{claim.reading}%) if the children's centres closed. The scenario that lets the one flow "
        "double which the report card counts, children who start a plan and whom early "
        f"intervention knew, gives {percents[0]:+.0f}% by {month_words(data.month)} "
        f"({percent(data.level, 0)} range {percents[1]:+.0f}% to {percents[2]:+.0f}%)."
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
        f"{signed(row['difference'], measure)} ({percent(level, 0)} range "
        f"{signed(row['low'], measure)} to {signed(row['high'], measure)})"
    )


def _flows_chart(data: Comparison, outlook: Outlook, source: str) -> list[Block]:
    """Where the children of each scenario are instead; nothing where no scenario moves any."""
    flows = outlook.flows(data.month).only(data.others)
    frame = flows.to_frame()
    flows = replace(flows, frame=frame.assign(scenario=frame["scenario"].map(scenario_label)))
    if flows.moved.empty:
        return []
    level = percent(data.level, 0)
    return [
        pictured(
            flows,
            "scenarios_flows",
            "A band is as thick as the number of children whom the scenario moves, on average and "
            "from the opening on; all scenarios on one scale. Left: where they would be with no "
            "change of policy. Right: where they are instead.",
            table_of(
                "scenarios_flows",
                f"Children moved by each scenario by {month_words(data.month, day=True)}",
                flows.in_words().drop(columns=["level", "basis"]).to_dict("records"),
                {
                    "scenario": "Scenario",
                    "lever": "Changed by",
                    "from": "From",
                    "to": "To",
                    "children": "Children",
                    "low": f"{level} range from",
                    "high": "to",
                },
                source=source,
                basis="projected",
            ),
        )
    ]


def _placements(data: Comparison, source: str) -> list[Block]:
    """Children and cost of placements; nothing where placements are not compared."""
    placed = data.differences[data.differences["measure"].isin(data.of_placements)]
    if placed.empty or not placed[["difference", "low", "high"]].to_numpy(dtype=float).any():
        return []  # no scenario changes anything of placements
    from riskmodel.report.charts.service import draw_comparison

    costs = [name for name in data.of_placements if name.startswith(COST)]
    homes = f"{CHILDREN}private_residential"
    shown = (f"{CHILDREN}{ALL}", *[homes for name in data.of_placements if name == homes])
    day = month_words(data.month, day=True)
    return [
        chart_of(
            "scenarios_placements_chart",
            "What each scenario does to placements and their cost",
            "Dots on ranges around no change of policy, a line each scenario; the table has the "
            "numbers.",
            f"Differences from no change of policy on {day}: children in all placements, those in "
            "private homes, and what placements cost in the last financial year until then.",
            draw_comparison(_labelled(data), (*shown, *costs[-1:])),
            placements_table(data, source),
        )
    ]


def _chart(data: Comparison, source: str) -> Chart:
    from riskmodel.report.charts.service import draw_comparison

    counted = set(data.differences["measure"])
    shown = {name: short for name, short in _DRAWN.items() if name in counted}
    drawing = draw_comparison(_labelled(data), tuple(shown))
    listed = "; ".join(
        f"{scenario_label(name)}: "
        + ", ".join(
            f"{short} {signed(data.row(name, measure)['difference'], measure)}"
            for measure, short in shown.items()
        )
        for name in data.others
    )
    return chart_of(
        "scenarios_chart",
        "What each scenario does to plans, caseload and posts",
        f"Dots on ranges around no change of policy, a line each scenario. {listed}.",
        f"Differences from no change of policy on {month_words(data.month, day=True)}. Dot: the "
        f"average, of posts the number for the target. Line: {percent(data.level, 0)} range. A "
        "line that does not reach 0 lies on one side in nearly all simulations.",
        drawing,
        all_differences(data, source),
    )
