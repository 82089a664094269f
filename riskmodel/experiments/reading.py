"""Reads and checks ``experiment.toml``, key by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from riskmodel.core.toml import Table, read_toml
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.experiments.analysis import Analysis
from riskmodel.experiments.declaration import DECLARATION, RELATIVE, Experiment, Step, Tolerance
from riskmodel.experiments.loading import load_analyses
from riskmodel.experiments.results import PARAMETERS

__all__ = ["check_results_of", "read_experiment", "read_experiments"]

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_STEP = re.compile(r"[a-z][a-z0-9_]*")
_FIELDS = (
    "question",
    "paragraphs",
    "seed",
    "expected_seconds",
    "inputs",
    "steps",
    "tolerances",
)
_INPUTS = ("published", "results_of", "files", "given")
_STEP_FIELDS = ("id", "analysis", "settings", "grid", "quick")
_TOLERANCE_FIELDS = ("names", "absolute", "relative", "reason")
_Kind = TypeVar("_Kind")


def read_experiments(root: Path, *, home: Path | None = None) -> dict[str, Experiment]:
    """Every experiment in a folder, in order of the names.

    Parameters
    ----------
    root
        Holds a folder for each; what begins with ``_`` or ``.`` is passed over.
    home
        Folder that their results are written to, where that is not this one.

    Raises
    ------
    DataError
        When there is no such folder, or a declaration is wrong.
    """
    if not root.is_dir():
        raise DataError(
            f"there is no folder {root} of experiments here; run this where it is, or name it with "
            "--folder"
        )
    experiments = {
        folder.name: read_experiment(folder, home=None if home is None else home / folder.name)
        for folder in sorted(root.iterdir())
        if (folder / DECLARATION).is_file() and folder.name[0] not in "._"
    }
    for experiment in experiments.values():
        check_results_of(experiment, experiments)
    return experiments


def check_results_of(experiment: Experiment, experiments: Mapping[str, Experiment]) -> None:
    """Refuse an experiment that takes results of what is not there.

    Raises
    ------
    DataError
        With the line of the declaration and the nearest names.
    """
    for other, steps in experiment.results_of.items():
        problem = None
        if other not in experiments:
            problem = UnknownNameError("experiment", other, experiments)
        else:
            ids = [step.id for step in experiments[other].steps]
            unknown = [step for step in steps if step not in ids]
            if unknown:
                problem = UnknownNameError(f"step of {other}", unknown[0], ids)
        if problem is not None:
            raise _read(experiment.folder).section("inputs").error(str(problem), "results_of")


def read_experiment(folder: Path, *, home: Path | None = None) -> Experiment:
    """Read and check one experiment.

    Parameters
    ----------
    folder
        Holds ``experiment.toml``, and ``analysis.py`` with the analyses that its steps name.
    home
        Where its results are written; its folder unless given.

    Raises
    ------
    DataError
        When the file cannot be read, or a key or value is none that an experiment has: with line,
        key, what is allowed, and the nearest names.
    """
    if folder.name in ("", ".."):
        folder = folder.resolve()
    top = _read(folder)
    if "parameters" in top:
        raise top.error("which parameters a run reads is recorded: remove this key", "parameters")
    top.check_keys(_FIELDS)
    analyses = load_analyses(folder)
    if not _NAME.fullmatch(folder.name):
        raise DataError(
            f"the folder of an experiment is named in lower-case letters, digits and hyphens, "
            f"such as older-girls; got {folder.name!r}"
        )
    inputs = top.section("inputs")
    inputs.check_keys(_INPUTS)
    steps = _steps(top, analyses)
    return Experiment(
        folder.name,
        folder,
        _needed(top, "question", str),
        top.optional("paragraphs", str, ""),
        _not_negative(top, "seed", top.optional("seed", int, 0)),
        _not_negative(top, "expected_seconds", _needed(top, "expected_seconds", float)),
        inputs.optional("published", bool, False),
        _results_of(inputs),
        _files(folder, inputs.section("files")),
        {name: _needed(given, name, str) for given in [inputs.section("given")] for name in given},
        steps,
        tuple(_tolerance(table) for table in top.sections("tolerances")),
        _recorded(home or folder) or _recorded(folder),
        home,
    )


def _recorded(folder: Path) -> tuple[str, ...]:
    """Parameters that the last full run read, as it wrote them down."""
    path = folder / "results" / PARAMETERS
    return tuple(path.read_text(encoding="utf-8").split()) if path.is_file() else ()


def _results_of(inputs: Table) -> dict[str, tuple[str, ...]]:
    """Experiments by name, each with the steps that are named after a colon."""
    steps: dict[str, tuple[str, ...]] = {}
    for name, colon, step in (
        value.partition(":") for value in inputs.texts("results_of", "report-audit")
    ):
        steps[name] = (*steps.get(name, ()), *([step] if colon else []))
    return steps


def _read(folder: Path) -> Table:
    return read_toml(folder / DECLARATION, f"{folder.name}/{DECLARATION}")


def _needed(table: Table, key: str, kind: type[_Kind]) -> _Kind:
    return table.required(key, kind, f"an experiment needs {key!r}")


def _not_negative(table: Table, key: str, number: Any) -> Any:
    if number < 0:
        raise table.error(f"must be 0 or more, got {number}", key)
    return number


def _files(folder: Path, files: Table) -> dict[str, Path]:
    paths = {name: folder / _needed(files, name, str) for name in files}
    for name, path in paths.items():
        if not path.exists():
            message = f"there is no {files.content[name]} in the folder of the experiment"
            raise files.error(message, name)
    return paths


def _steps(top: Table, analyses: Mapping[str, Analysis]) -> tuple[Step, ...]:
    tables = top.sections("steps")
    if not tables:
        raise top.error("an experiment needs at least one [[steps]]", "steps")
    steps: dict[str, Step] = {}
    for table in tables:
        step = _step(table, analyses)
        if step.id in steps:
            raise table.error(f"another step has the id {step.id!r}; give this one its own id")
        steps[step.id] = step
    return tuple(steps.values())


def _step(table: Table, analyses: Mapping[str, Analysis]) -> Step:
    table.check_keys(_STEP_FIELDS)
    name = _needed(table, "analysis", str)
    if name not in analyses:
        raise table.error(str(UnknownNameError("analysis", name, analyses)), "analysis")
    analysis = analyses[name]
    settings, grid, quick = (table.section(part) for part in ("settings", "grid", "quick"))
    for part in (settings, grid, quick):
        for key in part:
            is_axis = part is grid or (part is quick and key in grid)
            _check_setting(analysis, part, key, is_axis=is_axis)
    for key in grid:
        if key in settings:
            raise grid.error("stands under settings too; keep one", key)
    label = table.optional("id", str, name.replace("-", "_"))
    if not _STEP.fullmatch(label):
        message = f"holds lower-case letters, digits and underscores, got {label!r}"
        raise table.error(message, "id")
    axes = {key: tuple(values) for key, values in grid.content.items()}
    step = Step(label, analysis, settings.content, axes, quick.content)
    for part in (grid, quick):
        _check_needs(step, part, is_quick=part is quick)
    return step


def _check_needs(step: Step, part: Table, *, is_quick: bool) -> None:
    points = [point.settings for point in step.points(0, is_quick=is_quick)]
    for name, values in step.analysis.needs.items():
        missing = [value for value in values if value not in [point[name] for point in points]]
        if missing:
            raise part.error(
                f"{step.analysis.name} has no answer without {name} {missing[0]!r}: put "
                f"{', '.join(repr(value) for value in values)} on the grid",
                name,
            )


def _check_setting(analysis: Analysis, part: Table, key: str, *, is_axis: bool) -> None:
    value = part.content[key]
    if is_axis and (not isinstance(value, list) or not value):
        raise part.error(f"a grid needs a list of values, got {value!r}", key)
    try:
        option = analysis.option(key)
        for one in value if is_axis else [value]:
            option.read(key, one)
    except (DataError, UnknownNameError) as error:
        raise part.error(str(error), key) from error


def _tolerance(table: Table) -> Tolerance:
    table.check_keys(_TOLERANCE_FIELDS)
    return Tolerance(
        _needed(table, "names", str),
        _not_negative(table, "absolute", table.optional("absolute", float, 0.0)),
        _not_negative(table, "relative", table.optional("relative", float, RELATIVE)),
        _needed(table, "reason", str),
    )
