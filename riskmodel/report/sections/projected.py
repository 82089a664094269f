"""What several sections say of a projection and of the caseloads that it comes to."""

from __future__ import annotations

import numpy as np

from riskmodel.authority.results import ServiceResults
from riskmodel.caseload import CaseloadPlan
from riskmodel.demand.projecting import Outlook
from riskmodel.projection import BASELINE, Projection
from riskmodel.report.wording import count_of

__all__ = ["chance_within", "plan_ends", "settings_of", "stock_quantiles"]

_ENDS = (0.05, 0.5, 0.95)


def settings_of(outlook: Outlook) -> str:
    """What was run, in words."""
    projection = outlook.projection
    return (
        f"{count_of(projection.replicates, 'course')} drawn, "
        f"{count_of(len(projection.months), 'month')} ahead, seed {outlook.seed}"
    )


def stock_quantiles(projection: Projection, stage: str, month: str) -> list[int]:
    """Low ends, median and high ends of the 90% and 50% intervals, as whole children."""
    stock = projection.of("stock", BASELINE, stage)
    quantiles = np.quantile(stock[:, projection.months.index(month)], (0.05, 0.25, 0.5, 0.75, 0.95))
    return [round(float(value)) for value in quantiles]


def plan_ends(plan: CaseloadPlan, measure: str, month: str) -> list[float]:
    """Low end, median and high end of the 90% interval of the baseline's measure at a month's end.

    Measures: caseload, cases, fte, unallocated.
    """
    row, index = plan.scenarios.index(BASELINE), plan.month_number(month)
    values = {
        "caseload": plan.caseload()[index],
        "cases": plan.cases[row, index],
        "fte": plan.path().fte[index],
        "unallocated": plan.unallocated[row, index],
    }[measure]
    return [float(value) for value in np.quantile(values, _ENDS)]


def chance_within(results: ServiceResults, month: str) -> float:
    """Probability that the baseline keeps to the cap at the end of a month."""
    chances = results.plan.probability_within(results.posts.target.cap)
    return float(chances[results.plan.month_number(month)])
