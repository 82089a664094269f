"""One block of replicates: the triangle of Poisson counts, and its change under a scenario.

In the arrays of this module, months come first and replicates last.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats, Integers
from riskmodel.demand.monthly import end_shares, open_left
from riskmodel.demand.simulation.counts import poisson
from riskmodel.demand.simulation.inputs import Flows, StageInputs
from riskmodel.errors import DataError

__all__ = ["check_reference", "simulate_block"]

_CHUNK = 12_000
_Counts = npt.NDArray[np.int32]
_Singles = npt.NDArray[np.float32]
_Two = tuple[np.random.Generator, np.random.Generator]


class _Cells:
    """Expected children by month of start and months until they end, and those who stay."""

    def __init__(self, inputs: StageInputs, rates: Floats) -> None:
        self.months, self.replicates = rates.shape
        self._rates = rates.astype(np.float32)
        mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, 0]
        first = end_shares(inputs.family, mean, inputs.shape, self.months)
        left = inputs.opening_survival
        self.opening_left = open_left(first, mean) if left is None else left.T
        self._shares = [first.astype(np.float32)]
        if inputs.mean_days.ndim == 2:
            self._shares += [
                end_shares(
                    inputs.family, inputs.mean_days[:, month], inputs.shape, self.months - month
                ).astype(np.float32)
                for month in range(1, self.months)
            ]

    def ending(self, lag: int) -> _Singles:
        """Those who end so many months after the month of their start, by month of start."""
        rates = self._rates[: self.months - lag]
        if len(self._shares) == 1:
            return np.asarray(rates * self._shares[0][lag])
        return np.asarray(rates * np.stack([each[lag] for each in self._shares[: len(rates)]]))

    def staying(self) -> _Singles:
        """Those who are there at the end, by month of start."""
        if len(self._shares) == 1:
            gone = np.zeros(self.replicates)
            made = np.empty_like(self._rates)
            for lag in range(self.months):
                gone += self._shares[0][lag]
                made[self.months - 1 - lag] = np.maximum(1 - gone, 0)
            made *= self._rates
            return made
        stay = [np.maximum(1 - each.sum(axis=0), 0) for each in self._shares]
        return np.asarray(self._rates * np.stack(stay))

    def opening_chances(self) -> Floats:
        """Chance of an opening child to end in each month, and last to stay: (month + 1, …)."""
        left = np.concatenate(
            [np.ones((1, self.replicates)), self.opening_left, np.zeros((1, self.replicates))]
        )
        return np.asarray(np.maximum(left[:-1] - left[1:], 0.0))


def simulate_block(
    inputs: StageInputs, generators: _Two, reference: StageInputs | None = None
) -> Flows:
    """Starts, ends and stocks of one block.

    Parameters
    ----------
    inputs
        What it is simulated from.
    generators
        Generators of the random numbers, and of those for the change from the reference.
    reference
        For a scenario, what the baseline is simulated from. The baseline's children are drawn
        first, from the first generator, and only what differs is drawn anew: in a cell with fewer
        expected children each child is removed with some chance, and a cell with more gains a
        further Poisson count. The distribution is that of the inputs, and the difference from the
        baseline is not noise.
    """
    base = inputs if reference is None else reference
    rates, changed_rates = _spread_rates(base, inputs, generators)
    cells = _Cells(base, rates)
    after = cells if reference is None else _Cells(inputs, changed_rates)
    ends = _opening_ends(base.opening, cells, after, generators)
    starts = np.zeros_like(ends)
    _add_by_lag(cells, after, starts, ends, generators)
    stock = starts - ends
    stock[0] += inputs.opening.astype(np.int32)
    for month in range(1, inputs.months):
        stock[month] += stock[month - 1]
    return Flows(*(np.ascontiguousarray(each.T) for each in (starts, ends, stock)))


def _spread_rates(
    base: StageInputs, inputs: StageInputs, generators: _Two
) -> tuple[Floats, Floats]:
    """Rates with a gamma multiplier, so that counts have the variance factor × mean; both."""
    rates, changed = np.ascontiguousarray(base.rates.T), np.ascontiguousarray(inputs.rates.T)
    if base.overdispersion is None:
        return rates, changed
    excess = base.overdispersion - 1
    unit = np.where(excess > 0, excess, 1.0)
    drawn = generators[0].standard_gamma(rates / unit) * unit
    moved = drawn
    if inputs is not base:
        # A gamma variable gains an independent one, or keeps a beta share of itself.
        grown, kept = np.maximum(changed - rates, 0) / unit, np.minimum(changed, rates) / unit
        lost = rates / unit - kept
        tiny = np.finfo(np.float64).tiny
        share = generators[1].beta(np.maximum(kept, tiny), np.maximum(lost, tiny))
        share = np.where(lost > 0, np.where(kept > 0, share, 0.0), 1.0)
        moved = drawn * share + generators[1].standard_gamma(grown) * unit
    return np.where(excess > 0, drawn, rates), np.where(excess > 0, moved, changed)


def _opening_ends(opening: Integers, cells: _Cells, after: _Cells, generators: _Two) -> _Counts:
    """How many of the children there at first end in each month."""
    chances = cells.opening_chances()
    counts = _parted(opening, chances, generators[0])
    if after is not cells and not np.array_equal(after.opening_left, cells.opening_left):
        wanted = after.opening_chances()
        share = np.minimum(wanted / np.maximum(chances, np.finfo(np.float64).tiny), 1.0)
        kept = generators[1].binomial(counts, share)
        more = np.maximum(wanted - chances, 0.0)
        counts = kept + _parted(opening - kept.sum(axis=0), more, generators[1])
    return np.ascontiguousarray(counts[:-1], dtype=np.int32)


def _parted(number: Integers, weights: Floats, generator: np.random.Generator) -> Integers:
    """Multinomial counts, shape (cell, replicate): one binomial after another."""
    remaining = np.cumsum(weights[::-1], axis=0)[::-1]
    share = np.clip(weights / np.maximum(remaining, np.finfo(np.float64).tiny), 0.0, 1.0)
    counts = np.empty(weights.shape, dtype=np.int64)
    there = number.copy()
    for cell in range(len(weights) - 1):
        counts[cell] = generator.binomial(there, share[cell])
        there -= counts[cell]
    counts[-1] = there
    return counts


def _add_by_lag(
    cells: _Cells, after: _Cells, starts: _Counts, ends: _Counts, generators: _Two
) -> None:
    """Add the children who end so many months after their start, lag by lag, and those who stay.

    Lags with few months left are drawn together, for an array that is too short wastes time.
    """
    months, lag = cells.months, 0
    while lag < months:
        last, size = lag, 0
        while last < months and (size == 0 or size + (months - last) * cells.replicates <= _CHUNK):
            size += (months - last) * cells.replicates
            last += 1
        expected = _stacked(cells, lag, last)
        counts = poisson(expected, generators[0])
        if after is not cells:
            counts = _changed(counts, expected, _stacked(after, lag, last), generators[1])
        row = 0
        for each in range(lag, last):
            part = counts[row : row + months - each]
            starts[: months - each] += part
            ends[each:] += part
            row += months - each
        lag = last
    expected = cells.staying()
    counts = poisson(expected, generators[0])
    if after is not cells:
        counts = _changed(counts, expected, after.staying(), generators[1])
    starts += counts


def _stacked(cells: _Cells, first: int, last: int) -> _Singles:
    parts = [cells.ending(lag) for lag in range(first, last)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _changed(
    counts: _Counts, expected: _Singles, wanted: _Singles, generator: np.random.Generator
) -> _Counts:
    """Poisson counts moved from one mean to another, as few of them as possible."""
    less = wanted < expected
    # Picking some of a large array and putting them back takes longer than the drawing.
    if less.all():
        # In double precision, for a share of single ones could pass 1.
        return generator.binomial(counts, wanted.astype(np.float64) / expected).astype(np.int32)
    more = wanted > expected
    if more.all():
        return counts + poisson(wanted - expected, generator)
    made = counts.copy()
    if less.any():
        share = wanted[less].astype(np.float64) / expected[less]
        made[less] = generator.binomial(counts[less], share)
    if more.any():
        made[more] += poisson(wanted[more] - expected[more], generator)
    return made


def check_reference(inputs: StageInputs, reference: StageInputs) -> None:
    """Refuse a baseline that a scenario cannot share draws with.

    Raises
    ------
    DataError
        When they differ in replicates, months, opening or overdispersion.
    """
    same = inputs.rates.shape == reference.rates.shape and np.array_equal(
        inputs.opening, reference.opening
    )
    spread = (inputs.overdispersion is None) == (reference.overdispersion is None)
    if inputs.overdispersion is not None and reference.overdispersion is not None:
        spread = np.array_equal(inputs.overdispersion, reference.overdispersion)
    if not (same and spread):
        raise DataError(
            "a scenario shares its draws with the baseline: it needs the same replicates, months, "
            "opening stock and overdispersion"
        )
