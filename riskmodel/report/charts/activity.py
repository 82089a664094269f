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
    Size,
    draw,
    note,
    panels,
)

__all__ = ["draw_snapshots"]


def draw_snapshots(
    name: str, dates: Sequence[str], groups: Sequence[tuple[str, Sequence[float], Sequence[str]]]
) -> Drawing:
    """Draw counts of each group over the dates, every scale from zero.

    Parameters
    ----------
    dates
        Heading of each date.
    groups
        Name of a group, its counts, and the counts as printed.
    """
    heights = 250, 40 + 190.0 * len(groups)

    def paint(figure: Figure, size: Size) -> None:
        columns = 1 if size.is_narrow else len(groups)
        margins = {"left": 30, "right": 30, "below": 30, "above": 30, "wspace": 0.3, "hspace": 0.5}
        for axes, group in zip(
            panels(figure, size, len(groups), columns, **margins), groups, strict=True
        ):
            _panel(axes, dates, group)

    return draw(name, paint, *heights)


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
    note(axes, label, (0, 10), fontweight="bold", color=DARK_GREY)
    for place, count, text in zip(places, counts, printed, strict=True):
        note(axes, text, (0, 9), (place, count), "data", ha="center", fontsize=BODY)


def _short(date: str) -> str:
    """A date that fits under a point: the month cut to three letters."""
    month, _, year = date.partition(" ")
    return f"{month[:3]} {year}" if year else date
