"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from riskmodel.errors import unwritable

__all__ = ["replace_folder", "write_file"]


def write_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it.

    Raises
    ------
    OutputError
        When the place cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise unwritable(path, error) from error


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
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            made = beside / "new"
            for name, content in files.items():
                place = made / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            if target.exists():
                target.rename(beside / "old")
            try:
                made.rename(target)
            except OSError:
                if (beside / "old").exists():
                    (beside / "old").rename(target)
                raise
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise unwritable(target, error) from error
