"""Counts of a table of assessments, with what has to be known of them before any may leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from riskmodel.account import Account
from riskmodel.assessments import FactorCounts

if TYPE_CHECKING:
    from riskmodel.families import DesignEffects

__all__ = ["Counted", "Groups", "Records"]

Groups = dict[tuple[object, ...], FactorCounts]
"""Counts by the values of the columns that a table is grouped by."""


class Records(NamedTuple):
    """The records that counts were made of, for what may leave of them besides.

    Parameters
    ----------
    path
        Where they lie.
    reading
        How they are read: sheet and mapping.
    months
        Months with many assessments; empty where no column says when they were.
    count_by
        Counts them by other columns.
    """

    path: Path
    reading: tuple[str, ...]
    months: tuple[str, ...]
    count_by: Callable[[Sequence[str]], Groups]


class Counted(NamedTuple):
    """Counts of a table, and what has to be known of them besides.

    Parameters
    ----------
    groups
        Counts by group.
    issues
        Things that could not be read.
    is_observed
        Whether the plan or any factor is an authority's own record: counts with a basis of
        ``assumed`` can hold observed columns, since the weakest one names it.
    account
        What became of every record of the file.
    design
        Design effects of each group, where assessments of one family or child come together.
    records
        What they were counted in; None where nobody says.
    """

    groups: Groups
    issues: int
    is_observed: bool
    account: Account
    design: Mapping[tuple[object, ...], DesignEffects] = MappingProxyType({})
    records: Records | None = None
