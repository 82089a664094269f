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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from riskmodel.core.toml import Table, read_toml
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.figures import briefly
from riskmodel.panel_measures import MEASURES

__all__ = ["CHECKED", "FigureColumn", "Layout", "known_layouts", "layout_of", "read_layouts"]

CHECKED: Mapping[str, str] = {
    "files": "real files",
    "columns": "published column names only",
    "own": "the analyst's own",
}
"""What a layout was checked against."""

_KEYS = ("name", "checked", "needs", "note", "where", "measures", "groups")
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
        One of :data:`riskmodel.panel_measures.MEASURES`.
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
    note
        What a reader of its figures has to know.
    rank
        Its position among the layouts: of two files of one release the lower one is kept.
    """

    name: str
    figures: tuple[FigureColumn, ...]
    needs: tuple[str, ...]
    checked: str = "own"
    note: str = ""
    rank: int = 0

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
    layouts = (*own, *known_layouts())
    for rank, layout in enumerate(layouts):
        if layout.fits(heading):
            return replace(layout, figures=(*layout.figures, *named), rank=rank)
    if named:
        return Layout("figures", named, tuple(each.column for each in named), rank=len(layouts))
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
    top = read_toml(path)
    layouts = top.sections("layout")
    if set(top) != {"layout"} or not layouts:
        keys = briefly(*top)
        raise top.error(f"needs one or more sections [[layout]] and nothing else; found {keys}")
    return tuple(_layout(table) for table in layouts)


def _layout(table: Table) -> Layout:
    table.check_keys(_KEYS)
    name = table.required("name", str, "must be a text; found none")
    where = _where(table)
    measures = table.section("measures")
    figures = [FigureColumn(_measure(measures, column), column, where) for column in measures]
    for group in table.sections("groups"):
        group.check_keys(_GROUP_KEYS)
        column = group.required("column", str, "must be the column of a figure; found none")
        figures.append(FigureColumn(_measure(group, "measure"), column, where | _where(group)))
    if not figures:
        raise table.error("names no measure")
    columns = [*dict.fromkeys(figure.column for figure in figures)]
    needs = _words(table, "needs") if "needs" in table else tuple(columns)
    checked = table.optional("checked", str, "own")
    if checked not in CHECKED:
        problem = UnknownNameError("kind of check", checked[:40], CHECKED)
        raise table.error(str(problem), "checked")
    return Layout(name, tuple(figures), needs, checked, table.optional("note", str, ""))


def _measure(table: Table, key: str) -> str:
    measure = table.required(key, str, "must be a measure of the panel; found none")
    if measure not in MEASURES:
        raise table.error(str(UnknownNameError("measure", measure[:40], MEASURES)), key)
    return measure


def _words(table: Table, key: str) -> tuple[str, ...]:
    words = table.texts(key)
    if not all(word.strip() for word in words) or not words:
        raise table.error('must be a list of texts, such as ["Total"]; found an empty one', key)
    return tuple(words)


def _where(table: Table) -> dict[str, tuple[str, ...]]:
    where = table.section("where")
    return {column: _words(where, column) for column in where}
