"""Waiting lists step by step, in all simulations at once, on arrays.

There are two kinds of service. One gives *appointments*: places become free at random times at a
stated rate, and each is taken by whoever is first in the list; if nobody waits, it is lost. The
other *holds* each case for a while in one of a number of places. If nobody leaves the list unseen,
both are exact whatever the length of a step: the first by the distribution of the lowest point of a
random walk whose end is known, the second where there are enough places.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

__all__ = ["Path", "appointments", "held", "lost_places", "waits_of"]

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]

_AT_ONCE = 100
"""Simulations whose waits are followed together, so that their data fit into the processor's
cache."""


class Path(NamedTuple):
    """A waiting list over the steps, each of shape (simulation, step).

    Parameters
    ----------
    arrivals, starts, left, waiting
        Numbers who joined the list, whose work started, and who left without it; the list at the
        end.
    urgent
        The same four for those with priority; all zero where there are none.
    """

    arrivals: Ints
    starts: Ints
    left: Ints
    waiting: Ints
    urgent: tuple[Ints, Ints, Ints, Ints]


def lost_places(waiting: Ints, arrivals: Ints, places: Ints, uniform: Floats) -> Ints:
    """Places of a step that nobody took.

    Parameters
    ----------
    waiting
        The list when the step begins, shape (n,).
    arrivals, places
        How many of each there are in the step, at random times; shape (n,).
    uniform
        A number from 0 to 1 for each.

    Notes
    -----
    Given their numbers, a arrivals and c places come in random order. The walk that they make falls
    k below its start or lower with probability a! c! / ((a + k)! (c - k)!) for k of c - a or more
    (the reflection principle); as many places are lost as its lowest point is below the length of
    the list. So at the end of each step the list is that of M(t)/M(t)/1, whatever the length of the
    step.
    """
    lost = np.zeros(len(waiting), dtype=np.int64)
    rows = np.flatnonzero(waiting < places)
    if not len(rows):
        return lost
    a, c = arrivals[rows], places[rows]
    factorial = _log_factorials(int(a.max() + c.max()))
    whole = factorial[a] + factorial[c] - np.log(uniform[rows])
    low, high = np.maximum(c - a, 0), c
    # The largest k whose probability is the uniform or more, by halving.
    for _ in range(int((high - low).max()).bit_length()):
        middle = (low + high + 1) >> 1
        reached = whole >= factorial[a + middle] + factorial[c - middle]
        low = np.where(reached, middle, low)
        high = np.maximum(np.where(reached, high, middle - 1), low)
    lost[rows] = np.maximum(low - waiting[rows], 0)
    return lost


@lru_cache(maxsize=8)
def _log_factorials_to(most: int) -> Floats:
    return np.asarray(gammaln(np.arange(most + 1) + 1.0))


def _log_factorials(most: int) -> Floats:
    """Logarithms of the factorials of the numbers up to one, and some beyond."""
    return _log_factorials_to(1 << max(most, 1).bit_length())


def appointments(
    opening: Ints,
    arrivals: Ints,
    urgent: Ints,
    places: Ints,
    leaving: Floats,
    random: np.random.Generator,
) -> Path:
    """A list from which places are filled as they become free.

    Parameters
    ----------
    opening
        The list at the opening, shape (simulation,); none of it is urgent.
    arrivals, urgent
        All who join, and those of them with priority; shape (simulation, step).
    places
        Shape (simulation, step).
    leaving
        Share of the list that leaves in a step without being seen, shape (simulation,).
    random
        For the order within a step and for who leaves.
    """
    waiting: Ints = opening.astype(np.int64)
    ahead: Ints = np.zeros_like(waiting)
    has_urgent, leaves = bool(urgent.any()), bool(leaving.any())
    shape, none = arrivals.shape, _none(arrivals.shape)
    made = np.empty(shape, np.int32), _made(shape, leaves), np.empty(shape, np.int32)
    first = _made(shape, has_urgent), _made(shape, has_urgent and leaves), _made(shape, has_urgent)
    order = random.random(shape[::-1])
    for step in range(shape[1]):
        come, given = arrivals[:, step], places[:, step]
        starts = given - lost_places(waiting, come, given, order[step])
        queue = waiting + come - starts
        left = random.binomial(queue, leaving) if leaves else none[:, step]
        waiting = queue - left
        _write(made, step, starts, left, waiting)
        if has_urgent:
            soon = urgent[:, step]
            taken = given - lost_places(ahead, soon, given, order[step])
            # Of the whole list no more can be seen, and no fewer than the others leave room for.
            taken = np.clip(
                taken, np.maximum(ahead + soon - queue, 0), np.minimum(starts, ahead + soon)
            )
            queue = ahead + soon - taken
            gone = random.hypergeometric(queue, waiting + left - queue, left) if leaves else left
            ahead = queue - gone
            _write(first, step, taken, gone, ahead)
    return Path(arrivals, *made, (urgent, *first))


def _none(shape: tuple[int, ...]) -> Ints:
    """Nobody in any step, in no memory."""
    return np.broadcast_to(np.int32(0), shape)


def _made(shape: tuple[int, ...], is_some: bool) -> Ints:
    return np.empty(shape, np.int32) if is_some else _none(shape)


def _write(parts: tuple[Ints, ...], step: int, *counts: Ints) -> None:
    """The counts of a step, where there can be any."""
    for part, count in zip(parts, counts, strict=True):
        if part.flags.writeable:
            part[:, step] = count


def held(
    opening: tuple[Ints, Ints],
    arrivals: Ints,
    urgent: Ints,
    places: Floats,
    ending: Floats,
    leaving: Floats,
    random: np.random.Generator,
) -> tuple[Path, Ints]:
    """A list whose cases are each held in a place for a while.

    Parameters
    ----------
    opening
        The list at the opening, and the places taken then; shape (simulation,) each.
    arrivals, urgent, leaving, random
        As for :func:`appointments`.
    places
        How many there are, shape (simulation, step); infinite where nobody ever waits. Where there
        are fewer than cases held, nobody new starts.
    ending
        Mean steps that a case is held, shape (simulation,).

    Returns
    -------
    tuple
        The list, and the places taken at the end of each step, shape (simulation, step).

    Notes
    -----
    Durations are exponential. A case can start at any time within a step; it ends before the end of
    that step with probability 1 - (1 - exp(-x)) / x, where x is the step over the mean duration.
    With enough places that is exact (M/G/infinity with exponential durations). Otherwise a place
    that becomes free waits for the next step, so steps have to be short compared with a case's
    duration.
    """
    over = -np.expm1(-1 / ending)
    at_once = 1 - over * ending
    has_urgent, leaves = bool(urgent.any()), bool(leaving.any())
    shape, none = arrivals.shape, _none(arrivals.shape)
    made = np.empty(shape, np.int32), _made(shape, leaves), np.empty(shape, np.int32)
    first = _made(shape, has_urgent), _made(shape, has_urgent and leaves), _made(shape, has_urgent)
    taken = np.empty(shape, np.int32)
    waiting, busy = (part.astype(np.int64) for part in opening)
    ahead = np.zeros_like(waiting)
    for step in range(shape[1]):
        busy = busy - random.binomial(busy, over)
        queue, soon = waiting + arrivals[:, step], ahead + urgent[:, step]
        free = np.maximum(np.floor(np.minimum(places[:, step], busy + queue)) - busy, 0)
        starts = np.minimum(queue, free.astype(np.int64))
        now = np.minimum(soon, starts)
        busy = busy + starts - random.binomial(starts, at_once)
        queue, soon = queue - starts, soon - now
        left = random.binomial(queue, leaving) if leaves else none[:, step]
        gone = random.hypergeometric(soon, queue - soon, left) if leaves else left
        waiting, ahead = queue - left, soon - gone
        _write(made, step, starts, left, waiting)
        _write(first, step, now, gone, ahead)
        taken[:, step] = busy
    return Path(arrivals, *made, (urgent, *first)), taken


def waits_of(
    opening: Ints, counts: tuple[Ints, Ints, Ints, Ints], rate: Floats, leaving: Floats
) -> Floats:
    """Steps until those who join in each step are seen, if they stay; shape (simulation, step).

    Parameters
    ----------
    opening
        The list at first, shape (simulation,).
    counts
        Arrivals, starts, those who left, and the list at the end; shape (simulation, step) each.
    rate
        Places in each step after the last one, shape (simulation,): those who still wait at the end
        are seen at this rate; never, if it is 0.
    leaving
        Share that leaves in a step, shape (simulation,).

    Notes
    -----
    First come, first served. Let h be the number who wait before the middle one of a step's
    arrivals. In each later step, starts come from these, and those who leave come from them in
    proportion. With f the share of the list that stays in a step, P the product of all earlier f,
    and G the sum of starts / P, the middle one is seen in the first step by which G has grown by h
    / P.
    """
    waits = np.empty(counts[0].shape)
    for first in range(0, len(waits), _AT_ONCE):
        rows = slice(first, first + _AT_ONCE)
        arrivals, starts, left, waiting = (part[rows] for part in counts)
        some = arrivals, starts, left, waiting
        waits[rows] = _waits(opening[rows], some, rate[rows], leaving[rows])
    return waits


def _waits(
    opening: Ints, counts: tuple[Ints, Ints, Ints, Ints], rate: Floats, leaving: Floats
) -> Floats:
    """As :func:`waits_of`, of a few simulations."""
    arrivals, starts, left, waiting = counts
    before = np.concatenate([opening[:, None], waiting[:, :-1]], axis=1)
    queue = waiting + left
    product = np.ones((1, 1 + arrivals.shape[1]))
    if left.any():
        stays = np.where(queue > 0, np.maximum(waiting / np.maximum(queue, 1), 0.5), 1.0)
        product = np.cumprod(np.concatenate([np.ones_like(stays[:, :1]), stays], axis=1), axis=1)
    product = np.broadcast_to(product, (len(arrivals), product.shape[1]))
    grown = np.cumsum(starts / product[:, :-1], axis=1)
    place = before + np.where(arrivals > 0, (arrivals + 1) / 2, 0.5)
    target = np.concatenate([np.zeros_like(grown[:, :1]), grown[:, :-1]], axis=1)
    target = target + place / product[:, :-1]
    steps = arrivals.shape[1]
    seen = np.stack([np.searchsorted(g, t - 1e-9 * t) for g, t in zip(grown, target, strict=True)])
    waits = (seen - np.arange(steps)).astype(np.float64)
    rows, columns = np.nonzero(seen >= steps)
    still = (target[rows, columns] - grown[rows, -1]) * product[rows, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        speed, share = rate[rows], leaving[rows]
        slow = np.log1p(share * still / speed) / np.maximum(share, 1e-12)
        more = np.where(share > 1e-9, slow, still / speed)
    # Whoever is last of the list is seen within the step after, at the earliest.
    waits[rows, columns] += np.maximum(more - 1, 0.0)
    return waits
