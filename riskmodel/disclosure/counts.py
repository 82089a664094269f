"""Counts per factor as a linked table: which of them may be printed, beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure.linking import (
    IN_ALL,
    MEASURES,
    PRINTED,
    TOTAL,
    CountCell,
    Key,
    Links,
    count_of,
    group_of,
)
from riskmodel.disclosure.policy import Policy, Waiver
from riskmodel.disclosure.suppress import ProtectedTable, protect_table
from riskmodel.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.disclosure.earlier import EarlierCounts

__all__ = ["TOTAL", "CountCell", "Key", "ProtectedCounts", "combine", "protect_counts"]


@dataclass(frozen=True, slots=True)
class ProtectedCounts:
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

    counts: Mapping[Key, FactorCounts] = field(repr=False)
    by: tuple[str, ...]
    policy: Policy | Waiver
    table: ProtectedTable | None = field(repr=False)
    all_groups: FactorCounts | None = field(repr=False)
    whole: ProtectedCounts | None = field(default=None, repr=False)

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

    def __str__(self) -> str:
        return f"{len(self.counts)} groups: " + str(
            self.policy if self.table is None else self.table
        )


def protect_counts(
    groups: Mapping[Key, FactorCounts],
    policy: Policy | Waiver,
    *,
    by: Sequence[str] = (),
    totals_published: bool = True,
    earlier: Sequence[ProtectedCounts] = (),
    known: Sequence[EarlierCounts] = (),
    whole_first: bool = False,
) -> ProtectedCounts:
    """Decide which counts per factor may be printed, so that none of the small ones is revealed.

    Parameters
    ----------
    groups
        Counts by key, all over the same factors; ``{(): counts}`` for a table without groups.
    policy
        What is small, or the waiver under which all is printed.
    by
        Names of the key's columns.
    totals_published
        Whether the table of all groups together is, was or will be printed too. It is safer to
        leave this true: the groups are then protected against it as well.
    earlier
        Releases of the same records that are out already, the oldest first.
    known
        The same as their files show them, where nothing else is left of them.
    whole_first
        Whether the table of all groups is printed as it is by itself, and the groups have to give
        way to it: for somebody who prints it without saying that the groups were or will be. Where
        small counts could then be known too closely (a sum of six over six groups, none of them
        zero), zeros of that column are withheld as well, so that what is withheld can be zero.

    Raises
    ------
    DataError
        When there are no groups, or they are not over the same factors.

    Notes
    -----
    Of each group and factor these are tied together, and small ones protected: assessments n and
    plans k with the factor; n - k, K - k, N - n and N - K - n + k, which nobody prints and anybody
    can work out; all plans K, all assessments N, and N - K. Where n - k, K - k or N - K - n + k is
    small, k is withheld; where N - n is small, n; where N - K is small, N. Sums over the groups
    tie the groups to one another.
    """
    if not groups:
        raise DataError("there are no counts to protect")
    names = tuple(by) or tuple(str(i) for i in range(len(next(iter(groups)))))
    if any(len(key) != len(names) for key in groups):
        raise DataError(f"each group needs one value for each of {', '.join(names) or 'no column'}")
    has_total = totals_published and TOTAL not in groups
    all_groups = reduce(add, groups.values()) if has_total else None
    if isinstance(policy, Waiver):
        return ProtectedCounts(dict(groups), tuple(by), policy, None, all_groups)
    whole = None
    if has_total and whole_first and all_groups is not None:
        whole = protect_counts({TOTAL: all_groups}, policy, earlier=earlier, known=known)
    draft = ProtectedCounts(dict(groups), names, policy, None, all_groups, whole)
    built = Links()
    built.release(0, draft)
    for number, release in enumerate(earlier, start=1):
        built.release(number, release)
    releases = [draft, *earlier]
    for later, one in enumerate(releases):
        for other in range(later + 1, len(releases)):
            built.link(later, one, other, releases[other])
    if known:
        from riskmodel.disclosure.earlier import tie_earlier

        for number, out in enumerate(known, start=len(releases)):
            tie_earlier(built, number, draft, out, policy)
    table = protect_table(built.table(), policy)
    if whole is not None and table.exposed:
        veiled = protect_table(built.table(built.columns_of(table.exposed)), policy)
        table = min(table, veiled, key=lambda found: len(found.exposed))
    return ProtectedCounts(draft.counts, names, policy, table, all_groups, whole)


def combine(
    releases: Iterable[tuple[Sequence[str], Mapping[Key, FactorCounts]]],
    policy: Policy | Waiver,
    *,
    totals_published: bool = True,
) -> list[ProtectedCounts]:
    """Protect several tables of the same records, each against those before it.

    Parameters
    ----------
    releases
        ``(by, groups)`` in the order in which they are printed.
    policy, totals_published
        As for :func:`protect_counts`.
    """
    found: list[ProtectedCounts] = []
    for by, groups in releases:
        found.append(
            protect_counts(
                groups, policy, by=by, totals_published=totals_published, earlier=tuple(found)
            )
        )
    return found
