"""Places labels beside points so that none covers another, a point, or the edge of the chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Box", "PlacedLabel", "place_labels"]


class Box(NamedTuple):
    """A rectangle in any one unit; ``left <= right`` and ``bottom <= top``."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: Box) -> bool:
        """Whether the rectangles share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def holds(self, other: Box) -> bool:
        """Whether the other rectangle lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.bottom <= other.bottom
            and other.top <= self.top
        )

    def grown(self, margin: float) -> Box:
        """The rectangle with a margin around it."""
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)

    def nearest(self, point: tuple[float, float]) -> tuple[float, float]:
        """The point of the rectangle nearest to another point."""
        x, y = point
        return min(max(x, self.left), self.right), min(max(y, self.bottom), self.top)


class PlacedLabel(NamedTuple):
    """Where a label stands, and whether it is far enough from its point to need a line to it."""

    box: Box
    needs_line: bool


_DIRECTIONS = tuple(
    (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    for angle in (0, 180, 90, 270, 30, 150, 330, 210, 60, 120, 300, 240, 15, 165, 345, 195)
)
_RINGS = (1.0, 1.4, 2.0, 3.0, 4.0, 5.5, 7.0, 9.0, 11.0, 14.0)
_LINE_FROM = 2.0
"""A label further from its point than so many gaps gets a line."""
_REFUSED = 1000.0
"""Cost of a label for which there is no room: more than any that has one."""


class _Place(NamedTuple):
    """One place that a label could take, with what it costs by itself."""

    box: Box
    line: tuple[tuple[float, float], tuple[float, float]] | None
    cost: float


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    *,
    within: Box,
    keep_clear: Sequence[Box] = (),
    better_clear: Sequence[Box] = (),
    gap: float = 8.0,
) -> list[PlacedLabel | None]:
    """A place for each label, as near to its point as possible.

    Parameters
    ----------
    points
        The points, in the unit of the drawing.
    sizes
        Width and height of each label.
    within
        No label leaves this rectangle.
    keep_clear
        Rectangles that no label may cover, besides the other labels and all points.
    better_clear
        Rectangles (intervals, say) that a label covers only where nothing else is as good.
    gap
        Distance between a point and its label.

    Returns
    -------
    list of PlacedLabel or None
        In the order of the points; None where no place is free.

    Notes
    -----
    Labels choose one after the other, the cheapest free place each; distance, covered intervals
    and crossed lines cost. Then each may choose again while the others stand. Several orders are
    tried and the cheapest outcome is kept. There is no chance in it.
    """
    choices = [
        _places(index, points, size, within, keep_clear, better_clear, gap)
        for index, size in enumerate(sizes)
    ]
    best: tuple[float, list[_Place | None]] | None = None
    for order in _orders(points):
        placed: list[_Place | None] = [None] * len(points)
        cost = 0.0
        for turn in range(3):
            earlier = list(placed)
            cost = 0.0
            for index in order:
                placed[index] = None
                placed[index], paid = _choose(choices[index], placed, gap)
                cost += paid
            if turn and placed == earlier:
                break
        if best is None or cost < best[0] - 1e-9:
            best = (cost, placed)
    chosen = best[1] if best else []
    return [
        None if place is None else PlacedLabel(place.box, place.line is not None)
        for place in chosen
    ]


def _orders(points: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Orders of choosing: the most crowded first, then from each side."""

    def crowding(index: int) -> float:
        x, y = points[index]
        return -sum(1 / (1 + math.hypot(x - other[0], y - other[1])) for other in points)

    indices = range(len(points))
    return [
        sorted(indices, key=lambda index: (crowding(index), index)),
        sorted(indices, key=lambda index: (points[index], index)),
        sorted(indices, key=lambda index: (points[index], index), reverse=True),
        sorted(indices, key=lambda index: (points[index][1], index)),
        sorted(indices, key=lambda index: (points[index][1], index), reverse=True),
    ]


def _choose(
    choices: Sequence[_Place], placed: Sequence[_Place | None], gap: float
) -> tuple[_Place | None, float]:
    """The cheapest place that is free of the labels that stand, and its cost."""
    others = [place for place in placed if place is not None]
    boxes = [place.box.grown(gap * 0.25) for place in others]
    lines = [place.line for place in others if place.line is not None]
    best, least = None, _REFUSED
    for place in choices:
        if place.cost >= least:
            break
        if any(place.box.overlaps(box) for box in boxes):
            continue
        cost = place.cost + 6 * sum(_crosses(line, place.box) for line in lines)
        if place.line is not None:
            cost += 6 * sum(_crosses(place.line, box) for box in boxes)
        if cost < least - 1e-9:
            best, least = place, cost
    return best, least


def _places(
    index: int,
    points: Sequence[tuple[float, float]],
    size: tuple[float, float],
    within: Box,
    keep_clear: Sequence[Box],
    better_clear: Sequence[Box],
    gap: float,
) -> list[_Place]:
    """The places around a point that no fixed thing takes, the cheapest first."""
    (x, y), (width, height) = points[index], size
    markers = [Box(*point, *point).grown(gap * 0.75) for point in points]
    fixed = [*markers, *keep_clear]
    found = []
    for ring in _RINGS:
        for preference, (right, up) in enumerate(_DIRECTIONS):
            middle = (x + right * (gap * ring + width / 2), y + up * (gap * ring + height / 2))
            box = _moved_inside(_centred(middle, width, height), within)
            if not within.holds(box) or any(box.overlaps(other) for other in fixed):
                continue
            near = box.nearest((x, y))
            distance = math.hypot(near[0] - x, near[1] - y)
            line = ((x, y), near) if distance > gap * _LINE_FROM else None
            cost = distance / gap + 0.02 * preference
            cost += 3 * sum(box.overlaps(other) for other in better_clear)
            if line is not None:
                crossed = [*markers[:index], *markers[index + 1 :], *keep_clear]
                cost += 2 + 6 * sum(_crosses(line, other) for other in crossed)
            found.append(_Place(box, line, cost))
    return sorted(found, key=lambda place: place.cost)


def _centred(middle: tuple[float, float], width: float, height: float) -> Box:
    x, y = middle
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _moved_inside(box: Box, within: Box) -> Box:
    right = max(within.left - box.left, 0) + min(within.right - box.right, 0)
    up = max(within.bottom - box.bottom, 0) + min(within.top - box.top, 0)
    return Box(box.left + right, box.bottom + up, box.right + right, box.top + up)


def _crosses(line: tuple[tuple[float, float], tuple[float, float]], box: Box) -> bool:
    """Whether a line passes through a rectangle (Liang and Barsky 1984)."""
    (x0, y0), (x1, y1) = line
    enter, leave = 0.0, 1.0
    for step, low, high in (
        (x1 - x0, box.left - x0, box.right - x0),
        (y1 - y0, box.bottom - y0, box.top - y0),
    ):
        if step == 0:
            if low > 0 or high < 0:
                return False
            continue
        first, last = sorted((low / step, high / step))
        enter, leave = max(enter, first), min(leave, last)
    return enter < leave
