"""What a scenario changes, and the counts of a simulation of placements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.placements.kinds import BANDS, EXITS, KINDS

__all__ = ["Changes", "Flows", "levers_of"]

Floats = npt.NDArray[np.float64]

_NK, _NB = len(KINDS), len(BANDS)


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What a scenario changes, month by month.

    Parameters
    ----------
    step_down
        Multiplier of the rate of moves from homes to families, shape (month,).
    reunification
        Multiplier of the rate of returns home, shape (month,).
    added
        Places of own carers and of own homes that are added, shape (month, 2).
    capacity
        The most children that own carers and own homes can hold; infinite where no limit is known.
    """

    step_down: Floats
    reunification: Floats
    added: Floats
    capacity: tuple[float, float] = (np.inf, np.inf)

    @classmethod
    def none(cls, months: int, capacity: tuple[float, float] = (np.inf, np.inf)) -> Changes:
        """No change."""
        ones = np.ones(months)
        return cls(ones, ones, np.zeros((months, 2)), capacity)


@dataclass(slots=True)
class Flows:
    """Counts by month and simulation.

    Parameters
    ----------
    stock
        At the end of each month, shape (simulation, month, kind, band, unaccompanied).
    entries, exits, moves
        Shape (simulation, month, kind), (…, kind, reason) and (…, kind from, kind to).
    days
        Child-days in the month, shape (simulation, month, kind).
    alone_days
        Of unaccompanied children, shape (simulation, month).
    """

    stock: npt.NDArray[np.int16]
    entries: npt.NDArray[np.int16]
    exits: npt.NDArray[np.int16]
    moves: npt.NDArray[np.int16]
    days: npt.NDArray[np.float32]
    alone_days: npt.NDArray[np.float32]

    @classmethod
    def empty(cls, simulations: int, months: int) -> Flows:
        """Counts of zero."""
        size = (simulations, months)
        shapes = ((_NK, _NB, 2), (_NK,), (_NK, len(EXITS)), (_NK, _NK))
        counts = (np.zeros((*size, *shape), dtype=np.int16) for shape in shapes)
        days = (np.zeros((*size, *shape), dtype=np.float32) for shape in ((_NK,), ()))
        return cls(*counts, *days)


def levers_of(paths: Mapping[str, Floats], months: int, **limits: float) -> Changes:
    """Changes from paths of levers by name; see :mod:`riskmodel.levers.registry`."""
    ones = np.ones(months)
    added = [paths.get(name, np.zeros(months)) for name in ("own_carer_places", "own_home_beds")]
    capacity = (limits.get("own_fostering", np.inf), limits.get("own_residential", np.inf))
    return Changes(
        paths.get("step_down", ones),
        paths.get("reunification", ones),
        np.stack(added, axis=1),
        capacity,
    )
