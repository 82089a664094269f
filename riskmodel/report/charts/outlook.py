"""The stocks of a projection, drawn with what was counted before."""

from __future__ import annotations

import numpy as np

from riskmodel.core.labels import STAGE_LABELS
from riskmodel.demand.pooled.own import decimal_year
from riskmodel.demand.projecting import Outlook
from riskmodel.projection import BASELINE
from riskmodel.report.charts.canvas import Drawing
from riskmodel.report.charts.fan import FAN, Fan, draw_fans

__all__ = ["calendar_of", "draw_outlook"]


def draw_outlook(outlook: Outlook) -> Drawing:
    """Fan charts of the stocks, with the own figures before them."""
    projection = outlook.projection
    levels = sorted({level for low, high, *_ in FAN for level in (low, high)} | {0.5})
    fans = []
    for stage, each in outlook.stages.items():
        stock = projection.of("stock", BASELINE, stage)
        opening = projection.opening[:, projection.stages.index(stage)]
        course = np.column_stack([opening, stock])
        found = np.quantile(course, levels, axis=0)
        history = [
            (calendar_of(one.month), one.middle, one.width / 2)
            for one in each.calibration.model.observations
            if one.counted == "stock" and one.width < one.middle
        ]
        fans.append(
            Fan(
                STAGE_LABELS[stage],
                history,
                np.array(
                    [calendar_of(month) for month in (projection.opening_month, *projection.months)]
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


def calendar_of(month: str) -> float:
    """The decimal year of a month's end as a reader counts: 31 March 2015 is 2015.25."""
    return decimal_year(month) + 0.25
