"""A one-factor copula with exact counts: which rows have which factors.

Within each outcome stratum z_ij = l_j u_i + sqrt(1 - l_j^2) e_ij with independent standard normal
u_i and e_ij; factor j is present in exactly the k_j rows with the largest z_ij. The margins hold by
construction. The loading l_j sets how far factors occur together: with all l_j = 0 every set of
rows with the published counts is equally likely, which is the maximum-entropy cohort given the
margins.

There are two ways to draw from the same distribution. Up to :data:`RANK_ROWS` rows the z are drawn
and ranked. Above, rows are laid out in blocks of :data:`BLOCK_ROWS`; u is drawn in :data:`STRATA`
strata of equal probability, each cell is an independent draw against a 16-bit threshold for its
stratum, and if a count is a few rows too high or too low, that number of rows is changed at random.
Before that, counts are divided over the blocks without replacement (multivariate hypergeometric),
so that each block can be made independently, in any order, on any worker, with the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.streams import stream

__all__ = ["BLOCK_ROWS", "RANK_ROWS", "STRATA", "Margins", "UnitLayout", "draw_block"]

RANK_ROWS = 2**20
BLOCK_ROWS = 2**17
STRATA = 64
PATTERN = 2**12
NODES = 4
MARGIN = 32

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Margins:
    """Counts to reproduce in some rows.

    Parameters
    ----------
    rows, plans
        Rows, and those of them with a plan.
    with_plan, without_plan
        Per factor, rows that have it and a plan, and rows that have it and none; shape (J,).
    """

    rows: int
    plans: int
    with_plan: IntArray
    without_plan: IntArray


@dataclass(frozen=True, slots=True)
class UnitLayout:
    """How the rows of one authority and year are cut into blocks, and each block's counts.

    Parameters
    ----------
    name
        Names the unit's random streams.
    seed
        The user's seed.
    loadings
        l_j per factor, 0 to 1; shape (J,).
    blocks
        Margins of each block; they add up to those of the unit.
    apart
        Place of a factor, and places of factors that no row has together with it, as far as there
        are enough rows. Used only where rows are ranked.
    """

    name: str
    seed: int
    loadings: FloatArray
    blocks: tuple[Margins, ...]
    apart: tuple[int, ...] = ()

    @classmethod
    def plan(
        cls,
        name: str,
        seed: int,
        loadings: FloatArray,
        total: Margins,
        apart: tuple[int, ...] = (),
    ) -> UnitLayout:
        """The layout of a unit: one block where rows are ranked, otherwise blocks of fixed size."""
        if total.rows <= RANK_ROWS:
            return cls(name, seed, loadings, (total,), apart)
        random = stream(seed, f"cohort/layout/{name}")
        full, rest = divmod(total.rows, BLOCK_ROWS)
        rows = np.array([BLOCK_ROWS] * full + ([rest] if rest else []), dtype=np.int64)
        plans = random.multivariate_hypergeometric(rows, total.plans)
        with_plan = _share_out(random, plans, total.with_plan)
        without_plan = _share_out(random, rows - plans, total.without_plan)
        return cls(
            name,
            seed,
            loadings,
            tuple(
                Margins(int(rows[b]), int(plans[b]), with_plan[b], without_plan[b])
                for b in range(len(rows))
            ),
        )

    def __iter__(self) -> Iterator[tuple[BoolArray, BoolArray]]:
        return (draw_block(self, number) for number in range(len(self.blocks)))


def draw_block(layout: UnitLayout, number: int) -> tuple[BoolArray, BoolArray]:
    """Plan flags, shape (rows,), and factor flags, shape (J, rows), of one block."""
    margins = layout.blocks[number]
    random = stream(layout.seed, f"cohort/rows/{layout.name}", number)
    plan = np.zeros(margins.rows, dtype=np.bool_)
    plan[: margins.plans] = True
    random.shuffle(plan)
    if len(layout.blocks) == 1:
        flags = _rank(random, plan, margins, layout.loadings)
        if layout.apart:
            _keep_apart(random, plan, flags, layout.apart)
        return plan, flags
    return plan, _threshold(random, plan, margins, layout.loadings)


def _share_out(random: np.random.Generator, capacity: IntArray, totals: IntArray) -> IntArray:
    """Deal each factor's total over blocks of given capacity; shape (blocks, J)."""
    return np.stack(
        [random.multivariate_hypergeometric(capacity, int(total)) for total in totals], axis=1
    )


def _rank(
    random: np.random.Generator, plan: BoolArray, margins: Margins, loadings: FloatArray
) -> BoolArray:
    flags = np.zeros((len(loadings), margins.rows), dtype=np.bool_)
    for rows, counts in (
        (np.flatnonzero(plan), margins.with_plan),
        (np.flatnonzero(~plan), margins.without_plan),
    ):
        shared = random.standard_normal(len(rows))
        for factor, (loading, count) in enumerate(zip(loadings, counts.tolist(), strict=True)):
            own = random.standard_normal(len(rows))
            if count:
                latent = loading * shared + np.sqrt(1 - loading**2) * own
                top = np.argpartition(latent, len(rows) - count)[len(rows) - count :]
                flags[factor, rows[top]] = True
    return flags


def _keep_apart(
    random: np.random.Generator, plan: BoolArray, flags: BoolArray, apart: tuple[int, ...]
) -> None:
    """Give the first factor to rows without the others, within each outcome: no count moves."""
    first, *others = apart
    has_others = flags[others].any(axis=0)
    for outcome in (plan, ~plan):
        wrong = np.flatnonzero(flags[first] & has_others & outcome)
        free = np.flatnonzero(~flags[first] & ~has_others & outcome)
        number = min(len(wrong), len(free))
        flags[first, wrong[:number]] = False
        flags[first, random.choice(free, size=number, replace=False)] = True


def _threshold(
    random: np.random.Generator, plan: BoolArray, margins: Margins, loadings: FloatArray
) -> BoolArray:
    rows = margins.rows
    # Strata of u in random order, repeated down the block: each is met equally often, and a short
    # pattern keeps the thresholds in the fastest cache, where a lookup for each row would not be.
    pattern = random.permutation(np.arange(PATTERN) % STRATA)
    without = _thresholds(loadings, margins.without_plan, rows - margins.plans)
    withs = _thresholds(loadings, margins.with_plan, margins.plans)
    repeats = -(-rows // PATTERN)
    flags = np.empty((len(loadings), rows), dtype=np.bool_)
    unplanned = ~plan
    for factor in range(len(loadings)):
        words = random.bit_generator.random_raw(repeats * PATTERN // 4)
        draws = words.view(np.uint16).reshape(repeats, PATTERN)
        with_plan = (draws < withs[factor, pattern]).reshape(-1)[:rows]
        without_plan = (draws < without[factor, pattern]).reshape(-1)[:rows]
        np.logical_and(with_plan, plan, out=with_plan)
        np.logical_and(without_plan, unplanned, out=without_plan)
        _repair(random, with_plan, plan, margins.plans, int(margins.with_plan[factor]))
        _repair(
            random,
            without_plan,
            unplanned,
            rows - margins.plans,
            int(margins.without_plan[factor]),
        )
        np.logical_or(with_plan, without_plan, out=flags[factor])
    return flags


def _thresholds(loadings: FloatArray, counts: IntArray, rows: int) -> npt.NDArray[np.uint16]:
    """16-bit thresholds of P(z_j > t_j | stratum of u), shape (J, STRATA).

    t_j is the normal quantile that leaves the wished share above; within a stratum the
    probability is averaged over Gauss-Legendre nodes of u's distribution function.
    """
    from scipy.special import ndtr, ndtri

    share = np.clip(counts / max(rows, 1), 1e-12, 1 - 1e-12)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    within = (nodes + 1) / 2
    shared = ndtri((np.arange(STRATA)[:, None] + within) / STRATA)
    limit = ndtri(1 - share)[:, None, None]
    loading = loadings[:, None, None]
    with np.errstate(divide="ignore"):
        above = ndtr((loading * shared - limit) / np.sqrt(1 - loading**2))
    probability = above @ (weights / 2)
    return np.clip(np.rint(probability * 2**16), 0, 2**16 - 1).astype(np.uint16)


def _repair(
    random: np.random.Generator, flags: BoolArray, stratum: BoolArray, size: int, wished: int
) -> None:
    """Flip, at random, the few rows of an outcome stratum (of that size) by which a count is off.

    The rows are looked for among every s-th row from a random start, with the largest power of two
    s that leaves about twice as many candidates as are needed; the rows' order is random already.
    """
    present = int(np.count_nonzero(flags))
    flip = present > wished
    number, candidates = abs(present - wished), present if flip else size - present
    if number == 0:
        return
    step = 1
    while 2 * step * (2 * number + MARGIN) <= candidates:
        step *= 2
    while True:
        start = int(random.integers(step))
        found = flags[start::step]
        if not flip:
            found = stratum[start::step] & ~found
        rows = np.flatnonzero(found)
        if len(rows) >= number:
            break
        step //= 2
    chosen = random.choice(rows, size=number, replace=False, shuffle=False)
    flags[start + step * chosen] = not flip
