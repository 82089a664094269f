"""Experiments: declared, cached, resumable, held against a baseline.

This room runs studies and knows nothing of what they are about: each is a folder of its own, with
its code in it, which is loaded by path.
"""

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
