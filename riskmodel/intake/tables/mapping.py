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
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from riskmodel.assessments import PLAN
from riskmodel.census import FACTOR_CODES
from riskmodel.errors import DataError, UnknownNameError, unreadable
from riskmodel.intake.dates import BAD, MISSING, day_number
from riskmodel.intake.tables.columns import COLUMNS, FACTOR_WORDS, LOCAL_PREFIX, brief
from riskmodel.intake.tables.convert import Words

__all__ = ["ColumnMapping", "read_mapping"]

_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "columns": (),
    "factors": ("prefix",),
    "flags": ("true", "false"),
    "dates": ("format",),
}
_LIST = "factors"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a table names its columns and writes its cells.

    Parameters
    ----------
    file
        The mapping's own file, for messages.
    columns
        Heading of the table for each of our names.
    lines
        Line of each of them in the mapping.
    prefix
        Headings that begin with it are factors, named by the rest.
    words
        How the table writes true, false and dates.
    """

    file: str = "mapping"
    columns: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
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
        for name, theirs in self.columns.items():
            place = given.get(theirs.strip().casefold())
            if place is None:
                listed = [brief(heading).strip("'") for heading in headings]
                problem = UnknownNameError(f"column in {file}", theirs, listed)
                raise DataError(str(problem), file=self.file, line=self.lines.get(name), field=name)
            renamed[place] = name
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
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"this is no TOML: {error}", file=path.name) from error
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(path, error) from error
    source = _Source(path.name, text)
    for section, content in data.items():
        if section not in _SECTIONS:
            raise source.unknown("section", section, _SECTIONS, section)
        if not isinstance(content, dict):
            raise source.error(f"must be a section: [{section}]", section, section)
        for key in content if _SECTIONS[section] else ():
            if key not in _SECTIONS[section]:
                raise source.unknown(f"key in [{section}]", key, _SECTIONS[section], section)
    columns = _columns(data.get("columns", {}), source)
    lines = {key: source.line("columns", key) or 0 for key in columns}
    prefix = data.get("factors", {}).get("prefix", "")
    if not isinstance(prefix, str):
        raise source.error("must be a text", "factors", "prefix")
    return ColumnMapping(path.name, columns, lines, prefix, _words(data, source))


@dataclass(frozen=True, slots=True)
class _Source:
    file: str
    text: str

    def line(self, section: str, key: str) -> int | None:
        """The line of a key in a section, or of the section itself."""
        inside = False
        heading = re.compile(r"\s*\[\s*\"?([^]\"]*)\"?\s*\]")
        wanted = re.compile(
            rf"\s*(\"{re.escape(key)}\"|'{re.escape(key)}'|{re.escape(key)})\s*[=.]"
        )
        for number, line in enumerate(self.text.splitlines(), start=1):
            if match := heading.match(line):
                inside = match.group(1).strip() == section
                if inside and key == section:
                    return number
            elif (inside or key == section) and wanted.match(line):
                return number
        return None

    def error(self, message: str, section: str, key: str) -> DataError:
        return DataError(message, file=self.file, line=self.line(section, key), field=key)

    def unknown(self, kind: str, name: str, allowed: Any, section: str) -> DataError:
        return self.error(str(UnknownNameError(kind, name, allowed)), section, name)


def _columns(content: Mapping[str, Any], source: _Source) -> dict[str, str]:
    allowed = (PLAN, _LIST, *(name for name in COLUMNS if name != PLAN), *FACTOR_WORDS)
    found: dict[str, str] = {}
    for key, theirs in content.items():
        word = key.strip().casefold()
        known = word in COLUMNS or word == _LIST or word in FACTOR_WORDS
        local = word.startswith(LOCAL_PREFIX) and len(word) > len(LOCAL_PREFIX)
        if not known and not local and key.strip().upper() not in FACTOR_CODES:
            raise source.unknown("column or factor", key, allowed, "columns")
        if not isinstance(theirs, str) or not theirs.strip():
            raise source.error("must be the heading of a column, as a text", "columns", key)
        found[key] = theirs
    twice = [theirs for theirs in found.values() if list(found.values()).count(theirs) > 1]
    if twice:
        key = next(key for key, theirs in found.items() if theirs == twice[0])
        raise source.error(f"{twice[0]!r} is given two meanings; keep one", "columns", key)
    return found


def _words(data: Mapping[str, Any], source: _Source) -> Words:
    flags = data.get("flags", {})
    meanings = dict(Words().flags)
    for key, value in (("true", 1), ("false", 0)):
        words = flags.get(key, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise source.error('must be a list of texts, such as ["Y"]', "flags", key)
        for word in words:
            folded = word.strip().casefold()
            if value == 0 and folded in {w.strip().casefold() for w in flags.get("true", [])}:
                raise source.error(f"{word!r} is both true and false", "flags", key)
            meanings[folded] = value
    listed = ", ".join(repr(word) for key in ("true", "false") for word in flags.get(key, []))
    allowed = Words().flags_allowed + (f", or {listed}" if listed else "")
    form = data.get("dates", {}).get("format")
    if form is None:
        return Words(meanings, allowed)
    if not isinstance(form, str) or not _is_format(form):
        example = 'must be a format with day, month and year, such as "%d/%m/%Y"'
        raise source.error(example, "dates", "format")
    shown = f"a date from 1900 to 2100 as {date(2015, 3, 31).strftime(form)}"
    return Words(meanings, allowed, _reader(form), shown)


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
