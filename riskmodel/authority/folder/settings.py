"""``authority.toml``: the settings of an authority, read with the line of every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riskmodel.authority.folder.problems import Place, ProblemLog, bare_message
from riskmodel.authority.folder.subjects import SUBJECTS, Subject
from riskmodel.authority.folder.values import Value, read_value
from riskmodel.core.toml import loaded, no_toml
from riskmodel.core.toml_lines import KeyPath, key_lines
from riskmodel.errors import DataError, UnknownNameError, unreadable
from riskmodel.intake.figures import briefly

__all__ = [
    "FILE",
    "FILE_KEYS",
    "FORMAT",
    "SEVERAL",
    "Entry",
    "Row",
    "Rows",
    "Settings",
    "read_settings",
]

FILE = "authority.toml"
"""The file that makes a folder an authority."""

FORMAT = 1
"""The format that this version writes; a file without a number has format 1."""

FILE_KEYS: Mapping[str, str] = {
    "inputs": "workbook of figures, one sheet a subject",
    "returns": "census returns or tables of assessments, one or several years",
    "records": "returns on children looked after (SSDA903) and lists of Annex A",
    "mapping": "how tables of assessments, months and teams name their columns",
    "months": "own months: stocks, starts and ends",
    "panel": "figures of many authorities by year",
    "teams": "teams and their cases",
    "population": "children to come by age: the form of the ONS's subnational projections",
    "neighbours": "statistical neighbours",
    "deprivation": "deprived children and children on a plan, by year and area",
    "scenarios": "folder of scenario files",
    "services": "folder of service files",
    "timeliness": "own table of deadlines: measure, started, ended",
    "published": "folder of published tables",
    "commentary": "the author's own text",
}
"""Keys of ``[files]``, and what each file holds."""

SEVERAL = ("returns", "records")
"""Keys that may name several files, or folders of files."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and where it is."""

    value: Value
    place: Place


Row = dict[str, Entry]
Rows = dict[str, list[Row]]
"""Rows of each subject; a subject without a key has at most one."""


@dataclass(slots=True)
class Settings:
    """The content of the file: rows by subject, and files by key with the place of the key."""

    rows: Rows = field(default_factory=dict)
    files: dict[str, tuple[tuple[str, ...], Place]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _File:
    """The file while it is read."""

    name: str
    lines: Mapping[KeyPath, int]
    log: ProblemLog

    def place(self, path: str, key: str) -> Place:
        """Place of a key by its dotted path; of the nearest table above where it has no line."""
        parts: KeyPath = tuple(int(part) if part.isdigit() else part for part in path.split("."))
        while parts and parts not in self.lines:
            parts = parts[:-1]
        return Place(self.name, self.lines.get(parts), key)


def read_settings(folder: Path, log: ProblemLog) -> Settings:
    """Read the file of a folder.

    Parameters
    ----------
    folder
        The folder.
    log
        Where wrong keys and values go.

    Raises
    ------
    DataError
        When the folder is not that of an authority: the file is missing, is not TOML, or has a
        format that this version does not know.
    """
    path = folder / FILE
    if not folder.exists():
        raise DataError("there is no such folder", file=str(folder))
    if not path.is_file():
        raise DataError(
            f"this folder is no authority: there is no {FILE} in it; `riskmodel new FOLDER` "
            "writes one to begin with",
            file=str(folder),
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    data = _load(text)
    file = _File(FILE, key_lines(text), log)
    _check_format(data.pop("format", FORMAT), file)
    settings = Settings()
    for name, content in data.items():
        if name == "files":
            _read_files(content, file, settings)
        elif name in SUBJECTS:
            settings.rows[name] = _read_subject(SUBJECTS[name], content, file)
        else:
            allowed = ["format", "files", *SUBJECTS]
            log.unknown(file.place(name, name), "section of an authority", name, allowed)
    return settings


def _load(text: str) -> dict[str, Any]:
    try:
        return loaded(text, FILE)
    except ValueError as error:
        raise no_toml(error, text, FILE) from error
    except RecursionError as error:
        raise DataError("this is no authority: nested too deeply", file=FILE) from error


def _check_format(number: object, file: _File) -> None:
    place = file.place("format", "format")
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise DataError(
            f"found {briefly(number)}; allowed: a whole number from 1 to {FORMAT}",
            file=file.name,
            line=place.line,
            field="format",
        )
    if number > FORMAT:
        raise DataError(
            f"is of format {number}, and this version of riskmodel reads up to {FORMAT}: install "
            "a newer one",
            file=file.name,
            line=place.line,
            field="format",
        )


def _read_files(content: object, file: _File, settings: Settings) -> None:
    if not isinstance(content, dict):
        file.log.mistake(file.place("files", "files"), "is a table, headed [files]")
        return
    for key, raw in content.items():
        place = file.place(f"files.{key}", key)
        if key not in FILE_KEYS:
            file.log.unknown(place, "kind of file", key, list(FILE_KEYS))
            continue
        names = raw if isinstance(raw, list) else [raw]
        if not names or not all(isinstance(name, str) and name.strip() for name in names):
            file.log.mistake(place, f"found {briefly(raw)}; allowed: the name of a file, in quotes")
        elif key not in SEVERAL and len(names) > 1:
            file.log.mistake(place, f"names {len(names)} files; allowed: one")
        else:
            settings.files[key] = tuple(name.strip() for name in names), place


def _read_subject(subject: Subject, content: object, file: _File) -> list[Row]:
    """Rows of a table, ``[name]``, or of a list of tables, ``[[name]]``."""
    listed = content if isinstance(content, list) else [content]
    bracket = f"[[{subject.name}]]" if subject.key else f"[{subject.name}]"
    # A single table of prices is as clear as a list of one.
    if not all(isinstance(entry, dict) for entry in listed) or (
        isinstance(content, list) and not subject.key
    ):
        form = "a list of tables, each" if subject.key else "a table,"
        file.log.mistake(file.place(subject.name, subject.name), f"must be {form} headed {bracket}")
        return []
    rows = []
    for number, entry in enumerate(listed):
        path = f"{subject.name}.{number}" if isinstance(content, list) else subject.name
        rows.append(_read_row(subject, entry, path, file))
    return rows


def _read_row(subject: Subject, entry: Mapping[str, object], path: str, file: _File) -> Row:
    row: Row = {}
    for key, raw in entry.items():
        place = file.place(f"{path}.{key}", key)
        if key not in subject.fields:
            file.log.unknown(place, f"key of [{subject.name}]", key, list(subject.fields))
            continue
        if raw == "":
            continue
        try:
            row[key] = Entry(read_value(subject.fields[key], raw), place)
        except (DataError, UnknownNameError) as error:
            file.log.mistake(place, bare_message(error))
    if subject.key and subject.key not in row and subject.key not in entry:
        place = file.place(path, subject.key)
        file.log.mistake(place, f"is missing: {subject.fields[subject.key].explanation}")
    return row
