"""What a brief says, and the numbers that may stand behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.authority.decision import UNIT
from riskmodel.authority.folder.authority import Authority
from riskmodel.demand.pooled.measured import measured_backtest
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.wording import money, number
from riskmodel.report.model import Brief, Chart, Paragraph, Table


@dataclass(frozen=True)
class Briefed:
    """A folder, its results and its brief."""

    authority: Authority
    results: BriefResults
    brief: Brief

    @property
    def sentences(self) -> list[str]:
        """Everything that is said in words, titles among it."""
        said = [point.text for point in self.brief.points]
        for page in self.brief.pages:
            said += [page.title, *(b.text for b in page.blocks if isinstance(b, Paragraph))]
        return said

    @property
    def tables(self) -> list[Table]:
        """Its tables, those behind the charts among them."""
        blocks = [block for page in self.brief.pages for block in page.blocks]
        shown = [b.data if isinstance(b, Chart) else b for b in blocks]
        return [table for table in shown if isinstance(table, Table)]


DATES = re.compile(
    r"“[^”]+”|(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December) \d{4}|\b\d{4}/\d{2}\b|\b(?:90|95|50)% range"
)


def numbers_in(text: str) -> list[str]:
    """Numbers without their signs, those of dates and of the names of ranges left out."""
    return re.findall(r"£?\d+(?:,\d{3})*(?:\.\d+)?[m%]?", DATES.sub("", text))


def printed(value: object) -> set[str]:
    """How a number may be printed: whole, to a tenth, in percent, as money."""
    if isinstance(value, str):
        return set(numbers_in(value))
    if not isinstance(value, int | float | np.number) or not np.isfinite(value):
        return set()
    size = abs(float(value))
    forms = {number(size), number(size, 1), f"{size:g}", f"{number(size)}%"}
    if size <= 1:
        forms.add(f"{100 * size:.0f}%")
    return forms | ({money(size)} if size >= 1000 or not size else set())


def numbers_of(folder: Briefed) -> set[str]:
    """Numbers in the tables of a brief, at its date where they are by month, and in results."""
    results = folder.results
    frames, single = list[pd.DataFrame](), list[object]()
    for table in folder.tables:
        is_monthly = "month" in table.frame and results.has("projection")
        frames.append(
            table.frame[table.frame["month"] == results.target.by] if is_monthly else table.frame
        )
    if results.rates is not None:
        total, plans = results.rates.counts.total_assessments, results.rates.counts.total_plans
        single += [total, plans, plans / (total or plans)]
        sides, shares = results.recording.sides()["can_change"], results.recording.recording
        single += [sides.sum(), len(sides), shares.with_plan[0]]
        frames.append(results.recording.bounds)
    if results.has("projection"):
        single += [results.sizes.months, *_of_projection(results)]
        frames.append(measured_backtest())
    if results.has("caseload"):
        posts = results.posts
        single += [posts.posts_now, posts.workers, posts.more, results.caseload_now]
        single += [results.caseload_of_teams, 0.01]
        structure = results.authority.structure
        cases = structure.counts().sum(axis=0)
        for kind in ("disabled_children", "specialist"):
            single.append(
                sum(cases[row] for row, team in enumerate(structure) if team.kind == kind)
            )
        frames.append(posts.to_frame())
        decision = results.decision
        single += [*decision.cost, UNIT, decision.hires, posts.joiners_a_month, decision.chance]
        single += [*decision.caseload, *decision.price[:2]]
        frames.append(decision.to_frame())
    frames.append(pd.DataFrame([dict(row) for row in results.prices.values()]))
    if results.placements is not None:
        placed = results.placements
        frames.append(placed.forecast.stocks())
        frames += (
            []
            if placed.budget is None
            else [getattr(placed.budget, name) for name in ("frame", "drivers", "outturn")]
        )
    if results.has("scenarios"):
        frames.append(results.comparison.differences)
    if results.others is not None:
        frames.append(results.others.latest)
    for change in (results.change, results.caseload_change):
        if change is not None:
            frames.append(change.to_frame())
            single += [change.change, *(getattr(change, "children", None) or ())]
    values = [value for frame in frames for value in frame.to_numpy(dtype=object).ravel()]
    return set[str]().union(*map(printed, [*values, *single]))


def _of_projection(results: BriefResults) -> list[float]:
    """What is said of a projection besides its quantiles."""
    said = []
    for stage in results.stages:
        learned, counts = results.outlook.stages[stage].learned, results.counts(stage)
        said += [learned.authorities, len(counts), counts[-1].children]
        said.append(results.chance_below(stage))
    return said
