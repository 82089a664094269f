"""Rows that are one assessment: found by what names an assessment, and counted once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN
from riskmodel.core.lazy import pd
from riskmodel.intake.result import IssueLog

__all__ = ["Merged", "identity", "needed_for_identity", "report_shared", "without_repeats"]

_SCOPE = ("authority", "year")
_BY_NUMBER = ("assessment_id", "child_id")
_BY_DAY = ("child_id", "assessment_date", "referral_date")
_ONCE = "each assessment once"
_TOLD = ("assessment_id", "assessment_date")
"""What an issue quotes of them: never the child, for a refusal may be passed on."""

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Merged:
    """A table in which every assessment has one row.

    Parameters
    ----------
    frame
        The rows that count, with the plan and the factors of all rows of the assessment.
    kept
        Their places in the table before.
    repeated
        Rows that were the same assessment again.
    joined
        Further rows of assessments that have a row for each of their factors.
    plans_repeated
        Plans of repeated rows that stand in the row that counts already.
    """

    frame: pd.DataFrame
    kept: Positions
    repeated: int = 0
    joined: int = 0
    plans_repeated: int = 0


def identity(columns: Collection[str]) -> tuple[str, ...]:
    """The columns that name an assessment; none where rows cannot be told apart.

    Its identifier and the child, for an assessment of brothers and sisters has one identifier in
    many systems; without identifiers the child, the day and the referral. Identifiers belong to
    one authority and year: where the table has columns for these, they are part of the name.

    Examples
    --------
    >>> identity(("child_id", "assessment_date", "year")), identity(("plan", "child_id"))
    (('year', 'child_id', 'assessment_date'), ())
    """
    if _BY_NUMBER[0] in columns:
        names: tuple[str, ...] = _BY_NUMBER
    elif all(name in columns for name in _BY_DAY[:2]):
        names = _BY_DAY
    else:
        return ()
    return tuple(name for name in (*_SCOPE, *names) if name in columns)


def needed_for_identity(names: Sequence[str]) -> tuple[str, ...]:
    """The columns that a row must hold to be told apart from others."""
    if _BY_NUMBER[0] in names:
        return _BY_NUMBER[:1]
    return tuple(name for name in names if name in _BY_DAY[:2])


def without_repeats(
    frame: pd.DataFrame,
    factors: Sequence[str],
    log: IssueLog,
    reference: Callable[[int], str],
    *,
    names: Sequence[str],
    told_apart: Flags | None = None,
    is_list: bool = False,
) -> Merged:
    """Count each assessment once: with the plan and the factors of all its rows.

    Parameters
    ----------
    frame
        A table with ``plan`` and the factors as flags.
    factors
        Names of the factor columns.
    log
        Where issues go: ``repeated`` for a row that says the same again, ``repeat_differs`` for
        one that says something else, ``joined_rows`` for a further code of the same assessment.
    reference
        Names a row.
    names
        Columns that name an assessment, as :func:`identity` gives them; none: nothing is joined.
    told_apart
        Rows that hold what names an assessment; others count as they are. None: where
        :func:`needed_for_identity` says so.
    is_list
        Whether factors came as lists of codes, of which one may stand in each row.
    """
    everything = np.arange(len(frame))
    if not names:
        return Merged(frame, everything)
    if told_apart is None:
        told_apart = frame[list(needed_for_identity(names))].notna().all(axis=1).to_numpy(bool)
    several = frame.duplicated(list(names), keep=False).to_numpy() & told_apart
    if not several.any():
        return Merged(frame, everything)
    rows = np.flatnonzero(several)
    part = frame.iloc[rows].reset_index(drop=True)
    groups: Positions = np.asarray(
        part.groupby(list(names), sort=False, dropna=False).ngroup(), dtype=np.int64
    )
    first = np.unique(groups, return_index=True)[1].astype(np.int64)
    kinds = _kinds(part, factors, groups, first, is_list=is_list)
    for place in np.flatnonzero(kinds != ""):
        found = ", ".join(str(part[name].iloc[place])[:10] for name in names if name in _TOLD)
        field = _field(names)
        log.add(str(kinds[place]), reference(int(rows[place])), field, found, _ONCE)
    dropped = np.zeros(len(frame), dtype=bool)
    dropped[rows[kinds != ""]] = True
    merged = _with_unions(frame, part, factors, groups, rows[first])
    plans = part[PLAN].to_numpy() & (kinds != "joined_rows")
    joined = int((kinds == "joined_rows").sum())
    return Merged(
        merged.loc[~dropped].reset_index(drop=True),
        np.flatnonzero(~dropped),
        int(dropped.sum()) - joined,
        joined,
        int(plans.sum()) - int(merged[PLAN].to_numpy()[rows[first]].sum()),
    )


def _field(names: Sequence[str]) -> str:
    return _BY_NUMBER[0] if _BY_NUMBER[0] in names else "assessment_date"


def _kinds(
    part: pd.DataFrame,
    factors: Sequence[str],
    groups: Positions,
    first: Positions,
    *,
    is_list: bool,
) -> npt.NDArray[np.str_]:
    """For each row the rule that it falls under; "" for the first of its assessment."""
    head = part.iloc[first[groups]].reset_index(drop=True)
    others = [name for name in part.columns if name not in set(factors)]
    same = np.logical_and.reduce([_same(part[name], head[name]) for name in others])
    flags = part[list(factors)].to_numpy(dtype=bool)
    same_factors = (flags == flags[first[groups]]).all(axis=1)
    one_code = np.ones(len(first), dtype=bool)
    np.logical_and.at(one_code, groups, flags.sum(axis=1) <= 1)
    is_long = is_list & one_code[groups]
    kinds = np.where(same & same_factors, "repeated", "repeat_differs")
    kinds = np.where(same & ~same_factors & is_long, "joined_rows", kinds)
    kinds[first] = ""
    return kinds


def _same(values: pd.Series, others: pd.Series) -> Flags:
    both_missing = (values.isna() & others.isna()).to_numpy(bool)
    equal = (values == others).fillna(False).to_numpy(dtype=bool)
    return np.asarray(equal | both_missing, dtype=bool)


def _with_unions(
    frame: pd.DataFrame,
    part: pd.DataFrame,
    factors: Sequence[str],
    groups: Positions,
    places: Positions,
) -> pd.DataFrame:
    """The table with the flags of all rows of an assessment in its first, and gaps filled."""
    columns: dict[str, Any] = {}
    for name in frame.columns:
        if name in (PLAN, *factors):
            union = np.zeros(len(places), dtype=bool)
            np.logical_or.at(union, groups, part[name].to_numpy(dtype=bool))
            values = frame[name].to_numpy(copy=True)
            values[places] = union
            columns[name] = values
        elif frame[name].iloc[places].isna().any():
            filled = frame[name].copy()
            filled.iloc[places] = part[name].groupby(groups, sort=True).first().array
            columns[name] = filled
    return frame.assign(**columns)


def report_shared(
    frame: pd.DataFrame, log: IssueLog, reference: Callable[[int], str], names: Sequence[str]
) -> None:
    """Note identifiers of assessments that stand at several children: a family has one often."""
    if not set(_BY_NUMBER) <= set(names):
        return
    without_child = [name for name in names if name != "child_id"]
    shared = frame.duplicated(without_child).to_numpy() & frame["assessment_id"].notna().to_numpy()
    for row in np.flatnonzero(shared):
        found = str(frame["assessment_id"].iloc[row])[:40]
        allowed = "one child an identifier; of each child it counts by itself"
        log.add("identifier_shared", reference(int(row)), "assessment_id", found, allowed)
