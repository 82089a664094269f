"""Values with their ranges on one scale, either side of zero."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    Drawing,
    Labels,
    Size,
    draw,
)
from riskmodel.report.labels import Box

__all__ = ["draw_ranges"]


def draw_ranges(
    name: str, rows: Sequence[tuple[str, float | None, float, float]], *, across: str
) -> Drawing:
    """Draw values in the order given, each a dot on the line of its range, or the line alone.

    Parameters
    ----------
    name
        Prefix of the ids in the SVG.
    rows
        Label, value (None where only the range is known), and both ends of its range.
    across
        Title of the axis, with the unit.
    """
    step = 34.0
    wide = Size(620, 64 + step * len(rows), False)
    narrow = Size(340, 64 + (step + 12) * len(rows), True)

    def paint(figure: Figure, size: Size) -> Labels:
        left = (14 if size.is_narrow else 252) / size.width
        right = 1 - 20 / size.width
        axes = figure.add_axes((left, 50 / size.height, right - left, 1 - 56 / size.height))
        axes.set_ylim(len(rows) - 0.5, -0.75 if size.is_narrow else -0.5)
        lowest = min(0.0, *(low for _, _, low, _ in rows))
        highest = max(0.0, *(high for _, _, _, high in rows))
        room = (highest - lowest or 1) * 0.05
        axes.set_xlim(lowest - room, highest + room)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.set_xlabel(across, loc="right", labelpad=6)
        axes.axvline(0.0, color=DARK_GREY, linewidth=1.4, zorder=1.5)
        for row, (label, value, low, high) in enumerate(rows):
            axes.plot([low, high], [row, row], color=DARK_BLUE, linewidth=2.4, alpha=0.55)
            if value is not None:
                axes.plot([value], [row], "o", color=DARK_BLUE, ms=8, markeredgecolor="white")
            # On a narrow page the name stands above its line instead of beside it.
            axes.annotate(
                label,
                (0, row - (0.38 if size.is_narrow else 0)),
                xycoords=("axes fraction", "data"),
                xytext=(0 if size.is_narrow else -10, 0),
                textcoords="offset points",
                ha="left" if size.is_narrow else "right",
                va="center_baseline",
                fontsize=BODY,
            )
        return Labels((), Box(0, 0, size.width, size.height))

    return draw(name, paint, wide=wide, narrow=narrow)
