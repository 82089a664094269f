"""The door: one function for every kind of file that holds assessments."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from riskmodel.errors import DataError
from riskmodel.intake.census_xml import read_census_xml
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.intake.tables import read_csv, read_parquet

__all__ = ["ENDINGS", "is_parquet", "read_assessments"]

ENDINGS = (".csv", ".parquet", ".xml")
"""Endings of files that can be read; a folder of Parquet files is the fourth kind."""


def read_assessments(
    path: Path, *, strict: bool = False, local_factors: Iterable[str] = ()
) -> Intake:
    """Read assessments from a file or folder, by its ending.

    Parameters
    ----------
    path
        ``.csv``; ``.parquet`` or a folder of Parquet files, with or without ``authority=…`` and
        ``year=…`` folders in it; ``.xml``, a return of the children in need census.
    strict
        Refuse what cannot be read as it stands, instead of leaving it out and reporting it.
    local_factors
        Further columns that are factors. Without being named, a column is a factor by the name,
        printed label or census code of one, by the prefix ``factor_``, or because the file's
        metadata or data dictionary say so.

    Returns
    -------
    Intake
        The assessments and the issues.

    Raises
    ------
    DataError
        When the file is missing, is of another kind, is broken or lacks what it must hold; when
        strict, for the first issue that is not a mere note.

    Notes
    -----
    A census return counts a plan for an assessment by the rule of
    :data:`riskmodel.census.PLAN_WINDOW_DAYS`. Every file is one unit a row: an assessment.
    """
    path = Path(path)
    _check(path)
    log = IssueLog(path.name, strict=strict)
    if is_parquet(path):
        return read_parquet(path, log, local_factors)
    if path.suffix.casefold() == ".csv":
        return read_csv(path, log, local_factors)
    return read_census_xml(path, log)


def is_parquet(path: Path) -> bool:
    """Whether a path is a Parquet file or a folder."""
    return path.is_dir() or path.suffix.casefold() == ".parquet"


def _check(path: Path) -> None:
    if not path.exists():
        raise DataError("there is no such file or folder", file=path.name)
    if not path.is_dir() and path.suffix.casefold() not in ENDINGS:
        raise DataError(
            f"cannot be read by its ending {path.suffix!r}; allowed: {', '.join(ENDINGS)}, or a "
            "folder of Parquet files",
            file=path.name,
        )
