"""What a projection takes from other authorities: from a panel, from a file, or what ships."""

from __future__ import annotations

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.learning import Learning
from riskmodel.demand.pooled.backtest import FEWEST_LEARNERS
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import Learned, learn
from riskmodel.demand.pooled.own import decimal_year
from riskmodel.demand.sources import MEASURE_OF
from riskmodel.demand.together import (
    MOVES,
    move_correlations,
    shipped_correlations,
    stage_correlations,
)
from riskmodel.errors import DataError
from riskmodel.series import AuthorityPanel

__all__ = ["correlations_for", "learned_for", "moves_for"]


def correlations_for(opening: str, panel: AuthorityPanel | Learning | None, own: str) -> Floats:
    """How closely stages move together, from a panel of other authorities or from what ships."""
    year = int(np.floor(decimal_year(opening) + 1e-9))
    if panel is None:
        return shipped_correlations(year)
    if isinstance(panel, Learning):
        return panel.correlations
    return stage_correlations(panel, year, own)


def moves_for(opening: str, panel: AuthorityPanel | Learning | None, own: str) -> Floats:
    """As :func:`correlations_for`, of what comes to the stages."""
    year = int(np.floor(decimal_year(opening) + 1e-9))
    if panel is None:
        return shipped_correlations(year, MOVES)
    if isinstance(panel, Learning):
        return panel.moves
    return move_correlations(panel, year, own)


def learned_for(
    stage: str, opening: str, panel: AuthorityPanel | Learning | None, own: str
) -> tuple[Learned, str]:
    """What was learned from other authorities by then, and notes on it for the reader.

    As in the backtest, what ships is used instead of a panel with fewer than five others.
    """
    year = int(np.floor(decimal_year(opening) + 1e-9))
    measure = MEASURE_OF[stage]
    if panel is None:
        return _shipped(stage, opening, year), ""
    if isinstance(panel, Learning):
        return _already(panel, measure, opening), ""
    enough = 0
    if measure in panel.measures and np.isfinite(panel.figures[measure]).any():
        history = StageHistory.from_panel(panel, measure)
        known = history.until(min(year, history.years[-1]))
        others = [place for place, code in enumerate(known.codes) if code != own]
        enough = int((np.isfinite(known.stock[others]).sum(axis=1) >= 2).sum())
        if enough >= FEWEST_LEARNERS:
            return learn(known, learners=others), ""
    return _shipped(stage, opening, year), (
        f"{panel.source} has {enough} other authorities with two figures of {measure} by then, "
        f"fewer than {FEWEST_LEARNERS}: what ships with the package was learned from instead"
    )


def _already(learning: Learning, measure: str, opening: str) -> Learned:
    if measure not in learning.learned:
        raise DataError(f"nothing was learned of {measure}", file=learning.source)
    if learning.year > decimal_year(opening):
        raise DataError(
            f"was learned to March {learning.year}, later than the last figure, of the end of "
            f"{opening}; learn it anew with --year",
            file=learning.source,
        )
    return learning.learned[measure]


def _shipped(stage: str, opening: str, year: int) -> Learned:
    from riskmodel.demand.pooled.shipped import shipped, shipped_years

    measure = MEASURE_OF[stage]
    if year < min(shipped_years(measure)):
        raise DataError(
            f"the last figure is of the end of {opening}, and what ships was learned to March "
            f"{min(shipped_years(measure))}: give a panel of {FEWEST_LEARNERS} other authorities "
            "or more, with earlier years, with --learn",
            field=stage,
        )
    return shipped(measure, year)
