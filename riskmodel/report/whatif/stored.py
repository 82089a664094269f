"""What the page keeps of a projection: the expected course and the chance of each simulation.

The stock of a stage in simulation r at the end of month t is kept as

    stock = expected + chance x spread,

where the expected stock is the convolution of expected starts with the share of them still there,
the spread is its standard deviation given the simulation's rates and durations, and the chance is
what the simulated whole children differ by. A setting moves the first and the spread; the chance
stays, so that every setting meets the same luck.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.demand.durations.laws import DAYS_A_MONTH, equilibrium, survival
from riskmodel.demand.implied import expected_stock
from riskmodel.demand.monthly import end_shares
from riskmodel.demand.simulation.inputs import StageInputs

__all__ = ["LEAST_LENGTH", "MOST_KEPT", "chance", "kept_stage", "packed", "spread"]

MOST_KEPT = 512
"""Simulations that a page keeps: a whole block of streams, so that they are the first ones of any
larger projection with the same seed."""

LEAST_LENGTH = 0.2
"""Shortest mean duration, as a share of the baseline's, that the table of durations reaches."""

_SHAPES, _TIMES = 16, 128
_CHANCE = 4096
_Floats = npt.NDArray[np.float64]


def packed(values: npt.ArrayLike, kind: str, scale: float = 1.0) -> dict[str, Any]:
    """An array for the page: its kind, what a step stands for, its bytes as text.

    Parameters
    ----------
    values
        Any shape; the last axis lies closest together.
    kind
        ``f4``, ``u2`` or ``i2``, little-endian.
    scale
        What one step of a whole number stands for.
    """
    made = np.asarray(values, dtype=np.float64)
    if kind != "f4":
        ends = np.iinfo(np.dtype(kind))
        made = np.clip(np.rint(made / scale), ends.min, ends.max)
    content = np.ascontiguousarray(made, dtype=np.dtype(kind).newbyteorder("<")).tobytes()
    return {"kind": kind, "scale": scale, "bytes": base64.b64encode(content).decode("ascii")}


def kept_stage(inputs: StageInputs, stock: npt.NDArray[np.int32]) -> dict[str, Any]:
    """One stage as the page keeps it.

    Parameters
    ----------
    inputs
        The baseline's, of the simulations that are kept.
    stock
        As simulated, shape (replicate, month).
    """
    most = np.maximum(inputs.rates.max(axis=1), 1e-9)
    mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, 0]
    factor = inputs.overdispersion
    return {
        "opening": packed(inputs.opening, "f4"),
        "mean": packed(mean, "f4"),
        "most": packed(most, "f4"),
        "rates": packed(inputs.rates / most[:, None] * 65535, "u2"),
        "left": packed(_left(inputs), "u2", 1 / 65535),
        "chance": packed(chance(inputs, stock), "i2", 1 / _CHANCE),
        "excess": packed(np.zeros(inputs.replicates) if factor is None else factor - 1, "f4"),
        "shape": packed(inputs.shape, "f4"),
        "repeats": _repeats(inputs),
        "table": _table(inputs, mean),
    }


def chance(inputs: StageInputs, stock: npt.NDArray[np.int32]) -> _Floats:
    """How far simulated children are from what is expected, in standard deviations."""
    of_mean = expected_stock(
        inputs.opening,
        inputs.rates,
        inputs.mean_days,
        inputs.shape,
        family=inputs.family,
        opening_survival=inputs.opening_survival,
    )
    limit = np.iinfo(np.int16).max / _CHANCE
    return np.clip((stock - of_mean) / spread(inputs), -limit, limit)


def spread(inputs: StageInputs) -> _Floats:
    """Standard deviation of the stock given rates and durations, shape (replicate, month).

    Notes
    -----
    Of the children there at first, N p (1 - p). Of a month's starts, with mean m, variance f m
    and the share a still there, m a + (f - 1) m a^2.
    """
    left, months = _left(inputs), inputs.months
    excess = 0.0 if inputs.overdispersion is None else inputs.overdispersion - 1
    variance = (inputs.opening[:, None] * left * (1 - left)).T
    for month in range(months):
        mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, month]
        if month == 0 or inputs.mean_days.ndim == 2:
            ended = end_shares(inputs.family, mean, inputs.shape, months)
            there = np.maximum(1 - np.cumsum(ended, axis=0), 0.0)
        part = there[: months - month]
        variance[month:] += inputs.rates[:, month] * (part + excess * part**2)
    return np.sqrt(np.maximum(variance, 1e-6)).T


def _left(inputs: StageInputs) -> _Floats:
    """Share of the children there at first who are still there, shape (replicate, month)."""
    if inputs.opening_survival is not None:
        return inputs.opening_survival
    mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, 0]
    days = DAYS_A_MONTH * np.arange(1, inputs.months + 1)
    return np.asarray(1 - equilibrium(inputs.family, days, mean[:, None], inputs.shape[:, None]))


def _repeats(inputs: StageInputs) -> dict[str, Any] | None:
    """Who comes back after an end, and when; None where nothing is known of it."""
    if inputs.repeats is None:
        return None
    timing = inputs.repeats.timing[: inputs.months]
    return {"share": packed(inputs.repeats.share, "f4"), "timing": packed(timing, "f4")}


def _table(inputs: StageInputs, mean: _Floats) -> dict[str, Any]:
    """Durations of mean 1: survival S and its integral G, by shape and time.

    The share of a month's starts still there so many months after is a difference of G, whatever
    the mean. Between times the page takes the cubic that has both G and S, and between shapes the
    one through four neighbours; the tests hold it against the functions themselves.
    """
    low, high = np.log(inputs.shape.min()) - 1e-6, np.log(inputs.shape.max()) + 1e-6
    shapes = np.exp(np.linspace(low, high, _SHAPES))[:, None]
    farthest = inputs.months * DAYS_A_MONTH / (mean.min() * LEAST_LENGTH)
    times = farthest * (np.arange(_TIMES + 1) / _TIMES) ** 3
    return {
        "low": float(low),
        "high": float(high),
        "shapes": _SHAPES,
        "farthest": float(farthest),
        "times": _TIMES,
        "integral": packed(equilibrium(inputs.family, times, 1.0, shapes), "f4"),
        "survival": packed(survival(inputs.family, times, 1.0, shapes), "f4"),
    }


def kept_uniforms(values: Mapping[str, _Floats]) -> dict[str, Any]:
    """Numbers from 0 to 1, each the middle of its step of 1 in 65,536."""
    return {name: packed(np.floor(each * 65536), "u2") for name, each in values.items()}


def first_rows(inputs: StageInputs, kept: int) -> StageInputs:
    """The simulations that are kept of a stage."""
    return inputs if kept >= inputs.replicates else inputs.rows(slice(0, kept))
