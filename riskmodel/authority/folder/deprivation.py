"""Children on a plan and deprived children: the level that a ratio elsewhere would give.

``deprivation.csv`` has a row for each year and area: ``year`` (of 31 March), ``area``,
``deprived_children`` and ``plans``. For the authority itself the area is empty or its name, for
England it is ``England``; every other area is a part of the authority.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from riskmodel.errors import DataError
from riskmodel.intake.figures import briefly, read_cell, read_rows

__all__ = ["COLUMNS", "Deprived", "deprivation_words", "read_deprivation"]

COLUMNS = ("year", "area", "deprived_children", "plans")
ELSEWHERE = "England"


class Deprived(NamedTuple):
    """Deprived children of an area on 31 March of a year, and its children on a plan."""

    year: int
    area: str
    deprived_children: float
    plans: float

    @property
    def ratio(self) -> float:
        """Deprived children for each child on a plan."""
        return self.deprived_children / self.plans


def read_deprivation(path: Path) -> tuple[Deprived, ...]:
    """The rows of a file, in its order.

    Raises
    ------
    DataError
        When a column is missing, a year and area occur twice, or a cell is not a whole number above
        0; with file, line and column.
    """
    heading, rows = read_rows(path)
    missing = [name for name in COLUMNS if name not in heading]
    if missing:
        message = f"this column is missing; the file has {briefly(*heading)}"
        raise DataError(message, file=path.name, line=1, field=missing[0])
    found: dict[tuple[int, str], Deprived] = {}
    for line, row in rows:
        cells = dict(zip(heading, row, strict=True))
        numbers = [_whole(cells[name], path.name, line, name) for name in COLUMNS if name != "area"]
        one = Deprived(int(numbers[0]), cells["area"].strip(), *numbers[1:])
        if (one.year, one.area) in found:
            message = f"{one.area or 'the authority'} in {one.year} stands twice; keep one"
            raise DataError(message, file=path.name, line=line, field="area")
        found[one.year, one.area] = one
    return tuple(found.values())


def _whole(text: str, file: str, line: int, name: str) -> float:
    cell = read_cell(text)
    if cell is None or not cell[0] > 0 or cell[0] != int(cell[0]):
        message = f"found {briefly(text)}; allowed: a whole number above 0, such as 1234"
        raise DataError(message, file=file, line=line, field=name)
    return cell[0]


def deprivation_words(rows: tuple[Deprived, ...], own: str) -> Iterator[str]:
    """Sentences on the level that deprivation alone would imply; none where a row is missing.

    Parameters
    ----------
    rows
        As :func:`read_deprivation` gives them.
    own
        Name of the authority.
    """
    here = {one.year: one for one in rows if one.area.casefold() in ("", own.casefold())}
    there = {one.year: one for one in rows if one.area.casefold() == ELSEWHERE.casefold()}
    both = sorted(here.keys() & there.keys())
    if both:
        last, first = here[both[-1]], here[both[0]]
        expected = last.deprived_children / there[last.year].ratio
        yield (
            f"On 31 March {last.year} there was a plan for every {there[last.year].ratio:,.0f} "
            f"deprived children in England, and here for every {last.ratio:,.0f}. At England's "
            f"ratio {expected:,.0f} children would be on a plan instead of {last.plans:,.0f}."
        )
        if first.year < last.year:
            yield (
                f"On 31 March {first.year} it was for every {there[first.year].ratio:,.0f} in "
                f"England and {first.ratio:,.0f} here."
            )
    latest = max((one.year for one in rows), default=0)
    whole = (*here.values(), *there.values())
    parts = [one for one in rows if one.year == latest and one not in whole]
    if len(parts) > 1:
        share = sum(one.plans for one in parts) / sum(one.deprived_children for one in parts)
        said = ", ".join(
            f"{one.area} {one.plans:,.0f} (as deprived: {one.deprived_children * share:,.0f})"
            for one in parts
        )
        yield (
            f"Plans by area on 31 March {latest}, and as many as there would be if they were "
            f"shared out as deprived children are: {said}."
        )
