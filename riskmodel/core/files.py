"""Files and folders that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from riskmodel.core.wording import count_of
from riskmodel.errors import OutputError, unwritable

__all__ = [
    "clear_remains",
    "new_file",
    "new_folder",
    "private_name",
    "replace_folder",
    "write_file",
]

REMAINS_AFTER = 3600.0
"""Seconds without a change after which what a killed run was writing is taken away."""

_LONGEST = 80
"""Letters of a name that its private name keeps: a file system allows 255 bytes."""

_OURS = (".parquet", ".csv", ".json")
"""Endings of what a cohort's folder can hold; with anything else in it, it is somebody else's."""


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A place to write to, which becomes ``path`` when the block ends well.

    Parameters
    ----------
    path
        The file to make; its folder is made too.
    overwrite
        Whether a file that is there may be replaced.

    Yields
    ------
    pathlib.Path
        A hidden file in the same folder. After an error or an interrupt it is gone.

    Raises
    ------
    OutputError
        When something is there already, or the disk refuses.
    """
    if path.is_dir():
        raise OutputError(f"{path.name} is a folder; give the name of a file")
    if path.exists() and not overwrite:
        raise OutputError(f"{path.name} is there already; give another name, or remove it")
    partial = private_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_remains(path)
        yield partial
        partial.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        # Where a file stands in the place of the folder, there is nothing to take away.
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A folder to write to, which becomes ``path`` when the block ends well.

    A folder that is not empty is replaced only with ``overwrite``, and only when it holds nothing
    but tables (Parquet, CSV, JSON). Parameters, result and errors as for :func:`new_file`.
    """
    _check_folder(path, overwrite=overwrite)
    partial, old = private_name(path), private_name(path, "old")
    try:
        clear_remains(path)
        partial.mkdir(parents=True)
        yield partial
        if path.exists():
            path.replace(old)
        partial.replace(path)
    except OutputError as error:
        # Of a file in it: a reader knows the folder by its own name, not by the hidden one.
        raise OutputError(str(error).replace(str(partial), str(path))) from error
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if old.exists() and not path.exists():
            old.replace(path)
        for rest in (partial, old):
            shutil.rmtree(rest, ignore_errors=True)


def _check_folder(path: Path, *, overwrite: bool) -> None:
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path.name} is a file; give the name of a folder")
    inside = [entry for entry in path.rglob("*") if entry.is_file()] if path.exists() else []
    if inside and not overwrite:
        raise OutputError(
            f"{path.name} is not empty ({count_of(len(inside), 'file')}); give another folder, or "
            "empty it first"
        )
    foreign = [entry.name for entry in inside if entry.suffix not in _OURS]
    if foreign:
        raise OutputError(
            f"{path.name} holds what is no part of a cohort, such as {foreign[0]}: it is not "
            "replaced; give another folder"
        )


def private_name(path: Path, ending: str = "partial") -> Path:
    """A hidden name beside a place that nobody can foresee, so that no link can wait under it."""
    return path.with_name(f".{path.name[:_LONGEST]}.{secrets.token_hex(8)}.{ending}")


def clear_remains(path: Path) -> None:
    """Take away what a run that was killed left beside a place.

    Only what has not changed for an hour: another run may be writing there now. What was put
    aside (``.old``) comes back where nothing took its place.
    """
    name = re.escape(path.name[:_LONGEST])
    remains = re.compile(rf"\.{name}\.[0-9a-f]{{16}}\.(partial|old)")
    with suppress(OSError):
        for rest in path.parent.iterdir():
            matched = remains.fullmatch(rest.name)
            if matched is None or time.time() - rest.stat().st_mtime < REMAINS_AFTER:
                continue
            if matched[1] == "old" and not path.exists():
                rest.replace(path)
            elif rest.is_dir() and not rest.is_symlink():
                shutil.rmtree(rest, ignore_errors=True)
            else:
                rest.unlink(missing_ok=True)


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file whole; one that is there is replaced.

    Parameters
    ----------
    path
        The file to make; its folder is made too.
    content
        Bytes, or text that is written as UTF-8 with the line ends it has.

    Raises
    ------
    OutputError
        When the place cannot be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with new_file(path, overwrite=True) as partial, partial.open("xb") as stream:
        stream.write(data)


def replace_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder with these files in the place of one of the same name.

    Parameters
    ----------
    target
        The folder. What it holds is replaced: it belongs to the program alone.
    files
        Content by path within the folder.

    Raises
    ------
    OutputError
        When the place cannot be written; what was there before is there still.
    """
    fresh, old = private_name(target), private_name(target, "old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        clear_remains(target)
        try:
            for name, content in files.items():
                file = fresh / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            if target.exists():
                target.rename(old)
            fresh.rename(target)
        finally:
            if old.exists() and not target.exists():
                old.rename(target)
            for rest in (fresh, old):
                shutil.rmtree(rest, ignore_errors=True)
    except OSError as error:
        raise unwritable(target, error) from error
