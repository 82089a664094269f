"""Values with their ranges, one below the other on one scale; ranked rates, each with its range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    Drawing,
    Size,
    axes_within,
    draw,
    note,
)

__all__ = ["draw_ranges", "draw_ranked_rates", "only_across", "range_line", "row_name"]


def draw_ranges(
    name: str, rows: Sequence[tuple[str, float | None, float, float]], *, across: str
) -> Drawing:
    """Draw values in the order given, each a dot on the line of its range, or the line alone.

    Parameters
    ----------
    rows
        Label, value (None where only the range is known), and both ends of its range.
    across
        Title of the axis, with the unit.
    """
    lowest = min(0.0, *(low for _, _, low, _ in rows))
    highest = max(0.0, *(high for _, _, _, high in rows))
    room = (highest - lowest or 1) * 0.05

    def paint(figure: Figure, size: Size) -> None:
        axes = _paint_rows(figure, size, rows, across, left=252, right=20)
        axes.set_xlim(lowest - room, highest + room)
        axes.axvline(0.0, color=DARK_GREY, linewidth=1.4, zorder=1.5)

    wide, narrow = 64 + 34.0 * len(rows), 64 + 46.0 * len(rows)
    return draw(name, paint, wide, narrow)


def draw_ranked_rates(
    name: str, rows: Sequence[tuple[str, float, float, float]], *, across: str
) -> Drawing:
    """Draw rates from the highest to the lowest.

    Parameters
    ----------
    rows
        Label, rate, and the end points of its interval, in percent.
    across
        Title of the axis.
    """
    ranked = sorted(rows, key=lambda row: (-row[1], row[0]))
    top = max(high for _, _, _, high in ranked)

    def paint(figure: Figure, size: Size) -> None:
        axes = _paint_rows(figure, size, ranked, across, left=212, right=56, form=".1f")
        axes.set_xlim(0, min(100.0, top * 1.04))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))

    wide, narrow = 64 + 30.0 * len(ranked), 64 + 44.0 * len(ranked)
    return draw(name, paint, wide, narrow)


def _paint_rows(
    figure: Figure,
    size: Size,
    rows: Sequence[tuple[str, float | None, float, float]],
    across: str,
    *,
    left: float,
    right: float,
    form: str = "",
) -> Axes:
    """Axes with all rows; with a form each has its percentage at the right end."""
    style = {"va": "center_baseline", "fontweight": "bold"}
    left = 14 if size.is_narrow else left
    axes = axes_within(figure, size, left=left, right=right, below=50, above=6)
    axes.set_ylim(len(rows) - 0.5, -0.75 if size.is_narrow else -0.5)
    only_across(axes, across)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    for row, (label, value, low, high) in enumerate(rows):
        range_line(axes, row, value, low, high)
        if form:
            note(axes, f"{value:{form}}%", (8, 0), (1, row), ("axes fraction", "data"), **style)
        row_name(axes, label, row, size)
    return axes


def only_across(axes: Axes, across: str = "") -> None:
    """Leave the scale across, with its title, and nothing of the one up."""
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    if across:
        axes.set_xlabel(across, loc="right", labelpad=6)


def range_line(
    axes: Axes, row: float, value: float | None, low: float, high: float, *, dot: float = 8
) -> None:
    """Draw a value as a dot on the line of its range; what is None or not finite is left out."""
    if math.isfinite(low) and math.isfinite(high):
        axes.plot([low, high], [row, row], color=DARK_BLUE, linewidth=2.4, alpha=0.55)
    if value is not None and math.isfinite(value):
        axes.plot([value], [row], "o", color=DARK_BLUE, markersize=dot, markeredgecolor="white")


def row_name(
    axes: Axes, label: str, row: float, size: Size, *, up: float = 0.38, **style: Any
) -> None:
    """Name a row beside its line; on a narrow page above it, by so many rows."""
    offset, align = ((0, 0), "left") if size.is_narrow else ((-10, 0), "right")
    at = (0, row - (up if size.is_narrow else 0))
    style |= {"ha": align, "va": "center_baseline", "fontsize": BODY}
    note(axes, label, offset, at, ("axes fraction", "data"), **style)
