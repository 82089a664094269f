"""Children in care at the opening, and those who enter: how many, how old, and where they go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter
from riskmodel.placements.engine import CHILD
from riskmodel.placements.history import OPEN, History, birthdays
from riskmodel.placements.kinds import AGE_STEPS, BAND_AGES, BANDS, DURATION_DAYS, KINDS
from riskmodel.placements.rates import YEAR
from riskmodel.streams import Keys, keyed_uniforms, keys_of, stream

__all__ = [
    "DrawnMix",
    "Mix",
    "fitted_mix",
    "in_care",
    "simulation_keys",
]

Floats = npt.NDArray[np.float64]

_NK, _NB = len(KINDS), len(BANDS)
_STEP_BAND = np.repeat(np.arange(_NB), AGE_STEPS * np.diff((0, *BAND_AGES)))
_AGE_EDGES = np.arange(len(_STEP_BAND) + 1) / AGE_STEPS
_OPENING, _ENTRY = 1, 2**32
_ALONE, _BAND, _KIND, _AGE, _DAY = range(1000, 1005)
"""Numbers of the draws for a child who enters; draws for what happens later count from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMix:
    """How those who enter are spread in each simulation, as cumulative shares.

    Parameters
    ----------
    alone
        Share of unaccompanied children, shape (simulation,).
    bands, kinds
        Cumulative shares, shape (simulation, unaccompanied, band) and (…, band, kind).
    ages
        Share of each step of age within its band, shape (unaccompanied, step).
    """

    alone: Floats
    bands: Floats
    kinds: Floats
    ages: Floats

    def children(
        self,
        keys: Keys,
        sim: npt.NDArray[np.int64],
        month: int,
        number: npt.NDArray[np.int64],
        span: tuple[float, float],
        alone_share: Floats,
    ) -> npt.NDArray[np.void]:
        """Children who enter in a month.

        Parameters
        ----------
        keys
            Of each simulation.
        sim, number
            Of each child its simulation, and its number among those who enter there in the month.
        month
            Which month.
        span
            Its first and last day.
        alone_share
            Share of unaccompanied children in the month, shape (simulation,).
        """  # fmt: skip
        made = np.zeros(len(sim), dtype=CHILD)
        made["sim"], made["key"] = sim, keys_of(keys[sim], (month + 1) * _ENTRY + number)
        draw = {each: keyed_uniforms(made["key"], each) for each in (_ALONE, _BAND, _KIND, _AGE)}
        alone = (draw[_ALONE] < alone_share[sim]).astype(np.int64)
        band = (self.bands[sim, alone] <= draw[_BAND][:, None]).sum(axis=1)
        band = np.minimum(band, _NB - 1)
        kind = (self.kinds[sim, alone, band] <= draw[_KIND][:, None]).sum(axis=1)
        first, last = span
        when = first + (last - first) * (1 - keyed_uniforms(made["key"], _DAY))
        age = np.where(alone, *(
            np.interp(band + draw[_AGE], np.append(0, shares.cumsum()).round(12), _AGE_EDGES)
            for shares in self.ages[::-1]
        ))  # fmt: skip
        made["alone"], made["band"], made["kind"] = alone, band, np.minimum(kind, _NK - 1)
        made["when"] = made["care"] = when
        made["grown"] = when + (BAND_AGES[-1] - age) * YEAR
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """What is known of those who enter: counts, with those of the prior added.

    Parameters
    ----------
    alone
        Unaccompanied children and others, shape (2,), the others first.
    bands, kinds
        Shape (unaccompanied, band) and (unaccompanied, band, kind).
    ages
        Share of each step of age within its band, shape (unaccompanied, step).
    """

    alone: Floats
    bands: Floats
    kinds: Floats
    ages: Floats

    def drawn(self, simulations: int, seed: int, block: int = 0) -> DrawnMix:
        """Shares of a block of simulations, each drawn from a Dirichlet distribution."""
        spread = {}
        for name in ("alone", "bands", "kinds"):
            random = stream(seed, f"placements/mix/{name}", block)
            counts = getattr(self, name)
            drawn = random.standard_gamma(counts, size=(simulations, *counts.shape))
            total = drawn.sum(axis=-1, keepdims=True)
            spread[name] = np.divide(drawn, total, out=np.zeros_like(drawn), where=total > 0)
        return DrawnMix(
            spread["alone"][:, 1],
            spread["bands"].cumsum(axis=-1),
            spread["kinds"].cumsum(axis=-1),
            self.ages,
        )


def fitted_mix(history: History | None) -> Mix:
    """The mix from the return's entries of the latest months; None takes only the shipped one."""
    weight = parameter("placements_prior_entries").value
    numbers = {
        name: np.array(parameter(f"placements_{name}").numbers, dtype=np.float64)
        for name in ("entry_ages", "alone_ages", "entry_kinds", "alone_kinds")
    }
    bands = weight * np.stack([numbers["entry_ages"], numbers["alone_ages"]])
    other_kinds = numbers["entry_kinds"].reshape(_NB, _NK)
    kinds = np.stack([other_kinds, np.tile(numbers["alone_kinds"], (_NB, 1))]) * weight
    share = parameter("placements_alone_share").value
    alone = weight * np.array([1 - share, share])
    # Within a band all ages are alike, but for those at which an area's own children begin: few
    # begin in the last weeks before they are 18.
    ages = np.tile(weight / np.bincount(_STEP_BAND)[_STEP_BAND], (2, 1))
    if history is not None:
        months = int(parameter("placements_entry_months").value)
        at = _entries(history, months)[:3]
        own = np.zeros_like(kinds)
        np.add.at(own, at, 1)
        # A band with few entries leans on the shipped mix, moved to the area's own as a whole.
        expected = (own.sum(axis=2, keepdims=True) * kinds / weight).sum(axis=1, keepdims=True)
        tilt = (weight + own.sum(axis=1, keepdims=True)) / (weight + expected)
        kinds = kinds * tilt
        kinds *= weight / kinds.sum(axis=2, keepdims=True)
        kinds += own
        bands += own.sum(axis=2)
        alone += own.sum(axis=(1, 2))
        group, *_, step = _entries(history, len(history.months))
        np.add.at(ages, (group, step), 1)
    inside = np.add.reduceat(ages, np.searchsorted(_STEP_BAND, np.arange(_NB)), axis=1)
    return Mix(alone, bands, kinds, ages / inside[:, _STEP_BAND])


def _entries(history: History, latest: int) -> tuple[npt.NDArray[np.int64], ...]:
    """Unaccompanied, band, kind and step of age of those who began in so many latest months."""
    e = history.episodes
    start, born = e["start"].to_numpy(), e["born"].to_numpy()
    first = int(np.datetime64(history.months[-latest:][0], "D").astype(np.int64))
    chosen = e["is_entry"].to_numpy() & (start >= first) & (start < history.end_day) & (born >= 0)
    ages = np.stack([birthdays(born, age) for age in BAND_AGES], axis=1)
    band = np.minimum((ages <= start[:, None]).sum(axis=1), _NB - 1)
    alone = (e["alone_until"].to_numpy() > start).astype(np.int64)
    step = np.floor((start - born) / YEAR * AGE_STEPS).astype(np.int64)
    lowest = np.searchsorted(_STEP_BAND, np.arange(_NB))
    step = np.clip(step, lowest[band], np.append(lowest[1:], len(_STEP_BAND))[band] - 1)
    return tuple(each[chosen] for each in (alone, band, e["kind"].to_numpy(), step))


def simulation_keys(simulations: int, seed: int) -> Keys:
    """The key of each simulation."""
    drawn = stream(seed, "placements/children").integers(0, 2**63, size=simulations)
    return drawn.astype(np.uint64)


def in_care(history: History) -> npt.NDArray[np.void]:
    """Children in care at the end of the last month, in order of their rows.

    A child without a date of birth is given the age of another child in the same kind of placement,
    chosen by its position among them; its number is in :attr:`History.episodes`.
    """
    e = history.episodes
    day = history.end_day
    here = e[(e["start"] < day) & (e["end"] >= day)]
    made = np.zeros(len(here), dtype=CHILD)
    grown = birthdays(here["born"].to_numpy(), BAND_AGES[-1])
    made["kind"], made["grown"] = here["kind"], _filled(grown, here["kind"].to_numpy(), day)
    made["care"] = here["care_start"].to_numpy() - day
    made["grown"] -= day
    made["alone"] = here["alone_until"].to_numpy() >= day
    made["band"] = bands_at(made["grown"])
    made["lasting"] = (-made["care"][:, None] >= np.array(DURATION_DAYS)).sum(axis=1)
    return made


def bands_at(grown: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The age band of each child at the opening, from the days until its 18th birthday."""
    days = np.asarray(grown, dtype=np.float64)
    edges = (BAND_AGES[-1] - np.array(BAND_AGES[:-1])) * YEAR
    band: npt.NDArray[np.int64] = (days[:, None] <= edges).sum(axis=1)
    return band


def _filled(
    grown: npt.NDArray[np.int64], kind: npt.NDArray[np.int64], day: int
) -> npt.NDArray[np.float64]:
    made = grown.astype(np.float64)
    missing = grown >= OPEN
    for each in np.unique(kind[missing]):
        known = np.sort(grown[~missing & (kind == each)])
        known = known if len(known) else np.array([day + int(9 * YEAR)])
        lacks = np.flatnonzero(missing & (kind == each))
        places = ((np.arange(len(lacks)) + 0.5) / len(lacks) * len(known)).astype(np.int64)
        made[lacks] = known[places]
    return made


def keyed_children(children: Sequence[npt.NDArray[np.void]], keys: Keys) -> npt.NDArray[np.void]:
    """The children of the opening of each simulation, each with its own key."""
    sizes = [len(each) for each in children]
    made = np.concatenate(children)
    made["sim"] = np.repeat(np.arange(len(keys)), sizes)
    number = np.concatenate([np.arange(size) for size in sizes])
    made["key"] = keys_of(keys[made["sim"]], number + _OPENING)
    return made
