"""The points that a run has to have in the end, each with the key of all that it depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import riskmodel
from riskmodel.core.manifest import make_manifest
from riskmodel.errors import DataError
from riskmodel.experiments.analysis import Point
from riskmodel.experiments.baseline import read_summary
from riskmodel.experiments.cache import content_sha256, key_of, package_sha256
from riskmodel.experiments.declaration import Experiment, Step
from riskmodel.experiments.loading import study_sha256
from riskmodel.experiments.summary import Summary
from riskmodel.published import data_files

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
        taken = {
            name: _steps_of(summaries[name], steps) for name, steps in experiment.results_of.items()
        }
        for name, summary in taken.items():
            sums[f"results of {name}"] = key_of({"summary": summary.to_csv()})
        published = {
            f"published/{name}": hashlib.sha256(content).hexdigest()
            for name, content in data_files().items()
        }
        if experiment.uses_published:
            sums |= published
        return cls(every, taken, sums, key_of(published))


def _steps_of(summary: Summary, steps: tuple[str, ...]) -> Summary:
    """The results of these steps; all where none is named."""
    return sum((summary.of_step(step) for step in steps), Summary(())) if steps else summary


def _summary_beside(experiment: Experiment, name: str, *, is_quick: bool) -> Summary:
    own = experiment.results(is_quick=is_quick)
    folder = own.parent.parent / name / own.name
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

    The parameters that it reads are known when it has been measured: their values stand with the
    finished point (:class:`riskmodel.experiments.cache.PointCache`).

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
        "code": code_of(experiment),
    }
    plans = []
    for step in experiment.steps:
        for bare in step.points(experiment.seed, is_quick=is_quick):
            point = Point(
                bare.settings, bare.seed, bare.purpose, bare.index, inputs.files, inputs.summaries
            )
            key = key_of(
                {
                    **shared,
                    "analysis": step.analysis.name,
                    "settings": dict(point.settings),
                    "stream": (point.seed, point.purpose, point.index),
                }
            )
            plans.append(PlannedPoint(step, point, key))
    return tuple(plans)


def code_of(experiment: Experiment) -> str:
    """SHA-256 of the source that can move a number: the study's own, and the package's below."""
    return key_of({"study": study_sha256(experiment.folder), "package": package_sha256()})
