"""Moves between stages and children under assessment, from the records of a folder."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from riskmodel.authority.folder.record_months import record_months
from riskmodel.demand.assessing import Assessed
from riskmodel.errors import DataError
from riskmodel.intake.reading import is_parquet
from riskmodel.snapshots import SERIES_STAGES

if TYPE_CHECKING:
    from riskmodel.authority.folder.holding import Holding
    from riskmodel.demand.sources import DemandSource

__all__ = ["with_ways"]

_MEASURE = "assessments_completed_continuous"
_FEWEST = 50
"""With fewer assessments in a year than this, assessments under way are not shown."""

_WHOLE_YEAR = 330
"""Days that the assessments of a return have to span to count as those of a year."""


def with_ways(holding: Holding, source: DemandSource) -> DemandSource:
    """A folder's figures, with the moves between stages and the assessments in its records.

    Parameters
    ----------
    holding
        The folder; records that cannot be read for this purpose are ignored.
    source
        Its stocks and flows.

    Notes
    -----
    Where stocks are from a panel, children under assessment are already among its children in need,
    so none are added.
    """
    if not source.moves and holding.has("returns"):
        with suppress(DataError):
            source = replace(source, moves=record_months(holding.contents, SERIES_STAGES).moves)
    if holding.has("months"):
        source = replace(source, assessed=_of_returns(holding) or _of_panel(holding))
    return source


def _of_returns(holding: Holding) -> Assessed | None:
    """Assessments in the last twelve months of the latest return."""
    if not holding.has("returns") or is_parquet(holding.tables[-1].path):
        return None
    table = holding.tables[-1]
    frame = table.read().assessments.frame
    if "assessment_date" not in frame:
        return None
    days = frame["assessment_date"].dropna()
    if len(days) < _FEWEST or (days.max() - days.min()).days < _WHOLE_YEAR:
        return None
    last = days.max().to_period("M")
    number = int((days.dt.to_period("M") > last - 12).sum())
    return Assessed(number, f"the year to {last.strftime('%Y-%m')} of {table.name}")


def _of_panel(holding: Holding) -> Assessed | None:
    """Assessments of the last year in which the panel counts them."""
    if holding.panel is None or not holding.has("own_panel"):
        return None
    own = holding.panel.authority(holding.inputs.panel_code)
    if _MEASURE not in own.measures:
        return None
    counted = {
        int(year): float(value)
        for year, value in zip(own.years, own.figures[_MEASURE], strict=True)
        if value >= _FEWEST
    }
    if not counted:
        return None
    year = max(counted)
    return Assessed(round(counted[year]), f"the year to March {year} of {holding.panel.source}")
