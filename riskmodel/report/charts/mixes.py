"""Mixes that keep to a cap: the posts that each step of the other levers leaves to be needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.report.charts.canvas import (
    DARK_GREY,
    ORANGE,
    Drawing,
    Size,
    axes_within,
    draw,
    note,
)
from riskmodel.report.charts.line_labels import COLOURS, DASHES, SIGNS, at_the_end, heading

__all__ = ["MixLine", "draw_mixes"]


class MixLine(NamedTuple):
    """Posts at each step of shorter plans, at one step of early help.

    ``shorter`` and ``diversion`` are proportions.
    """

    diversion: float
    shorter: Sequence[float]
    posts: Sequence[float]


def draw_mixes(
    name: str, lines: Sequence[MixLine], *, cheapest: tuple[float, float] | None = None
) -> Drawing:
    """Draw the posts that each step of shorter plans needs, one line a step of early help.

    Parameters
    ----------
    lines
        Each named on the chart.
    cheapest
        Proportion by which plans are shorter, and posts, of the cheapest mix; None marks none.
    """

    def paint(figure: Figure, size: Size) -> None:
        right = 96 if size.is_narrow else 176
        axes = axes_within(figure, size, left=46, right=right, below=50, above=42)
        for place, line in enumerate(lines):
            axes.plot(
                [100 * each for each in line.shorter],
                line.posts,
                marker=SIGNS[place % len(SIGNS)],
                color=COLOURS[place % len(COLOURS)],
                linestyle=DASHES[place % len(DASHES)],
                linewidth=1.8,
                markersize=6,
                markeredgecolor="white",
            )
        axes.xaxis.set_major_formatter("{x:g}%")
        axes.set_xticks(sorted({100 * each for line in lines for each in line.shorter}))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.set_xlabel("Plans shorter by", loc="right", labelpad=6)
        heading(axes, "Posts needed")
        words = "{:.0%} of starts diverted" if not size.is_narrow else "{:.0%} diverted"
        ends = [
            (float(line.posts[-1]), words.format(line.diversion), COLOURS[place % len(COLOURS)])
            for place, line in enumerate(lines)
        ]
        at_the_end(axes, ends[::-1], size)
        if cheapest is not None:
            at, posts = 100 * cheapest[0], cheapest[1]
            axes.plot([at], [posts], "o", markersize=14, fillstyle="none", color=ORANGE, mew=2)
            words = f"cheapest: {posts:,.0f} posts"
            note(axes, words, (10, 12), (at, posts), "data", color=DARK_GREY)

    return draw(name, paint, 340, 340)
