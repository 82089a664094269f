"""Runs an experiment: its points in parallel, kept as they finish; then its results, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from riskmodel.core.files import replace_folder, write_file
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError
from riskmodel.experiments.analysis import Point
from riskmodel.experiments.answers import write_answer
from riskmodel.experiments.baseline import Moved, compare_summaries, read_baseline
from riskmodel.experiments.cache import PointCache
from riskmodel.experiments.declaration import Experiment, Step
from riskmodel.experiments.loading import load_analyses, study_sha256
from riskmodel.experiments.plans import PlannedPoint, RunInputs, plan_points
from riskmodel.experiments.results import result_files, tables_of_step
from riskmodel.experiments.summary import Summary
from riskmodel.intake.tables.arrow import need_arrow
from riskmodel.parameters import recording

__all__ = ["Progress", "Run", "points_to_compute", "run_experiment", "with_settings"]

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
    parameters
        Names of the parameters that it read.
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
    parameters: tuple[str, ...]

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
        As :func:`riskmodel.experiments.reading.read_experiment` reads it.
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
        Folder of finished points; ``.cache`` beside its results where it is None.
    progress
        Called as points are finished.

    Raises
    ------
    DataError
        When a file is not given, a summary not there, or a quick run is to be accepted; when
        pyarrow is not installed, which keeps finished points.
    OutputError
        When the results cannot be written.
    """
    if is_quick and accept:
        raise DataError("a quick run makes no baseline; leave --quick or --accept out")
    if accept and experiment.home is not None:
        raise DataError(
            f"{experiment.name} comes with the package, and its baseline with it: copy the folder "
            f"{experiment.folder} and run the copy"
        )
    need_arrow(experiment.name)
    inputs = RunInputs.of(experiment, summaries, files or {}, is_quick=is_quick)
    points = _cache(experiment, cache, is_quick=is_quick)
    plans = plan_points(experiment, inputs, is_quick=is_quick)
    tables, read, computed = _tables(experiment, plans, points, workers, progress)
    with recording() as read_after:
        summary = Summary(())
        for step in experiment.steps:
            summary += step.analysis.summarise(tables_of_step(tables, step)).named_step(step.id)
        answer = write_answer(experiment, summary, is_quick=is_quick)
    parameters = tuple(sorted(read | read_after))
    target = experiment.results(is_quick=is_quick)
    replace_folder(
        target,
        result_files(
            experiment, plans, inputs, tables, summary, answer, parameters, is_quick=is_quick
        ),
    )
    baseline = None if is_quick else read_baseline(experiment)
    moved = None
    if baseline is not None:
        moved = compare_summaries(baseline, summary, experiment.tolerances)
    if accept:
        write_file(experiment.baseline, summary.to_csv().encode("utf-8"))
    points.keep_only(plan.key for plan in plans)
    return Run(
        experiment if is_quick else replace(experiment, parameters=parameters),
        is_quick,
        tables,
        summary,
        answer,
        len(plans),
        computed,
        moved,
        accept,
        target,
        parameters,
    )


def points_to_compute(
    experiment: Experiment,
    *,
    summaries: Mapping[str, Summary] | None = None,
    files: Mapping[str, Path] | None = None,
    is_quick: bool = False,
    cache: Path | None = None,
) -> tuple[str, ...]:
    """The keys of the points that a run would compute: none where all are finished.

    Parameters
    ----------
    experiment, summaries, files, is_quick, cache
        As for :func:`run_experiment`.
    """
    inputs = RunInputs.of(experiment, summaries, files or {}, is_quick=is_quick)
    points = _cache(experiment, cache, is_quick=is_quick)
    plans = plan_points(experiment, inputs, is_quick=is_quick)
    return tuple(plan.key for plan in plans if not points.has(plan.key))


def _cache(experiment: Experiment, folder: Path | None, *, is_quick: bool) -> PointCache:
    own = experiment.results().parent / ".cache" if folder is None else folder / experiment.name
    return PointCache(own / ("quick" if is_quick else "full"))


def _tables(
    experiment: Experiment,
    plans: tuple[PlannedPoint, ...],
    points: PointCache,
    workers: int | Engine,
    progress: Progress,
) -> tuple[dict[str, pd.DataFrame], frozenset[str], int]:
    """Each step's tables over its whole grid, parameters read, points that had to be computed."""
    missing = [plan for plan in plans if not points.has(plan.key)]
    progress(experiment.name, 0, len(missing))
    work = partial(_measure, experiment.folder.resolve(), study_sha256(experiment.folder), points)
    tasks = ((plan.step.analysis.name, plan.point, plan.key) for plan in missing)
    # In no order: a point is kept as soon as it is finished, whatever still runs.
    finished = as_engine(workers).run(work, tasks, ordered=False)
    for done, _ in enumerate(finished, start=1):
        progress(experiment.name, done, len(missing))
    parts: dict[str, list[pd.DataFrame]] = {}
    read: set[str] = set()
    for plan in plans:
        # Read back even when just computed: one way, and so the same bytes.
        found = points.load(plan.key)
        if found is None:
            raise DataError(
                f"a finished point of {experiment.name} in {points.folder} cannot be read; remove "
                "that folder and run again"
            )
        measured, names = found
        read |= names
        for table, frame in measured.items():
            name = f"{plan.step.id}.{table}"
            parts.setdefault(name, []).append(with_settings(frame, plan.step, plan.point))
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    return tables, frozenset(read), len(missing)


def _measure(
    folder: Path, code: str, points: PointCache, analysis: str, point: Point, key: str
) -> None:
    """Measure a point and keep it; a worker loads the study's code where it is."""
    if study_sha256(folder) != code:
        raise DataError(f"the code in {folder} was changed during the run; run again")
    with recording() as read:
        tables = load_analyses(folder)[analysis].measure(point)
    points.store(key, tables, read)


def with_settings(frame: pd.DataFrame, step: Step, point: Point) -> pd.DataFrame:
    """Every setting as a column in front, the grid's axes first: each row says what made it."""
    settings = point.settings
    names = dict.fromkeys((*step.grid, *settings))
    for position, name in enumerate(name for name in names if name not in frame.columns):
        value = settings[name]
        text = " to ".join(f"{part:g}" for part in value) if isinstance(value, tuple) else value
        frame.insert(position, name, [text] * len(frame))
    return frame
