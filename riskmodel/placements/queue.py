"""Children in places that a lever adds: the expected number of places taken, by month."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_HELD", "Queue"]

Floats = npt.NDArray[np.float64]

MOST_HELD = 60
"""Most added places for which it is worked out how often one of them is empty."""
_EVENTS_A_STEP = 2.0
"""Children who enter or leave in a step of time."""


class Queue:
    """Children in added places: they enter when a place is free, and leave when their stay ends."""

    def __init__(self, simulations: int, most: float, hazard: Floats) -> None:
        self.hazard, self.held = hazard, np.zeros(simulations)
        self.came = np.zeros((simulations, len(hazard)))
        self.chance = np.zeros((simulations, int(most) + 1 if most <= MOST_HELD else 0))
        self.chance[:, :1] = 1.0

    def month(self, month: int, wanting: Floats, times: Floats, places: float) -> Floats:
        """Children who take a place; ``held`` is how many have one at the end of the month.

        Parameters
        ----------
        month
            Its number.
        wanting
            Children who would otherwise be in a bought placement, shape (simulation,).
        times
            Multiplier of the hazard of leaving, shape (simulation,).
        places
            How many places are added.
        """
        if places == 0 and not self.held.any():
            return np.zeros_like(wanting)
        self.came[:, :month] *= np.exp(-times[:, None] * self.hazard[:month][::-1])
        stay = self.came.sum(axis=1)
        first = times * self.hazard[0]
        goes = np.where(
            self.held > 1e-9, -np.log(np.clip(stay / np.maximum(self.held, 1e-9), 1e-9, 1)), first
        )
        taken = self._taken(wanting, goes, stay, places)
        self.came[:, month] = taken * np.exp(-first / 2)
        self.held = stay + self.came[:, month]
        return taken

    def _taken(self, wanting: Floats, goes: Floats, stay: Floats, places: float) -> Floats:
        """Children who find a place free; moves the chances of how many are taken.

        By the trapezoid rule: a tridiagonal system in each step, so that few steps are enough.
        """
        number = np.arange(self.chance.shape[1])
        if not len(number):
            return np.clip(places - stay, 0, wanting)
        steps = np.maximum(np.ceil((wanting + places * goes) / _EVENTS_A_STEP), 1)
        taken = np.zeros_like(wanting)
        for step in range(int(steps.max())):
            part = np.where(step < steps, 0.5 / steps, 0.0)[:, None]
            come = part * wanting[:, None] * (number < places)
            go = part * goes[:, None] * number
            taken += (come * self.chance).sum(axis=1)
            self.chance = _solved(come, go, self.chance + _moved(come, go, self.chance))
            taken += (come * self.chance).sum(axis=1)
        return taken


def _moved(come: Floats, go: Floats, chance: Floats) -> Floats:
    """What each chance gains, less what it loses."""
    made = -(come + go) * chance
    made[:, 1:] += (come * chance)[:, :-1]
    made[:, :-1] += (go * chance)[:, 1:]
    return made


def _solved(come: Floats, go: Floats, wanted: Floats) -> Floats:
    """Chances that, less what they gain, are these: elimination along the numbers of children."""
    up, made = np.empty_like(wanted), np.empty_like(wanted)
    last = wanted.shape[1] - 1
    for n in range(last + 1):
        pivot, value = 1 + come[:, n] + go[:, n], wanted[:, n]
        if n:
            pivot = pivot + come[:, n - 1] * up[:, n - 1]
            value = value + come[:, n - 1] * made[:, n - 1]
        up[:, n] = (-go[:, n + 1] if n < last else 0.0) / pivot
        made[:, n] = value / pivot
    for n in range(last - 1, -1, -1):
        made[:, n] -= up[:, n] * made[:, n + 1]
    return made
