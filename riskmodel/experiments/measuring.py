"""Measures a study here and now: no folder of results, no finished points, no baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from riskmodel.experiments.declaration import Experiment
from riskmodel.experiments.execute import with_settings
from riskmodel.experiments.summary import Summary

__all__ = ["measure_experiment"]


def measure_experiment(
    name: str,
    experiments: Mapping[str, Experiment],
    *,
    steps: tuple[str, ...] = (),
    is_quick: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[dict[str, dict[str, pd.DataFrame]], Summary]:
    """Measure a study after those whose results it takes, of these only the steps it takes.

    Parameters
    ----------
    name
        Of the study.
    experiments
        It and those whose results it takes, by name.
    steps
        Ids of the steps to measure; none for all.
    is_quick
        Use the quick settings.
    progress
        Called with the name of each study that is begun.

    Returns
    -------
    tuple
        Tables by step and name, and the summary.
    """
    experiment = experiments[name]
    summaries = {
        other: measure_experiment(
            other, experiments, steps=taken, is_quick=is_quick, progress=progress
        )[1]
        for other, taken in experiment.results_of.items()
    }
    progress(name)
    tables: dict[str, dict[str, pd.DataFrame]] = {}
    summary = Summary(())
    for step in experiment.steps:
        if steps and step.id not in steps:
            continue
        parts: dict[str, list[pd.DataFrame]] = {}
        for bare in step.points(experiment.seed, is_quick=is_quick):
            point = replace(bare, summaries=summaries)
            for table, frame in step.analysis.measure(point).items():
                parts.setdefault(table, []).append(with_settings(frame, step, point))
        tables[step.id] = {
            table: pd.concat(frames, ignore_index=True) for table, frames in parts.items()
        }
        summary += step.analysis.summarise(tables[step.id]).named_step(step.id)
    return tables, summary
