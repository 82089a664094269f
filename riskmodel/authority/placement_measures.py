"""Measures of placements in a comparison of scenarios: children of each kind, and costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from riskmodel.authority.measures import Measure, Projected
from riskmodel.authority.placements import Placements
from riskmodel.core.arrays import Floats
from riskmodel.core.labels import Label
from riskmodel.core.months import years_of
from riskmodel.core.wording import count_of
from riskmodel.placements.forecast import ALL
from riskmodel.placements.kinds import KINDS, kind_label

__all__ = ["CHILDREN", "COST", "NET", "placement_measures"]

CHILDREN, COST, NET = "placed.", "placement_cost.", "placement_net."
"""What the names of measures begin with, before a kind of placement or a financial year."""

_LEAST, _YEAR = 0.5, 12


def placement_measures(placed: Placements | None) -> dict[str, tuple[Measure, Label]]:
    """Measures of placements by name, such as ``placed.kinship`` and ``placement_cost.2025/26``.

    Parameters
    ----------
    placed
        Placements under all scenarios compared, until the month asked about; None if there are
        none.

    Returns
    -------
    dict
        Children of each kind, and of all, at the end of the last month; where there are prices,
        what all placements cost in each financial year, and the same less grants. Kinds that are
        not shown, or that hold nobody in any scenario, are only in the total.
    """
    if placed is None:
        return {}
    forecast = placed.forecast
    made = {f"{CHILDREN}{ALL}": _of_kind(placed, None)}
    for at, name in enumerate(KINDS):
        most = max(
            float(flows.stock[:, -1, at].sum(axis=(1, 2)).mean())
            for flows in forecast.flows.values()
        )
        if name not in placed.withheld and most >= _LEAST:
            made[f"{CHILDREN}{name}"] = _of_kind(placed, at)
    for year, places in years_of(forecast.months).items() if placed.budget is not None else ():
        months = "" if len(places) == _YEAR else f" ({count_of(len(places), 'month')})"
        words = f"in {year}{months}"
        made[f"{COST}{year}"] = (
            Measure(_paid(placed, year, grants=False)),
            Label(f"Cost of placements {words}", f"Cost {words}"),
        )
        if placed.budget is not None and placed.budget.prices.grant_per_week:
            made[f"{NET}{year}"] = (
                Measure(_paid(placed, year, grants=True)),
                Label(f"Cost of placements less grants {words}", f"Less grants {words}"),
            )
    return made


def _of_kind(placed: Placements, at: int | None) -> tuple[Measure, Label]:
    def values(asked: Projected) -> Floats:
        stock = placed.forecast.of(asked.scenario).stock[:, -1]
        held = stock if at is None else stock[:, at]
        return np.asarray(held.reshape(len(held), -1).sum(axis=1, dtype=np.float64))

    words = kind_label(ALL if at is None else tuple(KINDS)[at])
    of = "all of them" if at is None else f"{words[0].lower()}{words[1:]}"
    return Measure(values), Label(f"Children by placement: {of}", words)


def _paid(placed: Placements, year: str, *, grants: bool) -> Callable[[Projected], Floats]:
    def values(asked: Projected) -> Floats:
        budget = placed.budget
        assert budget is not None  # it has prices
        less = budget.grants[asked.scenario][year] if grants else 0.0
        return np.asarray(budget.paid[asked.scenario][year] - less)

    return values
