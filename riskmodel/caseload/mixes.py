"""The least-cost mix of levers that keeps to a cap with a stated probability by a date.

How the caseload responds to the levers is a function that the caller passes in, so that it can use
the demand model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from riskmodel.caseload.targets import Target
from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.plausible import MOST, shown

__all__ = [
    "LeverCosts",
    "LeverGrid",
    "LeverPoint",
    "LeverSearch",
    "Levers",
    "Response",
    "frontier",
    "search",
]


@dataclass(frozen=True, slots=True, order=True)
class Levers:
    """What is done.

    Parameters
    ----------
    posts
        Posts in all, whole.
    shorter_plans
        By how much plans become shorter, a proportion from 0 to below 1.
    diversion
        Share of plan starts that early help makes unnecessary, from 0 to below 1.
    """

    posts: int
    shorter_plans: float = 0.0
    diversion: float = 0.0

    def __post_init__(self) -> None:
        if self.posts < 0:
            raise DataError(f"posts are 0 or more, got {self.posts}", field="posts")
        for name in ("shorter_plans", "diversion"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise DataError(f"must lie between 0 and below 1, got {value:g}", field=name)

    def __str__(self) -> str:
        return (
            f"{self.posts} posts, plans {self.shorter_plans:.0%} shorter, "
            f"{self.diversion:.0%} of starts diverted"
        )


Response = Callable[[Levers, float], float]
"""From levers and a probability to the quantile of the caseload at the date: the caseload that is
not exceeded with that probability. It must not rise with posts."""


@dataclass(frozen=True, slots=True)
class LeverCosts:
    """What the levers cost in a year. The user supplies it: the package has no prices.

    Parameters
    ----------
    post
        A post.
    shorter_plans_percent, diversion_percent
        Each percent of the other two.
    currency
        Of all three.
    """

    post: float
    shorter_plans_percent: float
    diversion_percent: float
    currency: str = "GBP"

    def __post_init__(self) -> None:
        for name in ("post", "shorter_plans_percent", "diversion_percent"):
            value = getattr(self, name)
            if not 0 <= value <= MOST["a price"]:
                raise DataError(
                    f"a price must be 0 or more, at most {MOST['a price']:,}; got {shown(value)}",
                    field=name,
                )

    def of(self, levers: Levers) -> float:
        """Cost of a mix a year."""
        return (
            self.post * levers.posts
            + self.shorter_plans_percent * 100 * levers.shorter_plans
            + self.diversion_percent * 100 * levers.diversion
        )


@dataclass(frozen=True, slots=True)
class LeverGrid:
    """Steps of the levers that are tried; posts are solved for at each of them.

    Parameters
    ----------
    shorter_plans, diversion
        Proportions to try; 0 alone leaves a lever out.
    posts_from, posts_to
        Range in which posts are sought; None takes the package's maximum.
    """

    shorter_plans: tuple[float, ...] = (0.0,)
    diversion: tuple[float, ...] = (0.0,)
    posts_from: int = 0
    posts_to: int | None = None

    def __post_init__(self) -> None:
        for name in ("shorter_plans", "diversion"):
            if not getattr(self, name):
                raise DataError("needs one step or more; 0 leaves the lever out", field=name)
        if self.posts_from < 0 or self.most < self.posts_from:
            raise DataError(
                f"posts go from 0 or more up to as many or more, got {self.posts_from} to "
                f"{self.most}",
                field="posts_from",
            )

    @property
    def most(self) -> int:
        """Largest number of posts that is tried."""
        if self.posts_to is not None:
            return self.posts_to
        return int(parameter("search_posts_maximum").value)


@dataclass(frozen=True, slots=True)
class LeverPoint:
    """A mix that meets the target, with the fewest posts at its other levers."""

    target: Target
    levers: Levers
    cost: float
    caseload: float

    def __str__(self) -> str:
        return f"{self.levers}: {self.cost:,.0f} a year for {self.target}"


@dataclass(frozen=True, slots=True, repr=False)
class LeverSearch(Result):
    """Every mix that was tried and meets the target.

    Parameters
    ----------
    target
        Caseload, date and probability.
    points
        One for each step of the levers at which some number of posts meets it.
    missed
        Steps (shorter plans, diversion) at which none does.
    currency
        Of the costs.
    """

    target: Target
    points: tuple[LeverPoint, ...]
    missed: tuple[tuple[float, float], ...]
    currency: str

    @property
    def best(self) -> LeverPoint:
        """The cheapest; of equally cheap ones that with the fewest posts.

        Raises
        ------
        DataError
            When no mix meets the target.
        """
        if not self.points:
            raise DataError(
                f"no mix of these levers gives {self.target}; allow more posts or wider steps"
            )
        return min(self.points, key=lambda point: (point.cost, point.levers))

    @property
    def efficient(self) -> tuple[LeverPoint, ...]:
        """Mixes for which no other mix has less of one lever and no more of the others."""
        return tuple(
            point
            for point in self.points
            if not any(_less(other.levers, point.levers) for other in self.points)
        )

    def to_frame(self) -> pd.DataFrame:
        """A row for each mix: levers, yearly cost, caseload, whether efficient or cheapest."""
        best, efficient = self.best, set(self.efficient)
        return pd.DataFrame(
            [
                {
                    "cap": self.target.cap,
                    "by": self.target.by,
                    "probability": self.target.probability,
                    "posts": point.levers.posts,
                    "shorter_plans": point.levers.shorter_plans,
                    "diversion": point.levers.diversion,
                    "cost": point.cost,
                    "currency": self.currency,
                    "caseload": point.caseload,
                    "efficient": point in efficient,
                    "best": point is best,
                    "basis": "projected",
                }
                for point in self.points
            ]
        )

    def summary(self) -> str:
        """What it is, in a sentence."""
        return f"{self.best} (of {len(self.points)} mixes tried; {self.currency}, projected)"


def search(response: Response, costs: LeverCosts, grid: LeverGrid, target: Target) -> LeverSearch:
    """Fewest posts at each step of the other levers, and what each mix costs.

    Parameters
    ----------
    response
        See :data:`Response`.
    costs
        Prices of the levers.
    grid
        Steps to try.
    target
        Caseload, date and probability.

    Raises
    ------
    DataError
        When the response rises with posts.

    Notes
    -----
    The search is exact on the grid. For each step of the other levers, posts are found by bisection
    over whole numbers, which works because the response never rises with posts. Costs rise with
    posts, so more than the fewest are never cheaper. So the cheapest mix of the whole grid is
    found.
    """
    points, missed = [], []
    for shorter in grid.shorter_plans:
        for diversion in grid.diversion:
            found = _fewest_posts(response, shorter, diversion, grid, target)
            if found is None:
                missed.append((shorter, diversion))
                continue
            levers, caseload = found
            points.append(LeverPoint(target, levers, costs.of(levers), caseload))
    return LeverSearch(target, tuple(points), tuple(missed), costs.currency)


def frontier(
    response: Response,
    costs: LeverCosts,
    grid: LeverGrid,
    target: Target,
    probabilities: Sequence[float],
) -> tuple[LeverPoint, ...]:
    """What certainty costs: the cheapest mix for each probability that some mix reaches."""
    found = []
    for probability in probabilities:
        searched = search(response, costs, grid, Target(target.cap, target.by, probability))
        if searched.points:
            found.append(searched.best)
    return tuple(found)


def _fewest_posts(
    response: Response, shorter: float, diversion: float, grid: LeverGrid, target: Target
) -> tuple[Levers, float] | None:
    def caseload(posts: int) -> float:
        return response(Levers(posts, shorter, diversion), target.probability)

    low, high = grid.posts_from, grid.most
    at_low, at_high = caseload(low), caseload(high)
    if at_high > at_low:
        raise DataError(
            f"the caseload must not rise with posts; it is {at_low:g} with {low} and {at_high:g} "
            f"with {high}",
            field="response",
        )
    if at_low <= target.cap:
        return Levers(low, shorter, diversion), at_low
    if at_high > target.cap:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        at_middle = caseload(middle)
        if at_middle <= target.cap:
            high, at_high = middle, at_middle
        else:
            low = middle
    return Levers(high, shorter, diversion), at_high


def _less(one: Levers, other: Levers) -> bool:
    pairs = [
        (one.posts, other.posts),
        (one.shorter_plans, other.shorter_plans),
        (one.diversion, other.diversion),
    ]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)
