"""The loop between caseload and demand, drawn from its data: what makes more of what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from riskmodel.caseload.loops import FEEDBACK_LOOPS, NODES, Link
from riskmodel.core.arrays import Floats
from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    Drawing,
    Labels,
    Size,
    blank,
    draw,
    drawing_units,
)
from riskmodel.report.labels import Box

__all__ = ["draw_feedback_loop"]

_PLACES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "case-holding workers": (0.5, 0.92),
        "caseload": (0.5, 0.66),
        "duration of plans": (0.14, 0.40),
        "plans open": (0.5, 0.16),
        "child in need work done": (0.86, 0.50),
        "plans started": (0.86, 0.16),
    }
)
"""Middle of each node, as a share of the drawing above its legend."""

_HALF_HEIGHT = 15.0
_LEGEND = 58.0
_SHORT, _BESIDE = 34.0, 15.0


def draw_feedback_loop(name: str) -> Drawing:
    """Draw :data:`riskmodel.caseload.loops.FEEDBACK_LOOPS`: assumed links dashed, signs on all."""

    def paint(figure: Figure, size: Size) -> Labels:
        axes = blank(figure, size)
        boxes = {node: _box(node, size) for node in NODES}
        for link in FEEDBACK_LOOPS:
            _link(axes, boxes, link)
        for node, box in boxes.items():
            _node(axes, node, box, size)
        _legend(axes, size)
        return Labels(tuple(boxes.values()), Box(0, 0, size.width, size.height))

    return draw(name, paint, 380, 430)


def _box(node: str, size: Size) -> Box:
    across, up = _PLACES[node]
    half = 47.0 if size.is_narrow else 84.0
    tall = _HALF_HEIGHT + (7 if size.is_narrow else 0)
    x = half + 6 + _across(across) * (size.width - 2 * (half + 6))
    y = _LEGEND + tall + up * (size.height - _LEGEND - 2 * tall - 4)
    return Box(x - half, y - tall, x + half, y + tall)


def _across(place: float) -> float:
    """Places run from the left node's middle to the right node's middle."""
    least, most = (end(each for each, _ in _PLACES.values()) for end in (min, max))
    return (place - least) / (most - least)


def _node(axes: Axes, node: str, box: Box, size: Size) -> None:
    axes.add_patch(
        Rectangle(
            (box.left, box.bottom),
            box.right - box.left,
            box.top - box.bottom,
            facecolor="white",
            edgecolor=DARK_BLUE,
            linewidth=1.6,
            zorder=3,
        )
    )
    lines = _in_lines(node) if size.is_narrow else [node]
    middle = (box.bottom + box.top) / 2
    for index, line in enumerate(lines):
        axes.text(
            (box.left + box.right) / 2,
            middle + (len(lines) - 1) * 7 - 14 * index,
            line,
            ha="center",
            va="center_baseline",
            fontsize=BODY,
            zorder=4,
            transform=drawing_units(axes),
        )


def _in_lines(words: str) -> list[str]:
    """Two lines as even as can be; a short name keeps one."""
    if len(words) <= 13:
        return [words]
    cuts = [place for place, letter in enumerate(words) if letter == " "]
    if not cuts:
        return [words]
    cut = min(cuts, key=lambda place: abs(2 * place - len(words)))
    return [words[:cut], words[cut + 1 :]]


def _link(axes: Axes, boxes: Mapping[str, Box], link: Link) -> None:
    start, end = boxes[link.source], boxes[link.target]
    here, there = _middle(start), _middle(end)
    tail, head = _edge(start, there), _edge(end, here)
    assumed = bool(link.switch)
    colour = DARK_PINK if assumed else DARK_BLUE
    axes.add_patch(
        FancyArrowPatch(
            (float(tail[0]), float(tail[1])),
            (float(head[0]), float(head[1])),
            arrowstyle="-|>",
            mutation_scale=14,
            linewidth=1.8,
            linestyle=(0, (4, 2)) if assumed else "-",
            color=colour,
            shrinkA=1,
            shrinkB=1,
            zorder=2,
        )
    )
    middle = (tail + head) / 2
    way = head - tail
    length = float(np.hypot(*way))
    if length < _SHORT:
        # A short arrow would vanish behind its sign.
        middle = middle + np.array([way[1], -way[0]]) / length * _BESIDE
    axes.text(
        middle[0],
        middle[1],
        "+" if link.sign > 0 else "−",
        ha="center",
        va="center_baseline",
        fontsize=BODY + 1,
        fontweight="bold",
        color=colour,
        zorder=4,
        bbox={"boxstyle": "circle,pad=0.16", "facecolor": "white", "edgecolor": colour},
    )


def _middle(box: Box) -> Floats:
    return np.array([(box.left + box.right) / 2, (box.bottom + box.top) / 2])


def _edge(box: Box, towards: Floats) -> Floats:
    """Where the way from the middle of a box to another point leaves it."""
    middle = _middle(box)
    way = towards - middle
    half = np.array([(box.right - box.left) / 2, (box.top - box.bottom) / 2])
    steps = half / np.maximum(np.abs(way), 1e-9)
    return np.asarray(middle + way * min(float(steps.min()), 1.0))


def _legend(axes: Axes, size: Size) -> None:
    lines = (
        ("-", DARK_BLUE, "arithmetic: follows from what the words mean"),
        ((0, (4, 2)), DARK_PINK, "assumed: off unless switched on, cause not shown"),
    )
    for place, (dashes, colour, words) in enumerate(lines):
        y = 34 - 15.0 * place
        axes.plot([8, 36], [y, y], color=colour, linewidth=1.8, linestyle=dashes)
        axes.text(42, y, words, va="center_baseline", fontsize=BODY - 1)
    for x, words in ((8, "+ more makes more"), (150, "− more makes less")):
        axes.text(x, 49, words, va="center_baseline", fontsize=BODY - 1, color=DARK_GREY)
