"""Figures of an authority's other stages, in the form that the learned regression needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.observations import Observation
from riskmodel.demand.pooled.features import YEARS_LOOKED_BACK
from riskmodel.demand.pooled.history import LEADS
from riskmodel.demand.pooled.own import decimal_year
from riskmodel.demand.pooled.yearly import at_year_ends
from riskmodel.demand.sources import MEASURE_OF
from riskmodel.projection import month_after

__all__ = ["other_figures"]


_YEAR = 12
_TIER = "child_in_need_plan"


def other_figures(
    stage: str, observations: Mapping[str, Sequence[Observation]], last: str
) -> dict[str, Floats]:
    """Figures other than a stage's own, for the years up to its last figure.

    Parameters
    ----------
    stage
        The stage that is projected.
    observations
        Figures of all the authority's stages, and of what leads to them
        (:data:`~riskmodel.demand.pooled.history.LEADS`) by name.
    last
        ``YYYY-MM``, the month of the stage's last stock; later figures are not used.

    Returns
    -------
    dict
        By the panel's names, each of shape (year,); NaN where nothing is known. Children in need
        are counted in the wide sense, as in the panel: those on plans, those looked after and all
        others together, where all three are known.
    """
    stages = {name: rows for name, rows in observations.items() if name in MEASURE_OF}
    stocks = {name: _stocks(rows, last) for name, rows in stages.items()}
    if set(stocks) == set(MEASURE_OF):
        stocks[_TIER] = np.sum(list(stocks.values()), axis=0)
    else:
        stocks.pop(_TIER, None)
    figures = {MEASURE_OF[name]: stock for name, stock in stocks.items()}
    if stage != _TIER:
        figures.pop(MEASURE_OF[stage], None)
    for name in LEADS:
        if name in observations:
            figures[name] = _flows(observations[name], "starts", last)
    for name, rows in stages.items():
        prefix = MEASURE_OF[name].split("_")[0]
        if name not in (stage, _TIER):
            figures |= {
                f"{prefix}_{counted}": _flows(rows, counted, last) for counted in ("starts", "ends")
            }
    return figures


def _stocks(observations: Sequence[Observation], last: str) -> Floats:
    rows = [each for each in observations if each.counted == "stock" and each.month <= last]
    if not rows:
        return np.full(YEARS_LOOKED_BACK, np.nan)
    times = np.array([decimal_year(each.month) for each in rows])
    return at_year_ends(times, np.array([each.middle for each in rows]), decimal_year(last))


def _flows(observations: Sequence[Observation], counted: str, last: str) -> Floats:
    """Of whole years that ended when the last figure's years did."""
    found = np.full(YEARS_LOOKED_BACK, np.nan)
    back = reversed(range(YEARS_LOOKED_BACK))
    months: list[str] = [month_after(last, -_YEAR * years) for years in back]
    for each in observations:
        if each.counted == counted and each.months == _YEAR and each.month in months:
            found[months.index(each.month)] = each.middle
    return found
