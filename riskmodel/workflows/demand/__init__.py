"""Own figures to a projection: read, calibrated, learned, simulated, drawn."""

from riskmodel.workflows.demand.drawing import STAGE_LABELS, draw_outlook
from riskmodel.workflows.demand.library import library_outlook
from riskmodel.workflows.demand.projecting import Outlook, opening_of, project
from riskmodel.workflows.demand.simulating import FED_BACK, FeedbackOf
from riskmodel.workflows.demand.sources import (
    MEASURE_OF,
    DemandSource,
    chain_of,
    panel_source,
    published_source,
    read_source,
    snapshot_source,
)

__all__ = [
    "FED_BACK",
    "MEASURE_OF",
    "STAGE_LABELS",
    "DemandSource",
    "FeedbackOf",
    "Outlook",
    "chain_of",
    "draw_outlook",
    "library_outlook",
    "opening_of",
    "panel_source",
    "project",
    "published_source",
    "read_source",
    "snapshot_source",
]
