"""What levers change in each simulation of placements, in terms of a few directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from riskmodel.placements.engine import PAIRS
from riskmodel.placements.expected import (
    BAND,
    GROUPS,
    NK,
    SHAPE,
    TIME,
    Moves,
    entering,
    grown,
    month_run,
    moves_of,
    opening_cells,
    values_back,
)  # fmt: skip
from riskmodel.placements.flows import Changes
from riskmodel.placements.level import BLOCK
from riskmodel.placements.projecting import Known
from riskmodel.placements.queue import Queue

__all__ = ["Response", "response_of"]

Floats = npt.NDArray[np.float64]

_PROBES = ((3.0, 1.0), (0.0, 1.0), (1.0, 2.5), (1.0, 0.3), (2.0, 1.5))
"""Multipliers of step-down and of returns home for which the directions have to be good enough."""
_PROBED, _DIRECTIONS = 3, 16
_ONE = 10.0
"""Weight of a child who enters or is placed elsewhere, relative to the effects of settings."""


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Expected numbers of each simulation as coordinates in q directions.

    Parameters
    ----------
    opening
        Shape (q,).
    all, down, home
        Change in a year: of everything, and of the parts that two levers multiply, shape
        (simulation, q, q).
    month
        How all children grow older at the end of a month, shape (q, q).
    entrant
        A child who enters, first not unaccompanied, then unaccompanied, shape (simulation, 2, q).
    alone
        Share of unaccompanied children, shape (simulation,).
    kinds
        Children of each kind, shape (kind, q).
    into, into_down
        Children in a year who move into bought placements, and those of them who step down, shape
        (simulation, pair, q).
    enters
        Share of those who enter that is placed in them, shape (simulation, 2, pair).
    places
        The change when a child has an own place instead, shape (pair, q).
    leaving
        How much more often than on average such a child leaves it, shape (simulation, pair).
    stays
        Average hazard of leaving in each later month, shape (pair, month).
    parts
        Shares of it that are steps down and returns home, shape (pair, 2).
    """

    opening: Floats
    all: Floats
    down: Floats
    home: Floats
    month: Floats
    entrant: Floats
    alone: Floats
    kinds: Floats
    into: Floats
    into_down: Floats
    enters: Floats
    places: Floats
    leaving: Floats
    stays: Floats
    parts: Floats

    def rows(self, rows: slice | npt.NDArray[np.int64]) -> Response:
        """Some of the simulations."""
        by_row = (
            "all",
            "down",
            "home",
            "entrant",
            "alone",
            "into",
            "into_down",
            "enters",
            "leaving",
        )
        return Response(**{
            name: getattr(self, name)[rows] if name in by_row else getattr(self, name)
            for name in self.__slots__
        })  # fmt: skip

    def children(
        self,
        entries: Floats,
        changes: Changes,
        alone: Floats | float = 1.0,
        more: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """Children of each kind at the opening and the end of each month, and who enters.

        Parameters
        ----------
        entries
            Of each month, shape (simulation, month).
        changes
            The settings.
        alone
            Multiplier of the share of unaccompanied children, shape (month,) or (simulation,
            month).
        more
            How many more children there are in all at the end of each month than with these
            entries; as many more enter. None means no more.
        """
        months = entries.shape[1]
        share = np.minimum(self.alone[:, None] * np.broadcast_to(alone, entries.shape), 1.0)
        now = np.broadcast_to(self.opening, (len(self.alone), len(self.opening)))
        queues = [
            Queue(len(now), most, hazard)
            for most, hazard in zip(changes.added.max(axis=0), self.stays, strict=True)
        ]
        total = self.kinds.sum(axis=0)
        before, made, came = None, [now @ self.kinds.T], entries.copy()
        plain = (
            None
            if more is None
            else self.children(entries, Changes.none(months, changes.capacity))[0]
        )
        for month in range(months):
            set_to = changes.step_down[month], changes.reunification[month]
            if set_to != before:
                passing, half, moved = self._month(*set_to)
                before = set_to
            new = np.einsum("sa,saq->sq", np.stack([1 - share[:, month], share[:, month]], 1), half)
            into = [
                np.einsum(
                    "sq,sq->s", self.into[:, pair] + (set_to[0] - 1) * self.into_down[:, pair], now
                )
                / 12
                for pair in range(len(PAIRS))
            ]
            now = np.einsum("sqp,sp->sq", passing, now) + came[:, month, None] * new
            if plain is not None and more is not None:
                lacking = plain[:, month + 1].sum(axis=1) + more[:, month] - now @ total
                extra = lacking / (new @ total)
                came[:, month] += extra
                now = now + extra[:, None] * new
            for pair, (own, _) in enumerate(PAIRS):
                first = (
                    share[:, month] * self.enters[:, 1, pair]
                    + (1 - share[:, month]) * self.enters[:, 0, pair]
                )
                times = self.leaving[:, pair] * (1 + (np.array(set_to) - 1) @ self.parts[pair])
                taken = queues[pair].month(
                    month, np.maximum(into[pair] + came[:, month] * first, 0), times,
                    float(np.floor(changes.added[month, pair])),
                )  # fmt: skip
                over = now @ self.kinds[own] + taken - queues[pair].held - changes.capacity[pair]
                now = now + (taken - np.maximum(over, 0))[:, None] * moved[:, pair]
            made.append(now @ self.kinds.T)
        return np.stack(made, axis=1), came

    def _month(self, step_down: float, reunification: float) -> tuple[Floats, Floats, Floats]:
        """What a month makes of all, of who enters in it, and of who is placed elsewhere."""
        rates = self.all + (step_down - 1) * self.down + (reunification - 1) * self.home
        half = expm(rates / 24)
        later = self.month @ half
        entrant = np.einsum("sqp,sap->saq", later, self.entrant)
        return later @ half, entrant, np.einsum("sqp,ap->saq", later, self.places)


def response_of(known: Known, entries: Floats, seed: int) -> Response:
    """The response of the first simulations of a projection.

    Parameters
    ----------
    known
        What it started from.
    entries
        Of these simulations, shape (simulation, month).
    seed
        Its seed.

    Notes
    -----
    The directions are the first singular vectors of two things: how a few simulations move under
    strong settings, and how children who enter or are placed elsewhere move on.
    """
    number = len(entries)
    sizes = [min(BLOCK, number - first) for first in range(0, number, BLOCK)]
    drawn = [
        (known.rates.drawn(size, seed, block), known.mix.drawn(size, seed, block))
        for block, size in enumerate(sizes)
    ]
    moves, mixes = moves_of([rates for rates, _ in drawn]), [mix for _, mix in drawn]
    entrant = np.concatenate([entering(mix) for mix in mixes])
    alone = np.concatenate([mix.alone for mix in mixes])
    opening = opening_cells(known.children)
    weights = np.stack([1 - alone, alone], axis=1)[:, :, None, None]
    placed = _placed_elsewhere(opening, (weights * entrant).mean(axis=0), entries, moves)
    level = -moves.all.trace(axis1=2, axis2=3).sum(axis=1)
    probed = np.argsort(level)[np.linspace(0, number - 1, _PROBED).astype(int)]
    seen: list[Floats] = []
    worth: list[Floats] = []
    for row in probed:
        seen += _probes(opening, entrant[row], placed, entries[row], weights[row], moves, row)
        worth += _worth(len(entries[row]), moves, row)
    ways = _directions(np.concatenate(seen), np.array(worth).reshape(-1, opening.size))
    return _followed(ways, moves, entrant, alone, opening, placed, entries.shape[1])


def _placed_elsewhere(opening: Floats, entrant: Floats, entries: Floats, moves: Moves) -> Floats:
    """Of each pair a child of those who come to what is bought, in an own place instead."""
    made = np.zeros((len(PAIRS), *SHAPE))
    mean = moves.all.mean(axis=0).reshape(*GROUPS, NK, NK)[BAND][:, :, TIME]
    for pair, (own, bought) in enumerate(PAIRS):
        others = np.arange(NK) != bought
        coming = (mean[..., bought, others] * opening[..., others]).sum(axis=-1)
        coming[:, :, 0] += 12 * entries.mean() * entrant[..., bought].T
        coming /= max(coming.sum(), 1e-12)
        made[pair, ..., own], made[pair, ..., bought] = coming, -coming
    return made


def _probes(
    opening: Floats, entrant: Floats, placed: Floats, entries: Floats, weights: Floats,
    moves: Moves, row: int,
) -> Iterator[Floats]:  # fmt: skip
    """States of one simulation with nothing set, what settings change, and of single children."""
    months, at = len(entries), _at(len(entries))

    def run(cells: Floats, number: Floats, *set_to: float) -> Floats:
        rates = moves.changed(set_to[0], set_to[1], row) if set_to else moves.all[row]
        states = month_run(cells, weights * entrant, number, [rates] * months)
        return np.array([states[each].ravel() for each in at], dtype=np.float32)

    base, none = run(opening, entries), np.zeros(months)
    new = np.zeros((2, *SHAPE))
    for group in range(2):
        new[group, :, group, 0] = entrant[group]
    yield base
    for each in _PROBES:
        yield run(opening, entries, *each) - base
    for cells in (*new, *placed):
        yield _ONE * run(cells, none)


def _at(months: int) -> list[int]:
    """Months at which states are taken: closer at first."""
    return sorted({each for each in (0, 1, 2, 4, 8, 14, 22, 34, 60, 90, months) if each <= months})


def _worth(months: int, moves: Moves, row: int) -> Iterator[Floats]:
    """Of one simulation, what a child in each cell is worth later in children of each kind."""
    ends = np.broadcast_to(np.eye(NK), (*SHAPE, NK))
    for each in ((1.0, 1.0), *_PROBES):
        back = values_back(ends, months, moves.changed(*each, row))
        at = _at(months)
        for month, values in enumerate(back):
            if month in at:
                yield values.reshape(-1, NK).T.astype(np.float32)


def _directions(states: Floats, worth: Floats) -> tuple[Floats, Floats]:
    """Directions and their readings: those that matter most for children of each kind later."""
    left, size, right = np.linalg.svd(worth @ states.T, full_matrices=False)
    kept = slice(0, min(_DIRECTIONS, int((size > 1e-6 * size[0]).sum())))
    root = np.sqrt(size[kept])
    directions = states.T @ (right[kept].T / root)
    readings = worth.T @ (left[:, kept] / root)
    return tuple(each.astype(np.float64).reshape(*SHAPE, -1) for each in (directions, readings))


def _followed(
    ways: tuple[Floats, Floats], moves: Moves, entrant: Floats, alone: Floats, opening: Floats,
    placed: Floats, months: int,
) -> Response:  # fmt: skip
    """Everything in these directions."""
    directions, readings = ways
    number = directions.shape[-1]
    within = {"all": moves.all, "step_down": moves.step_down, "home": moves.home}
    made = {name: np.zeros((len(alone), number * number)) for name in within}
    held = np.zeros((len(moves.all[0]), NK, number))
    for group, (band, own, time) in enumerate(np.ndindex(*GROUPS)):
        here = np.ix_(band == BAND, [own], time == TIME)
        part = directions[here].reshape(-1, NK * number)
        held[group] = part.sum(axis=0).reshape(NK, number)
        both = (
            (readings[here].reshape(-1, NK * number).T @ part)
            .reshape(NK, number, NK, number)
            .transpose(0, 2, 1, 3)
        )
        for name, rates in within.items():
            to, at = np.nonzero(np.abs(rates[:, group]).max(axis=0))
            made[name] += rates[:, group, to, at] @ both[to, at].reshape(len(to), -1)
    size = (len(alone), number, number)
    bought = [pair[1] for pair in PAIRS]
    into, into_down = (
        np.stack([
            np.einsum("sgk,gkq->sq", *(
                np.delete(*one) for one in ((rates[:, :, each], each, 2), (held, each, 1))
            )) for each in bought
        ], axis=1) for rates in (moves.all, moves.step_down)
    )  # fmt: skip
    flat = readings.reshape(-1, number)
    older = np.stack([grown(directions[..., each]).ravel() for each in range(number)], axis=1)
    return Response(
        flat.T @ opening.ravel(),
        made["all"].reshape(size), made["step_down"].reshape(size), made["home"].reshape(size),
        flat.T @ older,
        np.einsum("saik,iakq->saq", entrant, readings[:, :, 0]),
        alone, held.sum(axis=0), into, into_down,
        np.stack([entrant[..., each].sum(axis=2) for each in bought], axis=2),
        np.stack([flat.T @ each.ravel() for each in placed]), *_stays(placed, moves, months),
    )  # fmt: skip


def _stays(placed: Floats, moves: Moves, months: int) -> tuple[Floats, Floats, Floats]:
    """How long children stay in added places: see :class:`Response`."""
    leaving, stays, parts = [], [], []
    for pair, (own, _) in enumerate(PAIRS):
        there = placed[pair][..., own]
        share = np.array([
            there[np.ix_(band == BAND, [alone], time == TIME)].sum()
            for band, alone, time in np.ndindex(*GROUPS)
        ])  # fmt: skip
        rates = [each[:, :, own, own] @ share for each in (moves.all, moves.step_down, moves.home)]
        leaving.append(rates[0] / rates[0].mean())
        parts.append([each.mean() / rates[0].mean() for each in rates[1:]])
        month = np.exp(moves.all.mean(axis=0)[:, own, own] / 12).reshape(GROUPS)[BAND][:, :, TIME]
        left = [there.sum()]
        for _ in range(months):
            there = grown((there * month)[..., None])[..., 0]
            left.append(there.sum())
        stays.append(-np.diff(np.log(np.maximum(left, 1e-12))))
    return np.stack(leaving, axis=1), np.array(stays), np.array(parts)
