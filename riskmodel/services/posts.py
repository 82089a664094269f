"""Posts with which a service keeps its deadline, found in its simulations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.services.definition import Service, middle
from riskmodel.services.simulate import Horizon, simulate

__all__ = ["PostsForDeadline", "posts_for_deadline"]

_SEARCHED = 500
"""Simulations in which posts are searched for."""


@dataclass(frozen=True, slots=True)
class PostsForDeadline:
    """Posts with which a share starts within the deadline in a month, with a given chance.

    Parameters
    ----------
    posts
        To a tenth; infinite where no number that was tried is enough.
    now
        Posts that there are.
    share, by, chance
        What was asked.
    """

    posts: float
    now: float
    share: float
    by: str
    chance: float


def posts_for_deadline(service: Service, horizon: Horizon) -> PostsForDeadline:
    """The fewest posts, in place from the first month on, that keep a service's deadline.

    Parameters
    ----------
    service
        A service with posts and a deadline.
    horizon
        Months and simulations, of which the first 500 are searched.

    Raises
    ------
    DataError
        When it has no posts or no deadline, or the month lies outside the months.

    Notes
    -----
    Found by bisection, to a tenth of a post. The random numbers differ for each number of posts, so
    a tenth more or less is within chance.
    """
    deadline = service.deadline
    if deadline is None or not service.has_list:
        raise DataError(
            f"{service.name}: posts for a deadline need [staff] posts and a section [deadline]",
            file=service.file or None,
        )
    by = deadline.by or horizon.months[-1]
    if by not in horizon.months:
        raise DataError(
            f"the month {by} lies outside the months simulated, {horizon.months[0]} to "
            f"{horizon.months[-1]}",
            file=service.file or None,
            field="by",
        )
    share = deadline.share or parameter("service_share").value
    chance = deadline.chance or parameter("service_chance").value
    until = horizon.months[: horizon.months.index(by) + 1]
    few = min(horizon.replicates, _SEARCHED)
    sources = {
        name: {key: values[:few] for key, values in source.items()}
        for name, source in horizon.sources.items()
    }
    short = replace(horizon, months=until, replicates=few, sources=sources)

    def is_enough(posts: float) -> bool:
        asked = replace(service, staff=replace(service.staff, posts=posts))
        within = simulate(asked, short).path().within[:, -1]
        return bool((within >= share).mean() >= chance)

    now = middle(service.staff.posts or 0.0)
    low, high = 0.0, max(now, 0.5)
    for _ in range(8):
        if is_enough(high):
            break
        low, high = high, 2 * high
    else:
        return PostsForDeadline(np.inf, now, share, by, chance)
    while high - low > 0.1:
        half = (low + high) / 2
        low, high = (low, half) if is_enough(half) else (half, high)
    return PostsForDeadline(round(high + 0.049, 1), now, share, by, chance)
