"""Scenarios to workforces, feedback, plans and answers, all from the same draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.caseload import (
    Allocation,
    CaseloadPlan,
    FeedbackSwitches,
    PostsNeeded,
    Structure,
    Target,
    Workforce,
    caseload_feedback,
    draw_allocation,
    plan,
    posts_for,
    posts_needed,
    published_structure,
    published_workforce,
    simulate_workforce,
    workforce_draws,
)
from riskmodel.caseload.flows import WorkforceDraws
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.levers import Levers
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE
from riskmodel.workflows.demand import Outlook, project, published_source

if TYPE_CHECKING:
    from riskmodel.demand.inputs import StageInputs
    from riskmodel.demand.stepping import Feedback
    from riskmodel.scenarios import Scenario
    from riskmodel.series import AuthorityPanel
    from riskmodel.workflows.demand import DemandSource, FeedbackOf

__all__ = [
    "loops",
    "plan_outlook",
    "posts_answer",
    "project_service",
    "recruiting",
    "usual_workforce",
    "workforce_of",
    "workforces",
]

_WORKFORCE = "workforce."
_LENGTH, _STARTS = "feedback.caseload_to_length", "feedback.child_in_need_to_starts"
_HIRES = "workforce.hires_per_month"


def workforce_of(levers: Levers, baseline: Workforce | None = None) -> Workforce:
    """The workforce of a scenario.

    Parameters
    ----------
    levers
        What it changes; those of the workforce act, month by month.
    baseline
        The workforce that is changed; None is the published one.

    Returns
    -------
    Workforce
        The very object of the baseline where no lever changes it, so that it meets the same luck
        and gives the same bytes.

    Raises
    ------
    DataError
        When a lever comes to an impossible value: which, and in which month.
    """
    force = published_workforce() if baseline is None else baseline
    months = len(levers.months)
    changed = {}
    for name in levers.changed:
        if name.startswith(_WORKFORCE):
            own = name.removeprefix(_WORKFORCE)
            changed[own] = levers.apply(name, force.monthly(own, months))
    return force.changed(**changed) if changed else force


def workforces(outlook: Outlook, baseline: Workforce | None = None) -> dict[str, Workforce]:
    """The workforce of every scenario of an outlook, by name."""
    return {name: workforce_of(levers, baseline) for name, levers in outlook.levers.items()}


def usual_workforce(structure: Structure) -> Workforce:
    """The workforce that a structure's workers stand for, with what is not known assumed.

    Notes
    -----
    Rates and shares are those of :func:`riskmodel.caseload.published_workforce`; posts and
    candidates are in proportion to the workers of the family support teams, the middle of each
    team's range.
    """
    usual = published_workforce()
    if structure == published_structure():
        return usual
    workers = float(structure.workers()[:, structure.is_family_support].mean(axis=0).sum())
    given = {
        name: float(usual.monthly(name, 1)[0])
        for name in (
            "newly_qualified_share",
            "newly_qualified_protection",
            "sickness_rate",
            "vacancy_rate",
            "case_holding_share",
            "agency_fte",
        )
    }
    posts = posts_for(workers, 1.0, **given)
    in_post = posts * (1 - given["vacancy_rate"])
    hires = in_post * parameter("workforce_hires_rate").value / 12
    return replace(usual, posts=posts, hires_per_month=hires)


def project_service(  # noqa: PLR0913  each is a word of the question
    source: DemandSource | None = None,
    *,
    scenarios: Sequence[Scenario] = (),
    structure: Structure | None = None,
    workforce: Workforce | None = None,
    switches: FeedbackSwitches | None = None,
    months: int = 60,
    replicates: int = 2000,
    seed: int = 1,
    panel: AuthorityPanel | None = None,
    progress: Callable[[str], None] | None = None,
    workers: int = 1,
) -> Outlook:
    """Project demand with what caseload does to it, where that is switched on.

    Parameters
    ----------
    source
        The authority's own figures; None is the published ones.
    scenarios
        Beside the baseline.
    structure, workforce
        Teams and workers, for feedback alone; None takes the published ones.
    switches
        Feedback in the baseline and every scenario that does not set its own; None is off.
    months, replicates, seed, panel, progress, workers
        As :func:`riskmodel.workflows.demand.project` has them.

    Notes
    -----
    As soon as one scenario has feedback, the plans of all of them, the baseline's too, are drawn
    month by month, so that they are compared like with like.

    Raises
    ------
    DataError
        When a loop runs away, or a number is out of range.
    """
    teams = published_structure() if structure is None else structure
    chosen = FeedbackSwitches() if switches is None else switches
    wanted = not chosen.is_off or any(
        name in each.parameters for each in scenarios for name in (_LENGTH, _STARTS)
    )
    return project(
        published_source() if source is None else source,
        months=months,
        replicates=replicates,
        seed=seed,
        scenarios=[each for each in scenarios if each.name != BASELINE],
        panel=panel,
        feedback=loops(teams, workforce, chosen, seed=seed) if wanted else None,
        progress=progress,
        workers=workers,
    )


def loops(
    structure: Structure,
    workforce: Workforce | None = None,
    switches: FeedbackSwitches | None = None,
    *,
    seed: int,
) -> FeedbackOf:
    """What :func:`riskmodel.workflows.demand.project` takes for feedback.

    Parameters
    ----------
    structure, workforce
        Teams, and the baseline's workers.
    switches
        Where a scenario sets none; None is off.
    seed
        Of teams and workers, the same as the plan's.

    Notes
    -----
    Teams and workers do not depend on demand, so they are drawn before it, with the draws that
    :func:`riskmodel.caseload.plan` has. Lengths that a specialist team changes are with the
    demand inputs already, and stay out of the loop.
    """
    usual = published_workforce() if workforce is None else workforce
    chosen = FeedbackSwitches() if switches is None else switches
    drawn: dict[tuple[int, ...], tuple[Allocation, WorkforceDraws]] = {}

    def of(inputs: Mapping[str, StageInputs], levers: Levers) -> Feedback:
        replicates, months = next(iter(inputs.values())).rates.shape
        if (replicates, months) not in drawn:
            drawn[replicates, months] = (
                draw_allocation(structure, seed, replicates),
                workforce_draws(seed, replicates, months),
            )
        allocation, luck = drawn[replicates, months]
        force = workforce_of(levers, usual)
        opening = allocation.workers[structure.is_family_support].sum(axis=0)
        path = simulate_workforce(force, opening, luck, baseline=usual)
        by_month = _switches(levers, chosen)
        made = {
            each: caseload_feedback(
                each,
                structure,
                allocation,
                force.changed(specialist_length_multiplier=1.0),
                path,
                np.stack([one.opening for one in inputs.values()], axis=1),
                tuple(inputs),
                baseline=usual,
            )
            for each in set(by_month)
        }

        def loop(month: int, stock: npt.NDArray[np.int32]) -> tuple[npt.ArrayLike, npt.ArrayLike]:
            # The one place where caseload's answer takes the form that demand asks for.
            found = made[by_month[month]](month, stock)
            _refuse_flood(found.starts, month)
            return found.starts, found.length

        return loop

    return of


def _refuse_flood(starts: npt.NDArray[np.float64], month: int) -> None:
    most = parameter("feedback_starts_multiplier_maximum").value
    over = int((starts > most).any(axis=1).sum())
    if over:
        raise DataError(
            f"the loop runs away: in month {month + 1} hardly any child in need work has a worker "
            f"in {over} of {len(starts)} replicates, and more than {most:g} times as many plans "
            "would start; use lower elasticities or more workers",
            field="feedback",
        )


def _switches(levers: Levers, usual: FeedbackSwitches) -> list[FeedbackSwitches]:
    """The switches of each month: a scenario's own, otherwise the usual."""

    def path(name: str, given: float) -> list[float]:
        if name not in levers.changed:
            return [given] * len(levers.months)
        return [float(value) for value in levers.apply(name, given)]

    pairs = zip(
        path(_LENGTH, usual.length_elasticity),
        path(_STARTS, usual.start_elasticity),
        strict=True,
    )
    return [FeedbackSwitches(*pair) for pair in pairs]


def plan_outlook(
    outlook: Outlook, structure: Structure | None = None, workforce: Workforce | None = None
) -> CaseloadPlan:
    """Caseloads of every scenario of an outlook, all from the same teams and luck.

    Parameters
    ----------
    outlook
        From :func:`project_service`, or from :func:`riskmodel.workflows.demand.project`.
    structure, workforce
        Teams, and the baseline's workers; None takes the published ones.
    """
    return plan(
        outlook.projection,
        published_structure() if structure is None else structure,
        workforces(outlook, workforce),
        outlook.seed,
    )


def recruiting(levers: Levers, workforce: Workforce) -> Workforce:
    """A scenario's workforce when every vacancy finds a candidate.

    Except in months whose candidates the scenario sets itself: a freeze stays a freeze.
    """
    months = len(levers.months)
    path = levers.path(_HIRES)
    as_set = (path.weight > 0) | (path.multiplier != 1)
    hires = np.where(as_set, workforce.monthly("hires_per_month", months), np.inf)
    return workforce.changed(hires_per_month=hires)


def opened_with(levers: Levers, baseline: Workforce | None) -> Workforce | None:
    """The workforce at the opening where a scenario changes it; None where it does not."""
    if not any(name.startswith(_WORKFORCE) for name in levers.changed):
        return None
    return published_workforce() if baseline is None else baseline


def posts_answer(
    outlook: Outlook,
    target: Target,
    *,
    scenario: str = BASELINE,
    structure: Structure | None = None,
    workforce: Workforce | None = None,
    sensitivity: bool = True,
) -> PostsNeeded:
    """Posts with which one scenario keeps to a cap by a date, when candidates can be found.

    Parameters
    ----------
    outlook, structure, workforce
        As :func:`plan_outlook` has them.
    target
        Cap, date and probability.
    scenario
        Whose cases and workforce.
    sensitivity
        Whether to solve again with each assumption at the ends of its range.

    Raises
    ------
    UnknownNameError
        When there is no such scenario.
    DataError
        When no number of posts meets it: why, and what would.
    """
    if scenario not in outlook.levers:
        raise UnknownNameError("scenario", scenario, outlook.levers)
    levers = outlook.levers[scenario]
    force = workforce_of(levers, workforce)
    is_set = _HIRES in levers.changed
    found = posts_needed(
        outlook.projection,
        published_structure() if structure is None else structure,
        recruiting(levers, force) if is_set else force,
        target,
        seed=outlook.seed,
        scenario=scenario,
        recruitment="as_given" if is_set else "as_needed",
        sensitivity=sensitivity,
        baseline=opened_with(levers, workforce),
    )
    if not is_set:
        return found
    words = "every vacancy finds a candidate, except where the scenario sets candidates"
    _, _, rest = found.assumes.partition(" candidates a month ")
    return replace(found, assumes=f"posts advertised in the first month, {words}; {rest}")
