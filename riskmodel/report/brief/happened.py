"""First page: what was counted, where it is heading, and the numbers of the first screen."""

from __future__ import annotations

from riskmodel.core.labels import STAGE_LABELS, label
from riskmodel.report.brief.fans import ahead_chart
from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.wording import (
    SAME,
    change_words,
    direction,
    number,
    percent_change,
    posts_more,
    signed,
    since_words,
    stage_words,
    way_of,
)
from riskmodel.report.model import Number, Section, Table
from riskmodel.report.wording import month_words, percent

__all__ = ["happened_page", "happened_point", "numbers"]


def happened_point(results: BriefResults) -> str:
    """The latest count, beside that of two years before or as near to it as may be."""
    return f"{_counted(results, results.stages[0])}."


def happened_page(results: BriefResults) -> Section:
    """Plans to date and ahead, with the caseload below where the folder has teams."""
    lead, others = results.stages[0], results.stages[1:]
    has_teams = results.has("caseload")
    title = _title(results, lead)
    chart = ahead_chart(
        results,
        "brief_happened",
        f"{STAGE_LABELS[lead]}{', and cases for each full-time worker,' if has_teams else ''} "
        "to date and ahead",
        [lead],
        caseload=has_teams,
        stacked=True,
    )
    texts = [f"{_counted(results, stage)}." for stage in others]
    return brief_page("happened", title, [" ".join(texts)], chart=chart, table=_table(results))


def _counted(results: BriefResults, stage: str) -> str:
    now, before = results.latest(stage), results.earlier(stage)
    said = f"{number(now.children)} children were {stage_words(stage)} in {month_words(now.month)}"
    if before is None:
        return said
    change = change_words(now.children, before.children)
    return f"{said}, {change} {since_words(before.month, now.month)}"


def _title(results: BriefResults, lead: str) -> str:
    """Where the lead stage came from, and on which side of it the central projection lies."""
    now, before = results.latest(lead), results.earlier(lead)
    what, month = STAGE_LABELS[lead], month_words(now.month)
    onward = way_of(results.stock(lead, results.target.by).middle, now.children)
    if before is None or not before.children:
        past, way = f"{number(now.children)} {what[0].lower()}{what[1:]} in {month}", SAME
    else:
        way = way_of(now.children, before.children)
        size = f"by {abs(percent_change(now.children, before.children))}% "
        verb = {"up": f"rose {size}", "down": f"fell {size}"}.get(way, "stayed about the same ")
        past = f"{what} {verb}from {month_words(before.month)} to {month}"
    still = " still" if way == onward != SAME else ""
    level = {"up": f"higher{still}", "down": f"lower{still}"}.get(onward, SAME)
    return f"{past}; the central projection for {results.day} is {level}"


def _table(results: BriefResults) -> Table:
    import pandas as pd

    rows = []
    for stage in results.stages:
        now, before = results.latest(stage), results.earlier(stage)
        change = ""
        if before is not None and before.children:
            change = f"{signed(percent_change(now.children, before.children))}%"
        cells = (STAGE_LABELS[stage], before.cell if before else "", now.cell, change)
        rows.append(dict(zip(("children", "before", "now", "change"), cells, strict=True)))
    return Table(
        "brief_counts",
        "Latest counts, and those before",
        pd.DataFrame(rows),
        {"children": "Children", "before": "Before", "now": "Latest", "change": "Change"},
        (),
        results.outlook.source.label,
        results.basis,
    )


def numbers(results: BriefResults) -> tuple[Number, ...]:
    """Five numbers: the groups of children, the caseload, posts; the last group yields to price."""
    strip = [_stage_number(results, stage) for stage in results.stages]
    if results.has("caseload"):
        strip.append(_caseload_number(results))
        strip += _posts_number(results)
    return tuple(strip[:5])


def _stage_number(results: BriefResults, stage: str) -> Number:
    now, ahead = results.latest(stage), results.stock(stage, results.target.by)
    return Number(
        STAGE_LABELS[stage],
        number(now.children),
        month_words(now.month),
        f"{number(ahead.middle)}, {direction(ahead.middle, now.children)}",
        results.day,
        ahead.ends(),
    )


def _caseload_number(results: BriefResults) -> Number:
    ahead, now = results.caseload(results.target.by), results.caseload_now
    return Number(
        label("caseload").full,
        number(now, 1),
        "as the teams stand",
        f"{number(ahead.middle, 1)}, {direction(ahead.middle, now, 1)}",
        results.day,
        ahead.ends(1),
    )


def _posts_number(results: BriefResults) -> list[Number]:
    posts = results.posts
    if posts is None:
        return []
    chance = percent(posts.target.probability, 0)
    return [
        Number(
            f"Social worker posts for a {chance} chance of {posts.target.cap:g} cases or fewer",
            number(posts.posts_now),
            "now",
            f"{number(posts.posts)}, {posts_more(posts.posts, posts.posts_now)}",
            results.day,
        )
    ]
