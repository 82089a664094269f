"""Inputs and results of the simulation of a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats, Integers
from riskmodel.demand.durations.laws import Family, check_family, check_positive
from riskmodel.demand.simulation.repeats import Repeats
from riskmodel.errors import DataError

__all__ = ["Flows", "StageInputs"]

_Counts = npt.NDArray[np.int32]


class Flows(NamedTuple):
    """Starts and ends in each month and the stock at its end, shape (replicate, month)."""

    starts: _Counts
    ends: _Counts
    stock: _Counts


@dataclass(frozen=True, slots=True, eq=False)
class StageInputs:
    """The inputs of one stage; each replicate has its own parameters.

    Parameters
    ----------
    rates
        Expected starts in each month, shape (replicate, month), 0 or more.
    mean_days
        Mean duration, shape (replicate,), or (replicate, month) by month of start.
    shape
        Shape of the durations, shape (replicate,).
    opening
        Children at the opening, shape (replicate,).
    family
        Distribution of lengths.
    overdispersion
        Variance of a month's starts over their mean, 1 or more, shape () or (replicate,), above 1
        because brothers and sisters start together. None is 1, Poisson.
    opening_survival
        Share of the children at the opening who are still there at the end of each month, shape
        (replicate, month), never rising. None takes that of a steady state, with the first month's
        mean and shape.
    repeats
        Who comes back after an end; they are already among the starts. A scenario that changes how
        many end changes how many come back. None where nothing is known about it.

    Raises
    ------
    DataError
        When shapes differ or a number is out of range; the message names the field.

    Notes
    -----
    Arrays are copied and locked.
    """

    rates: Floats
    mean_days: Floats
    shape: Floats
    opening: Integers
    family: Family = "gamma"
    overdispersion: Floats | None = None
    opening_survival: Floats | None = None
    repeats: Repeats | None = None

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
        if self.repeats is not None:
            found = (*self.repeats.share.shape, len(self.repeats.timing))
            if found[0] != expected[0] or found[1] < expected[1]:
                raise DataError(
                    f"needs a share for each replicate and a timing of all months, {expected}; got "
                    f"{found}",
                    field="repeats",
                )

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

    def rows(self, which: npt.NDArray[np.intp] | slice) -> StageInputs:
        """The same with these replicates."""
        return StageInputs(
            self.rates[which],
            self.mean_days[which],
            self.shape[which],
            self.opening[which],
            self.family,
            None if self.overdispersion is None else self.overdispersion[which],
            None if self.opening_survival is None else self.opening_survival[which],
            None if self.repeats is None else self.repeats.rows(which),
        )


def _check_counts(name: str, given: npt.ArrayLike) -> None:
    values = np.asarray(given, dtype=np.float64)
    if not (np.isfinite(values) & (values >= 0)).all():
        raise DataError("needs finite numbers of 0 or more", field=name)
