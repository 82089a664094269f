"""Where children come from, go to, and are instead, as a table of flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riskmodel.core.labels import label
from riskmodel.core.result import range_text
from riskmodel.demand.simulation.changed import moves
from riskmodel.errors import UnknownNameError
from riskmodel.levers import lever_label
from riskmodel.levers.destinations import OUTSIDE
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.demand.durations.laws import Floats
    from riskmodel.demand.projecting import Outlook

__all__ = ["ANYWHERE", "flows_frame", "flows_shown"]

ANYWHERE = "outside"
"""Where children come from who start in a stage, and go to when they end."""


def flows_frame(outlook: Outlook, month: str) -> pd.DataFrame:
    """The table of :meth:`riskmodel.demand.projecting.Outlook.flows`.

    Raises
    ------
    UnknownNameError
        When the month is not projected.
    """
    import pandas as pd

    projection = outlook.projection
    if month not in projection.months:
        raise UnknownNameError("month of the projection", month, projection.months)
    last = projection.months.index(month) + 1
    rows = []
    for scenario, levers in outlook.levers.items():
        for stage in projection.stages:
            for counted, way in (("starts", (ANYWHERE, stage)), ("ends", (stage, ANYWHERE))):
                flow = projection.of(counted, scenario, stage)[:, :last].sum(axis=1)
                rows.append((scenario, "", *way, *_typical(flow)))
        drawn = levers.drawn(outlook.seed, projection.replicates)
        for move in () if scenario == BASELINE else moves(outlook.inputs, drawn):
            moved = move.children[:, :last].sum(axis=1)
            way = (move.origin, move.destination)
            if moved.mean() < 0:
                moved, way = -moved, (move.destination, move.origin)
            if moved.any():
                rows.append((scenario, move.lever, *way, *_typical(moved)))
    columns = ("scenario", "lever", "from", "to", "children", "low", "high", "level")
    frame = pd.DataFrame(rows, columns=pd.Index(columns))
    return frame.assign(basis="projected")


def flows_shown(frame: pd.DataFrame) -> pd.DataFrame:
    """The children whom levers move, as a person reads them."""
    import pandas as pd

    moved = frame[frame["lever"] != ""]
    return pd.DataFrame(
        {
            "scenario": moved["scenario"],
            "change": moved["lever"].map(lever_label),
            **{way: [OUTSIDE.get(n, label(n).full) for n in moved[way]] for way in ("from", "to")},
            "children": [f"{children:,.0f}" for children in moved["children"]],
            f"{frame['level'].iloc[0]:.0%} range": map(range_text, moved["low"], moved["high"]),
        }
    )


def _typical(children: Floats) -> tuple[float, float, float, float]:
    """Mean, central range and its level."""
    level = parameter("needs_interval_level").value
    low, high = np.quantile(children, ((1 - level) / 2, (1 + level) / 2))
    return float(children.mean()), float(low), float(high), level
