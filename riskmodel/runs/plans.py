"""The points that a run has to have in the end, each with the key of all that it depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import riskmodel
from riskmodel.core.manifest import make_manifest
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.published import data_files
from riskmodel.runs.analysis import Analysis, Point
from riskmodel.runs.baseline import read_summary
from riskmodel.runs.cache import code_sha256, content_sha256, key_of
from riskmodel.runs.declaration import Experiment, Step
from riskmodel.runs.summary import Summary

__all__ = ["PlannedPoint", "RunInputs", "code_of", "plan_points"]

_DRAWING = ("gptables", "jinja2", "matplotlib", "seaborn")
"""Libraries that draw and print: they move no number of a point."""


@dataclass(frozen=True, slots=True)
class RunInputs:
    """Files and summaries of a run, and the SHA-256 of each input."""

    files: Mapping[str, Path]
    summaries: Mapping[str, Summary]
    sums: Mapping[str, str]
    published: str

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        summaries: Mapping[str, Summary] | None,
        files: Mapping[str, Path],
        *,
        is_quick: bool,
    ) -> RunInputs:
        """Read and sum what an experiment takes in.

        Raises
        ------
        DataError
            When a file is not given or cannot be read, or a summary is not there.
        """
        missing = [name for name in experiment.given if name not in files]
        if missing:
            raise DataError(
                f"{experiment.name} needs {missing[0]} ({experiment.given[missing[0]]}): give "
                f"--input {missing[0]}=PATH"
            )
        every = {**experiment.files, **{name: Path(files[name]) for name in experiment.given}}
        sums = {name: content_sha256(path) for name, path in every.items()}
        if summaries is None:
            summaries = {
                name: _summary_beside(experiment, name, is_quick=is_quick)
                for name in experiment.results_of
            }
        for name in experiment.results_of:
            sums[f"results of {name}"] = key_of({"summary": summaries[name].to_csv()})
        published = {
            f"published/{name}": hashlib.sha256(content).hexdigest()
            for name, content in data_files().items()
        }
        if experiment.uses_published:
            sums |= published
        return cls(every, dict(summaries), sums, key_of(published))


def _summary_beside(experiment: Experiment, name: str, *, is_quick: bool) -> Summary:
    folder = experiment.folder.parent / name / ("quick" if is_quick else "results")
    if not (folder / "summary.csv").is_file():
        raise DataError(f"{experiment.name} takes the results of {name}: run that first")
    return read_summary(folder / "summary.csv")


@dataclass(frozen=True, slots=True)
class PlannedPoint:
    """A point to be there in the end, and its key."""

    step: Step
    point: Point
    key: str


def plan_points(
    experiment: Experiment, inputs: RunInputs, *, is_quick: bool
) -> tuple[PlannedPoint, ...]:
    """Every point of an experiment, with its key.

    Parameters
    ----------
    experiment, inputs
        What is run, on what.
    is_quick
        Whether with quick settings.
    """
    libraries = {
        name: version
        for name, version in make_manifest((), inputs={}, parameters_sha256="").libraries.items()
        if name not in _DRAWING
    }
    shared = {
        "version": riskmodel.__version__,
        "libraries": libraries,
        "inputs": dict(inputs.sums),
        # Published data is part of the package, declared as an input or not.
        "published": inputs.published,
        "parameters": {name: parameter(name).numbers for name in experiment.parameters},
    }
    plans = []
    for step in experiment.steps:
        code = code_of(step.analysis)
        for bare in step.points(experiment.seed, is_quick=is_quick):
            point = Point(
                bare.settings, bare.seed, bare.purpose, bare.index, inputs.files, inputs.summaries
            )
            key = key_of(
                {
                    **shared,
                    "analysis": step.analysis.name,
                    "code": code,
                    "settings": dict(point.settings),
                    "stream": (point.seed, point.purpose, point.index),
                }
            )
            plans.append(PlannedPoint(step, point, key))
    return tuple(plans)


def code_of(analysis: Analysis) -> str:
    """SHA-256 of the source that can move a number of an analysis."""
    return code_sha256(str(getattr(analysis.measure, "__module__", "")))
