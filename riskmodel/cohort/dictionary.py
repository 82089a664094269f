"""The data dictionary of a table: role, contents and basis of each column."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from riskmodel.assessments import PLAN, Assessments
from riskmodel.core.files import new_file
from riskmodel.intake.tables.columns import COLUMNS
from riskmodel.intake.tables.dictionary import HEADINGS
from riskmodel.vocabulary import FACTORS

__all__ = ["dictionary_rows", "marker_rows", "write_dictionary", "write_rows"]


def write_dictionary(assessments: Assessments, path: Path, *, overwrite: bool = False) -> Path:
    """Write the data dictionary of a table: for each column its role, type, basis and values.

    Parameters
    ----------
    assessments
        The table.
    path
        The file to make, CSV.
    overwrite
        Whether an existing file may be replaced.

    Raises
    ------
    OutputError
        When the file exists already, or cannot be written.
    """
    with new_file(path, overwrite=overwrite) as place:
        write_rows(place, dictionary_rows(assessments))
    return path


def dictionary_rows(
    assessments: Assessments, columns: Iterable[str] | None = None
) -> list[dict[str, str]]:
    """The data dictionary as rows: all columns of the table, or those named."""
    names = assessments.frame.columns if columns is None else columns
    return [_dictionary_row(name, assessments) for name in names]


def marker_rows(columns: Iterable[str]) -> list[dict[str, str]]:
    """The rows of the columns that mark a table as made up; none where there are none."""
    description = "The row is made up: no real child, and derived from none"
    return [
        {
            "column": name,
            "role": "other",
            "type": "flag",
            "basis": "assumed",
            "allowed": "true",
            "description": description,
        }
        for name in columns
    ]


def write_rows(place: Path, rows: list[dict[str, str]]) -> None:
    """Write the rows of a dictionary as CSV."""
    with place.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADINGS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _dictionary_row(name: str, assessments: Assessments) -> dict[str, str]:
    row = {"column": name, "basis": assessments.basis[name]}
    if name in assessments.factors:
        known = {entry.name: entry for entry in FACTORS}.get(name)
        label = f"{known}" if known else f"{name} (local, no census code)"
        description = f"Factor identified at the end of the assessment: {label}"
        return row | {
            "role": "factor",
            "type": "flag",
            "allowed": "true, false",
            "description": description,
        }
    column = COLUMNS.get(name)
    role = "outcome" if name == PLAN else "other"
    if column is None:
        kind = str(assessments.frame[name].dtype)
        return row | {"role": role, "type": kind, "allowed": "", "description": ""}
    return row | {
        "role": role,
        "type": column.kind,
        "allowed": ", ".join(column.allowed),
        "description": column.description,
    }
