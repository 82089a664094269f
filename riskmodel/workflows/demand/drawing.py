"""The stocks of a projection, drawn with what was counted before."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.demand.learning.own import decimal_year
from riskmodel.projection import BASELINE, Projection
from riskmodel.workflows.demand.projecting import Outlook

if TYPE_CHECKING:
    from riskmodel.report.charts.canvas import Drawing

__all__ = ["STAGE_LABELS", "draw_outlook"]

Floats = npt.NDArray[np.float64]

STAGE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "child_protection_plan": "Children on a protection plan",
        "looked_after": "Children looked after",
        "child_in_need_plan": "Children on a child in need plan",
    }
)
"""Each stage in words."""


def draw_outlook(outlook: Outlook) -> Drawing:
    """Fan charts of the stocks, with the own figures before them."""
    from riskmodel.report.charts.fan import FAN, Fan, draw_fans

    projection = outlook.projection
    levels = sorted({level for low, high, *_ in FAN for level in (low, high)} | {0.5})
    fans = []
    for stage, each in outlook.stages.items():
        stock = projection.of("stock", BASELINE, stage)
        opening = projection.opening[:, projection.stages.index(stage)]
        course = np.column_stack([opening, stock])
        found = np.quantile(course, levels, axis=0)
        history = [
            (_calendar(one.month), one.middle, one.width / 2)
            for one in each.calibration.model.observations
            if one.counted == "stock" and one.width < one.middle
        ]
        fans.append(
            Fan(
                STAGE_LABELS[stage],
                history,
                np.array(
                    [_calendar(month) for month in (projection.opening_month, *projection.months)]
                ),
                dict(zip(levels, found, strict=True)),
                {
                    name.replace("_", " "): np.concatenate(
                        [
                            [np.median(opening)],
                            np.median(projection.of("stock", name, stage), axis=0),
                        ]
                    )
                    for name in projection.scenarios
                    if name != BASELINE
                },
            )
        )
    return draw_fans("outlook", fans)


def _others(projection: Projection, stage: str, opening: float) -> dict[str, Floats]:
    """Medians of the scenarios that move the stage."""
    baseline = projection.of("stock", BASELINE, stage)
    found = {}
    for name in projection.scenarios:
        stock = projection.of("stock", name, stage)
        if name != BASELINE and not np.array_equal(stock, baseline):
            found[name.replace("_", " ")] = np.concatenate([[opening], np.median(stock, axis=0)])
    return found


def _calendar(month: str) -> float:
    """The decimal year of a month's end as a reader counts: 31 March 2015 is 2015.25."""
    return decimal_year(month) + 0.25
