"""Population projections by age, in the forms of the subnational tables of the ONS.

Wide: AREA_CODE, AREA_NAME, COMPONENT, SEX, AGE_GROUP, then a column a year. Or a row a figure: area
code, sex, age, year, variant, population. In both a column for the variant may stand or be left
out. Other areas, ages from 18 on and other components than the population are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.figures import briefly, read_cell, read_rows
from riskmodel.intake.tables.workbooks import is_workbook, read_sheet
from riskmodel.population import AGES, PRINCIPAL, PopulationProjection

__all__ = ["read_population"]

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("area_code", "code", "la_code", "new_la_code", "lad_code", "geography_code"),
    "name": ("area_name", "area", "la_name", "name", "geography", "geography_name"),
    "component": ("component",),
    "sex": ("sex", "gender"),
    "age": ("age_group", "age"),
    "year": ("year", "mid_year"),
    "variant": ("variant", "projection"),
    "population": ("population", "value", "obs_value", "children", "count"),
}
"""Headings, in small letters with ``_`` between words, of what a table can have."""

_YEAR = re.compile(r"(?:mid[ _-]?)?((?:19|20|21)[0-9]{2})(?:\.0)?", re.IGNORECASE)
_OLDER = re.compile(r"(\d{2,3})\s*(?:\+|(?:and|or|years and|&) (?:over|above|older))")
_ALL = ("all ages", "all", "total")
_SEXES = {
    **dict.fromkeys(("persons", "people", "all", "total", "both"), "persons"),
    **dict.fromkeys(("males", "male", "m", "boys"), "males"),
    **dict.fromkeys(("females", "female", "f", "girls"), "females"),
}
_ALLOWED = "children of that age, a number above 0 such as 1234 or 1,234.5"
_LEAST = 500
"""Children aged 0 to 17 below which numbers with a fraction are read as thousands."""

_WORDS = frozenset(
    [
        "the",
        "of",
        "and",
        "council",
        "county",
        "city",
        "borough",
        "district",
        "metropolitan",
        "royal",
        "london",
        "unitary",
        "authority",
        "upon",
    ]
)
_CODE = re.compile(r"[a-z][0-9]{8}|[0-9]{3}")

_Rows = Iterable[tuple[int, Sequence[str]]]
_Key = tuple[str, str, int, int]


@dataclass(slots=True)
class _Area:
    """The figures of one area as the file has them: by variant, sex, age and year."""

    code: str
    name: str
    figures: dict[_Key, float] = field(default_factory=dict)
    lines: dict[_Key, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(word for word in (self.code, self.name) if word) or "the area"


def read_population(path: Path, whose: Sequence[str] = ()) -> PopulationProjection:
    """Read the children of one area from a projection of the population.

    Parameters
    ----------
    path
        CSV, or a workbook whose first sheet holds the table.
    whose
        Codes and names that the area may have; a file of one area without a code or a name needs
        none.

    Raises
    ------
    DataError
        With file, line and column: a column or an age is missing, a year is missing between two
        others, a figure stands twice, is a percentage, is not above 0 or reads like thousands,
        ages stand in bands, or several areas are there and none is the one asked for.
    """
    heading, rows = _opened(path)
    columns, years = _layout(heading, path.name)
    reader = _Reader(path.name, heading, columns, years, [word for word in whose if word.strip()])
    for line, row in rows:
        reader.take(line, row)
    return _projection(reader.chosen(), path.name)


def _opened(path: Path) -> tuple[list[str], _Rows]:
    if not is_workbook(path):
        return read_rows(path)
    heading, rows, lines, _ = read_sheet(path)
    return heading, ((n, [c or "" for c in row]) for n, row in zip(lines, rows, strict=True))


def _layout(heading: Sequence[str], file: str) -> tuple[dict[str, int], dict[int, int]]:
    """Places of the columns by what they hold, and of the columns of years."""
    plain = [re.sub(r"[^a-z0-9]+", "_", name.strip().casefold()) for name in heading]
    columns = {
        kind: next(plain.index(name) for name in names if name in plain)
        for kind, names in _COLUMNS.items()
        if any(name in plain for name in names)
    }
    years = {
        index: int(match[1])
        for index, name in enumerate(heading)
        if (match := _YEAR.fullmatch(name.strip()))
    }
    wanted = ("age",) if years else ("age", "year", "population")
    for kind in wanted:
        if kind not in columns:
            raise DataError(
                f"this column is missing; the file has {briefly(*heading)}. A projection has "
                "AREA_CODE, SEX, AGE_GROUP and a column a year, or area code, sex, age, year, "
                "variant, population",
                file=file,
                line=1,
                field=kind,
            )
    twice = next((year for year in years.values() if list(years.values()).count(year) > 1), None)
    if twice is not None:
        raise DataError("stands in two columns; keep one", file=file, line=1, field=str(twice))
    return columns, years


@dataclass(slots=True)
class _Reader:
    """Takes rows one by one and keeps those of the area that is asked for."""

    file: str
    heading: Sequence[str]
    columns: Mapping[str, int]
    years: Mapping[int, int]
    whose: Sequence[str]
    areas: dict[str, _Area] = field(default_factory=dict)

    def take(self, line: int, row: Sequence[str]) -> None:
        """Keep the figures of a row, where it is of the area, a child's age and the population."""
        code, name = (self._cell(row, kind) for kind in ("code", "name"))
        key = (code or name).casefold()
        area = self.areas.setdefault(key, _Area(code, name))
        # Of the others it is enough to know that they are there.
        first = next(iter(self.areas.values()))
        if area is not first and not _is_of(area, self.whose):
            return
        if self._cell(row, "component").casefold() not in ("", "population"):
            return
        age = self._age(row, line)
        if age is None:
            return
        sex = self._sex(row, line)
        variant = self._cell(row, "variant") or PRINCIPAL
        for index, year in self._years(row, line):
            self._keep(area, (variant, sex, age, year), row[index], line, index)

    def _cell(self, row: Sequence[str], kind: str) -> str:
        return row[self.columns[kind]].strip() if kind in self.columns else ""

    def _refused(self, message: str, line: int, index: int) -> DataError:
        return DataError(message, file=self.file, line=line, field=self.heading[index][:40])

    def _age(self, row: Sequence[str], line: int) -> int | None:
        word = self._cell(row, "age").casefold()
        if re.fullmatch(r"\d{1,3}(?:\.0)?", word):
            age = int(float(word))
            return age if age < AGES else None
        older = _OLDER.fullmatch(word)
        if word in _ALL or (older and int(older[1]) >= AGES):
            return None
        message = f"found {briefly(word)}; allowed: single years of age, 0 to 17, no bands"
        raise self._refused(message, line, self.columns["age"])

    def _sex(self, row: Sequence[str], line: int) -> str:
        word = self._cell(row, "sex").casefold()
        if not word:
            return "persons"
        if word not in _SEXES:
            message = f"found {briefly(word)}; allowed: persons, males, females"
            raise self._refused(message, line, self.columns["sex"])
        return _SEXES[word]

    def _years(self, row: Sequence[str], line: int) -> Iterator[tuple[int, int]]:
        """Places of the figures in a row, each with its year."""
        if self.years:
            yield from self.years.items()
            return
        match = _YEAR.fullmatch(self._cell(row, "year"))
        if match is None:
            message = f"found {briefly(self._cell(row, 'year'))}; allowed: a year such as 2024"
            raise self._refused(message, line, self.columns["year"])
        yield self.columns["population"], int(match[1])

    def _keep(self, area: _Area, key: _Key, text: str, line: int, index: int) -> None:
        cell = read_cell(text)
        if "%" in text or cell is None or not cell[0] > 0:
            what = ", a percentage" if "%" in text else ""
            raise self._refused(f"found {briefly(text)}{what}; allowed: {_ALLOWED}", line, index)
        if key in area.figures:
            variant, sex, age, year = key
            message = (
                f"{sex} aged {age} in {year} ({variant}) stand in line {area.lines[key]} already; "
                "keep one"
            )
            raise self._refused(message, line, index)
        area.figures[key], area.lines[key] = cell[0], line

    def chosen(self) -> _Area:
        """The area that is asked for, or the only one where nothing speaks against it."""
        areas = list(self.areas.values())
        if not areas:
            raise DataError("holds headings and no row", file=self.file)
        chosen = [area for area in areas if _is_of(area, self.whose)]
        if len(chosen) == 1:
            return chosen[0]
        names = [str(area) for area in areas]
        if len(areas) > 1 and not self.whose:
            message = f"holds {len(areas)} areas ({briefly(*names[:5])}): say whose code it is"
            raise DataError(message, file=self.file)
        if len(areas) > 1 or _differs(areas[0], self.whose):
            problem = UnknownNameError("area", " or ".join(self.whose), names)
            raise DataError(
                f"{problem} The area is known by the code or name of the authority: [about] code "
                "and name of a folder, --authority of a file",
                file=self.file,
            )
        return areas[0]


def _is_of(area: _Area, whose: Sequence[str]) -> bool:
    words = {word.casefold().strip() for word in whose}
    names = {_plain(word) for word in whose}
    return area.code.casefold() in words - {""} or bool(area.name and _plain(area.name) in names)


def _differs(area: _Area, whose: Sequence[str]) -> bool:
    """Whether what the area is called contradicts what is asked for: other names, other codes."""
    words = [word.casefold().strip() for word in whose]
    codes = [word for word in words if _CODE.fullmatch(word)]
    same_form = [word for word in codes if len(word) == len(area.code)]
    return bool(same_form or (area.name and len(codes) < len(words)))


def _plain(name: str) -> frozenset[str]:
    """A name without the words that one source writes and another does not."""
    words = frozenset(re.findall(r"[a-z0-9']+", name.casefold()))
    return words - _WORDS or words


def _projection(area: _Area, file: str) -> PopulationProjection:
    """The figures as tables of age and year; persons, or else boys and girls together."""
    variants = list(dict.fromkeys(key[0] for key in area.figures))
    if not variants:
        raise DataError(f"holds no child of {area} aged 0 to 17", file=file, field="age")
    years = sorted({key[3] for key in area.figures})
    tables = {name: _table(area, name, years, file) for name in variants}
    for name, table in tables.items():
        total = table.sum(axis=0).min()
        if total < _LEAST and (table != np.round(table)).any():
            raise DataError(
                f"{total:,.1f} children aged 0 to 17 look like thousands; give all of them, each "
                "single child",
                file=file,
                field=name,
            )
    return PopulationProjection(str(area), tuple(years), tables, file)


def _table(area: _Area, variant: str, years: Sequence[int], file: str) -> Floats:
    """Children of a variant, shape (age, year).

    Every year between the first and the last is looked for, so that a missing one is named.
    """
    sexes = {key[1] for key in area.figures if key[0] == variant}
    parts = ("persons",) if "persons" in sexes else ("males", "females")
    found = np.zeros((AGES, len(years)))
    for age in range(AGES):
        for column, year in enumerate(years):
            for sex in parts:
                figure = area.figures.get((variant, sex, age, year))
                if figure is None:
                    raise DataError(
                        f"has no figure of {sex} aged {age} in {year} ({variant}): every single "
                        "year of age from 0 to 17 is needed in every year, of persons or of males "
                        "and females",
                        file=file,
                        field="age",
                    )
                found[age, column] += figure
    return found
