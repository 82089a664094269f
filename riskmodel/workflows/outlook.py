"""Projections as parts of the report: from results to what its sections are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from riskmodel.demand.learning.judged import OURS, REFERENCE
from riskmodel.report.figures.backtest import draw_skill
from riskmodel.report.sections import OutlookData
from riskmodel.report.sections.trust import MODEL_LABELS
from riskmodel.workflows.demand import STAGE_LABELS, Outlook

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.report.figures import Drawing

__all__ = ["draw_worth", "outlook_data"]


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


def draw_worth(worth: pd.DataFrame) -> dict[str, Drawing]:
    """Skill by horizon of each model, a picture a stock."""
    found = {}
    for measure, frame in worth.groupby("measure", sort=False):
        rows: list[dict[Any, Any]] = frame.assign(
            model=[MODEL_LABELS.get(name, name) for name in frame["model"]]
        ).to_dict("records")
        found[str(measure)] = draw_skill(
            f"trust_skill_{str(measure).split('_')[0]}",
            rows,
            ours=MODEL_LABELS[OURS],
            reference=MODEL_LABELS[REFERENCE],
        )
    return found
