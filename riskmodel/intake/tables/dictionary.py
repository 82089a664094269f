"""The data dictionary beside a table: what each of its columns is and rests on."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from riskmodel.errors import DataError
from riskmodel.estimates import BASES, Basis

__all__ = ["HEADINGS", "ROLES", "Dictionary", "dictionary_path", "read_dictionary"]

HEADINGS = ("column", "role", "type", "basis", "allowed", "description")
"""Columns of a data dictionary."""

ROLES = ("outcome", "factor", "other")
"""What a column is for: ``plan``, a factor flag, anything else."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """What a dictionary, or the metadata of a Parquet file, says of a table.

    Parameters
    ----------
    basis
        What each column rests on.
    factors
        Columns that are factors, in order.
    columns
        All columns in order, empty where unknown.
    source
        Where the rows come from; empty where unknown.
    default
        What a column rests on of which nothing is said.
    """

    basis: Mapping[str, Basis] = field(default_factory=dict)
    factors: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    source: str = ""
    default: Basis = "observed"

    def basis_of(self, column: str) -> Basis:
        """What a column rests on."""
        return self.basis.get(column, self.default)


def dictionary_path(path: Path) -> Path:
    """Where the dictionary of a table lies: ``cohort.csv`` has ``cohort.dictionary.csv``."""
    return path.with_name(path.stem + ".dictionary.csv")


def read_dictionary(path: Path) -> Dictionary:
    """The dictionary beside a table; an empty one where there is none.

    Raises
    ------
    DataError
        When the file is no data dictionary: a basis read wrongly would pass an assumption off as
        an observation.
    """
    place = dictionary_path(path)
    if not place.is_file():
        return Dictionary()
    try:
        with place.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot be read: {error}", file=place.name) from error
    basis: dict[str, Basis] = {}
    for line, row in enumerate(rows, start=2):
        if not row.get("column") or row.get("basis") not in BASES:
            raise DataError(
                f"needs a column name and a basis, found {row.get('column')!r} and "
                f"{row.get('basis')!r}; allowed: {', '.join(BASES)}",
                file=place.name,
                line=line,
                field="basis",
            )
        basis[row["column"]] = row["basis"]  # type: ignore[assignment]  # checked above
    factors = tuple(row["column"] for row in rows if row.get("role") == "factor")
    return Dictionary(basis, factors, tuple(basis))
