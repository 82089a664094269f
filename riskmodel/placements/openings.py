"""Children at an opening for which some kinds of placement are not printed: these are drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter
from riskmodel.placements.arrivals import DrawnMix, bands_at
from riskmodel.placements.engine import CHILD
from riskmodel.placements.kinds import BAND_AGES, BANDS, DURATION_DAYS, KINDS, RATED_EXITS
from riskmodel.placements.rates import YEAR, DrawnRates
from riskmodel.streams import stream

__all__ = ["Openings", "whole_numbers"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Openings:
    r"""The children printed by placement, and how the others may be placed.

    Parameters
    ----------
    printed
        Children of each kind, 0 where it was not printed, shape (kind,).
    shares
        Share of the others in each kind, 0 where it was printed; the shares add up to 1, shape
        (kind,).
    total, alone
        All children, and those who are unaccompanied.

    Notes
    -----
    Shares of a simulation are Dirichlet(:math:`k s`), with :math:`s` the shares above and :math:`k`
    a parameter: one would know as much from a random count of :math:`k + 1` children.
    """

    printed: npt.NDArray[np.int64]
    shares: Floats
    total: int
    alone: int

    def drawn(self, simulations: int, seed: int, block: int) -> Floats:
        """Shares of a block of simulations, shape (simulation, kind)."""
        shape = self.shares * parameter("placements_stock_weight").value
        random = stream(seed, "placements/opening", block)
        gamma = random.standard_gamma(shape, size=(simulations, len(KINDS)))
        return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))

    def children(self, shares: Floats) -> npt.NDArray[np.void]:
        """Children of one simulation; unaccompanied ones first where such children are placed."""
        others = np.flatnonzero(self.shares)
        numbers = self.printed.copy()
        numbers[others] = whole_numbers(list(shares[others]), self.total - int(self.printed.sum()))
        made = np.concatenate([_of_kind(kind, int(number)) for kind, number in enumerate(numbers)])
        alone_kinds = np.array(parameter("placements_alone_kinds").numbers)
        order = np.lexsort((-made["band"], -alone_kinds[made["kind"]]))
        young = made["grown"][order] > 3 * YEAR
        made["alone"][order[np.argsort(young, kind="stable")][: self.alone]] = 1
        return made

    def lasting(self, shares: Floats, rates: DrawnRates, mix: DrawnMix) -> DrawnMix:
        """The mix of entries, and the rates of moves, with which drawn shares would stay the same.

        Entries to each kind are multiplied by its share over the expected share, which roughly
        keeps it the same. ``rates`` are changed in place.
        """
        times = np.ones_like(shares)
        others = np.flatnonzero(self.shares)
        times[:, others] = shares[:, others] / self.shares[others]
        rates.table[:, :, len(RATED_EXITS) :] *= times[:, None].astype(np.float32)
        kinds = np.diff(mix.kinds, axis=-1, prepend=0.0) * times[:, None, None]
        kinds /= np.maximum(kinds.sum(axis=-1, keepdims=True), 1e-300)
        return replace(mix, kinds=kinds.cumsum(axis=-1))


@lru_cache(maxsize=4096)
def _of_kind(kind: int, number: int) -> npt.NDArray[np.void]:
    """Children of one kind, spread evenly over the ages that it takes and over time in care."""
    made = np.zeros(number, dtype=CHILD)
    taken = np.array(parameter("placements_arrival_ages").numbers).reshape(len(KINDS), -1)[kind]
    share = np.array(parameter("placements_stock_ages").numbers) * taken
    edges, ends = np.append(0, np.cumsum(share) / share.sum()), (0, *BAND_AGES)
    places = (np.arange(number) + 0.5) / max(number, 1)
    age = np.interp(places, edges, ends)
    made["kind"], made["grown"] = kind, (BAND_AGES[-1] - age) * YEAR
    spread = -np.log1p(-((np.arange(number) * 0.618034 + 0.5) % 1.0))
    made["care"] = -np.minimum(parameter("placements_care_days").value * spread, age * YEAR)
    made["band"] = np.minimum(bands_at(made["grown"]), len(BANDS) - 1)
    made["lasting"] = (-made["care"][:, None] >= np.array(DURATION_DAYS)).sum(axis=1)
    made.flags.writeable = False
    return made


def whole_numbers(shares: list[float], total: int) -> list[int]:
    """Whole numbers in proportion to shares, by largest remainders."""
    exact = np.array(shares) / sum(shares) * total
    made = np.floor(exact).astype(int)
    made[np.argsort(-(exact - made), kind="stable")[: total - made.sum()]] += 1
    return [int(each) for each in made]
