"""Which of two files is kept where they hold different figures for one cell, and the note on it.

The later release goes before the earlier one. A release is known by the last year that its file
holds, whatever the file is called. Within one release, the file whose layout stands first goes
before the other (``dfe_layouts.toml`` says why in that order); two files of one release and one
layout have no order, and a difference between them is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from riskmodel.series import Note

__all__ = ["Difference", "FileRank", "difference_notes"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class FileRank:
    """A file, and where it stands in the order of precedence.

    Parameters
    ----------
    name
        Its name, for messages.
    release
        The last year of which it holds a row.
    layout
        Position of its layout among the layouts.
    """

    name: str
    release: int = 0
    layout: int = 0

    @property
    def order(self) -> tuple[int, int]:
        """What files are sorted by: the first of them is kept."""
        return (-self.release, self.layout)


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell for which two files hold different figures.

    Parameters
    ----------
    cell
        Code of the authority, year and measure.
    kept, other
        The figure that is kept, and the one that is not.
    """

    cell: tuple[str, int, str]
    kept: float
    other: float

    def __str__(self) -> str:
        code, year, measure = self.cell
        return f"{code} in {year}, {measure}: {self.kept:,.10g} and {self.other:,.10g}"


def difference_notes(
    differences: Mapping[tuple[FileRank, FileRank], list[Difference]],
) -> Iterator[Note]:
    """One note for each two files, however many cells differ.

    Parameters
    ----------
    differences
        The cells that differ, by the file that is kept and the other.
    """
    for (kept, other), cells in differences.items():
        codes = {difference.cell[0] for difference in cells}
        count = "1 cell" if len(cells) == 1 else f"{len(cells):,} cells"
        shown = "; ".join(str(difference) for difference in cells[:_SHOWN])
        more = f"; and {len(cells) - _SHOWN:,} more" if len(cells) > _SHOWN else ""
        rule, reason = "same_release", "whose table goes first within a release"
        if kept.release > other.release:
            rule, reason = "earlier_release", f"the later release (to {kept.release})"
        text = (
            f"{kept.name} and {other.name} hold different figures in {count} ({shown}{more}); "
            f"those of {kept.name} are kept, {reason}"
        )
        yield Note(rule, text, codes.pop() if len(codes) == 1 else "")
