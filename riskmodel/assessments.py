"""FactorCounts: how many assessments found a factor, and how many of those led to a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.estimates import BASES, Basis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FactorCounts"]

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FactorCounts:
    """Counts of assessments and plans per factor: all that margins say, and mergeable.

    Parameters
    ----------
    factors
        Names or labels of the factors, length J, no two alike.
    assessments
        n_j, assessments in which factor j was identified; shape (J,).
    plans
        k_j, those among them that led to a child protection plan; shape (J,), 0 <= k_j <= n_j.
    total_plans
        Plans of any kind in the same period and population (630 in the report card).
    total_assessments
        N, assessments of any kind; None where it is not published.
    basis
        What the counts rest on.

    Raises
    ------
    DataError
        When lengths differ or counts contradict each other: the factor is named.

    Notes
    -----
    Counts of disjoint sets of assessments add: ``a + b`` is exact at any scale. An unknown total
    makes the sum unknown.
    """

    factors: tuple[str, ...]
    assessments: IntArray
    plans: IntArray
    total_plans: int
    total_assessments: int | None = None
    basis: Basis = "observed"

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", tuple(self.factors))
        object.__setattr__(self, "assessments", _whole("assessments", self.assessments))
        object.__setattr__(self, "plans", _whole("plans", self.plans))
        self._check_shapes()
        self._check_counts()

    def _check_shapes(self) -> None:
        repeated = sorted({name for name in self.factors if self.factors.count(name) > 1})
        if repeated:
            raise DataError(f"factors appear more than once: {', '.join(repeated)}")
        expected = (len(self.factors),)
        for name in ("assessments", "plans"):
            shape = getattr(self, name).shape
            if shape != expected:
                raise DataError(
                    f"{name} must hold one count for each of {expected[0]} factors, got shape {shape}"
                )
        if self.basis not in BASES:
            raise DataError(f"basis must be one of {', '.join(BASES)}, got {self.basis!r}")

    def _check_counts(self) -> None:
        if self.total_plans < 0:
            raise DataError(f"total_plans must not be negative, got {self.total_plans}")
        ceiling = self.total_assessments
        if ceiling is not None and ceiling < self.minimum_assessments:
            raise DataError(
                f"total_assessments is {ceiling}, but the counts need at least "
                f"{self.minimum_assessments}"
            )
        for name, n, k in zip(self.factors, self.assessments, self.plans, strict=True):
            if k < 0 or n < 0:
                raise DataError(f"{name}: counts must not be negative, got {k} plans of {n}")
            if k > n:
                raise DataError(f"{name}: {k} plans out of only {n} assessments")
            if k > self.total_plans:
                raise DataError(f"{name}: {k} plans, but only {self.total_plans} in all")

    @property
    def minimum_assessments(self) -> int:
        """The fewest assessments that these counts allow.

        Every plan is an assessment, and so is every assessment with factor j that led to none:
        N >= total_plans + max_j (n_j - k_j). For the report card 630 + 439 = 1,069.
        """
        without_plan = self.assessments - self.plans
        return self.total_plans + int(without_plan.max(initial=0))

    @classmethod
    def from_rows(
        cls,
        rows: Sequence[tuple[str, int, int]],
        *,
        total_plans: int,
        total_assessments: int | None = None,
        basis: Basis = "observed",
    ) -> FactorCounts:
        """Build from ``(factor, assessments, plans)`` rows."""
        return cls(
            tuple(row[0] for row in rows),
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.int64),
            total_plans,
            total_assessments,
            basis,
        )

    def __add__(self, other: FactorCounts) -> FactorCounts:
        """Counts of two disjoint sets of assessments over the same factors, put together."""
        if self.factors != other.factors:
            different = sorted(set(self.factors) ^ set(other.factors))
            raise DataError(
                "only counts over the same factors in the same order can be added; "
                f"differing: {', '.join(different) or 'the order'}"
            )
        if self.basis != other.basis:
            raise DataError(
                f"counts on different bases cannot be added: {self.basis} and {other.basis}"
            )
        totals = (self.total_assessments, other.total_assessments)
        return FactorCounts(
            self.factors,
            self.assessments + other.assessments,
            self.plans + other.plans,
            self.total_plans + other.total_plans,
            None if None in totals else sum(total for total in totals if total is not None),
            self.basis,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FactorCounts):
            return NotImplemented
        return (
            self.factors == other.factors
            and self.total_plans == other.total_plans
            and self.total_assessments == other.total_assessments
            and self.basis == other.basis
            and np.array_equal(self.assessments, other.assessments)
            and np.array_equal(self.plans, other.plans)
        )

    __hash__ = None  # type: ignore[assignment]  # arrays inside: equal objects would hash apart

    def __str__(self) -> str:
        known = "unknown" if self.total_assessments is None else f"{self.total_assessments:,}"
        return (
            f"{len(self.factors)} factors, {self.total_plans:,} plans, "
            f"{known} assessments ({self.basis})"
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a factor: factor, assessments, plans."""
        import pandas as pd

        return pd.DataFrame(
            {"factor": self.factors, "assessments": self.assessments, "plans": self.plans}
        )


def _whole(name: str, values: npt.ArrayLike) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iu" and not np.all(np.equal(np.mod(array, 1), 0)):
        raise DataError(f"{name} must be whole numbers, got {array!r}")
    locked = array.astype(np.int64, copy=True)
    locked.flags.writeable = False
    return locked
