"""How often children leave and move: own rates, shrunk where days are few, and their draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter, remembered
from riskmodel.placements.history import Exposure
from riskmodel.placements.kinds import BANDS, CELLS, DURATION_DAYS, KINDS, RATED_EXITS
from riskmodel.streams import stream

__all__ = ["DrawnRates", "Rates", "fitted_rates"]

Floats = npt.NDArray[np.float64]

YEAR = 365.25
EVENTS = len(RATED_EXITS) + len(KINDS)
"""Number of events: exits by reason, then moves by destination."""
_EXITS = len(RATED_EXITS)
_STREAMS = ("lasting", "table", "level")
_HOMES = tuple(KINDS).index("own_residential"), tuple(KINDS).index("private_residential")


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRates:
    """Rates of every simulation.

    Parameters
    ----------
    table
        Events for each child and year, shape (simulation, cell, event): first exits by reason, then
        moves by destination.
    lasting
        Multiplier of the rate, shape (simulation, time in care, exits or moves).
    """

    table: npt.NDArray[np.float32]
    lasting: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    r"""What is known of rates: gamma distributions by cell and event, and by time in care.

    Parameters
    ----------
    shape, years
        Of each cell and event, shape (cell, event) and (cell, 2): events and child-years, prior
        and own together.
    lasting_shape, lasting_rate
        The same for the multipliers, shape (time in care, exits or moves).

    Notes
    -----
    With :math:`n` events in :math:`T` child-years and a prior rate :math:`r` with the weight of
    :math:`k` child-years, the rate is Gamma(:math:`k r + n`, :math:`k + T`). The prior rate is the
    shipped one times the ratio of all own events of its kind to those that the shipped rates would
    give, itself shrunk to 1.
    """

    shape: Floats
    years: Floats
    lasting_shape: Floats
    lasting_rate: Floats

    @property
    def mean(self) -> Floats:
        """Events for each child and year, shape (cell, event)."""
        return np.asarray(self.shape / self._spread_years())

    def _spread_years(self) -> Floats:
        return np.repeat(self.years, (_EXITS, len(KINDS)), axis=1)

    def drawn(self, simulations: int, seed: int, block: int = 0) -> DrawnRates:
        """Rates of a block of simulations."""
        # A stream each, so that more simulations leave the first ones as they are.
        of = {name: stream(seed, f"placements/rates/{name}", block) for name in _STREAMS}
        size = (simulations, *self.lasting_shape.shape)
        lasting = of["lasting"].standard_gamma(self.lasting_shape, size=size)
        table = np.zeros((simulations, CELLS, EVENTS), dtype=np.float32)
        cell, event = np.nonzero(self.shape)
        drawn = of["table"].standard_gamma(self.shape[cell, event], size=(simulations, len(cell)))
        table[:, cell, event] = drawn / self._spread_years()[cell, event]
        astray = of["level"].normal(size=(simulations, 3)) * parameter("placements_rate_sd").value
        factor = np.exp(astray).astype(np.float32)
        table[:, :, :_EXITS] *= factor[:, :1, None]
        table[:, :, _EXITS:] *= factor[:, 1:2, None]
        for home in _HOMES:
            table[:, :, _EXITS + home] *= factor[:, 2:]
        return DrawnRates(table, (lasting / self.lasting_rate).astype(np.float32))


def fitted_rates(exposure: Exposure | None) -> Rates:
    """Rates from own days at risk; None takes only the shipped ones."""
    prior = _shipped()
    lasting = _numbers("placements_lasting", -1, 2)
    weight = parameter("placements_prior_events").value
    strength = parameter("placements_prior_years").value
    durations = len(DURATION_DAYS) + 1
    if exposure is None:
        days, events = np.zeros((CELLS, durations)), np.zeros((CELLS, durations, EVENTS))
    else:
        days = exposure.days.reshape(CELLS, durations) / YEAR
        both = np.concatenate([exposure.exits, exposure.moves], axis=-1)
        events = both.reshape(CELLS, durations, EVENTS)
    kinds = np.repeat([0, 1], (_EXITS, len(KINDS)))  # exits or moves
    # Where moves are not counted, no day is at risk of one.
    counted = np.array([1.0, 1.0 if exposure is None or exposure.has_moves else 0.0])
    groups = np.where(kinds == 0, np.arange(EVENTS), _EXITS)  # each reason; moves together
    by_time = np.stack([events[..., kinds == kind].sum(axis=(0, 2)) for kind in (0, 1)], axis=1)
    ratio, multiplier = np.ones(EVENTS), lasting.copy()
    for _ in range(20):
        expected = days[:, :, None] * (prior * counted[kinds])[:, None, :]
        expected = expected * multiplier[None][:, :, kinds]
        for group in np.unique(groups):
            own = groups == group
            ratio[own] = (weight + events[..., own].sum()) / (weight + expected[..., own].sum())
        expected = days[:, :, None] * (prior * ratio * counted[kinds])[:, None, :]
        base = np.stack([expected[..., kinds == kind].sum(axis=(0, 2)) for kind in (0, 1)], axis=1)
        multiplier = (weight + by_time) / (weight / lasting + base)
    years = strength + days @ (multiplier * counted)
    own_events = events.sum(axis=1)
    return Rates(
        strength * prior * ratio + own_events,
        years,
        weight + by_time,
        weight / lasting + base,
    )


@remembered
def _shipped() -> Floats:
    """Shipped rates, shape (cell, event)."""
    exits = _numbers("placements_exit_rates", len(KINDS), -1)
    ages = _numbers("placements_exit_ages", len(BANDS), -1)
    moves = _numbers("placements_move_rates", len(KINDS), -1)
    arrivals = _numbers("placements_arrival_ages", len(KINDS), -1)
    left = exits[:, None, :] * ages[None] * parameter("placements_exit_level").value
    moved = moves[:, None, :] * arrivals.T[None]
    both = np.concatenate([left, moved], axis=-1)
    return np.repeat(both[:, :, None, :], 2, axis=2).reshape(CELLS, EVENTS)


def _numbers(name: str, *shape: int) -> Floats:
    """A parameter that is a list of numbers, as a table."""
    return np.array(parameter(name).numbers, dtype=np.float64).reshape(shape)
