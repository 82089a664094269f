"""Durations, stocks and flows, calibration: how many children there will be, month by month.

Everything here is given its figures: it reads no file but the published tables and parameters.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOME_OF = {
    "CALIBRATED_STAGES": "riskmodel.demand.calibration",
    "Calibration": "riskmodel.demand.calibration",
    "DemandPriors": "riskmodel.demand.calibration",
    "Feedback": "riskmodel.demand.stepping",
    "Flows": "riskmodel.demand.inputs",
    "LengthFit": "riskmodel.demand.durations",
    "Lengths": "riskmodel.demand.durations",
    "Observation": "riskmodel.demand.calibration",
    "Quantity": "riskmodel.demand.moments",
    "StageInputs": "riskmodel.demand.inputs",
    "calibrate": "riskmodel.demand.calibration",
    "calibrate_published": "riskmodel.demand.published_series",
    "compare_families": "riskmodel.demand.durations",
    "fit_lengths": "riskmodel.demand.durations",
    "project_stages": "riskmodel.demand.project",
    "published_observations": "riskmodel.demand.published_series",
    "published_priors": "riskmodel.demand.published_series",
    "simulate": "riskmodel.demand.stock_flow",
    "simulate_stage": "riskmodel.demand.stock_flow",
    "simulate_with_feedback": "riskmodel.demand.stepping",
    "simulation_based_calibration": "riskmodel.demand.calibration.checks",
    "steady_stock": "riskmodel.demand.moments",
}

__all__ = [
    "CALIBRATED_STAGES",
    "Calibration",
    "DemandPriors",
    "Feedback",
    "Flows",
    "LengthFit",
    "Lengths",
    "Observation",
    "Quantity",
    "StageInputs",
    "calibrate",
    "calibrate_published",
    "compare_families",
    "fit_lengths",
    "project_stages",
    "published_observations",
    "published_priors",
    "simulate",
    "simulate_stage",
    "simulate_with_feedback",
    "simulation_based_calibration",
    "steady_stock",
]

if TYPE_CHECKING:
    from riskmodel.demand.calibration import (
        CALIBRATED_STAGES,
        Calibration,
        DemandPriors,
        Observation,
        calibrate,
    )
    from riskmodel.demand.calibration.checks import simulation_based_calibration
    from riskmodel.demand.durations import LengthFit, Lengths, compare_families, fit_lengths
    from riskmodel.demand.inputs import Flows, StageInputs
    from riskmodel.demand.moments import Quantity, steady_stock
    from riskmodel.demand.project import project_stages
    from riskmodel.demand.published_series import (
        calibrate_published,
        published_observations,
        published_priors,
    )
    from riskmodel.demand.stepping import Feedback, simulate_with_feedback
    from riskmodel.demand.stock_flow import simulate, simulate_stage


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
