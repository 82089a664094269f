"""How the current financial year will end: what was spent, and the months that remain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import Month, month_after
from riskmodel.errors import DataError
from riskmodel.placements.forecast import PlacementForecast
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.prices import WEEK, PlacementPrices
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SHOWN", "outturn_of", "spread_of"]

Floats = npt.NDArray[np.float64]

SHOWN = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
"""Quantiles of costs, by the name of their column."""


def spread_of(values: Floats) -> dict[str, float]:
    """Mean and quantiles of costs over simulations."""
    found = np.quantile(values, list(SHOWN.values()))
    return {"mean": float(values.mean()), **dict(zip(SHOWN, map(float, found), strict=True))}


def outturn_of(
    forecast: PlacementForecast, prices: PlacementPrices, past: pd.DataFrame | None,
    spent: dict[str, float], costs: Mapping[str, Floats], seed: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """What the current year will have cost: one row, or none where no spending is known.

    Parameters
    ----------
    forecast, prices
        As :func:`~riskmodel.placements.budget.budgeted` takes them.
    past
        Days of care in the months of the return, and whose they are.
    spent
        By month.
    costs
        For each year the costs in each simulation, shape (simulation, month, kind).
    seed
        The user's.

    Raises
    ------
    DataError
        When spending is negative or of a later year, or a month has neither spending nor days of
        care.

    Notes
    -----
    The cost of the remaining months is multiplied by the ratio of what was spent to what the same
    days cost by the price list, with the spread that this ratio had from month to month. Where the
    return ends before the spending does, these days are those of each simulation, so a simulation
    with too many children is scaled down.
    """
    year = Month(forecast.months[0]).financial_year
    for month, amount in spent.items():
        if Month(month).financial_year > year or not amount >= 0:
            later = f"lies after {year}, the first year that is projected"
            raise DataError(
                f"spending of {month} {'must be 0 or more' if not amount >= 0 else later}",
                field=month,
            )
    mine = {month: amount for month, amount in spent.items() if Month(month).financial_year == year}
    whole = [month_after(f"{year[:4]}-04", ahead) for ahead in range(12)]
    if not mine or whole[-1] not in forecast.months:
        return []
    ahead = costs[year].sum(axis=2)
    listed: dict[str, Floats] = {
        month: np.full(len(ahead), cost) for month, cost in _listed(prices, past, year).items()
    }
    projected = [month for month in forecast.months if Month(month).financial_year == year]
    listed |= {month: ahead[:, at] for at, month in enumerate(projected)}
    ratio, spread = np.ones(len(ahead)), 0.0
    shared = [month for month in mine if month in listed and listed[month].min() > 0]
    if shared:
        logs = np.log([max(mine[month], 1.0) / listed[month] for month in shared])
        ratio = np.exp(logs.mean(axis=0))
        spread = float(logs.mean(axis=1).std(ddof=1) / len(logs) ** 0.5) if len(logs) > 1 else 0.0
    lacking = [month for month in whole if month not in mine]
    if unknown := [month for month in lacking if month not in listed]:
        raise DataError(f"needs what was spent in {', '.join(unknown)}", field="month")
    left = np.sum([listed[month] for month in lacking] or [np.zeros(len(ahead))], axis=0)
    drawn = stream(seed, "placements/outturn").normal(size=len(left))
    total = sum(mine.values()) + left * ratio * np.exp(spread * drawn)
    line = prices.budget.get(year, np.nan)
    row = {"year": year, "months_spent": len(mine), "spent": sum(mine.values())}
    above = float((total > line).mean()) if line == line else np.nan
    return [{**row, **spread_of(total), "budget": line, "overspend": above}]


def _listed(prices: PlacementPrices, past: pd.DataFrame | None, year: str) -> dict[str, float]:
    """What the days of each month of a year cost by the price list."""
    if past is None:
        return {}
    mine = past[past["year"] == year]
    by_kind = mine.pivot_table(index="month", columns="placement", values="days", aggfunc="sum")
    days = by_kind.reindex(columns=list(KINDS), fill_value=0).to_numpy(dtype=np.float64)
    cost = days @ prices.per_week(year) / WEEK
    return dict(zip(by_kind.index, cost.tolist(), strict=True))
