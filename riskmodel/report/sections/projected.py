"""What several sections say of a projection and of the caseloads that it comes to."""

from __future__ import annotations

import numpy as np

from riskmodel.caseload import CaseloadPlan
from riskmodel.demand.projecting import Outlook
from riskmodel.projection import BASELINE, Projection
from riskmodel.report.sizes import Sizes

__all__ = ["direction_words", "plan_range", "settings_of", "stock_quantiles"]

_ENDS = (0.05, 0.5, 0.95)


def settings_of(outlook: Outlook) -> str:
    """What was run, in words."""
    projection = outlook.projection
    return str(Sizes(len(projection.months), projection.replicates, outlook.seed))


def direction_words(now: float, before: float) -> str:
    """A whole number beside an earlier one.

    Examples
    --------
    >>> direction_words(558, 626), direction_words(1204.2, 1204)
    ('558, down from 626', '1,204, the same as')
    """
    if round(now) == round(before):
        return f"{now:,.0f}, the same as"
    return f"{now:,.0f}, {'up' if now > before else 'down'} from {before:,.0f}"


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
    values = {
        "caseload": plan.caseload()[index],
        "cases": plan.cases[row, index],
        "fte": plan.path().fte[index],
        "unallocated": plan.unallocated[row, index],
    }[measure]
    return [float(value) for value in np.quantile(values, _ENDS)]
