"""What the page keeps of teams and workers: shares, luck, and what they are in the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.authority.service import needed_by_simulation
from riskmodel.caseload import Structure, Target, Workforce, draw_allocation, workforce_draws
from riskmodel.caseload.result import PLANNED
from riskmodel.caseload.structure import STATUSES
from riskmodel.caseload.workforce import WORKFORCE_PARAMETERS
from riskmodel.parameters import parameter
from riskmodel.report.whatif.stored import kept_uniforms, packed

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.caseload import CaseloadPlan
    from riskmodel.demand.projecting import Outlook
    from riskmodel.report.sizes import Sizes

__all__ = ["CHANCES", "ENDS", "kept_prices", "kept_service"]

ENDS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that the page draws."""

CHANCES = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Chances at which the posts of all simulations are kept."""

_LADDER = 101


def kept_service(authority: Authority, sizes: Sizes, kept: int, threshold: int) -> dict[str, Any]:
    """Teams, workers and their answers with no change of policy.

    Parameters
    ----------
    authority, sizes
        Whose, and how much is simulated.
    kept
        How many simulations the page keeps.
    threshold
        Fewest cases of an area and status that may be told apart.
    """
    structure, force = authority.structure, authority.workforce
    outlook = authority.projection(**sizes.named())
    plan = authority.caseload(**sizes.named()).baseline()
    months = len(plan.months)
    areas = _areas(structure, threshold)
    allocation = draw_allocation(structure, outlook.seed, kept)
    luck = workforce_draws(outlook.seed, kept, months)
    support = structure.is_family_support
    workers = allocation.workers[support].sum(axis=0)
    own = {area: support & (np.array([team.area for team in structure]) == area) for area in areas}
    target = authority.target(outlook)
    return {
        "shares": {
            status: packed(allocation.shares[place, support].sum(axis=0), "f4")
            for place, status in enumerate(STATUSES)
        },
        "held": {
            status: round(float(count))
            for status, count in zip(STATUSES, structure.counts().sum(axis=1), strict=True)
            if status not in outlook.projection.stages
        },
        "areas": [
            {
                "name": area,
                "shares": {
                    status: packed(allocation.shares[place, teams].sum(axis=0), "f4")
                    for place, status in enumerate(STATUSES)
                },
                "weight": packed(allocation.workers[teams].sum(axis=0) / workers, "f4"),
                "ends": _ends(plan, area, "area"),
            }
            for area, teams in own.items()
        ],
        "workers": packed(workers, "f4"),
        "opening": packed(luck.opening, "f4"),
        **kept_uniforms({"leave": luck.leave.T, "arrive": luck.arrive.T}),
        "workforce": _workforce(force),
        "target": {"cap": target.cap, "by": target.by, "chance": target.probability},
        "most_posts": int(parameter("search_posts_maximum").value),
        "ends": _ends(plan, plan.units[-1].name, "service"),
        "ladder": packed(_ladder(plan), "f4"),
        **_answers(outlook, plan, target, structure, force),
    }


def _areas(structure: Structure, threshold: int) -> Sequence[str]:
    """Areas with family support teams; none where a count of one could be told from its shares."""
    teams = structure.family_support
    areas = tuple(dict.fromkeys(team.area for team in teams))
    if structure.basis != "published":
        for area in areas:
            for status in STATUSES:
                held = sum(getattr(team, status) for team in teams if team.area == area)
                if 0 < held < threshold:
                    return ()
    return areas if len(areas) > 1 else ()


def _workforce(force: Workforce) -> Mapping[str, Any]:
    values = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name in WORKFORCE_PARAMETERS
        if (value := getattr(force, name)) != np.inf
    }
    return values | {"posts_before": force.posts_before, "hires_before": force.hires_before}


def _ends(plan: CaseloadPlan, name: str, level: str) -> dict[str, Any]:
    place = next(i for i, one in enumerate(plan.units) if (one.name, one.level) == (name, level))
    numbers = [1 + plan.quantiles.index(quantile) for quantile in ENDS]
    return packed(plan.statistics[0, place, PLANNED.index("caseload")][:, numbers].T, "f4")


def _ladder(plan: CaseloadPlan) -> npt.NDArray[np.float64]:
    """Caseload by month in equal steps of the share of simulations, for any cap."""
    load = np.sort(plan.caseload().astype(np.float64), axis=1)
    places = np.rint(np.linspace(0, load.shape[1] - 1, _LADDER)).astype(int)
    return load[:, places]


def _answers(
    outlook: Outlook, plan: CaseloadPlan, target: Target, structure: Structure, force: Workforce
) -> dict[str, Any]:
    """Chance and posts at the folder's own target, of all simulations."""
    if target.by not in plan.months:
        return {"within": None, "posts": None}
    needed = np.sort(needed_by_simulation(outlook, target, structure=structure, workforce=force))
    places = [max(int(np.ceil(chance * len(needed) - 1e-9)) - 1, 0) for chance in CHANCES]
    posts = [float(needed[place]) for place in places]
    return {
        "within": float(plan.probability_within(target.cap)[plan.month_number(target.by)]),
        "posts": [value if np.isfinite(value) else None for value in posts],
    }


def kept_prices(authority: Authority, sizes: Sizes) -> list[dict[str, Any]]:
    """Prices of each financial year, its months, and what all simulations cost in it."""
    if "price" not in authority.sections:
        return []
    price = authority.price(**sizes.named())
    months = authority.projection(**sizes.named()).projection.months
    first, found = 0, []
    for row in price.total().to_dict("records"):
        costs, count = price.costs[row["year"]], int(row["months"])
        found.append(
            {
                "year": price.year_words(row),
                "first": first,
                "months": count,
                "post": costs.post_per_year,
                "agency": costs.agency_per_week,
                "placement": costs.placement_per_week,
                "currency": costs.currency,
                "prices": costs.prices,
                "ends": [float(row[name]) for name in ("q05", "q50", "q95")],
            }
        )
        first += count
    assert first == len(months)  # every month lies in one year
    return found
