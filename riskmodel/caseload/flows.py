"""Joiners and leavers month by month, with draws that all scenarios share.

Random numbers are uniform, by replicate, month and purpose. The inverse of the distribution
function turns them into counts, so a scenario with a few more posts has the same chance events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.caseload.allocation import BLOCK, replicate_blocks
from riskmodel.caseload.workforce import Workforce
from riskmodel.core.arrays import Floats, lock
from riskmodel.errors import DataError
from riskmodel.streams import stream

__all__ = [
    "WorkforceDraws",
    "WorkforcePath",
    "binomial_quantile",
    "poisson_quantile",
    "simulate_workforce",
    "workforce_draws",
]

_Counts = npt.NDArray[np.int32]

_DIRECT = 200.0
"""Largest mean that is inverted by adding up probabilities from 0: up to it exp(-mean) is not too
close to 0."""


@dataclass(frozen=True, slots=True, eq=False)
class WorkforceDraws:
    """The random numbers of each replicate, the same for every scenario.

    Parameters
    ----------
    leave, arrive
        Uniforms by month and replicate, shape (month, replicate).
    opening
        Uniforms for the whole number of workers at the opening and of posts, shape (2, replicate).
    """

    leave: Floats
    arrive: Floats
    opening: Floats

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return int(self.opening.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class WorkforcePath:
    """Workers in post by replicate and month.

    Parameters
    ----------
    opening
        Workers in post before the first month, whole, shape (replicate,).
    joiners, leavers
        In each month, shape (month, replicate).
    in_post
        At the end of each month, same shape.
    fte
        Case-holding full-time equivalents at the end of each month, same shape.

    Raises
    ------
    DataError
        When opening + joiners - leavers is not the closing number somewhere.
    """

    opening: _Counts
    joiners: _Counts
    leavers: _Counts
    in_post: _Counts
    fte: Floats

    def __post_init__(self) -> None:
        lock(self, "opening", "joiners", "leavers", "in_post", "fte", kind=None)
        before = np.concatenate([self.opening[None], self.in_post[:-1]])
        closes = before + self.joiners - self.leavers == self.in_post
        if not closes.all():
            month, replicate = (int(place) for place in np.argwhere(~closes)[0])
            raise DataError(
                "opening + joiners - leavers is not the closing number of workers in month "
                f"{month + 1}, replicate {replicate}"
            )

    def __str__(self) -> str:
        months, replicates = self.in_post.shape
        return (
            f"workers in post over {months} months, {replicates:,} replicates: "
            f"{self.opening.mean():.1f} at the opening, {self.in_post[-1].mean():.1f} at the end, "
            f"{self.joiners.sum(axis=0).mean():.1f} joiners and "
            f"{self.leavers.sum(axis=0).mean():.1f} leavers on average"
        )


def workforce_draws(seed: int, replicates: int, months: int) -> WorkforceDraws:
    """Random numbers for so many replicates and months; streams ``caseload/workforce``.

    Notes
    -----
    With more months or replicates the first ones stay the same.
    """
    if replicates < 1 or months < 1:
        raise DataError(
            f"needs 1 replicate and 1 month or more, got {replicates} replicates and "
            f"{months} months"
        )
    leave, arrive = np.empty((months, replicates)), np.empty((months, replicates))
    opening = np.empty((2, replicates))
    for block, number in replicate_blocks(replicates):
        random = stream(seed, "caseload/workforce", block)
        here = slice(block * BLOCK, block * BLOCK + number)
        opening[:, here] = random.random((2, BLOCK))[:, :number]
        for month in range(months):
            leave[month, here], arrive[month, here] = random.random((2, BLOCK))[:, :number]
    return WorkforceDraws(leave, arrive, opening)


def simulate_workforce(
    workforce: Workforce,
    opening_fte: npt.ArrayLike,
    draws: WorkforceDraws,
    *,
    posts: npt.ArrayLike | None = None,
    baseline: Workforce | None = None,
) -> WorkforcePath:
    """Follow the workers of each replicate month by month.

    Parameters
    ----------
    workforce
        Its parameters.
    opening_fte
        Case-holding full-time equivalents at the opening, one number or shape (replicate,).
    draws
        From :func:`workforce_draws`.
    posts
        Posts of each replicate, shape (replicate,), in place of the workforce's: for the search
        of the number that is needed.
    baseline
        The workforce whose rates convert the opening into workers in post; None takes the first
        month of ``workforce``.

    Notes
    -----
    In month t, D workers leave (binomial, each with a chance of a twelfth of ``turnover_rate``);
    candidates A (Poisson, of ``recruitment_lag_months`` earlier) join as far as there is room: in
    post = max(I - D, min(room, I - D + A)), where room = posts x (1 - vacancy_rate), the lower of
    now and ``recruitment_lag_months`` earlier. Nobody is dismissed where posts are cut. Each step
    is non-decreasing in I, A and room at the same uniform, so more posts or hires never mean fewer
    workers in any replicate.
    """
    months, replicates = draws.leave.shape
    opening = _opening(baseline or workforce, opening_fte, draws)
    room = _room(workforce, months, draws, posts)
    hires = _lagged(workforce, "hires_per_month", workforce.hires_before, months)
    leaving = workforce.monthly("turnover_rate", months) / 12
    joiners, leavers, in_post = (np.empty((months, replicates), dtype=np.int32) for _ in range(3))
    now = opening
    for month in range(months):
        left = binomial_quantile(draws.leave[month], now, leaving[month])
        stayed = now - left
        unlimited = np.isinf(hires[month])
        most = room[month]
        if not unlimited.all():
            mean = np.where(unlimited, 0.0, hires[month]) if np.ndim(unlimited) else hires[month]
            candidates = poisson_quantile(draws.arrive[month], mean)
            most = np.where(unlimited, most, np.minimum(most, stayed + candidates))
        after = np.maximum(stayed, most)
        leavers[month], joiners[month], in_post[month] = left, after - stayed, after
        now = after
    at_work = _columns(workforce.share_at_work(months))
    fte = in_post * at_work + _columns(workforce.monthly("agency_fte", months))
    return WorkforcePath(opening, joiners, leavers, in_post, fte)


def binomial_quantile(uniform: Floats, number: _Counts, chance: float | Floats) -> _Counts:
    """Smallest k with P(Binomial(number, chance) <= k) >= uniform; one chance, or one for each.

    Notes
    -----
    For a given uniform it grows with ``number``, by at most one for each: with more workers, never
    fewer stay.
    """
    most = float(np.max(chance))
    if most <= 0 or not number.size:
        return np.zeros_like(number)
    if np.min(chance) >= 1:
        return number.copy()
    if most >= 1 or float(number.max()) * max(most, -np.log1p(-most) * _DIRECT / 600) > _DIRECT:
        from scipy.stats import binom

        return np.asarray(binom.ppf(uniform, number, chance), dtype=np.int32).clip(0, number)
    if np.ndim(chance):
        probability = (1 - chance) ** number
    else:  # workers are few, so their powers are too
        probability = ((1 - chance) ** np.arange(int(number.max()) + 1))[number]
    reached = probability.copy()
    found = np.zeros(number.shape, dtype=np.int32)
    odds = chance / (1 - chance)
    for k in range(int(number.max())):
        beyond = uniform > reached
        if not beyond.any():
            break
        found += beyond
        probability *= np.maximum(number - k, 0) * (odds / (k + 1))
        reached += probability
    return np.minimum(found, number)


def poisson_quantile(uniform: Floats, mean: float | Floats) -> _Counts:
    """Smallest k with P(Poisson(mean) <= k) >= uniform; one finite mean, or one for each.

    It never falls as the mean grows.
    """
    if np.max(mean) <= 0:
        return np.zeros(uniform.shape, dtype=np.int32)
    if np.max(mean) > _DIRECT:
        from scipy.stats import poisson

        return np.asarray(poisson.ppf(uniform, mean), dtype=np.int32).clip(0)
    if np.ndim(mean):
        return _poisson_each(uniform, np.asarray(mean))
    # One table for all replicates: the mean is the same, only the luck differs.
    length = int(mean + 40 * np.sqrt(mean) + 40)
    k = np.arange(1, length)
    table = np.cumsum(np.exp(-mean) * np.concatenate([[1.0], np.cumprod(mean / k)]))
    return np.searchsorted(table, uniform, side="left").astype(np.int32)


def _poisson_each(uniform: Floats, mean: Floats) -> _Counts:
    """As :func:`poisson_quantile`, a mean for each, by adding up probabilities from 0."""
    probability = np.exp(-mean)
    reached = probability.copy()
    found = np.zeros(uniform.shape, dtype=np.int32)
    most = float(mean.max())
    for k in range(1, int(most + 40 * np.sqrt(most) + 40)):
        beyond = uniform > reached
        if not beyond.any():
            break
        found += beyond
        probability *= mean / k
        reached += probability
    return found


def _opening(workforce: Workforce, opening_fte: npt.ArrayLike, draws: WorkforceDraws) -> _Counts:
    share = workforce.share_at_work(1)[0]
    agency = workforce.monthly("agency_fte", 1)[0]
    fte = np.broadcast_to(np.asarray(opening_fte, dtype=np.float64), (draws.replicates,))
    if not np.isfinite(fte).all() or float(fte.min()) < 0:
        raise DataError("full-time equivalents at the opening must be 0 or more", field="fte")
    if np.min(share) <= 0:
        raise DataError("nobody in post holds cases: a share or rate takes away every worker")
    workers = np.maximum(fte - agency, 0) / share
    opening: _Counts = np.floor(workers + draws.opening[0]).astype(np.int32)
    return opening


def _room(
    workforce: Workforce,
    months: int,
    draws: WorkforceDraws,
    posts: npt.ArrayLike | None,
) -> _Counts:
    """Most workers in post that recruitment can bring, shape (month, replicate)."""
    filled = _columns(1 - workforce.monthly("vacancy_rate", months))
    if posts is None:
        wanted = workforce.monthly("posts", months)
        early = _lagged(workforce, "posts", workforce.posts_before, months)
        filled_posts = _columns(np.minimum(wanted, early)) * filled
    else:
        lag = workforce.monthly("recruitment_lag_months", months).astype(int)
        given = np.asarray(posts, dtype=np.float64)
        before = workforce.posts_before
        first = workforce.monthly("posts", 1)[0] if before is None else before
        waiting = (np.arange(months) < lag)[:, None]
        filled_posts = np.where(waiting, np.minimum(given, first), given) * filled
    room: _Counts = np.floor(filled_posts + draws.opening[1]).astype(np.int32)
    return room


def _columns(values: Floats) -> Floats:
    """Shape (month, 1), or (month, replicate) where each simulation has its own."""
    return values if values.ndim > 1 else values[:, None]


def _lagged(workforce: Workforce, name: str, before: float | None, months: int) -> Floats:
    values = workforce.monthly(name, months)
    lag = workforce.monthly("recruitment_lag_months", months).astype(int)
    first = values[0] if before is None else before
    from_month = np.arange(months) - lag
    earlier = values[np.maximum(from_month, 0)]
    # Months last, so that one number a month and one for each simulation go together.
    return np.where(from_month >= 0, earlier.T, np.asarray(first)[..., None]).T
