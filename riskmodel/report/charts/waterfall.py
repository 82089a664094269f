"""A change in parts: what was there, each part from where the last one ended, what is there."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    LIGHT_GREY,
    TURQUOISE,
    Drawing,
    Size,
    axes_within,
    draw,
    note,
)

__all__ = ["draw_waterfall"]

THICK, THICK_NARROW = 0.56, 0.44
"""Of a bar, in parts of its row."""


def draw_waterfall(
    name: str,
    ends: tuple[tuple[str, float, str], tuple[str, float, str]],
    parts: Sequence[tuple[str, float, str]],
    *,
    across: str,
) -> Drawing:
    """Draw the parts of a change, one below the other, each with its words and its number.

    Parameters
    ----------
    ends
        Label, value and the number as it is printed, at the first and at the last date.
    parts
        The same of each part, in the order drawn; they lead from the first
        value to the last.
    across
        Title of the axis, with the unit.
    """
    (first, start, opening), (last, end, closing) = ends
    levels = [start]
    for _, value, _ in parts:
        levels.append(levels[-1] + value)
    rows = [(first, 0.0, start, opening, DARK_BLUE)]
    rows += [
        (label, levels[row], value, printed, TURQUOISE if value >= 0 else DARK_PINK)
        for row, (label, value, printed) in enumerate(parts)
    ]
    rows.append((last, 0.0, end, closing, DARK_BLUE))
    heights = 66 + 36.0 * len(rows), 66 + 62.0 * len(rows)

    def paint(figure: Figure, size: Size) -> None:
        thick = THICK_NARROW if size.is_narrow else THICK
        left = 14 if size.is_narrow else 268
        axes = axes_within(figure, size, left=left, right=64, below=50, above=8)
        axes.set_ylim(len(rows) - 0.5, -0.9 if size.is_narrow else -0.5)
        axes.set_xlim(min(0.0, *levels) * 1.02, max(*levels, end) * 1.02)
        axes.grid(visible=False, axis="y")
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(4 if size.is_narrow else 6, steps=[1, 2, 5, 10]))
        axes.set_xlabel(across, loc="right", labelpad=6)
        for row, (label, base, value, printed, colour) in enumerate(rows):
            axes.barh(row, value, thick, left=base, color=colour, zorder=2)
            if row < len(rows) - 1:
                reach = base + value
                joint = [row + thick / 2, row + 1 - thick / 2]
                axes.plot([reach, reach], joint, color=DARK_GREY, linewidth=1, zorder=1)
            clear = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}
            style = {"va": "center_baseline", "fontweight": "bold", "bbox": clear}
            note(axes, printed, (5, 0), (max(base, base + value), row), "data", **style)
            _words(axes, label, row, size)
        axes.axvline(0.0, color=LIGHT_GREY, linewidth=1)

    return draw(name, paint, *heights)


def _words(axes: Axes, label: str, row: int, size: Size) -> None:
    """The name of a row: beside its bar, on a narrow page above it."""
    lines = wrap(label, 46 if size.is_narrow else 36)[:2]
    at = (0, row - (THICK_NARROW / 2 if size.is_narrow else 0))
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    align, level = ("left", "bottom") if size.is_narrow else ("right", "center_baseline")
    style = {"ha": align, "va": level, "fontsize": BODY, "bbox": clear}
    for number, line in enumerate(lines):
        below = len(lines) - 1 - number
        offset = (0, 13 * below + 3) if size.is_narrow else (-10, 6.5 * (below - number))
        note(axes, line, offset, at, ("axes fraction", "data"), **style)
