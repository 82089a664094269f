"""Reads a TOML file table by table; every message names file, line and key.

The parser of the standard library forgets where things stand, and a message without its line
sends the reader searching. So the lines are found in the text anew, by
:mod:`riskmodel.core.toml_lines`, when the first message needs them; what a file holds is the
parser's word alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from riskmodel.core.toml_lines import KeyPath, key_lines
from riskmodel.errors import DataError, UnknownNameError, printable, unreadable

__all__ = ["Table", "loaded", "no_toml", "parse_toml", "read_toml", "shown"]

_AT_LINE = re.compile(r"at line (\d+)")
_MISWRITTEN: Mapping[str, str] = {
    r"[^#\"']*=\s*\d{4}-\d": 'a month is written in quotes: "2026-03"',
    r"[^#\"']*=\s*[\d.]+\s*%": 'a share is written in quotes: "80%"',
    r"[^#\"']*=\s*(£|\d{1,3},\d{3})": "an amount is written as digits alone: 58400",
    r"[^#\"']*=\s*\d{1,2}/\d": "a date is written year first: 2024-07-31",
    r".*\\": r'in the name of a file write / for \: "tables/months.csv"',
    r"[^#\"']*=\s*(?!(?i:true|false)\b)[^\W\d]": (
        'a text is written in quotes: "North"; a number as digits alone: 4'
    ),
}
"""How a line looks that is often miswritten, and how it is written."""
_LONGEST_SHOWN = 60
_MOST = 10**300

_KINDS: Mapping[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    date: "a date, such as 2024-06-12",
}
_Kind = TypeVar("_Kind")


class _Lines:
    """The lines of a text, found once and not before they are asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def by_path(self) -> dict[KeyPath, int]:
        return key_lines(self.text)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file, and where it stands.

    Parameters
    ----------
    file
        What messages call the file; empty for what stands in none.
    content
        Values by key.
    path
        Where in the file it stands; empty for the whole file.
    """

    file: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    path: KeyPath = ()
    _lines: _Lines = field(default=_Lines(""), repr=False, compare=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.content)

    def __contains__(self, key: object) -> bool:
        return key in self.content

    def line(self, *keys: str | int) -> int | None:
        """Line of a key, or of the innermost table around it that has one; None without any."""
        path = (*self.path, *keys)
        lines = self._lines.by_path
        return next(
            (lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None
        )

    def error(self, message: str, *keys: str | int) -> DataError:
        """A message that names file, line and the last of the keys."""
        names = [key for key in (*self.path, *keys) if isinstance(key, str)]
        name = names[-1] if names else None
        return DataError(message, file=self.file or None, line=self.line(*keys), field=name)

    def check_keys(self, allowed: Iterable[str], kind: str = "key") -> None:
        """Refuse a key that is not allowed.

        Raises
        ------
        DataError
            Which key, in which line, and the nearest that are allowed.
        """
        allowed = list(allowed)
        for key in self.content:
            if key not in allowed:
                raise self.error(str(UnknownNameError(kind, key, allowed)), key)

    def check(self, key: str, kinds: tuple[type, ...], meaning: str) -> Any:
        """The value of a key that is there.

        Parameters
        ----------
        key
            Which.
        kinds
            What it may be; a truth value is no whole number.
        meaning
            The same in words, after "must be".

        Raises
        ------
        DataError
            When it is of another kind.
        """
        value = self.content[key]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise self.error(f"must be {meaning}; found {shown(value)}", key)
        return value

    def optional(self, key: str, kind: type[_Kind], default: _Kind, meaning: str = "") -> _Kind:
        """The value of a key, or a default where it is not there; see :meth:`check`."""
        if key not in self.content:
            return default
        kinds = (int, float) if kind is float else (kind,)
        value: _Kind = self.check(key, kinds, meaning or _KINDS[kind])
        return value

    def required(self, key: str, kind: type[_Kind], missing: str = "is missing") -> _Kind:
        """The value of a key that must be there.

        Raises
        ------
        DataError
            When it is missing, an empty text, or of another kind.
        """
        value = self.optional(key, kind, None)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise self.error(missing, key)
        return value

    def texts(self, key: str, example: str = "Total") -> list[str]:
        """A list of texts; empty where the key is not there.

        Raises
        ------
        DataError
            When it is no list, or holds anything but texts.
        """
        values = self.content.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            message = f'must be a list of texts, such as ["{example}"]; found {shown(values)}'
            raise self.error(message, key)
        return list(values)

    def section(self, key: str) -> Table:
        """The table of a key; an empty one where the key is not there.

        Raises
        ------
        DataError
            When it is no table.
        """
        content = self.optional(key, dict, {}, f"a section: [{key}]")
        return Table(self.file, content, (*self.path, key), self._lines)

    def sections(self, key: str) -> tuple[Table, ...]:
        """The tables of a list of them; none where the key is not there.

        Raises
        ------
        DataError
            When it is no list of tables.
        """
        entries = self.content.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(f"must be tables, each with two brackets: [[{key}]]", key)
        return tuple(
            Table(self.file, entry, (*self.path, key, index), self._lines)
            for index, entry in enumerate(entries)
        )


def read_toml(path: str | Path, name: str = "") -> Table:
    """Read a file.

    Parameters
    ----------
    path
        The file.
    name
        What messages call it; its own name where empty.

    Raises
    ------
    DataError
        When it cannot be read or is no TOML, with the line where it ends to be.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error, name) from error
    return parse_toml(text, name or path.name)


def loaded(text: str, file: str) -> dict[str, Any]:
    """What a text holds as the parser gives it; texts as they can be shown.

    Raises
    ------
    ValueError
        When it is no TOML.
    DataError
        When it holds a whole number that is none to calculate with, with its line.
    """
    content = tomllib.loads(text)
    if _is_beyond(content):
        lines = enumerate(text.splitlines(), start=1)
        line, found = next(((n, one) for n, one in lines if re.search(r"\w{250}", one)), (None, ""))
        key = re.match(r"\s*([\w.-]+)\s*=", found)
        field = key[1] if key else None
        raise DataError("holds a number of over 300 digits", file=file, line=line, field=field)
    shown: dict[str, Any] = _printable(content)
    return shown


def _printable(value: Any) -> Any:
    """No text steers a terminal, nor holds a character that a picture or a document cannot."""
    if isinstance(value, dict):
        return {printable(key): _printable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_printable(one) for one in value]
    return printable(value) if isinstance(value, str) else value


def _is_beyond(value: Any) -> bool:
    """Whether a whole number stands in it that no fraction can hold."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return any(map(_is_beyond, value))
    return isinstance(value, int) and abs(value) > _MOST


def no_toml(error: ValueError, text: str, file: str) -> DataError:
    """What the parser refuses, with its line and how what stands there is written.

    Parameters
    ----------
    error
        Of the parser, or of Python for a number with thousands of digits.
    text
        What was parsed.
    file
        What messages call it.
    """
    at = _AT_LINE.search(str(error))
    line = int(at[1]) if at else None
    written = text.split("\n")[line - 1] if line else ""
    hint = next((f"; {hint}" for form, hint in _MISWRITTEN.items() if re.match(form, written)), "")
    return DataError(f"this is no TOML: {error}{hint}", file=file, line=line)


def parse_toml(text: str, file: str) -> Table:
    r"""The table of a text.

    Parameters
    ----------
    text
        TOML.
    file
        What messages call it.

    Raises
    ------
    DataError
        When it is no TOML, with the line where it ends to be.

    Examples
    --------
    >>> teams = parse_toml('[[team]]\narea = "north"\nworkers = "many"\n', "teams.toml")
    >>> print(teams.sections("team")[0].error("must be a number", "workers"))
    teams.toml, line 3, field workers: must be a number
    """
    try:
        return Table(file, loaded(text, file), (), _Lines(text))
    except ValueError as error:
        raise no_toml(error, text, file) from error
    except RecursionError as error:
        raise DataError("cannot be read: nested too deeply", file=file) from error


def shown(value: Any) -> str:
    """What was found, briefly and as TOML calls it.

    Examples
    --------
    >>> shown(True), shown({"a": 1}), shown("a text")
    ('true', 'a table', "'a text'")
    """
    if isinstance(value, datetime | date | time):
        return f"the date {value}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
