"""Caseloads and posts: the published ones rebuilt, then what the projection makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from riskmodel.authority.results import ServiceResults
from riskmodel.caseload import PostsNeeded, PublishedCaseloads, published_caseloads
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.projected import chance_within, plan_ends, settings_of
from riskmodel.report.wording import count_of, join_words, month_words, percent

__all__ = ["caseload_point", "caseload_section"]


def caseload_section(data: ServiceResults) -> Section:
    """The published caseloads, the projected one with its cap, and the posts that keep to it.

    Parameters
    ----------
    data
        Caseloads, and what they rest on.
    """
    published = published_caseloads()
    blocks: list[Block] = [
        Paragraph(_published_words(published)),
        _published_table(published),
        Paragraph(_projected_words(data)),
        _chart(data),
        Paragraph(_posts_words(data)),
        _sensitivity_table(data.posts),
        _assumptions(data),
    ]
    return Section("caseload", "Caseloads and posts", tuple(blocks))


def caseload_point(data: ServiceResults) -> Point:
    """The posts needed, in a sentence for the summary."""
    posts, target = data.posts, data.posts.target
    return Point(
        f"To hold at most {target.cap:g} cases for each full-time worker on "
        f"{month_words(target.by, day=True)} with a probability of "
        f"{percent(target.probability, 0)} takes {posts.posts:,} posts, {posts.more:+.0f} on "
        f"those there are, if candidates can be found ({percent(posts.level, 0)} interval "
        f"{posts.low:,} to {posts.high:,}). Basis: projected.",
        "caseload",
    )


def _published_words(published: PublishedCaseloads) -> str:
    areas = published.areas
    workers = published.workers
    return (
        "The family support teams of "
        f"{join_words(area.area.capitalize() for area in areas)} held "
        f"{join_words(f'{area.cases:,}' for area in areas)} cases (para 23), which their statuses "
        f"add up to: {join_words(f'{area.sum_of_statuses:,}' for area in areas)}. Average "
        f"caseloads of {join_words(str(area.mean_caseload.reading) for area in areas)} are "
        "printed, each standing for every number that rounds to it; so there were "
        f"{join_words(_between(area.workers) for area in areas)} workers, "
        f"{_between(workers)} in all, and "
        f"{float(published.mean_caseload.low):.1f} to {float(published.mean_caseload.high):.1f} "
        f"cases each, where {published.mean.reading} is printed. {published.unallocated} child in "
        f"need cases had no worker. At {published.ambition.reading} cases each, the ambition of "
        f"para 23, the same {published.cases:,} cases take "
        f"{float(published.workers_at(int(published.ambition.interval.high))):.1f} workers who "
        "hold cases. Basis: published."
    )


def _between(interval: Any) -> str:
    return f"{float(interval.low):.1f} to {float(interval.high):.1f}"


def _published_table(published: PublishedCaseloads) -> Table:
    import pandas as pd

    rows = [
        {
            "area": str(row["area"]).capitalize(),
            "cases_printed": _printed(row["cases_printed"]),
            "cases_rebuilt": int(row["cases_rebuilt"]),
            "teams": int(row["teams"]),
            "team_caseload_printed": _printed(row["team_caseload_printed"]),
            "team_caseload_rebuilt": round(float(row["team_caseload_rebuilt"]), 1),
            "mean_caseload_printed": _printed(row["mean_caseload_printed"]),
            "workers_low": round(float(row["workers_low"]), 1),
            "workers_high": round(float(row["workers_high"]), 1),
        }
        for row in published.to_frame().to_dict("records")
    ]
    return Table(
        "caseload_published",
        "Published caseloads rebuilt, and the workers that they imply",
        pd.DataFrame(rows),
        {
            "area": "Area",
            "cases_printed": "Cases, printed",
            "cases_rebuilt": "Sum of the statuses",
            "teams": "Teams",
            "team_caseload_printed": "Cases a team, printed",
            "team_caseload_rebuilt": "Cases over teams",
            "mean_caseload_printed": "Average caseload, printed",
            "workers_low": "Workers, at least",
            "workers_high": "Workers, at most",
        },
        ("not stated: the report card prints no such figure for all areas together.",),
        "Increase in Child Protection Cases: Report Card, paras 22-24",
        "published",
    )


def _printed(value: Any) -> int | str:
    return "not stated" if value is None or value != value else int(value)


def _projected_words(data: ServiceResults) -> str:
    target = data.posts.target
    low, middle, high = plan_ends(data.plan, "caseload", target.by)
    waits = plan_ends(data.plan, "unallocated", target.by)
    workers = plan_ends(data.plan, "fte", target.by)
    return (
        f"With the posts, vacancies, turnover and candidates of today, and the numbers of children "
        f"that are projected, a full-time worker would hold {middle:.1f} cases on "
        f"{month_words(target.by, day=True)} (90% interval {low:.1f} to {high:.1f}), spread over "
        f"{workers[1]:.0f} full-time workers ({workers[0]:.0f} to {workers[2]:.0f}). The "
        f"probability of {target.cap:g} cases or fewer is "
        f"{_chance(chance_within(data, target.by))}. "
        f"{waits[1]:,.0f} cases would have no worker ({waits[0]:,.0f} to {waits[2]:,.0f}): "
        "protection and looked-after work is given out first, so nearly all of these are child in "
        "need cases. Basis: projected."
    )


def _chance(value: float) -> str:
    """A probability in words that do not claim more than the draws can."""
    if value < 0.01:
        return "below 1%"
    return "above 99%" if value > 0.99 else percent(value, 0)


def _chart(data: ServiceResults) -> Chart:
    from riskmodel.report.charts.service import draw_caseload

    target = data.posts.target
    drawing = draw_caseload(data.plan.only(), target.cap, by=target.by)
    last = data.plan.months[-1]
    low, middle, high = plan_ends(data.plan, "caseload", last)
    first = plan_ends(data.plan, "caseload", data.plan.months[0])
    return Chart(
        "caseload_fan",
        f"Cases for each full-time worker, and the cap of {target.cap:g}",
        f"Fan chart from zero. In {month_words(data.plan.months[0])} a worker holds "
        f"{first[1]:.1f} cases in the middle; in {month_words(last)} {middle:.1f}, 90% interval "
        f"{low:.1f} to {high:.1f}. The cap of {target.cap:g} is a line across; the date by which "
        f"it is to be kept, {month_words(target.by, day=True)}, is marked on it.",
        "Bands: half, four in five, and 19 in 20 of the courses drawn, each month by itself, with "
        "nothing decided anew. Line across: the ambition of para 23.",
        drawing.svg,
        drawing.png,
        _months_table(data),
        f"Projected from the {data.outlook.source.label} and the published caseloads",
        "projected",
        drawing.svg_narrow,
    )


def _months_table(data: ServiceResults) -> Table:
    import pandas as pd

    rows = []
    for month in data.plan.months:
        row: dict[str, Any] = {"month": month}
        for name, digits in (("caseload", 1), ("fte", 1), ("cases", 0), ("unallocated", 0)):
            values = plan_ends(data.plan, name, month)
            for end, value in zip(("low", "median", "high"), values, strict=True):
                rounded = round(value, digits)
                row[f"{name}_{end}"] = int(rounded) if digits == 0 else rounded
        row["within_cap"] = percent(chance_within(data, month), 0)
        rows.append(row)
    words = {
        "caseload": "Caseload",
        "fte": "Full-time workers",
        "cases": "Cases",
        "unallocated": "Without a worker",
    }
    ends = {"low": "5% lie below", "median": "median", "high": "95% lie below"}
    return Table(
        "caseload_months",
        "Caseload, workers, cases and unallocated work at the end of each month",
        pd.DataFrame(rows),
        {
            "month": "End of",
            **{
                f"{name}_{end}": f"{label}, {said}"
                for name, label in words.items()
                for end, said in ends.items()
            },
            "within_cap": f"Probability of at most {data.posts.target.cap:g} cases",
        },
        source=f"Projected from the {data.outlook.source.label} and the published caseloads; "
        f"{settings_of(data.outlook)}",
        basis="projected",
    )


def _posts_words(data: ServiceResults) -> str:
    posts, target = data.posts, data.posts.target
    words = (
        f"How many more social workers for {target.cap:g} by "
        f"{month_words(target.by)}? {posts.posts:,} posts keep to it with a probability of "
        f"{percent(target.probability, 0)}: {posts.more:+.0f} on the {posts.posts_now:.0f} that "
        f"the published figures imply. {percent(posts.level, 0)} of the courses drawn need "
        f"{posts.low:,} to {posts.high:,} posts. Filling them takes {posts.joiners:.0f} joiners "
        f"until then, {posts.joiners_a_month:.1f} a month, since leavers are replaced too. "
    )
    if data.hires is not None:
        high = "no number" if np.isinf(data.hires.high) else f"{data.hires.high:.1f}"
        words += (
            f"If candidates are what limits it, {data.hires.posts:.0f} posts are opened and "
            f"{data.hires.hires_per_month:.1f} candidates a month who can be appointed are needed "
            f"(interval {data.hires.low:.1f} to {high}), where there are "
            f"{data.hires.hires_now:.1f} now. "
        )
    return words + "Basis: projected; the rates of the workforce are assumed from national figures."


def _sensitivity_table(posts: PostsNeeded) -> Table:
    import pandas as pd

    rows = [
        {
            "assumption": each.assumption.replace("_", " ").capitalize(),
            "low": f"{each.low:g}",
            "high": f"{each.high:g}",
            "posts_low": each.posts_low,
            "posts_high": each.posts_high,
            "source": each.source,
        }
        for each in posts.sensitivity
    ]
    return Table(
        "caseload_sensitivity",
        "What would change the number of posts: one assumption at a time",
        pd.DataFrame(
            rows, columns=["assumption", "low", "high", "posts_low", "posts_high", "source"]
        ),
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


def _assumptions(data: ServiceResults) -> Paragraph:
    teams = sum(unit.level == "team" for unit in data.plan.units)
    return Paragraph(
        f"Assumed: {data.posts.assumes}. Cases are shared among {count_of(teams, 'team')} as they "
        "were when the report card was written, with a spread. What a caseload does to the length "
        f"of plans is left out here. Settings: {settings_of(data.outlook)}."
    )
