"""A national run as a report: one page, its figures, tables and workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from riskmodel.core.manifest import make_manifest
from riskmodel.demand.national import NationalCourses, NationalRun
from riskmodel.parameters import parameters_sha256
from riskmodel.report.model import Point, Report
from riskmodel.report.sections.national import (
    NATIONAL_LABELS,
    national_section,
    rests_on_section,
)
from riskmodel.report.sections.record import manifest_section
from riskmodel.report.wording import month_words

__all__ = ["national_report"]


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
    taught = {each.stage: str(run.learned[_learned_stage(each.stage)]) for each in stocks}
    points = [_point(run, each) for each in stocks]
    last = stocks[0].months[-1]
    return Report(
        f"{'Made up: c' if run.panel.is_made_up else 'C'}hildren's services of many authorities, "
        "projected together",
        f"From figures up to March {run.year} ({run.panel.source}) to {month_words(last)}",
        tuple(points),
        (
            *(national_section(run, each.stage, neighbours or {}) for each in stocks),
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
        f"March {run.year}; the central projection for {month_words(courses.months[-1])} is "
        f"{middle:,.0f} (90% range {low:,.0f} to {high:,.0f}).",
        courses.stage,
    )
