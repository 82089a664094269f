"""Results of bounds: an interval, and a table in which an end of it is attained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Bools, Floats, lock
from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.estimates import Basis

__all__ = ["QUANTITIES", "Bound", "BoundQuantity", "JointTable"]


BoundQuantity = Literal["risk_difference", "risk_ratio", "mantel_haenszel_difference", "only_plans"]
"""Quantities that have bounds: see :func:`riskmodel.factors.margins.bounds.margin_bounds`."""

QUANTITIES: tuple[BoundQuantity, ...] = get_args(BoundQuantity)

_NULL: dict[BoundQuantity, float] = {
    "risk_difference": 0.0,
    "risk_ratio": 1.0,
    "mantel_haenszel_difference": 0.0,
}
_UNIT: dict[BoundQuantity, str] = {
    "risk_difference": "difference of proportions",
    "risk_ratio": "ratio of proportions",
    "mantel_haenszel_difference": "difference of proportions",
    "only_plans": "plans",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """The interval of a quantity over every table with the margins; both ends are attained.

    Parameters
    ----------
    quantity
        The quantity that has these bounds.
    low, high
        Ends of the interval; an infinite risk ratio means nobody without the factor had a plan.
    crude
        The same quantity without allowing for the other factors; for ``only_plans`` all plans with
        the factor.
    method
        ``"exact bounds"`` or ``"linear programme"``.
    basis
        Basis of the margins.
    level
        1: bounds, not a confidence interval.
    """

    quantity: BoundQuantity
    low: float
    high: float
    crude: float
    method: str
    basis: Basis
    level: float = 1.0

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise DataError(f"bounds run from {self.low} to {self.high}")

    @property
    def unit(self) -> str:
        """What is measured, in words."""
        return _UNIT[self.quantity]

    @property
    def sign(self) -> str | None:
        """Direction of the association in words; None for a count, which has none."""
        null = _NULL.get(self.quantity)
        if null is None:
            return None
        if self.low > null:
            return "positive"
        return "negative" if self.high < null else "sign not identified"

    def __str__(self) -> str:
        words = self.quantity.replace("_", " ").replace("mantel haenszel", "Mantel-Haenszel")
        if self.quantity == "only_plans":
            return f"{words}: {self.low:,.0f} to {self.high:,.0f} of {self.crude:,.0f}"
        return f"{words}: {self.low:.3f} to {self.high:.3f} (crude {self.crude:.3f}): {self.sign}"


@dataclass(frozen=True, slots=True, repr=False)
class JointTable(Result):
    """A whole table with the margins: counts of each combination of factors.

    Parameters
    ----------
    factors
        The factor asked about, then the others.
    patterns
        Which factors each combination has, shape (M, d); combinations that no assessment has are
        left out.
    plans, without_plan
        Assessments with and without a plan, shape (M,). Where ``is_whole`` is False they are
        fractions: an average of several tables.
    """

    factors: tuple[str, ...]
    patterns: Bools
    plans: Floats
    without_plan: Floats

    def __post_init__(self) -> None:
        lock(self, "patterns", "plans", "without_plan", kind=None)

    @property
    def is_whole(self) -> bool:
        """Whether all counts are whole."""
        cells = np.concatenate([self.plans, self.without_plan])
        return bool(np.array_equal(cells, np.round(cells)))

    def to_frame(self) -> pd.DataFrame:
        """One row for each combination: a column for each factor, then plans and without_plan."""
        frame = pd.DataFrame(self.patterns, columns=list(self.factors))
        kind = np.int64 if self.is_whole else np.float64
        return frame.assign(
            plans=self.plans.astype(kind), without_plan=self.without_plan.astype(kind)
        )

    def summary(self) -> str:
        """The contents in one sentence."""
        return (
            f"{len(self.plans)} combinations of {len(self.factors)} factors, "
            f"{self.plans.sum():,.0f} plans, {self.without_plan.sum():,.0f} assessments without"
        )
