"""Children in places that a lever adds: how many are taken, month by month, as expected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_HELD", "Queue"]

Floats = npt.NDArray[np.float64]

MOST_HELD = 60
"""Added places up to which it is worked out how often one of them stands empty."""
_STEPS = 8


class Queue:
    """Children in added places: they come as places are free, and leave as their stay has it."""

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
            Who would be placed where it is bought, shape (simulation,).
        times
            Times the hazard of leaving, shape (simulation,).
        places
            How many are added.
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
        if self.chance.shape[1] == 0:
            return np.clip(places - stay, 0, wanting)
        number = np.arange(self.chance.shape[1])
        free, taken = (number < places).astype(float), np.zeros_like(wanting)
        steps = _STEPS * int(np.ceil(max(wanting.max(), goes.max() * len(number), 1.0) / 4))
        for _ in range(steps):
            coming = self.chance * free * (wanting[:, None] / steps)
            going = self.chance * number * (goes[:, None] / steps)
            taken += coming.sum(axis=1)
            self.chance = self.chance - coming - going
            self.chance[:, 1:] += coming[:, :-1]
            self.chance[:, :-1] += going[:, 1:]
        return taken
