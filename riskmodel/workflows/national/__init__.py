"""The authorities of a panel projected together."""

from riskmodel.workflows.national.result import LeftOut, NationalRun
from riskmodel.workflows.national.running import NATIONAL_STAGES, national_run

__all__ = ["NATIONAL_STAGES", "LeftOut", "NationalRun", "national_run"]
