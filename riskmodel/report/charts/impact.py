"""Adjusted association beside the crude one, factor by factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from riskmodel.report.charts.canvas import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    Drawing,
    Size,
    axes_within,
    draw,
    note,
    sign,
)
from riskmodel.report.charts.ranges import only_across, row_name

__all__ = ["ComparedRate", "draw_adjusted_beside_crude"]

_LOOK = {
    "crude": (DARK_PINK, "D", 5.5, -0.17, "Unadjusted"),
    "adjusted": (DARK_BLUE, "o", 7.5, 0.17, "Adjusted for the other factors"),
}
"""Colour, marker, its size, place within the row, and words."""


@dataclass(frozen=True, slots=True)
class ComparedRate:
    """A factor's crude and adjusted difference with interval ends, in percentage points."""

    label: str
    crude: tuple[float, float, float]
    adjusted: tuple[float, float, float]


def draw_adjusted_beside_crude(
    name: str, rows: Sequence[ComparedRate], *, across: str, at_zero: str
) -> Drawing:
    """Draw two dots and intervals a factor, highest adjusted first.

    Parameters
    ----------
    rows
        What to draw.
    across
        Title of the axis.
    at_zero
        What 0 means; written at the line.
    """
    ranked = sorted(rows, key=lambda row: (-row.adjusted[0], row.label))
    heights = 112 + 32.0 * len(ranked), 128 + 48.0 * len(ranked)

    def paint(figure: Figure, size: Size) -> None:
        left, above = (14, 66) if size.is_narrow else (212, 50)
        axes = axes_within(figure, size, left=left, right=16, below=56, above=above)
        _frame(axes, ranked, size, across)
        for place, row in enumerate(ranked):
            _row(axes, place, row, size)
        _legend(axes, size)
        axes.axvline(0, color=DARK_GREY, linewidth=1.2, zorder=1)
        style = {"ha": "center", "va": "bottom", "color": DARK_GREY}
        note(axes, at_zero, (0, 4), (0, 1), ("data", "axes fraction"), **style)

    return draw(name, paint, *heights)


def _frame(axes: Axes, ranked: Sequence[ComparedRate], size: Size, across: str) -> None:
    ends = [end for row in ranked for triple in (row.crude, row.adjusted) for end in triple]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.04 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(len(ranked) - 0.5, -0.8 if size.is_narrow else -0.5)
    only_across(axes, across)
    axes.xaxis.set_major_locator(MaxNLocator(5 if size.is_narrow else 8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
    )


def _row(axes: Axes, place: int, row: ComparedRate, size: Size) -> None:
    # On a narrow page the name stands above its lines instead of beside them.
    down = 0.12 if size.is_narrow else 0.0
    for kind, triple in (("crude", row.crude), ("adjusted", row.adjusted)):
        colour, marker, width, shift, _ = _LOOK[kind]
        at = place + down + shift * (0.75 if size.is_narrow else 1)
        value, low, high = triple
        axes.plot([low, high], [at, at], color=colour, linewidth=2.0, alpha=0.6, zorder=2)
        axes.plot(
            [value],
            [at],
            marker=marker,
            markersize=width,
            color=colour,
            markeredgecolor="white",
            linestyle="none",
            zorder=3,
        )
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75}
    row_name(axes, row.label, place, size, up=0.3, bbox=clear if size.is_narrow else None)


def _legend(axes: Axes, size: Size) -> None:
    """Marker and words for each kind, in a line above the chart (two on a narrow page)."""
    across = -198.0 if not size.is_narrow else 0.0
    for position, kind in enumerate(("adjusted", "crude")):
        colour, marker, width, _, words = _LOOK[kind]
        x, y = (8.0, 46.0 - 18 * position) if size.is_narrow else (8.0 + across, 30.0)
        offset = (x + 10, y)
        note(axes, words, offset, va="center_baseline", color=colour, fontweight="bold")
        sign(axes, marker, (x, y), color=colour, markersize=width)
        across += 260
