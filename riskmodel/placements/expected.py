"""Expected children by placement in each simulation: flows of groups, not of single children.

The engine moves children at rates that depend on placement, band of age, time in care and group.
Here the same rates move expected numbers of children from month to month, by placement, month of
age and time in care (:class:`Cells`). Whatever a lever does to them stays within a few directions
of that space, so each simulation is then followed only in these (:mod:`~.followed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from riskmodel.placements.arrivals import DrawnMix
from riskmodel.placements.engine import FAMILIES, HOME, HOMES
from riskmodel.placements.kinds import (
    AGE_STEPS,
    BAND_AGES,
    BANDS,
    DURATION_DAYS,
    KINDS,
    RATED_EXITS,
)
from riskmodel.placements.rates import YEAR, DrawnRates

__all__ = ["Moves", "entering", "grown", "month_run", "moves_of", "opening_cells", "values_back"]

Floats = npt.NDArray[np.float64]

NK, _NB, _NE = len(KINDS), len(BANDS), len(RATED_EXITS)
_MONTH_DAYS = YEAR / 12
_EARLY = round(DURATION_DAYS[0] / _MONTH_DAYS)
_MIDDLE = 4
_PASS = _MIDDLE / (DURATION_DAYS[1] / _MONTH_DAYS - _EARLY - 0.5)
"""Time in care: by single months while it is short, then in so many steps until it is long."""
_A_YEAR = AGE_STEPS
"""Steps of age in a year: in a month a third of the children in a step pass to the next."""
BAND = np.repeat(np.arange(_NB), _A_YEAR * np.diff((0, *BAND_AGES)))
TIME = np.array([0] * _EARLY + [1] + [2] * _MIDDLE + [3])
"""The age band of each step of age, and the band of rates for each step of time in care; there 1 is
the month in which the band changes."""
SHAPE = (len(BAND), 2, len(TIME), NK)
"""Step of age, unaccompanied or not, time in care, kind."""
GROUPS = (_NB, 2, int(TIME.max()) + 1)
"""Age band, unaccompanied or not, and time in care: each combination has rates of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Rates within a group, events in a year, shape (simulation, group, to, from).

    Parameters
    ----------
    all
        Moves and exits.
    step_down, home
        The parts of these that the two levers multiply.
    """

    all: Floats
    step_down: Floats
    home: Floats

    def changed(self, step_down: float, reunification: float, rows: Any = slice(None)) -> Floats:
        """With the multipliers of a month."""
        return np.asarray(
            self.all[rows]
            + (step_down - 1) * self.step_down[rows]
            + (reunification - 1) * self.home[rows]
        )


def moves_of(rates: Sequence[DrawnRates]) -> Moves:
    """Rates of simulations, drawn in blocks, as changes of expected numbers."""
    table = np.concatenate([one.table for one in rates]).astype(np.float64)
    lasting = np.concatenate([one.lasting for one in rates]).astype(np.float64)
    table = table.reshape(len(table), NK, _NB, 2, _NE + NK)
    # In the month of the crossing half the time is before it and half after.
    lasting = np.stack([lasting[:, 0], lasting[:, :2].mean(axis=1), *lasting[:, 1:].swapaxes(0, 1)])
    moves = np.einsum("sfbat,lsm->sbaltfm", table[..., _NE:], lasting[..., 1:])[..., 0]
    left = np.einsum("sfbae,ls->sbalf", table[..., :_NE], lasting[..., 0])
    kinds = np.arange(NK)
    everything = moves.copy()
    everything[..., kinds, kinds] -= left + moves.sum(axis=-2)
    down = np.zeros_like(moves)
    for house in HOMES:
        down[..., FAMILIES, house] = moves[..., FAMILIES, house]
    down[..., kinds, kinds] -= down.sum(axis=-2)
    home = np.zeros_like(moves)
    home[..., kinds, kinds] = -np.einsum("sfba,ls->sbalf", table[..., HOME], lasting[..., 0])
    shape = (len(table), -1, NK, NK)
    return Moves(everything.reshape(shape), down.reshape(shape), home.reshape(shape))


def opening_cells(children: npt.NDArray[np.void]) -> Floats:
    """Children in care at the opening, of shape SHAPE."""
    age = np.clip(_A_YEAR * (BAND_AGES[-1] - children["grown"] / YEAR), 0, SHAPE[0] - 1)
    since = -children["care"] / _MONTH_DAYS
    middle = np.minimum((since - _EARLY) * _PASS, _MIDDLE)
    time = np.where(since < _EARLY, np.floor(np.minimum(since + 1, _EARLY)), _EARLY + 1 + middle)
    cells = np.zeros(SHAPE)
    # Who stands between two steps is shared out over both, so that they pass in time.
    for step, part in _between(age):
        for care, share in _between(time):
            at = (step, children["alone"], care, children["kind"])
            np.add.at(cells, tuple(each.astype(np.int64) for each in at), part * share)
    return cells


def _between(at: Floats) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    low = np.floor(at)
    return (low, 1 - (at - low)), (np.ceil(at), at - low)


def entering(mix: DrawnMix) -> Floats:
    """One child who enters in each simulation, other children first, shape (simulation, 2, …).

    Sparse: only the first time in care is given, shape (simulation, 2, step of age, kind).
    """
    bands = np.diff(mix.bands, axis=-1, prepend=0)
    kinds = np.diff(mix.kinds, axis=-1, prepend=0)
    by_age = (bands[..., None] * kinds)[:, :, BAND] * mix.ages[..., None]
    older = np.concatenate([by_age[:, :, :1] * 0, by_age[:, :, :-1]], axis=2)
    older[:, :, -1] += by_age[:, :, -1]
    return np.asarray((by_age + older) / 2)


def grown(cells: Floats) -> Floats:
    """Children a month later: older, and longer in care; those who are 18 have left."""
    return _passed(_passed(cells, _AGES), _TIMES, 2)


def grown_back(values: Floats) -> Floats:
    """Values of cells a month earlier, given their values now: the transpose of :func:`grown`."""
    return _passed(_passed(values, _TIMES.T, 2), _AGES.T)


def _passed(cells: Floats, passing: Floats, axis: int = 0) -> Floats:
    made = np.tensordot(passing, cells, axes=(1, axis))
    return np.moveaxis(made, 0, axis)


_AGES = np.eye(SHAPE[0]) * (1 - _A_YEAR / 12) + np.eye(SHAPE[0], k=-1) * (_A_YEAR / 12)
_TIMES = np.diag([0.0] * (_EARLY + 1) + [1 - _PASS] * _MIDDLE + [1.0])
_TIMES += np.diag([1.0] * (_EARLY + 1) + [_PASS] * _MIDDLE, k=-1)


def month_run(
    cells: Floats, entrant: Floats, entries: Floats, moves: Sequence[Floats]
) -> list[Floats]:
    """Expected numbers at the end of each month in one simulation, the opening first.

    Parameters
    ----------
    cells
        At the opening.
    entrant
        Who enters, shape (2, step of age, kind), weighted by the shares of the two groups.
    entries
        How many in each month.
    moves
        Of each month, shape (group, to, from).
    """
    made, before = [cells], None
    for number, each in zip(entries, moves, strict=True):
        if each is not before:
            month, half = (
                expm(each / parts).reshape(*GROUPS, NK, NK) for parts in (12, 24)
            )  # fmt: skip
            before = each
        cells = within(month, cells)
        new = np.zeros_like(cells)
        new[:, :, 0] = entrant.swapaxes(0, 1) * number
        made.append(cells := grown(cells + within(half, new)))
    return made


def values_back(values: Floats, months: int, moves: Floats) -> Iterator[Floats]:
    """The value of each cell so many months earlier, in order, for several values.

    Parameters
    ----------
    values
        The value of a child at the end, shape (…, value).
    months
        How many.
    moves
        Of every month, shape (group, to, from).
    """
    back = expm(moves / 12).reshape(*GROUPS, NK, NK).swapaxes(-1, -2)
    yield values
    for _ in range(months):
        yield (values := within(back, grown_back(values)))


def within(moves: Floats, cells: Floats) -> Floats:
    """Moves of each group applied to all who are in it; more axes may follow."""
    more = cells if cells.ndim > len(SHAPE) else cells[..., None]
    made = np.empty_like(more)
    for band in range(GROUPS[0]):
        ages = band == BAND
        made[ages] = np.matmul(moves[band][:, TIME], more[ages])
    return made.reshape(cells.shape)
