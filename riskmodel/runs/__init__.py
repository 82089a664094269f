"""What a run was, and experiments: declared, cached, resumable, held against a baseline.

This room runs experiments and knows nothing of what they are about: the analyses that their steps
name are handed in (:mod:`riskmodel.workflows.experiments` holds them).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from riskmodel.runs.manifest import Manifest, make_manifest, write_manifest

_HOME_OF = {
    "Analysis": "riskmodel.runs.analysis",
    "Experiment": "riskmodel.runs.declaration",
    "Moved": "riskmodel.runs.baseline",
    "Option": "riskmodel.runs.analysis",
    "Point": "riskmodel.runs.analysis",
    "Result": "riskmodel.runs.summary",
    "Run": "riskmodel.runs.execute",
    "RunComparison": "riskmodel.runs.comparison",
    "Step": "riskmodel.runs.declaration",
    "Summary": "riskmodel.runs.summary",
    "compare_runs": "riskmodel.runs.comparison",
    "compare_summaries": "riskmodel.runs.baseline",
    "measure_step": "riskmodel.runs.execute",
    "in_order": "riskmodel.runs.order",
    "new_experiment": "riskmodel.runs.template",
    "point_keys": "riskmodel.runs.execute",
    "read_baseline": "riskmodel.runs.baseline",
    "read_experiment": "riskmodel.runs.reading",
    "read_experiments": "riskmodel.runs.reading",
    "run_experiment": "riskmodel.runs.execute",
    "run_experiments": "riskmodel.runs.order",
    "users_of": "riskmodel.runs.order",
}

__all__ = [
    "Analysis",
    "Experiment",
    "Manifest",
    "Moved",
    "Option",
    "Point",
    "Result",
    "Run",
    "RunComparison",
    "Step",
    "Summary",
    "compare_runs",
    "compare_summaries",
    "in_order",
    "make_manifest",
    "measure_step",
    "new_experiment",
    "point_keys",
    "read_baseline",
    "read_experiment",
    "read_experiments",
    "run_experiment",
    "run_experiments",
    "users_of",
    "write_manifest",
]

if TYPE_CHECKING:
    from riskmodel.runs.analysis import Analysis, Option, Point
    from riskmodel.runs.baseline import Moved, compare_summaries, read_baseline
    from riskmodel.runs.comparison import RunComparison, compare_runs
    from riskmodel.runs.declaration import Experiment, Step
    from riskmodel.runs.execute import Run, measure_step, point_keys, run_experiment
    from riskmodel.runs.order import in_order, run_experiments, users_of
    from riskmodel.runs.reading import read_experiment, read_experiments
    from riskmodel.runs.summary import Result, Summary
    from riskmodel.runs.template import new_experiment


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
