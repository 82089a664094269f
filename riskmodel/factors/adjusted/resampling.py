"""Bootstrap of assessments, by child where children are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from riskmodel.assessments import PLAN, Assessments
from riskmodel.core.arrays import Floats, Integers
from riskmodel.factors.adjusted.design import FactorModel
from riskmodel.factors.adjusted.patterns import FactorPatterns, number_patterns
from riskmodel.families import related
from riskmodel.streams import stream

__all__ = ["ResamplingPlan", "design_effects"]


@dataclass(frozen=True, slots=True, eq=False)
class ResamplingPlan:
    """What is drawn with replacement: assessments, or whole families or children.

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
        """Families where the table knows them, else children.

        Parameters
        ----------
        table
            The table.
        patterns
            Its patterns, over some of its factors.
        """
        children = related(table.frame)
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
        Drawing units with replacement is the same as drawing from a multinomial how often each kind
        comes. Each resample has a random stream of its own, so more resamples leave the earlier
        ones unchanged.
        """
        weights = np.concatenate([self.single, np.ones(self.several.shape[0])])
        chances, cells = weights / weights.sum(), len(self.single)
        for replicate in range(number):
            random = stream(seed, "factors/bootstrap", replicate)
            drawn = random.multinomial(self.units, chances).astype(np.float64)
            by_cell = drawn[:cells] + drawn[cells:] @ self.several
            without, plans = by_cell.reshape(2, -1)
            yield without + plans, plans


def design_effects(model: FactorModel, table: Assessments) -> Floats:
    """Variance of each log odds ratio relative to that of independent assessments; shape (J,).

    Parameters
    ----------
    model
        Its fit.
    table
        What it was fitted to; its families, or else its children, are taken to be independent.

    Notes
    -----
    With V the inverse information and u_i = x_i (y_i - p_i): diagonal of V B V, where B adds the
    squares of the sums of u_i over each of G families, times G/(G - 1), divided by the same with
    each assessment as a family of its own (Liang and Zeger 1986); at least 1.
    """
    patterns, family = model.patterns, np.unique(related(table.frame), return_inverse=True)[1]
    distinct, of_row = number_patterns([table.frame[name].to_numpy() for name in patterns.factors])
    place = {row.tobytes(): at for at, row in enumerate(np.asarray(patterns.flags, dtype=bool))}
    order = np.array([place[row.tobytes()] for row in np.asarray(distinct, dtype=bool)])
    fitted, design = model.levelled.fitted[order], model.problem.design[order]
    plan = table.frame[PLAN].to_numpy(float)
    left = plan - fitted[of_row]
    by_family = sparse.coo_array(
        (left, (family, of_row)), shape=(int(family.max()) + 1, len(distinct))
    ).tocsr()
    together = by_family @ design
    squares = np.bincount(of_row, weights=left**2)
    families = together.shape[0]
    clustered = together.T @ together * families / max(families - 1, 1)
    alone = (design * squares[:, None]).T @ design
    covariance = model.fit.covariance
    ratio = [np.diag(covariance @ inside @ covariance) for inside in (clustered, alone)]
    return np.maximum(ratio[0] / ratio[1], 1.0)[1 : len(patterns.factors) + 1]
