"""Experiments: declared, cached, resumable, held against a baseline.

This room runs studies and knows nothing of what they are about: each is a folder of its own, with
its code in it, which is loaded by path.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOME_OF = {
    "Analysis": "riskmodel.experiments.analysis",
    "Experiment": "riskmodel.experiments.declaration",
    "Moved": "riskmodel.experiments.baseline",
    "Option": "riskmodel.experiments.analysis",
    "Picture": "riskmodel.experiments.analysis",
    "Point": "riskmodel.experiments.analysis",
    "Result": "riskmodel.experiments.summary",
    "Run": "riskmodel.experiments.execute",
    "RunComparison": "riskmodel.experiments.comparison",
    "Step": "riskmodel.experiments.declaration",
    "Summary": "riskmodel.experiments.summary",
    "Tables": "riskmodel.experiments.analysis",
    "compare_runs": "riskmodel.experiments.comparison",
    "compare_summaries": "riskmodel.experiments.baseline",
    "frame": "riskmodel.experiments.tables",
    "load_analyses": "riskmodel.experiments.loading",
    "measure_experiment": "riskmodel.experiments.measuring",
    "in_order": "riskmodel.experiments.order",
    "new_experiment": "riskmodel.experiments.template",
    "points_to_compute": "riskmodel.experiments.execute",
    "read_baseline": "riskmodel.experiments.baseline",
    "read_experiment": "riskmodel.experiments.reading",
    "read_experiments": "riskmodel.experiments.reading",
    "run_experiment": "riskmodel.experiments.execute",
    "rows_of": "riskmodel.experiments.tables",
    "run_experiments": "riskmodel.experiments.order",
    "studies_folder": "riskmodel.experiments.folders",
    "users_of": "riskmodel.experiments.order",
}

__all__ = [
    "Analysis",
    "Experiment",
    "Moved",
    "Option",
    "Picture",
    "Point",
    "Result",
    "Run",
    "RunComparison",
    "Step",
    "Summary",
    "Tables",
    "compare_runs",
    "compare_summaries",
    "frame",
    "in_order",
    "load_analyses",
    "measure_experiment",
    "new_experiment",
    "points_to_compute",
    "read_baseline",
    "read_experiment",
    "read_experiments",
    "rows_of",
    "run_experiment",
    "run_experiments",
    "studies_folder",
    "users_of",
]

if TYPE_CHECKING:
    from riskmodel.experiments.analysis import Analysis, Option, Picture, Point, Tables
    from riskmodel.experiments.baseline import Moved, compare_summaries, read_baseline
    from riskmodel.experiments.comparison import RunComparison, compare_runs
    from riskmodel.experiments.declaration import Experiment, Step
    from riskmodel.experiments.execute import Run, points_to_compute, run_experiment
    from riskmodel.experiments.folders import studies_folder
    from riskmodel.experiments.loading import load_analyses
    from riskmodel.experiments.measuring import measure_experiment
    from riskmodel.experiments.order import in_order, run_experiments, users_of
    from riskmodel.experiments.reading import read_experiment, read_experiments
    from riskmodel.experiments.summary import Result, Summary
    from riskmodel.experiments.tables import frame, rows_of
    from riskmodel.experiments.template import new_experiment


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
