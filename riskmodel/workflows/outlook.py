"""Projections as parts of the report: from results to what its sections are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from riskmodel.caseload import (
    CaseloadPlan,
    HiresNeeded,
    PostsNeeded,
    hires_needed,
    published_caseloads,
    published_structure,
    published_workforce,
)
from riskmodel.demand.learning.judged import OURS, REFERENCE
from riskmodel.demand.learning.measured import measured_backtest
from riskmodel.errors import DataError
from riskmodel.projection import BASELINE, Projection
from riskmodel.report.figures.backtest import draw_skill
from riskmodel.report.sections import CaseloadData, OutlookData, ScenarioData
from riskmodel.report.sections.scenarios import scenario_label
from riskmodel.report.sections.trust import MODEL_LABELS
from riskmodel.scenarios import load_library
from riskmodel.workflows.caseload import (
    Comparison,
    compare,
    draw_caseload,
    draw_comparison,
    plan_outlook,
    posts_answer,
    project_service,
    usual_target,
)
from riskmodel.workflows.caseload.comparison import MEASURE_LABELS
from riskmodel.workflows.demand import STAGE_LABELS, Outlook, draw_outlook

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.report import Point, Section
    from riskmodel.report.figures import Drawing

__all__ = [
    "COMPARED",
    "ServiceResults",
    "baseline_outlook",
    "caseload_data",
    "draw_worth",
    "first_scenario",
    "outlook_data",
    "scenario_data",
    "service_parts",
    "service_results",
]

COMPARED = ("stock_child_protection_plan", "caseload", "posts_needed")
"""Measures that the picture of the scenarios shows."""


@dataclass(frozen=True, slots=True, eq=False)
class ServiceResults:
    """Demand and caseloads of every scenario of the library, and the answers to them."""

    outlook: Outlook
    plan: CaseloadPlan
    posts: PostsNeeded
    hires: HiresNeeded | None
    comparison: Comparison


def service_results(
    *,
    months: int,
    replicates: int,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> ServiceResults:
    """Project the published figures under every scenario of the library.

    Parameters
    ----------
    months, replicates, seed
        As for :func:`riskmodel.workflows.demand.projecting.project`.
    progress
        Called with a few words at each step.
    """
    outlook = project_service(
        scenarios=load_library(),
        months=months,
        replicates=replicates,
        seed=seed,
        progress=progress,
    )
    progress("Working out caseloads")
    found = plan_outlook(outlook)
    target = usual_target(outlook)
    progress("Asking for posts")
    posts = posts_answer(outlook, target)
    try:
        hires = hires_needed(
            outlook.projection,
            published_structure(),
            published_workforce(),
            target,
            seed=seed,
        )
    except DataError:
        # No number of candidates may be enough: the report then names none.
        hires = None
    progress("Comparing scenarios")
    # Of a single change there is nothing to part.
    several = [name for name, each in outlook.levers.items() if len(each.changed) > 1]
    compared = compare(outlook, found, target=target, attribution=several)
    return ServiceResults(outlook, found, posts, hires, compared)


def service_parts(found: ServiceResults) -> tuple[tuple[Point, ...], tuple[Section, ...]]:
    """Main points and sections: the two-minute page first, then what stands behind it."""
    from riskmodel import report

    ahead, worth = outlook_data(baseline_outlook(found.outlook)), measured_backtest()
    load, scenarios = caseload_data(found), scenario_data(found)
    target = found.posts.target
    first = first_scenario(found.plan)
    return (
        report.outlook_point(ahead),
        report.trust_point(worth),
        report.caseload_point(load),
        report.scenario_point(scenarios),
    ), (
        report.brief_section(ahead, load, scenarios, worth),
        report.outlook_section(ahead, draw_outlook(baseline_outlook(found.outlook))),
        report.trust_section(worth, draw_worth(worth)),
        report.caseload_section(load, draw_caseload(first, target.cap, by=target.by)),
        report.scenarios_section(scenarios, draw_comparison(_labelled(found.comparison), COMPARED)),
    )


def first_scenario(plan: CaseloadPlan) -> CaseloadPlan:
    """Caseloads of the first scenario alone."""
    fields = ("cases", "mean_caseload", "unallocated", "uncovered", "looked_after", "summary")
    return replace(
        plan,
        scenarios=plan.scenarios[:1],
        paths=plan.paths[:1],
        **{name: getattr(plan, name)[:1] for name in fields},
    )


def baseline_outlook(outlook: Outlook) -> Outlook:
    """The same without its other scenarios."""
    whole = outlook.projection
    place = whole.scenarios.index(BASELINE)
    alone = Projection(
        whole.area,
        (BASELINE,),
        whole.stages,
        whole.opening_month,
        whole.opening,
        whole.starts[place : place + 1],
        whole.ends[place : place + 1],
        whole.stock[place : place + 1],
        whole.source,
    )
    return replace(outlook, projection=alone, levers={BASELINE: outlook.levers[BASELINE]})


def _labelled(comparison: Comparison) -> Comparison:
    """The same with names of scenarios for a reader."""
    frame = comparison.differences
    return replace(
        comparison,
        differences=frame.assign(scenario=[scenario_label(name) for name in frame["scenario"]]),
    )


def _settings(outlook: Outlook) -> str:
    return (
        f"{outlook.projection.replicates:,} courses drawn, "
        f"{len(outlook.projection.months)} months ahead, seed {outlook.seed}"
    )


def caseload_data(found: ServiceResults) -> CaseloadData:
    """What the section on caseloads is made from."""
    return CaseloadData(
        published_caseloads(),
        found.plan,
        found.posts,
        found.hires,
        _settings(found.outlook),
        found.outlook.source.label,
    )


def scenario_data(found: ServiceResults) -> ScenarioData:
    """What the section on scenarios is made from."""
    library = load_library()
    comparison = found.comparison
    return ScenarioData(
        {each.name: each.description for each in library},
        {each.name: len(found.outlook.levers[each.name].changed) for each in library},
        comparison.differences,
        comparison.attribution,
        MEASURE_LABELS,
        comparison.month,
        comparison.target,
        comparison.level,
        _settings(found.outlook),
        found.outlook.source.label,
    )


def outlook_data(outlook: Outlook) -> OutlookData:
    """What the section on the projection is made from."""
    learned = {stage: each.learned for stage, each in outlook.stages.items()}
    return OutlookData(
        outlook.projection,
        outlook.drivers(),
        outlook.observations_frame(),
        outlook.calibration_frame(),
        STAGE_LABELS,
        {stage: each.authorities for stage, each in learned.items()},
        max(each.year for each in learned.values()),
        outlook.seed,
        outlook.source.label,
    )


def draw_worth(worth: pd.DataFrame) -> dict[str, Drawing]:
    """Skill by horizon of each model, a picture a stock."""
    found = {}
    for measure, frame in worth.groupby("measure", sort=False):
        rows: list[dict[Any, Any]] = frame.assign(
            model=[MODEL_LABELS.get(name, name) for name in frame["model"]]
        ).to_dict("records")
        found[str(measure)] = draw_skill(
            f"trust_skill_{str(measure).split('_')[0]}",
            rows,
            ours=MODEL_LABELS[OURS],
            reference=MODEL_LABELS[REFERENCE],
        )
    return found
