"""Counts at a few dates, one small chart a group."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

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

__all__ = ["draw_snapshots"]


def draw_snapshots(
    name: str, dates: Sequence[str], groups: Sequence[tuple[str, Sequence[float], Sequence[str]]]
) -> Drawing:
    """Draw counts of each group over the dates, every scale from zero.

    Parameters
    ----------
    name
        Prefix of the ids in the SVG.
    dates
        Heading of each date.
    groups
        Name of a group, its counts, and the counts as printed.
    """
    wide = Size(620, 250, False)
    narrow = Size(340, 40 + 190.0 * len(groups), True)

    def paint(figure: Figure, size: Size) -> Labels:
        rows, columns = (len(groups), 1) if size.is_narrow else (1, len(groups))
        grid = figure.add_gridspec(
            rows,
            columns,
            left=30 / size.width,
            right=1 - 30 / size.width,
            bottom=30 / size.height,
            top=1 - 30 / size.height,
            wspace=0.3,
            hspace=0.5,
        )
        for index, group in enumerate(groups):
            place = (index, 0) if size.is_narrow else (0, index)
            _panel(figure.add_subplot(grid[place]), dates, group)
        return Labels((), Box(0, 0, size.width, size.height))

    return draw(name, paint, wide=wide, narrow=narrow)


def _panel(
    axes: Axes, dates: Sequence[str], group: tuple[str, Sequence[float], Sequence[str]]
) -> None:
    label, counts, printed = group
    places = range(len(dates))
    axes.set_xlim(-0.25, len(dates) - 0.75)
    axes.set_ylim(0, max(counts) * 1.25)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_xticks(list(places), [_short(date) for date in dates])
    axes.plot(places, counts, "-o", color=DARK_BLUE, linewidth=2.2, markersize=7)
    axes.annotate(
        label,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 10),
        textcoords="offset points",
        fontweight="bold",
        color=DARK_GREY,
    )
    for place, count, text in zip(places, counts, printed, strict=True):
        axes.annotate(
            text,
            (place, count),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=BODY,
        )


def _short(date: str) -> str:
    """A date that fits under a point: the month cut to three letters."""
    month, _, year = date.partition(" ")
    return f"{month[:3]} {year}" if year else date
