"""What scenarios of a folder set for placements: total of children, places, rates, prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.authority.folder.placement_prices import PLACES
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.levers import Levers
from riskmodel.parameters import parameter
from riskmodel.placements.flows import levers_of
from riskmodel.placements.prices import PlacementPrices
from riskmodel.placements.projecting import Course, Known

if TYPE_CHECKING:
    from riskmodel.demand.projecting import Outlook

__all__ = ["LOOKED_AFTER", "courses_of", "placement_paths", "unaccompanied_times"]

LOOKED_AFTER, ALONE = "looked_after", "starts.unaccompanied_children"


def courses_of(
    outlook: Outlook,
    known: Known,
    prices: PlacementPrices | None,
    scenarios: Sequence[str],
    size: tuple[int, int],
) -> tuple[dict[str, Course], dict[str, npt.NDArray[np.float64]], tuple[str, ...]]:
    """What each scenario sets in so many simulations and months, and notes on the total.

    Returns
    -------
    tuple
        What is set and paths of prices, by scenario, and sentences for the reader.

    Raises
    ------
    DataError
        When there is neither a total nor own entries, or no such scenario.
    """
    projection, notes = outlook.projection, []
    total = LOOKED_AFTER in projection.stages and projection.opening_month == known.opening_month
    if not total and known.level is None:
        raise DataError(f"needs a projection of looked-after children from {known.opening_month}")
    if not total:
        notes.append(
            f"The return ends in {known.opening_month} and the projection of all looked-after "
            f"children begins after {projection.opening_month}: placements are projected from the "
            "return's own entries, and their total is not that of the projection."
        )
    else:
        stage = projection.stages.index(LOOKED_AFTER)
        opening, counted = projection.opening[:, stage].mean(), len(known.children)
        if round(opening) != counted:
            notes.append(
                f"{counted:,} children are known at the opening and the projection opens with "
                f"{opening:,.0f} on average; the first month makes up the difference."
            )
    places = {} if prices is None else {
        name: price.places for name, price in prices.of.items()
        if price.places is not None and name in PLACES
    }  # fmt: skip
    courses, price_levers = {}, {}
    simulations, months = size
    for name in dict.fromkeys(scenarios):
        if name not in projection.scenarios:
            raise UnknownNameError("scenario of the folder", name, projection.scenarios)
        levers = outlook.levers[name]
        paths = {lever: path[:months] for lever, path in placement_paths(levers).items()}
        price_levers[name] = paths.pop("price", np.ones(months))
        children = projection.of("stock", name, LOOKED_AFTER) if total else None
        alone = unaccompanied_times(levers, outlook)
        courses[name] = Course(
            None if children is None else children[:simulations, :months].astype(np.int64),
            levers_of(paths, months, **places),
            alone if alone is None else alone[tuple(slice(n) for n in size)[-alone.ndim :]],
        )
    return courses, price_levers, tuple(notes)


def placement_paths(levers: Levers) -> dict[str, npt.NDArray[np.float64]]:
    """Paths of the levers of placements, by their names in that package."""
    prefix = "placements."
    return {
        name.removeprefix(prefix): np.asarray(levers.apply(name))
        for name in levers.changed
        if name.startswith(prefix)
    }


def unaccompanied_times(levers: Levers, outlook: Outlook) -> npt.NDArray[np.float64] | None:
    """Multiplier of the share of unaccompanied children among those who enter."""
    if ALONE not in levers.changed:
        return None
    usual = parameter("unaccompanied_share_of_starts").value
    drawn = levers.drawn(outlook.seed, outlook.projection.replicates)
    share = np.asarray(drawn.apply(ALONE, usual))
    return np.asarray(share / (usual * (1 - usual + share)))
