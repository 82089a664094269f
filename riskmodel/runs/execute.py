"""Runs an experiment: its points in parallel, kept as they finish; then its results, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError
from riskmodel.parameters import recording
from riskmodel.runs.analysis import Analysis, Point
from riskmodel.runs.answers import write_answer
from riskmodel.runs.baseline import Moved, compare_summaries, read_baseline
from riskmodel.runs.cache import PointCache
from riskmodel.runs.declaration import Experiment, Step
from riskmodel.runs.folder import replace_folder, write_file
from riskmodel.runs.plans import PlannedPoint, RunInputs, plan_points
from riskmodel.runs.results import result_files, tables_of_step
from riskmodel.runs.summary import Summary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Progress", "Run", "measure_step", "parameters_read", "point_keys", "run_experiment"]

Progress = Callable[[str, int, int], None]
"""Called with the experiment's name, points done, and points that had to be computed."""


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
    workers: int | Engine = 1,
    is_quick: bool = False,
    accept: bool = False,
    cache: Path | None = None,
    progress: Progress = lambda _name, _done, _total: None,
) -> Run:
    """Run an experiment and write its results into its folder.

    Parameters
    ----------
    experiment
        As :func:`riskmodel.runs.reading.read_experiment` reads it.
    summaries
        Summaries of the experiments whose results it takes; None reads them from beside it.
    files
        The files that it wants to be given, by name.
    workers
        Worker processes, -1 for one a core, or an engine; the results have the same bytes on any.
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
    inputs = RunInputs.of(experiment, summaries, files or {}, is_quick=is_quick)
    kind = "quick" if is_quick else "full"
    folder = experiment.folder.parent / ".cache" if cache is None else cache
    points = PointCache(folder / experiment.name / kind)
    plans = plan_points(experiment, inputs, is_quick=is_quick)
    tables, computed = _tables(experiment, plans, points, workers, progress)
    with recording() as read:
        summary = Summary(())
        for step in experiment.steps:
            summary += step.analysis.summarise(tables_of_step(tables, step)).named_step(step.id)
        answer = write_answer(experiment, summary, is_quick=is_quick)
    _refuse_undeclared(experiment, read)
    target = experiment.results(is_quick=is_quick)
    replace_folder(
        target, result_files(experiment, plans, inputs, tables, summary, answer, is_quick)
    )
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
    inputs = RunInputs.of(experiment, summaries, files or {}, is_quick=is_quick)
    return tuple(plan.key for plan in plan_points(experiment, inputs, is_quick=is_quick))


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


def _tables(
    experiment: Experiment,
    plans: tuple[PlannedPoint, ...],
    points: PointCache,
    workers: int | Engine,
    progress: Progress,
) -> tuple[dict[str, pd.DataFrame], int]:
    """Each step's tables over its whole grid, and how many points had to be computed."""
    import pandas as pd

    missing = [plan for plan in plans if not points.has(plan.key)]
    progress(experiment.name, 0, len(missing))
    allowed = frozenset(experiment.parameters)
    work = partial(_measure, experiment.name, allowed, points)
    tasks = ((plan.step.analysis, plan.point, plan.key) for plan in missing)
    # In no order: a point is kept as soon as it is finished, whatever still runs.
    finished = as_engine(workers).run(work, tasks, ordered=False)
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


def _measure(
    name: str,
    allowed: frozenset[str],
    points: PointCache,
    analysis: Analysis,
    point: Point,
    key: str,
) -> str:
    with recording() as read:
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
