"""Problems in a folder, with their places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from riskmodel.errors import DataError, UnknownNameError

__all__ = ["Place", "Problem", "ProblemLog", "Severity", "bare_message"]

Severity = Literal["mistake", "decision", "note"]
"""A mistake stops every command but ``check``; a decision is for the reader to take; a note says
what is done with the files as they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: a file, in it a line or a sheet and cell, and the field."""

    file: str
    line: int | None = None
    field: str | None = None
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        parts = (
            self.file,
            self.sheet and f"sheet {self.sheet}",
            self.cell and f"cell {self.cell}",
            None if self.line is None else f"line {self.line}",
            self.field and f"field {self.field}",
        )
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct, to decide or to know.

    Parameters
    ----------
    severity
        What it asks of the reader.
    place
        Where it is.
    message
        What was found, what is allowed, what is done about it.
    """

    severity: Severity
    place: Place
    message: str

    def error(self) -> DataError:
        """The problem as the error that a command stops with."""
        where = self.place
        if where.sheet is None:
            return DataError(self.message, file=where.file, line=where.line, field=where.field)
        cell = f", cell {where.cell}" if where.cell else ""
        return DataError(
            self.message, file=f"{where.file}, sheet {where.sheet}{cell}", field=where.field
        )

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(slots=True)
class ProblemLog:
    """Problems in the order in which they are found."""

    problems: list[Problem] = field(default_factory=list)

    def mistake(self, place: Place, message: str) -> None:
        """Add what has to be corrected before anything is computed."""
        self.problems.append(Problem("mistake", place, message))

    def decision(self, place: Place, message: str) -> None:
        """Add what the reader should decide; the message says what applies until then."""
        self.problems.append(Problem("decision", place, message))

    def note(self, place: Place, message: str) -> None:
        """Add what a reader should know."""
        self.problems.append(Problem("note", place, message))

    def unknown(self, place: Place, kind: str, name: str, allowed: list[str]) -> None:
        """Add a name that does not exist, with the nearest ones."""
        self.mistake(place, str(UnknownNameError(kind, name[:40], allowed)))


def bare_message(error: DataError | UnknownNameError) -> str:
    """The message of an error without the place before it."""
    if isinstance(error, UnknownNameError):
        return str(error)
    parts = (
        error.file,
        None if error.line is None else f"line {error.line}",
        None if error.field is None else f"field {error.field}",
    )
    where = ", ".join(part for part in parts if part)
    return str(error).removeprefix(f"{where}: ") if where else str(error)
