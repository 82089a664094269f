"""Layouts: which column of an open data file is which measure, as data that an analyst can add to.

.. code-block:: toml

    [[layout]]
    name = "section 47 enquiries and conferences"

    [layout.measures]
    enquiries = "s47_enquiries"
    conferences = "icpc_children"

    [layout.where]
    age = ["Total"]

The layouts that come with the package are in ``dfe_layouts.toml``, in the same form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from riskmodel.errors import DataError, UnknownNameError, unreadable
from riskmodel.intake.figures import briefly
from riskmodel.series import MEASURES

__all__ = ["CHECKED", "FigureColumn", "Layout", "known_layouts", "layout_of", "read_layouts"]

CHECKED: Mapping[str, str] = {
    "files": "real files",
    "columns": "published column names only",
    "own": "the analyst's own",
}
"""What a layout was checked against."""

_KEYS = ("name", "checked", "needs", "where", "measures", "groups")
_ALWAYS = frozenset(
    {
        "time_period", "time_identifier", "geographic_level", "country_code", "country_name",
        "region_code", "region_name", "old_la_code", "new_la_code", "la_name", "category",
    }
)  # fmt: skip
_GROUP_KEYS = ("measure", "column", "where")
_Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """Where a measure stands.

    Parameters
    ----------
    measure
        One of :data:`riskmodel.series.MEASURES`.
    column
        The column of its figure.
    where
        The rows of it: for a column the words that it may hold, ``*`` for any text.
    """

    measure: str
    column: str
    where: _Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file.

    Parameters
    ----------
    name
        What it holds, for messages.
    figures
        Where its measures stand.
    needs
        The columns by which it is known.
    checked
        Against what: one of :data:`riskmodel.intake.open_data.layouts.CHECKED`.
    """

    name: str
    figures: tuple[FigureColumn, ...]
    needs: tuple[str, ...]
    checked: str = "own"

    def fits(self, heading: Iterable[str]) -> bool:
        """Whether a file with these columns is of this kind."""
        return {name.casefold() for name in heading} >= {name.casefold() for name in self.needs}

    def figures_in(self, heading: Sequence[str]) -> tuple[FigureColumn, ...]:
        """The figures whose column the file has."""
        folded = {name.casefold() for name in heading}
        return tuple(each for each in self.figures if each.column.casefold() in folded)


def wanted(where: _Words, cells: Mapping[str, str]) -> bool:
    """Whether a row is one of these; a column that the file does not have says nothing.

    Parameters
    ----------
    where
        Words by column, as in :class:`riskmodel.intake.open_data.layouts.FigureColumn`.
    cells
        The row by column, in lower case.
    """
    for column, words in where.items():
        cell = cells.get(column.casefold())
        if cell is None:
            continue
        text = cell.strip().casefold()
        if not any(fnmatchcase(text, word.strip().casefold()) for word in words):
            return False
    return True


def layout_of(heading: Sequence[str], own: Sequence[Layout], file: str) -> Layout:
    """The layout of a file: the first that fits, the analyst's own before those of the package.

    Columns that are named as a measure are read too, whatever the layout.

    Raises
    ------
    DataError
        When none fits: with the columns of the file and those that are known.
    """
    named = tuple(FigureColumn(name, name) for name in heading if name in MEASURES)
    for layout in (*own, *known_layouts()):
        if layout.fits(heading):
            return Layout(layout.name, (*layout.figures, *named), layout.needs, layout.checked)
    if named:
        return Layout("figures", named, tuple(each.column for each in named))
    shown = briefly(*(name for name in heading if name.casefold() not in _ALWAYS))
    kinds = "; ".join(each.name for each in known_layouts())
    raise DataError(
        f"no column of figures is known. Beside time and place the file has: {shown}. Known: "
        f"{kinds}; and columns named as a measure of the panel. A layout of your own says what "
        "other columns mean (--layout FILE.toml)",
        file=file,
    )


@cache
def known_layouts() -> tuple[Layout, ...]:
    """The layouts that come with the package."""
    return read_layouts(Path(__file__).with_name("dfe_layouts.toml"))


def read_layouts(path: Path) -> tuple[Layout, ...]:
    """Read a file of layouts.

    Raises
    ------
    DataError
        When it is no TOML, or a layout has an unknown key, no measure or an unknown one: with the
        layout and the nearest names.
    """
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"this is no TOML: {error}", file=path.name) from error
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(path, error) from error
    entries = data.get("layout")
    if set(data) != {"layout"} or not isinstance(entries, list) or not entries:
        found = briefly(*data)
        message = f"needs one or more sections [[layout]] and nothing else; found {found}"
        raise DataError(message, file=path.name)
    return tuple(_layout(each, number, path.name) for number, each in enumerate(entries, start=1))


def _layout(entry: Any, number: int, file: str) -> Layout:
    place = f"layout {number}"
    entry = _section(entry, _KEYS, file, place)
    name = _text(entry.get("name", ""), file, f"{place}, name")
    where = _where(entry.get("where", {}), file, f"{place}, where")
    figures = [
        FigureColumn(_measure(measure, file, f"{place}, measures"), column, where)
        for column, measure in _table(entry.get("measures", {}), file, f"{place}, measures").items()
    ]
    groups = entry.get("groups", [])
    if not isinstance(groups, list):
        raise DataError("must be sections [[layout.groups]]", file=file, field=f"{place}, groups")
    for group in groups:
        part = f"{place}, groups"
        group = _section(group, _GROUP_KEYS, file, part)
        measure = _measure(group.get("measure"), file, part)
        column = _text(group.get("column", ""), file, f"{part}, column")
        words = where | _where(group.get("where", {}), file, f"{part}, where")
        figures.append(FigureColumn(measure, column, words))
    if not figures:
        raise DataError("names no measure", file=file, field=place)
    held = [*dict.fromkeys(each.column for each in figures)]
    needs = _texts(entry.get("needs", held), file, f"{place}, needs")
    checked = entry.get("checked", "own")
    if checked not in CHECKED:
        problem = UnknownNameError("kind of check", str(checked)[:40], CHECKED)
        raise DataError(str(problem), file=file, field=f"{place}, checked")
    return Layout(name, tuple(figures), needs, checked)


def _section(entry: Any, keys: Sequence[str], file: str, place: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise DataError("must be a section", file=file, field=place)
    for key in entry:
        if key not in keys:
            raise DataError(str(UnknownNameError("key", key[:40], keys)), file=file, field=place)
    return entry


def _table(value: Any, file: str, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError("must be a section", file=file, field=place)
    return value


def _measure(value: Any, file: str, place: str) -> str:
    if not isinstance(value, str) or value not in MEASURES:
        problem = UnknownNameError("measure", str(value)[:40], MEASURES)
        raise DataError(str(problem), file=file, field=place)
    return value


def _text(value: Any, file: str, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"must be a text, found {briefly(value)}", file=file, field=place)
    return value


def _texts(value: Any, file: str, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise DataError(f'must be a list of texts as ["Total"], found {briefly(value)}', file=file,
                        field=place)  # fmt: skip
    return tuple(_text(each, file, place) for each in value)


def _where(value: Any, file: str, place: str) -> dict[str, tuple[str, ...]]:
    return {
        column: _texts(words, file, f"{place}, {column[:40]}")
        for column, words in _table(value, file, place).items()
    }
