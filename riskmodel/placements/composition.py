"""Projected children by what is not simulated: legal status, and where they are placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter
from riskmodel.placements.forecast import PlacementForecast, summary_rows
from riskmodel.placements.history import OPEN, History
from riskmodel.placements.kinds import BANDS, KINDS
from riskmodel.placements.time import month_end
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SHARED", "shared_out"]

SHARED = ("legal_status", "where")
"""Dimensions by which projected children are divided; the others are simulated."""

Floats = npt.NDArray[np.float64]

_MONTHS, _YEAR = 12, 12
_SHAPE = (len(KINDS), len(BANDS), 2)


def shared_out(
    history: History, forecast: PlacementForecast, by: str, months: list[int], seed: int
) -> pd.DataFrame:
    r"""Children by one of :data:`SHARED` at the end of some months, in every scenario.

    Parameters
    ----------
    history
        The history; its latest year says how children of a placement, age and group are divided.
    forecast
        The projection made from it.
    by
        Which dimension.
    months
        Positions among the projected months, in order.
    seed
        The user's.

    Returns
    -------
    pandas.DataFrame
        Columns: area, scenario, the dimension, month, mean, quantiles, basis.

    Notes
    -----
    Children of a cell (placement, age band, unaccompanied or not) are divided as those of the
    return were, on average over the ends of its last twelve months. With :math:`n_g` of them in
    group g the shares are Dirichlet(:math:`n_g + k s_g`), :math:`s` the shares of the whole
    placement (those of all children where it is thin) and k a parameter. From then on the log of
    each group's share follows a random walk, the same in all cells, whose yearly standard deviation
    is a parameter. Children are then drawn with these shares. That many are the same children from
    month to month is not used, so the ranges of the first months are rather wide.
    """
    import pandas as pd

    names, counts = _counts(history, by)
    weight = parameter("placements_prior_entries").value
    whole = counts.sum(axis=(0, 1, 2))
    kinds = counts.sum(axis=(1, 2)) + weight * whole / whole.sum()
    kinds /= kinds.sum(axis=1, keepdims=True)
    shape = (counts + weight * kinds[:, None, None]).reshape(-1, len(names))
    size = forecast.simulations
    random = stream(seed, f"placements/shared/{by}")
    drawn = random.standard_gamma(np.maximum(shape, 1e-3), size=(size, *shape.shape))
    sd = parameter("placements_status_sd").value / np.sqrt(_YEAR)
    steps = random.normal(size=(size, months[-1] + 1, len(names))).cumsum(axis=1) * sd
    rows: list[dict[str, object]] = []
    for scenario, flows in forecast.flows.items():
        held = np.zeros((size, len(months), len(names)))
        # The same luck in every scenario.
        luck = stream(seed, f"placements/shared/{by}/children")
        for at, month in enumerate(months):
            shares = drawn * np.exp(steps[:, month])[:, None]
            shares /= shares.sum(axis=2, keepdims=True)
            stock = flows.stock[:, month].reshape(size, -1).astype(np.int64)
            held[:, at] = luck.multinomial(stock, shares).sum(axis=1)
        chosen = [forecast.months[month] for month in months]
        for at, name in enumerate(names):
            key = {"area": forecast.area, "scenario": scenario, by: name}
            rows += summary_rows(held[:, :, at], chosen, key)
    return pd.DataFrame(rows).assign(basis="projected")


def _counts(history: History, by: str) -> tuple[list[str], Floats]:
    """Groups, and children on average over the last months, shape (kind, band, alone, group)."""
    e = history.episodes
    groups = e[by].astype(str)
    names = sorted(set(groups))
    group = groups.map({name: at for at, name in enumerate(names)}).to_numpy()
    row, low, high, band, alone, _ = history.pieces(-OPEN, OPEN)
    days = [month_end(month) for month in history.months[-_MONTHS:]]
    counts = np.zeros((*_SHAPE, len(names)))
    for day in days:
        here = (low <= day) & (day < high)
        at = (e["kind"].to_numpy()[row][here], band[here], alone[here], group[row][here])
        np.add.at(counts, at, 1 / len(days))
    return names, counts
