"""The questions of the command line, asked from Python: figures in, results out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from riskmodel.authority.comparison import usual_target
from riskmodel.authority.service import plan_outlook, posts_answer, project_service
from riskmodel.caseload import CaseloadPlan, PostsNeeded, Structure, Workforce, read_structure
from riskmodel.caseload.scenario_workforce import usual_workforce
from riskmodel.caseload.targets import CapHolds
from riskmodel.demand.exposure import followed
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.sources import (
    DemandSource,
    published_source,
    read_source,
)
from riskmodel.intake import read_panel
from riskmodel.projection import BASELINE
from riskmodel.scenarios import Scenario, check_transferable, scenario
from riskmodel.series import AuthorityPanel

__all__ = ["plan_caseload", "posts_needed", "project"]


def project(
    figures: str | Path | DemandSource | None = None,
    *,
    authority: str | None = None,
    population: float | str | Path | None = None,
    scenarios: Sequence[str | Path | Scenario] = (),
    learn: str | Path | AuthorityPanel | None = None,
    months: int = 60,
    simulations: int = 2000,
    seed: int = 1,
) -> Outlook:
    """Project stocks, starts and ends by month, with no change of policy and under scenarios.

    Parameters
    ----------
    figures
        A CSV of own months or a panel of authorities; None takes the published tables.
    authority
        Code of the authority in a panel, or area in a file.
    population
        Children aged 0 to 17, where the file does not say; or a file with a projection of them,
        which starts then follow.
    scenarios
        Names of the library, files, or scenarios.
    learn
        A panel of authorities to learn from; None takes the panel given, otherwise what ships.
    months, simulations, seed
        How far ahead, how many simulations; the same seed gives the same answer.

    Raises
    ------
    DataError, UnknownNameError
        As `riskmodel project` does.
    """
    panel = None
    people = population if isinstance(population, str | Path) else None
    children = None if isinstance(population, str | Path) else population
    if figures is None:
        source = published_source()
    elif isinstance(figures, DemandSource):
        source = figures
    else:
        source, panel = read_source(Path(figures), authority=authority, population=children)
    if people is not None:
        source = followed(source, Path(people), is_level=figures is not None)
    if learn is not None:
        panel = read_panel(Path(learn)) if isinstance(learn, str | Path) else learn
    chosen = [each if isinstance(each, Scenario) else scenario(each) for each in scenarios]
    if source.label != published_source().label:
        check_transferable(*chosen)
    return project_service(
        source,
        scenarios=chosen,
        months=months,
        replicates=simulations,
        seed=seed,
        panel=panel,
    )


def plan_caseload(
    outlook: Outlook,
    teams: str | Path | Structure | None = None,
    workforce: Workforce | None = None,
) -> CaseloadPlan:
    """Caseloads of the teams under every scenario of a projection.

    Parameters
    ----------
    outlook
        As :func:`project` gives it.
    teams
        A file of teams, or what was read from one; None takes the report card's.
    workforce
        None assumes what is usual for such teams.
    """
    return plan_outlook(outlook, *_service(teams, workforce))


def posts_needed(
    outlook: Outlook,
    cap: float | None = None,
    by: str | None = None,
    probability: float | None = None,
    *,
    holds: CapHolds = "average",
    teams: str | Path | Structure | None = None,
    workforce: Workforce | None = None,
    scenario: str = BASELINE,
) -> PostsNeeded:
    """Posts with which the average caseload keeps to a cap by a month, with a given chance.

    Parameters
    ----------
    outlook, teams, workforce
        As :func:`plan_caseload` takes them.
    cap
        Most cases for each full-time worker; None is 14, as in paragraph 23.
    by
        ``YYYY-MM``; None is two years after the opening.
    probability
        The chance asked for, between 0 and 1; None is 0.8.
    holds
        Whether the cap is of the ``average`` caseload or of ``each`` worker's.
    scenario
        Of which scenario.
    """
    usual = usual_target(outlook)
    target = replace(
        usual,
        cap=usual.cap if cap is None else cap,
        by=usual.by if by is None else by,
        probability=usual.probability if probability is None else probability,
        holds=holds,
    )
    structure, workers = _service(teams, workforce)
    return posts_answer(outlook, target, scenario=scenario, structure=structure, workforce=workers)


def _service(
    teams: str | Path | Structure | None, workforce: Workforce | None
) -> tuple[Structure | None, Workforce | None]:
    """Teams, and who works in them: other teams than the report card's have their own number."""
    structure = read_structure(Path(teams)) if isinstance(teams, str | Path) else teams
    if workforce is None and structure is not None:
        workforce = usual_workforce(structure)
    return structure, workforce
