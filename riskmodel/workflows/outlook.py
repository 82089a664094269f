"""Projections as parts of the report: from results to what its sections are made of."""

from __future__ import annotations

from riskmodel.report.sections import OutlookData
from riskmodel.workflows.demand import STAGE_LABELS, Outlook

__all__ = ["outlook_data"]


def outlook_data(outlook: Outlook) -> OutlookData:
    """What the section on the projection is made from."""
    learned = {stage: each.learned for stage, each in outlook.stages.items()}
    return OutlookData(
        outlook.projection,
        outlook.drivers(),
        outlook.observations_frame(),
        outlook.calibration_frame(),
        STAGE_LABELS,
        {stage: each.authorities for stage, each in learned.items()},
        max(each.year for each in learned.values()),
        outlook.seed,
        outlook.source.label,
    )
