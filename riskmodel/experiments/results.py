"""The files of a run's results: tables, summary, charts, answer and manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from riskmodel.core.manifest import make_manifest
from riskmodel.experiments.cache import key_of
from riskmodel.experiments.declaration import Experiment, Step
from riskmodel.experiments.plans import PlannedPoint, RunInputs, code_of
from riskmodel.experiments.summary import Summary
from riskmodel.parameters import parameter

__all__ = ["PARAMETERS", "result_files", "tables_of_step"]

PARAMETERS = "parameters.txt"
"""Names of the parameters that a run read, one a line."""

PARQUET_FROM = 20_000
"""Rows from which a table is written as Parquet: a spreadsheet no longer holds it well."""


def tables_of_step(tables: Mapping[str, pd.DataFrame], step: Step) -> dict[str, pd.DataFrame]:
    """A step's tables by the names that its analysis gave them."""
    found = {name.partition("."): frame for name, frame in tables.items()}
    return {table: frame for (owner, _, table), frame in found.items() if owner == step.id}


def result_files(
    experiment: Experiment,
    plans: tuple[PlannedPoint, ...],
    inputs: RunInputs,
    tables: Mapping[str, pd.DataFrame],
    summary: Summary,
    answer: str,
    parameters: Sequence[str],
    *,
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
            own = tables_of_step(tables, step)
            drawn = step.analysis.figures(own, summary.of_step(step.id))
            for name, picture in drawn.items():
                files[f"figures/{name}.svg"] = picture.svg
                files[f"figures/{name}.png"] = picture.png
    files["answer.md"] = answer.encode("utf-8")
    files[PARAMETERS] = "".join(f"{name}\n" for name in parameters).encode("utf-8")
    record = _record(experiment, plans, inputs, files, parameters, is_quick=is_quick)
    files["manifest.json"] = (json.dumps(record, indent=2) + "\n").encode("utf-8")
    return files


def _record(
    experiment: Experiment,
    plans: tuple[PlannedPoint, ...],
    inputs: RunInputs,
    files: Mapping[str, bytes],
    parameters: Sequence[str],
    *,
    is_quick: bool,
) -> dict[str, Any]:
    """What made the results: enough to make them again, and to explain a difference."""
    used = {name: list(parameter(name).texts or parameter(name).numbers) for name in parameters}
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
    manifest["code_sha256"] = code_of(experiment)
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
