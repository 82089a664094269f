"""The folder of a new study: small, its code included, and it runs at once."""

from __future__ import annotations

import re
from pathlib import Path

from riskmodel.core.files import replace_folder
from riskmodel.errors import DataError, OutputError
from riskmodel.experiments.folders import studies_folder

__all__ = ["TEMPLATE", "new_experiment"]

TEMPLATE = "_template"
"""Folder beside the studies: it runs as it is, and a new study is a copy of it."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")


def new_experiment(folder: Path) -> Path:
    """Make the folder of a new study, which runs as it is.

    Parameters
    ----------
    folder
        To be made; its name holds lower-case letters, digits and hyphens.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        When its name is none.
    OutputError
        When there is such a folder already, or it cannot be written.
    """
    name = folder.name
    if not _NAME.fullmatch(name):
        raise DataError(
            f"an experiment is named in lower-case letters, digits and hyphens, such as "
            f"older-girls; got {name!r}"
        )
    if folder.exists():
        raise OutputError(f"{folder} is there already; choose another name or remove it")
    source = studies_folder() / TEMPLATE
    files = {
        path.name: path.read_text(encoding="utf-8").replace("NAME", name).encode("utf-8")
        for path in sorted(source.iterdir())
        if path.is_file()
    }
    replace_folder(folder, files)
    return folder
