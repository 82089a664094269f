"""What the page keeps of moves between placements, so that it works out what levers change.

A few simulations stand for all that are kept: what a lever changes in each of them is a fixed sum
of what it changes in these few, whose expected numbers the page follows itself. Nothing on the page
is a count of children at the opening by age or time in care.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from riskmodel.core.months import Month, years_of
from riskmodel.parameters import parameter
from riskmodel.placements.engine import PAIRS
from riskmodel.placements.flows import Changes
from riskmodel.placements.kinds import KINDS, kind_label
from riskmodel.placements.projecting import known_of
from riskmodel.placements.queue import MOST_HELD
from riskmodel.placements.response import Response, response_of
from riskmodel.report.whatif.stored import MOST_KEPT, packed

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.authority.placements import Placements
    from riskmodel.report.sizes import Sizes

__all__ = ["kept_moves", "shown_kinds", "standing_for_all"]

Floats = npt.NDArray[np.float64]

_MOST_FEW, _NEAR = 20, 0.1
_SETTINGS = (
    (2.5, 1.0, 0, 0), (0.3, 1.0, 0, 0), (1.0, 2.0, 0, 0), (1.0, 0.5, 0, 0), (2.0, 1.5, 0, 0),
    (1.0, 1.0, 20, 0), (1.0, 1.0, 60, 0), (1.0, 1.0, 0, 8), (1.0, 1.0, 0, 25), (0.5, 1.0, 40, 15),
)  # fmt: skip
"""Step-down, returns home, places and beds in which the few have to stand for all."""
_ENDS = (0.05, 0.5, 0.95)


def kept_moves(authority: Authority, sizes: Sizes, kept: int) -> dict[str, Any] | None:
    """Children by placement, their days and prices, and the few simulations that are followed.

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
    response, entries = response.rows(slice(0, kept)), entries[:kept]
    capacity: tuple[float, float] = (np.inf, np.inf)
    if any(price.places is not None for price in prices.of.values()):
        places = [prices.of.get(tuple(KINDS)[own]) for own, _ in PAIRS]
        own, beds = (np.inf if p is None or p.places is None else p.places for p in places)
        capacity = (own, beds)
    few, weights = standing_for_all(response, entries, capacity)
    names, groups = shown_kinds(placed)
    stock = np.stack([flows.stock[..., each, :, :].sum(axis=(2, 3, 4)) for each in groups], axis=-1)
    days = np.stack([flows.days[..., each].sum(axis=-1) for each in groups], axis=-1)
    dates = [t for t, month in enumerate(placed.forecast.months) if Month(month).is_march]
    dates = sorted({*dates, entries.shape[1] - 1})
    ends = np.quantile(
        np.concatenate([stock, stock.sum(axis=-1, keepdims=True)], axis=-1)[:, dates], _ENDS, axis=0
    )
    return {
        "shown": [
            {"label": name, "of": each} for name, each in zip(names, groups, strict=True)
        ],
        "pairs": [list(pair) for pair in PAIRS],
        "dates": dates,
        "stock": packed(stock[:kept, dates], "u2"),
        "ends": packed(np.moveaxis(ends, 0, -1), "f4"),
        **_priced(placed, groups, days.astype(np.float64), kept, seed),
        "rows": few.tolist(),
        "weights": packed(weights, "f4"),
        "entries": packed(entries[few], "f4"),
        "capacity": [None if each == np.inf else each for each in capacity],
        "most_held": MOST_HELD,
        "steps": _steps(response.rows(few)),
        **{
            name: packed(getattr(response.rows(few), name), "f4")
            for name in Response.__slots__
        },
    }  # fmt: skip


def shown_kinds(placed: Placements) -> tuple[list[str], list[list[int]]]:
    """Kinds of placement that may be shown, and the others together, which come last."""
    opening, names = placed.forecast.opening, tuple(KINDS)
    own = [
        kind
        for kind, name in enumerate(names[:-1])
        if opening[kind] and name not in placed.withheld
    ]
    few = parameter("disclosure_threshold").value
    # What is left together must not be few either.
    while own and 0 < opening.sum() - opening[own].sum() <= few:
        own.remove(min(own, key=lambda kind: opening[kind]))
    rest = [kind for kind in range(len(names)) if kind not in own]
    labels = [*(kind_label(names[kind]) for kind in own), kind_label("other")]
    return labels, [*([kind] for kind in own), rest]


def standing_for_all(
    response: Response, entries: Floats, capacity: tuple[float, float]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """The few simulations, and the weights that they have for each, shape (simulation, few).

    Notes
    -----
    An interpolative decomposition: the pivots of a QR decomposition of what settings change.
    """
    months = entries.shape[1]
    base, _ = response.children(entries, Changes.none(months, capacity))
    at = sorted({*range(5, months, 6), months - 1})
    states = [response.children(entries, each)[0] for each in _references(months, capacity)]
    fewer = -np.linspace(0, 0.2, months) * base.sum(axis=2)[:, 1:]
    states.append(response.children(entries, Changes.none(months, capacity), 1.0, fewer)[0])
    changed = np.concatenate(
        [(each - base)[:, 1:][:, at].reshape(len(entries), -1) for each in states], axis=1
    )
    order = qr(changed.T, mode="r", pivoting=True)[1]
    for number in range(min(4, len(entries)), min(_MOST_FEW, len(entries)) + 1):
        few = np.sort(order[:number])
        weights = np.linalg.lstsq(changed[few].T, changed.T, rcond=1e-4)[0].T
        if np.abs(weights @ changed[few] - changed).max() < _NEAR:
            break
    return few, weights


def _steps(response: Response) -> int:
    """In how many steps the page takes half a month, so that its series is as good as exact."""
    fastest = np.abs(np.linalg.eigvals(response.all)).max()
    return max(1, int(np.ceil(fastest / 24)))


def _references(months: int, capacity: tuple[float, float]) -> Iterator[Changes]:
    for down, home, places, beds in _SETTINGS:
        yield Changes(
            np.full(months, down), np.full(months, home),
            np.tile((float(places), float(beds)), (months, 1)), capacity,
        )  # fmt: skip


def _priced(
    placed: Placements, groups: list[list[int]], days: Floats, kept: int, seed: int
) -> dict[str, Any]:
    """Days of each year and kind, and what a week costs in each simulation.

    A price is that of the list times inflation, alike for all kinds, times how far the placements
    that there happen to be stray from it.
    """
    assert placed.budget is not None
    prices, flows = placed.budget.prices, placed.forecast.of()
    held, listed, inflation, strays = [], [], [], []
    for year, places in years_of(placed.forecast.months).items():
        each = flows.days[:, places].astype(np.float64).sum(axis=1)
        children = each / (365.25 * len(places) / 12)
        week, sure = prices.drawn(year, children, seed), prices.per_week(year)
        known = int(np.argmax(sure))
        own = prices.drawn(year, np.full_like(children, 1e12), seed)
        rise = own[:, known] / sure[known]
        days_of = np.stack([each[:, group].sum(axis=1) for group in groups], axis=-1)
        cost = np.stack([(each * week)[:, group].sum(axis=1) for group in groups], axis=-1)
        mean = np.stack([(each * sure)[:, group].sum() for group in groups]) / np.maximum(
            days_of.sum(axis=0), 1e-9
        )
        paid = cost / np.maximum(days_of * mean * rise[:, None], 1e-9)
        single = [len(group) == 1 for group in groups]
        held.append(days_of[:kept])
        listed.append(mean.tolist())
        inflation.append(rise[:kept])
        strays.append(np.where(single & (days_of * mean > 0), paid - 1, 0.0)[:kept])
    most = np.max(held) / 65535
    return {
        "days": packed(np.stack(held, axis=1), "u2", float(most)),
        "listed": listed,
        "inflation": packed(np.stack(inflation, axis=1), "f4"),
        "strays": packed(np.stack(strays, axis=1), "i2", 1 / 8192),
    }
