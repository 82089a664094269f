"""Caseloads and posts: what is projected, the posts that keep to the cap, and what is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.service import growth_beside
from riskmodel.caseload import CaseloadPlan, HiresNeeded, PostsNeeded, Target, hires_needed
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.projection import BASELINE
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.sections.caseload_assumed import assumed_table
from riskmodel.report.sections.caseload_published import published_blocks
from riskmodel.report.sections.projected import plan_range, settings_of
from riskmodel.report.sizes import Sizes
from riskmodel.report.wording import count_of, month_words, percent

__all__ = ["Caseloads", "caseload_point", "caseload_section", "caseloads_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Caseloads:
    """The caseloads of an authority, and what it takes to keep to its cap.

    Parameters
    ----------
    outlook, plan
        Demand, and what it comes to for the teams.
    target
        Cap, date and chance.
    posts, hires
        What it takes; None where no number is enough.
    why_not
        Why no number of posts is enough; "" where one is.
    """

    outlook: Outlook
    plan: CaseloadPlan
    target: Target
    posts: PostsNeeded | None
    hires: HiresNeeded | None
    why_not: str = ""

    def chance_within(self, month: str) -> float:
        """The chance that the baseline keeps to the cap at the end of a month."""
        chances = self.plan.probability_within(self.target.cap)
        return float(chances[self.plan.month_number(month)])


def caseloads_of(authority: Authority, sizes: Sizes) -> Caseloads:
    """Caseloads of an authority with the posts and candidates that its cap needs.

    Parameters
    ----------
    authority, sizes
        Whose, and how far ahead and how often is simulated.
    """
    outlook, plan = authority.projection(**sizes.named()), authority.caseload(**sizes.named())
    target = authority.target(outlook)
    try:
        posts = authority.posts_needed(BASELINE, **sizes.named())
    except DataError as error:
        # That no number of posts does it is an answer too.
        return Caseloads(outlook, plan, target, None, None, str(error))
    try:
        hires = hires_needed(
            outlook.projection, authority.structure, authority.workforce, target, seed=sizes.seed
        )
    except DataError:
        # No number of candidates may be enough: then none is named.
        hires = None
    return Caseloads(outlook, plan, target, posts, hires)


def caseload_section(authority: Authority, data: Caseloads, *, title: str) -> Section:
    """The projected caseload with its cap, the posts that keep to it, and what is assumed.

    Parameters
    ----------
    authority
        Whose teams and workers; of published tables the printed caseloads come first.
    data
        As :func:`caseloads_of` gives them.
    title
        Heading of the section.
    """
    is_published = authority.has("published") and not authority.has("teams")
    growth = data.posts and growth_beside(authority.panel, data.outlook, data.posts)
    blocks: list[Block] = [
        *(published_blocks() if is_published else ()),
        Paragraph(_projected_words(data)),
        _chart(data),
        Paragraph(_posts_words(data)),
        *([] if growth is None else [Paragraph(growth.summary())]),
        *([] if data.posts is None else [_sensitivity_table(data.posts)]),
        assumed_table(authority),
        Paragraph(_assumptions(data)),
    ]
    return Section("caseload", title, tuple(blocks))


def caseload_point(data: Caseloads) -> Point:
    """The caseload and the posts needed, in a sentence each, for the summary."""
    return Point(f"{_outcome(data)} {_need(data)} Basis: projected.", "caseload")


def _outcome(data: Caseloads) -> str:
    target = data.target
    low, middle, high = plan_range(data.plan, "caseload", target.by)
    return (
        f"With no change of policy a full-time worker would hold {middle:.1f} cases on "
        f"{month_words(target.by, day=True)} (90% range {low:.1f} to {high:.1f}); the chance of "
        f"{target.cap:g} or fewer is {_chance(data.chance_within(target.by))}."
    )


def _need(data: Caseloads) -> str:
    target, posts = data.target, data.posts
    if posts is None:
        return f"No number of posts would do: {data.why_not}."
    chance = percent(target.probability, 0)
    article = "an" if chance.startswith("8") else "a"
    if posts.posts <= posts.posts_now:
        return (
            f"For {article} {chance} chance of an average caseload of {target.cap:g} or fewer by "
            f"{month_words(target.by)}, {posts.posts:,} posts would be enough if every vacancy "
            f"found a candidate ({percent(posts.level, 0)} range {posts.low:,} to {posts.high:,}); "
            f"there are {posts.posts_now:.0f}."
        )
    more = f"{posts.more:,.0f} more than now"
    return (
        f"For {article} {chance} chance of an average caseload of {target.cap:g} or fewer by "
        f"{month_words(target.by)}, the service would need about {posts.posts:,} posts, {more} "
        f"({percent(posts.level, 0)} range {posts.low:,} to {posts.high:,}), with social "
        f"workers in about {posts.workers:,.0f} of them."
    )


def _projected_words(data: Caseloads) -> str:
    by = data.target.by
    waits, workers = (plan_range(data.plan, name, by) for name in ("unallocated", "fte"))
    words = (
        f"{_outcome(data)} It counts the posts, vacancies, turnover and candidates of today, and "
        f"the children that are projected: {workers[1]:.0f} full-time workers ({workers[0]:.0f} to "
        f"{workers[2]:.0f}), and {waits[1]:,.0f} cases without a worker ({waits[0]:,.0f} to "
        f"{waits[2]:,.0f}). "
    )
    if round(waits[2]):
        words += (
            "Protection and looked-after work is given out first, so nearly all of these are child "
            "in need cases. "
        )
    return f"{words}Basis: projected."


def _chance(value: float) -> str:
    """A chance in words that do not claim more than the simulations can."""
    if value < 0.01:
        return "below 1%"
    return "above 99%" if value > 0.99 else percent(value, 0)


def _source(data: Caseloads) -> str:
    return f"Projected from {data.plan.source}"


def _chart(data: Caseloads) -> Chart:
    from riskmodel.report.charts.service import draw_caseload

    target = data.target
    drawing = draw_caseload(data.plan.only(), target.cap, by=target.by)
    last = data.plan.months[-1]
    low, middle, high = plan_range(data.plan, "caseload", last)
    first = plan_range(data.plan, "caseload", data.plan.months[0])
    return chart_of(
        "caseload_fan",
        f"Cases for each full-time worker, and the cap of {target.cap:g}",
        f"Fan chart from zero. In {month_words(data.plan.months[0])} the central projection is "
        f"{first[1]:.1f} cases for each worker, in {month_words(last)} {middle:.1f}, 90% range "
        f"{low:.1f} to {high:.1f}. The cap of {target.cap:g} is a line across; the date by which "
        f"it is to be kept, {month_words(target.by, day=True)}, is marked on it.",
        "Line: the central projection with no change of policy. Bands: half, four in five, and 19 "
        "in 20 of the simulations, each month by itself. Line across: the cap.",
        drawing,
        _months_table(data),
    )


_MEASURES: Mapping[str, tuple[str, int]] = {
    "caseload": ("Caseload", 1),
    "fte": ("Full-time workers", 1),
    "cases": ("Cases", 0),
    "unallocated": ("Without a worker", 0),
}


def _months_table(data: Caseloads) -> Table:
    rows = []
    for month in data.plan.months:
        row: dict[str, Any] = {"month": month}
        for name, (_, digits) in _MEASURES.items():
            values = plan_range(data.plan, name, month)
            for end, value in zip(("low", "median", "high"), values, strict=True):
                rounded = round(value, digits)
                row[f"{name}_{end}"] = int(rounded) if digits == 0 else rounded
        row["within_cap"] = percent(data.chance_within(month), 0)
        rows.append(row)
    ends = {"low": "5% lie below", "median": "central projection", "high": "95% lie below"}
    return table_of(
        "caseload_months",
        "Caseload, workers, cases and cases without a worker at the end of each month",
        rows,
        {
            "month": "End of",
            **{
                f"{name}_{end}": f"{label}, {said}"
                for name, (label, _) in _MEASURES.items()
                for end, said in ends.items()
            },
            "within_cap": f"Chance of at most {data.target.cap:g} cases",
        },
        source=f"{_source(data)}; {settings_of(data.outlook)}",
        basis="projected",
    )


def _posts_words(data: Caseloads) -> str:
    posts = data.posts
    if posts is None:
        return _need(data)
    words = (
        f"{_need(data)} There are {posts.posts_now:.0f} posts now. Filling them takes "
        f"{posts.joiners:.0f} joiners until then, {posts.joiners_a_month:.1f} a month, since "
        "leavers are replaced too. "
    )
    if posts.jointly is not None:
        words += f"{posts.jointly} "
    if data.hires is not None:
        high = "no number" if np.isinf(data.hires.high) else f"{data.hires.high:.1f}"
        words += (
            f"If the number of candidates is the limit, {data.hires.posts:.0f} posts would need "
            f"{data.hires.hires_per_month:.1f} candidates a month who can be appointed "
            f"({percent(data.hires.level, 0)} range {data.hires.low:.1f} to {high}); there are "
            f"{data.hires.hires_now:.1f} now. "
        )
    return words + "Basis: projected."


def _sensitivity_table(posts: PostsNeeded) -> Table:
    rows = [
        {
            "assumption": sensitivity.assumption.replace("_", " ").capitalize(),
            "low": f"{sensitivity.low:g}",
            "high": f"{sensitivity.high:g}",
            "posts_low": sensitivity.posts_low,
            "posts_high": sensitivity.posts_high,
            "source": sensitivity.source,
        }
        for sensitivity in posts.sensitivity
    ]
    return table_of(
        "caseload_sensitivity",
        "What would change the number of posts: one assumption at a time",
        rows,
        {
            "assumption": "Assumption",
            "low": "Low end",
            "high": "High end",
            "posts_low": "Posts at the low end",
            "posts_high": "Posts at the high end",
            "source": "Where the range is from",
        },
        (f"As stated: {posts.posts:,} posts. All other assumptions are kept.",),
        "Parameters of the workforce",
        "projected",
    )


def _assumptions(data: Caseloads) -> str:
    teams = sum(unit.level == "team" for unit in data.plan.units)
    assumed = "" if data.posts is None else f"Assumed for the posts: {data.posts.assumes}. "
    return (
        f"{assumed}Cases are shared among {count_of(teams, 'team')} as they are today, with a "
        "spread. What a caseload does to the duration of plans is left out here. Settings: "
        f"{settings_of(data.outlook)}."
    )
