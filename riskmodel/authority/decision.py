"""How many more social workers, what does it cost, and what if we are wrong: in five sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.authority.folder.figures import PostPrices
from riskmodel.authority.posts_now import posts_now_words
from riskmodel.authority.service import (
    growth_beside,
    needed_by_simulation,
    posts_answer,
)
from riskmodel.caseload import CaseloadPlan, PostsNeeded, Structure, Target, Workforce
from riskmodel.caseload.decisions import BestPosts, best_posts
from riskmodel.caseload.growth import WorkforceGrowth
from riskmodel.caseload.result import order_statistics
from riskmodel.caseload.scenario_workforce import workforce_of
from riskmodel.core.months import month_words
from riskmodel.core.result import Result, TextTable
from riskmodel.core.wording import article, asked_chance, chance_words, money
from riskmodel.demand.learning import Learning
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE
from riskmodel.series import AuthorityPanel

__all__ = ["UNIT", "PostsDecision", "decide_posts"]

UNIT = 10_000
"""The yearly price of a worker with which the cost is given where no price is known."""


@dataclass(frozen=True, slots=True, repr=False)
class PostsDecision(Result):
    """The answer on posts with its price, and what a wrong number would mean.

    Parameters
    ----------
    posts
        Posts needed, with what chance, and what would change them.
    price, currency
        Of posts, as far as it is given.
    best
        The number that costs least; None where a price is not given.
    caseload
        Caseload at the date with the posts and candidates of now: low, central, high.
    chance
        The chance to keep to the cap with them.
    hires
        Social workers who can be appointed in a month as things stand.
    growth
        How many other authorities increased their workers as fast; None without a panel that says
        it.
    basis
        What it rests on.
    scenario
        Whose cases, workers and candidates.
    now
        The caseload now, and where the posts that there are now come from.
    """

    posts: PostsNeeded
    price: PostPrices
    currency: str
    best: BestPosts | None
    caseload: tuple[float, float, float]
    chance: float
    hires: float
    growth: WorkforceGrowth | None = None
    basis: str = ""
    scenario: str = BASELINE
    now: str = ""

    def to_frame(self) -> pd.DataFrame:
        """The posts needed and others; with prices those around the number that costs least.

        Columns: posts, price (of a worker a year), workers_cost (what the additional workers cost a
        year), chance, basis; with prices also cost and more, as :class:`BestPosts` has them.
        """
        if self.best is not None:
            frame = self.best.costs.copy()
        else:
            frame = pd.DataFrame([(one.posts, one.chance) for one in self.posts.by_chance])
            frame = frame.set_axis(["posts", "chance"], axis=1).assign(basis="projected")
        costs = [self._cost_of(posts) for posts in frame["posts"]]
        frame.insert(1, "price", self._each)
        frame.insert(2, "workers_cost", costs)
        return frame

    @property
    def sentences(self) -> tuple[str, ...]:
        """Sentences on how many, what that costs, being wrong (two), and what else it takes."""
        return (self._need, self._costs, self._wrong, self._assumed, self._takes)

    @property
    def _need(self) -> str:
        posts, target = self.posts, self.posts.target
        chance, of = asked_chance(target.probability), "an average caseload"
        if target.holds == "each":
            of = "a caseload for each worker"
        more = f"{posts.more:.0f} more than now"
        if posts.posts <= posts.posts_now:
            more = f"no more than the {posts.posts_now:.0f} there are, if all are filled"
        return (
            f"For {article(target.probability)} {chance} chance of {of} of {target.cap:g} or fewer "
            f"by {month_words(target.by, day=True)} the service would need {posts.posts:,} posts "
            f"of social workers, {more} ({posts.level:.0%} range {posts.low:,} to {posts.high:,})."
        )

    @property
    def cost(self) -> tuple[float, float, float]:
        """What the additional workers cost in a year: low, central, high.

        Without a price, a worker is taken to cost 10,000.
        """
        posts = self.posts
        return self._cost_of(posts.low), self._cost_of(posts.posts), self._cost_of(posts.high)

    @property
    def _each(self) -> float:
        return UNIT if self.price.too_many is None else self.price.too_many

    def _cost_of(self, number: int) -> float:
        """What the workers on top cost in a year with so many posts."""
        posts = self.posts
        filled = posts.workers / posts.posts if posts.posts else 0.0
        return max(filled * number - posts.workers_now, 0.0) * self._each

    @property
    def _costs(self) -> str:
        low, middle, high = (money(amount, self.currency) for amount in self.cost)
        each = money(self._each, self.currency)
        none = " (no price is given)" if self.price.too_many is None else ""
        said = f"At {each} a year for each worker in post{none} that costs"
        return f"{said} {middle} a year more ({self.posts.level:.0%} range {low} to {high})."

    @property
    def _wrong(self) -> str:
        chances = ", ".join(
            f"with {one.posts:,} posts {'the chance would be ' if not number else ''}"
            f"{asked_chance(one.chance)}"
            for number, one in enumerate(
                one for one in self.posts.by_chance if one.chance != self.posts.target.probability
            )
        )
        said = f"{chances[:1].upper()}{chances[1:]}"
        best = self.best
        if best is None:
            return f"{said}; without the price of a post short none is best."
        rows = {int(row["posts"]): row["more"] for row in best.costs.to_dict("records")}
        wrong = ", ".join(
            f"ten {'more' if step > 0 else 'fewer'} "
            f"{money(rows[best.posts + step], self.currency)} more"
            for step in (-10, 10)
            if best.posts + step in rows
        )
        return (
            f"{said}; where a post short costs {money(best.too_few, self.currency)} a year, "
            f"{best.posts:,} posts cost least, {wrong}."
        )

    @property
    def _assumed(self) -> str:
        posts = self.posts
        most = max(posts.sensitivity, key=lambda one: abs(one.posts_high - one.posts_low))
        low, high = sorted((most.posts_low, most.posts_high))
        joint = posts.jointly
        together = "" if joint is None else (
            "; with all rates of the workforce drawn at once it is "
            f"{joint.posts:,} ({posts.level:.0%} range {joint.low:,} to {joint.high:,})"
        )  # fmt: skip
        return (
            f"Of the assumptions “{most.assumption.removesuffix(', times')}” moves that number "
            f"most, from {low:,} to {high:,}{together}."
        )

    @property
    def _takes(self) -> str:
        posts, (low, typical, high) = self.posts, self.caseload
        return (
            f"It takes {posts.joiners_a_month:.1f} new workers a month, and {self.hires:.1f} "
            f"can be appointed; {_policy(self.scenario)} the caseload would be "
            f"{typical:.1f} ({posts.level:.0%} range {low:.1f} to {high:.1f}), and the chance of "
            f"{posts.target.cap:g} or fewer "
            f"{chance_words(self.chance)}."
        )

    def summary(self) -> str:
        """The five sentences, a line each."""
        return "\n".join(self.sentences)

    def text_tables(self) -> Sequence[TextTable]:
        """What other numbers of posts cost; without prices there is no table."""
        if self.best is None:
            return ()
        costs = self.best.costs
        costs = costs.assign(chance=[chance_words(chance) for chance in costs["chance"]])
        return (TextTable(costs, "Cost of being wrong, a year on average"),)

    def remarks(self) -> Sequence[str]:
        """What the best number is based on, what others did, what is assumed, and the basis."""
        said = [] if self.best is None else [self.best.summary()]
        said += [] if self.growth is None else [self.growth.summary()]
        last = [text for text in (self.now, self.basis) if text]
        return (*said, f"Assumed: {self.posts.assumes}.", *last)


def _policy(scenario: str) -> str:
    """Under which policy, in words."""
    return "with no change of policy" if scenario == BASELINE else f"under {scenario}"


def decide_posts(  # noqa: PLR0913  each is a word of the question
    outlook: Outlook,
    plan: CaseloadPlan,
    target: Target,
    price: PostPrices,
    *,
    currency: str = "GBP",
    structure: Structure,
    workforce: Workforce,
    posts_workforce: Workforce | None = None,
    posts: PostsNeeded | None = None,
    panel: AuthorityPanel | Learning | None = None,
    basis: str = "",
    scenario: str = BASELINE,
) -> PostsDecision:
    """How many posts, their price, and what a wrong number would mean.

    Parameters
    ----------
    outlook, plan, structure, workforce
        Demand, caseloads, teams and workers.
    target
        Cap, date and chance.
    price, currency
        Of posts, as far as it is given.
    posts_workforce
        The workers in the simulations in which posts are counted; None is the same.
    posts
        The answer on posts, where it has been worked out already.
    panel
        Of many authorities.
    basis
        What it rests on, in sentences.
    scenario
        The scenario; with no change of policy if none is given.

    Raises
    ------
    DataError
        When no number of posts meets the target, or a price is not above 0.
    """
    force = posts_workforce or workforce
    if posts is None:
        posts = posts_answer(
            outlook, target, scenario=scenario, structure=structure, workforce=force
        )
    best = None
    if price.too_few is not None and price.too_many is not None:
        needed = needed_by_simulation(
            outlook, target, scenario=scenario, structure=structure, workforce=force
        )
        best = best_posts(
            needed,
            too_few=price.too_few,
            too_many=price.too_many,
            currency=currency,
            source=price.source,
            also=[posts.posts],
        )
    number, level = plan.month_number(target.by), parameter("needs_interval_level").value
    loads = plan.caseload(scenario)[number]
    if not np.isfinite(loads).all():
        raise DataError("some simulations have no social worker left", field="workforce")
    # As the plan has them everywhere else: an observed caseload, nothing between two of them.
    shares = ((1 - level) / 2, 0.5, (1 + level) / 2)
    low, typical, high = order_statistics(loads.copy(), shares)[1:].tolist()
    return PostsDecision(
        posts,
        price,
        currency,
        best,
        (low, typical, high),
        float(plan.probability_within(target.cap, scenario)[number]),
        workforce_of(outlook.levers[scenario], workforce, outlook.draws).first("hires_per_month"),
        growth_beside(panel, outlook, posts),
        basis,
        scenario,
        posts_now_words(structure, force, posts),
    )
