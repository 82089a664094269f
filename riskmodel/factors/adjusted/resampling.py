"""Bootstrap of assessments, by child where children are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from riskmodel.assessments import PLAN, Assessments
from riskmodel.core.arrays import Floats, Integers
from riskmodel.factors.adjusted.patterns import FactorPatterns, number_patterns
from riskmodel.streams import stream

__all__ = ["CHILD", "ResamplingPlan", "children_of"]


CHILD = "child_id"
"""The column that says which assessments concern one child."""


@dataclass(frozen=True, slots=True, eq=False)
class ResamplingPlan:
    """What is drawn, with replacement: assessments, or children with all theirs.

    Parameters
    ----------
    single
        Units with one assessment, by cell: patterns without a plan, then patterns with one; shape
        (2P,).
    several
        Units with several: assessments by unit and cell, shape (units, 2P).
    """

    single: Integers
    several: sparse.csr_array

    @property
    def units(self) -> int:
        """How many are drawn."""
        return int(self.single.sum()) + int(self.several.shape[0])

    @classmethod
    def of_patterns(cls, patterns: FactorPatterns) -> ResamplingPlan:
        """Assessments by themselves."""
        cells = np.concatenate([patterns.assessments - patterns.plans, patterns.plans])
        return cls(cells, sparse.csr_array((0, len(cells)), dtype=np.float64))

    @classmethod
    def of_table(cls, table: Assessments, patterns: FactorPatterns) -> ResamplingPlan:
        """Children where the table knows them.

        Parameters
        ----------
        table
            The table.
        patterns
            Its patterns, over some of its factors.
        """
        children = children_of(table)
        per_child = np.bincount(children)
        if per_child.max() == 1:
            return cls.of_patterns(patterns)
        _, of_row = number_patterns([table.frame[name].to_numpy() for name in patterns.factors])
        cell = of_row + len(patterns) * table.frame[PLAN].to_numpy()
        is_single = per_child[children] == 1
        single = np.bincount(cell[is_single], minlength=2 * len(patterns))
        _, unit = np.unique(children[~is_single], return_inverse=True)
        several = sparse.coo_array(
            (np.ones(len(unit)), (unit, cell[~is_single])),
            shape=(int(unit.max()) + 1, 2 * len(patterns)),
        )
        return cls(single.astype(np.int64), several.tocsr())

    def draws(self, number: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
        """Assessments and plans of each pattern in each resample; shape (P,) each.

        Notes
        -----
        Drawing units with replacement is drawing how often each kind comes from a multinomial.
        Each resample has a stream of its own: more of them leave the earlier ones as they are.
        """
        weights = np.concatenate([self.single, np.ones(self.several.shape[0])])
        chances, cells = weights / weights.sum(), len(self.single)
        for replicate in range(number):
            random = stream(seed, "factors/bootstrap", replicate)
            drawn = random.multinomial(self.units, chances).astype(np.float64)
            by_cell = drawn[:cells] + drawn[cells:] @ self.several
            without, plans = by_cell.reshape(2, -1)
            yield without + plans, plans


def children_of(table: Assessments) -> Integers:
    """Number of the child of each assessment, from 0; without an id each is a child by itself."""
    if CHILD not in table.frame.columns:
        return np.arange(len(table), dtype=np.int64)
    codes = np.asarray(pd.factorize(table.frame[CHILD])[0], dtype=np.int64)
    unknown = codes < 0
    codes[unknown] = codes.max(initial=-1) + 1 + np.arange(unknown.sum())
    return codes
