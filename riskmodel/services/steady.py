"""The long-run state of a waiting list, in closed form."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp

__all__ = ["Steady", "steady_appointments", "steady_held"]


class Steady(NamedTuple):
    """The long run; times are in the unit of the rates.

    Parameters
    ----------
    load
        Arrivals over capacity: above 1 a list grows for ever unless people leave it.
    waiting
        Mean list; infinite where it grows for ever.
    wait
        Mean time on the list of all who join; infinite where it grows for ever.
    chance_of_wait
        Chance that one who joins does not start at once.
    left
        Share of those who join that leave without being seen.
    """

    load: float
    waiting: float
    wait: float
    chance_of_wait: float
    left: float = 0.0


def steady_appointments(arrivals: float, places: float, leaving: float = 0.0) -> Steady:
    """Places that become free at random, each for the first in the list: M/M/1, or M/M/1+M.

    Parameters
    ----------
    arrivals, places
        Mean numbers in a unit of time.
    leaving
        Rate at which each on the list leaves it.

    Examples
    --------
    >>> steady_appointments(8, 10)
    Steady(load=0.8, waiting=4.0, wait=0.5, chance_of_wait=1.0, left=0.0)
    """
    if arrivals == 0:
        return Steady(0.0, 0.0, 0.0, 0.0)
    load = arrivals / places if places else math.inf
    if leaving == 0:
        waiting = load / (1 - load) if load < 1 else math.inf
        return Steady(load, waiting, waiting / arrivals, 1.0)
    # Births at the rate of arrivals, deaths at places + n leaving: n is the list.
    n = np.arange(_enough(arrivals, places, leaving))
    weights = np.concatenate(
        [[0.0], np.cumsum(np.log(arrivals) - np.log(places + n[1:] * leaving))]
    )
    chances = np.exp(weights - logsumexp(weights))
    waiting = float(chances @ n)
    return Steady(load, waiting, waiting / arrivals, 1.0, leaving * waiting / arrivals)


def steady_held(arrivals: float, places: float, mean: float, leaving: float = 0.0) -> Steady:
    """Cases that are each held in a place: M/M/c, M/G/infinity or Erlang A.

    Parameters
    ----------
    arrivals
        In a unit of time.
    places
        A whole number of them, or infinity.
    mean
        Units of time that a case is held.
    leaving
        Rate at which each on the list leaves it.

    Notes
    -----
    With a the offered load and c places: Erlang C, and with leaving the birth and death chain
    (Palm 1957; Garnett, Mandelbaum and Reiman 2002).

    Examples
    --------
    >>> steady_held(2.0, 3, 1.0).waiting  # 8/9
    0.8888...
    """
    offered = arrivals * mean
    if math.isinf(places) or arrivals == 0:
        return Steady(0.0, 0.0, 0.0, 0.0)
    c = math.floor(places)
    load = offered / c if c else math.inf
    if leaving == 0 and load >= 1:
        return Steady(load, math.inf, math.inf, 1.0)
    more = _enough(arrivals, c / mean, leaving) if leaving else 0
    below = np.arange(c + 1) * math.log(offered) - gammaln(np.arange(c + 1) + 1)
    if leaving == 0:
        # The list beyond the places is geometric.
        tail = below[-1] - math.log1p(-load)
        waits = float(np.exp(tail - logsumexp([*below[:-1], tail])))
        waiting = waits * load / (1 - load)
        return Steady(load, waiting, waiting / arrivals, waits)
    n = np.arange(1, more)
    above = below[-1] + np.cumsum(math.log(arrivals) - np.log(c / mean + n * leaving))
    whole = logsumexp([*below, *above])
    waiting = float(np.exp(above - whole) @ n)
    waits = float(np.exp(logsumexp([below[-1], *above]) - whole))
    return Steady(load, waiting, waiting / arrivals, waits, leaving * waiting / arrivals)


def _enough(arrivals: float, places: float, leaving: float) -> int:
    """Lengths of a list beyond which there is no chance to speak of."""
    middle = max(arrivals - places, 0.0) / leaving
    return int(middle + 12 * math.sqrt(middle + arrivals / leaving) + 50)
