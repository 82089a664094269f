"""The door: one function for every kind of file that holds assessments."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from riskmodel.errors import DataError
from riskmodel.intake.census.modules import is_module_folder, read_modules
from riskmodel.intake.census.xml import read_census_xml
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.intake.tables.files import read_csv, read_parquet, read_workbook_table
from riskmodel.intake.tables.mapping import ColumnMapping, read_mapping
from riskmodel.intake.tables.workbooks import WORKBOOKS, is_workbook

__all__ = ["ENDINGS", "is_parquet", "read_assessments"]

ENDINGS = (".csv", ".parquet", ".xml", *WORKBOOKS)
"""Endings of files that can be read; folders of Parquet files, or of CSV files of the modules of
the census, are the others."""


def read_assessments(
    path: Path,
    *,
    strict: bool = False,
    local_factors: Iterable[str] = (),
    mapping: Path | ColumnMapping | None = None,
    sheet: str | None = None,
) -> Intake:
    """Read assessments from a file or folder, by its ending.

    Parameters
    ----------
    path
        ``.csv`` or a workbook (``.xlsx``, ``.xls``, ``.xlsb``, ``.ods``); ``.parquet`` or a folder
        of Parquet files, with or without
        ``authority=…`` and ``year=…`` folders in it; ``.xml``, a return of the children in need
        census; a folder of CSV files, one a module of the census
        (:func:`riskmodel.intake.read_modules` says which).
    strict
        Refuse what cannot be read as it stands, instead of leaving it out and reporting it.
    local_factors
        Further columns that are factors. Without being named, a column is a factor by the name,
        printed label or census code of one, by the prefix ``factor_``, or because the file's
        metadata or data dictionary say so. A column ``AssessmentFactors`` or ``factors`` holds
        all codes of an assessment: ``["1A","2B"]``, ``{"1A":"Yes"}``, or ``1A, 2B``.
    mapping
        How a table names and writes things: a TOML file, or what
        :func:`riskmodel.intake.read_mapping` read from one.
    sheet
        Sheet of a workbook; the first one without.

    Returns
    -------
    Intake
        The assessments and the issues.

    Raises
    ------
    DataError
        When the file is missing, is of another kind, is broken or lacks what it must hold; when
        strict, for the first issue that is not a mere note.
    UnknownNameError
        When the workbook has no such sheet.

    Notes
    -----
    A census return counts a plan for an assessment by the rule of
    :data:`riskmodel.census.PLAN_WINDOW_DAYS`. Every file is one unit a row: an assessment.
    """
    path = Path(path)
    _check(path, mapping is not None, sheet is not None)
    names = mapping if isinstance(mapping, ColumnMapping | None) else read_mapping(Path(mapping))
    log = IssueLog(path.name, strict=strict)
    if is_parquet(path):
        return read_parquet(path, log, local_factors, names)
    if path.is_dir():
        return read_modules(path, log)
    if path.suffix.casefold() == ".csv":
        return read_csv(path, log, local_factors, names)
    if is_workbook(path):
        return read_workbook_table(path, log, local_factors, names, sheet)
    return read_census_xml(path, log)


def is_parquet(path: Path) -> bool:
    """Whether a path is a Parquet file or a folder, but for one of census modules."""
    if path.is_dir():
        return not is_module_folder(path)
    return path.suffix.casefold() == ".parquet"


def _check(path: Path, mapped: bool, sheet: bool) -> None:
    if not path.exists():
        raise DataError("there is no such file or folder", file=path.name)
    ending = path.suffix.casefold()
    if not path.is_dir() and ending not in ENDINGS:
        raise DataError(
            f"cannot be read by its ending {path.suffix!r}; allowed: {', '.join(ENDINGS)}, or a "
            "folder of Parquet files or of CSV files of the modules of the census",
            file=path.name,
        )
    if sheet and not is_workbook(path):
        raise DataError("has no sheets: a sheet is named for workbooks only", file=path.name)
    if mapped and (ending == ".xml" or (path.is_dir() and is_module_folder(path))):
        raise DataError(
            "is in the form of the census, which needs no mapping; a mapping is for a table with "
            "one row an assessment",
            file=path.name,
        )
