"""A table of one's own in the report, made from what may be printed of it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.factors import factor_rates
from riskmodel.published import printed_quadrants
from riskmodel.workflows.factors import cut_region, released_factors
from riskmodel.workflows.reading import TableFile
from riskmodel.workflows.release import Release

if TYPE_CHECKING:
    from riskmodel.report import Point, Section

__all__ = ["OwnTable", "own_parts"]


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


def own_parts(own: OwnTable | None) -> tuple[tuple[Point, ...], tuple[Section, ...]]:
    """A sentence for the summary and a section, of the counts that may be printed."""
    if own is None:
        return (), ()
    from riskmodel.report import Point, own_point, own_section

    counts = own.release.counts()
    rates = factor_rates(counts)
    _, frame = released_factors(own.release)
    section = own_section(
        rates,
        frame.to_dict("records"),
        cut_region(counts, "report", "plans"),
        printed_quadrants(),
        source=own.file.name,
        protection=own.release.words(),
        reading=(own.release.finding(), own.release.account_words()),
    )
    return (Point(own_point(rates, own.file.name), section.id),), (section,)
