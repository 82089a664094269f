"""What the page keeps of moves between placements, so that it works out what levers change.

The page follows the expected numbers of each simulation itself, in the directions in which settings
change them. Nothing on the page is a count of children at the opening by age or time in care.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import Month, years_of
from riskmodel.parameters import parameter
from riskmodel.placements.engine import PAIRS
from riskmodel.placements.kinds import KINDS, kind_label
from riskmodel.placements.projecting import known_of
from riskmodel.placements.queue import MOST_HELD
from riskmodel.placements.response import Response, response_of
from riskmodel.report.whatif.stored import MOST_KEPT, packed

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.authority.placements import Placements
    from riskmodel.report.sizes import Sizes

__all__ = ["MOST_FOLLOWED", "kept_moves", "shown_kinds"]

Floats = npt.NDArray[np.float64]

MOST_FOLLOWED = 128
"""Simulations whose placements the page follows, the first of those that it keeps."""
_ENDS = (0.05, 0.5, 0.95)
_ADDED = tuple(own for own, _ in PAIRS)
"""Kinds of which a lever adds places: shown even where there is nobody yet."""
_RATES = ("all", "down", "home", "entrant", "into", "into_down")


def kept_moves(authority: Authority, sizes: Sizes, kept: int) -> dict[str, Any] | None:
    """Children by placement, their days and prices, and what the page follows them with.

    None where there is no return, for then nothing says how children move here.
    """
    placed = authority.placements(**sizes.named())
    if placed.history is None or placed.budget is None:
        return None
    flows, prices, seed = placed.forecast.of(), placed.budget.prices, sizes.seed
    entries = flows.entries[:MOST_KEPT].sum(axis=2, dtype=np.int64).astype(np.float64)
    history = placed.history
    response = authority.once(
        ("response of placements", *sizes.named().values()),
        lambda: response_of(known_of(history), entries, seed),
    )
    kept = min(kept, MOST_FOLLOWED)
    response, entries = response.rows(slice(0, kept)), entries[:kept]
    capacity: tuple[float, float] = (np.inf, np.inf)
    if any(price.places is not None for price in prices.of.values()):
        places = [prices.of.get(tuple(KINDS)[own]) for own, _ in PAIRS]
        own, beds = (np.inf if p is None or p.places is None else p.places for p in places)
        capacity = (own, beds)
    names, groups = shown_kinds(placed)
    stock = np.stack([flows.stock[..., each, :, :].sum(axis=(2, 3, 4)) for each in groups], axis=-1)
    dates = [t for t, month in enumerate(placed.forecast.months) if Month(month).is_march]
    dates = sorted({*dates, entries.shape[1] - 1})
    ends = np.quantile(
        np.concatenate([stock, stock.sum(axis=-1, keepdims=True)], axis=-1)[:, dates], _ENDS, axis=0
    )
    return {
        "shown": [
            {"label": name, "of": each} for name, each in zip(names, groups, strict=True)
        ],
        "own": [
            next((place for place, each in enumerate(groups[:-1]) if own in each), None)
            for own, _ in PAIRS
        ],
        "dates": dates,
        "stock": packed(stock[:kept, dates], "u2"),
        "ends": packed(np.moveaxis(ends, 0, -1), "f4"),
        **_priced(placed, groups, kept, seed),
        **_readings(response, groups, placed),
        "entries": packed(entries, "u2"),
        "capacity": [None if each == np.inf else each for each in capacity],
        "most_held": MOST_HELD,
        "fastest": float(np.abs(np.linalg.eigvals(response.all)).max()),
        **{name: _around(getattr(response, name)) for name in _RATES},
        **{
            name: packed(getattr(response, name), "f4")
            for name in Response.__slots__
            if name not in (*_RATES, "kinds")
        },
    }  # fmt: skip


def shown_kinds(placed: Placements) -> tuple[list[str], list[list[int]]]:
    """Kinds of placement that may be shown, and the others together, which come last."""
    opening, names = placed.forecast.opened, tuple(KINDS)
    own = [
        kind
        for kind, name in enumerate(names[:-1])
        if (opening[kind] or kind in _ADDED) and name not in placed.withheld
    ]
    few = parameter("disclosure_threshold").value
    # What is left together must not be few either.
    while opening[own].any() and 0 < opening.sum() - opening[own].sum() <= few:
        own.remove(min((kind for kind in own if opening[kind]), key=lambda kind: opening[kind]))
    rest = [kind for kind in range(len(names)) if kind not in own]
    labels = [*(kind_label(names[kind]) for kind in own), kind_label("other")]
    return labels, [*([kind] for kind in own), rest]


def _around(values: Floats) -> dict[str, Any]:
    """Arrays of all simulations as their mean and what each is apart from it, in steps of its own.

    A number for each place in the array: they differ by orders of magnitude.
    """
    mean = values.mean(axis=0)
    apart = values - mean
    step = np.maximum(np.abs(apart).max(axis=0), 1e-30) / np.iinfo(np.int16).max
    return {
        "mean": packed(mean, "f4"),
        "step": packed(step, "f4"),
        "apart": packed(apart / step, "i2"),
    }


def _readings(response: Response, groups: list[list[int]], placed: Placements) -> dict[str, Any]:
    """Children of each kind shown, and what a week of all others costs by the list in each year."""
    assert placed.budget is not None
    prices = placed.budget.prices
    kinds = np.stack([response.kinds[group].sum(axis=0) for group in groups])
    weeks = np.stack([prices.per_week(year) for year in years_of(placed.forecast.months)])
    others = weeks[:, groups[-1]] @ response.kinds[groups[-1]]
    return {"kinds": packed(kinds, "f4"), "others": packed(others, "f4")}


def _priced(placed: Placements, groups: list[list[int]], kept: int, seed: int) -> dict[str, Any]:
    """Days of each month and kind, and what a week costs in each simulation.

    A price is that of the list times inflation, alike for all kinds, times how far the placements
    that there happen to be stray from it. Kinds that are not shown are kept by what their days cost
    by the list: the page needs no more of them, for what they cost in a year is known.
    """
    assert placed.budget is not None
    prices, flows = placed.budget.prices, placed.forecast.of()
    single = [group[0] for group in groups[:-1]]
    held, rest, listed, inflation, strays = [], [], [], [], []
    for year, places in years_of(placed.forecast.months).items():
        monthly = flows.days[:, places].astype(np.float64)
        children = monthly.sum(axis=1) / (365.25 * len(places) / 12)
        week, sure = prices.drawn(year, children, seed), prices.per_week(year)
        known = int(np.argmax(sure))
        many = prices.drawn(year, np.full_like(children, 1e12), seed)
        rise = many[:, known] / sure[known]
        paid = week[:, single] / np.maximum(sure[single] * rise[:, None], 1e-9)
        held.append(monthly[:kept, :, single])
        rest.append(monthly[:kept, :, groups[-1]] @ sure[groups[-1]])
        listed.append(sure[single].tolist())
        inflation.append(rise[:kept])
        strays.append(np.where(sure[single] > 0, paid - 1, 0.0)[:kept])
    return {
        "days": _stepped(np.concatenate(held, axis=1)),
        "rest": _stepped(np.concatenate(rest, axis=1)),
        "listed": listed,
        "inflation": packed(np.stack(inflation, axis=1), "f4"),
        "strays": packed(np.stack(strays, axis=1), "i2", 1 / 8192),
    }


def _stepped(values: Floats) -> dict[str, Any]:
    """Whole steps of the largest of these numbers, none of which is below 0."""
    most = float(values.max(initial=0)) or 1.0
    return packed(values, "u2", most / np.iinfo(np.uint16).max)
