"""How a table says by itself that its rows are no real children."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riskmodel.errors import DataError
from riskmodel.intake.tables.convert import PLAIN, Words, read_flags

if TYPE_CHECKING:
    from riskmodel.intake.tables.cells import Column
    from riskmodel.intake.tables.dictionary import Dictionary

__all__ = ["SYNTHETIC", "SYNTHETIC_SOURCE", "as_synthetic", "is_marked"]

SYNTHETIC = "synthetic"
"""A column of this name that is true in every row: the rows are made up."""

SYNTHETIC_SOURCE = "synthetic"
"""The source of a table whose rows are made up."""


def is_marked(column: Column, file: str, words: Words = PLAIN) -> bool | None:
    """Whether a column :data:`SYNTHETIC` marks the rows; None where it holds something else.

    Raises
    ------
    DataError
        When some rows are marked and others are not: together they would be neither protected as
        observed nor free to pass as made up.
    """
    values, bad = read_flags(column, words)
    missing = column.missing()
    if (bad & ~missing).any():
        return None
    marked = values & ~missing
    if marked.any() and not marked.all():
        raise DataError(
            f"{int(marked.sum()):,} of {len(marked):,} rows are marked as made up and the others "
            "are not; keep them in files of their own",
            file=file,
            field=SYNTHETIC,
        )
    return bool(marked.any())


def as_synthetic(dictionary: Dictionary) -> Dictionary:
    """What is known of the columns, with ``assumed`` for those of which nothing is known."""
    source = dictionary.source or SYNTHETIC_SOURCE
    return replace(dictionary, default="assumed", source=source)
