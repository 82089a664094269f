"""Projected children allocated to teams: drawn once a replicate, whole children in every month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.caseload.structure import STATUSES, Structure
from riskmodel.core.arrays import Floats, lock
from riskmodel.errors import DataError
from riskmodel.plausible import check_memory
from riskmodel.streams import stream

__all__ = ["BLOCK", "Allocation", "check_teams", "draw_allocation", "replicate_blocks"]

BLOCK = 1024
"""Replicates that share a random stream: with more replicates the first ones stay the same."""

BYTES_EACH = 20
"""For one team, month and simulation: cases of three statuses, of all together, and of the first
two."""


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """How each replicate spreads children over teams, and the workers it starts with.

    Parameters
    ----------
    shares
        Share of each status in each team, shape (status, team, replicate); adds up to 1 over
        the teams.
    offsets
        Where each replicate's rounding begins, in [0, 1), shape (status, replicate).
    workers
        Workers of each team at the opening, shape (team, replicate); NaN where not known.
    """

    shares: Floats
    offsets: Floats
    workers: Floats

    def __post_init__(self) -> None:
        lock(self, "shares", "offsets", "workers")

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return int(self.workers.shape[1])

    def of_status(self, status: str, stock: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Children of one status by team: whole numbers that add up to the stock everywhere.

        Parameters
        ----------
        status
            One of :data:`~riskmodel.caseload.structure.STATUSES`.
        stock
            Children, shape (month, replicate).

        Returns
        -------
        numpy.ndarray
            Shape (team, month, replicate).

        Notes
        -----
        Systematic rounding: team k receives floor(N C_k + u) - floor(N C_(k-1) + u), where C are
        cumulated shares and u the replicate's offset. Each count lies within one child of its
        share, is right on average over u, and the counts add up to N.
        """
        place = STATUSES.index(status)
        shares = self.shares[place]
        # Single precision decides at worst which of two teams a child on the border joins.
        cumulated = np.cumsum(shares, axis=0).astype(np.float32)
        offsets = self.offsets[place].astype(np.float32)
        total = stock.astype(np.float32)
        made = np.zeros((len(shares), *stock.shape), dtype=np.int32)
        holding = np.flatnonzero(shares.any(axis=1))
        before = np.zeros(stock.shape, dtype=np.int32)
        for team in holding[:-1]:
            bound = total * cumulated[team]
            bound += offsets
            # Cumulated shares can pass 1 by a rounding error of the computer.
            upto = np.minimum(bound.astype(np.int32), stock)
            np.subtract(upto, before, out=made[team])
            before = upto
        np.subtract(stock, before, out=made[holding[-1]])
        return made


def check_teams(structure: Structure, months: int, replicates: int) -> None:
    """Refuse more teams, months and simulations together than memory holds, before the work.

    Raises
    ------
    DataError
        With the memory that they would take, and what is allowed.
    """
    check_memory(BYTES_EACH, replicates, teams=len(structure.teams), months=months)


def draw_allocation(structure: Structure, seed: int, replicates: int) -> Allocation:
    """Shares, offsets and opening workers of each replicate.

    Parameters
    ----------
    structure
        The teams.
    seed
        The user's seed; streams ``caseload/structure``.
    replicates
        How many, 1 or more.

    Notes
    -----
    For each status, the counts of the structure are taken as one sample of where its children are:
    shares are Dirichlet with these counts as weights, then a whole number of children is drawn from
    them (Dirichlet-multinomial). A team without children of a status gets none. Workers are uniform
    between their two ends, with one draw for all teams of an area, as a printed mean is one figure
    for the area.
    """
    if replicates < 1:
        raise DataError(f"needs 1 replicate or more, got {replicates}", field="replicates")
    pieces = [
        _draw_block(structure, stream(seed, "caseload/structure", block))
        for block, _ in replicate_blocks(replicates)
    ]
    shares, offsets, workers = (
        np.concatenate([piece[place] for piece in pieces], axis=-1)[..., :replicates]
        for place in range(3)
    )
    return Allocation(shares, offsets, workers)


def replicate_blocks(replicates: int) -> Iterator[tuple[int, int]]:
    """Number of each block, and how many of its replicates are wanted."""
    for block in range(-(-replicates // BLOCK)):
        yield block, min(BLOCK, replicates - block * BLOCK)


def _draw_block(structure: Structure, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    counts = structure.counts()
    shares = np.zeros((*counts.shape, BLOCK))
    for place, weights in enumerate(counts):
        held = weights > 0
        if not held.any():
            # Nothing to learn from: children of this status go to teams as all cases do.
            weights = counts.sum(axis=0)
            held = weights > 0
        drawn = random.dirichlet(weights[held], size=BLOCK)
        size = max(round(float(weights.sum())), 1)
        shares[place, held] = random.multinomial(size, drawn).T / size
    offsets = random.random((len(STATUSES), BLOCK))
    low, high = structure.workers()
    areas = [team.area + team.kind for team in structure]
    code = np.unique(areas, return_inverse=True)[1]
    spread = random.random((int(code.max()) + 1, BLOCK))[code]
    workers = low[:, None] + spread * (high - low)[:, None]
    return shares, offsets, workers
