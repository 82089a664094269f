"""A small TOML file that says how an analyst's own table names and writes what we read.

.. code-block:: toml

    [columns]
    plan = "CP plan?"
    assessment_date = "Date authorised"
    parent_domestic_violence = "DV parent"
    3A = "DV child"
    factors = "All factor codes"

    [factors]
    prefix = "RF_"

    [flags]
    true = ["Y"]
    false = ["N", ""]

    [dates]
    format = "%d-%b-%y"

Tables of months and of teams have sections of their own:

.. code-block:: toml

    [months]
    cpp_stock = "CP plans at month end"
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from riskmodel.ages import AGE
from riskmodel.assessments import PLAN
from riskmodel.census import FACTOR_CODES
from riskmodel.core.toml import Table, read_toml
from riskmodel.errors import DataError, UnknownNameError, raise_all
from riskmodel.intake.dates import BAD, MISSING, day_number
from riskmodel.intake.headless import refuse_record
from riskmodel.intake.tables.columns import COLUMNS, FACTOR_WORDS, LOCAL_PREFIX, brief
from riskmodel.intake.tables.convert import Words

__all__ = ["ColumnMapping", "mapping_hint", "read_headings", "read_mapping"]

_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "columns": (),
    "factors": ("prefix",),
    "flags": ("true", "false"),
    "dates": ("format",),
    "months": (),
    "teams": (),
}
_LIST = "factors"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a table names its columns and writes its cells.

    Parameters
    ----------
    columns
        Heading of the table for each of our names.
    source
        Where they stand in the mapping's own file, for messages.
    prefix
        Headings that begin with it are factors, named by the rest.
    words
        How the table writes true, false and dates.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    source: Table = field(default=Table("mapping"), repr=False)
    prefix: str = ""
    words: Words = field(default_factory=Words)

    def rename(self, headings: Sequence[str], file: str) -> tuple[str, ...]:
        """The headings of a table by our names; those that are not mapped as they are.

        Raises
        ------
        DataError
            When a mapped heading is not in the table: with the nearest ones.
        """
        given = {heading.strip().casefold(): place for place, heading in enumerate(headings)}
        renamed = [heading.strip() for heading in headings]
        wrong: list[DataError] = []
        for name, theirs in self.columns.items():
            place = given.get(theirs.strip().casefold())
            if place is None:
                refuse_record(headings, file, tuple(self.columns.values()))
                listed = [brief(heading).strip("'") for heading in headings]
                problem = UnknownNameError(f"column in {file}", theirs, listed)
                wrong.append(self.source.error(str(problem), name))
                continue
            renamed[place] = name
        raise_all(wrong)
        if self.prefix:
            taken = set(self.columns.values())
            for place, heading in enumerate(headings):
                if heading.startswith(self.prefix) and heading not in taken:
                    rest = heading[len(self.prefix) :].strip()
                    known = rest.casefold() in FACTOR_WORDS or rest.upper() in FACTOR_CODES
                    renamed[place] = rest if known else LOCAL_PREFIX + rest
        return tuple(renamed)


def read_mapping(path: Path) -> ColumnMapping:
    """Read and check a mapping.

    Raises
    ------
    DataError
        When it is no TOML, or a section, key or value is none that a mapping has: with the line,
        the key and the nearest names.
    """
    top = _sections(path)
    sections = {name: top.section(name) for name in _SECTIONS}
    for name, keys in _SECTIONS.items():
        if keys:
            sections[name].check_keys(keys, f"key in [{name}]")
    columns = sections["columns"]
    prefix = sections["factors"].optional("prefix", str, "")
    words = _words(sections["flags"], sections["dates"])
    return ColumnMapping(_columns(columns), columns, prefix, words)


def read_headings(path: Path | None, section: str, allowed: Sequence[str]) -> ColumnMapping:
    """How a table of months or teams names its columns.

    Parameters
    ----------
    path
        The mapping; None where there is none.
    section
        ``months`` or ``teams``: the section that says so.
    allowed
        Our names of the columns.

    Raises
    ------
    DataError
        When it is no TOML, or a section, key or value is none that a mapping has.
    """
    if path is None:
        return ColumnMapping()
    table = _sections(path).section(section)
    wrong = [
        table.error(str(UnknownNameError(f"column of {section}", key, allowed)), key)
        for key in table
        if key not in allowed
    ]
    raise_all(wrong)
    columns = {key: _heading(table, key) for key in table}
    _check_once(table, columns)
    return ColumnMapping(columns, table)


def mapping_hint(section: str, name: str, heading: str) -> str:
    """What to write where a table of months or teams has headings of its own."""
    line = f"{name} = {json.dumps(heading, ensure_ascii=False)}"
    option = " or --mapping FILE.toml" if section == "months" else ""
    return f"under [{section}] of a mapping (mapping.toml in a folder{option}) write {line}"


def _sections(path: Path) -> Table:
    top = read_toml(path)
    top.check_keys(_SECTIONS, "section")
    return top


def _heading(table: Table, key: str) -> str:
    theirs: str = table.check(key, (str,), "the heading of a column, as a text")
    if not theirs.strip():
        raise table.error("must be the heading of a column; found an empty text", key)
    return theirs


def _check_once(table: Table, columns: Mapping[str, str]) -> None:
    headings = [theirs.strip().casefold() for theirs in columns.values()]
    for key, theirs in columns.items():
        if headings.count(theirs.strip().casefold()) > 1:
            raise table.error(f"{theirs!r} is given two meanings; keep one", key)


def _columns(table: Table) -> dict[str, str]:
    allowed = (PLAN, _LIST, *(n for n in (*COLUMNS, AGE) if n != PLAN), *FACTOR_WORDS)
    columns: dict[str, str] = {}
    wrong: list[DataError] = []
    for key in table:
        word = key.strip().casefold()
        known = word in COLUMNS or word in (_LIST, AGE) or word in FACTOR_WORDS
        local = word.startswith(LOCAL_PREFIX) and len(word) > len(LOCAL_PREFIX)
        if not known and not local and key.strip().upper() not in FACTOR_CODES:
            problem = UnknownNameError("column or factor", key, allowed)
            kept = (
                "A column that only groups the others keeps its own heading: leave it out here. "
                "Columns of months stand under [months], those of teams under [teams]."
            )
            wrong.append(table.error(f"{problem} {kept}", key))
        else:
            columns[key] = _heading(table, key)
    raise_all(wrong)
    _check_once(table, columns)
    return columns


def _words(flags: Table, dates: Table) -> Words:
    meanings = dict(Words().flags)
    listed = {key: flags.texts(key, "Y") for key in ("true", "false")}
    truths = {word.strip().casefold() for word in listed["true"]}
    for key, value in (("true", 1), ("false", 0)):
        for word in listed[key]:
            folded = word.strip().casefold()
            if value == 0 and folded in truths:
                raise flags.error(f"{word!r} is both true and false", key)
            meanings[folded] = value
    written = ", ".join(repr(word) for words in listed.values() for word in words)
    allowed = Words().flags_allowed + (f", or {written}" if written else "")
    if "format" not in dates:
        return Words(meanings, allowed)
    wanted = 'a format with day, month and year, such as "%d/%m/%Y"'
    form = dates.check("format", (str,), wanted)
    if not _is_format(form):
        raise dates.error(f"must be {wanted}; found {form!r}", "format")
    example = f"a date from 1900 to 2100 as {date(2015, 3, 31).strftime(form)}"
    return Words(meanings, allowed, _reader(form), example)


def _is_format(form: str) -> bool:
    try:
        return datetime.strptime(date(2015, 3, 31).strftime(form), form).date() == date(2015, 3, 31)
    except ValueError:
        return False


def _reader(form: str) -> Any:
    def day(text: str | None) -> int:
        word = (text or "").strip()
        if not word:
            return MISSING
        if not form.startswith("%Y") and _ISO.fullmatch(word):
            # As a spreadsheet's own dates come: they cannot be meant otherwise.
            return day_number(word)
        try:
            found = datetime.strptime(word, form)
        except ValueError:
            return BAD
        return found.toordinal() - _EPOCH if 1900 <= found.year <= 2100 else BAD

    return day
