"""Which factors are recorded together: counts of exact combinations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.factors.adjusted.patterns import FactorPatterns
from riskmodel.parameters import parameter

__all__ = ["Combination", "FactorCombinations", "factor_combinations"]


@dataclass(frozen=True, slots=True)
class Combination:
    """Exactly these factors and no others: assessments, and those that led to a plan."""

    factors: tuple[str, ...]
    assessments: int
    plans: int

    def __str__(self) -> str:
        names = " + ".join(self.factors) or "no factor"
        return f"{names}: {self.assessments:,} assessments, {self.plans:,} plans"


@dataclass(frozen=True, slots=True, repr=False)
class FactorCombinations(Result):
    """The commonest exact combinations, assessments with fewer factors, and the remainder.

    Together they are the whole table.

    Parameters
    ----------
    combinations
        From the commonest.
    fewest
        The fewest factors that a named combination can have.
    fewer_assessments, fewer_plans
        Totals of the assessments with fewer factors.
    other_combinations, other_assessments, other_plans
        How many further combinations there are, and their assessments and plans.
    by_number, plans_by_number
        Assessments with 0, 1, 2, ... factors, and those of them that led to a plan.
    basis
        Basis of the counts.
    """

    combinations: tuple[Combination, ...]
    fewest: int
    fewer_assessments: int
    fewer_plans: int
    other_combinations: int
    other_assessments: int
    other_plans: int
    by_number: tuple[int, ...]
    plans_by_number: tuple[int, ...]
    basis: Basis

    @property
    def total_assessments(self) -> int:
        """Assessments in all."""
        return sum(self.by_number)

    @property
    def mean_number(self) -> float:
        """Factors on an assessment, on average."""
        weighted = sum(number * count for number, count in enumerate(self.by_number))
        return weighted / self.total_assessments

    def to_frame(self) -> pd.DataFrame:
        """One row for each combination, then fewer factors, then the remainder.

        Columns: combination, factors (how many), assessments, plans, basis.
        """
        rows: list[tuple[object, ...]] = [
            (
                " + ".join(found.factors) or "no factor",
                len(found.factors),
                found.assessments,
                found.plans,
            )
            for found in self.combinations
        ]
        rows += [(words, pd.NA, n, k) for words, n, k in self._rest()]
        names = ["combination", "factors", "assessments", "plans"]
        frame = pd.DataFrame(rows, columns=names).astype({"factors": "Int64"})
        return frame.assign(basis=self.basis)

    def _rest(self) -> list[tuple[str, int, int]]:
        """What no combination named holds: words, assessments, plans."""
        rest = []
        if self.fewest:
            words = "no factor" if self.fewest == 1 else f"fewer than {self.fewest} factors"
            rest.append((words, self.fewer_assessments, self.fewer_plans))
        words = f"{self.other_combinations:,} other combinations"
        return [*rest, (words, self.other_assessments, self.other_plans)]

    def summary(self) -> str:
        """The most common combination, and how many are shown."""
        if not self.combinations:
            return "No combination of factors is common enough to be shown."
        return (
            f"The most common of {len(self.combinations)} combinations shown is "
            f"{self.combinations[0]}."
        )


def factor_combinations(
    patterns: FactorPatterns, *, top: int = 12, fewest: int = 2, at_least: int | None = None
) -> FactorCombinations:
    """Count exact combinations of factors.

    Parameters
    ----------
    patterns
        The table.
    top
        How many combinations to name.
    fewest
        Factors that a combination must have to be named: with 2 those that overlap.
    at_least
        Combinations in fewer assessments go to the remainder, because an exact combination of many
        factors can identify a child; the parameter ``combination_at_least`` where it is None.
    """
    if top < 1:
        raise DataError(f"at least 1 combination must be named, got {top}")
    floor = int(parameter("combination_at_least").value) if at_least is None else at_least
    sizes = patterns.flags.sum(axis=1)
    # Ties: fewer factors first, then in the order of the patterns.
    order = np.lexsort((np.arange(len(patterns)), sizes, -patterns.assessments))
    is_fewer = sizes < fewest
    shown = order[~is_fewer[order] & (patterns.assessments[order] >= floor)][:top].tolist()
    named = [
        Combination(
            tuple(np.array(patterns.factors, dtype=object)[patterns.flags[row]].tolist()),
            int(patterns.assessments[row]),
            int(patterns.plans[row]),
        )
        for row in shown
    ]
    by_number, plans_by_number = (
        tuple(np.bincount(sizes, weights=counts).astype(int).tolist())
        for counts in (patterns.assessments, patterns.plans)
    )
    fewer = int(patterns.assessments[is_fewer].sum()), int(patterns.plans[is_fewer].sum())
    return FactorCombinations(
        tuple(named),
        fewest,
        *fewer,
        int((~is_fewer).sum()) - len(named),
        patterns.total_assessments - fewer[0] - sum(found.assessments for found in named),
        patterns.total_plans - fewer[1] - sum(found.plans for found in named),
        by_number,
        plans_by_number,
        patterns.basis,
    )
