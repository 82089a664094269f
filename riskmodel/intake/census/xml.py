"""A return of the children in need census, from XML to one row an assessment."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from riskmodel.account import Account
from riskmodel.assessments import PLAN, Assessments
from riskmodel.census import FIRST_YEAR, LAST_YEAR
from riskmodel.core.lazy import pd
from riskmodel.estimates import Basis
from riskmodel.intake.census.linking import Header, Linker
from riskmodel.intake.census.rows import Reader
from riskmodel.intake.census.side_file import SideFile, read_side_file
from riskmodel.intake.census.xml_stream import groups
from riskmodel.intake.dates import put_in_order
from riskmodel.intake.repeats import without_repeats
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.vocabulary import FACTORS

_IDENTITY = ("child_id", "birth_date", "referral_date", "assessment_date")
"""What names an assessment of a return, which has no identifiers of them. The date of birth is
part of it: two children under one reference are not joined."""

__all__ = ["SYNTHETIC_SOFTWARE", "intake_of", "link_census_xml", "linked_intake", "read_census_xml"]

SYNTHETIC_SOFTWARE = "riskmodel synthetic cohort"
"""``SoftwareCode`` in the header of a return whose rows are not observed: read back, all of its
columns count as assumed."""


def read_census_xml(path: Path, log: IssueLog) -> Intake:
    """Read a return of the children in need census.

    Parameters
    ----------
    path
        The return: a default namespace or none, any encoding that the file declares and Python
        knows. Beside it may lie ``<stem>.factors.csv`` with local factors.
    log
        Where issues go.

    Returns
    -------
    Intake
        One row a completed (authorised) assessment.

    Notes
    -----
    A plan, section 47 enquiry or conference belongs to the latest assessment of the same
    ``CINdetails`` that was authorised on its day or at most 183 days before it. A factor that was
    divided into several codes is true when any of them stands. The factors of 2014/15 are always
    columns; later and local ones are where the return holds them.

    Raises
    ------
    DataError
        When the file is not a sound return, or strict and not all of it can be read.
    """
    return intake_of(link_census_xml(path, log), path)


def intake_of(reader: Reader, path: Path) -> Intake:
    """The table of a return that was read and linked."""
    return linked_intake(reader.linker, read_side_file(path), path.name, reader.modules, _IDENTITY)


def link_census_xml(path: Path, log: IssueLog) -> Reader:
    """A return, read and linked."""
    reader: Reader | None = None
    with _collection_paused():
        for name, prefix, element, tags in groups(path):
            if reader is None:
                reader = Reader(log, prefix)
            if name == "Child":
                reader.read_child(element, tags)
            elif name == "Unknown":
                reader.read_unknown(element)
            else:
                reader.read_header(element)
    reader = reader or Reader(log, "")
    reader.close()
    if reader.linker.header == Header():
        log.add("missing_header", "header", "Year", "", f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    return reader


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Without the search for cycles of garbage: elements have none, and it takes a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def linked_intake(
    linker: Linker,
    side: SideFile,
    source: str,
    modules: Mapping[str, int],
    identity: Sequence[str] = (),
) -> Intake:
    """The table of what was linked: from a return, or from tables of its modules.

    Rows that are alike in the columns of ``identity`` are one assessment.
    """
    frame, factors = _frame(linker, side)
    side.report_unmatched(linker.log)
    log, references = linker.log, linker.rows.children
    merged = without_repeats(
        frame.drop(columns="assessment_id"),
        factors,
        log,
        lambda row: f"child {references[row]}",
        names=identity,
        told_apart=np.array([reference != "" for reference in references], dtype=bool),
    )
    if merged.repeated:
        numbers = np.arange(1, len(merged.kept) + 1, dtype=np.int64)
        frame = merged.frame
        frame.insert(0, "assessment_id", numbers)
    log.leave_out("assessments", "repeated", merged.repeated)
    log.leave_out("plans", "repeated", merged.plans_repeated)
    frame = put_in_order(frame, log, lambda row: f"child {references[merged.kept[row]]}")
    synthetic = linker.header.software.startswith(SYNTHETIC_SOFTWARE)
    basis: Basis = "assumed" if synthetic else "observed"
    name = "synthetic" if synthetic else source
    assessments = Assessments(frame, factors, dict.fromkeys(frame.columns, basis), name)
    account = Account(
        log.tally("assessments", linker.assessments, len(frame)),
        log.tally("plans", linker.plans, int(frame[PLAN].sum())),
        linker.children,
    )
    return log.intake(assessments, account, modules)


def _frame(linker: Linker, side: SideFile) -> tuple[pd.DataFrame, tuple[str, ...]]:
    rows, header = linker.rows, linker.header
    columns: dict[str, Any] = {
        "assessment_id": np.arange(1, len(rows) + 1, dtype=np.int64),
        "child_id": rows.references(),
    }
    if header.authority:
        columns["authority"] = pd.Series([header.authority] * len(rows), dtype="str")
    if header.year is not None:
        columns["year"] = np.full(len(rows), header.year, dtype=np.int64)
    columns[PLAN] = rows.plan
    factors = dict(_factor_columns(linker, side))
    columns.update(factors)
    columns.update(rows.others())
    return pd.DataFrame(columns), tuple(factors)


def _factor_columns(linker: Linker, side: SideFile) -> Iterator[tuple[str, Any]]:
    rows = linker.rows
    local: Mapping[str, Any] = side.columns(zip(rows.children, rows.assessed.tolist(), strict=True))
    coded = dict(linker.factors.columns(rows.factors))
    for known in FACTORS:
        if known.name in local:
            yield known.name, local[known.name]
        elif known.name in coded:
            yield known.name, coded[known.name]
    reported = {known.name for known in FACTORS}
    for name, values in coded.items():
        if name not in local and name not in reported:
            yield name, values
    for name, values in local.items():
        if name not in reported:
            yield name, values
