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
    Labels,
    Size,
    draw,
)
from riskmodel.report.labels import Box

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
    name
        Prefix of the ids in the SVG.
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
    wide = Size(620, 66 + 36.0 * len(rows), False)
    narrow = Size(340, 66 + 62.0 * len(rows), True)

    def paint(figure: Figure, size: Size) -> Labels:
        thick = THICK_NARROW if size.is_narrow else THICK
        left = (14 if size.is_narrow else 268) / size.width
        axes = figure.add_axes(
            (left, 50 / size.height, 1 - 64 / size.width - left, 1 - 58 / size.height)
        )
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
            axes.annotate(
                printed,
                (max(base, base + value), row),
                xytext=(5, 0),
                textcoords="offset points",
                va="center_baseline",
                fontweight="bold",
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8},
            )
            _words(axes, label, row, size)
        axes.axvline(0.0, color=LIGHT_GREY, linewidth=1)
        return Labels((), Box(0, 0, size.width, size.height))

    return draw(name, paint, wide=wide, narrow=narrow)


def _words(axes: Axes, label: str, row: int, size: Size) -> None:
    """The name of a row: beside its bar, on a narrow page above it."""
    lines = wrap(label, 46 if size.is_narrow else 36)[:2]
    for number, line in enumerate(lines):
        up = (
            (len(lines) - 1 - number) * 13
            if size.is_narrow
            else 6.5 * (len(lines) - 1 - 2 * number)
        )
        axes.annotate(
            line,
            (0, row - (THICK_NARROW / 2 if size.is_narrow else 0)),
            xycoords=("axes fraction", "data"),
            xytext=(0 if size.is_narrow else -10, up + (3 if size.is_narrow else 0)),
            textcoords="offset points",
            ha="left" if size.is_narrow else "right",
            va="bottom" if size.is_narrow else "center_baseline",
            fontsize=BODY,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
