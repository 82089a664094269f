"""Targets for the caseload, and the posts or candidates that meet them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from riskmodel.core.result import Result
from riskmodel.core.wording import asked_chance
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.parameters import parameter
from riskmodel.plausible import check_number

__all__ = [
    "CAP_HOLDS",
    "CHANCES",
    "CapHolds",
    "HiresNeeded",
    "PostsAtChance",
    "PostsJointly",
    "PostsNeeded",
    "Recruitment",
    "Sensitivity",
    "Target",
    "needs_frame",
    "no_posts_frame",
]

CapHolds = Literal["average", "each"]
"""``average``: the average caseload is within the cap; ``each``: that of every worker is."""

CAP_HOLDS: tuple[CapHolds, ...] = get_args(CapHolds)
CHANCES = (0.5, 0.8, 0.95)
"""Chances for which posts are always given, beside the one that is asked for."""

Recruitment = Literal["as_needed", "as_given"]
"""``as_needed``: every vacancy finds a candidate; ``as_given``: as many as the workforce says."""


@dataclass(frozen=True, slots=True)
class Target:
    """A caseload to reach.

    Parameters
    ----------
    cap
        Largest mean of open cases for each case-holding full-time equivalent, above 0.
    by
        Month, ``YYYY-MM``, at whose end the cap is to be met.
    probability
        Chance with which it is to be met, between 0 and 1.
    holds
        Whether the cap is for the average caseload, or for each worker's.
    """

    cap: float
    by: str
    probability: float
    holds: CapHolds = "average"

    def __post_init__(self) -> None:
        if self.holds not in CAP_HOLDS:
            raise UnknownNameError("way in which a cap holds", self.holds, CAP_HOLDS)
        if not (np.isfinite(self.cap) and self.cap > 0):
            raise DataError(f"a cap must be above 0 cases, got {self.cap:g}", field="cap")
        check_number(self.cap, "cases for each worker", whole=False, field="cap")
        if not 0 < self.probability < 1:
            raise DataError(
                f"a chance must lie between 0 and 1, got {self.probability:g}",
                field="probability",
            )

    def __str__(self) -> str:
        of = "for each worker" if self.holds == "each" else "on average"
        return (
            f"at most {self.cap:g} cases {of} by {self.by} with a chance of "
            f"{asked_chance(self.probability)}"
        )


class PostsAtChance(NamedTuple):
    """Fewest posts with which the cap holds in a share of the simulations.

    Parameters
    ----------
    chance
        That share.
    posts
        How many.
    error
        Half the width of the 95% range that comes from the limited number of simulations.
    """

    chance: float
    posts: int
    error: float


class PostsJointly(NamedTuple):
    """Posts needed if the assumed rates differ between simulations.

    Parameters
    ----------
    rates
        Which, in words.
    posts, low, high
        As :class:`PostsNeeded` has them.
    share
        Share of the variance of the posts that single simulations need which the rates account for;
        NaN if no number of posts is enough in some simulation.
    """

    rates: tuple[str, ...]
    posts: int
    low: int
    high: int
    share: float

    def __str__(self) -> str:
        rates = ", ".join(self.rates)
        share = "" if np.isnan(self.share) else f"; they account for {self.share:.0%} of the spread"
        return (
            f"With the rates that are assumed ({rates}) drawn together from their ranges it would "
            f"be {self.posts} posts (range {self.low} to {self.high}{share})."
        )


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Posts needed when one assumption is set to the ends of its range, all others kept."""

    assumption: str
    low: float
    high: float
    posts_low: int
    posts_high: int
    source: str


@dataclass(frozen=True, slots=True, repr=False)
class PostsNeeded(Result):
    """Established posts with which a target is met.

    Parameters
    ----------
    target
        What was asked.
    posts
        Fewest whole posts with which at least the target's share of replicates meets it.
    low, high, level
        Central interval of the posts that single replicates need.
    posts_now, workers_now
        Posts and workers in post before the first month.
    workers
        Workers in post at the date with so many posts: mean over the replicates.
    joiners
        Mean number of joiners until the date; ``joiners_a_month`` spreads them over the months in
        which posts advertised now bring joiners.
    recruitment
        Whether candidates were limited.
    sensitivity
        What would change it, one assumption at a time.
    assumes
        In words.
    by_chance
        Posts for each of :data:`CHANCES` and the chance that was asked for, in order.
    jointly
        The same with the assumed rates drawn together; None where none is assumed, or it was not
        asked for.
    """

    target: Target
    posts: int
    low: int
    high: int
    level: float
    posts_now: float
    workers_now: float
    workers: float
    joiners: float
    joiners_a_month: float
    recruitment: Recruitment
    sensitivity: tuple[Sensitivity, ...]
    assumes: str
    by_chance: tuple[PostsAtChance, ...] = ()
    jointly: PostsJointly | None = None

    @property
    def more(self) -> float:
        """Posts in addition to those there are."""
        return self.posts - self.posts_now

    @property
    def growth(self) -> float:
        """Growth of the workers in post, as a share of those in post now."""
        return self.workers / self.workers_now - 1 if self.workers_now > 0 else float("inf")

    def to_frame(self) -> pd.DataFrame:
        """A row for the answer and one for each end of each assumption."""
        common = {
            "cap": self.target.cap,
            "by": self.target.by,
            "probability": self.target.probability,
        }
        rows: list[dict[str, object]] = [
            {
                **common,
                "assumption": "as stated",
                "value": None,
                "posts": self.posts,
                "low": self.low,
                "high": self.high,
                "source": self.assumes,
            }
        ]
        rows += [
            {**rows[0], "probability": each.chance, "posts": each.posts, "low": None, "high": None}
            for each in self.by_chance
            if each.chance != self.target.probability
        ]
        if self.jointly is not None:
            _, posts, low, high, _ = self.jointly
            what = {"assumption": "assumed rates drawn together", "source": str(self.jointly)}
            rows.append({**rows[0], **what, "posts": posts, "low": low, "high": high})
        for each in self.sensitivity:
            for value, posts in ((each.low, each.posts_low), (each.high, each.posts_high)):
                rows.append(
                    {
                        **common,
                        "assumption": each.assumption,
                        "value": value,
                        "posts": posts,
                        "low": None,
                        "high": None,
                        "source": each.source,
                    }
                )
        return pd.DataFrame(rows).assign(level=self.level, basis="projected")

    def summary(self) -> str:
        """What it is, in a sentence or two."""
        chances = "; ".join(
            f"{each.posts} for a chance of {asked_chance(each.chance)}" for each in self.by_chance
        )
        error = max((each.error for each in self.by_chance), default=0.0)
        said = f" Posts by chance: {chances} (simulation error up to {error:.0f})."
        return (
            f"{self.posts} posts for {self.target} ({self.level:.0%} of simulations "
            f"need {self.low} to {self.high}); {self.posts_now:.0f} now, {self.more:+.0f}; "
            f"{self.joiners:.0f} joiners until then, {self.joiners_a_month:.1f} a month "
            f"({self.assumes}; projected)." + (said if self.by_chance else "")
        )


@dataclass(frozen=True, slots=True)
class HiresNeeded:
    """Candidates a month with which a target is met at so many posts.

    ``low`` and ``high`` are the central range over the replicates; infinite where some replicates
    miss the target with these posts however many apply.
    """

    target: Target
    posts: float
    hires_per_month: float
    hires_now: float
    low: float
    high: float
    level: float

    def __str__(self) -> str:
        return (
            f"{self.hires_per_month:.2f} candidates a month for {self.target} with "
            f"{self.posts:g} posts ({self.level:.0%} of simulations need {self.low:.2f} to "
            + ("more than there are posts for" if self.high == float("inf") else f"{self.high:.2f}")
            + f"); {self.hires_now:.2f} now (projected)"
        )


def needs_frame(needs: Mapping[str, PostsNeeded]) -> pd.DataFrame:
    """Posts needed by scenario, with what would change them, one assumption at a time."""
    pieces = []
    for scenario, found in needs.items():
        frame = found.to_frame()
        frame.insert(0, "scenario", scenario)
        frame.insert(5, "posts_now", found.posts_now)
        pieces.append(frame)
    return pd.concat(pieces, ignore_index=True)


def no_posts_frame(scenario: str, target: Target, reason: str) -> pd.DataFrame:
    """A row of :func:`needs_frame` for a scenario in which no number of posts is enough."""
    asked = {"cap": target.cap, "by": target.by, "probability": target.probability}
    none = dict.fromkeys(("value", "posts_now", "posts", "low", "high"))
    source = f"no number of posts is enough: {reason}"
    row = {"scenario": scenario, **asked, "assumption": "as stated", **none, "source": source}
    level = parameter("needs_interval_level").value
    return pd.DataFrame([row]).assign(level=level, basis="projected")
