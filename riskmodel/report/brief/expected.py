"""Fourth page: what to expect, and what it takes in caseloads, posts and money."""

from __future__ import annotations

from typing import Any

from riskmodel.core.labels import label
from riskmodel.core.months import Month
from riskmodel.report.brief.around import around_table
from riskmodel.report.brief.fans import ahead_chart
from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import MONTHS_A_YEAR, BriefResults
from riskmodel.report.brief.wording import (
    article,
    chance_words,
    direction,
    money,
    number,
    posts_more,
    stage_words,
)
from riskmodel.report.model import Section, Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import join_words, month_words, percent

__all__ = ["expected_page", "expected_point", "posts_sentence"]


def expected_point(results: BriefResults) -> str:
    """The central projection of the lead stage at the date."""
    lead, by = results.stages[0], results.target.by
    ahead, now = results.stock(lead, by), results.latest(lead)
    return (
        f"With no change of policy the central projection for {results.day} is "
        f"{number(ahead.middle)} children {stage_words(lead)}, "
        f"{direction(ahead.middle, now.children)} in {month_words(now.month)} {ahead.bracket()}."
    )


def posts_sentence(results: BriefResults) -> str:
    """Posts for the target, and how many of them would be filled."""
    target, posts = results.target, results.posts
    chance = percent(target.probability, 0)
    aim = (
        f"For {article(target.probability)} {chance} chance of an average caseload of "
        f"{target.cap:g} or fewer by {results.day}"
    )
    if posts is None:
        return f"{aim}, no number of posts would be enough."
    if posts.posts <= posts.posts_now:
        return (
            f"{aim}, {posts.posts:,} posts would be enough if every vacancy found a candidate; "
            f"there are {number(posts.posts_now)}, and with the candidates of today the chance is "
            f"{chance_words(results.chance(target.by))}."
        )
    return (
        f"{aim}, the service would need about {posts.posts:,} posts, "
        f"{posts_more(posts.posts, posts.posts_now)}, with social workers in about "
        f"{posts.workers:,.0f} of them."
    )


def _caseload(results: BriefResults) -> str:
    """The caseload with no change of policy."""
    ahead = results.caseload(results.target.by)
    return (
        f"A full-time social worker would then hold {number(ahead.middle, 1)} cases on average, "
        f"{direction(ahead.middle, results.caseload_now, 1)} {results.caseload_when} "
        f"{ahead.bracket(1)}."
    )


def _other_cases(results: BriefResults) -> str:
    """What is wrong where the teams hold other children than are counted."""
    if not results.has_other_cases:
        return ""
    return (
        f"The teams hold {number(results.caseload_of_teams, 1)} cases for each worker, and not all "
        "the children counted: as they are given, all of these are shared out over them."
    )


def expected_page(results: BriefResults, annex: str) -> Section:
    """How many posts, in five sentences, the first as title; small fans; each March; services."""
    has_teams = results.has("caseload")
    chart = ahead_chart(
        results, "brief_expected", "Children to date and ahead", results.stages, stacked=False
    )
    decision = results.decision if has_teams else None
    if decision is None:
        title, texts = (
            _title(results),
            [_caseload(results) if has_teams else expected_point(results)],
        )
    else:
        need, *texts = decision.sentences
        title = need.removesuffix(".")
    texts = [_other_cases(results) if has_teams else "", *texts, _cost(results), _others(results)]
    return brief_page(
        "expected",
        title,
        texts,
        annex=annex,
        chart=chart,
        table=_table(results),
        further=around_table(results),
    )


def _title(results: BriefResults) -> str:
    target = results.target
    if results.has("caseload"):
        return (
            f"With no change of policy the chance of an average caseload of {target.cap:g} or "
            f"fewer on {results.day} is {chance_words(results.chance(target.by))}"
        )
    lead, ahead = results.stages[0], results.stock(results.stages[0], target.by)
    return (
        f"With no change of policy nine in ten simulations have {ahead.ends()} children "
        f"{stage_words(lead)} on {results.day}"
    )


def _others(results: BriefResults) -> str:
    """The central projections of the other stages."""
    said = []
    for stage in results.stages[1:]:
        ahead, now = results.stock(stage, results.target.by), results.latest(stage)
        said.append(
            f"{number(ahead.middle)} children {stage_words(stage)}, "
            f"{direction(ahead.middle, now.children)} {ahead.bracket()}"
        )
    return f"On the same day: {join_words(said)}." if said else ""


def _cost(results: BriefResults) -> str:
    """What each whole financial year costs, up to that of the date."""
    last = Month(results.target.by).financial_year
    said = [
        f"{money(row['q50'], row['currency'])} in {year} (90% range "
        f"{money(row['q05'], row['currency'])} to {money(row['q95'], row['currency'])})"
        for year, row in results.prices.items()
        if row["months"] == MONTHS_A_YEAR and year <= last
    ]
    by_kind = results.authority.contents.rows.get("placements")
    mean = " (placements at one mean price)" if by_kind else ""
    return f"What is priced{mean} costs {join_words(said)}." if said else ""


def _short(chance: str) -> str:
    """A chance in a cell, where there is little room."""
    return chance.replace("less than ", "<").replace("more than ", ">")


def _table(results: BriefResults) -> Table:
    """Each March and the date: children, caseload, chance."""
    months = results.outlook.projection.months
    shown = [month for month in months if month.is_march or month == results.target.by]
    headings = {"day": "End of"} | {stage: label(stage).brief for stage in results.stages}
    rows: list[dict[str, Any]] = []
    for month in shown:
        name, year = month_words(month).split()
        row = {"day": f"{name[:3]} {year}"}
        row |= {stage: results.stock(stage, month).cell() for stage in results.stages}
        if results.has("caseload"):
            row["caseload"] = results.caseload(month).cell(1)
            row["chance"] = _short(chance_words(results.chance(month)))
        rows.append(row)
    notes = "Central projection, with its 90% range in brackets."
    if results.has("caseload"):
        cap = f"{results.target.cap:g} or fewer"
        headings |= {"caseload": label("caseload").row, "chance": cap}
        notes += f" {cap}: the chance of such an average caseload."
    return table_of(
        "brief_years",
        "Each March, and the date of this brief",
        rows,
        headings,
        (notes,),
        results.source,
        "projected",
    )
