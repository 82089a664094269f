"""A national run as a report: one page, its figures, tables and workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.core.manifest import make_manifest
from riskmodel.demand.learning.history import STOCK_MEASURES
from riskmodel.demand.national import NationalCourses
from riskmodel.factors.comparison import funnel
from riskmodel.parameters import parameters_sha256
from riskmodel.report.model import Point, Report
from riskmodel.report.sections.national import (
    NATIONAL_LABELS,
    StageView,
    national_section,
    rests_on_section,
)
from riskmodel.report.sections.record import manifest_section
from riskmodel.report.wording import month_words
from riskmodel.series import ENGLAND
from riskmodel.workflows.national import NationalRun

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["national_report", "write_national_report"]


def write_national_report(
    run: NationalRun,
    out: Path,
    *,
    command: Sequence[str],
    files: Sequence[Path],
    neighbours: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Path, ...]:
    """Write a national run to a folder; see :func:`national_report`.

    Returns
    -------
    tuple of pathlib.Path
        What was written.
    """
    from riskmodel.report import write_report

    return write_report(national_report(run, command, files, neighbours), out)


def national_report(
    run: NationalRun,
    command: Sequence[str],
    files: Sequence[Path],
    neighbours: Mapping[str, tuple[str, ...]] | None = None,
) -> Report:
    """A national run as plain data, to be rendered.

    Parameters
    ----------
    run
        The run.
    command
        Words that make it again, without the place written to and the number of workers.
    files
        The panel and the list of neighbours.
    neighbours
        From :func:`riskmodel.intake.read_neighbours`.
    """
    manifest = make_manifest(
        command, inputs={}, parameters_sha256=parameters_sha256(), seed=run.seed, files=files
    ).to_dict()
    stocks = [each for each in run.courses if each.measure == "stock"]
    views = [_view(run, each, neighbours or {}) for each in stocks]
    taught = {each.stage: str(run.learned[_learned_stage(each.stage)]) for each in stocks}
    points = [_point(run, each) for each in stocks]
    last = stocks[0].months[-1]
    return Report(
        "Children's services of many authorities, projected together",
        f"From figures up to March {run.year} ({run.panel.source}) to {month_words(last)}",
        tuple(points),
        (
            *(national_section(view) for view in views),
            rests_on_section(run.assumptions, taught, run.left_out_frame()),
            manifest_section(manifest),
        ),
        manifest,
    )


def _learned_stage(stage: str) -> str:
    return "child_in_need" if stage == "child_in_need_plan" else stage


def _point(run: NationalRun, courses: NationalCourses) -> Point:
    course = run.totals(courses.stage)[-1]
    low, middle, high = (course.quantile(level)[-1] for level in (0.05, 0.5, 0.95))
    return Point(
        f"{NATIONAL_LABELS[courses.stage]}, {course.area}: {course.latest:,.0f} at the end of "
        f"March {run.year}; {middle:,.0f} projected for {month_words(courses.months[-1])}, 90% "
        f"interval {low:,.0f} to {high:,.0f}.",
        courses.stage,
    )


def _view(
    run: NationalRun, courses: NationalCourses, neighbours: Mapping[str, tuple[str, ...]]
) -> StageView:
    flows = tuple(
        each for each in run.courses if each.stage == courses.stage and each.measure != "stock"
    )
    totals = {each.measure: run.totals(each.stage, each.measure) for each in (courses, *flows)}
    return StageView(
        courses,
        flows,
        totals,
        _history(run, courses),
        _funnel(courses),
        neighbours,
        run.panel.source,
    )


def _funnel(courses: NationalCourses) -> pd.DataFrame | None:
    """Rates at the opening against the number of children."""
    known = [each for each in courses.authorities if each.population >= max(each.latest, 1)]
    if len(known) < 3 or not any(each.latest for each in known):
        return None
    stock = np.array([round(each.latest) for each in known])
    return funnel(
        FactorCounts(
            tuple(each.code for each in known),
            np.array([round(each.population) for each in known]),
            stock,
            int(stock.sum()),
            basis="published",
        )
    )


def _history(run: NationalRun, courses: NationalCourses) -> dict[str, list[tuple[int, float]]]:
    """Stocks by code and year; of the total only years in which every authority has one."""
    stock = _stock_by_year(run, courses.stage)
    codes = [each.code for each in courses.authorities]
    found = {
        code: [(year, value) for (whose, year), value in stock.items() if whose == code]
        for code in (*codes, ENGLAND)
    }
    years = sorted({year for _, year in stock})
    found["sum"] = [
        (year, sum(stock[code, year] for code in codes))
        for year in years
        if all((code, year) in stock for code in codes)
    ]
    return found


def _stock_by_year(run: NationalRun, stage: str) -> dict[tuple[str, int], float]:
    """Each figure of the stock; of the tier in need, what is left of the wide sense."""
    panel = run.panel
    if stage in STOCK_MEASURES:
        values = panel.figures[STOCK_MEASURES[stage]]
    else:
        every, plans, away = (
            panel.figures[STOCK_MEASURES[name]]
            for name in ("child_in_need", "child_protection_plan", "looked_after")
        )
        values = every - plans - away
    rows = sorted(zip(panel.la_codes, panel.years.tolist(), values.tolist(), strict=True))
    return {(code, year): value for code, year, value in rows if np.isfinite(value)}
