"""From scenarios to workforces, feedback, plans and answers, all with the same random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from riskmodel.caseload import (
    CaseloadPlan,
    FeedbackSwitches,
    PostsNeeded,
    Structure,
    Target,
    Workforce,
    plan,
    posts_by_replicate,
    posts_needed,
    published_structure,
)
from riskmodel.caseload.allocation import check_teams
from riskmodel.caseload.growth import WorkforceGrowth, workforce_growth
from riskmodel.caseload.scenario_feedback import LENGTH, STARTS, Loops, loops
from riskmodel.caseload.scenario_workforce import (
    HIRES,
    POSTS,
    opened_with,
    recruiting,
    workforce_of,
    workforces,
)
from riskmodel.caseload.structure import STATUSES
from riskmodel.core.arrays import Floats
from riskmodel.core.months import months_between
from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS
from riskmodel.demand.learning import Learning
from riskmodel.demand.projecting import Outlook, project
from riskmodel.demand.sources import DemandSource, published_source
from riskmodel.engines import Engine
from riskmodel.errors import DataError, check_name
from riskmodel.projection import BASELINE
from riskmodel.scenarios import Scenario
from riskmodel.series import AuthorityPanel

__all__ = [
    "growth_beside",
    "needed_by_simulation",
    "plan_outlook",
    "posts_answer",
    "posts_outlook",
    "project_service",
    "team_notes",
]

UNLIKE_SHARE = 0.1
"""Teams and figures are reported to differ if they do by more than this share of the figures."""


def project_service(  # noqa: PLR0913  each is a word of the question
    source: DemandSource | None = None,
    *,
    scenarios: Sequence[Scenario] = (),
    structure: Structure | None = None,
    workforce: Workforce | None = None,
    switches: FeedbackSwitches | None = None,
    draw_rates: bool = False,
    months: int = 60,
    replicates: int = 2000,
    seed: int = 1,
    panel: AuthorityPanel | Learning | None = None,
    progress: Callable[[str], None] | None = None,
    share_done: Callable[[float], None] | None = None,
    workers: int | Engine = 1,
) -> Outlook:
    """Project demand, with feedback from caseload where that is switched on.

    Parameters
    ----------
    source
        The authority's own figures; None takes the published ones.
    scenarios
        Beside the baseline.
    structure, workforce
        Teams and workers, used only for feedback; None takes the published ones.
    switches
        Feedback in the baseline and every scenario that does not set its own; None is off.
    draw_rates
        Whether the assumed rates of the workers in feedback are drawn together.
    months, replicates, seed, panel, progress, share_done, workers
        As :func:`riskmodel.demand.projecting.project` has them.

    Notes
    -----
    As soon as one scenario has feedback, the plans of all scenarios, the baseline included, are
    simulated month by month, so that like is compared with like.

    Raises
    ------
    DataError
        When a loop grows without end, or a number is out of range.
    """
    teams = published_structure() if structure is None else structure
    check_teams(teams, months, replicates)
    chosen = FeedbackSwitches() if switches is None else switches
    wanted = not chosen.is_off or any(
        name in each.parameters for each in scenarios for name in (LENGTH, STARTS)
    )
    return project(
        published_source() if source is None else source,
        months=months,
        replicates=replicates,
        seed=seed,
        scenarios=[each for each in scenarios if each.name != BASELINE],
        panel=panel,
        feedback=loops(teams, workforce, chosen, seed=seed, draw_rates=draw_rates)
        if wanted
        else None,
        progress=progress,
        share_done=share_done,
        workers=workers,
    )


def plan_outlook(
    outlook: Outlook, structure: Structure | None = None, workforce: Workforce | None = None
) -> CaseloadPlan:
    """Caseloads of every scenario of an outlook, all with the same teams and random numbers.

    Parameters
    ----------
    outlook
        From :func:`project_service`, or from :func:`riskmodel.demand.projecting.project`.
    structure, workforce
        Teams, and the baseline's workers; None takes the published ones.
    """
    return plan(
        outlook.projection,
        published_structure() if structure is None else structure,
        workforces(outlook.levers, workforce, outlook.draws),
        outlook.seed,
    )


def team_notes(outlook: Outlook, structure: Structure | None = None) -> tuple[str, ...]:
    """Sentences on where the teams and the figures do not count the same children.

    Projected children are divided among the teams in proportion to their cases. So teams that hold
    far fewer children than are counted are given all of them.

    Parameters
    ----------
    outlook, structure
        As :func:`plan_outlook` has them.
    """
    teams = published_structure() if structure is None else structure
    projection = outlook.projection
    notes = []
    for status, held in zip(STATUSES, teams.counts().sum(axis=1).tolist(), strict=True):
        if status not in projection.stages:
            if held:
                notes.append(
                    f"{status}: the figures do not count these, so the teams' {held:,.0f} cases "
                    "stay as they are"
                )
            continue
        opening = float(projection.opening[:, projection.stages.index(status)].mean())
        if abs(held - opening) > UNLIKE_SHARE * max(opening, 1.0):
            notes.append(
                f"{status}: the teams hold {held:,.0f} and the figures {opening:,.0f}, and "
                "all of these are shared out over the teams; put children of other teams into a "
                "team of kind other"
            )
    return tuple(notes)


def posts_outlook(outlook: Outlook, by: str) -> Outlook:
    """The projection in which the posts for a cap by a month are counted.

    Parameters
    ----------
    outlook
        A projection of any length and number of simulations, with any seed.
    by
        The month.

    Returns
    -------
    Outlook
        The same projection with the usual simulations and seed (``riskmodel.core.usual``), longer
        where the month lies beyond their end. So the number of posts is the same, however many
        simulations were asked for.
    """
    if by not in outlook.projection.months:
        return outlook
    months = max(USUAL_MONTHS, months_between(outlook.projection.opening_month, by))
    asked = (len(outlook.projection.months), outlook.projection.replicates, outlook.seed)
    return outlook if asked == (months, USUAL_SIMULATIONS, USUAL_SEED) else _again(outlook, months)


@lru_cache(maxsize=2)
def _again(outlook: Outlook, months: int) -> Outlook:
    feedback = outlook.feedback
    if isinstance(feedback, Loops):
        feedback = replace(feedback, seed=USUAL_SEED)
    return outlook.again(months, USUAL_SIMULATIONS, USUAL_SEED, feedback)


def needed_by_simulation(
    outlook: Outlook,
    target: Target,
    *,
    scenario: str = BASELINE,
    structure: Structure | None = None,
    workforce: Workforce | None = None,
) -> Floats:
    """Posts that each simulation needs to keep to a cap by a date, shape (replicate,).

    Parameters
    ----------
    outlook, target, scenario, structure, workforce
        As :func:`posts_answer` has them; its answer is a quantile of these numbers.

    Raises
    ------
    UnknownNameError
        When there is no such scenario.
    """
    check_name("scenario", scenario, outlook.levers)
    outlook = posts_outlook(outlook, target.by)
    levers = outlook.levers[scenario]
    return posts_by_replicate(
        outlook.projection,
        published_structure() if structure is None else structure,
        recruiting(levers, workforce_of(levers, workforce, outlook.draws), outlook.draws),
        target,
        seed=outlook.seed,
        scenario=scenario,
        baseline=opened_with(levers, workforce),
    )


def growth_beside(
    panel: AuthorityPanel | Learning | None, outlook: Outlook, posts: PostsNeeded
) -> WorkforceGrowth | None:
    """How many other authorities increased their workers as fast as the posts require.

    Parameters
    ----------
    panel
        Of many authorities.
    outlook
        Whose, and from when.
    posts
        Posts needed.

    Returns
    -------
    WorkforceGrowth or None
        None where the workers need not grow, or no authority of the panel has workers so many years
        apart.
    """
    if not isinstance(panel, AuthorityPanel) or not 0 < posts.growth < np.inf:
        return None
    months = months_between(outlook.projection.opening_month, posts.target.by)
    years = max(1, round(months / 12))
    try:
        return workforce_growth(panel, posts.growth, years=years, code=outlook.source.code)
    except DataError:
        return None


def posts_answer(
    outlook: Outlook,
    target: Target,
    *,
    scenario: str = BASELINE,
    structure: Structure | None = None,
    workforce: Workforce | None = None,
    sensitivity: bool = True,
    as_usual: bool = True,
) -> PostsNeeded:
    """Posts with which one scenario keeps to a cap by a date, if candidates can be found.

    Parameters
    ----------
    outlook, structure, workforce
        As :func:`plan_outlook` has them.
    target
        Cap, date and probability.
    scenario
        Whose cases and workforce.
    sensitivity
        Whether to work it out again with each assumption at the ends of its range.
    as_usual
        Whether posts are counted in the simulations of :func:`posts_outlook`, so that the number is
        the same everywhere. If not, they are counted in the outlook's own simulations: for a study
        with its own seed, or to see how posts change with the seed.

    Raises
    ------
    UnknownNameError
        When there is no such scenario.
    DataError
        When no number of posts meets it; the message says why, and what would.

    Notes
    -----
    Posts that the scenario sets, one number or a range, are not used: the answer takes their place.
    Candidates, agency workers and rates count as the scenario sets them, each simulation with its
    own number of a range.
    """
    check_name("scenario", scenario, outlook.levers)
    asked, outlook = outlook, posts_outlook(outlook, target.by) if as_usual else outlook
    levers = outlook.levers[scenario]
    force = workforce_of(levers, workforce, outlook.draws)
    is_set = HIRES in levers.changed
    found = posts_needed(
        outlook.projection,
        published_structure() if structure is None else structure,
        recruiting(levers, force, outlook.draws) if is_set else force,
        target,
        seed=outlook.seed,
        scenario=scenario,
        recruitment="as_given" if is_set else "as_needed",
        sensitivity=sensitivity,
        baseline=opened_with(levers, workforce),
    )
    assumes = found.assumes
    if is_set:
        words = "every vacancy finds a candidate, except where the scenario sets candidates"
        _, _, rest = assumes.partition(" candidates a month ")
        assumes = f"posts advertised in the first month, {words}; {rest}"
    if POSTS in levers.changed:
        assumes += "; how many posts the scenario sets plays no part, for that is what is asked"
    if outlook is not asked:
        assumes += (
            f"; posts are counted in {outlook.projection.replicates:,} simulations of "
            f"{len(outlook.projection.months)} months with seed {outlook.seed}, however many are "
            "asked for, so that they are one number everywhere"
        )
    return replace(found, assumes=assumes)
