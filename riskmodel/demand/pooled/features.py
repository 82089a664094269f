"""What an authority's other figures say about a stock to come: the features of the regression.

All are logs, or differences of logs, of counts at one 31 March and in the years up to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.history import STOCK_MEASURES, StageHistory, stage_of

__all__ = ["YEARS_LOOKED_BACK", "feature_names", "features", "figures_beside", "mean_known"]


YEARS_LOOKED_BACK = 5
"""Number of years that features use: the year of the forecast and those before it."""

_LEADS_TO: Mapping[str, str] = MappingProxyType(
    {
        "section_47_to_stock": "s47_enquiries",
        "conferences_to_stock": "icpc_children",
        "referrals_to_stock": "referrals",
    }
)

_OWN = (
    "beside_three_years",
    "beside_five_years",
    "change_of_a_year",
    "size",
    "starts_to_stock",
    "starts_to_ends",
)

_OF_CHILDREN_IN_NEED = ("rate", "population_change", "rereferrals_to_referrals")
"""Features used only for children in need: for the other stocks, tested on the history of other
authorities, they made forecasts no better."""

_OTHER = ("to_stock", "starts_to_ends", "beside_three_years")


def feature_names(measure: str) -> tuple[str, ...]:
    """The features of a stock, in order.

    Examples
    --------
    >>> feature_names("cpp_at_31_mar")[3:7]
    ('size', 'starts_to_stock', 'starts_to_ends', 'section_47_to_stock')
    """
    others = (f"{stage}_{name}" for stage in _others(measure) for name in _OTHER)
    return (*_OWN, *_LEADS_TO, *others, *(_OF_CHILDREN_IN_NEED if _is_need(measure) else ()))


def features(history: StageHistory, place: int) -> Floats:
    """The features of a year, shape (authority, feature); NaN where a figure is missing.

    Parameters
    ----------
    history
        Any authorities.
    place
        Position of the year; nothing later is used.

    Notes
    -----
    In the order of :func:`feature_names`, as differences of log(count + 1): the stock relative to
    its own mean of three and of five years, its change over a year, the stock itself; the last
    year's starts relative to the stock and to the ends; section 47 enquiries, initial conferences
    and referrals relative to the stock; and for each other stock, its size relative to the stock,
    its starts relative to its ends, and its size relative to its own mean of three years. For
    children in need also the stock relative to the children of the area, their change over three
    years, and re-referrals relative to referrals. For a flow, the stage's stock takes the place of
    the starts, and its other flow that of the ends.
    """
    place = range(len(history.years))[place]
    first = max(0, place - YEARS_LOOKED_BACK + 1)

    def logs(table: Floats) -> Floats:
        return np.log(table[:, first : place + 1] + 1)

    def of(name: str) -> Floats:
        missing = np.full(history.stock.shape, np.nan)
        return logs(history.beside.get(name, missing))

    stock, starts, ends = logs(history.stock), logs(history.starts), logs(history.ends)
    now = stock[:, -1]
    before = stock[:, -2] if stock.shape[1] > 1 else np.full_like(now, np.nan)
    columns = [
        now - mean_known(stock, 3),
        now - mean_known(stock, 5),
        now - before,
        now,
        starts[:, -1] - now,
        starts[:, -1] - ends[:, -1],
        *(of(name)[:, -1] - now for name in _LEADS_TO.values()),
    ]
    for stage in _others(history.measure):
        columns += _of_another(STOCK_MEASURES[stage], of, now)
    if _is_need(history.measure):
        population = logs(history.population)
        columns += [
            now - mean_known(population, 3),
            population[:, -1] - population[:, -4:][:, 0],
            of("rereferrals_within_12m")[:, -1] - of("referrals")[:, -1],
        ]
    return np.column_stack(columns)


def figures_beside(history: StageHistory, place: int, last: int) -> dict[str, Floats]:
    """One authority's other figures in the last years that features use, by name; shape (year,)."""
    years = np.arange(last - YEARS_LOOKED_BACK + 1, last + 1)
    return {
        name: np.where(years >= 0, table[place, np.maximum(years, 0)], np.nan)
        for name, table in history.beside.items()
    }


def _of_another(measure: str, of: Callable[[str], Floats], now: Floats) -> list[Floats]:
    prefix = measure.split("_")[0]
    stock = of(measure)
    return [
        stock[:, -1] - now,
        of(f"{prefix}_starts")[:, -1] - of(f"{prefix}_ends")[:, -1],
        stock[:, -1] - mean_known(stock, 3),
    ]


def _others(measure: str) -> list[str]:
    mine = stage_of(measure)
    return [stage for stage in STOCK_MEASURES if stage != mine]


def _is_need(measure: str) -> bool:
    return stage_of(measure) == "child_in_need"


def mean_known(table: Floats, years: int) -> Floats:
    """Mean of what is known in the last years; NaN where nothing is; shape (authority,)."""
    recent = table[:, -years:]
    seen = np.isfinite(recent)
    number = seen.sum(axis=1)
    total = np.where(seen, recent, 0.0).sum(axis=1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
