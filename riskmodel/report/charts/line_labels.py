"""Words at lines: names at their right ends, what a line across says, headings, years."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from riskmodel.core.arrays import Floats
from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    TURQUOISE,
    Size,
    note,
)

__all__ = ["COLOURS", "DASHES", "SIGNS", "aside", "at_the_end", "heading", "years"]


DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)), (0, (8, 3)))
COLOURS = (DARK_BLUE, DARK_PINK, TURQUOISE, DARK_GREY)
SIGNS = ("o", "s", "^", "D", "v", "P")


def years(axes: Axes, times: Floats, size: Size) -> None:
    """Years below a time axis, as many as there is room for."""
    axes.set_xlim(times[0], times[-1])
    found = list(range(int(np.ceil(times[0])), int(times[-1]) + 1))
    step = 1 if len(found) <= (4 if size.is_narrow else 8) else 2
    axes.set_xticks(found[::step], [str(year) for year in found][::step])
    axes.grid(axis="x", visible=False)


def heading(axes: Axes, words: str) -> None:
    """The title of a panel, above its left end."""
    note(axes, words, (-34, 10), fontweight="bold", color=DARK_GREY)


def aside(axes: Axes, place: tuple[float, float], words: str) -> None:
    """What a line says, below its beginning."""
    clear = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}
    note(axes, words, (5, -4), place, "data", va="top", color=DARK_GREY, zorder=4, bbox=clear)


def at_the_end(axes: Axes, labels: Sequence[tuple[float, str, str]], size: Size) -> None:
    """Names at the right end of each line, moved apart where they would collide."""
    low, high = axes.get_ylim()
    line = (high - low) * 13.5 / (axes.get_position().height * size.height)
    ordered = sorted(labels, key=lambda each: each[0])
    places: list[float] = []
    for value, _, _ in ordered:
        places.append(max(value, places[-1] + line if places else -np.inf))
    # What was pushed beyond the top goes back down together.
    for index in range(len(places) - 1, -1, -1):
        above = places[index + 1] - line if index + 1 < len(places) else high - line / 2
        places[index] = min(places[index], above)
    edge = axes.get_xlim()[1]
    for (_, text, colour), place in zip(ordered, places, strict=True):
        font = {"color": colour, "fontsize": BODY if size.is_narrow else BODY - 1}
        note(axes, text, (6, 0), (edge, place), "data", va="center", annotation_clip=False, **font)
