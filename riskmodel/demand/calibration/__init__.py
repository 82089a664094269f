"""One stage of one authority: what its stocks, starts and ends say of its parameters."""

from riskmodel.demand.calibration.calibrate import DRAWS, calibrate
from riskmodel.demand.calibration.observations import Observation
from riskmodel.demand.calibration.priors import CALIBRATED_STAGES, DemandPriors, Process
from riskmodel.demand.calibration.result import PARAMETERS, Calibration

__all__ = [
    "CALIBRATED_STAGES",
    "DRAWS",
    "PARAMETERS",
    "Calibration",
    "DemandPriors",
    "Observation",
    "Process",
    "calibrate",
]
