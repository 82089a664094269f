"""Assessments to a return of the children in need census, in the shape of its year.

What the census asks for and an assessment table does not hold is stated as not known: ethnicity
``NOBT``, referral source ``10``, primary need ``N0``; an assessment starts on the day of its
referral. Area, school and what came before the plan have no place in the census. Only what is
known on the reference date is in the return: a later plan end, section 47 enquiry or conference is
left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN, Assessments
from riskmodel.census import (
    NO_FACTORS,
    PLAN_WINDOW_DAYS,
    check_year,
    factor_code,
    reference_date,
    sex_field,
)
from riskmodel.cohort.files import new_file
from riskmodel.errors import DataError, OutputError
from riskmodel.intake.census_xml import SYNTHETIC_SOFTWARE
from riskmodel.intake.dictionary import HEADINGS, dictionary_path
from riskmodel.intake.side_file import SIDE_HEADINGS, side_file_path

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_census_xml"]

_NEEDED = ("child_id", "referral_date", "assessment_date", "plan_start_date")
_FOLLOWING = ("section_47_date", "conference_date", "plan_start_date")
_CODE_OF_CATEGORY = {
    "neglect": "NEG",
    "emotional": "EMO",
    "physical": "PHY",
    "sexual": "SAB",
    "multiple": "MUL",
}
_KEPT = (
    "assessment_id", "child_id", "authority", "year", PLAN, "gender", "birth_date",
    "referral_date", "assessment_date", "section_47_date", "conference_date", "plan_start_date",
    "plan_end_date", "category_of_abuse", "previous_plans",
)  # fmt: skip
"""Columns that a return holds, beside the factors."""


def write_census_xml(
    assessments: Assessments,
    path: Path,
    *,
    year: int,
    authority_code: str,
    overwrite: bool = False,
) -> Path:
    """Write the return of one authority and year.

    Parameters
    ----------
    assessments
        What to write. Where it has columns ``authority`` and ``year``, the rows of this authority
        and year are taken.
    path
        The file to make. Beside it come ``<stem>.dictionary.csv`` and, where a factor has no code
        in that year, ``<stem>.factors.csv`` with its flags.
    year
        Census year, the year of the reference date.
    authority_code
        Three digits, the census' ``LEA``.
    overwrite
        Whether files that are there may be replaced.

    Raises
    ------
    DataError
        When a column is missing, there is no such row, or the return could not say what the table
        says: a plan that starts after the reference date, or not within
        :data:`riskmodel.census.PLAN_WINDOW_DAYS` days of its assessment, would be lost.
    OutputError
        When a file is there already, or the disk refuses: nothing is left behind.
    """
    check_year(year)
    if not (len(authority_code) == 3 and authority_code.isascii() and authority_code.isdigit()):
        raise DataError(f"an authority code has three digits, got {authority_code!r}")
    table = _Return.of(assessments, year, authority_code)
    side = side_file_path(path)
    if not table.local and side.exists():
        # It would be read as part of this return.
        if not overwrite:
            raise OutputError(f"{side.name} is there already and belongs to another return")
        side.unlink()
    with (
        new_file(path, overwrite=overwrite) as place,
        new_file(dictionary_path(path), overwrite=overwrite) as beside,
    ):
        _write_dictionary(assessments, beside)
        with place.open("w", encoding="utf-8", newline="\n") as stream:
            table.write(stream)
        if table.local:
            with new_file(side, overwrite=overwrite) as local:
                table.write_side_file(local)
    return path


@dataclass(frozen=True, slots=True)
class _Return:
    """Rows of one return, sorted by child, referral and assessment."""

    frame: pd.DataFrame
    year: int
    authority: str
    coded: dict[str, str]
    local: tuple[str, ...]
    synthetic: bool

    @classmethod
    def of(cls, assessments: Assessments, year: int, authority: str) -> _Return:
        frame = assessments.frame
        missing = [name for name in _NEEDED if name not in frame.columns]
        if missing:
            raise DataError(
                f"a census return needs {', '.join(_NEEDED)}; missing: {', '.join(missing)}. A "
                "cohort of factors alone goes to CSV or Parquet",
                file=assessments.source,
            )
        for name, value in (("year", year), ("authority", authority)):
            if name in frame.columns:
                frame = frame[frame[name] == value]
        if frame.empty:
            raise DataError(
                f"there are no assessments of authority {authority} in {year}",
                file=assessments.source,
            )
        order = ["child_id", "referral_date", "assessment_date"]
        frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
        frame = _known_by(frame, year)
        _check(frame, year, assessments.source)
        codes = {name: factor_code(name, year) for name in assessments.factors}
        return cls(
            frame,
            year,
            authority,
            {name: code for name, code in codes.items() if code is not None},
            tuple(name for name, code in codes.items() if code is None),
            assessments.weakest_basis != "observed",
        )

    def write(self, stream: TextIO) -> None:
        stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<Message>\n')
        stream.write(self._header())
        stream.write("<Children>\n")
        previous: Any = None
        row: _Row | None = None
        for row in self._rows():
            if row.child != previous:
                if previous is not None:
                    stream.write("</CINdetails>\n</Child>\n")
                stream.write(row.open_child)
                stream.write(row.open_episode)
            elif row.opens_episode:
                stream.write("</CINdetails>\n")
                stream.write(row.open_episode)
            previous = row.child
            stream.write(row.body)
        stream.write("</CINdetails>\n</Child>\n</Children>\n</Message>\n")
