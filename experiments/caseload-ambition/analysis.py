"""Para 23's ambition of 14 cases a worker: when, with how many posts, at what probability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.authority.library import library_outlook
from riskmodel.authority.service import plan_outlook, posts_answer
from riskmodel.caseload import (
    HiresNeeded,
    PostsNeeded,
    Target,
    hires_needed,
    posts_by_replicate,
    published_caseloads,
    published_posts,
    published_spread,
    published_structure,
)
from riskmodel.caseload.scenario_workforce import recruiting, workforce_of
from riskmodel.core.lazy import pd
from riskmodel.core.months import month_words
from riskmodel.errors import DataError
from riskmodel.experiments import (
    Analysis,
    Option,
    Picture,
    Point,
    Result,
    Summary,
    Tables,
    frame,
    rows_of,
)
from riskmodel.projection import BASELINE
from riskmodel.scenarios.reading import LIBRARY

if TYPE_CHECKING:
    from riskmodel.demand.projecting import Outlook


LAST = "2020-03"
MAIN_BY, MAIN_CHANCE = "2018-03", 0.8
_CURVE = range(100, 221, 20)
"""Posts at which the probability of keeping to the cap is told."""


def measure(point: Point) -> Tables:
    """Posts and candidates that one date takes under one scenario, and what happens without."""
    settings = point.settings
    name, by = settings["scenario"], settings["by"]
    outlook = library_outlook(name, LAST, settings["replicates"], point.seed)
    cap = float(published_caseloads().ambition.reading)
    plan = plan_outlook(outlook)
    place = plan.month_number(by)
    load = np.asarray(plan.caseload(name)[place], dtype=np.float64)
    at_work, people = published_posts()
    as_now = (
        100 * float(plan.probability_within(cap, name)[place]),
        100 * float(plan.probability_within(cap, name).max()),
        float(load.mean()),
        *(float(end) for end in np.quantile(load, (0.05, 0.95))),
    )
    now = frame(("within", "within_at_best", "caseload", "low", "high"), [as_now])
    answers = {
        chance: _answers(outlook, name, Target(cap, by, chance))
        for chance in sorted({*settings["probabilities"], MAIN_CHANCE})
    }
    needs = [_needs_row(chance, *found) for chance, found in answers.items()]
    main = answers[MAIN_CHANCE][0]
    return {
        "now": now.assign(cap=cap, posts_at_work=at_work, posts_people=people),
        "needs": frame(_NEEDS, needs),
        "curve": _curve(outlook, name, Target(cap, by, MAIN_CHANCE)),
        "sensitivity": _sensitivity(main),
    }


_NEEDS = (
    "probability",
    "posts",
    "low",
    "high",
    "level",
    "workers",
    "joiners_a_month",
    "hires",
    "hires_posts",
    "hires_now",
    "assumes",
)


def _answers(
    outlook: Outlook, scenario: str, target: Target
) -> tuple[PostsNeeded | None, HiresNeeded | None]:
    """Posts if candidates can be found, and candidates; None where no number is enough."""
    try:
        posts = posts_answer(
            outlook,
            target,
            scenario=scenario,
            sensitivity=_is_main(scenario, target),
            as_usual=False,
        )
    except DataError:
        return None, None
    try:
        hires = hires_needed(
            outlook.projection,
            published_structure(),
            workforce_of(outlook.levers[scenario]),
            target,
            seed=outlook.seed,
            scenario=scenario,
            baseline=workforce_of(outlook.levers[BASELINE]),
        )
    except DataError:
        return posts, None
    return posts, hires


def _is_main(scenario: str, target: Target) -> bool:
    return scenario == BASELINE and (target.by, target.probability) == (MAIN_BY, MAIN_CHANCE)


def _needs_row(
    chance: float, posts: PostsNeeded | None, hires: HiresNeeded | None
) -> tuple[object, ...]:
    nothing = float("nan")
    counted = (
        (nothing,) * 6
        if posts is None
        else (
            float(posts.posts),
            float(posts.low),
            float(posts.high),
            posts.level,
            posts.workers,
            posts.joiners_a_month,
        )
    )
    sought = (
        (nothing,) * 3
        if hires is None
        else (hires.hires_per_month, float(hires.posts), hires.hires_now)
    )
    return (chance, *counted, *sought, "" if posts is None else posts.assumes)


def _curve(outlook: Outlook, scenario: str, target: Target) -> pd.DataFrame:
    """Share of the courses in which so many posts keep to the cap, if candidates can be found."""
    levers = outlook.levers[scenario]
    needed = posts_by_replicate(
        outlook.projection,
        published_structure(),
        recruiting(levers, workforce_of(levers)),
        target,
        seed=outlook.seed,
        scenario=scenario,
        baseline=workforce_of(outlook.levers[BASELINE]),
    )
    rows = [(posts, float((needed <= posts).mean())) for posts in _CURVE]
    return frame(("posts", "probability"), rows)


def _sensitivity(main: PostsNeeded | None) -> pd.DataFrame:
    rows = [] if main is None else main.sensitivity
    return frame(
        ("assumption", "low", "high", "posts_low", "posts_high", "source"),
        [
            (each.assumption, each.low, each.high, each.posts_low, each.posts_high, each.source)
            for each in rows
        ],
    )


def summarise(tables: Tables) -> Summary:
    """Posts and candidates by scenario, date and probability; both readings; what moves them."""
    now, needs = tables["now"], tables["needs"]
    first = now.iloc[0]
    cap, at_work, people = (float(first[name]) for name in ("cap", "posts_at_work", "posts_people"))
    above = float(published_spread().share_above(np.array(cap), cap))
    results = [
        Result("cap", cap, "cases a full-time worker", "published"),
        Result("replicates", int(now["replicates"].iloc[0]), "courses", "assumed"),
        Result("posts/at_work", at_work, "posts", "assumed", method="means count those at work"),
        Result("posts/people", people, "posts", "assumed", method="means count all in post"),
        Result("above_at_cap", 100 * above, "percent of the workers", "assumed"),
        Result("range", 90.0, "percent of the courses", "assumed"),
    ]
    for scenario, group in now.groupby("scenario", sort=False):
        best = float(group["within_at_best"].iloc[0])
        results.append(Result(f"within_at_best/{scenario}", best, "percent", "projected"))
    for row in now.to_dict("records"):
        results += list(_as_now(row))
    hires = needs["hires_now"].dropna()
    if len(hires):
        results.append(Result("hires_now", float(hires.iloc[0]), "candidates a month", "assumed"))
    for row in needs.to_dict("records"):
        results += list(_needed(row, at_work, people))
    curve = rows_of(tables["curve"], scenario=BASELINE, by=MAIN_BY)
    for posts, share in zip(curve["posts"].tolist(), curve["probability"].tolist(), strict=True):
        results.append(Result(f"chance/{posts}", 100 * share, "percent", "projected"))
    for row in tables["sensitivity"].to_dict("records"):
        results += list(_moved(row))
    return Summary(tuple(results))


def _as_now(row: Mapping[Any, Any]) -> Iterator[Result]:
    place = f"{row['scenario']}/{row['by']}"
    yield Result(f"within/{place}", row["within"], "percent", "projected")
    yield Result.within(
        f"caseload/{place}",
        (row["caseload"], row["low"], row["high"]),
        "cases a full-time worker",
        "projected",
        0.9,
        "over the replicates",
    )


def _needed(row: Mapping[Any, Any], at_work: float, people: float) -> Iterator[Result]:
    chance = f"{100 * row['probability']:g}"
    place = f"{row['scenario']}/{row['by']}/{chance}"
    if np.isnan(row["posts"]):
        yield Result(f"needed/{place}", "none", "posts", "projected")
        return
    posts, ends = int(row["posts"]), (int(row["low"]), int(row["high"]))
    how = "posts that single courses need"
    yield Result(f"needed/{place}", posts, "posts", "projected", *ends, float(row["level"]), how)
    if row["scenario"] != BASELINE:
        return
    for reading, there in (("at_work", at_work), ("people", people)):
        yield Result(f"more_{reading}/{place}", posts - there, "posts", "projected")
    joiners = float(row["joiners_a_month"])
    yield Result(f"joiners/{place}", joiners, "joiners a month", "projected")
    hires: float | str = "none" if np.isnan(row["hires"]) else float(row["hires"])
    yield Result(f"hires/{place}", hires, "candidates a month", "projected")
    if not np.isnan(row["hires"]):
        yield Result(f"hires_posts/{place}", int(row["hires_posts"]), "posts", "projected")


def _moved(row: Mapping[Any, Any]) -> Iterator[Result]:
    name = "".join(sign if sign.isalnum() else "-" for sign in str(row["assumption"]).casefold())
    for end in ("low", "high"):
        place = f"sensitivity/{name.strip('-')}/{end}"
        posts = int(row[f"posts_{end}"])
        yield Result(place, posts, "posts", "projected", method=str(row["assumption"]))
        yield Result(f"{place}/at", float(row[end]), "of the assumption", "assumed")


def is_possible(summary: Summary, name: str) -> bool:
    """Whether some number is enough."""
    return name in summary and summary[name].value != "none"


def number_or_none(summary: Summary, name: str, places: int = 0) -> str:
    """A number of posts or people, or that none is enough."""
    return summary[name].text(places) if is_possible(summary, name) else "no number is enough"


def assumed(one: Result) -> str:
    """An end of an assumption's range, without trailing noughts."""
    return one.text() if float(one.value).is_integer() else one.text(3).rstrip("0")


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Probability of keeping to the cap by number of posts, a line a date."""
    from riskmodel.report.charts import draw_ranges

    needs = rows_of(tables["needs"], scenario=BASELINE, probability=MAIN_CHANCE)
    rows = [
        (month_words(str(row["by"])), row["posts"], row["low"], row["high"])
        for row in needs.dropna(subset="posts").to_dict("records")
    ]
    across = f"Posts for the cap, {100 * MAIN_CHANCE:g}% sure, and what single courses need"
    return {"posts_needed": draw_ranges("posts_needed", rows, across=across)} if rows else {}


CASELOAD_AMBITION = Analysis(
    "caseload-ambition",
    "Posts and candidates with which the mean caseload keeps to the ambition by a date",
    measure,
    summarise,
    {
        "scenario": Option(BASELINE, "which of the library", allowed=LIBRARY),
        "by": Option(
            MAIN_BY,
            "month at whose end the cap is to be kept",
            allowed=("2016-03", "2016-09", "2017-03", "2018-03", "2020-03"),
        ),
        "probabilities": Option((0.5, 0.8, 0.95), "how sure, as proportions"),
        "replicates": Option(2000, "courses drawn", quick=200, least=100, most=20_000),
    },
    figures=figures,
    needs={"scenario": (BASELINE,), "by": (MAIN_BY,)},
)
