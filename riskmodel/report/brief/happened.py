"""First page: what was counted, where it is heading, and the numbers of the first screen."""

from __future__ import annotations

from riskmodel.core.labels import STAGE_LABELS, label
from riskmodel.core.months import Month
from riskmodel.report.brief.fans import ahead_chart
from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import MONTHS_A_YEAR, BriefResults
from riskmodel.report.brief.wording import (
    SAME,
    chance_words,
    change_words,
    direction,
    money,
    number,
    percent_change,
    posts_more,
    since_words,
    stage_words,
    way_of,
)
from riskmodel.report.model import Number, Section
from riskmodel.report.wording import month_words, percent

__all__ = ["happened_page", "happened_point", "numbers"]

MOST_NUMBERS = 5
"""Of the first screen."""

EITHER_WAY = 0.1
"""Where the chance of fewer children than now is no further than this from a half, the central
projection is about the same as now: it could as well be higher as lower."""


def happened_point(results: BriefResults) -> str:
    """The latest count, beside that of two years before or as near to it as may be."""
    return f"{_counted(results, results.stages[0])}."


def happened_page(results: BriefResults, annex: str) -> Section:
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
    doubts = (f"To be checked: {doubt}." for doubt in results.outlook.source.doubts)
    texts = [_fewer(results, lead), " ".join(f"{_counted(results, one)}." for one in others)]
    return brief_page("happened", title, [*doubts, *texts], annex=annex, chart=chart)


def _fewer(results: BriefResults, lead: str) -> str:
    """The chance of fewer children than now."""
    now = results.latest(lead)
    return (
        f"The chance of fewer children {stage_words(lead)} on {results.day} than the {now} in "
        f"{month_words(now.month)} is {chance_words(results.chance_below(lead))}."
    )


def _counted(results: BriefResults, stage: str) -> str:
    now, before = results.latest(stage), results.earlier(stage)
    said = f"{now} children were {stage_words(stage)} in {month_words(now.month)}"
    if before is None:
        return said
    change = change_words(now.children, before.children)
    return f"{said}, {change} {since_words(before.month, now.month)}"


def _title(results: BriefResults, lead: str) -> str:
    """Where the lead stage came from, and on which side of it the central projection lies."""
    now, before = results.latest(lead), results.earlier(lead)
    what, month = STAGE_LABELS[lead], month_words(now.month)
    onward = way_of(results.stock(lead, results.target.by).middle, now.children)
    if abs(results.chance_below(lead) - 0.5) <= EITHER_WAY:
        onward = SAME
    if before is None or not before.children:
        past, way = f"{now} {what[0].lower()}{what[1:]} in {month}", SAME
    else:
        way = way_of(now.children, before.children)
        size = f"by {abs(percent_change(now.children, before.children))}% "
        verb = {"up": f"rose {size}", "down": f"fell {size}"}.get(way, "stayed about the same ")
        past = f"{what} {verb}from {month_words(before.month)} to {month}"
    still = " still" if way == onward != SAME else ""
    level = {"up": f"higher{still}", "down": f"lower{still}"}.get(onward, SAME)
    return f"{past}; the central projection for {results.day} is {level}"


def numbers(results: BriefResults) -> tuple[Number, ...]:
    """Five numbers: the groups of children, the caseload, posts; the last group yields to price."""
    children = [_stage_number(results, stage) for stage in results.stages]
    others = _price_number(results)
    if results.has("caseload"):
        others = [_caseload_number(results), *_posts_number(results), *others]
    return (*children[: MOST_NUMBERS - len(others)], *others)


def _stage_number(results: BriefResults, stage: str) -> Number:
    now, ahead = results.latest(stage), results.stock(stage, results.target.by)
    return Number(
        STAGE_LABELS[stage],
        str(now),
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
        results.caseload_when if results.has_other_cases else "as the teams stand",
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
            f"Social worker posts ({posts.target.cap:g} cases or fewer, {chance} chance)",
            number(posts.posts_now),
            "now",
            f"{number(posts.posts)}, {posts_more(posts.posts, posts.posts_now)}",
            results.day,
        )
    ]


def _price_number(results: BriefResults) -> list[Number]:
    """What the financial year of the date costs, beside the first whole year."""
    year = Month(results.target.by).financial_year
    whole = [name for name, row in results.prices.items() if row["months"] == MONTHS_A_YEAR]
    if year not in whole:
        return []
    first, row = results.prices[whole[0]], results.prices[year]
    now, then = (money(one["q50"], one["currency"]) for one in (first, row))
    ends = " to ".join(money(row[end], row["currency"]) for end in ("q05", "q95"))
    if year == whole[0]:
        return [Number("Cost in the financial year", then=then, then_at=year, range=ends)]
    way = way_of(row["q50"], first["q50"])
    said = f"{then}, {way} {'as' if way == SAME else 'from'} {now}"
    return [Number("Cost in the financial year", now, whole[0], said, year, ends)]
