"""Open data of the Department for Education, as *explore education statistics* gives it.

A file is known by its columns, not by its name: :mod:`riskmodel.intake.open_data.layouts` says
which column is which measure, and which layouts were checked against real files. Symbols become a
status, never a zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from riskmodel.census import LATER_FACTORS
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import DataError, printable
from riskmodel.intake.figures import (
    briefly,
    check_year_is_over,
    read_cell,
    read_figure,
    read_rows,
    read_year,
)
from riskmodel.intake.headless import refuse_record
from riskmodel.intake.open_data.layouts import FigureColumn, Layout, layout_of, wanted
from riskmodel.intake.open_data.panels import Cells, join_panels, read_panel
from riskmodel.intake.open_data.precedence import FileRank, difference_notes
from riskmodel.series import ENGLAND, AuthorityPanel, Note, Status
from riskmodel.vocabulary import FACTORS, Person, factor

__all__ = ["FactorPanel", "read_dfe", "read_dfe_factors", "read_panels"]

_KEYS = ("time_period", "geographic_level")
_WHOLE_YEARS = ("reporting year", "financial year", "")
"""What ``time_identifier`` says, in small letters, of the figures of a year to 31 March."""

_LEVELS = ("national", "regional", "local authority")
_OLD_CODE = re.compile(r"[0-9]{3}(?: ?/ ?[0-9]{3})*")


_EPISODES = "episodes_with_assessment_factor"
_COUNTED_AS = "episodes_with_assessment_factors"
"""What a cell of the factors file counts, of our measures."""


def _factor_columns() -> Mapping[str, tuple[str, Person, str]]:
    """Our factor, whom it concerns and the census code, for each column of the factors file."""
    words = {
        "Alcohol_Misuse": "1", "Drug_Misuse": "2", "Domestic_Abuse": "3", "Mental_Health": "4",
        "Learning_Disability": "5", "Physical_Disability": "6",
    }  # fmt: skip
    persons = {"child": "A", "parent": "B", "person": "C"}
    codes = {
        f"{word}_{person}": number + letter
        for word, number in words.items()
        for person, letter in persons.items()
    }
    codes |= {
        "Young_Carer": "7A", "Privately_fostered": "8A", "Unaccompanied_asylum_seeker": "9A",
        "Going_missing": "10A", "Child_sexual_exploitation": "11A", "Trafficking": "12A",
        "Gangs": "13A", "Socially_unacceptable_behaviour": "14A", "Self_harm": "15A",
        "Neglect": "16A", "Emotional_Abuse": "17A", "Physical_Abuse_unknown": "18A",
        "Physical_Abuse_child_on_child": "18B", "Physical_Abuse_adult_on_child": "18C",
        "Sexual_Abuse_unknown": "19A", "Sexual_Abuse_child_on_child": "19B",
        "Sexual_Abuse_adult_on_child": "19C", "Female_Genital_Mutilation": "22A",
        "Faith_linked_abuse": "23A", "Child_criminal_exploitation": "24A", "Other": "20",
    }  # fmt: skip
    known = {each.code: (each.name, each.person) for each in FACTORS if each.code}
    for code in ("18B", "18C", "19B", "19C"):
        whole = factor(code[:-1] + "A")
        known[code] = (whole.name, whole.person)
    known |= {code: (name, "child") for code, name in LATER_FACTORS.items()}
    return {column.casefold(): (*known[code], code) for column, code in codes.items()}


_FACTOR_COLUMNS = _factor_columns()


@dataclass(frozen=True, slots=True, repr=False)
class FactorPanel(Result):
    """Episodes with each factor identified at the end of assessment, by authority and year.

    Parameters
    ----------
    rows
        One row an authority, year and census code: la_code, area, year, code, factor, person,
        episodes, status. The parts of a divided factor are rows of their own; an episode can have
        several of them, so they must not be added.
    source
        Where the figures come from.
    notes
        Files that hold different figures, and which of them are kept.
    """

    rows: tuple[tuple[str, str, int, str, str, str, float, Status], ...]
    source: str
    notes: tuple[Note, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The rows as a table; ``episodes`` is NaN where the status is not ``observed``."""
        names = ("la_code", "area", "year", "code", "factor", "person", "episodes", "status")
        return pd.DataFrame(list(self.rows), columns=list(names))

    def summary(self) -> str:
        """What it is, in a sentence."""
        codes = {row[0] for row in self.rows} - {ENGLAND}
        years = [row[2] for row in self.rows] or [0]
        return (
            f"{len({row[3] for row in self.rows})} factor codes, {len(codes)} authorities, "
            f"{min(years)} to {max(years)} ({self.source})"
        )


def read_dfe(
    paths: Iterable[Path], *, layouts: Sequence[Layout] = (), today: date | None = None
) -> AuthorityPanel:
    """Read open data files into one panel.

    Parameters
    ----------
    paths
        CSV files of *explore education statistics*, in any order. Rows of regions are left out.
    layouts
        What the columns of files mean that the package does not know; see
        :func:`riskmodel.intake.read_layouts`. They go before the package's own.
    today
        A year that ends after this day is refused; the present day where it is not given.

    Returns
    -------
    AuthorityPanel
        Authorities by their three digits (``old_la_code``; ``314 / 318`` for two that report
        together), England beside them. Where two files hold different figures, the later release
        is kept (known by its last year); of one release, the file whose layout stands first. A
        note names both files.

    Raises
    ------
    DataError
        With file, line and column: when a file is of no known kind, a cell is neither figure nor
        symbol, rows or files of one kind and release contradict each other, or a year is not over.
    """
    files = [_read_file(Path(path), layouts, today) for path in paths]
    if not files:
        raise DataError("give at least one file")
    notes = [note for file in files for note in file.notes]
    return _joined(files).panel(", ".join(file.rank.name for file in files), notes=notes)


def read_panels(
    paths: Iterable[Path], *, layouts: Sequence[Layout] = (), today: date | None = None
) -> AuthorityPanel:
    """Read open data files and plain panels, in any order, into one panel.

    A file with a column ``la_code`` is a plain panel (:func:`riskmodel.intake.read_panel`), any
    other open data (:func:`read_dfe`); parameters and errors are theirs.
    """
    paths = [Path(path) for path in paths]
    plain = [path for path in paths if "la_code" in read_rows(path)[0]]
    open_data = [path for path in paths if path not in plain]
    panels = [read_panel(path, today=today) for path in plain]
    if open_data or not plain:
        panels.insert(0, read_dfe(open_data, layouts=layouts, today=today))
    return panels[0] if len(panels) == 1 else join_panels(panels)


def read_dfe_factors(paths: Iterable[Path]) -> FactorPanel:
    """Read the factors of open data files; files that hold none are passed over.

    Parameters and errors as for :func:`read_dfe`; of two releases the later is kept.
    """
    files = []
    for path in paths:
        path = Path(path)
        heading, lines = read_rows(path)
        columns = {
            place: _FACTOR_COLUMNS[name.casefold()]
            for place, name in enumerate(heading)
            if name.casefold() in _FACTOR_COLUMNS
        }
        if _EPISODES not in {name.casefold() for name in heading}:
            continue
        entries = []
        for line, row in lines:
            authority = _row_key(heading, row, path.name, line)
            if authority is None:
                continue
            for place, (_, _, census_code) in columns.items():
                cell = read_figure(
                    row[place], _COUNTED_AS, file=path.name, line=line, column=heading[place]
                )
                entries.append((*authority, census_code, cell))
        files.append(_OpenFile(_rank(path, entries), entries, []))
    cells = _joined(files)
    meanings = {code: (name, person) for name, person, code in _FACTOR_COLUMNS.values()}
    rows = tuple(
        (code, cells.areas[code, year], year, census_code, *meanings[census_code], *cell)
        for (code, year, census_code), cell in cells.cells.items()
    )
    names = ", ".join(file.rank.name for file in files)
    return FactorPanel(
        rows, names or "no file of factors", tuple(difference_notes(cells.differences))
    )


_Entries = list[tuple[tuple[str, int], str, str, tuple[float, Status]]]
"""Figures, one entry each: code and year, name, measure or factor code, figure and status."""


@dataclass(frozen=True, slots=True)
class _OpenFile:
    """A file with its figures, and what is noted of it."""

    rank: FileRank
    entries: _Entries
    notes: list[Note]


def _rank(path: Path, entries: _Entries, layout: int = 0) -> FileRank:
    """Where a file stands in the order of precedence."""
    return FileRank(path.name, max((key[1] for key, *_ in entries), default=0), layout)


def _joined(files: Iterable[_OpenFile]) -> Cells:
    """The figures of all files, those that take precedence first."""
    cells = Cells()
    for file in sorted(files, key=lambda file: file.rank.order):
        for key, area, measure, cell in file.entries:
            cells.put(key, area, measure, cell, file.rank)
    return cells


def _read_file(path: Path, layouts: Sequence[Layout], today: date | None) -> _OpenFile:
    """The figures of a file, and what is noted of it."""
    heading, rows = read_rows(path)
    folded = [name.casefold() for name in heading]
    for name in _KEYS:
        if name not in folded:
            refuse_record(heading, path.name, _KEYS)
            message = f"this column is missing: it is no open data file; it has {briefly(*heading)}"
            raise DataError(message, file=path.name, line=1, field=name)
    layout = layout_of(heading, layouts, path.name)
    figures = layout.figures_in(heading)
    places = [folded.index(figure.column.casefold()) for figure in figures]
    seen: dict[tuple[str, int, str], tuple[int, list[str]]] = {}
    entries = []
    notes: dict[str, Note] = {}
    if layout.note:
        notes[""] = Note("layout", f"{path.name} ({layout.name}): {layout.note}")
    unwanted: list[str] = []
    for line, row in rows:
        by_column = dict(zip(folded, row, strict=True))
        found = _row_key(heading, row, path.name, line)
        if found is None:
            for note in _other_country(by_column, path.name, line):
                notes.setdefault(note.message.partition(" (")[0], note)
            continue
        key, area = found
        check_year_is_over(key[1], today, file=path.name, line=line, field="time_period")
        put = False
        for figure, place in zip(figures, places, strict=True):
            if not wanted(figure.where, by_column):
                continue
            where = (*key, figure.measure)
            if where in seen:
                raise _twice(where, seen[where], (line, row), heading, path.name)
            seen[where] = (line, row)
            cell = read_figure(
                row[place], figure.measure, file=path.name, line=line, column=heading[place]
            )
            entries.append((key, area, figure.measure, cell))
            put = True
        if not put:
            unwanted.append(_told_apart_by(figures, by_column))
    if unwanted and not seen:
        words = "; ".join(repr(word[:120]) for word in list(dict.fromkeys(unwanted))[:3])
        raise DataError(
            f"no row is the total that the panel counts; each is a part of it, or something else: "
            f"{words}. A layout of your own says what the rows are (--layout FILE.toml)",
            file=path.name,
        )
    return _OpenFile(_rank(path, entries, layout.rank), entries, list(notes.values()))


def _other_country(cells: Mapping[str, str], file: str, line: int) -> Iterator[Note]:
    """A note on a national row that is not of England."""
    if cells["geographic_level"].strip().casefold() == "national":
        code = cells.get("country_code", "").strip()
        name = printable(cells.get("country_name", "").strip() or code)
        text = f"{name} is not England, so its rows are left out ({file}, line {line}: {code[:20]})"
        yield Note("other_country", text)


def _told_apart_by(figures: Sequence[FigureColumn], cells: Mapping[str, str]) -> str:
    """What a row says of itself in the columns by which a layout chooses rows."""
    columns = dict.fromkeys(name for figure in figures for name in figure.where)
    return ", ".join(cells[name.casefold()] for name in columns if name.casefold() in cells)


def _twice(
    where: tuple[str, int, str],
    first: tuple[int, list[str]],
    second: tuple[int, list[str]],
    heading: list[str],
    file: str,
) -> DataError:
    """Two rows for one figure: most likely the file is divided by a column that nobody named."""
    pairs = zip(heading, first[1], second[1], strict=True)
    differing = [
        f"{name[:40]} ({briefly(one, other)})"
        for name, one, other in pairs
        if one != other and read_cell(one) is None
    ]
    message = f"{where[0]} in {where[1]} stands in two rows, this one and line {first[0]}"
    if differing:
        message += (
            f". They differ in {', '.join(differing[:3])}: a layout says under [layout.where] "
            "which rows are the total"
        )
    return DataError(message, file=file, line=second[0], field=where[2])


def _row_key(
    heading: list[str], row: list[str], file: str, line: int
) -> tuple[tuple[str, int], str] | None:
    """Code, year and name of a row's authority; None for a region or another country."""
    cells: dict[str, str] = {
        name.casefold(): cell.strip() for name, cell in zip(heading, row, strict=True)
    }
    level = cells["geographic_level"].casefold()
    period = cells.get("time_identifier", "")
    if period.casefold() not in _WHOLE_YEARS:
        raise DataError(
            f"found {briefly(period)}: a panel holds whole years to 31 March; allowed: Reporting "
            "year, Financial year",
            file=file,
            line=line,
            field="time_identifier",
        )
    year = read_year(cells["time_period"])
    if level not in _LEVELS:
        found = cells["geographic_level"]
        allowed = ", ".join(_LEVELS)
        field = "geographic_level"
        raise DataError(
            f"found {briefly(found)}; allowed: {allowed}", file=file, line=line, field=field
        )
    if level == "regional":
        return None
    if year is None:
        found = cells["time_period"]
        message = f"found {briefly(found)}; allowed: a year such as 2021 or 202021"
        raise DataError(message, file=file, line=line, field="time_period")
    if level == "national" and cells.get("country_code", "") not in (ENGLAND, ""):
        return None
    if level == "national":
        return (ENGLAND, year), cells.get("country_name") or "England"
    code = cells.get("old_la_code", "")
    if not _OLD_CODE.fullmatch(code):
        code = cells.get("new_la_code", "")
    if not code or code.casefold() in ("z", "x", "c", ":"):
        message = "found no code; allowed: three digits, or nine signs in new_la_code"
        raise DataError(message, file=file, line=line, field="old_la_code")
    return (code, year), printable(cells.get("la_name") or code)
