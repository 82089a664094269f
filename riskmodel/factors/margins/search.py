"""Search for the extremes of a quantity over all pairs of points of two polygons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np

from riskmodel.core.arrays import Bools, Floats
from riskmodel.factors.margins.grid import Extreme, Quantities, pick_extremes
from riskmodel.factors.margins.programme import snapped

__all__ = ["MOST_TABLES", "polygon_extremes", "search_step"]


MOST_TABLES = 10_000_000
"""If there are more tables than this, the search first tries every second, third, ... number."""

_INSIDE = 1e-9
_PIECE = 2**14


def polygon_extremes(
    planned: Floats, unplanned: Floats, quantities: Quantities
) -> list[tuple[Extreme, Extreme]]:
    """Smallest and largest value of each quantity over p in one polygon and q in another.

    Parameters
    ----------
    planned, unplanned
        Corners in order, shape (C, 2): what (factor alone, none) can be with and without a plan.
    quantities
        As for :func:`riskmodel.factors.margins.grid.grid_extremes`: for fixed p + q linear, or a
        ratio of linear functions, in p.

    Notes
    -----
    For fixed whole p + q = t the quantity is extreme at a corner of the polygon P ∩ (t - Q). Such a
    corner is a corner of P, or t minus a corner of Q, or lies on an edge of P with t - p on an edge
    of Q. All of these are tried for every whole t. So the result is exact over all tables in which
    the assessments with the factor alone and those with none are whole numbers, and it holds for
    every table of whole numbers.
    """
    step = search_step(planned, unplanned)
    found = pick_extremes(quantities, _pieces(_candidates(planned, unplanned, step)))
    if step == 1:
        return found
    return [
        (
            _nearby(low, planned, unplanned, step, quantities)[row][0],
            _nearby(high, planned, unplanned, step, quantities)[row][1],
        )
        for row, (low, high) in enumerate(found)
    ]


def search_step(planned: Floats, unplanned: Floats) -> int:
    """Distance between the numbers that are tried, so that the search does not take too long."""
    area = sum(_box(corner + unplanned) for corner in planned)
    area += sum(_box(corner + planned) for corner in unplanned)
    for start, along in _edges(planned):
        for other, across in _edges(unplanned):
            area += _box(_parallelogram(start + other, along, across))
    return max(1, math.ceil(math.sqrt(area / MOST_TABLES)))


def _nearby(
    best: Extreme, planned: Floats, unplanned: Floats, step: int, quantities: Quantities
) -> list[tuple[Extreme, Extreme]]:
    """The extremes over the whole totals around a table, itself included."""
    middle = best[1] + best[2]
    if np.isnan(middle).any():
        return pick_extremes(quantities, [(best[1][None], best[2][None])])
    window = np.stack([middle - step, middle + step])
    tables = chain([(best[1][None], best[2][None])], _candidates(planned, unplanned, 1, window))
    return pick_extremes(quantities, _pieces(tables))


def _candidates(
    planned: Floats, unplanned: Floats, step: int, window: Floats | None = None
) -> Iterator[tuple[Floats, Floats]]:
    # Corners with corners, whatever the step: they are cheap.
    first = np.repeat(planned, len(unplanned), axis=0)
    second = np.tile(unplanned, (len(planned), 1))
    totals = first + second
    whole = (np.abs(totals - np.round(totals)) <= _INSIDE).all(axis=1)
    yield first[whole], second[whole]
    for corner in planned:
        totals = _lattice(corner + unplanned, step, window)
        other = snapped(totals - corner)
        inside = other.T[:, _within(other, unplanned)].T
        yield np.broadcast_to(corner, inside.shape), inside
    for corner in unplanned:
        totals = _lattice(corner + planned, step, window)
        other = snapped(totals - corner)
        inside = other.T[:, _within(other, planned)].T
        yield inside, np.broadcast_to(corner, inside.shape)
    for start, along in _edges(planned):
        for other_start, across in _edges(unplanned):
            yield from _edge_pairs((start, along), (other_start, across), step, window)


def _pieces(
    tables: Iterable[tuple[Floats, Floats]],
) -> Iterator[tuple[Floats, Floats]]:
    """The same tables, few enough at a time to stay in the processor's cache."""
    for planned, unplanned in tables:
        for start in range(0, len(planned), _PIECE):
            yield planned[start : start + _PIECE], unplanned[start : start + _PIECE]


def _edge_pairs(
    edge: tuple[Floats, Floats],
    other_edge: tuple[Floats, Floats],
    step: int,
    window: Floats | None,
) -> Iterator[tuple[Floats, Floats]]:
    """Whole totals of a point on one edge and a point on another; none where they are parallel."""
    (start, along), (other, across) = edge, other_edge
    determinant = along[0] * across[1] - along[1] * across[0]
    if abs(determinant) <= _INSIDE * np.abs(along).max() * np.abs(across).max():
        return
    totals = _lattice(_parallelogram(start + other, along, across), step, window)
    gone = totals - start - other
    first = (gone[:, 0] * across[1] - gone[:, 1] * across[0]) / determinant
    second = (along[0] * gone[:, 1] - along[1] * gone[:, 0]) / determinant
    inside = (np.minimum(first, second) >= -_INSIDE) & (np.maximum(first, second) <= 1 + _INSIDE)
    points = snapped(start[:, None] + first[inside] * along[:, None]).T
    yield points, snapped(totals.T[:, inside].T - points)


def _edges(corners: Floats) -> list[tuple[Floats, Floats]]:
    """Start and direction of each edge; a segment has one, a point none."""
    if len(corners) == 1:
        return []
    count = len(corners) if len(corners) > 2 else 1
    following = np.roll(corners, -1, axis=0)
    return [(corners[i], following[i] - corners[i]) for i in range(count)]


def _parallelogram(corner: Floats, along: Floats, across: Floats) -> Floats:
    return np.array([corner, corner + along, corner + across, corner + along + across])


def _box(points: Floats) -> float:
    return float(np.prod(np.ptp(points, axis=0) + 1))


def _lattice(points: Floats, step: int, window: Floats | None) -> Floats:
    """Whole points of the rectangle around some points, its upper ends always among them.

    A window, shape (2, 2), keeps those between its rows.
    """
    lowest, highest = points.min(axis=0), points.max(axis=0)
    if window is not None:
        lowest, highest = np.maximum(lowest, window[0]), np.minimum(highest, window[1])
    ticks = []
    for low, high in zip(lowest, highest, strict=True):
        first, last = math.ceil(low - _INSIDE), math.floor(high + _INSIDE)
        every = np.arange(first, last + 1, step)
        ticks.append(every if step == 1 or first > last else np.union1d(every, [last]))
    across, up = np.meshgrid(*ticks, indexing="ij")
    # Each coordinate lies together in memory, for all work is done by coordinates.
    return np.stack([across.ravel(), up.ravel()]).astype(np.float64).T


def _within(points: Floats, corners: Floats) -> Bools:
    """Whether points lie in a convex polygon given anticlockwise, a segment or a point."""
    size = max(1.0, float(np.abs(corners).max()))
    room = _INSIDE * size
    lowest, highest = corners.min(axis=0) - room, corners.max(axis=0) + room
    inside = np.asarray(((points >= lowest) & (points <= highest)).all(axis=1))
    for start, along in _edges(corners):
        gone = points - start
        turn = (along[0] * gone[:, 1] - along[1] * gone[:, 0]) / np.abs(along).max()
        inside &= (turn >= -room) if len(corners) > 2 else (np.abs(turn) <= room)
    return inside
