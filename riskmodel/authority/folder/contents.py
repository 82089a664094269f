"""The contents of a folder: what it says, and which files hold the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from riskmodel.authority.folder.problems import Place, ProblemLog, bare_message
from riskmodel.authority.folder.settings import (
    FILE,
    FILE_KEYS,
    SEVERAL,
    Entry,
    Row,
    Rows,
    Settings,
    read_settings,
)
from riskmodel.authority.folder.subjects import SUBJECTS, TABLES
from riskmodel.authority.folder.workbook import SheetTable, Workbook, read_workbook
from riskmodel.errors import DataError
from riskmodel.intake.census.modules import is_module_folder
from riskmodel.intake.tables.workbooks import WORKBOOKS

__all__ = ["USUAL_NAMES", "Contents", "is_authority", "read_contents", "unused_files"]

USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "inputs": ("inputs.xlsx",),
    "returns": (
        "returns/*",
        "census*.xml",
        "assessments*.csv",
        "assessments*.parquet",
        "assessments*.xlsx",
    ),
    "records": (
        "looked_after*",
        "ssd",
        "ssda903*",
        "[aA]nnex*",
        "returns/looked_after*",
        "returns/ssda903*",
        "returns/[aA]nnex*",
    ),
    "mapping": ("mapping.toml",),
    "months": ("months.csv", *(f"months{ending}" for ending in WORKBOOKS)),
    "panel": ("panel.csv",),
    "teams": ("teams.csv", "teams.toml", "teams.xlsx"),
    "population": ("population.csv", *(f"population{ending}" for ending in WORKBOOKS)),
    "neighbours": ("neighbours.csv",),
    "deprivation": ("deprivation.csv",),
    "scenarios": ("scenarios",),
    "services": ("services",),
    "timeliness": ("timeliness.csv",),
    "published": ("published",),
    "commentary": ("commentary.md",),
}
"""Where to look for a file that ``[files]`` does not name."""

_FOLDERS = ("scenarios", "services", "published")
_RETURN_ENDINGS = (".csv", ".parquet", ".xml", *WORKBOOKS)
_RECORD_ENDINGS = (".csv", *WORKBOOKS)
_BESIDE = (".factors.csv", ".dictionary.csv")
"""Endings of files that lie beside a return and are read with it."""

_OURS = (FILE, "report.cmd", "readme.md", "readme.txt", "report", "returns", "scenarios", "finals")
"""Names of files that are not reported as unused."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a folder holds.

    Parameters
    ----------
    folder
        Where it lies.
    rows
        What ``authority.toml`` and ``inputs.xlsx`` together say about each subject.
    files
        Paths by key of :data:`~riskmodel.authority.folder.settings.FILE_KEYS`, only those that
        are there.
    tables
        Sheets of the workbook that hold whole tables, where there is no file of that name.
    sheet
        Sheet of a return that is a workbook; None is the first.
    """

    folder: Path
    rows: Rows
    files: Mapping[str, tuple[Path, ...]]
    tables: Mapping[str, SheetTable]
    sheet: str | None = None

    def value(self, subject: str, field: str) -> Entry | None:
        """What is said about a subject that has one row."""
        rows = self.rows.get(subject)
        return rows[0].get(field) if rows else None

    def text(self, subject: str, field: str) -> str:
        """The same as text; "" where nothing is said."""
        entry = self.value(subject, field)
        return "" if entry is None else str(entry.value)

    def number(self, subject: str, field: str) -> float | None:
        """The same as a number; None where nothing is said."""
        entry = self.value(subject, field)
        return entry.value if entry is not None and isinstance(entry.value, float) else None

    def file(self, key: str) -> Path | None:
        """The file of a key; None where there is none."""
        paths = self.files.get(key)
        return paths[0] if paths else None

    def source_of(self, *keys: str) -> str:
        """The names of the files or sheets of some keys; "" where there are none."""
        paths = [path.name for key in keys for path in self.files.get(key, ())]
        sheets = [self.tables[key].name for key in keys if key in self.tables]
        return ", ".join((*paths, *sheets))


def is_authority(path: Path) -> bool:
    """Whether a path is the folder of an authority, or its ``authority.toml``."""
    return (path.name == FILE and path.is_file()) or (path / FILE).is_file()


def read_contents(path: Path, log: ProblemLog) -> Contents:
    """Read the settings of a folder and find its files, without reading any file of figures.

    Parameters
    ----------
    path
        The folder, or the ``authority.toml`` in it.
    log
        Where problems are noted.

    Raises
    ------
    DataError
        When it is not the folder of an authority.
    """
    folder = path.parent if path.name == FILE and path.is_file() else path
    settings = read_settings(folder, log)
    files = {key: _paths(folder, key, settings, log) for key in FILE_KEYS}
    files = {key: paths for key, paths in files.items() if paths}
    workbook = Workbook({}, {})
    if "inputs" in files:
        try:
            workbook = read_workbook(files["inputs"][0], log)
        except DataError as error:
            log.mistake(Place(files["inputs"][0].name), bare_message(error))
    rows = {
        name: merged
        for name in SUBJECTS
        if (merged := _merged(name, settings.rows.get(name, []), workbook.rows.get(name, []), log))
    }
    tables = {name: sheet for name, sheet in workbook.tables.items() if name not in files}
    for name in TABLES:
        if name in workbook.tables and name in files:
            log.decision(
                Place(workbook.tables[name].grid.file, sheet=name),
                f"holds figures, and so does {files[name][0].name}, which is used; empty one",
            )
    return Contents(folder, rows, files, tables)


def _paths(folder: Path, key: str, settings: Settings, log: ProblemLog) -> tuple[Path, ...]:
    """The files of a key: those named, or else those under their usual names."""
    if key not in settings.files:
        there = _usual_paths(folder, key)
        if key not in SEVERAL and len(there) > 1:
            others = ", ".join(path.name for path in there[1:])
            log.decision(
                Place(there[0].name),
                f"is used, and {others} is there too; keep one, or name it in {FILE}: [files] "
                f"{key}",
            )
        return there if key in SEVERAL else there[:1]
    names, place = settings.files[key]
    paths = []
    for name in names:
        path = folder / name
        wants_folder = key in _FOLDERS
        if not path.exists():
            beside = sorted(entry.name for entry in folder.iterdir() if entry.name != FILE)
            log.unknown(place, "file in the folder", name, beside)
        elif path.is_dir() is not wants_folder and key not in SEVERAL:
            kind = "a folder" if wants_folder else "a file"
            log.mistake(place, f"{name} must be {kind}")
        else:
            paths.append(path)
    return tuple(paths)


def _usual_paths(folder: Path, key: str) -> tuple[Path, ...]:
    paths: list[Path] = []
    for pattern in USUAL_NAMES[key]:
        paths += sorted(folder.glob(pattern))
    if key in _FOLDERS:
        return tuple(path for path in paths if path.is_dir())
    if key == "returns":
        records = _usual_paths(folder, "records")
        returns = [path for path in paths if _is_return(path) and path not in records]
        return tuple(sorted(returns, key=_year_named))
    if key == "records":
        return tuple(p for p in paths if p.is_dir() or p.suffix.casefold() in _RECORD_ENDINGS)
    return tuple(path for path in paths if path.is_file())


def _year_named(path: Path) -> str:
    """The last year in a name: the latest return stands last, whatever the names begin with."""
    return max(re.findall(r"20\d\d", path.name), default="")


def _is_return(path: Path) -> bool:
    name = path.name.casefold()
    if path.is_dir():
        return is_module_folder(path)
    if name.startswith((".", "~")):
        return False
    return path.suffix.casefold() in _RETURN_ENDINGS and not name.endswith(_BESIDE)


def _merged(subject: str, written: list[Row], typed: list[Row], log: ProblemLog) -> list[Row]:
    """Rows of the file and of the workbook together: where they differ, the file's hold."""
    key = SUBJECTS[subject].key
    rows: dict[object, Row] = {}
    for row in _kept(written, key, log):
        rows[row[key].value if key else ""] = dict(row)
    for row in _kept(typed, key, log):
        into = rows.setdefault(row[key].value if key else "", {})
        for field, entry in row.items():
            said = into.setdefault(field, entry)
            if said.value != entry.value:
                log.decision(
                    entry.place,
                    f"found {_shown(entry)}, and {said.place} says {_shown(said)}, which is used; "
                    "make them the same, or remove one",
                )
    return [row for row in rows.values() if row]


def _kept(rows: list[Row], key: str, log: ProblemLog) -> Iterator[Row]:
    """Rows with their key, each key once."""
    seen: dict[object, Place] = {}
    for row in rows:
        if not key:
            yield row
        elif key in row:
            entry = row[key]
            if entry.value in seen:
                message = f"{_shown(entry)} stands at {seen[entry.value]} already; keep one"
                log.mistake(entry.place, message)
                continue
            seen[entry.value] = entry.place
            yield row


def _shown(entry: Entry) -> str:
    value = entry.value
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def unused_files(contents: Contents) -> list[Path]:
    """Files in the folder or its ``returns`` that nothing reads, in order of names."""
    used = {path.resolve() for paths in contents.files.values() for path in paths}
    return [
        path
        for place in (contents.folder, contents.folder / "returns")
        for path in (sorted(place.iterdir()) if place.is_dir() else ())
        if path.resolve() not in used
        and path.name.casefold() not in _OURS
        and not path.name.startswith((".", "~"))
        and not path.name.casefold().endswith(_BESIDE)
        and not (path.is_dir() and any(path.resolve() in file.parents for file in used))
    ]
