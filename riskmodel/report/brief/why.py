"""Second page: why plans rose or fell, and whether cases or workers moved the caseload."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from riskmodel.caseload.structure import STATUSES
from riskmodel.explanations.change import signed as signed_whole
from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.wording import SAME, number, signed, way_of
from riskmodel.report.model import Chart, Section, Table
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.wording import join_words

if TYPE_CHECKING:
    from riskmodel.caseload.change import CaseloadChange
    from riskmodel.estimates import Estimate
    from riskmodel.explanations import ChangePart, ChangeParts

_APART = {"disabled_children": "disabled children's teams", "specialist": "specialist teams"}
"""Teams with workers of their own, which the projected caseload leaves out, in words."""

__all__ = ["caseload_reason", "why_page", "why_point"]

_WHERE = (
    "The parts say where along the way to a plan the change appears, not what brought it about."
)


def why_point(results: BriefResults, change: ChangeParts) -> str:
    """Cases against workers where the folder has both at two dates; else what moved plans."""
    if results.caseload_change is not None:
        return caseload_reason(results.caseload_change, reading=False)
    return f"{_message(change)}. {_no_workers(results)}".strip()


def why_page(results: BriefResults, change: ChangeParts, annex: str) -> Section:
    """Waterfall from the first date's plans to the last, and what each part can account for."""
    reason = _no_workers(results)
    if results.caseload_change is not None:
        reason = f"{caseload_reason(results.caseload_change)} {_teams_apart(results)}".strip()
    return brief_page(
        "why",
        _message(change),
        [
            reason,
            _parts(change),
            _others(results),
            _WHERE if change.is_parted else "",
            _missing(change),
            *change.notes,
        ],
        annex=annex,
        chart=_chart(change) if change.is_parted else None,
        table=_table(change),
    )


def _no_workers(results: BriefResults) -> str:
    """What is missing to tell cases from workers, of a folder that has teams; "" of others."""
    if results.caseload_change is not None or not results.authority.has("teams"):
        return ""
    return (
        "Whether more cases or fewer workers moved the caseload cannot be concluded: no panel in "
        "the folder has its cases held and case holders (sw_cases_held, sw_case_holders_fte) of "
        "two years."
    )


def _teams_apart(results: BriefResults) -> str:
    """Where the cases of teams with workers of their own are counted; "" where there are none."""
    change = results.caseload_change
    if change is None or change.basis != "observed" or not results.authority.has("teams"):
        return ""
    held = {
        words: math.fsum(
            getattr(team, status)
            for team in results.authority.structure
            if team.kind == kind
            for status in STATUSES
        )
        for kind, words in _APART.items()
    }
    said = [f"{words} ({number(cases)} cases now)" for words, cases in held.items() if cases]
    if not said:
        return ""
    counted = join_words(said)
    return (
        f"{counted[0].upper()}{counted[1:]} are counted with all others here; the caseload ahead "
        "leaves their cases and workers out."
    )


def _others(results: BriefResults) -> str:
    """Plans for every 10,000 children beside the first of those compared with."""
    if results.others is None:
        return ""
    rows = results.others.latest
    plans = rows[rows["measure"] == "cpp_at_31_mar"].to_dict("records")
    if not plans:
        return ""
    row = plans[0]
    return (
        f"On 31 March {row['year']} there were {number(row['rate'], 1)} children on a plan "
        f"{row['unit']}, and {number(row['comparator_rate'], 1)} among {row['comparator']}: "
        f"{row['verdict']}."
    )


def _message(change: ChangeParts) -> str:
    moved = round(change.change)
    span = f"from {change.first} to {change.last}"
    if moved == 0:
        return f"The number of children on a plan did not change {span}"
    if change.is_slight:
        ends = f"{number(change.after)}, after {number(change.before)}"
        return f"The number of children on a plan stayed {SAME} {span} ({ends})"
    title = (
        f"The number of children on a plan {'rose' if moved > 0 else 'fell'} by {abs(moved):,} "
        f"{span}"
    )
    same = [part for part in change.parts if part.children * moved > 0]
    most = max(same, key=lambda part: abs(part.children), default=None)
    return (
        title if most is None or not change.is_parted else f"{title}, most of all with {most.words}"
    )


def _shown(change: ChangeParts) -> list[tuple[ChangePart, int]]:
    """Parts with their whole children, the largest first, without those of none."""
    pairs = zip(change.parts, change.whole, strict=True)
    return sorted((pair for pair in pairs if pair[1]), key=lambda pair: -abs(pair[1]))


def _parts(change: ChangeParts) -> str:
    shown = _shown(change)
    if not shown or change.is_slight or not change.is_parted:
        return ""
    (first, whole), *others = shown
    said = [f"{first.words} accounted for {signed_whole(whole)}"]
    said += [f"{part.words} for {signed_whole(number)}" for part, number in others]
    way = "rise" if change.change > 0 else "fall"
    return f"Of the {way} of {abs(round(change.change)):,} children, {join_words(said)}."


def _missing(change: ChangeParts) -> str:
    """Explanations that the figures leave open."""
    if not change.missing:
        return ""
    return f"What cannot be concluded without figures at both dates: {join_words(change.missing)}."


def caseload_reason(change: CaseloadChange, *, reading: bool = True) -> str:
    """Why the average caseload moved: cases, workers, or both.

    Parameters
    ----------
    change
        Cases, workers and caseload at two dates, and what each accounts for.
    reading
        Whether to say what was taken for granted of the first date.
    """
    start, end = change.before, change.after
    way = way_of(end["caseload"].value, start["caseload"].value, 1)
    span, numbers = f"from {change.first} to {change.last}", _numbers(change, reading)
    if way == SAME:
        return f"The average caseload stayed about the same {span}: {numbers}."
    sides = (
        (change.workers, "social workers", end["workers"].value > start["workers"].value),
        (change.cases, "cases", end["cases"].value > start["cases"].value),
    )
    helped, unhelpful = [], ""
    for part, name, is_more in sorted(sides, key=lambda side: -abs(side[0].value)):
        if part.value * change.change > 0:
            helped.append(f"{'more' if is_more else 'fewer'} {name}")
        else:
            unhelpful = f", not {'fewer' if is_more else 'more'} {name}"
    verb = "rose" if way == "up" else "fell"
    return (
        f"Caseloads {verb} because there were {join_words(helped)}{unhelpful}: {span} {numbers}. "
        f"{_parted(change)}"
    )


def _parted(change: CaseloadChange) -> str:
    """What cases and what workers account for, in a sentence."""
    parts = ((change.workers, "workers"), (change.cases, "cases"))
    said = [
        (change.words(name) if part.value else f"as many {name}", signed(part.value, 1))
        for part, name in parts
    ]
    (people, by_people), (work, by_work) = said
    whole = round(change.change, 1)
    adds_up = whole == round(round(change.workers.value, 1) + round(change.cases.value, 1), 1)
    moved = f"{'rise' if whole > 0 else 'fall'} of {number(abs(whole), 1)}"
    return (
        f"Of the {moved} cases for each worker {people} account for {by_people} and "
        f"{work} for {by_work}{'' if adds_up else ' (each rounded)'}."
    )


def _numbers(change: CaseloadChange, reading: bool) -> str:
    """Workers at both dates with what rounding allows, and cases or children beside them."""
    start, end = change.before, change.after
    is_told = reading and bool(change.reading)
    given = f" ({change.reading[0].lower()}{change.reading[1:]})" if is_told else ""
    workers = f"{_about(start['workers'])} to {_about(end['workers'])}{given}"
    what, (before, after) = "cases", (start["cases"].value, end["cases"].value)
    if change.children is not None:
        what, (before, after) = "children of the whole service", change.children
    moved = {"up": "rose", "down": "fell"}.get(way_of(after, before))
    said = f"{moved} from {number(before)} to {number(after)}"
    if moved is None:
        said = f"stayed at about {number(after)}"
    return f"full-time social workers went from {workers}, while {what} {said}"


def _about(estimate: Estimate) -> str:
    """A number of workers; with what rounding allows where it is not exact."""
    if estimate.low == estimate.high:
        return number(estimate.value)
    return f"about {number(estimate.value)}"


def _chart(change: ChangeParts) -> Chart:
    from riskmodel.report.charts.waterfall import draw_waterfall

    parts = list(zip(change.parts, change.whole, strict=True))
    rows = [
        (f"{part.words[0].upper()}{part.words[1:]}", part.children, signed_whole(whole))
        for part, whole in parts
    ]
    start, end = (
        (date, count, number(count))
        for date, count in ((change.first, change.before), (change.last, change.after))
    )
    drawing = draw_waterfall("brief_why", (start, end), rows, across="Children on a plan")
    title = f"What moved the number of children on a plan, {change.first} to {change.last}"
    listed = [
        (change.first, round(change.before)),
        *((words, whole) for (words, _, _), (_, whole) in zip(rows, parts, strict=True)),
        (change.last, round(change.after)),
    ]
    return chart_of(
        "brief_why",
        title,
        f"Waterfall. {change.summary()}",
        "Each bar starts where the one above ends; the parts add up to the change.",
        drawing,
        table_of(
            "brief_why",
            title,
            listed,
            {"part": "Date or part", "children": "Children on a plan"},
            source=change.source,
            basis=change.basis,
        ),
    )


def _table(change: ChangeParts) -> Table:
    """Each explanation at both dates, and what it can or cannot account for."""
    rows = [
        (part.label, _value(part.before, part.unit), _value(part.after, part.unit), whole)
        for part, whole in zip(change.parts, change.whole, strict=True)
    ]
    cells = [(*row, signed_whole(whole)) for *row, whole in rows]
    cells += [
        (f"{name[0].upper()}{name[1:]}", "not known", "not known", "not known")
        for name in change.missing
    ]
    return table_of(
        "brief_explanations",
        "What each explanation accounts for",
        cells,
        {
            "explanation": "Explanation",
            "before": change.first,
            "after": change.last,
            "accounts": "Accounts for",
        },
        source=change.source,
        basis=change.basis,
    )


def _value(value: float, unit: str) -> str:
    """A count, a ratio, or days."""
    if unit == "ratio":
        return f"{value:#.3g}"
    return f"{number(value)} days" if unit == "days" else number(value)
