"""Starts, ends and stocks by month, exact given the parameters and without a child in it.

Starts of a month are Poisson; each child stays for an independent length. Then the children who
start in month s and end in month m are Poisson and independent of all other such pairs, so a
replicate is a triangle of Poisson counts, and the children there at first part into their months
of ending. Row sums are starts, column sums are ends: their joint law, and that of the stocks, is
that of the open-ended queue M_t/G/infinity (Eick, Massey and Whitt 1993), whatever the number of
children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskmodel.demand.counts import poisson
from riskmodel.demand.durations.laws import Family, Floats, check_family, check_positive
from riskmodel.demand.monthly import end_shares, open_left
from riskmodel.errors import DataError
from riskmodel.streams import stream

__all__ = ["BLOCK", "Flows", "StageInputs", "simulate", "simulate_stage"]

BLOCK = 512
"""Replicates that share a stream, and that stay in the processor's cache together."""

_CHUNK = 12_000
_Counts = npt.NDArray[np.int32]


class Flows(NamedTuple):
    """Starts and ends in each month and the stock at its end, shape (replicate, month)."""

    starts: _Counts
    ends: _Counts
    stock: _Counts


@dataclass(frozen=True, slots=True, eq=False)
class StageInputs:
    """What one stage is projected from, each replicate with its own parameters.

    Parameters
    ----------
    rates
        Expected starts in each month, shape (replicate, month), 0 or more.
    mean_days
        Mean length, shape (replicate,), or (replicate, month) by month of start.
    shape
        Shape of the lengths, shape (replicate,).
    opening
        Children there at first, shape (replicate,).
    family
        Distribution of lengths.
    overdispersion
        Variance of a month's starts over their mean, 1 or more, shape () or (replicate,): brothers
        and sisters start together. None is 1, Poisson.
    opening_survival
        Share of the children there at first who are still there at the end of each month, shape
        (replicate, month), never rising. None is that of a steady state, with the first month's
        mean and shape.

    Raises
    ------
    DataError
        When shapes differ or a number is out of range: the field is named.

    Notes
    -----
    Arrays are copied and locked.
    """

    rates: Floats
    mean_days: Floats
    shape: Floats
    opening: npt.NDArray[np.int64]
    family: Family = "gamma"
    overdispersion: Floats | None = None
    opening_survival: Floats | None = None

    def __post_init__(self) -> None:
        check_family(self.family)
        rates = np.array(self.rates, dtype=np.float64)
        if rates.ndim != 2 or not rates.size:
            raise DataError(
                f"needs the shape (replicate, month) with one or more of each, got {rates.shape}",
                field="rates",
            )
        opening = np.array(self.opening)
        mean = np.array(check_positive(self.mean_days, "mean_days"))
        shape = np.array(check_positive(self.shape, "shape"))
        replicates = len(rates)
        for name, found, allowed in (
            ("opening", opening.shape, ((replicates,),)),
            ("mean_days", mean.shape, ((replicates,), rates.shape)),
            ("shape", shape.shape, ((replicates,),)),
        ):
            if found not in allowed:
                words = " or ".join(str(each) for each in allowed)
                raise DataError(
                    f"with rates of shape {rates.shape} it needs {words}, got {found}", field=name
                )
        _check_counts("rates", rates)
        _check_counts("opening", opening)
        if (opening != np.floor(opening)).any():
            raise DataError("children are counted in whole numbers", field="opening")
        self._keep("rates", rates)
        self._keep("mean_days", mean)
        self._keep("shape", shape)
        self._keep("opening", opening.astype(np.int64))
        self._check_optional(rates.shape)

    def _check_optional(self, expected: tuple[int, int]) -> None:
        if self.overdispersion is not None:
            factor = np.array(self.overdispersion, dtype=np.float64)
            if factor.shape not in ((), (expected[0],)) or not (factor >= 1).all():
                raise DataError(
                    "the variance of a month's starts over their mean is 1 or more, one number or "
                    f"one a replicate; got shape {factor.shape}, least {factor.min():g}",
                    field="overdispersion",
                )
            self._keep("overdispersion", np.broadcast_to(factor, expected[:1]).copy())
        if self.opening_survival is not None:
            left = np.array(self.opening_survival, dtype=np.float64)
            falls = left.shape == expected and bool(
                (left >= 0).all() and (left <= 1).all() and (np.diff(left, axis=1) <= 1e-12).all()
            )
            if not falls:
                raise DataError(
                    f"needs shares from 1 down to 0 that never rise, shape {expected}; got "
                    f"{left.shape}",
                    field="opening_survival",
                )
            self._keep("opening_survival", left)

    def _keep(self, name: str, values: npt.NDArray[np.generic]) -> None:
        values.flags.writeable = False
        object.__setattr__(self, name, values)

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return int(self.rates.shape[0])

    @property
    def months(self) -> int:
        """How many months there are."""
        return int(self.rates.shape[1])

    def part(self, first: int, last: int) -> StageInputs:
        """The replicates from the first up to, not including, the last."""
        rows = slice(first, last)
        return StageInputs(
            self.rates[rows],
            self.mean_days[rows],
            self.shape[rows],
            self.opening[rows],
            self.family,
            None if self.overdispersion is None else self.overdispersion[rows],
            None if self.opening_survival is None else self.opening_survival[rows],
        )


def _check_counts(name: str, given: npt.ArrayLike) -> None:
    values = np.asarray(given, dtype=np.float64)
    if not (np.isfinite(values) & (values >= 0)).all():
        raise DataError("needs finite numbers of 0 or more", field=name)


def simulate(
    rates: npt.ArrayLike,
    mean_days: npt.ArrayLike,
    shape: npt.ArrayLike,
    opening: npt.ArrayLike,
    generator: np.random.Generator,
    *,
    family: Family = "gamma",
    overdispersion: npt.ArrayLike | None = None,
) -> Flows:
    """Starts, ends and stocks of one stage, all replicates from one generator.

    Parameters
    ----------
    rates, mean_days, shape, opening, family, overdispersion
        As in :class:`StageInputs`.
    generator
        The random numbers.

    Returns
    -------
    Flows
        ``starts``, ``ends`` and ``stock``, 32-bit integers of shape (replicate, month). Opening
        + starts - ends is the stock in every replicate and month.

    Raises
    ------
    DataError
        As :class:`StageInputs`.

    Examples
    --------
    >>> from riskmodel.streams import stream
    >>> made = simulate([[52.5] * 36], [303], [1.5], [626], stream(1, "example"))
    >>> bool((626 + (made.starts - made.ends).cumsum(axis=1) == made.stock).all())
    True
    """
    inputs = StageInputs(
        np.asarray(rates, dtype=np.float64),
        np.asarray(mean_days, dtype=np.float64),
        np.asarray(shape, dtype=np.float64),
        np.asarray(opening),
        family,
        None if overdispersion is None else np.asarray(overdispersion, dtype=np.float64),
    )
    return _joined(
        [
            _simulate_block(inputs.part(first, first + BLOCK), generator)
            for first in range(0, inputs.replicates, BLOCK)
        ]
    )


def simulate_stage(inputs: StageInputs, seed: int, purpose: str) -> Flows:
    """As :func:`simulate`, each block of replicates from its own named stream.

    The bytes of a block are the same however many replicates are asked for, and whoever makes it.

    Parameters
    ----------
    inputs
        What the stage is projected from.
    seed
        The user's seed.
    purpose
        Name of the stream, such as ``"demand/child_protection_plan"``.
    """
    blocks = range(0, inputs.replicates, BLOCK)
    return _joined(
        [
            _simulate_block(inputs.part(first, first + BLOCK), stream(seed, purpose, number))
            for number, first in enumerate(blocks)
        ]
    )


def _joined(blocks: list[Flows]) -> Flows:
    if len(blocks) == 1:
        return blocks[0]
    return Flows(*(np.concatenate(each) for each in zip(*blocks, strict=True)))


def _simulate_block(inputs: StageInputs, generator: np.random.Generator) -> Flows:
    """One block; inside, months come first and replicates lie side by side."""
    rates = np.ascontiguousarray(inputs.rates.T)
    if inputs.overdispersion is not None:
        rates = _overdispersed(rates, inputs.overdispersion, generator)
    same = inputs.mean_days.ndim == 1
    mean = inputs.mean_days if same else inputs.mean_days[:, 0]
    shares = end_shares(inputs.family, mean, inputs.shape, inputs.months)
    left = inputs.opening_survival
    ends = _opening_ends(inputs, open_left(shares, mean) if left is None else left.T, generator)
    starts = np.zeros_like(ends)
    if same:
        _add_by_lag(rates, shares, starts, ends, generator)
    else:
        _add_by_month(rates, inputs, starts, ends, generator)
    stock = starts - ends
    stock[0] += inputs.opening.astype(np.int32)
    for month in range(1, inputs.months):
        stock[month] += stock[month - 1]
    return Flows(*(np.ascontiguousarray(each.T) for each in (starts, ends, stock)))


def _overdispersed(rates: Floats, factor: Floats, generator: np.random.Generator) -> Floats:
    """Rates with a gamma multiplier, so that counts have the variance factor × mean."""
    excess = factor - 1
    spread = np.where(excess > 0, excess, 1.0)
    drawn = generator.standard_gamma(rates / spread) * spread
    return np.where(excess > 0, drawn, rates)


def _opening_ends(inputs: StageInputs, left: Floats, generator: np.random.Generator) -> _Counts:
    """How many of the children there at first end in each month: one binomial after another."""
    ends = np.empty((inputs.months, inputs.replicates), dtype=np.int32)
    before = np.concatenate([np.ones((1, inputs.replicates)), left[:-1]])
    ending = np.clip(1 - left / np.maximum(before, np.finfo(np.float64).tiny), 0.0, 1.0)
    there = inputs.opening.copy()
    for month, share in enumerate(ending):
        ended = generator.binomial(there, share)
        there -= ended
        ends[month] = ended
    return ends


def _add_by_lag(
    rates: Floats, shares: Floats, starts: _Counts, ends: _Counts, generator: np.random.Generator
) -> None:
    """Add the children who end so many months after their start, lag by lag, and those who stay.

    Lags with few months left are drawn together, for an array that is too short wastes time.
    """
    months, replicates = rates.shape
    small, small_shares = rates.astype(np.float32), shares.astype(np.float32)
    lag = 0
    while lag < months:
        last, cells = lag, 0
        while last < months and (cells == 0 or cells + (months - last) * replicates <= _CHUNK):
            cells += (months - last) * replicates
            last += 1
        expected = [small[: months - each] * small_shares[each] for each in range(lag, last)]
        counts = poisson(expected[0] if len(expected) == 1 else np.concatenate(expected), generator)
        row = 0
        for each in range(lag, last):
            part = counts[row : row + months - each]
            starts[: months - each] += part
            ends[each:] += part
            row += months - each
        lag = last
    staying = np.ones(replicates)
    expected_open = np.empty_like(rates)
    for after in range(months):
        staying = np.maximum(staying - shares[after], 0.0)
        np.multiply(rates[months - 1 - after], staying, out=expected_open[months - 1 - after])
    starts += poisson(expected_open, generator)


def _add_by_month(
    rates: Floats,
    inputs: StageInputs,
    starts: _Counts,
    ends: _Counts,
    generator: np.random.Generator,
) -> None:
    """The same where lengths differ by month of start: month by month."""
    for month in range(inputs.months):
        mean = inputs.mean_days[:, month]
        shares = end_shares(inputs.family, mean, inputs.shape, inputs.months - month)
        staying = np.maximum(1 - shares.sum(axis=0), 0.0)
        counts = poisson(rates[month] * np.concatenate([shares, staying[None]]), generator)
        starts[month] += counts.sum(axis=0, dtype=np.int32)
        ends[month:] += counts[:-1]
