"""Answers in words, as a member of a committee asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.cli.output import console, print_table, say
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.caseload import CaseloadPlan, PostsNeeded, Structure, Target, Workforce
    from riskmodel.cli.service import Service

__all__ = ["NOT_A_CAUSE", "posts_of", "posts_words", "print_answers", "question_words"]

NOT_A_CAUSE = (
    "It says what would follow under these assumptions, not what will come, and nothing of what "
    "is right for one child."
)


def question_words(target: Target) -> str:
    """What was asked."""
    from riskmodel.projection import month_words

    return (
        f"How many more social workers for {target.cap:g} cases "
        f"{'at most for each' if target.holds == 'each' else 'on average'} by "
        f"{month_words(target.by)}?"
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
    import numpy as np

    from riskmodel.caseload import published_posts, published_structure
    from riskmodel.projection import month_words

    target, number = found.target, plan.month_number(found.target.by)
    chance = float(plan.probability_within(target.cap, scenario)[number])
    typical = float(np.median(plan.caseload(scenario)[number]))
    low, high = found.low - found.posts_now, found.high - found.posts_now
    hires = float(workforce.monthly("hires_per_month", 1)[0])
    of = "every worker's" if target.holds == "each" else "the mean"
    by_chance = ", ".join(f"{each.posts} for {each.chance:.0%}" for each in found.by_chance)
    sentences = [
        f"{found.more:+.0f} posts: {found.posts} posts of social workers in place of "
        f"{found.posts_now:.0f} keep {of} caseload at {target.cap:g} or below at the end of "
        f"{month_words(target.by)} in {target.probability:.0%} of the projected courses.",
        f"How many it takes depends on the children who come and the workers who stay: in "
        f"{found.level:.0%} of the courses between {low:+.0f} and {high:+.0f}.",
        f"Posts by the chance that is asked for: {by_chance}.",
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


def posts_of(service: Service, scenario: str) -> PostsNeeded:
    """Posts that one scenario needs for the cap asked for."""
    from riskmodel.authority.service import posts_answer

    return posts_answer(
        service.outlook,
        service.target,
        scenario=scenario,
        structure=service.structure,
        workforce=service.workforce,
    )


def print_answers(service: Service) -> None:
    """What was asked, and the answer of each scenario in sentences."""
    console().print("", markup=False)
    console().print(question_words(service.target), markup=False)
    for name in service.plan.scenarios:
        if len(service.plan.scenarios) > 1:
            console().print(f"{name}:", markup=False)
        try:
            found = posts_of(service, name)
        except DataError as error:
            # That no number of posts does it is an answer too.
            say(f"None would do: {error}.", indent="  ")
            continue
        said = posts_words(found, service.plan, service.structure, service.workforce, name)
        for sentence in said:
            say(sentence, indent="  ")
        say(f"Assumed: {found.assumes}.", indent="  ")
        if name == service.plan.scenarios[0]:
            _print_sensitivity(found)


def _print_sensitivity(found: PostsNeeded) -> None:
    print_table(
        ["What would change it, one at a time", "From", "To", "Posts from", "Posts to"],
        [
            (
                each.assumption,
                f"{each.low:g}",
                f"{each.high:g}",
                f"{each.posts_low:,}",
                f"{each.posts_high:,}",
            )
            for each in found.sensitivity
        ],
        right=(1, 2, 3, 4),
    )
