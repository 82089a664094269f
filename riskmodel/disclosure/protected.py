"""Counts per factor with what may be printed of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.core.result import Result
from riskmodel.disclosure.cells import (
    IN_ALL,
    MEASURES,
    PRINTED,
    TOTAL,
    CountCell,
    Key,
    count_of,
    group_of,
)
from riskmodel.disclosure.policy import Policy, Waiver
from riskmodel.disclosure.suppress import ProtectedTable
from riskmodel.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProtectedCounts"]


@dataclass(frozen=True, slots=True, repr=False)
class ProtectedCounts(Result):
    """Counts per factor and group, with what may be printed of them.

    Parameters
    ----------
    counts
        The true counts by group; they stay inside, and neither ``repr`` nor messages print them.
    by
        Columns that the keys are values of.
    policy
        A policy, or the waiver under which nothing is withheld.
    table
        The protected cells; None under a waiver.
    all_groups
        Counts of all groups together where they are or will be printed too; None otherwise.
    whole
        The table of all groups as it is printed by itself; None where it gives way to the groups.
    """

    counts: Mapping[Key, FactorCounts]
    by: tuple[str, ...]
    policy: Policy | Waiver
    table: ProtectedTable | None
    all_groups: FactorCounts | None
    whole: ProtectedCounts | None = None

    def true_counts(self, key: Key) -> FactorCounts:
        """Counts of a group as they are: not for printing.

        Raises
        ------
        UnknownNameError
            When there is no such group.
        """
        if key in self.counts:
            return self.counts[key]
        if key == TOTAL and self.all_groups is not None:
            return self.all_groups
        raise UnknownNameError("group", str(key), map(str, self.counts))

    def printed(self, key: Key, measure: str, factor: str = "") -> int | str | None:
        """What is printed of one count: the count, ``[c]``, or None where there is none.

        Parameters
        ----------
        key
            A group, or :data:`TOTAL`.
        measure
            ``assessments`` or ``plans`` of a factor, ``total_assessments`` or ``total_plans``.
        factor
            Name of the factor; empty for totals.
        """
        if measure not in MEASURES:
            raise UnknownNameError("measure", measure, MEASURES)
        count = count_of(self.true_counts(key), measure, factor)
        if self.table is None or count is None:
            return count
        if key == TOTAL and key not in self.counts and self.whole is not None:
            return self.whole.printed(TOTAL, measure, factor)
        return self.table.printed(CountCell(0, group_of(self.by, key), measure, factor))

    def is_published(self, key: Key, factor: str) -> bool:
        """Whether both counts of a factor and the plans in all are printed as numbers."""
        asked = (*(self.printed(key, name, factor) for name in PRINTED),)
        return all(isinstance(found, int) for found in (*asked, self.printed(key, "total_plans")))

    def safe(self, key: Key, *others: Key) -> FactorCounts | None:
        """The counts as printed, of the factors that are fully printed: for every derived figure.

        Parameters
        ----------
        key
            The group.
        others
            Further groups it is compared with: only factors printed in all of them are kept.

        Returns
        -------
        FactorCounts or None
            None where the plans in all are withheld, or no factor is left. The number of
            assessments is unknown where it is withheld; where rounding left it too small for the
            other counts, it is the fewest that these allow.
        """
        counts = self.true_counts(key)
        if self.table is None:
            return counts
        kept = [
            name
            for name in counts.factors
            if all(
                name in self.true_counts(one).factors and self.is_published(one, name)
                for one in (key, *others)
            )
        ]
        if not kept:
            return None
        found = {
            measure: np.array([self.printed(key, measure, name) for name in kept])
            for measure in PRINTED
        }
        plans = self.printed(key, "total_plans")
        total = self.printed(key, "total_assessments")
        part = FactorCounts(
            tuple(kept),
            found["assessments"],
            found["plans"],
            plans if isinstance(plans, int) else 0,
            None,
            counts.basis,
        )
        if not isinstance(total, int):
            return part
        return FactorCounts(
            part.factors,
            part.assessments,
            part.plans,
            part.total_plans,
            max(total, part.minimum_assessments),
            part.basis,
        )

    def to_frame(self) -> pd.DataFrame:
        """What is printed: one row a group and factor, ``[c]`` where a count is withheld.

        Columns are those of ``by``, then factor and the four measures.
        """
        import pandas as pd

        rows = [
            (
                *key,
                name,
                *(self.printed(key, measure, name) for measure in PRINTED),
                *(self.printed(key, measure) for measure in IN_ALL),
            )
            for key, counts in self.counts.items()
            for name in counts.factors
        ]
        columns = [*self.by, "factor", *MEASURES]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(MEASURES, object))

    @property
    def number_withheld(self) -> int:
        """How many counts are withheld."""
        return 0 if self.table is None else len(self.table.withheld)

    def manifest(self) -> dict[str, Any]:
        """What a run record keeps: the policy or the reason, and how many counts are withheld."""
        return {**self.policy.manifest(), "counts_withheld": self.number_withheld}

    def summary(self) -> str:
        """How many groups, and what is withheld of them."""
        return f"{len(self.counts)} groups: " + str(
            self.policy if self.table is None else self.table
        )
