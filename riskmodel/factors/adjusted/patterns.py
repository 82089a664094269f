"""Assessments as counts of distinct factor patterns: everything a main-effects model needs.

A million assessments with 34 factors have some hundred thousand distinct patterns. Counts of
patterns can be added, so a table can be read piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodel.assessments import PLAN, Assessments, FactorCounts
from riskmodel.core.arrays import Bools, Integers, lock
from riskmodel.core.result import Result
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import BASES, Basis

__all__ = ["FactorPatterns", "factor_patterns", "joint_basis", "number_patterns", "pattern_counts"]


_WORD = 62
"""Flags in one word: 64 bits with room for the plan and the sign."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FactorPatterns(Result):
    """Distinct combinations of factors, with how many assessments and plans each has.

    Parameters
    ----------
    factors
        Names, length J.
    flags
        The patterns, one in each row, no two alike; shape (P, J).
    assessments
        Assessments with exactly that pattern; shape (P,), at least 1.
    plans
        Those of them that led to a plan; shape (P,).
    basis
        Basis of the counts.

    Raises
    ------
    DataError
        When shapes or counts contradict each other.
    """

    factors: tuple[str, ...]
    flags: Bools
    assessments: Integers
    plans: Integers
    basis: Basis = "observed"

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", tuple(self.factors))
        lock(self, "flags", kind=np.bool_)
        lock(self, "assessments", "plans", kind=np.int64)
        number = len(self.assessments)
        if self.flags.shape != (number, len(self.factors)) or self.plans.shape != (number,):
            raise DataError(
                f"{number} patterns of {len(self.factors)} factors need flags of that shape and "
                f"a count of plans each, got {self.flags.shape} and {self.plans.shape}"
            )
        if (self.assessments < 1).any() or (self.plans < 0).any():
            raise DataError("each pattern needs at least 1 assessment and no negative count")
        if (self.plans > self.assessments).any():
            raise DataError("a pattern has more plans than assessments")
        if self.basis not in BASES:
            raise DataError(f"basis must be one of {', '.join(BASES)}, got {self.basis!r}")

    @property
    def total_assessments(self) -> int:
        """Assessments in all."""
        return int(self.assessments.sum())

    @property
    def total_plans(self) -> int:
        """Plans in all."""
        return int(self.plans.sum())

    def __len__(self) -> int:
        return len(self.assessments)

    def __add__(self, other: FactorPatterns) -> FactorPatterns:
        """Patterns of two disjoint sets of assessments over the same factors, put together."""
        if not isinstance(other, FactorPatterns):
            return NotImplemented
        if self.factors != other.factors:
            different = sorted(set(self.factors) ^ set(other.factors))
            raise DataError(
                "only patterns over the same factors in the same order can be added; "
                f"differing: {', '.join(different) or 'the order'}"
            )
        if self.basis != other.basis:
            raise DataError(
                f"counts on different bases cannot be added: {self.basis} and {other.basis}"
            )
        return _merged(
            self.factors,
            np.vstack([self.flags, other.flags]),
            np.concatenate([self.assessments, other.assessments]),
            np.concatenate([self.plans, other.plans]),
            self.basis,
        )

    def select(self, factors: Sequence[str]) -> FactorPatterns:
        """Patterns over some of the factors only, in the order given.

        Raises
        ------
        UnknownNameError
            When one of them is not there.
        """
        for name in factors:
            if name not in self.factors:
                raise UnknownNameError("factor in this table", name, self.factors)
        repeated = sorted({name for name in factors if list(factors).count(name) > 1})
        if repeated:
            raise DataError(f"factors are asked for more than once: {', '.join(repeated)}")
        if tuple(factors) == self.factors:
            return self
        columns = [self.factors.index(name) for name in factors]
        return _merged(
            tuple(factors), self.flags[:, columns], self.assessments, self.plans, self.basis
        )

    def counts(self) -> FactorCounts:
        """Counts per factor."""
        # As floats the sums are quick, and exact below 2**53.
        flags = self.flags.astype(np.float64)
        return FactorCounts(
            self.factors,
            self.assessments.astype(np.float64) @ flags,  # type: ignore[arg-type]  # whole numbers
            self.plans.astype(np.float64) @ flags,  # type: ignore[arg-type]  # whole numbers
            self.total_plans,
            self.total_assessments,
            self.basis,
        )

    def to_frame(self) -> pd.DataFrame:
        """One row for each pattern: a column for each factor, then assessments and plans."""
        frame = pd.DataFrame(self.flags, columns=list(self.factors))
        return frame.assign(assessments=self.assessments, plans=self.plans)

    def summary(self) -> str:
        """The contents in one sentence."""
        return (
            f"{len(self):,} patterns of {len(self.factors)} factors in "
            f"{self.total_assessments:,} assessments, {self.total_plans:,} plans ({self.basis})"
        )


def factor_patterns(
    tables: Assessments | Iterable[Assessments], factors: Sequence[str] | None = None
) -> FactorPatterns:
    """Distinct patterns of a table, which may be read in pieces.

    Parameters
    ----------
    tables
        A table, or pieces of one over the same factors.
    factors
        Which factors; all of the table where it is None.

    Returns
    -------
    FactorPatterns
        With the basis of :func:`joint_basis`.

    Raises
    ------
    UnknownNameError
        When a factor is not in the table.
    DataError
        When there is no assessment.
    """
    found: FactorPatterns | None = None
    for table in [tables] if isinstance(tables, Assessments) else tables:
        if not len(table):
            continue
        names = table.factors if factors is None else tuple(factors)
        for name in names:
            if name not in table.factors:
                raise UnknownNameError("factor in this table", name, table.factors)
        columns = [table.frame[name].to_numpy() for name in names]
        part = pattern_counts(
            names, table.frame[PLAN].to_numpy(), columns, basis=joint_basis(table)
        )
        found = part if found is None else found + part
    if found is None:
        raise DataError("there are no assessments to count")
    return found


def joint_basis(table: Assessments) -> Basis:
    """Basis of a table's combinations of factors.

    Counts of single factors may be published, but nobody has published which assessment has which
    factors. So if the columns of a table are published figures, its combinations are assumed,
    whichever columns are used.
    """
    weakest = table.weakest_basis
    return "assumed" if weakest == "published" else weakest


def pattern_counts(
    factors: Sequence[str],
    plan: Bools,
    columns: Sequence[Bools] | Bools,
    *,
    basis: Basis = "observed",
) -> FactorPatterns:
    """Distinct patterns of bare columns.

    Parameters
    ----------
    factors
        Names, length J.
    plan
        Shape (rows,).
    columns
        Flags, one array of shape (rows,) for each factor, or shape (J, rows).
    basis
        What they rest on.

    Notes
    -----
    Flags and plan are packed into words of 64 bits and sorted: about 0.05 s for a million rows of
    34 factors.
    """
    cells, of_row = number_patterns([*columns, plan])
    rows = np.bincount(of_row, minlength=len(cells)).astype(np.int64)
    flags, led = cells[:, :-1], cells[:, -1]
    return _merged(tuple(factors), flags, rows, np.where(led, rows, 0), basis)


def number_patterns(columns: Sequence[Bools]) -> tuple[Bools, Integers]:
    """The distinct rows of some flag columns, and which of them each row is.

    Parameters
    ----------
    columns
        Arrays of shape (rows,), at least one.

    Returns
    -------
    patterns
        Shape (P, columns), in a fixed order.
    of_row
        Shape (rows,): position in ``patterns``.
    """
    first = np.empty(0, dtype=np.int64)
    code: npt.NDArray[np.integer] = np.zeros(len(columns[0]), dtype=np.int64)
    for start in range(0, len(columns), _WORD):
        word = np.zeros(len(code), dtype=np.int64)
        for position, column in enumerate(columns[start : start + _WORD]):
            word |= column.astype(np.int64) << position
        if start:
            number, word = np.unique(word, return_inverse=True)
            code = code * len(number) + word
        else:
            code = word
        _, first, code = np.unique(code, return_index=True, return_inverse=True)
    patterns = np.column_stack([column[first] for column in columns])
    return patterns, code.astype(np.int64, copy=False)


def _merged(
    factors: tuple[str, ...], flags: Bools, rows: Integers, plans: Integers, basis: Basis
) -> FactorPatterns:
    """Equal patterns put together."""
    if not factors:
        nothing = np.zeros((1, 0), dtype=np.bool_)
        return FactorPatterns((), nothing, rows.sum(keepdims=True), plans.sum(keepdims=True), basis)
    unique, of = number_patterns(list(flags.T))
    rows, plans = (
        np.bincount(of, weights=counts, minlength=len(unique)).astype(np.int64)
        for counts in (rows, plans)
    )
    return FactorPatterns(factors, unique, rows, plans, basis)
