"""Children who enter, move, leave and grow up, simulated by the day, all simulations at once.

Some dates are known: a birthday that ends an age band, the day on which time in care passes into
another band, the 18th birthday. Between two of them every rate is constant, so the time to the next
event is exponential. A child takes no computing time until its next event: events are stored by the
month in which they fall, and each month works through its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.placements.flows import Changes, Flows
from riskmodel.placements.kinds import (
    BAND_AGES,
    BANDS,
    BOUGHT,
    CELLS,
    DURATION_DAYS,
    EXITS,
    KINDS,
    RATED_EXITS,
)
from riskmodel.placements.rates import YEAR, DrawnRates
from riskmodel.streams import keyed_uniforms

__all__ = ["CHILD", "FAMILIES", "HOME", "HOMES", "PAIRS", "Engine"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]

CHILD = np.dtype(
    [
        ("key", "u8"), ("when", "f8"), ("grown", "f8"), ("care", "f8"), ("sim", "i4"),
        ("draw", "u4"), ("kind", "i1"), ("band", "i1"), ("alone", "i1"), ("lasting", "i1"),
        ("act", "i1"), ("added", "i1"),
    ]
)  # fmt: skip
"""A child: its key and draws, what happens next and when, its 18th birthday and first day in care
(days from the opening), and where it is. ``added`` is whether it holds a place that a lever adds.
"""

_EVENT, _CROSSES, _GROWN = 0, 1, 2
_NK, _NB = len(KINDS), len(BANDS)
_RATED = len(RATED_EXITS)
_EIGHTEENTH = tuple(EXITS).index("eighteenth")
HOME = tuple(EXITS).index("home")
_ORDER = tuple(KINDS)
PAIRS = tuple(
    (_ORDER.index(own), _ORDER.index(bought))
    for own, bought in zip(("own_fostering", "own_residential"), BOUGHT, strict=True)
)
HOMES = [_ORDER.index(name) for name in ("own_residential", "private_residential")]
FAMILIES = [
    _ORDER.index(name) for name in ("own_fostering", "agency_fostering", "kinship", "parents")
]
_AHEAD = 12
"""Months after the last by which later events are stored; still later ones are in the last of
them."""


@dataclass(slots=True)
class Engine:
    """One block of simulations.

    Parameters
    ----------
    ends
        Days from the opening to the end of each month, from 0 on, shape (month + 1,).
    rates
        Of every simulation.
    changes
        What the scenario changes.
    simulations
        How many.
    """

    ends: Floats
    rates: DrawnRates
    changes: Changes
    simulations: int
    flows: Flows = field(init=False)
    stock: Counts = field(init=False)
    added: Counts = field(init=False)
    waiting: list[list[npt.NDArray[np.void]]] = field(init=False)
    _totals: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] = field(init=False)
    _table: npt.NDArray[np.float32] = field(init=False)
    _edges: Floats = field(init=False)

    def __post_init__(self) -> None:
        months = len(self.ends) - 1
        self.flows = Flows.empty(self.simulations, months)
        self.stock = np.zeros((self.simulations, CELLS), dtype=np.int32)
        self.added = np.zeros((self.simulations, len(PAIRS)), dtype=np.int32)
        self.waiting = [[] for _ in range(months + _AHEAD)]
        later = self.ends[-1] + 30.4375 * np.arange(1, _AHEAD + 1)
        self._edges = np.concatenate([self.ends, later])
        # Events are proposed at the highest rate of any month, and happen with their share of it.
        self._table = self.rates.table.copy().reshape(self.simulations, _NK, -1, _RATED + _NK)
        self._table[..., HOME] *= self._bound(self.changes.reunification)
        for home in HOMES:
            self._table[:, home][..., [_RATED + each for each in FAMILIES]] *= self._bound(
                self.changes.step_down
            )
        self._table = self._table.reshape(self.simulations, CELLS, -1)
        self._totals = (
            self._table[..., :_RATED].sum(axis=-1), self._table[..., _RATED:].sum(axis=-1),
        )  # fmt: skip

    @staticmethod
    def _bound(path: Floats) -> float:
        return float(max(1.0, path.max(initial=1.0)))

    # -------------------------------------------------------------------- who is in care

    def open_with(self, children: npt.NDArray[np.void]) -> None:
        """Children in care at the opening; each has its key, place and dates."""
        self._count(children, 1)
        self._schedule(children, np.zeros(len(children)))

    def enter(self, children: npt.NDArray[np.void], month: int) -> None:
        """Add children who begin to be looked after, each at its ``when``."""
        children["kind"], children["added"] = self._placed(children, children["kind"], month)
        self._count(children, 1, month)
        self._tally(self.flows.entries, month, children, children["kind"])
        self._schedule(children, children["when"])

    def month_starts(self, month: int) -> None:
        """Count days of care of those who are there, before anything happens in the month."""
        length = self.ends[month + 1] - self.ends[month]
        held = self.stock.reshape(-1, _NK, _NB, 2)
        self.flows.days[:, month] = held.sum(axis=(2, 3)) * length
        self.flows.alone_days[:, month] = held[..., 1].sum(axis=(1, 2)) * length

    def pass_events(self, month: int) -> None:
        """Carry out all events of a month, including those that follow from them."""
        while self.waiting[month]:
            batch = np.concatenate(self.waiting[month])
            self.waiting[month] = []
            self._act(batch, month)

    def month_ends(self, month: int) -> None:
        """Record the stock."""
        self.flows.stock[:, month] = self.stock.reshape(-1, _NK, _NB, 2)

    def children(self) -> Counts:
        """Children in care, shape (simulation,)."""
        return np.asarray(self.stock.sum(axis=1), dtype=np.int32)

    def leave_early(self, month: int, number: Counts) -> None:
        """Let children leave at the month's end, so many in each simulation.

        Where a total falls faster than children leave, those whose next event would have come first
        return home instead.
        """
        left = number.copy()
        # Those who would only pass a birthday are the last to be taken.
        for acts in ((_EVENT,), (_EVENT, _CROSSES, _GROWN)):
            for later in range(month + 1, len(self.waiting)):
                if not left.any():
                    return
                if self.waiting[later]:
                    self._take(month, later, acts, left)

    def _take(self, month: int, later: int, acts: tuple[int, ...], left: Counts) -> None:
        """Let children who wait in a later month leave at this one's end, up to the number left."""
        batch = np.concatenate(self.waiting[later])
        batch = batch[np.lexsort((batch["key"], batch["sim"]))]
        goes = _first(batch["sim"], np.isin(batch["act"], acts), left)
        self.waiting[later] = [batch[~goes]]
        going = batch[goes]
        left -= np.bincount(going["sim"], minlength=self.simulations).astype(np.int32)
        going["when"] = self.ends[month + 1]
        self._leave(going, np.full(len(going), HOME), month)

    # -------------------------------------------------------------------- what happens

    def _schedule(self, children: npt.NDArray[np.void], now: Floats) -> None:
        """Find what happens next to each child, and let it wait in that month."""
        cell = _cells(children)
        sim, lasting = children["sim"], children["lasting"]
        leaves, moves = (total[sim, cell] for total in self._totals)
        times = self.rates.lasting[sim, lasting]
        rate = (leaves * times[:, 0] + moves * times[:, 1]) / YEAR
        chance = keyed_uniforms(children["key"], children["draw"])
        children["draw"] += 1
        with np.errstate(divide="ignore"):
            event = now - np.log1p(-chance) / rate
        crossing = np.minimum(_band_end(children), _lasting_end(children))
        children["act"] = np.where(crossing < event, _CROSSES, _EVENT)
        children["when"] = np.minimum(event, crossing)
        grown = children["grown"] <= children["when"]
        children["act"][grown] = _GROWN
        children["when"][grown] = np.maximum(children["grown"][grown], now[grown])
        # Who is 18 at the opening leaves in the first month, not before it.
        found = np.searchsorted(self._edges, children["when"], side="left") - 1
        month = np.clip(found, 0, len(self.waiting) - 1)
        order = np.argsort(month, kind="stable")
        cuts = np.flatnonzero(np.diff(month[order])) + 1
        for part in np.split(order, cuts) if len(order) else ():
            self.waiting[month[part[0]]].append(children[part])

    def _act(self, batch: npt.NDArray[np.void], month: int) -> None:
        """What a batch of events does."""
        self._leave(grown := batch[batch["act"] == _GROWN], np.full(len(grown), _EIGHTEENTH), month)
        crossing = batch[batch["act"] == _CROSSES]
        if len(crossing):
            self._count(crossing, -1)
            older = crossing["when"] == _band_end(crossing)
            crossing["lasting"] += crossing["when"] == _lasting_end(crossing)
            crossing["band"] += older
            self._count(crossing, 1)
            self._schedule(crossing, crossing["when"].copy())
        acting = batch[batch["act"] == _EVENT]
        if not len(acting):
            return
        event, happens = self._chosen(acting, month)
        out = happens & (event < _RATED)
        self._leave(acting[out], event[out], month)
        moving = happens & ~out
        self._move(acting[moving], event[moving] - _RATED, month)
        stays = acting[~happens]
        self._schedule(stays, stays["when"].copy())

    def _chosen(
        self, acting: npt.NDArray[np.void], month: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Which event each child has, and whether the month's share of the rate lets it happen."""
        times = self.rates.lasting[acting["sim"], acting["lasting"]]
        rates = self._table[acting["sim"], _cells(acting)]
        rates = rates * np.repeat(times, (_RATED, _NK), axis=1)
        np.cumsum(rates, axis=1, out=rates)
        at = keyed_uniforms(acting["key"], acting["draw"]) * rates[:, -1]
        event = np.minimum((rates <= at[:, None]).sum(axis=1), _RATED + _NK - 1)
        acting["draw"] += 1
        changes = self.changes
        share = np.ones(len(acting))
        share[event == HOME] = changes.reunification[month] / self._bound(changes.reunification)
        down = np.isin(acting["kind"], HOMES) & np.isin(event - _RATED, FAMILIES)
        share[down] = changes.step_down[month] / self._bound(changes.step_down)
        if (share == 1).all():
            return event, np.full(len(acting), True)
        happens = keyed_uniforms(acting["key"] ^ np.uint64(1), acting["draw"]) < share
        return event, happens

    def _leave(
        self, going: npt.NDArray[np.void], reason: npt.NDArray[np.int64], month: int
    ) -> None:
        if len(going):
            self._count(going, -1, month)
            self._tally(self.flows.exits, month, going, going["kind"], reason)

    def _move(self, moving: npt.NDArray[np.void], to: npt.NDArray[np.int64], month: int) -> None:
        if not len(moving):
            return
        before = moving["kind"].copy()
        self._count(moving, -1, month)
        moving["added"] = 0
        moving["kind"], moving["added"] = self._placed(moving, to, month)
        changed = moving["kind"] != before
        self._tally(self.flows.moves, month, moving[changed], before[changed],
                    moving["kind"][changed])  # fmt: skip
        self._count(moving, 1, month)
        self._schedule(moving, moving["when"].copy())

    def _placed(
        self, children: npt.NDArray[np.void], to: npt.ArrayLike, month: int
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Where children can be placed: added places are filled first, full ones passed over."""
        kinds = np.array(to, dtype=np.int8)
        added = np.zeros(len(kinds), dtype=np.int8)
        for pair, (own, bought) in enumerate(PAIRS):
            places = self.changes.added[month, pair]
            if places > 0:
                free = np.floor(places) - self.added[:, pair]
                into = _first(children["sim"], kinds == bought, free)
                kinds[into], added[into] = own, pair + 1
            if np.isfinite(self.changes.capacity[pair]):
                held = self.stock.reshape(-1, _NK, _NB * 2)[:, own].sum(axis=1)
                free = self.changes.capacity[pair] - (held - self.added[:, pair])
                wants = (kinds == own) & (added == 0)
                kinds[wants & ~_first(children["sim"], wants, free)] = bought
        return kinds, added

    # -------------------------------------------------------------------- counting

    def _count(self, children: npt.NDArray[np.void], sign: int, month: int = -1) -> None:
        """Children come (1) or go (-1); their days change too where a month is given."""
        sim = children["sim"].astype(np.int64)
        at = np.bincount(sim * CELLS + _cells(children), minlength=self.stock.size)
        self.stock += sign * at.reshape(self.stock.shape).astype(np.int32)
        for pair in range(len(PAIRS)):
            held = children["added"] == pair + 1
            if held.any():
                self.added[:, pair] += sign * np.bincount(
                    sim[held], minlength=self.simulations
                ).astype(np.int32)
        if month < 0:
            return
        days = sign * (self.ends[month + 1] - np.maximum(children["when"], self.ends[month]))
        size = self.simulations * _NK
        added = np.bincount(sim * _NK + children["kind"], days, minlength=size)
        self.flows.days[:, month] += added.reshape(-1, _NK)
        alone = np.bincount(sim, days * (children["alone"] == 1), minlength=self.simulations)
        self.flows.alone_days[:, month] += alone

    def _tally(
        self,
        flow: npt.NDArray[np.int16],
        month: int,
        children: npt.NDArray[np.void],
        *at: npt.NDArray[Any],
    ) -> None:
        """Add children to a flow of the month."""
        into = flow[:, month]
        places = [children["sim"].astype(np.int64), *(each.astype(np.int64) for each in at)]
        place = np.ravel_multi_index(tuple(places), into.shape)
        into += np.bincount(place, minlength=into.size).reshape(into.shape).astype(np.int16)


def _cells(children: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    kind = children["kind"].astype(np.int64)
    return np.asarray((kind * _NB + children["band"]) * 2 + children["alone"])


_BAND_DAYS = (np.array(BAND_AGES) - BAND_AGES[-1]) * YEAR
_LASTING_DAYS = np.append(np.array(DURATION_DAYS, dtype=np.float64), np.inf)


def _band_end(children: npt.NDArray[np.void]) -> Floats:
    """The day on which each child passes to the next band of age, or is 18."""
    return np.asarray(children["grown"] + _BAND_DAYS[children["band"]])


def _lasting_end(children: npt.NDArray[np.void]) -> Floats:
    return np.asarray(children["care"] + _LASTING_DAYS[children["lasting"]])


def _first(
    sim: npt.NDArray[np.int32], wants: npt.NDArray[np.bool_], free: npt.NDArray[Any]
) -> npt.NDArray[np.bool_]:
    """Which of those who want a place get one: the first so many of each simulation."""
    rows = np.flatnonzero(wants)
    order = rows[np.argsort(sim[rows], kind="stable")]
    sims = sim[order]
    rank = np.arange(len(order)) - np.searchsorted(sims, sims)
    got: npt.NDArray[np.bool_] = np.full(len(sim), False)
    got[order[rank < free[sims]]] = True
    return got
