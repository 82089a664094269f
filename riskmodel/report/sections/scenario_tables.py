"""The tables of the scenarios: what each changes, and what that does to children and teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskmodel.authority.comparison import Comparison
from riskmodel.authority.placement_measures import COST, NET
from riskmodel.core.labels import STAGE_LABELS, Label, label
from riskmodel.placements.budget import money
from riskmodel.report.model import Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import month_words, percent
from riskmodel.scenarios import Scenario

__all__ = [
    "all_differences",
    "attribution_table",
    "children_table",
    "placements_table",
    "scenario_label",
    "signed",
    "teams_table",
    "words_table",
]

_CHILDREN = {f"stock_{stage}": label(stage).row for stage in STAGE_LABELS}
_TEAMS = {name: label(name).row for name in ("caseload", "unallocated", "posts_needed")}
_COMPACT = {**_CHILDREN, **_TEAMS}
_TOGETHER = ("together", "remainder")


def scenario_label(name: str) -> str:
    """A scenario's name for a reader.

    Examples
    --------
    >>> scenario_label("growth_2013_15"), scenario_label("childrens_centres_close")
    ('Growth 2013-15', "Children's centres close")
    """
    words = name.split("_")
    for place in range(len(words) - 1):
        if words[place].isdigit() and len(words[place]) == 4 and words[place + 1].isdigit():
            words[place : place + 2] = [f"{words[place]}-{words[place + 1]}"]
            break
    text = " ".join(words).replace("childrens ", "children's ")
    return text[:1].upper() + text[1:]


def signed(value: Any, measure: str | Label, *, plus: bool = True) -> str:
    """A difference to the digits of its measure, with its sign; 0 has none.

    Examples
    --------
    >>> signed(2.64, "caseload"), signed(-12.0, "posts_needed"), signed(0.02, "caseload")
    ('+2.6', '−12', '0.0')
    """
    if value is None or value != value:
        return "none"
    known = measure if isinstance(measure, Label) else label(measure)
    text = known.number(value, signed=True)
    return text.replace("-", "−") if plus else text.removeprefix("+").replace("-", "−")


def words_table(scenarios: Sequence[Scenario], changes: Mapping[str, int]) -> Table:
    """What each scenario changes, in words."""
    return table_of(
        "scenarios_words",
        "What each scenario changes",
        [
            {
                "scenario": scenario_label(scenario.name),
                "description": " ".join(scenario.description.split()),
                "changes": changes[scenario.name],
            }
            for scenario in scenarios
        ],
        {"scenario": "Scenario", "description": "In words", "changes": "Changes"},
        ("Each change with its numbers, reason and source: riskmodel scenario show.",),
        "The files of scenarios",
        "assumed",
    )


def children_table(data: Comparison, source: str) -> Table:
    """What each scenario does to the numbers of children."""
    return _compact_table(
        data,
        source,
        "scenarios_children",
        f"Children, compared with no change of policy on {month_words(data.month, day=True)}",
        _CHILDREN,
        (
            f"Average difference, with its {percent(data.level, 0)} range in brackets. 0 alone: "
            "the scenario does not touch it.",
        ),
    )


def teams_table(data: Comparison, source: str) -> Table:
    """What each scenario does to caseload, waiting work and posts."""
    target = data.target
    return _compact_table(
        data,
        source,
        "scenarios_teams",
        f"Teams, compared with no change of policy on {month_words(data.month, day=True)}",
        _TEAMS,
        (
            "Caseload: cases for each full-time worker. Posts needed: for at most "
            f"{target.cap:g} cases by {month_words(target.by)} with a chance of "
            f"{percent(target.probability, 0)}; none where no number of posts is enough. A cap "
            "moves neither children nor workers: it leaves more cases without a worker.",
        ),
    )


def _compact_table(
    data: Comparison,
    source: str,
    name: str,
    title: str,
    measures: Mapping[str, str],
    notes: tuple[str, ...],
) -> Table:
    counted = set(data.differences["measure"])
    measures = {name: label for name, label in measures.items() if name in counted}
    rows = []
    for scenario in data.others:
        row = {"scenario": scenario_label(scenario)}
        for measure in measures:
            found = data.row(scenario, measure)
            words, *ends = (
                _difference(data, measure, found[name]) for name in ("difference", "low", "high")
            )
            if "none" not in ends and {words, *ends} != {words}:
                words += f" ({ends[0]} to {ends[1]})"
            row[measure] = words
        rows.append(row)
    return table_of(
        name,
        title,
        rows,
        {"scenario": "Scenario", **measures},
        notes,
        f"Projected from {source}",
        "projected",
    )


def placements_table(data: Comparison, source: str) -> Table:
    """What each scenario does to placements, and to what they cost."""
    return _compact_table(
        data,
        source,
        "scenarios_placements",
        f"Placements, compared with no change of policy on {month_words(data.month, day=True)}",
        {name: data.label(name).row for name in data.of_placements},
        (
            "Children by placement and cost by financial year: the average difference, with its "
            f"{percent(data.level, 0)} range in brackets, over {data.placed:,} simulations. Kinds "
            "of placement with few children are in the total alone.",
        ),
    )


def _difference(data: Comparison, measure: str, value: Any) -> str:
    if measure.startswith((COST, NET)):
        return money(value).replace("-", "−")
    # No plus: a spreadsheet would take text that begins with one for a formula.
    return signed(value, data.label(measure), plus=False)


def attribution_table(data: Comparison, changes: Mapping[str, int], source: str) -> Table:
    """What each change of a scenario does by itself, together, and the remainder."""
    frame = data.attribution
    compact = {name: label for name, label in _COMPACT.items() if name in set(frame["measure"])}
    rows = []
    for name in (name for name in data.others if changes[name] > 1):
        here = frame[frame["scenario"] == name]
        for change in dict.fromkeys(here["change"]):
            row: dict[str, Any] = {"scenario": scenario_label(name), "change": _change(change)}
            for measure in compact:
                value = here[(here["change"] == change) & (here["measure"] == measure)]
                row[measure] = _number(value["difference"].iloc[0], label(measure).form)
            rows.append(row)
    return table_of(
        "scenarios_attribution",
        "Which change does what: scenarios with more than one",
        rows,
        {"scenario": "Scenario", "change": "Change", **compact},
        (
            "Compared with no change of policy: each change by itself, then all together. The "
            "remainder is what they do together beyond the sum of each, and belongs to no single "
            "one; each number is rounded by itself.",
        ),
        f"Projected from {source}",
        "projected",
        folded=True,
    )


def _change(name: str) -> str:
    if name in _TOGETHER:
        return name.capitalize()
    group, _, rest = name.partition(".")
    return f"{group}: {rest.replace('_', ' ')}".capitalize() if rest else name.capitalize()


def all_differences(data: Comparison, source: str) -> Table:
    """Every measure of every scenario, as numbers."""
    rows = [
        {
            "scenario": scenario_label(row["scenario"]),
            "measure": data.label(row["measure"]).full,
            **{
                name: _number(row[name], data.label(row["measure"]).form)
                for name in ("value", "value_against", "difference", "low", "high")
            },
        }
        for row in data.differences.to_dict("records")
    ]
    return table_of(
        "scenarios_differences",
        "Every measure of every scenario",
        rows,
        {
            "scenario": "Scenario",
            "measure": "Measure",
            "value": "With the scenario",
            "value_against": "With no change of policy",
            "difference": "Difference",
            "low": f"{percent(data.level, 0)} range from",
            "high": "to",
        },
        (
            "Averages over the simulations, which may differ a little from central projections; of "
            "posts the number for the target. none: no range, or no number of posts "
            "is enough. Chances are proportions.",
        ),
        f"Projected from {source}",
        "projected",
        folded=True,
        searchable=True,
    )


def _number(value: Any, form: str) -> float | int | str:
    """A value to the digits of its measure; a word where there is none."""
    if value is None or value != value:
        return "none"
    if form == ",.0f":
        return round(float(value))
    return round(float(value), 3 if form == ".0%" else 2) + 0.0
