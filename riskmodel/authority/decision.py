"""How many more social workers, what does it cost, and what if we are wrong: in five sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.authority.service import (
    growth_beside,
    needed_by_simulation,
    posts_answer,
)
from riskmodel.caseload import CaseloadPlan, PostsNeeded, Structure, Target, Workforce
from riskmodel.caseload.decisions import BestPosts, best_posts
from riskmodel.caseload.growth import WorkforceGrowth
from riskmodel.core.result import Result, TextTable
from riskmodel.core.wording import asked_chance, chance_words
from riskmodel.demand.learning import Learning
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.projection import month_words
from riskmodel.series import AuthorityPanel

__all__ = ["PostsDecision", "Price", "decide_posts"]


@dataclass(frozen=True, slots=True)
class Price:
    """What posts cost in a year; None where nobody says.

    Parameters
    ----------
    post
        A worker in post.
    short
        A post short, beyond the price of that post.
    currency, source
        Of both, in words.
    """

    post: float | None = None
    short: float | None = None
    currency: str = "GBP"
    source: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class PostsDecision(Result):
    """The answer on posts with its price, and what a wrong one would mean.

    Parameters
    ----------
    posts
        Posts needed, how sure, and what would change them.
    price
        Of posts.
    best
        The number that costs least; None where a price is not given.
    caseload
        Caseload at the date with the posts and candidates of now: low, central, high.
    chance
        To keep to the cap with them.
    hires
        Social workers who can be appointed in a month as things are.
    growth
        How many other authorities raised their workers as fast; None where no panel says.
    basis
        What it rests on.
    """

    posts: PostsNeeded
    price: Price
    best: BestPosts | None
    caseload: tuple[float, float, float]
    chance: float
    hires: float
    growth: WorkforceGrowth | None = None
    basis: str = ""

    def to_frame(self) -> pd.DataFrame:
        """The number that costs least and others; without prices the posts for several chances.

        Columns: posts, cost, more, chance, basis, as :class:`BestPosts` has them, cost and more
        missing without prices.
        """
        if self.best is not None:
            return self.best.costs
        rows = [(one.posts, np.nan, np.nan, one.chance) for one in self.posts.by_chance]
        columns = pd.Index(["posts", "cost", "more", "chance"])
        return pd.DataFrame(rows, columns=columns).assign(basis="projected")

    @property
    def sentences(self) -> tuple[str, ...]:
        """How many, what it costs, two on being wrong, and what it takes besides."""
        return (self._need, self._cost, self._wrong, self._assumed, self._takes)

    @property
    def _need(self) -> str:
        posts, target = self.posts, self.posts.target
        of = "a caseload for each worker" if target.holds == "each" else "an average caseload"
        more = f"{posts.more:.0f} more than the {posts.posts_now:.0f} there are"
        if posts.posts <= posts.posts_now:
            more = f"no more than the {posts.posts_now:.0f} there are, if vacancies find candidates"
        return (
            f"For a chance of {asked_chance(target.probability)} of {of} of {target.cap:g} or "
            f"fewer at the end of {month_words(target.by)}, the service would need "
            f"{posts.posts:,} posts of social workers, {more} ({posts.level:.0%} range "
            f"{posts.low:,} to {posts.high:,})."
        )

    @property
    def _cost(self) -> str:
        posts, price = self.posts, self.price
        filled = posts.workers / posts.posts if posts.posts else 0.0
        more, low, high = (
            max(filled * number - posts.workers_now, 0.0)
            for number in (posts.posts, posts.low, posts.high)
        )
        if price.post is None:
            unit, said = 10_000.0, "What they cost nobody has said: each "
            said += f"{price.currency} 10,000 that a worker in post costs in a year makes "
        else:
            unit, said = price.post, f"With {price.currency} {price.post:,.0f} for a worker in post"
            said += f" ({price.source}) that costs " if price.source else " that costs "
        return (
            f"{said}{price.currency} {_rounded(more * unit)} a year more "
            f"({posts.level:.0%} range {_rounded(low * unit)} to {_rounded(high * unit)})."
        )

    @property
    def _wrong(self) -> str:
        chances = ", ".join(
            f"{one.posts:,} posts for {asked_chance(one.chance)}" for one in self.posts.by_chance
        )
        said = f"Another number has another chance, {chances}"
        best = self.best
        if best is None:
            return f"{said}; which is best, prices of a post short and of one too many would say."
        rows = {int(row["posts"]): row for row in best.costs.to_dict("records")}
        wrong = " and ".join(
            f"{abs(step)} {'more' if step > 0 else 'fewer'} {_rounded(rows[best.posts + step]['more'])}"
            for step in (-10, 10)
            if best.posts + step in rows
        )
        return (
            f"{said}; where a year with a post short costs {best.currency} {best.too_few:,.0f} and "
            f"one with a post too many {best.too_many:,.0f}, {best.posts:,} posts cost least, and "
            f"{wrong} a year more than that."
        )

    @property
    def _assumed(self) -> str:
        posts = self.posts
        said = "No assumption was varied."
        if posts.sensitivity:
            most = max(posts.sensitivity, key=lambda one: abs(one.posts_high - one.posts_low))
            said = (
                f"It depends most on “{most.assumption}”: between {most.low:g} and {most.high:g} "
                f"it is {most.posts_low:,} to {most.posts_high:,} posts"
            )
            said += "." if posts.jointly is None else (
                f"; with all rates of the workforce that are assumed drawn together it is "
                f"{posts.jointly.posts:,} ({posts.jointly.low:,} to {posts.jointly.high:,})."
            )  # fmt: skip
        return said

    @property
    def _takes(self) -> str:
        posts, (low, typical, high) = self.posts, self.caseload
        return (
            f"Posts have to be filled: that takes {posts.joiners_a_month:.1f} joiners a month, where "
            f"{self.hires:.1f} can be appointed as things are, and with the posts and candidates of "
            f"now the caseload would be {typical:.1f} ({posts.level:.0%} range {low:.1f} to "
            f"{high:.1f}), and the chance of {posts.target.cap:g} or fewer "
            f"{chance_words(self.chance)}."
        )

    def summary(self) -> str:
        """The five sentences, a line each."""
        return "\n".join(self.sentences)

    def text_tables(self) -> Sequence[TextTable]:
        """What other numbers of posts cost; without prices nothing that is not said."""
        if self.best is None:
            return ()
        return (TextTable(self.best.costs, "Cost of being wrong, a year on average"),)

    def remarks(self) -> Sequence[str]:
        """What is assumed, what others did, and the basis."""
        growth = [] if self.growth is None else [self.growth.summary()]
        return (*growth, f"Assumed: {self.posts.assumes}.", self.basis)


def _rounded(amount: float) -> str:
    """Money to three digits, for it is no more certain: millions, else whole."""
    if amount >= 999_500:
        return f"{amount / 1e6:,.1f} million"
    return f"{float(f'{amount:.3g}'):,.0f}"


def decide_posts(  # noqa: PLR0913  each is a word of the question
    outlook: Outlook,
    plan: CaseloadPlan,
    target: Target,
    price: Price,
    *,
    structure: Structure,
    workforce: Workforce,
    posts_workforce: Workforce | None = None,
    panel: AuthorityPanel | Learning | None = None,
    basis: str = "",
) -> PostsDecision:
    """How many posts, their price, and what a wrong number would mean, with no change of policy.

    Parameters
    ----------
    outlook, plan, structure, workforce
        Demand, caseloads, teams and workers.
    target
        Cap, date and chance.
    price
        Of posts, as far as it is given.
    posts_workforce
        The workers in the simulations in which posts are counted; None is the same.
    panel
        Of many authorities.
    basis
        What it rests on, in sentences.

    Raises
    ------
    DataError
        When no number of posts meets the target, or a price is not above 0.
    """
    force = posts_workforce or workforce
    posts = posts_answer(outlook, target, structure=structure, workforce=force)
    best = None
    if price.post is not None and price.short is not None:
        needed = needed_by_simulation(outlook, target, structure=structure, workforce=force)
        best = best_posts(
            needed,
            too_few=price.short,
            too_many=price.post,
            currency=price.currency,
            source=price.source,
        )
    number, level = plan.month_number(target.by), parameter("needs_interval_level").value
    loads = plan.caseload()[number]
    if not np.isfinite(loads).all():
        raise DataError("some simulations have no social worker left", field="workforce")
    low, typical, high = np.quantile(loads, ((1 - level) / 2, 0.5, (1 + level) / 2)).tolist()
    return PostsDecision(
        posts,
        price,
        best,
        (low, typical, high),
        float(plan.probability_within(target.cap)[number]),
        float(workforce.monthly("hires_per_month", 1)[0]),
        growth_beside(panel, outlook, posts),
        basis,
    )
