"""Durations, stocks and flows, calibration: how many children there will be, month by month.

Everything here is given its figures: it reads no file but the published tables and parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names

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
    from riskmodel.demand.moments import Quantity, steady_stock
    from riskmodel.demand.published_series import (
        calibrate_published,
        published_observations,
        published_priors,
    )
    from riskmodel.demand.simulation.inputs import Flows, StageInputs
    from riskmodel.demand.simulation.project import project_stages
    from riskmodel.demand.simulation.stepping import Feedback, simulate_with_feedback
    from riskmodel.demand.simulation.stock_flow import simulate, simulate_stage

__getattr__ = lazy_names(
    __name__,
    {
        ".calibration": "CALIBRATED_STAGES Calibration DemandPriors Observation calibrate",
        ".calibration.checks": "simulation_based_calibration",
        ".durations": "LengthFit Lengths compare_families fit_lengths",
        ".simulation.inputs": "Flows StageInputs",
        ".moments": "Quantity steady_stock",
        ".simulation.project": "project_stages",
        ".published_series": "calibrate_published published_observations published_priors",
        ".simulation.stepping": "Feedback simulate_with_feedback",
        ".simulation.stock_flow": "simulate simulate_stage",
    },
)
