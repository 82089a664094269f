"""Assessments, one row each, and FactorCounts, what their margins say.

A real assessment table and a synthetic one are the same type and pass through the same door: what
works on one works on the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from riskmodel.ages import AGE_BAND, age_bands
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import BASES, Basis

__all__ = ["DATE_ORDER", "PLAN", "Assessments", "FactorCounts"]

IntArray = npt.NDArray[np.int64]

PLAN = "plan"
"""The column that says whether an assessment led to a child protection plan."""

DATE_ORDER = (
    "referral_date",
    "assessment_date",
    "section_47_date",
    "conference_date",
    "plan_start_date",
    "plan_end_date",
)
"""Dates of a child's way, where a table has them: each is no earlier than those before it. A date
of birth may lie after any of them: children are assessed, and plans made, before they are born."""

_LARGEST = 2**53
"""Beyond it a float is no longer a count, and sums of counts could leave 64 bits."""


@dataclass(frozen=True, slots=True, repr=False)
class FactorCounts(Result):
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
                    f"{name} must hold one count for each of {expected[0]} factors, "
                    f"got shape {shape}"
                )
        if self.basis not in BASES:
            raise DataError(f"basis must be one of {', '.join(BASES)}, got {self.basis!r}")

    def _check_counts(self) -> None:
        for name in ("total_plans", "total_assessments"):
            total = getattr(self, name)
            if total is not None and total != int(total):
                raise DataError(f"{name} must be a whole number, got {total}")
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
            np.array([row[1] for row in rows]),
            np.array([row[2] for row in rows]),
            total_plans,
            total_assessments,
            basis,
        )

    def __add__(self, other: FactorCounts) -> FactorCounts:
        """Counts of two disjoint sets of assessments over the same factors, put together."""
        if not isinstance(other, FactorCounts):
            return NotImplemented
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

    def summary(self) -> str:
        """What it is, in a sentence."""
        known = "unknown" if self.total_assessments is None else f"{self.total_assessments:,}"
        return (
            f"{len(self.factors)} factors, {self.total_plans:,} plans, "
            f"{known} assessments ({self.basis})"
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a factor: factor, assessments, plans."""
        return pd.DataFrame(
            {"factor": self.factors, "assessments": self.assessments, "plans": self.plans}
        )


def _whole(name: str, values: npt.ArrayLike) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise DataError(f"{name} must be whole numbers, got {array!r}")
    if array.dtype.kind == "f" and not np.all(np.isfinite(array) & (np.floor(array) == array)):
        raise DataError(f"{name} must be whole numbers, got {array!r}")
    if array.size and not (array.min() >= -_LARGEST and array.max() <= _LARGEST):
        raise DataError(f"{name} must be below 2**53, got {array!r}")
    locked = array.astype(np.int64, copy=True)
    locked.flags.writeable = False
    return locked


@dataclass(frozen=True, slots=True, repr=False)
class Assessments(Result):
    """A table of assessments: factor flags, plan outcome, and whatever else is known of each.

    Parameters
    ----------
    frame
        One row an assessment. ``plan`` and each factor column are true or false without gaps;
        other columns (dates, demographics, ``authority``, ``year``) are as they come. Copied.
    factors
        Names of the factor columns.
    basis
        What each column rests on; a column left out counts as ``observed``.
    source
        Where the rows come from, for messages: a file name, ``"synthetic"``.

    Raises
    ------
    DataError
        When a column is missing, is not true or false, or dates run backwards: the column and the
        first such row are named, never a child.

    Notes
    -----
    The table is for counting groups. Nothing in the package scores a row.
    """

    frame: pd.DataFrame
    factors: tuple[str, ...]
    basis: Mapping[str, Basis]
    source: str = "table"

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", self.frame.reset_index(drop=True))
        object.__setattr__(self, "factors", tuple(self.factors))
        known = {column: self.basis.get(column, "observed") for column in self.frame.columns}
        object.__setattr__(self, "basis", MappingProxyType(known))
        self._check_flags()
        self._check_dates()

    def _check_flags(self) -> None:
        for column in (PLAN, *self.factors):
            if column not in self.frame.columns:
                raise DataError("this column is missing", file=self.source, field=column)
            values = self.frame[column]
            if values.dtype != np.bool_:
                raise DataError(
                    f"needs true or false in every row, found {values.dtype}",
                    file=self.source,
                    field=column,
                )
        for column, basis in self.basis.items():
            if basis not in BASES:
                raise DataError(
                    f"basis must be one of {', '.join(BASES)}, got {basis!r}",
                    file=self.source,
                    field=column,
                )

    def _check_dates(self) -> None:
        present = [column for column in DATE_ORDER if column in self.frame.columns]
        for position, later in enumerate(present):
            for earlier in present[:position]:
                backwards = (self.frame[later] < self.frame[earlier]).to_numpy(bool)
                if backwards.any():
                    row = int(np.flatnonzero(backwards)[0])
                    raise DataError(
                        f"{int(backwards.sum())} rows have {later} before {earlier}, "
                        f"the first in row {row + 1}",
                        file=self.source,
                        field=later,
                    )

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def weakest_basis(self) -> Basis:
        """The basis of anything computed from plan and factors: assumed as soon as one is."""
        used = {self.basis[column] for column in (PLAN, *self.factors)}
        for basis in ("assumed", "projected", "published"):
            if basis in used:
                return basis
        return "observed"

    def counts(self) -> FactorCounts:
        """Counts per factor over all rows."""
        plan = self.frame[PLAN].to_numpy()
        flags = [self.frame[name].to_numpy() for name in self.factors]
        return FactorCounts(
            self.factors,
            np.array([np.count_nonzero(flag) for flag in flags], dtype=np.int64),
            np.array([np.count_nonzero(flag & plan) for flag in flags], dtype=np.int64),
            int(np.count_nonzero(plan)),
            len(self.frame),
            self.weakest_basis,
        )

    def counts_by(
        self, columns: Sequence[str]
    ) -> Iterator[tuple[tuple[object, ...], FactorCounts]]:
        """Counts for each combination of values of the columns, in order of the values.

        As :meth:`parts`.
        """
        for key, part in self.parts(columns):
            yield key, part.counts()

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[tuple[object, ...], Assessments]]:
        """The table for each combination of values of the columns, in order of the values.

        ``age_band`` is the band of age at the assessment (:data:`riskmodel.ages.AGE_BANDS`), where
        the table holds ``age`` or the dates of birth and assessment.
        """
        frame = self.frame
        for column in columns:
            if column not in frame.columns and column == AGE_BAND:
                frame = frame.assign(**{AGE_BAND: age_bands(frame, self.source)})
            elif column not in frame.columns:
                allowed = dict.fromkeys((*frame.columns, AGE_BAND))
                raise UnknownNameError("column to group by", column, allowed)
        for key, rows in frame.groupby(list(columns), sort=True, observed=True, dropna=False):
            yield key, Assessments(rows, self.factors, self.basis, self.source)

    def to_frame(self) -> pd.DataFrame:
        """A copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """What it is, in a sentence."""
        plans = int(self.frame[PLAN].sum())
        return (
            f"{len(self.frame):,} assessments, {plans:,} plans, {len(self.factors)} factors "
            f"({self.source}, {self.weakest_basis})"
        )
