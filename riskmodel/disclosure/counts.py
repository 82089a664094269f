"""Counts per factor as a linked table: which of them may be printed, beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure.cells import TOTAL, Key
from riskmodel.disclosure.earlier import CountBy, EarlierCounts, tie_known
from riskmodel.disclosure.linking import Links
from riskmodel.disclosure.policy import Policy, Waiver
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.suppress import protect_table
from riskmodel.errors import DataError

__all__ = ["combine", "protect_counts"]


def protect_counts(  # noqa: PLR0913 (each by its name)
    groups: Mapping[Key, FactorCounts],
    policy: Policy | Waiver,
    *,
    by: Sequence[str] = (),
    totals_published: bool = True,
    earlier: Sequence[ProtectedCounts] = (),
    known: Sequence[EarlierCounts] = (),
    whole_first: bool = False,
    whole: ProtectedCounts | None = None,
    count_by: CountBy | None = None,
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
    whole
        That table, where it is out already.
    count_by
        Counts the same records by other columns, so that what is known ties to them.

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
    if not has_total:
        whole = None
    elif whole is None and whole_first and all_groups is not None:
        whole = protect_counts(
            {TOTAL: all_groups}, policy, earlier=earlier, known=known, count_by=count_by
        )
    draft = ProtectedCounts(dict(groups), names, policy, None, all_groups, whole)
    built = Links()
    built.release(0, draft)
    for number, release in enumerate(earlier, start=1):
        built.release(number, release)
    releases = [draft, *earlier]
    for later, one in enumerate(releases):
        for other in range(later + 1, len(releases)):
            built.link(later, one, other, releases[other])
    tie_known(built, len(releases), draft, known, policy, count_by)
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
