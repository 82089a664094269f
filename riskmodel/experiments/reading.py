"""Reads and checks ``experiment.toml``, key by key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from riskmodel.errors import DataError, RiskmodelError, UnknownNameError
from riskmodel.experiments.analysis import Analysis
from riskmodel.experiments.declaration import DECLARATION, RELATIVE, Experiment, Step, Tolerance
from riskmodel.experiments.loading import load_analyses
from riskmodel.experiments.results import PARAMETERS
from riskmodel.experiments.toml_lines import key_lines

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
    found = {
        folder.name: read_experiment(folder, home=None if home is None else home / folder.name)
        for folder in sorted(root.iterdir())
        if (folder / DECLARATION).is_file() and folder.name[0] not in "._"
    }
    for experiment in found.values():
        check_results_of(experiment, found)
    return found


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
            raise _Reader.place_error(problem, experiment, "inputs.results_of")


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
    path = folder / DECLARATION
    place = f"{folder.name}/{DECLARATION}"
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"this is no TOML: {error}", file=place) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", file=place) from error
    reader = _Reader(folder, data, key_lines(text))
    reader.check_keys(data, _FIELDS, "")
    return replace(
        reader.experiment(load_analyses(folder)),
        parameters=_recorded(home or folder) or _recorded(folder),
        home=home,
    )


def _recorded(folder: Path) -> tuple[str, ...]:
    """Parameters that the last full run read, as it wrote them down."""
    path = folder / "results" / PARAMETERS
    return tuple(path.read_text(encoding="utf-8").split()) if path.is_file() else ()


class _Reader:
    """Checks a declaration key by key; remembers where it is for the message."""

    def __init__(self, folder: Path, data: dict[str, Any], lines: Mapping[str, int]) -> None:
        self.folder, self.data, self.lines = folder, data, lines
        self.analyses: Mapping[str, Analysis] = {}

    @staticmethod
    def place_error(error: RiskmodelError, experiment: Experiment, path: str) -> DataError:
        """An error found when all declarations are known, with its place in one of them."""
        text = (experiment.folder / DECLARATION).read_text(encoding="utf-8-sig")
        reader = _Reader(experiment.folder, {}, key_lines(text))
        return reader.error(path, str(error))

    def error(self, path: str, message: str) -> DataError:
        line = None
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            line = line or self.lines.get(".".join(parts[:length]))
        return DataError(
            message, file=f"{self.folder.name}/{DECLARATION}", line=line, field=path or None
        )

    def experiment(self, analyses: Mapping[str, Analysis]) -> Experiment:
        self.analyses = analyses
        if not _NAME.fullmatch(self.folder.name):
            raise DataError(
                f"the folder of an experiment is named in lower-case letters, digits and hyphens, "
                f"such as older-girls; got {self.folder.name!r}"
            )
        inputs = self.optional("inputs", dict, {})
        self.check_keys(inputs, _INPUTS, "inputs")
        steps = self.steps()
        return Experiment(
            self.folder.name,
            self.folder,
            self.required("question", str),
            self.optional("paragraphs", str, ""),
            self.number("seed", self.optional("seed", int, 0)),
            self.number("expected_seconds", self.required("expected_seconds", (int, float))),
            self.optional("inputs.published", bool, False),
            self.results_of(),
            self.files(),
            self.given(),
            steps,
            self.tolerances(),
        )

    def check_keys(self, table: Mapping[str, Any], allowed: tuple[str, ...], path: str) -> None:
        for key in table:
            if key == "parameters" and not path:
                raise self.error(key, "which parameters a run reads is recorded: remove this key")
            if key not in allowed:
                where = f"{path}.{key}" if path else key
                raise self.error(where, str(UnknownNameError("key", key, allowed)))

    def find(self, path: str) -> Any:
        found: Any = self.data
        for part in path.split("."):
            if isinstance(found, list):
                found = found[int(part)]
            elif isinstance(found, dict) and part in found:
                found = found[part]
            else:
                return None
        return found

    def optional(self, path: str, kind: type | tuple[type, ...], default: Any) -> Any:
        value = self.find(path)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(path, f"must be {_kind_words(kind)}, got {value!r}")
        return value

    def required(self, path: str, kind: type | tuple[type, ...]) -> Any:
        value = self.optional(path, kind, None)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise self.error(path, f"an experiment needs {path.rpartition('.')[2]!r}")
        return value

    def number(self, path: str, value: Any) -> Any:
        if value < 0:
            raise self.error(path, f"must be 0 or more, got {value}")
        return value

    def results_of(self) -> dict[str, tuple[str, ...]]:
        """Experiments by name, each with the steps that are named after a colon."""
        path = "inputs.results_of"
        values = self.optional(path, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.error(path, f"must be a list of texts, got {values!r}")
        steps: dict[str, tuple[str, ...]] = {}
        for name, colon, step in (value.partition(":") for value in values):
            steps[name] = (*steps.get(name, ()), *([step] if colon else []))
        return steps

    def files(self) -> dict[str, Path]:
        declared = self.optional("inputs.files", dict, {})
        for name in declared:
            value = self.required(f"inputs.files.{name}", str)
            if not (self.folder / value).exists():
                raise self.error(
                    f"inputs.files.{name}", f"there is no {value} in the folder of the experiment"
                )
        return {name: self.folder / value for name, value in declared.items()}

    def given(self) -> dict[str, str]:
        declared = self.optional("inputs.given", dict, {})
        return {name: self.required(f"inputs.given.{name}", str) for name in declared}

    def steps(self) -> tuple[Step, ...]:
        declared = self.optional("steps", list, [])
        if not declared:
            raise self.error("steps", "an experiment needs at least one [[steps]]")
        steps = tuple(self.step(f"steps.{number}") for number in range(len(declared)))
        names = [step.id for step in steps]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self.error(
                    f"steps.{number}", f"another step has the id {name!r}; give this one its own id"
                )
        return steps

    def step(self, path: str) -> Step:
        self.check_keys(self.optional(path, dict, {}), _STEP_FIELDS, path)
        name = self.required(f"{path}.analysis", str)
        if name not in self.analyses:
            raise self.error(
                f"{path}.analysis", str(UnknownNameError("analysis", name, self.analyses))
            )
        analysis = self.analyses[name]
        tables = {
            part: self.optional(f"{path}.{part}", dict, {})
            for part in ("settings", "grid", "quick")
        }
        for part, table in tables.items():
            for key, value in table.items():
                is_axis = part == "grid" or (part == "quick" and key in tables["grid"])
                self.setting(analysis, f"{path}.{part}.{key}", key, value, is_axis=is_axis)
        for key in tables["grid"]:
            if key in tables["settings"]:
                raise self.error(f"{path}.grid.{key}", "stands under settings too; keep one")
        step = self.optional(f"{path}.id", str, name.replace("-", "_"))
        if not _STEP.fullmatch(step):
            raise self.error(
                f"{path}.id", f"holds lower-case letters, digits and underscores, got {step!r}"
            )
        grid = {key: tuple(values) for key, values in tables["grid"].items()}
        found = Step(step, analysis, tables["settings"], grid, tables["quick"])
        self.check_needs(found, path)
        return found

    def check_needs(self, step: Step, path: str) -> None:
        for is_quick in (False, True):
            points = [point.settings for point in step.points(0, is_quick=is_quick)]
            for name, values in step.analysis.needs.items():
                missing = [
                    value for value in values if value not in [each[name] for each in points]
                ]
                if missing:
                    part = "quick" if is_quick else "grid"
                    raise self.error(
                        f"{path}.{part}.{name}",
                        f"{step.analysis.name} has no answer without {name} {missing[0]!r}: put "
                        f"{', '.join(repr(value) for value in values)} on the grid",
                    )

    def setting(
        self, analysis: Analysis, path: str, key: str, value: Any, *, is_axis: bool
    ) -> None:
        if is_axis and (not isinstance(value, list) or not value):
            raise self.error(path, f"a grid needs a list of values, got {value!r}")
        try:
            option = analysis.option(key)
            for one in value if is_axis else [value]:
                option.read(key, one)
        except (DataError, UnknownNameError) as error:
            raise self.error(path, str(error)) from error

    def tolerances(self) -> tuple[Tolerance, ...]:
        found = []
        for number in range(len(self.optional("tolerances", list, []))):
            path = f"tolerances.{number}"
            self.check_keys(self.optional(path, dict, {}), _TOLERANCE_FIELDS, path)
            found.append(
                Tolerance(
                    self.required(f"{path}.names", str),
                    self.number(path, self.optional(f"{path}.absolute", (int, float), 0.0)),
                    self.number(path, self.optional(f"{path}.relative", (int, float), RELATIVE)),
                    self.required(f"{path}.reason", str),
                )
            )
        return tuple(found)


def _kind_words(kind: type | tuple[type, ...]) -> str:
    names = {
        str: "a text",
        int: "a whole number",
        list: "a list",
        dict: "a table",
        bool: "true or false",
    }
    return names[kind] if isinstance(kind, type) else "a number"
