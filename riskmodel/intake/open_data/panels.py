"""Panels of authorities in plain CSV: read, joined, written, and neighbours picked out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from riskmodel.errors import DataError, UnknownNameError, check_name, printable
from riskmodel.intake.figures import (
    briefly,
    check_year_is_over,
    read_figure,
    read_rows,
    read_year,
)
from riskmodel.intake.headless import refuse_record
from riskmodel.intake.open_data.panel_notes import panel_notes
from riskmodel.intake.open_data.precedence import Difference, FileRank, difference_notes
from riskmodel.intake.open_data.totals import without_totals
from riskmodel.intake.tables.cells import Column
from riskmodel.intake.tables.marker import SYNTHETIC, is_marked
from riskmodel.panel_measures import MEASURES
from riskmodel.series import ENGLAND, KEYS, MADE_UP, AuthorityPanel, Note, Status

__all__ = [
    "Cells",
    "join_panels",
    "neighbours_of",
    "panel_text",
    "read_neighbours",
    "read_panel",
    "with_neighbours",
]

_KEPT_NOTES = (
    "made_up", "order", "total", "other_country", "earlier_release", "same_release", "layout",
)  # fmt: skip
"""Rules of notes on what is not in a panel any more: a panel made of it cannot make them anew."""

_NEIGHBOUR = re.compile(r"SN_[0-9]{1,2}")

_SYMBOL_OF = {
    "suppressed": "c",
    "not_available": "x",
    "not_applicable": "z",
    "low": "low",
}


@dataclass(slots=True)
class Cells:
    """Figures and statuses by authority, year and measure, while files are read."""

    areas: dict[tuple[str, int], str] = field(default_factory=dict)
    cells: dict[tuple[str, int, str], tuple[float, Status]] = field(default_factory=dict)
    places: dict[tuple[str, int, str], FileRank] = field(default_factory=dict)
    differences: dict[tuple[FileRank, FileRank], list[Difference]] = field(default_factory=dict)

    def put(
        self,
        key: tuple[str, int],
        area: str,
        measure: str,
        cell: tuple[float, Status],
        place: FileRank,
    ) -> None:
        """Add a cell; a figure stands before a status, whatever the file.

        Files come in order of precedence: of two figures the first stays, and the difference is
        kept for a note.

        Raises
        ------
        DataError
            When a file of the same precedence holds another figure.
        """
        self.areas.setdefault(key, area)
        where = (*key, measure)
        known = self.cells.get(where)
        if known is None or known[1] == "not_available" or cell[1] == "observed":
            if known is not None and known[1] == "observed":
                if known[0] != cell[0]:
                    self._differs(where, cell[0], place)
                return
            self.cells[where] = cell
            self.places[where] = place

    def _differs(self, where: tuple[str, int, str], value: float, place: FileRank) -> None:
        """Note a figure that is not kept, or refuse it where no rule says which one is."""
        kept, first = self.cells[where][0], self.places[where]
        if first.order == place.order:
            raise DataError(
                f"{where[0]} in {where[1]} is {value:g} here and {kept:g} in {first.name}; "
                "keep one",
                file=place.name,
                field=where[2],
            )
        self.differences.setdefault((first, place), []).append(Difference(where, kept, value))

    def panel(
        self,
        source: str,
        lines: Mapping[tuple[str, int], int] | None = None,
        notes: Iterable[Note] = (),
    ) -> AuthorityPanel:
        """All cells as one panel: authorities by code, England last; with what is to be noted.

        Totals of the others are left out, and noted.
        """
        keys = sorted(self.areas, key=lambda key: (key[0] == ENGLAND, key))
        held = {measure for _, _, measure in self.cells}
        figures, status = {}, {}
        absent: tuple[float, Status] = (np.nan, "not_available")
        for measure in (name for name in MEASURES if name in held):
            found = [self.cells.get((*key, measure), absent) for key in keys]
            figures[measure] = np.array([value for value, _ in found])
            status[measure] = [word for _, word in found]
        made = AuthorityPanel(
            tuple(code for code, _ in keys),
            tuple(self.areas[key] for key in keys),
            np.array([year for _, year in keys], dtype=np.int64),
            figures,
            status,
            source,
        )
        made, totals = without_totals(made, lines)
        different = difference_notes(self.differences)
        return replace(made, notes=(*notes, *different, *totals, *panel_notes(made, lines)))


def read_panel(path: Path, *, today: date | None = None) -> AuthorityPanel:
    """Read a plain table of figures by authority and year.

    Parameters
    ----------
    path
        CSV with the columns ``la_code``, ``area`` and ``year`` and any of
        :data:`riskmodel.panel_measures.MEASURES`. A cell holds a figure, a symbol (c, x, :, z,
        low) or nothing, which counts as not available. A column ``synthetic`` that is true in every
        row says that the panel is made up: so do its source and its notes then.
    today
        A year that ends after this day is refused; the present day where it is not given.

    Returns
    -------
    AuthorityPanel
        In order of authority and year, England last; rows that are the total of the others are
        left out. Its ``notes`` name those, rows that stood in another order, authorities that
        begin late, end early or lack years, and stocks that do not follow from their flows
        (``PANEL_RULES``).

    Raises
    ------
    DataError
        With file, line and column, when a column is missing or unknown, there is no row, a cell is
        neither figure nor symbol, a year is not over, or an authority has a year twice.
    """
    path = Path(path)
    heading, rows = read_rows(path)
    for name in KEYS:
        if name not in heading:
            refuse_record(heading, path.name, KEYS)
            raise DataError(
                f"this column is missing: a panel has {', '.join(KEYS)} and figures; the file has "
                f"{briefly(*heading)}",
                file=path.name,
                line=1,
                field=name,
            )
    for name in heading:
        if name not in KEYS and name not in MEASURES and name != SYNTHETIC:
            problem = UnknownNameError("measure", name[:40], MEASURES)
            raise DataError(str(problem), file=path.name, line=1, field=name[:40])
    cells = Cells()
    lines: dict[tuple[str, int], int] = {}
    marks: list[str] = []
    for line, row in rows:
        key, area = _key(dict(zip(heading, row, strict=True)), path.name, line)
        check_year_is_over(key[1], today, file=path.name, line=line, field="year")
        if key in lines:
            raise DataError(
                f"{key[0]} in {key[1]} stands in line {lines[key]} already",
                file=path.name,
                line=line,
                field="la_code",
            )
        lines[key] = line
        cells.areas[key] = area
        for name, text in zip(heading, row, strict=True):
            if name in MEASURES:
                cell = read_figure(text, name, file=path.name, line=line)
                cells.put(key, area, name, cell, FileRank(path.name))
            elif name == SYNTHETIC:
                marks.append(text.strip())
    if not lines:
        raise DataError(
            "there is no row below the headings: a panel has one for each authority and year",
            file=path.name,
            line=2,
        )
    panel = cells.panel(path.name, lines, _out_of_order(lines, path.name))
    if not _is_made_up(marks, path.name):
        return panel
    return replace(panel, source=f"{path.name}, made up", notes=(MADE_UP, *panel.notes))


def _is_made_up(marks: Sequence[str], file: str) -> bool:
    """Whether the cells of the column that marks made-up rows do so; all of them or none."""
    found = is_marked(Column.of(marks), file)
    if found is None:
        raise DataError("allowed: true or false in each row", file=file, field=SYNTHETIC)
    return found


def _out_of_order(lines: Mapping[tuple[str, int], int], file: str) -> tuple[Note, ...]:
    """A note where the years of an authority do not stand one after the other in the file."""
    before: dict[str, tuple[int, int]] = {}
    first: dict[str, str] = {}
    for (code, year), line in lines.items():
        other, other_line = before.get(code, (year, line))
        if year < other:
            text = f"line {line}, field year: {code} has {year} after {other} in line {other_line}"
            first.setdefault(code, text)
        before[code] = (year, line)
    if not first:
        return ()
    others = f", and so on for {len(first) - 1} others" if len(first) > 1 else ""
    text = f"{file}, {next(iter(first.values()))}{others}; put in order"
    return (Note("order", text, "" if others else next(iter(first))),)


def _key(row: Mapping[str, str], file: str, line: int) -> tuple[tuple[str, int], str]:
    code, year = row["la_code"].strip(), read_year(row["year"])
    if not code:
        raise DataError("found nothing; allowed: a code", file=file, line=line, field="la_code")
    if year is None:
        found = row["year"]
        allowed = "a year such as 2021"
        raise DataError(
            f"found {briefly(found)}; allowed: {allowed}", file=file, line=line, field="year"
        )
    return (printable(code), year), printable(row["area"].strip())


def join_panels(panels: Iterable[AuthorityPanel]) -> AuthorityPanel:
    """Several panels as one: the rows and measures of each; a figure stands before a status.

    Raises
    ------
    DataError
        When two hold different figures for the same cell, or some are made up and others are not.
    """
    panels, cells = list(panels), Cells()
    if len({panel.is_made_up for panel in panels}) > 1:
        invented = next(panel.source for panel in panels if panel.is_made_up)
        raise DataError("is made up and the others are not; keep them apart", file=invented)
    sources: dict[str, None] = {}
    order: list[Note] = []
    for panel in panels:
        sources[panel.source] = None
        source = FileRank(panel.source)
        # The other notes are made anew: together, panels may hold what each of them lacks.
        order += [note for note in panel.notes if note.rule in _KEPT_NOTES]
        keys = list(zip(panel.la_codes, panel.years.tolist(), strict=True))
        for key, area in zip(keys, panel.areas, strict=True):
            cells.areas.setdefault(key, area)
        for name in panel.measures:
            found = zip(keys, panel.areas, panel.figures[name], panel.status[name], strict=True)
            for key, area, value, word in found:
                cells.put(key, area, name, (float(value), word), source)  # type: ignore[arg-type]  # a checked status
    return cells.panel(" and ".join(sources) or "no panel", notes=dict.fromkeys(order))


def panel_text(panel: AuthorityPanel) -> str:
    """A panel as CSV that :func:`read_panel` reads back: figures, and symbols for the statuses.

    A made-up panel says so in a last column, for when the file travels without its name.
    """
    names = panel.measures
    last = ("true",) if panel.is_made_up else ()
    lines = [",".join((*KEYS, *names, *((SYNTHETIC,) if last else ())))]
    for row, (code, area, year) in enumerate(
        zip(panel.la_codes, panel.areas, panel.years.tolist(), strict=True)
    ):
        cells = [
            f"{panel.figures[name][row]:.15g}" if word == "observed" else _SYMBOL_OF[word]
            for name in names
            for word in (panel.status[name][row],)
        ]
        quoted = '"' + area.replace('"', '""') + '"' if set(area) & set(',"\n\r') else area
        lines.append(",".join((code, quoted, str(year), *cells, *last)))
    return "\n".join(lines) + "\n"


def read_neighbours(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Statistical neighbours as the user states them: none come with the package.

    Parameters
    ----------
    path
        CSV with the columns ``la_code`` and ``neighbour_code``, one row a neighbour, the nearest
        first; or the Department's own table, one row an authority with ``old_la_code`` and
        ``SN_1``, ``SN_2``, … for its neighbours.

    Raises
    ------
    DataError
        When a column is missing, or an authority is its own neighbour or has one twice.
    """
    path = Path(path)
    heading, rows = read_rows(path)
    code_column, columns = _neighbour_columns(heading, path.name)
    neighbours: dict[str, list[str]] = {}
    for line, row in rows:
        cells = dict(zip(heading, row, strict=True))
        code = cells[code_column].strip()
        if len(columns) > 1 and code in neighbours:
            message = f"{briefly(code)} has a row already; allowed: one row an authority"
            raise DataError(message, file=path.name, line=line, field=code_column)
        listed = neighbours.setdefault(code, [])
        for column in columns:
            other = cells[column].strip()
            if not code or not other or other == code or other in listed:
                raise DataError(
                    f"found {briefly(code, other)}; allowed: two different codes, each pair once",
                    file=path.name,
                    line=line,
                    field=column,
                )
            listed.append(other)
    return {code: tuple(listed) for code, listed in neighbours.items()}


def _neighbour_columns(heading: list[str], file: str) -> tuple[str, list[str]]:
    """The column of an authority's code, and those of its neighbours, the nearest first."""
    wide = sorted((name for name in heading if _NEIGHBOUR.fullmatch(name)), key=_position)
    if "old_la_code" in heading and wide:
        return "old_la_code", wide
    for name in ("la_code", "neighbour_code"):
        if name not in heading:
            refuse_record(heading, file, ("la_code", "neighbour_code"))
            raise DataError(
                "this column is missing: a list of neighbours has la_code and neighbour_code, or "
                f"old_la_code and SN_1, SN_2 and so on; the file has {briefly(*heading)}",
                file=file,
                line=1,
                field=name,
            )
    return "la_code", ["neighbour_code"]


def _position(column: str) -> int:
    """Which neighbour a column holds: 1 for the nearest."""
    return int(column.rpartition("_")[2])


def neighbours_of(code: str, neighbours: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The neighbours of an authority.

    Raises
    ------
    UnknownNameError
        When the list has none for it.
    """
    check_name("authority with neighbours", code, neighbours)
    return neighbours[code]


def with_neighbours(
    panel: AuthorityPanel, code: str, neighbours: Mapping[str, tuple[str, ...]]
) -> AuthorityPanel:
    """An authority, its neighbours that the panel has, and England.

    Parameters
    ----------
    panel
        Figures of all of them.
    code
        The authority.
    neighbours
        From :func:`read_neighbours`.

    Raises
    ------
    UnknownNameError
        When the panel lacks the authority, or the list has no neighbours for it.
    """
    present = set(panel.la_codes)
    others = [other for other in neighbours_of(code, neighbours) if other in present]
    england = [ENGLAND] if ENGLAND in present else []
    return panel.select([code, *others, *england])
