"""Where the posts that there are now come from, and what the caseload is now."""

from __future__ import annotations

import math

from riskmodel.caseload import PostsNeeded, Structure, Workforce, published_structure
from riskmodel.caseload.scenario_workforce import usual_workforce

__all__ = ["posts_now_words"]


def posts_now_words(structure: Structure, workforce: Workforce, posts: PostsNeeded) -> str:
    """The caseload of the teams now, and what their posts now are, in a sentence.

    Parameters
    ----------
    structure, workforce
        The teams, and the workers that a projection starts from.
    posts
        The answer, with the posts that there are before the first month.
    """
    teams = structure.family_support
    workers = sum(team.workers_low + team.workers_high for team in teams) / 2
    loads = sum(team.cases for team in teams) / workers
    now = f"The teams now hold {loads:.1f} cases for each of their {workers:.1f} full-time workers"
    if structure == published_structure():
        return f"{now}."
    if math.isclose(workforce.first("posts"), usual_workforce(structure).first("posts")):
        return (
            f"{now}. No number of posts is given: the {posts.posts_now:.0f} are worked out from "
            f"these workers, with {workforce.first('vacancy_rate'):.0%} of posts vacant, "
            f"{workforce.first('case_holding_share'):.0%} of those in post holding cases, and "
            "sickness, newly qualified and agency workers as assumed."
        )
    return f"{now}; of the {posts.posts_now:.0f} posts {posts.workers_now:.0f} are filled."
