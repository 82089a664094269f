"""What the page keeps of placements: what all of them cost by year in each simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.authority.placements import LOOKED_AFTER
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.placements.budget import money
from riskmodel.placements.time import years_of
from riskmodel.projection import BASELINE
from riskmodel.report.whatif.controls import Control
from riskmodel.report.whatif.stored import packed

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.report.sizes import Sizes

__all__ = ["PRICE", "kept_placements", "price_control"]

PRICE = "placements.price"

_NINE_IN_TEN = 1.645


def kept_placements(authority: Authority, sizes: Sizes, kept: int) -> dict[str, Any] | None:
    """Costs of placements by financial year, of all simulations and of those kept.

    None where the folder has no return with placements or no price of one, and where the children
    in placements are not those of the projection, simulation by simulation.
    """
    if "placements" not in authority.sections:
        return None
    try:
        placed = authority.placements(**sizes.named())
    except DataError:
        return None
    projection = authority.projection(**sizes.named()).projection
    if placed.budget is None or LOOKED_AFTER not in projection.stages:
        return None
    total = projection.of("stock", BASELINE, LOOKED_AFTER)
    if not np.array_equal(placed.forecast.children(), total):
        return None
    years, costs = years_of(projection.months), placed.budget.costs
    return {
        "currency": placed.budget.prices.currency,
        "week": _week(placed.budget.total().iloc[0]),
        "years": [
            {
                "year": year
                if len(places) == 12
                else f"{count_of(len(places), 'month')} of {year}",
                "first": places[0],
                "months": len(places),
                "costs": packed(costs[year][:kept], "f4"),
                "ends": np.quantile(costs[year], (0.05, 0.5, 0.95)).tolist(),
            }
            for year, places in years.items()
        ],
    }


def _year(year: str, months: int) -> str:
    return year if months == 12 else f"{count_of(months, 'month')} of {year}"


def _week(row: Any) -> str:
    return f"{money(row['price_per_week'], row['currency'])} a child's week in {row['year']}"


def price_control(placements: dict[str, Any]) -> Control:
    """Prices of placements, more or less than the folder gives."""
    strays = parameter("placements_inflation_sd")
    most = 100 * _NINE_IN_TEN * strays.value
    return Control(
        PRICE,
        "Placements",
        "Prices of placements",
        "percent",
        -30,
        50,
        0.5,
        0,
        f"{placements['week']}, on average of those priced",
        f"within a year prices stray from the inflation given by −{most:.1f}% to +{most:.1f}% in "
        f"nine cases of ten ({strays.basis}).",
        ("placements cost {} more", "placements cost {} less"),
        (-most, most),
    )
