"""A folder's projection under all of its scenarios that can be worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.authority.service import posts_outlook, project_service
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import ScenarioError

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority

__all__ = ["projected"]


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
    source = authority.demand
    left = authority.unworkable(months=months, replicates=replicates, seed=seed)
    teams = authority.has("teams") or authority.has("published")

    def make() -> Outlook:
        outlook = project_service(
            source,
            scenarios=[each for each in authority.scenarios if each.name not in left],
            structure=authority.structure if teams else None,
            workforce=authority.workforce if teams else None,
            months=months,
            replicates=replicates,
            seed=seed,
            panel=authority.panel,
        )
        if posts and teams and len(outlook.levers) > 1:
            posts_outlook(outlook, authority.target(outlook).by)
        return outlook

    while True:
        try:
            return authority.once(("projection", months, replicates, seed), make)
        except ScenarioError as error:
            left[error.scenario] = error.reason
