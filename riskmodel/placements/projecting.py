"""From what is known of placements to projections; scenarios share their random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS
from riskmodel.errors import DataError
from riskmodel.placements.arrivals import (
    Mix,
    fitted_mix,
    in_care,
    keyed_children,
    simulation_keys,
)
from riskmodel.placements.engine import Engine
from riskmodel.placements.flows import Changes, Flows
from riskmodel.placements.forecast import LEAVER_MONTHS, PlacementForecast
from riskmodel.placements.history import History
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.level import BLOCK, Level, entry_level
from riskmodel.placements.openings import Openings
from riskmodel.placements.rates import Rates, fitted_rates
from riskmodel.placements.time import month_ends_after
from riskmodel.projection import BASELINE
from riskmodel.streams import Keys

__all__ = ["Course", "Known", "known_of", "project_known"]

Counts = npt.NDArray[np.int64]

MOST_MONTHS, MOST_SIMULATIONS = 120, 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """All that a projection starts from.

    Parameters
    ----------
    area, opening_month, source
        The area, the month of the opening, and the source.
    children
        Those in care at the opening; see :data:`~riskmodel.placements.engine.CHILD`.
    rates, mix
        Rates of exits and moves, and the mix of those who enter.
    level
        How many enter if no total is given; with None a total is needed.
    leavers
        Care leavers of earlier months, see :class:`PlacementForecast`.
    openings
        Set where it is not known how all children are placed: each simulation then draws its own,
        and ``children`` are those expected.
    """

    area: str
    opening_month: str
    source: str
    children: npt.NDArray[np.void]
    rates: Rates
    mix: Mix
    level: Level | None
    leavers: Counts
    openings: Openings | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a scenario sets.

    Parameters
    ----------
    children
        All looked-after children at the end of each month, shape (simulation, month); as many enter
        as this needs. None takes own entries.
    changes
        What it changes of exits, moves and places; None changes nothing.
    alone
        Multiplier of the share of unaccompanied children among those who enter, shape (month,) or
        (simulation, month).
    """

    children: Counts | None = None
    changes: Changes | None = None
    alone: npt.NDArray[np.float64] | None = None


def known_of(history: History) -> Known:
    """What is known from a return, and from what ships where the return has little."""
    flows = history.flows()
    left = flows[(flows["flow"] == "exits") & flows["reason"].isin(["eighteenth", "independence"])]
    by_month = left.groupby("month")["number"].sum().reindex(list(history.months), fill_value=0)
    return Known(
        history.area,
        history.months[-1],
        history.source,
        in_care(history),
        fitted_rates(history.exposure()),
        fitted_mix(history),
        entry_level(history),
        by_month.to_numpy(dtype=np.int64)[-max(LEAVER_MONTHS.values()) :],
    )


def project_known(
    known: Known,
    courses: Mapping[str, Course] | None = None,
    *,
    months: int = USUAL_MONTHS,
    simulations: int = USUAL_SIMULATIONS,
    seed: int = USUAL_SEED,
) -> PlacementForecast:
    """Project placements under the baseline and scenarios.

    Parameters
    ----------
    known
        From :func:`known_of`.
    courses
        By scenario; the first is what others are compared with. None is the baseline alone.
    months
        How far ahead, 1 to 120.
    simulations
        How many, 1 to 100,000.
    seed
        The user's seed.

    Raises
    ------
    DataError
        When a size is out of range, or a course has other sizes.

    Notes
    -----
    A child has its own key, so it has the same random numbers in every scenario. A total of
    looked-after children, if given, is met in every simulation and month: as many enter as have
    left, plus the growth of the total. Where the total falls by more than those who leave, the
    children whose next event would have come first return home. In a scenario that changes exits,
    moves or places, as many enter as would without these changes, so its own total may differ.
    """
    courses = dict(courses or {BASELINE: Course()})
    for name, value, most in (
        ("months", months, MOST_MONTHS),
        ("simulations", simulations, MOST_SIMULATIONS),
    ):
        if not 1 <= value <= most:
            raise DataError(f"{name} lies from 1 to {most:,}, got {value:,}")
    for name, course in courses.items():
        if course.children is not None and course.children.shape != (simulations, months):
            raise DataError(
                f"needs a total for {simulations:,} simulations and {months} months; found "
                f"{course.children.shape}",
                field=name,
            )
    keys = simulation_keys(simulations, seed)
    own = (
        None
        if known.level is None
        else known.level.drawn(months, simulations, seed, known.opening_month)
    )
    flows = {name: Flows.empty(simulations, months) for name in courses}
    drawn = np.zeros((simulations, len(KINDS)), dtype=np.int64)
    for block, first in enumerate(range(0, simulations, BLOCK)):
        rows = slice(first, min(first + BLOCK, simulations))
        here = _Block(known, keys[rows], months, seed, block, rows, own)
        np.add.at(drawn[rows], (here.children["sim"], here.children["kind"]), 1)
        for name, course in courses.items():
            _into(flows[name], here.run(course), rows)
    # Where all is known it is alike in every simulation.
    opening = drawn[0] if known.openings is None else drawn
    return PlacementForecast(
        known.area, known.opening_month, opening, flows, known.leavers, known.source
    )


class _Block:
    """Some simulations: what is drawn for them, and each scenario run on it."""

    def __init__(
        self, known: Known, keys: Keys, months: int, seed: int, block: int, rows: slice,
        own: Counts | None,
    ) -> None:  # fmt: skip
        self.known, self.keys, self.rows = known, keys, rows
        self.ends = month_ends_after(known.opening_month, months)
        number = len(keys)
        self.rates = known.rates.drawn(number, seed, block)
        self.mix = known.mix.drawn(number, seed, block)
        children = [known.children] * number
        if known.openings is not None:
            shares = known.openings.drawn(number, seed, block)
            self.mix = known.openings.lasting(shares, self.rates, self.mix)
            children = [known.openings.children(each) for each in shares]
        self.children = keyed_children(children, keys)
        self.own = None if own is None else own[rows]

    def run(self, course: Course) -> Flows:
        """One scenario."""
        months = len(self.ends) - 1
        if course.children is None:
            if self.own is None:
                raise DataError("needs a total of looked-after children, or own entries")
            return self._run(course, entries=self.own).flows
        total = course.children[self.rows]
        if course.changes is None or _changes_nothing(course.changes):
            return self._run(course, total=total).flows
        plain = Changes.none(months, course.changes.capacity)
        without = self._run(replace(course, changes=plain), total=total)
        # Those who come are the same; who leaves and moves may differ.
        came = without.flows.entries.sum(axis=2, dtype=np.int64)
        return self._run(course, entries=came).flows

    def _run(
        self, course: Course, *, total: Counts | None = None, entries: Counts | None = None
    ) -> Engine:
        months = len(self.ends) - 1
        changes = course.changes or Changes.none(months)
        engine = Engine(self.ends, self.rates, changes, len(self.keys))
        engine.open_with(self.children.copy())
        alone = np.ones(months) if course.alone is None else course.alone
        for month in range(months):
            engine.month_starts(month)
            share = np.minimum(self.mix.alone * np.broadcast_to(
                alone[..., month] if alone.ndim == 1 else alone[self.rows, month],
                self.mix.alone.shape), 1.0)  # fmt: skip
            if entries is not None:
                self._come(engine, month, entries[:, month], None, share)
            engine.pass_events(month)
            if total is not None:
                self._meet(engine, month, total[:, month], share)
            engine.month_ends(month)
        return engine

    def _meet(
        self, engine: Engine, month: int, total: Counts, share: npt.NDArray[np.float64]
    ) -> None:
        """Let children come, or leave early, until the total of the month is met."""
        came = np.zeros(len(self.keys), dtype=np.int64)
        while True:
            lacking = total - engine.children()
            if (lacking <= 0).all():
                break
            number = np.maximum(lacking, 0)
            self._come(engine, month, number, came, share)
            came += number
            engine.pass_events(month)
        if (lacking < 0).any():
            engine.leave_early(month, np.maximum(-lacking, 0).astype(np.int32))

    def _come(
        self, engine: Engine, month: int, number: Counts, before: Counts | None,
        share: npt.NDArray[np.float64],
    ) -> None:  # fmt: skip
        sim = np.repeat(np.arange(len(number)), number)
        place = np.arange(len(sim)) - np.repeat(np.cumsum(number) - number, number)
        place = place if before is None else place + before[sim]
        span = (self.ends[month], self.ends[month + 1])
        engine.enter(self.mix.children(self.keys, sim, month, place, span, share), month)


def _changes_nothing(changes: Changes) -> bool:
    return bool(
        (changes.step_down == 1).all()
        and (changes.reunification == 1).all()
        and (changes.added == 0).all()
    )


def _into(flows: Flows, part: Flows, rows: slice) -> None:
    for name in ("stock", "entries", "exits", "moves", "days", "alone_days"):
        getattr(flows, name)[rows] = getattr(part, name)
