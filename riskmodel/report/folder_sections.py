"""The sections of an authority's page: its results in words, charts and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.errors import DataError
from riskmodel.projection import BASELINE
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PARTS", "Sizes"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How far ahead and how often is simulated, and with which seed."""

    months: int
    replicates: int
    seed: int

    def named(self) -> dict[str, int]:
        """As the methods of an authority take them."""
        return {"months": self.months, "replicates": self.replicates, "seed": self.seed}

    def __str__(self) -> str:
        return f"{self.replicates:,} simulations, {self.months} months ahead, seed {self.seed}"


Part = tuple[Point, Section]
"""A section, and the sentence that says it at the top of the page."""


def _factors(authority: Authority, sizes: Sizes) -> Part:
    """Rates of the latest return; of observed records only what may be printed."""
    from riskmodel.authority.own_table import OwnTable
    from riskmodel.report.sections.own import own_point, own_section

    own = OwnTable(authority.tables[-1], authority.release)
    section = own_section(own, cuts="base-rate")
    label = SECTIONS["factors"].label
    blocks = tuple(_without_cuts(block) for block in section.blocks)
    return Point(str(own_point(own)), "factors"), Section("factors", label, blocks)


def _without_cuts(block: Block) -> Block:
    """Without the columns of quadrants, whose cuts are another authority's."""
    if isinstance(block, Chart):
        return replace(block, data=_without_columns(block.data))
    return _without_columns(block) if isinstance(block, Table) else block


def _without_columns(table: Table) -> Table:
    frame = table.frame.drop(columns=["prevalence", "impact"], errors="ignore")
    labels = {name: label for name, label in table.labels.items() if name in frame}
    return replace(table, frame=frame, labels=labels)


def _projection(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.core.labels import STAGE_LABELS
    from riskmodel.report.charts.outlook import draw_outlook
    from riskmodel.report.wording import month_words

    outlook = authority.projection(**sizes.named()).baseline()
    projection = outlook.projection
    source = f"Projected from {outlook.source.label}; {sizes}"
    ahead = projection.months[min(24, len(projection.months)) - 1]
    sentences = []
    for number, stage in enumerate(projection.stages):
        opening = projection.opening[:, number].mean()
        stock = projection.of("stock", projection.scenarios[0], stage)
        low, middle, high = _range(stock[:, projection.months.index(ahead)])
        sentences.append(
            f"{STAGE_LABELS[stage]}: the central projection for {month_words(ahead, day=True)} is "
            f"{middle:,.0f}, {_direction(middle, opening)} {opening:,.0f} in "
            f"{month_words(projection.opening_month)} (90% range {low:,.0f} to {high:,.0f})."
        )
    drawing = draw_outlook(outlook)
    table = Table(
        "projection_months",
        "Projected numbers at the end of each month",
        _quantiles(projection.to_frame(), "stage", STAGE_LABELS),
        _LABELS | {"stage": "Children"},
        ("Whole children. Nine in ten simulations lie inside the 90% range.",),
        source,
        "projected",
    )
    chart = Chart(
        "projection_fan",
        "Numbers to date, and projected with no change of policy",
        "Fan charts, one for each group of children. " + " ".join(sentences),
        "Dots: own figures. Line: the central projection. Bands: half, four in five, and 19 in 20 "
        "of the simulations.",
        drawing.svg,
        drawing.png,
        table,
        source,
        "projected",
        drawing.svg_narrow,
    )
    taught = max(stage.learned.authorities for stage in outlook.stages.values())
    basis = (
        "Basis: projected. A projection says what would follow if numbers go on as they have in "
        f"other authorities ({taught} of them were learned from), not what will be decided."
    )
    notes = [Paragraph(warning) for warning in outlook.warnings]
    said = [Paragraph(text) for text in sentences]
    blocks: tuple[Block, ...] = (*said, chart, Paragraph(basis), *notes)
    return (
        Point(sentences[0], "projection"),
        Section("projection", SECTIONS["projection"].label, blocks),
    )


def _caseload(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.charts.service import draw_caseload
    from riskmodel.report.wording import month_words, percent

    outlook = authority.projection(**sizes.named())
    plan = authority.caseload(**sizes.named()).baseline()
    target = authority.target(outlook)
    low, middle, high = _range(plan.caseload(plan.scenarios[0])[plan.month_number(target.by)])
    chance = float(
        plan.probability_within(target.cap, plan.scenarios[0])[plan.month_number(target.by)]
    )
    day = month_words(target.by, day=True)
    sentence = (
        f"With no change of policy a full-time worker would hold {middle:.1f} cases on {day} (90% "
        f"range {low:.1f} to {high:.1f}). The chance of {target.cap:g} cases or fewer is "
        f"{percent(chance, 0)}."
    )
    words, sensitivity = _posts(authority, sizes)
    source = f"Projected from {plan.source}; {sizes}"
    frame = plan.to_frame("service")
    drawing = draw_caseload(plan, target.cap, by=target.by)
    table = Table(
        "caseload_months",
        "Cases, workers and caseload at the end of each month",
        _quantiles(frame, "measure", _MEASURES, digits=1),
        _LABELS | {"measure": "Measure"},
        ("Nine in ten simulations lie inside the 90% range.",),
        source,
        "projected",
    )
    chart = Chart(
        "caseload_fan",
        f"Cases for each full-time worker, and the cap of {target.cap:g}",
        f"Fan chart from zero. {sentence}",
        "Line: the central projection. Bands: half, four in five, and 19 in 20 of the simulations. "
        "Line across: the cap.",
        drawing.svg,
        drawing.png,
        table,
        source,
        "projected",
        drawing.svg_narrow,
    )
    blocks: tuple[Block, ...] = (
        Paragraph(sentence),
        chart,
        Paragraph(words),
        *sensitivity,
        _assumed(authority),
    )
    return (
        Point(f"{sentence} {words}", "caseload"),
        Section("caseload", SECTIONS["caseload"].label, blocks),
    )


def _posts(authority: Authority, sizes: Sizes) -> tuple[str, tuple[Table, ...]]:
    """Posts for the target in words, and what would change them."""
    from riskmodel.report.wording import month_words, percent

    try:
        posts = authority.posts_needed(BASELINE, **sizes.named())
    except DataError as error:
        # That no number of posts does it is an answer too.
        return f"No number of posts would do: {error}.", ()
    target = posts.target
    words = (
        f"For {_article(target.probability)} {percent(target.probability, 0)} chance of an average "
        f"caseload of {target.cap:g} or fewer by {month_words(target.by)}, the service would need "
        f"about {posts.posts:,} posts, {_more(posts.more)} now, all of them filled as soon as they "
        "can be."
    )
    frame = posts.to_frame()[["assumption", "value", "posts", "source"]].iloc[1:]
    table = Table(
        "caseload_sensitivity",
        "What would change the number of posts: one assumption at a time",
        frame.assign(assumption=[_plain(name) for name in frame["assumption"]]),
        {"assumption": "Assumption", "value": "If it were", "posts": "Posts", "source": "Range"},
        (f"As stated: {posts.posts:,} posts. Assumed: {posts.assumes}.",),
        "Parameters of the workforce",
        "projected",
    )
    return words, (table,)


def _assumed(authority: Authority) -> Paragraph:
    """Which figures of the workforce are the authority's own."""
    rows = authority.contents.rows.get("workforce", [])
    said = [_plain(name).lower() for row in rows for name in row if name != "source"]
    own = f"The authority's own: {', '.join(said)}. " if said else ""
    return Paragraph(
        f"{own}What is not given of the workforce is assumed from national figures. Workforce: "
        f"{authority.workforce.summary()}."
    )


def _scenarios(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.authority.measures import MEASURE_LABELS
    from riskmodel.report.charts.service import draw_comparison
    from riskmodel.report.wording import month_words

    comparison = authority.comparison(**sizes.named())
    frame = comparison.differences
    rows = frame[["scenario", "measure", "value", "difference", "low", "high"]]
    rows = rows.assign(
        scenario=[_plain(name) for name in rows["scenario"]],
        measure=[MEASURE_LABELS[name] for name in rows["measure"]],
        **{name: rows[name].round(2) for name in ("value", "difference", "low", "high")},
    )
    day = month_words(comparison.month, day=True)
    source = f"Projected from {authority.demand.label}; {sizes}"
    table = Table(
        "scenario_differences",
        f"Scenarios on {day}, compared with no change of policy",
        rows,
        {
            "scenario": "Scenario",
            "measure": "Measure",
            "value": "Value",
            "difference": "Difference",
            "low": "90% range from",
            "high": "to",
        },
        ("A difference has its sign: + is more than with no change of policy.",),
        source,
        "projected",
    )
    drawing = draw_comparison(comparison)
    plans = frame[frame["measure"] == "caseload"]
    sentences = [
        f"{_plain(row['scenario'])}: {row['difference']:+.1f} cases for each full-time worker on "
        f"{day}."
        for row in plans.to_dict("records")
    ]
    chart = Chart(
        "scenario_dots",
        "What each scenario would change",
        "Dot and range plot of differences. " + " ".join(sentences),
        "Dot: the difference from no change of policy. Line: its 90% range.",
        drawing.svg,
        drawing.png,
        table,
        source,
        "projected",
        drawing.svg_narrow,
    )
    told = [
        Paragraph(f"{_plain(scenario.name)}: {' '.join(scenario.description.split())}")
        for scenario in authority.scenarios
    ]
    return (
        Point(" ".join(sentences), "scenarios"),
        Section("scenarios", SECTIONS["scenarios"].label, (*told, chart)),
    )


PARTS: Mapping[str, Callable[[Authority, Sizes], Part]] = {
    "factors": _factors,
    "projection": _projection,
    "caseload": _caseload,
    "scenarios": _scenarios,
}
"""Sections that are made for a folder, in the order in which they stand."""

_LABELS = {"month": "End of", "q50": "Central projection", "q05": "90% range from", "q95": "to"}
_MEASURES = {
    "cases": "Cases",
    "fte": "Full-time workers",
    "caseload": "Cases for each full-time worker",
    "unallocated": "Cases without a worker",
}


def _quantiles(
    frame: pd.DataFrame, name: str, labels: Mapping[str, str], digits: int = 0
) -> pd.DataFrame:
    """Central projection and 90% range by month, of the first scenario."""
    first = frame[frame["scenario"] == frame["scenario"].iloc[0]]
    shown = first[first["measure"] == "stock"] if name == "stage" else first
    shown = shown[[name, "month", "q50", "q05", "q95"]].round(digits)
    if digits == 0:
        shown = shown.astype(dict.fromkeys(("q50", "q05", "q95"), int))
    named: pd.DataFrame = shown.assign(
        **{name: [labels.get(word, _plain(word)) for word in shown[name]]}
    )
    return named


def _range(values: object) -> tuple[float, float, float]:
    """Low end, middle and high end of the 90% range."""
    import numpy as np

    low, middle, high = np.quantile(np.asarray(values, dtype=np.float64), (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)


def _direction(now: float, before: float) -> str:
    if round(now) == round(before):
        return "the same as"
    return "up from" if now > before else "down from"


def _more(difference: float) -> str:
    return f"{abs(difference):,.0f} {'more' if difference >= 0 else 'fewer'} than"


def _article(probability: float) -> str:
    return "an" if 0.795 <= probability < 0.895 else "a"


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()
