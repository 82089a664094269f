"""Children whose plan ended and who start another, and how a scenario changes their number.

Starts of the baseline are all starts, including second and subsequent plans, because they follow
from stocks that were counted. A share of the children whose plan ends comes back, some months
later; the other starts are first plans. A scenario that lets fewer plans start, or ends them
sooner, changes how many end in each month, and so who comes back after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from riskmodel.core.arrays import Floats, locked
from riskmodel.demand.monthly import end_shares, open_left
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.demand.simulation.inputs import StageInputs

__all__ = ["Repeats", "StartsApart", "later_repeats", "starts_apart"]


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Who comes back to a stage after an end in it.

    Parameters
    ----------
    share
        Share of those who end that start again, sooner or later; shape (replicate,).
    timing
        Of those, the share that starts in each later month; nought in the month of the end itself,
        shape (month,).

    Raises
    ------
    DataError
        When a share is not from 0 to below 1, or the timing is negative, has children in the month
        of the end, or adds up to more than 1.

    Notes
    -----
    Arrays are copied and locked.
    """

    share: Floats
    timing: Floats

    def __post_init__(self) -> None:
        share = np.array(self.share, dtype=np.float64)
        timing = np.array(self.timing, dtype=np.float64)
        if share.ndim != 1 or not ((share >= 0) & (share < 1)).all():
            raise DataError("a share who come back is from 0 to below 1, one a replicate")
        sound = timing.ndim == 1 and timing.size > 0 and bool((timing >= 0).all())
        if not sound or timing[0] != 0 or timing.sum() > 1 + 1e-9:
            raise DataError(
                "who comes back does so in months after the end, all of them at most once"
            )
        object.__setattr__(self, "share", locked(share))
        object.__setattr__(self, "timing", locked(timing))

    def rows(self, which: slice | np.ndarray) -> Repeats:
        """The same of these replicates."""
        return Repeats(self.share[which], self.timing)

    def starts(self, ends: Floats, month: int) -> Floats:
        """How many come back in a month, shape (replicate,), of those who ended in earlier months.

        ``ends`` has the shape (month, replicate).
        """
        timing = self.timing[month:0:-1]
        return np.asarray(self.share * np.tensordot(timing, ends[:month], axes=1))


class StartsApart(NamedTuple):
    """Expected first and repeat starts of the baseline, shape (replicate, month) each."""

    first: Floats
    repeat: Floats


def starts_apart(inputs: StageInputs) -> StartsApart:
    """First and repeat starts of a stage, which together are its expected starts.

    Notes
    -----
    In each month before the opening as many are assumed to have ended as in the first month after
    it. Where fewer start than would come back, all who start are taken to be coming back.
    """
    repeats, months = _repeats_of(inputs), inputs.months
    mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, 0]
    left = inputs.opening_survival
    there = open_left(_shares(inputs)[0], mean) if left is None else left.T
    gone = -np.diff(there, axis=0, prepend=1.0) * inputs.opening
    ends = gone + _ending(inputs.rates.T, _shares(inputs))
    # Of those who ended before the opening, the part that is still to come back.
    still = 1 - np.cumsum(repeats.timing[:months])
    again = np.stack([
        repeats.starts(ends, month) + repeats.share * still[month] * ends[0]
        for month in range(months)
    ]).T  # fmt: skip
    again = np.minimum(again, inputs.rates)
    return StartsApart(inputs.rates - again, again)


def later_repeats(stated: StageInputs, changed: StageInputs, kept: Floats, most: Floats) -> Floats:
    """How many more come back in each month than without the change, shape (replicate, month).

    Parameters
    ----------
    stated
        Starts and durations in which those who come back are counted already.
    changed
        Starts and durations of a scenario, before the change of those who come back.
    kept
        Share of those who would come back in a month that the scenario lets start; shape (month,)
        or (replicate, month).
    most
        The most that can stay away in a month: those who would start in it, shape (replicate,
        month).

    Returns
    -------
    numpy.ndarray
        Below 0 where fewer come back; counted before the scenario keeps some of them from starting.

    Notes
    -----
    With d(u) the ends of month u beyond those in ``stated``, q the share who come back and g the
    timing, x(t) = q sum_u g(t - u) d(u). Of these kept(t) x(t) start, end after the changed
    durations, and can come back in turn. This is solved month by month, because nobody comes back
    in the month of the end.
    """
    repeats, months = _repeats_of(stated), stated.months
    before = after = _shares(stated)
    if changed.mean_days is not stated.mean_days:
        after = _shares(changed)
    more = _ending((changed.rates - stated.rates).T, after)
    if after is not before:
        more += _ending(stated.rates.T, after, before)
    part = np.broadcast_to(kept, stated.rates.shape).T
    found = np.zeros((months, stated.replicates))
    for month in range(1, months):
        found[month] = np.maximum(repeats.starts(more, month), -most[:, month])
        begun = part[month] * found[month]
        of_month = after[month if len(after) > 1 else 0][: months - month]
        more[month:] += of_month * begun
    return np.ascontiguousarray(found.T)


def _repeats_of(inputs: StageInputs) -> Repeats:
    if inputs.repeats is None:
        raise DataError("nothing is said of who comes back", field="repeats")
    return inputs.repeats


def _shares(inputs: StageInputs) -> list[Floats]:
    """Share of starts that ends so many months later: one for all months of start, or one each."""
    mean, months = inputs.mean_days, inputs.months
    if mean.ndim == 1:
        return [end_shares(inputs.family, mean, inputs.shape, months)]
    return [
        end_shares(inputs.family, mean[:, month], inputs.shape, months - month)
        for month in range(months)
    ]


def _ending(starts: Floats, shares: list[Floats], less: list[Floats] | None = None) -> Floats:
    """Ends of each month of those starts, (month, replicate); less as many at other shares."""
    months = len(starts)
    found = np.zeros_like(starts)
    for month in range(months):
        part = shares[month if len(shares) > 1 else 0][: months - month]
        if less is not None:
            part = part - less[month if len(less) > 1 else 0][: months - month]
        found[month:] += part * starts[month]
    return found
