"""A return of the children in need census, from XML to one row an assessment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.assessments import PLAN, Assessments
from riskmodel.census import FIRST_YEAR, LAST_YEAR, LATER_FACTORS
from riskmodel.estimates import Basis
from riskmodel.intake.census_rows import FACTOR_BIT, Header, Reader, Row
from riskmodel.intake.dates import MISSING, day_numbers_to_dates, put_in_order
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.intake.side_file import SideFile, read_side_file
from riskmodel.intake.xml_stream import groups
from riskmodel.vocabulary import FACTORS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SYNTHETIC_SOFTWARE", "read_census_xml"]

SYNTHETIC_SOFTWARE = "riskmodel synthetic cohort"
"""``SoftwareCode`` in the header of a return whose rows are not observed: read back, all of its
columns count as assumed."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_DATES = (
    "birth_date",
    "referral_date",
    "assessment_date",
    "section_47_date",
    "conference_date",
    "plan_start_date",
    "plan_end_date",
)


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
    columns; later ones are where the return holds them.

    Raises
    ------
    DataError
        When the file is not a sound return, or strict and not all of it can be read.
    """
    reader = Reader(log)
    for name, prefix, element in groups(path):
        if name == "Child":
            reader.read_child(element, prefix)
        else:
            reader.read_header(element, prefix)
    if reader.header == Header():
        log.add("missing_header", "header", "Year", "", f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    side = read_side_file(path)
    frame, factors = _frame(reader, side)
    side.report_unmatched(log)
    references = [row.child for row in reader.rows]
    frame = put_in_order(frame, log, lambda row: f"child {references[row]}")
    basis: Basis = "assumed" if _is_synthetic(reader.header) else "observed"
    source = "synthetic" if _is_synthetic(reader.header) else path.name
    assessments = Assessments(frame, factors, dict.fromkeys(frame.columns, basis), source)
    return Intake(assessments, log.issues(), reader.assessments)


def _is_synthetic(header: Header) -> bool:
    return header.software.startswith(SYNTHETIC_SOFTWARE)


def _frame(reader: Reader, side: SideFile) -> tuple[pd.DataFrame, tuple[str, ...]]:
    import pandas as pd

    rows, header = reader.rows, reader.header
    columns: dict[str, Any] = {
        "assessment_id": np.arange(1, len(rows) + 1, dtype=np.int64),
        "child_id": _references(rows),
    }
    if header.authority:
        columns["authority"] = pd.Series([header.authority] * len(rows), dtype="str")
    if header.year is not None:
        columns["year"] = np.full(len(rows), header.year, dtype=np.int64)
    starts = np.array([row.plan_start_date for row in rows], dtype=np.int64)
    columns[PLAN] = starts != MISSING
    factors = dict(_factor_columns(rows, side))
    columns.update(factors)
    columns["gender"] = pd.Series([row.gender for row in rows], dtype="str")
    for name in _DATES:
        numbers = np.array([getattr(row, name) for row in rows], dtype=np.int64)
        columns[name] = day_numbers_to_dates(numbers)
    columns["category_of_abuse"] = pd.Series([row.category for row in rows], dtype="str")
    columns["previous_plans"] = pd.array([row.previous for row in rows], dtype="Int64")
    return pd.DataFrame(columns), tuple(factors)


def _factor_columns(rows: list[Row], side: SideFile) -> Iterator[tuple[str, Any]]:
    bits = np.array([row.factors for row in rows], dtype=np.int64)
    local: Mapping[str, Any] = side.columns((row.child, row.assessment_date) for row in rows)
    seen = int(np.bitwise_or.reduce(bits)) if len(bits) else 0
    for known in FACTORS:
        if known.name in local:
            yield known.name, local[known.name]
        elif known.code is not None:
            yield known.name, (bits & FACTOR_BIT[known.name]) != 0
    for name in LATER_FACTORS.values():
        if name not in local and seen & FACTOR_BIT[name]:
            yield name, (bits & FACTOR_BIT[name]) != 0
    for name, values in local.items():
        if name not in {known.name for known in FACTORS}:
            yield name, values


def _references(rows: list[Row]) -> Any:
    """The children's references: numbers where all of them are, as they stand otherwise."""
    import pandas as pd

    texts = [row.child for row in rows]
    # Up to 18 digits fit in 64 bits; a leading zero would be lost.
    if all(_NUMBER.fullmatch(text) for text in texts):
        return np.array([int(text) for text in texts], dtype=np.int64)
    return pd.Series(texts, dtype="str")
