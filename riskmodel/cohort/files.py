"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from riskmodel.errors import OutputError, file_in_the_way, unwritable

__all__ = ["new_file", "new_folder"]

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
        raise OutputError(f"{path.name} is there already; give another name, or allow overwriting")
    partial = _partial(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as error:
        raise _refused(path, error) from error
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
    partial, old = _partial(path), _partial(path, "old")
    try:
        partial.mkdir(parents=True)
        yield partial
        if path.exists():
            path.replace(old)
        partial.replace(path)
    except OSError as error:
        raise _refused(path, error) from error
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
            f"{path.name} is not empty ({len(inside):,} files); give another folder, or allow "
            "overwriting"
        )
    foreign = [entry.name for entry in inside if entry.suffix not in _OURS]
    if foreign:
        raise OutputError(
            f"{path.name} holds what is no part of a cohort, such as {foreign[0]}: it is not "
            "replaced; give another folder"
        )


def _partial(path: Path, ending: str = "partial") -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{ending}")


def _refused(path: Path, error: OSError) -> OutputError:
    if file_in_the_way(path) is not None:
        return unwritable(path, error)
    reason = os.strerror(error.errno) if error.errno else str(error)
    return OutputError(f"{path.name} cannot be written ({reason}); nothing was left behind")
