"""Runs an experiment: its points in parallel, kept as they finish; then its results, at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import riskmodel
from riskmodel.errors import DataError
from riskmodel.parameters import parameter, recording
from riskmodel.published import data_files
from riskmodel.runs.analysis import Analysis, Point
from riskmodel.runs.answers import write_answer
from riskmodel.runs.baseline import Moved, compare_summaries, read_baseline, read_summary
from riskmodel.runs.cache import PointCache, code_sha256, content_sha256, key_of
from riskmodel.runs.declaration import Experiment, Step
from riskmodel.runs.folder import replace_folder, write_file
from riskmodel.runs.manifest import make_manifest
from riskmodel.runs.summary import Summary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Progress", "Run", "measure_step", "parameters_read", "point_keys", "run_experiment"]

Progress = Callable[[str, int, int], None]
"""Called with the experiment's name, points done, and points that had to be computed."""

PARQUET_FROM = 20_000
"""Rows from which a table is written as Parquet: a spreadsheet no longer holds it well."""

_DRAWING = ("gptables", "jinja2", "matplotlib", "seaborn")
"""Libraries that draw and print: they move no number of a point."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a run made.

    Parameters
    ----------
    experiment
        What was run.
    is_quick
        Whether with quick settings, which have no baseline.
    tables
        Results by name: the step, or the step and the table.
    summary
        The few numbers that the answer is written from.
    answer
        The page.
    points, computed
        Points in all, and those that were not finished before.
    moved
        What differs from the baseline; None where there is no baseline, or it was not asked.
    accepted
        Whether the baseline was renewed.
    folder
        Where the results are.
    """

    experiment: Experiment
    is_quick: bool
    tables: Mapping[str, pd.DataFrame]
    summary: Summary
    answer: str
    points: int
    computed: int
    moved: tuple[Moved, ...] | None
    accepted: bool
    folder: Path

    @property
    def is_as_before(self) -> bool:
        """Whether no number moved, as far as there is a baseline."""
        return not self.moved or self.accepted

    def __str__(self) -> str:
        return (
            f"{self.experiment.name}: {self.points} points, {self.computed} computed, "
            f"{len(self.summary)} results"
        )


def run_experiment(
    experiment: Experiment,
    *,
    summaries: Mapping[str, Summary] | None = None,
    files: Mapping[str, Path] | None = None,
    workers: int = 1,
    is_quick: bool = False,
    accept: bool = False,
    cache: Path | None = None,
    progress: Progress = lambda _name, _done, _total: None,
) -> Run:
    """Run an experiment and write its results into its folder.

    Parameters
    ----------
    experiment
        As :func:`riskmodel.runs.read_experiment` reads it.
    summaries
        Summaries of the experiments whose results it takes; None reads them from beside it.
    files
        The files that it wants to be given, by name.
    workers
        Worker processes, -1 for one a core; the results have the same bytes on any number.
    is_quick
        Use the quick settings and write to ``quick/`` instead of ``results/``.
    accept
        Make the summary the new baseline.
    cache
        Folder of finished points; ``.cache`` beside the experiments where it is None.
    progress
        Called as points are finished.

    Raises
    ------
    DataError
        When a file is not given, a summary not there, a quick run is to be accepted, or a point
        reads a parameter that the experiment does not declare.
    OutputError
        When the results cannot be written.
    """
    if is_quick and accept:
        raise DataError("a quick run makes no baseline; leave --quick or --accept away")
    inputs = _Inputs.of(experiment, summaries, files or {}, is_quick=is_quick)
    kind = "quick" if is_quick else "full"
    folder = experiment.folder.parent / ".cache" if cache is None else cache
    points = PointCache(folder / experiment.name / kind)
    plans = _plans(experiment, inputs, is_quick=is_quick)
    tables, computed = _tables(experiment, plans, points, workers, progress)
    with recording() as read:
        summary = Summary(())
        for step in experiment.steps:
            summary += step.analysis.summarise(_of_step(tables, step)).named_step(step.id)
        answer = write_answer(experiment, summary, is_quick=is_quick)
    _refuse_undeclared(experiment, read)
    target = experiment.results(is_quick=is_quick)
    replace_folder(target, _files(experiment, plans, inputs, tables, summary, answer, is_quick))
    baseline = None if is_quick else read_baseline(experiment)
    moved = None
    if baseline is not None:
        moved = compare_summaries(baseline, summary, experiment.tolerances)
    if accept:
        write_file(experiment.baseline, summary.to_csv().encode("utf-8"))
    points.keep_only(plan.key for plan in plans)
    return Run(
        experiment, is_quick, tables, summary, answer, len(plans), computed, moved, accept, target
    )


def point_keys(
    experiment: Experiment,
    *,
    summaries: Mapping[str, Summary] | None = None,
    files: Mapping[str, Path] | None = None,
    is_quick: bool = False,
) -> tuple[str, ...]:
    """The key of each point: the same keys mean that nothing has to be computed again."""
    inputs = _Inputs.of(experiment, summaries, files or {}, is_quick=is_quick)
    return tuple(plan.key for plan in _plans(experiment, inputs, is_quick=is_quick))


def parameters_read(analysis: Analysis, point: Point) -> frozenset[str]:
    """Parameters that a point reads, for whoever writes a declaration."""
    with recording() as read:
        analysis.measure(point)
    return frozenset(read)


def measure_step(
    step: Step,
    *,
    seed: int = 0,
    summaries: Mapping[str, Summary] | None = None,
    is_quick: bool = False,
) -> tuple[dict[str, pd.DataFrame], Summary]:
    """Measure one step here and now, with no folder, no finished points and no baseline.

    Parameters
    ----------
    step
        The step, from an experiment or made for the purpose.
    seed
        Names the draws.
    summaries
        Summaries of other experiments, where its analysis takes them.
    is_quick
        Use the quick settings.

    Returns
    -------
    tuple
        The tables by name, and the summary.
    """
    import pandas as pd

    parts: dict[str, list[pd.DataFrame]] = {}
    for bare in step.points(seed, is_quick=is_quick):
        point = Point(
            bare.settings, bare.seed, bare.purpose, bare.index, summaries=dict(summaries or {})
        )
        for name, frame in step.analysis.measure(point).items():
            parts.setdefault(name, []).append(_with_settings(frame, step, point))
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    return tables, step.analysis.summarise(tables).named_step(step.id)


@dataclass(frozen=True, slots=True)
class _Inputs:
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
    ) -> _Inputs:
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
class _Plan:
    """A point to be there in the end, and its key."""

    step: Step
    point: Point
    key: str


def _plans(experiment: Experiment, inputs: _Inputs, *, is_quick: bool) -> tuple[_Plan, ...]:
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
        code = code_sha256(_module_of(step.analysis))
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
            plans.append(_Plan(step, point, key))
    return tuple(plans)


def _tables(
    experiment: Experiment,
    plans: tuple[_Plan, ...],
    points: PointCache,
    workers: int,
    progress: Progress,
) -> tuple[dict[str, pd.DataFrame], int]:
    """Each step's tables over its whole grid, and how many points had to be computed."""
    import pandas as pd
    from joblib import Parallel, delayed

    missing = [plan for plan in plans if not points.has(plan.key)]
    progress(experiment.name, 0, len(missing))
    allowed = frozenset(experiment.parameters)
    work = partial(_measure, experiment.name, allowed, points)
    finished = Parallel(n_jobs=workers, return_as="generator_unordered", pre_dispatch="2*n_jobs")(
        delayed(work)(plan.step.analysis, plan.point, plan.key) for plan in missing
    )
    for done, _ in enumerate(finished, start=1):
        progress(experiment.name, done, len(missing))
    parts: dict[str, list[pd.DataFrame]] = {}
    for plan in plans:
        # Read back even when just computed: one way, and so the same bytes.
        found = points.load(plan.key)
        if found is None:
            raise DataError(
                f"a finished point of {experiment.name} in {points.folder} cannot be read; remove "
                "that folder and run again"
            )
        for table, frame in found.items():
            name = f"{plan.step.id}.{table}"
            parts.setdefault(name, []).append(_with_settings(frame, plan.step, plan.point))
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}, len(
        missing
    )


def _of_step(tables: Mapping[str, pd.DataFrame], step: Step) -> dict[str, pd.DataFrame]:
    """A step's tables by the names that its analysis gave them."""
    found = {name.partition("."): frame for name, frame in tables.items()}
    return {table: frame for (owner, _, table), frame in found.items() if owner == step.id}


def _measure(
    name: str,
    allowed: frozenset[str],
    points: PointCache,
    analysis: Analysis,
    point: Point,
    key: str,
) -> str:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # One thread: sums come out the same to the last bit whatever else runs.
    with recording() as read, threadpool_limits(limits=1):
        tables = analysis.measure(point)
    undeclared = sorted(read - allowed)
    if undeclared:
        raise _undeclared(name, undeclared)
    points.store(key, tables)
    return key


def _refuse_undeclared(experiment: Experiment, read: set[str]) -> None:
    undeclared = sorted(read - set(experiment.parameters))
    if undeclared:
        raise _undeclared(experiment.name, undeclared)


def _undeclared(name: str, undeclared: list[str]) -> DataError:
    listed = ", ".join(f'"{one}"' for one in undeclared)
    return DataError(
        f"{name} reads parameters that it does not declare: add {listed} to parameters, so that a "
        "change of them is noticed",
        file=f"{name}/experiment.toml",
        field="parameters",
    )


def _with_settings(frame: pd.DataFrame, step: Step, point: Point) -> pd.DataFrame:
    """Every setting as a column in front, the grid's axes first: each row says what made it."""
    settings = point.settings
    names = dict.fromkeys((*step.grid, *settings))
    for position, name in enumerate(name for name in names if name not in frame.columns):
        value = settings[name]
        text = " to ".join(f"{part:g}" for part in value) if isinstance(value, tuple) else value
        frame.insert(position, name, [text] * len(frame))
    return frame


def _module_of(analysis: Analysis) -> str:
    return str(getattr(analysis.measure, "__module__", ""))


def _files(
    experiment: Experiment,
    plans: tuple[_Plan, ...],
    inputs: _Inputs,
    tables: Mapping[str, pd.DataFrame],
    summary: Summary,
    answer: str,
    is_quick: bool,
) -> dict[str, bytes]:
    """Every file of the results by its path; the manifest last."""
    files: dict[str, bytes] = {}
    for name, frame in tables.items():
        if len(frame) < PARQUET_FROM:
            files[f"{name}.csv"] = frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
        else:
            files[f"{name}.parquet"] = frame.to_parquet(index=False)
    files["summary.csv"] = summary.to_csv().encode("utf-8")
    for step in experiment.steps:
        if step.analysis.figures is not None:
            own = _of_step(tables, step)
            drawn = step.analysis.figures(own, summary.of_step(step.id))
            for name, picture in drawn.items():
                files[f"figures/{name}.svg"] = picture.svg
                files[f"figures/{name}.png"] = picture.png
    files["answer.md"] = answer.encode("utf-8")
    record = _record(experiment, plans, inputs, files, is_quick=is_quick)
    files["manifest.json"] = (json.dumps(record, indent=2) + "\n").encode("utf-8")
    return files


def _record(
    experiment: Experiment,
    plans: tuple[_Plan, ...],
    inputs: _Inputs,
    files: Mapping[str, bytes],
    *,
    is_quick: bool,
) -> dict[str, Any]:
    """What made the results: enough to make them again, and to explain a difference."""
    used = {name: list(parameter(name).numbers) for name in experiment.parameters}
    command = [
        "riskmodel",
        "experiment",
        "run",
        experiment.name,
        *(["--quick"] if is_quick else []),
    ]
    manifest = make_manifest(
        command, inputs={}, parameters_sha256=key_of(used), seed=experiment.seed
    ).to_dict()
    manifest["inputs"] = dict(inputs.sums)
    manifest["parameters"] = used
    manifest["code_sha256"] = key_of(
        {step.id: code_sha256(_module_of(step.analysis)) for step in experiment.steps}
    )
    manifest["steps"] = {
        step.id: {
            "analysis": step.analysis.name,
            "settings": {
                name: value
                for name, value in next(
                    plan.point.settings for plan in plans if plan.step.id == step.id
                ).items()
                if name not in step.grid
            },
            "grid": {name: list(values) for name, values in step.axes(is_quick=is_quick).items()},
        }
        for step in experiment.steps
    }
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())
    }
    return manifest
