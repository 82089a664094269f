"""Sixth page: how accurate such projections have been, what moves the answer, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from riskmodel.core.labels import label
from riskmodel.core.months import months_between
from riskmodel.demand.pooled.judged import OURS, REFERENCE
from riskmodel.demand.pooled.measured import measured_backtest
from riskmodel.demand.sources import MEASURE_OF
from riskmodel.report.brief.around import around_table
from riskmodel.report.brief.finals import outcome_sentence
from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.wording import number, plain, skill_words, stage_words
from riskmodel.report.model import Chart, Section, Table
from riskmodel.report.prose import Paragraph, remaining_text
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.wording import count_of, join_words, month_words, percent

if TYPE_CHECKING:
    from riskmodel.caseload.targets import Sensitivity

__all__ = ["accuracy_sentence", "basis_sentences", "certainty_page"]

_ASSUMPTIONS = 5
"""How many are listed, those that move the number of posts most."""

_METHODS = {
    OURS: label(OURS).row,
    REFERENCE: "No change",
    "mean_reversion": label("mean_reversion").row,
    "drift": label("drift").row,
}
"""Those drawn of the methods that were tested, in words: no change, and what is usually done."""

_FEW_MONTHS = 24
"""Own figures over fewer months than these: what lies ahead is mostly what others have shown."""

_YEARS = {1: "one year", 2: "two years", 3: "three years", 4: "four years"}

_NOT_CONCLUDED = (
    "It cannot be concluded from these counts what causes a plan, what will happen to any one "
    "child, or how well children are kept safe. A projection says what follows with no "
    "change of policy, not what will be decided."
)


def accuracy_sentence(results: BriefResults) -> str:
    """How accurate projections so far ahead have been elsewhere."""
    row = _row(results)
    return (
        f"Tested on {row['authorities']} English authorities, projections of children "
        f"{stage_words(results.stages[0])} {_YEARS[row['horizon_years']]} ahead were "
        f"{skill_words(row['skill_percent'])} assuming no change."
    )


def certainty_page(results: BriefResults, annex: str, has_projection: bool) -> Section:
    """Accuracy by years ahead, the assumptions that move the answer, and the author's text."""
    author = _commentary(results)
    if not has_projection:
        title = "What cannot be concluded from these counts"
        table = around_table(results)
        return brief_page("certainty", title, [_NOT_CONCLUDED, *author], annex=annex, table=table)
    row = _row(results)
    lead = stage_words(results.stages[0])
    title = (
        f"In tests elsewhere {number(row['coverage_90_percent'])}% of outcomes "
        f"{_YEARS[row['horizon_years']]} ahead fell inside the 90% range"
    )
    tested = (
        f"Projections of children {lead} were {skill_words(row['skill_percent'])} assuming no "
        f"change, {_YEARS[row['horizon_years']]} ahead (95% range {number(row['skill_low'])}% to "
        f"{number(row['skill_high'])}%). The tests projected from each March of "
        f"{row['first_origin']} to {row['last_origin']}, with a figure for every year; with fewer "
        "figures, or when times change, projections may be less accurate."
    )
    happened = [outcome_sentence(results, stage) for stage in results.stages]
    return brief_page(
        "certainty",
        title,
        [
            tested,
            _few(results),
            happened[0],
            _NOT_CONCLUDED,
            *author,
            *happened[1:],
            _moves(results),
        ],
        annex=annex,
        chart=_chart(results),
        table=_assumptions(results),
    )


def _months_counted(results: BriefResults) -> int:
    """Months from the first of the lead stage's own counts to its last."""
    counts = results.counts(results.stages[0])
    return months_between(counts[0].month, counts[-1].month) + 1


def _few(results: BriefResults) -> str:
    """What lies ahead of few own figures is mostly what others have shown."""
    months, ahead = _months_counted(results), len(results.outlook.projection.months)
    if months >= _FEW_MONTHS:
        return ""
    return (
        f"These are {count_of(months, 'month')} of figures for {ahead} months ahead: what lies "
        "further off is mostly what other authorities have shown."
    )


def basis_sentences(results: BriefResults, has_projection: bool) -> tuple[str, ...]:
    """Sources, dates, basis and contact, a sentence each."""
    authority, said = results.authority, []
    if authority.last_day:
        said.append(f"Figures to {authority.last_day.day} {authority.last_day:%B %Y}.")
    if has_projection:
        said.append(
            f"Counts: {results.outlook.source.label}; {results.basis}. What lies ahead is "
            f"projected: {results.sizes}."
        )
        stocks, lead = results.counts(results.stages[0]), results.stages[0]
        learned = results.outlook.stages[lead].learned
        said.append(
            f"The projection rests on {count_of(len(stocks), 'count')} of children "
            f"{stage_words(lead)} from {month_words(stocks[0].month)} to "
            f"{month_words(stocks[-1].month)}, and on the figures of {learned.authorities} "
            f"authorities to March {learned.year}."
        )
        if results.has("caseload"):
            said.append(
                f"Teams: {authority.structure.source}. What the folder does not give of the "
                "workforce is assumed from national figures; the annex lists it."
            )
            if authority.contents.number("targets", "cap") is None and not authority.has(
                "published"
            ):
                said.append(
                    f"The average caseload of {results.target.cap:g} is assumed: the folder sets "
                    "none."
                )
    if results.prices:
        said.append(
            "Costs are of what the folder prices, each financial year in its own prices; those of "
            "scenarios are in the prices of the first year."
        )
    if results.rates is not None:
        counts = results.rates.counts
        said.append(f"Factors: {results.factors_source}; {counts.basis}.")
    if authority.contact:
        said.append(f"Contact: {authority.contact}.")
    return tuple(said)


def _row(results: BriefResults) -> dict[str, Any]:
    """What was measured of the lead stage, so many years ahead as the date lies."""
    rows = [row for row in _rows(results) if row["model"] == OURS]
    years = results.months_ahead / 12
    return min(rows, key=lambda row: abs(row["horizon_years"] - years))


def _rows(results: BriefResults) -> list[dict[str, Any]]:
    frame = measured_backtest()
    measure = MEASURE_OF[results.stages[0]]
    return cast("list[dict[str, Any]]", frame[frame["measure"] == measure].to_dict("records"))


def _chart(results: BriefResults) -> Chart:
    from riskmodel.report.charts.backtest import draw_skill

    rows = [
        {**row, "model": _METHODS[row["model"]]}
        for row in _rows(results)
        if row["model"] in _METHODS
    ]
    ours, reference = _METHODS[OURS], _METHODS[REFERENCE]
    drawing = draw_skill("brief_accuracy", rows, ours=ours, reference=reference)
    cells = [
        {
            "years": row["horizon_years"],
            "model": row["model"],
            **{name: round(row[name], 1) for name in ("skill_percent", "coverage_90_percent")},
        }
        for row in rows
    ]
    title = "How accurate such projections have been, by years ahead"
    source = (
        f"Figures of the Department for Education for {_row(results)['authorities']} authorities, "
        f"projected from each March of {rows[0]['first_origin']} to {rows[0]['last_origin']}"
    )
    spoken = join_words(
        f"{number(row['skill_percent'])}% {_YEARS[row['horizon_years']]} ahead"
        for row in rows
        if row["model"] == ours
    )
    return chart_of(
        "brief_accuracy",
        title,
        f"Lines by years ahead, one a method. This package, compared with assuming no change: "
        f"{spoken}.",
        "Above 0: more accurate than assuming no change. Band: 95% range. Beside it: a return to "
        "the authority's own average, and its own trend carried on.",
        drawing,
        table_of(
            "brief_accuracy",
            title,
            cells,
            {
                "years": "Years ahead",
                "model": "Method",
                "skill_percent": "More accurate than no change, %",
                "coverage_90_percent": "Inside the 90% range, %",
            },
            source=source,
            basis="observed",
        ),
    )


def _ranked(results: BriefResults) -> list[Sensitivity]:
    """Assumptions of the posts, the one that moves them most first."""
    posts = results.posts if results.has("caseload") else None
    moved = [] if posts is None else [one for one in posts.sensitivity if _span(one)]
    return sorted(moved, key=lambda one: (-_span(one), one.assumption))[:_ASSUMPTIONS]


def _span(one: Sensitivity) -> int:
    return abs(one.posts_high - one.posts_low)


def _moves(results: BriefResults) -> str:
    ranked = _ranked(results)
    if not ranked or results.posts is None:
        return ""
    first = ranked[0]
    low, high = sorted((first.posts_low, first.posts_high))
    return (
        f"The number of posts depends most on {first.assumption.removesuffix(', times')}: "
        f"{low:,} to {high:,} posts over its range, against {results.posts.posts:,} as assumed."
    )


def _assumptions(results: BriefResults) -> Table | None:
    ranked = _ranked(results)
    if not ranked:
        return None
    rows = [
        {
            "assumption": plain(one.assumption.removesuffix(", times")),
            "values": f"{_value(one, one.low)} to {_value(one, one.high)}",
            "posts": f"{one.posts_low:,} to {one.posts_high:,}",
        }
        for one in ranked
    ]
    return table_of(
        "brief_assumptions",
        "Assumptions that move the number of posts most, one at a time",
        rows,
        {"assumption": "Assumption", "values": "If it were", "posts": "Posts needed"},
        source=results.source,
        basis="projected",
    )


def _value(one: Sensitivity, value: float) -> str:
    """A value of an assumption: a multiple, months, or a share in percent."""
    if one.assumption.endswith("times"):
        return f"{value:g} times"
    if one.assumption.startswith("months"):
        return f"{value:g} months"
    return percent(value, 0 if round(100 * value, 1) == round(100 * value) else 1)


def _commentary(results: BriefResults) -> tuple[Paragraph, ...]:
    """The author's text that belongs to no section of the annex, a paragraph each."""
    from riskmodel.authority.folder.sections import SECTIONS

    taken = {text.casefold() for rule in SECTIONS.values() for text in (rule.name, rule.label)}
    return remaining_text(results.authority.commentary, taken)
