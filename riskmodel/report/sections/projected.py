"""What several sections say of a projection and of the caseloads that it comes to."""

from __future__ import annotations

import numpy as np

from riskmodel.caseload import CaseloadPlan
from riskmodel.caseload.result import PLANNED
from riskmodel.demand.projecting import Outlook
from riskmodel.projection import BASELINE, Projection
from riskmodel.report.sizes import Sizes

__all__ = ["plan_range", "settings_of", "stock_quantiles"]

_ENDS = (0.05, 0.5, 0.95)


def settings_of(outlook: Outlook) -> str:
    """What was run, in words."""
    projection = outlook.projection
    return str(Sizes(len(projection.months), projection.replicates, outlook.seed))


def stock_quantiles(projection: Projection, stage: str, month: str) -> list[int]:
    """Low ends, central projection and high ends of the 90% and 50% ranges, as whole children."""
    stock = projection.of("stock", BASELINE, stage)
    quantiles = np.quantile(stock[:, projection.months.index(month)], (0.05, 0.25, 0.5, 0.75, 0.95))
    return [round(float(value)) for value in quantiles]


def plan_range(plan: CaseloadPlan, measure: str, month: str) -> list[float]:
    """Low end, central projection and high end of the 90% range of the baseline at a month's end.

    Measures: caseload, cases, fte, unallocated.
    """
    row, index = plan.scenarios.index(BASELINE), plan.month_number(month)
    numbers = [1 + plan.quantiles.index(quantile) for quantile in _ENDS]
    ends: list[float] = plan.statistics[row, -1, PLANNED.index(measure), index, numbers].tolist()
    return ends
