"""What the page keeps of placements: what they cost, and what a manager can do about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.authority.placement_courses import LOOKED_AFTER
from riskmodel.core.months import years_of
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.placements.budget import money
from riskmodel.placements.engine import FAMILIES, HOME, HOMES, PAIRS
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.time import month_end
from riskmodel.projection import BASELINE
from riskmodel.report.whatif.controls import Control
from riskmodel.report.whatif.moves import MOST_FOLLOWED, kept_moves
from riskmodel.report.whatif.stored import packed

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.authority.placements import Placements
    from riskmodel.report.sizes import Sizes

__all__ = ["PRICE", "kept_placements", "placement_controls"]

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
    moves = kept_moves(authority, sizes, kept)
    if moves is not None:
        kept = min(kept, MOST_FOLLOWED)
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
        "moves": moves,
    }


def _week(row: Any) -> str:
    return f"{money(row['price_per_week'], row['currency'])} a child's week in {row['year']}"


def placement_controls(authority: Authority, sizes: Sizes, kept: dict[str, Any]) -> list[Control]:
    """What can be moved of placements: their prices, and with a return where children are."""
    moves = [] if kept["moves"] is None else _moves(authority.placements(**sizes.named()))
    return [_price(kept), *moves]


def _price(placements: dict[str, Any]) -> Control:
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


def _moves(placed: Placements) -> Iterator[Control]:
    """Moves to families, returns home, and places of the authority's own."""
    flows = placed.forecast.of()
    kinds = tuple(KINDS)
    few = {kinds.index(name) for name in placed.withheld}
    homes = [each for each in HOMES if placed.forecast.opened[each] and each not in few]
    down = flows.moves[:, :12][:, :, homes][..., FAMILIES].sum(axis=(1, 2, 3), dtype=np.int64)
    home = flows.exits[:, :12, :, HOME].sum(axis=(1, 2), dtype=np.int64)
    days = flows.days[:, :12].sum(axis=1, dtype=np.float64)
    if homes:
        yield _rate(
            "step_down", "Moves from homes to families", "children move from homes to families",
            down, days[:, homes].sum(axis=1), "a child in a home",
        )  # fmt: skip
    yield _rate(
        "reunification", "Returns home", "looked-after children return home",
        home, days.sum(axis=1), "a looked-after child",
    )  # fmt: skip
    for name, kind, label, said, most in (
        ("own_carer_places", PAIRS[0][0], "More places with own foster carers",
         "{} more places with own foster carers", 60),
        ("own_home_beds", PAIRS[1][0], "More beds in own children's homes",
         "{} more beds in own homes", 30),
    ):  # fmt: skip
        yield _places(placed, name, kind, label, said, most)


def _rate(name: str, label: str, said: str, number: Any, days: Any, whom: str) -> Control:
    """Times a rate of the return; what it leaves open is how far the rate differs by simulation."""
    rate = number / np.maximum(days, 1)
    low, middle, high = np.quantile(rate, (0.05, 0.5, 0.95))
    ends = [100 * (end / max(middle, 1e-12) - 1) for end in (low, high)]
    fewest, usual, most = np.quantile(number, (0.05, 0.5, 0.95))
    return Control(
        f"placements.{name}", "Placements", label, "percent", -90, 200, 5, 0,
        f"about {usual:,.0f} in the first year (90% range {fewest:,.0f} to {most:,.0f})",
        f"how often it happens to {whom} is known from the return to within −{-ends[0]:.0f}% to "
        f"+{ends[1]:.0f}% (nine simulations of ten); beyond that is assumed.",
        (f"{{}} more {said}", f"{{}} fewer {said}"), (float(ends[0]), float(ends[1])),
    )  # fmt: skip


def _places(placed: Placements, name: str, kind: int, label: str, said: str, most: int) -> Control:
    """Places besides those there are; the return says how fast children there became more."""
    key = tuple(KINDS)[kind]
    present = "Too few children there to be shown"
    evidence, seen = "assumed: nothing here says how many can be had, nor how soon.", None
    history = placed.history
    assert history is not None  # moves are kept with a return alone
    if key not in placed.withheld:
        present = f"{placed.forecast.opened[kind]:,} children there"
        months = [month_end(month) for month in history.months]
        held = history.stock(months)[:, kind].sum(axis=(1, 2))
        rise = int((held[12:] - held[:-12]).max(initial=0))
        if rise > parameter("disclosure_threshold").value:
            evidence = (
                f"in the return they were at most {rise} more than a year before; what can be had "
                "is assumed."
            )
            seen = (0.0, float(rise))
    return Control(
        f"placements.{name}", "Placements", label, "number", 0, most, 1, 0, present, evidence,
        (said, said), seen,
    )  # fmt: skip
