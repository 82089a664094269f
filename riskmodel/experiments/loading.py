"""Loads the code of a study, ``analysis.py`` in its folder, by its path.

Worker processes load it in the same way: a task names the folder, and no code is sent.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from riskmodel.errors import DataError
from riskmodel.experiments.analysis import Analysis

__all__ = ["CODE", "load_analyses", "load_module", "study_sha256"]

CODE = "analysis.py"


def study_sha256(folder: Path) -> str:
    """SHA-256 of all Python files of a study, with their names.

    Raises
    ------
    DataError
        When there is no ``analysis.py``, or a file cannot be read.
    """
    if not (folder / CODE).is_file():
        raise DataError(
            f"there is no {CODE} in {folder}: a study has its code in its folder. "
            "`riskmodel experiment new FOLDER` writes one that runs"
        )
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        try:
            digest.update(name.encode("utf-8") + b"\0" + path.read_bytes() + b"\0")
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", file=name) from error
    return digest.hexdigest()


def load_module(folder: Path) -> ModuleType:
    """The module of a study, under a name that no other path or content has.

    It is loaded as a package, so that the study's further files can be imported from it with
    ``from .file import name``.

    Raises
    ------
    DataError
        When it cannot be loaded: with file, line and what Python says.
    """
    folder = folder.resolve()
    unique = hashlib.sha256(f"{folder}\0{study_sha256(folder)}".encode()).hexdigest()[:12]
    name = f"riskmodel_study_{folder.name.replace('-', '_')}_{unique}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(
        name, folder / CODE, submodule_search_locations=[str(folder)]
    )
    assert spec is not None  # the file is there
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Compiled code that is kept is told by its second and size: an edit can have both.
    writes_nothing, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        for loaded in [one for one in sys.modules if one.partition(".")[0] == name]:
            del sys.modules[loaded]
        raise _unloadable(folder, error) from error
    finally:
        sys.dont_write_bytecode = writes_nothing
    return module


def load_analyses(folder: Path) -> Mapping[str, Analysis]:
    """Every :class:`Analysis` of a study by its name.

    Raises
    ------
    DataError
        When the code cannot be loaded, or holds none, or two of one name.
    """
    analyses: dict[str, Analysis] = {}
    for value in vars(load_module(folder)).values():
        if isinstance(value, Analysis) and analyses.setdefault(value.name, value) is not value:
            raise DataError(f"two analyses are named {value.name!r}", file=f"{folder.name}/{CODE}")
    if not analyses:
        raise DataError(
            'holds no Analysis: give one a name, as in RATES = Analysis("rates", …)',
            file=f"{folder.name}/{CODE}",
        )
    return analyses


def _unloadable(folder: Path, error: Exception) -> DataError:
    """The innermost line of the study's own, and what Python says of it."""
    file, line = folder / CODE, None
    if isinstance(error, SyntaxError) and error.filename:
        file, line = Path(error.filename), error.lineno
    trace = error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(folder):
            file, line = path, trace.tb_lineno
        trace = trace.tb_next
    where = f"{folder.name}/{file.name}"
    return DataError(f"cannot be loaded: {type(error).__name__}: {error}", file=where, line=line)
