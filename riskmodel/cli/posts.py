"""Answers in words, as a member of a committee asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riskmodel.caseload import (
    Structure,
    Workforce,
    published_posts,
    published_structure,
)
from riskmodel.projection import month_words

if TYPE_CHECKING:
    from riskmodel.caseload import CaseloadPlan, PostsNeeded, Target

__all__ = ["NOT_A_CAUSE", "posts_words", "question_words"]

NOT_A_CAUSE = (
    "It says what would follow under these assumptions, not what will come, and nothing of what "
    "is right for one child."
)


def question_words(target: Target) -> str:
    """What was asked."""
    return (
        f"How many more social workers for {target.cap:g} cases each by {month_words(target.by)}?"
    )


def posts_words(
    found: PostsNeeded,
    plan: CaseloadPlan,
    structure: Structure,
    workforce: Workforce,
    scenario: str,
) -> tuple[str, ...]:
    """The answer for one scenario, a sentence each: posts, how sure, what it takes, what now.

    Parameters
    ----------
    found
        Posts needed.
    plan
        Caseloads with the workforce as it is in the scenario.
    structure, workforce
        Teams, and the baseline's workers.
    scenario
        Which.
    """
    target, number = found.target, plan.month_number(found.target.by)
    chance = float(plan.probability_within(target.cap, scenario)[number])
    typical = float(np.median(plan.caseload(scenario)[number]))
    low, high = found.low - found.posts_now, found.high - found.posts_now
    hires = float(workforce.monthly("hires_per_month", 1)[0])
    sentences = [
        f"{found.more:+.0f} posts: {found.posts} posts of social workers in place of "
        f"{found.posts_now:.0f} keep the mean caseload at {target.cap:g} or below at the end of "
        f"{month_words(target.by)} in {target.probability:.0%} of the projected courses.",
        f"How many it takes depends on the children who come and the workers who stay: in "
        f"{found.level:.0%} of the courses between {low:+.0f} and {high:+.0f}.",
        f"{found.posts} posts mean {found.workers:.0f} workers in post then, and "
        f"{found.joiners:.0f} joiners until then: {found.joiners_a_month:.1f} a month, where "
        f"{hires:.1f} a month are assumed to be found as things are.",
        f"With the posts and candidates of the scenario, caseload is then {typical:.1f} in the "
        f"middle course, and at most {target.cap:g} with a probability of {chance:.0%}.",
    ]
    if structure == published_structure():
        at_work, people = published_posts()
        sentences.append(
            f"How many posts there are is not printed: {at_work:.0f} read the printed caseloads "
            f"as full-time workers at work. Read as people in post they are {people:.0f}, and "
            f"{found.posts - people:.0f} more would be needed."
        )
    return tuple(sentences)
