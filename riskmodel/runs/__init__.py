"""What a run was, and experiments: declared, cached, resumable, held against a baseline.

This room runs experiments and knows nothing of what they are about: the analyses that their steps
name are handed in (:mod:`riskmodel.workflows.experiments` holds them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names

__all__ = [
    "Analysis",
    "Experiment",
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
    "measure_step",
    "new_experiment",
    "point_keys",
    "read_baseline",
    "read_experiment",
    "read_experiments",
    "run_experiment",
    "run_experiments",
    "users_of",
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

__getattr__ = lazy_names(
    __name__,
    {
        ".analysis": "Analysis Option Point",
        ".baseline": "Moved compare_summaries read_baseline",
        ".comparison": "RunComparison compare_runs",
        ".declaration": "Experiment Step",
        ".execute": "Run measure_step point_keys run_experiment",
        ".order": "in_order run_experiments users_of",
        ".reading": "read_experiment read_experiments",
        ".summary": "Result Summary",
        ".template": "new_experiment",
    },
)
