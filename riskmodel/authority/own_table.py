"""A table of one's own in the report, made from what may be printed of it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from riskmodel.disclosure.release import Release
from riskmodel.intake import TableFile

__all__ = ["OwnTable"]


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table of one's own on its way into a report.

    Parameters
    ----------
    file
        Where it lies and how it was read.
    release
        What may be printed of it; nothing else is used.
    options
        Options of the command besides, with their values, for the run record.
    earlier
        Files of counts that are out already.
    """

    file: TableFile
    release: Release
    options: tuple[tuple[str, str], ...] = ()
    earlier: Sequence[Path] = ()

    @property
    def command(self) -> tuple[str, ...]:
        """Words of the command that name the table, files without their place."""
        words = ["--table", shlex.quote(self.file.name)]
        for option, value in self.options:
            words += [option, shlex.quote(value)]
        return tuple(words)

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything of the user's that went in."""
        mapping = () if self.file.mapping is None else (self.file.mapping,)
        return (self.file.path, *mapping, *self.earlier)
