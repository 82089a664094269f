"""Several experiments, each after those whose results it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from riskmodel.engines import Engine
from riskmodel.errors import DataError, check_name
from riskmodel.experiments.declaration import Experiment
from riskmodel.experiments.execute import Progress, Run, run_experiment
from riskmodel.experiments.summary import Summary

__all__ = ["in_order", "run_experiments", "users_of"]


def in_order(names: Iterable[str], experiments: Mapping[str, Experiment]) -> tuple[str, ...]:
    """The experiments named and those whose results they take, in an order that works.

    Raises
    ------
    UnknownNameError
        With the nearest names.
    DataError
        When experiments take each other's results in a circle.
    """
    ordered: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        check_name("experiment", name, experiments)
        if name in above:
            raise DataError(
                f"experiments take each other's results in a circle: {' -> '.join((*above, name))}"
            )
        if name not in ordered:
            for other in experiments[name].results_of:
                visit(other, (*above, name))
            ordered.append(name)

    for name in names:
        visit(name, ())
    return tuple(ordered)


def users_of(parameter: str, experiments: Mapping[str, Experiment]) -> tuple[str, ...]:
    """The experiments whose results a parameter can move, directly or through another's results.

    As far as is recorded: of an experiment that has not been run nothing is known.
    """
    found = {name for name, one in experiments.items() if parameter in one.parameters}
    for name in in_order(experiments, experiments):
        if found & set(experiments[name].results_of):
            found.add(name)
    return tuple(name for name in experiments if name in found)


def run_experiments(
    names: Iterable[str],
    experiments: Mapping[str, Experiment],
    *,
    files: Mapping[str, Path] | None = None,
    workers: int | Engine = 1,
    is_quick: bool = False,
    accept: bool = False,
    cache: Path | None = None,
    progress: Progress = lambda _name, _done, _total: None,
) -> Iterator[Run]:
    """Run experiments one after the other, each as :func:`run_experiment` does.

    Parameters
    ----------
    names
        Which. Those whose results they take are run before them (finished points are not computed
        again), and only the baselines of those named are renewed.
    experiments
        All experiments by name.
    files, workers, is_quick, accept, cache, progress
        As for :func:`riskmodel.experiments.execute.run_experiment`.

    Yields
    ------
    Run
        As each is finished.
    """
    wanted = set(names)
    summaries: dict[str, Summary] = {}
    for name in in_order(sorted(wanted), experiments):
        experiment = experiments[name]
        run = run_experiment(
            experiment,
            summaries={other: summaries[other] for other in experiment.results_of},
            files=files,
            workers=workers,
            is_quick=is_quick,
            accept=accept and name in wanted,
            cache=cache,
            progress=progress,
        )
        summaries[name] = run.summary
        yield run
