"""From levers and teams to workforces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from riskmodel.caseload import (
    Structure,
    Workforce,
    posts_for,
    published_structure,
    published_workforce,
)
from riskmodel.levers import Levers, lever
from riskmodel.parameters import parameter

__all__ = [
    "HIRES",
    "POSTS",
    "opened_with",
    "recruiting",
    "usual_workforce",
    "workforce_of",
    "workforces",
]

_WORKFORCE = "workforce."
HIRES = "workforce.hires_per_month"
"""The lever of candidates a month."""
POSTS = "workforce.posts"
"""The lever of posts."""


def workforce_of(
    levers: Levers, baseline: Workforce | None = None, draws: tuple[int, int] | None = None
) -> Workforce:
    """The workforce of a scenario.

    Parameters
    ----------
    levers
        What it changes; those of the workforce act, month by month.
    baseline
        The workforce that is changed; None is the published one.
    draws
        Seed and number of simulations. Where a lever is a range, each simulation draws its own
        number; None takes the middle of the range.

    Returns
    -------
    Workforce
        The baseline's object itself where no lever changes it, so that results are the same, byte
        for byte.

    Raises
    ------
    DataError
        When a lever takes an impossible value; the message says which, and in which month.
    """
    force = published_workforce() if baseline is None else baseline
    months = len(levers.months)
    changed = {}
    if draws is not None:
        # What moves children draws its numbers where they are moved.
        paths = [path if lever(path.name).moves else path.drawn(*draws) for path in levers.paths]
        levers = Levers(levers.months, tuple(paths))
    for name in levers.changed:
        if name.startswith(_WORKFORCE):
            own = name.removeprefix(_WORKFORCE)
            # A lever's months come last, a workforce's first.
            changed[own] = levers.apply(name, force.monthly(own, months).T).T
    return force.changed(**changed) if changed else force


def workforces(
    levers: Mapping[str, Levers],
    baseline: Workforce | None = None,
    draws: tuple[int, int] | None = None,
) -> dict[str, Workforce]:
    """The workforce of every scenario, by name; see :func:`workforce_of`."""
    return {name: workforce_of(each, baseline, draws) for name, each in levers.items()}


def usual_workforce(structure: Structure) -> Workforce:
    """The workforce that fits the workers of a structure; what is not known is assumed.

    Notes
    -----
    Rates and shares are those of :func:`riskmodel.caseload.posts.published_workforce`; posts and
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


def recruiting(
    levers: Levers, workforce: Workforce, draws: tuple[int, int] | None = None
) -> Workforce:
    """A scenario's workforce if every vacancy finds a candidate.

    Months whose candidates the scenario sets itself are excepted: a freeze remains a freeze.

    Parameters
    ----------
    levers, workforce
        Of the scenario.
    draws
        As in :func:`workforce_of`. If only some variants set the candidates, these then hold only
        in the simulations with such a variant; without draws they hold in all simulations.
    """
    hires = workforce.monthly("hires_per_month", len(levers.months))
    path = levers.path(HIRES)
    if draws is not None:
        path = path.drawn(*draws)
    # Drawn variants differ by simulation in whether they set candidates at all.
    of_each = path.weight.ndim > 1
    acts = (path.weight > 0) | (path.multiplier != 1) if of_each else path.acts
    # A lever's months come last, a workforce's first.
    return workforce.changed(hires_per_month=np.where(acts, hires.T, np.inf).T)


def opened_with(levers: Levers, baseline: Workforce | None) -> Workforce | None:
    """The workforce at the opening where a scenario changes it; None where it does not."""
    if not any(name.startswith(_WORKFORCE) for name in levers.changed):
        return None
    return published_workforce() if baseline is None else baseline
