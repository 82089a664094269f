"""A folder's projection under all of its scenarios that can be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from riskmodel.authority.service import posts_outlook, project_service
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import ScenarioError

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.scenarios import Scenario

__all__ = ["projected", "projected_under"]


def projected(
    authority: Authority, months: int, replicates: int, seed: int, *, posts: bool = False
) -> Outlook:
    """The projection of a folder, made once; a scenario that cannot be worked out is left out.

    Parameters
    ----------
    authority, months, replicates, seed
        As :meth:`Authority.projection` has them; ``Authority.unworkable`` says what is left out.
    posts
        Whether scenarios have to work in the simulations in which posts are counted, too.
    """
    left = authority.unworkable(months=months, replicates=replicates, seed=seed)
    teams = authority.has("teams") or authority.has("published")

    def make() -> Outlook:
        workable = [each for each in authority.scenarios if each.name not in left]
        outlook = projected_under(authority, workable, months, replicates, seed)
        if posts and teams and len(outlook.levers) > 1:
            posts_outlook(outlook, authority.target(outlook).by)
        return outlook

    while True:
        try:
            return authority.once(("projection", months, replicates, seed), make)
        except ScenarioError as error:
            if error.scenario in left:
                raise
            left[error.scenario] = error.reason


def projected_under(
    authority: Authority, scenarios: Sequence[Scenario], months: int, replicates: int, seed: int
) -> Outlook:
    """The projection of a folder under these scenarios, with its teams where it has them."""
    teams = authority.has("teams") or authority.has("published")
    return project_service(
        authority.demand,
        scenarios=scenarios,
        structure=authority.structure if teams else None,
        workforce=authority.workforce if teams else None,
        months=months,
        replicates=replicates,
        seed=seed,
        panel=authority.panel,
    )
