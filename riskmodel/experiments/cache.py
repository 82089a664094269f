"""Finished points of experiments, kept by the content of all that they depend on."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodel.errors import DataError, OutputError
from riskmodel.parameters import parameter, parameters

__all__ = ["PointCache", "content_sha256", "key_of", "package_sha256"]

FORMAT = 2
"""Raised when what is kept changes its form: older points are then computed again."""

_NO_CODE = ("cli", "report", "experiments")
"""Rooms that print, draw or run, and move no number of a point."""
_COUNTED_APART = ("parameters/data/", "published/data/")
"""Data whose values a point's key holds by itself."""
_SOURCES = (".py", ".toml", ".csv")


def key_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of what a point depends on, as plain data."""
    text = json.dumps({"format": FORMAT, **content}, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def content_sha256(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files with their names.

    Raises
    ------
    DataError
        When it cannot be read.
    """
    try:
        if path.is_dir():
            digest = hashlib.sha256()
            for file in sorted(found for found in path.rglob("*") if found.is_file()):
                digest.update(file.relative_to(path).as_posix().encode("utf-8") + b"\0")
                digest.update(_file_digest(file))
            return digest.hexdigest()
        return _file_digest(path).hex()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


@cache
def package_sha256() -> str:
    """SHA-256 of the package's source and data that can move a number of a study."""
    digest = hashlib.sha256()
    for name, content in _sources().items():
        digest.update(name.encode("utf-8") + b"\0" + content + b"\0")
    return digest.hexdigest()


def _sources() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    _collect(resources.files("riskmodel"), "", found)
    return dict(sorted(found.items()))


def _collect(folder: Traversable, path: str, found: dict[str, bytes]) -> None:
    for entry in folder.iterdir():
        name = f"{path}{entry.name}"
        if entry.is_dir():
            if name not in _NO_CODE and f"{name}/" not in _COUNTED_APART:
                _collect(entry, f"{name}/", found)
        elif entry.name.endswith(_SOURCES):
            found[name] = entry.read_bytes()


class PointCache:
    """A folder that holds the tables of finished points, each in a folder named by its key.

    With the tables of a point stand the parameters that it read and their values: where one of
    them has another value now, the point is not finished.

    Parameters
    ----------
    folder
        Made when the first point is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: str) -> tuple[dict[str, pd.DataFrame], frozenset[str]] | None:
        """Tables of a finished point, and the parameters it read; None where it is not there."""
        record = self._record(key)
        if record is None:
            return None
        try:
            tables = {
                name: pd.read_parquet(self.folder / key / f"{number}.parquet")
                for number, name in enumerate(record["tables"])
            }
        except (OSError, ValueError):
            # Damaged: the point is computed again.
            return None
        return tables, frozenset(record["parameters"])

    def has(self, key: str) -> bool:
        """Whether a finished point is there, whose parameters have the values they had."""
        record = self._record(key)
        if record is None:
            return False
        known = {entry.name: list(entry.texts or entry.numbers) for entry in parameters()}
        return all(known.get(name) == value for name, value in record["parameters"].items())

    def _record(self, key: str) -> dict[str, Any] | None:
        try:
            record = json.loads((self.folder / key / "point.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def store(self, key: str, tables: Mapping[str, pd.DataFrame], read: Iterable[str]) -> None:
        """Keep the tables of a finished point: there whole or not at all.

        Parameters
        ----------
        key, tables
            Of the point.
        read
            Names of the parameters that it read.

        Raises
        ------
        OutputError
            When the folder cannot be written.
        """
        record = {
            "tables": list(tables),
            "parameters": {
                name: parameter(name).texts or parameter(name).numbers for name in sorted(read)
            },
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(prefix=".partial-", dir=self.folder))
            try:
                for number, frame in enumerate(tables.values()):
                    frame.to_parquet(beside / f"{number}.parquet", index=False)
                (beside / "point.json").write_text(json.dumps(record), encoding="utf-8")
                self._put(beside, self.folder / key)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        except OSError as error:
            raise OutputError(f"{self.folder} cannot be written: {error.strerror}") from error

    def _put(self, beside: Path, place: Path) -> None:
        if not self.has(place.name):
            shutil.rmtree(place, ignore_errors=True)
        try:
            beside.replace(place)
        except OSError:
            # Another run may have finished the same point: its content is the same.
            if not self.has(place.name):
                raise

    def keep_only(self, keys: Iterable[str]) -> None:
        """Remove points that the finished run did not use, and what a killed run left behind."""
        kept = set(keys)
        for entry in self.folder.glob("*"):
            if entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)


def _file_digest(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value)
