"""Where the children of a scenario are instead: bands from where they would be otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from riskmodel.errors import DataError
from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    ORANGE,
    TURQUOISE,
    Drawing,
    Size,
    blank,
    draw,
)

__all__ = ["draw_flows"]

THICKEST, THINNEST = 70.0, 1.5
"""Of all bands of a scenario together, where it moves most children; and of one band at least."""

_LINE, _GAP, _BAR, _HEADING = 14.0, 10.0, 8.0, 26.0
_PLACES = (DARK_BLUE, TURQUOISE, DARK_PINK, ORANGE, "#A285D1")
"""Colours of the places, the Analysis Function's categorical palette; further ones are grey."""
_TOP = 24.0
"""Room above the first scenario, for the names of the sides."""


class _Node(NamedTuple):
    """A place on one side of a scenario: its words, and where it stands, from the top."""

    lines: Sequence[str]
    top: float
    thick: float
    slot: float


class _Block(NamedTuple):
    """A scenario: its name, the places on both sides, its bands, and how tall it is."""

    scenario: str
    sides: tuple[dict[str, _Node], dict[str, _Node]]
    bands: Sequence[tuple[str, str, float]]
    height: float


def draw_flows(
    name: str,
    moved: pd.DataFrame,
    sides_words: tuple[str, str] = ("With no change of policy", "Under the scenario"),
    thickest: float = THICKEST,
) -> Drawing:
    """Draw whom each scenario moves, a block of bands a scenario, all on one scale.

    Parameters
    ----------
    moved
        A row a scenario and way: scenario, from, to (in words) and children, as
        :attr:`riskmodel.demand.moved.Flows.moved` has them.
    sides_words
        What stands above the left and the right side.
    thickest
        How thick all bands of a block together are at most.

    Raises
    ------
    DataError
        When no scenario moves children.
    """
    if moved.empty:
        raise DataError("no scenario moves children, so there is no flow to draw")
    scale = thickest / float(moved.groupby("scenario")["children"].sum().max())
    places = dict.fromkeys([*moved["from"], *moved["to"]])
    colours = dict(zip(places, _PLACES, strict=False))
    by_size = {}
    for is_narrow in (False, True):
        signs = 14 if is_narrow else 28
        blocks = [
            _block(str(scenario), rows, scale, signs)
            for scenario, rows in moved.groupby("scenario", sort=False)
        ]
        height = _TOP + sum(block.height for block in blocks)
        by_size[is_narrow] = height, blocks

    def paint(figure: Figure, size: Size) -> None:
        axes = blank(figure, size)
        axes.set_ylim(size.height, 0)
        left = 112.0 if size.is_narrow else 210.0
        sides = left, size.width - left
        for x, words, align in (
            (sides[0], sides_words[0], "right"),
            (sides[1], sides_words[1], "left"),
        ):
            words = words.removeprefix("With ").capitalize() if size.is_narrow else words
            for line in wrap(words, 40):
                axes.text(x, 9, line, ha=align, va="center_baseline", color=DARK_GREY)
        top = _TOP
        for block in by_size[size.is_narrow][1]:
            _paint_block(axes, block, top, sides, colours)
            top += block.height

    return draw(name, paint, by_size[False][0], by_size[True][0])


def _block(scenario: str, rows: pd.DataFrame, scale: float, signs: int) -> _Block:
    """Places and bands of one scenario, the places of both sides in one order."""
    order = list(dict.fromkeys([*rows["from"], *rows["to"]]))
    bands = [
        (str(row["from"]), str(row["to"]), max(row["children"] * scale, THINNEST))
        for row in rows.to_dict("records")
    ]
    sides, heights = [], []
    for side, way in enumerate(("from", "to")):
        nodes, top = {}, _HEADING
        counts = rows.groupby(way, sort=False)["children"].sum()
        for words in (place for place in order if place in counts.index):
            thick = sum(band[2] for band in bands if band[side] == words)
            lines = wrap(f"{counts[words]:,.0f} {str(words)[0].lower()}{str(words)[1:]}", signs)
            slot = max(thick, _LINE * len(lines))
            nodes[str(words)] = _Node(lines, top, thick, slot)
            top += slot + _GAP
        sides.append(nodes)
        heights.append(top)
    return _Block(scenario, (sides[0], sides[1]), bands, max(heights) + _GAP)


def _paint_block(
    axes: Axes,
    block: _Block,
    top: float,
    sides: tuple[float, float],
    colours: Mapping[str, str],
) -> None:
    """The name of a scenario, its places with their words, and the bands between them."""
    axes.text(
        (sides[0] + sides[1]) / 2,
        top + _HEADING / 2,
        block.scenario,
        ha="center",
        va="center_baseline",
        fontweight="bold",
    )
    reached: list[dict[str, float]] = []
    for x, nodes, away in ((sides[0], block.sides[0], -1), (sides[1], block.sides[1], 1)):
        tops = {}
        for words, node in nodes.items():
            middle = top + node.top + node.slot / 2
            tops[words] = middle - node.thick / 2
            colour = colours.get(words, DARK_GREY)
            corner = x - (_BAR if away < 0 else 0), tops[words]
            axes.add_patch(Rectangle(corner, _BAR, node.thick, color=colour, linewidth=0))
            for number, line in enumerate(node.lines):
                axes.text(
                    x + away * (_BAR + 6),
                    middle + _LINE * (number - (len(node.lines) - 1) / 2),
                    line,
                    ha="right" if away < 0 else "left",
                    va="center_baseline",
                    fontsize=BODY,
                )
        reached.append(tops)
    starts, ends = (_reached(block, side, tops) for side, tops in enumerate(reached))
    for (origin, _, thick), start, end in zip(block.bands, starts, ends, strict=True):
        band = _band((sides[0], start), (sides[1], end), thick)
        colour = colours.get(origin, DARK_GREY)
        axes.add_patch(PathPatch(band, facecolor=colour, alpha=0.45, linewidth=0))


def _reached(block: _Block, side: int, tops: Mapping[str, float]) -> list[float]:
    """Where each band begins at its place on a side, from the top.

    Bands of a place stand in the order of the places they lead to, so that none crosses another.
    """
    other = list(block.sides[1 - side])
    pairs = [(start, end) if side == 0 else (end, start) for start, end, _ in block.bands]
    ends = [(words, other.index(there)) for words, there in pairs]
    reached, found = dict(tops), [0.0] * len(ends)
    for place in sorted(range(len(ends)), key=lambda band: ends[band][1]):
        words = ends[place][0]
        found[place] = reached[words]
        reached[words] += block.bands[place][2]
    return found


def _band(start: tuple[float, float], end: tuple[float, float], thick: float) -> Path:
    """A band as thick all along, from its upper left to its upper right corner."""
    (left, first), (right, last) = start, end
    middle = (left + right) / 2
    points = [
        (left, first), (middle, first), (middle, last), (right, last),
        (right, last + thick), (middle, last + thick), (middle, first + thick),
        (left, first + thick), (left, first),
    ]  # fmt: skip
    curve, line = Path.CURVE4, Path.LINETO
    codes = [Path.MOVETO, curve, curve, curve, line, curve, curve, curve, Path.CLOSEPOLY]
    return Path(points, codes)
