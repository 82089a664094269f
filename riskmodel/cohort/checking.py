"""Compare a file of assessments with the published figures, and describe its contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.assessments import Assessments, FactorCounts
from riskmodel.cohort import (
    Fidelity,
    FidelityCheck,
    check_fidelity,
    factors_an_assessment,
    joint_structure,
    parental_lifts,
    published_targets,
)
from riskmodel.cohort.checked import CohortCheck, CohortDescription
from riskmodel.cohort.structure import measure_structure
from riskmodel.cohort.writing import JOINT_AT_MOST, UNIT
from riskmodel.counted import Counted
from riskmodel.disclosure import IDENTIFIERS, Part, Policy, marked_frame, protect_parts
from riskmodel.disclosure.release import Release, release_counted
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake import count_intake
from riskmodel.intake.table_file import TableFile, table_file
from riskmodel.parameters import parameter
from riskmodel.published import factor_counts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CohortCheck", "CohortDescription", "check_cohort", "describe_cohort"]


def check_cohort(
    table: TableFile | Path,
    *,
    protect: Callable[[Counted], Release] = release_counted,
    progress: Callable[[str], None] = lambda _: None,
) -> CohortCheck:
    """Compare a cohort file with every published figure, and give its joint structure.

    Parameters
    ----------
    table
        Where the table is and how to read it.
    protect
        Decides what may be printed of it.
    progress
        Called with a few words at each step.

    Notes
    -----
    A table of one authority and year is compared with the printed counts; a table of several with
    the printed counts in proportion to the assessments of each. For observed records only counts of
    factors that may be printed are compared, and only for one authority and year: ages, dates and
    pairs of factors would reveal small numbers of children.
    """
    file = table_file(table)
    progress("Reading")
    counted = _units(file, progress)
    units = counted.groups
    if counted.is_observed and len(units) > 1:
        raise DataError(
            "holds observed records of several authorities or years; the published figures are of "
            "one authority and year: take its rows alone",
            file=file.name,
        )
    whole = sum(units.values(), start=_nothing(units))
    release = protect(counted._replace(groups={(): whole}))
    if release.policy is not None:
        return _released_check(release, release.policy, file.name)
    if len(units) > 1:
        fidelity = _check_scaled(units)
        return CohortCheck(fidelity, _rows(whole), _factors_mean(whole), None, None, release)
    if _rows(whole) > JOINT_AT_MOST:
        raise DataError(
            f"{_rows(whole):,} rows of one authority and year are too many to check at once; at "
            f"most {JOINT_AT_MOST:,}",
            file=file.name,
        )
    progress(f"Reading {_rows(whole):,} assessments whole")
    cohort = file.read().assessments
    progress("Counting pairs of factors")
    structure = joint_structure(cohort)
    try:
        lifts = parental_lifts(structure)
    except DataError:
        lifts = None
    progress("Comparing with the published figures")
    fidelity = check_fidelity(cohort)
    return CohortCheck(
        fidelity,
        len(cohort),
        _factors_mean(whole),
        lifts,
        structure,
        release,
        measure_structure(cohort),
    )


def describe_cohort(
    table: TableFile | Path, *, protect: Callable[[Counted], Release] = release_counted
) -> CohortDescription:
    """Contents of a file of assessments: columns and their basis, counts, numbers of factors.

    Parameters
    ----------
    table
        Where the table is and how to read it.
    protect
        Decides what may be printed of it.
    """
    file = table_file(table)
    intake = file.read()
    cohort = intake.assessments
    release = protect(count_intake(intake, file=file))
    columns, by_number = _columns(cohort), factors_an_assessment(cohort)
    total, plans = release.printed("total_assessments"), release.printed("total_plans")
    if release.policy is not None:
        columns = _released_columns(columns, cohort, release, release.policy)
        by_number = _released_numbers(by_number, release)
    return CohortDescription(
        file.name,
        len(cohort.factors),
        total,
        plans,
        columns,
        by_number,
        cohort.weakest_basis,
        release,
    )


def _columns(cohort: Assessments) -> pd.DataFrame:
    import pandas as pd

    frame = cohort.frame
    return pd.DataFrame(
        [
            {
                "column": name,
                "type": _type_word(frame[name]),
                "basis": cohort.basis[name],
                "missing": int(frame[name].isna().sum()),
                "distinct": int(frame[name].nunique()),
            }
            for name in frame.columns
        ]
    )


def _released_columns(
    columns: pd.DataFrame, cohort: Assessments, release: Release, policy: Policy
) -> pd.DataFrame:
    """Missing and distinct values, none of which is a few children more or less than another count.

    Notes
    -----
    Rows with a value are counted, and counts of several columns lie within one another: plans that
    began less plans that ended are plans that go on. So a column's count is printed only where it
    lies further than a small count from all assessments, all plans, and those of the columns
    before. Values that differ are told where they are not so nearly all rows that a few repeats
    would show. Nothing is told that is a few more or less than what was printed of the column
    before the records grew.
    """
    memory = release.memory
    total, plans = release.printed("total_assessments"), release.printed("total_plans")
    is_told = isinstance(total, int) and isinstance(plans, int)
    kept = [0, len(cohort), int(cohort.counts().total_plans)]
    rows, told = [], {}
    for row in columns.to_dict("records"):
        present, name = len(cohort) - row["missing"], str(row["column"])
        known = is_told and not any(
            present != other and policy.is_small(abs(present - other)) for other in kept
        )
        if memory is not None:
            counts = (row["missing"], present)
            spans = enumerate(map(policy.known, counts))
            known &= not any(memory.is_few_more(name, *one) for one in spans)
        if known:
            kept.append(present)
        repeats = present - row["distinct"]
        is_flag = row["type"] == "true or false" and not policy.publish_zero
        tells = known and not is_flag and (not repeats or not policy.is_small(repeats))
        is_reference = "".join(filter(str.isalnum, row["column"])).casefold() in IDENTIFIERS
        if is_reference and memory is not None:
            tells &= not memory.is_few_more(name, 2, policy.known(row["distinct"]))
        distinct = policy.printed(row["distinct"]) if is_reference else row["distinct"]
        missing = policy.printed(row["missing"])
        if known:
            is_named = is_reference and tells
            named = policy.known(row["distinct"]) if is_named else None
            told[name] = (policy.known(row["missing"]), policy.known(present), named)
        rows.append(
            {
                **row,
                "missing": missing if known else "[c]",
                "distinct": distinct if tells else "[c]",
            }
        )
    if memory is not None:
        memory.note_values(told)
    return _marked(rows, release)


def _released_numbers(by_number: pd.DataFrame, release: Release) -> pd.DataFrame:
    """Assessments and plans by number of factors, as far as they may be printed."""
    assert release.protected is not None
    rows = by_number.to_dict("records")
    parts = [Part(row["assessments"], row["plans"], row["factors_recorded"]) for row in rows]
    memory = None if release.policy is None or release.policy.round_to else release.memory
    shown = protect_parts(parts, release.protected, () if memory is None else memory.parts_before)
    if memory is not None:
        memory.note_parts(
            [(part.factors, *counts) for part, counts in zip(parts, shown, strict=True)]
        )
    found = [{**row, "assessments": n, "plans": k} for row, (n, k) in zip(rows, shown, strict=True)]
    return _marked(found, release)


def _marked(rows: Sequence[Mapping[Any, Any]], release: Release) -> pd.DataFrame:
    import pandas as pd

    return marked_frame(pd.DataFrame(rows, dtype=object), release.marks)


def _released_check(release: Release, policy: Policy, file: str) -> CohortCheck:
    """The printed counts of factors against those of observed records that may be printed."""
    protected, published = release.protected, factor_counts()
    assert protected is not None
    counts = protected.true_counts(())
    if not set(published.factors) & set(counts.factors):
        raise DataError(
            "none of the printed factors is a column; expected names such as "
            f"{published.factors[0]}",
            file=file,
        )
    asked = [("plans started", "total_plans", "", published.total_plans)]
    for name, n, k in zip(
        published.factors, published.assessments.tolist(), published.plans.tolist(), strict=True
    ):
        asked.append((f"{name}: plans", "plans", name, k))
        asked.append((f"{name}: assessments", "assessments", name, n))
    checks, absent = [], []
    for words, measure, name, expected in asked:
        if name and name not in counts.factors:
            absent.append(words)
            continue
        shown = protected.printed((), measure, name)
        if not isinstance(shown, int):
            absent.append(f"{words} (withheld)")
            continue
        # A rounded count is compared with the published one rounded alike.
        holds = shown == policy.printed(expected)
        checks.append(FidelityCheck(words, str(expected), str(shown), holds, "para 16"))
    absent.append("who the children are, dates, and factors together (observed records)")
    rows = protected.printed((), "total_assessments")
    return CohortCheck(Fidelity(tuple(checks), tuple(absent)), rows or 0, None, None, None, release)


def _units(file: TableFile, progress: Callable[[str], None]) -> Counted:
    """Counts by authority and year where the table has them, else of the whole."""
    try:
        return file.counts(UNIT, progress)
    except UnknownNameError:
        return file.counts((), progress)


def _check_scaled(units: dict[tuple[object, ...], FactorCounts]) -> Fidelity:
    printed = factor_counts()
    base = published_targets(int(parameter("assessments_prior_median").value))
    checks = []
    for unit, counts in units.items():
        wished = base.scaled(_rows(counts)).counts
        missed = [] if counts.total_plans == wished.total_plans else ["plans started"]
        for name in printed.factors:
            mine, theirs = counts.factors.index(name), wished.factors.index(name)
            if (
                counts.plans[mine] != wished.plans[theirs]
                or counts.assessments[mine] != wished.assessments[theirs]
            ):
                missed.append(name)
        checks.append(
            FidelityCheck(
                " ".join(str(part) for part in unit),
                f"{len(printed.factors)} printed factors and the plans, in proportion",
                "all exact" if not missed else f"missed: {', '.join(missed)}",
                not missed,
                "para 16",
            )
        )
    unchecked = ("the 24 factors without printed counts", "who the children are, and dates")
    return Fidelity(tuple(checks), unchecked)


def _nothing(units: dict[tuple[object, ...], FactorCounts]) -> FactorCounts:
    first = next(iter(units.values()))
    none = np.zeros(len(first.factors), dtype=np.int64)
    return FactorCounts(first.factors, none, none, 0, 0, first.basis)


def _rows(counts: FactorCounts) -> int:
    return counts.total_assessments or 0


def _factors_mean(counts: FactorCounts) -> float:
    return float(counts.assessments.sum() / max(_rows(counts), 1))


def _type_word(values: pd.Series[Any]) -> str:
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else str(values.dtype)
    words = {"b": "true or false", "i": "whole number", "f": "number", "M": "date", "O": "text"}
    return words.get(kind, {"boolean": "true or false", "Int64": "whole number"}.get(kind, "text"))
