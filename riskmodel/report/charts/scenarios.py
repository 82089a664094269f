"""Scenarios side by side: a panel a measure, a dot on its interval a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.report.charts.canvas import BODY, DARK_GREY, Drawing, Size, draw, note
from riskmodel.report.charts.ranges import only_across, range_line, row_name

__all__ = ["MeasurePanel", "draw_scenarios"]


class MeasurePanel(NamedTuple):
    """One measure of several scenarios.

    Parameters
    ----------
    title
        What is measured, with its unit.
    rows
        Scenario, value, and both ends of its interval; NaN ends where it has none.
    against
        The value that all are compared with; None draws no line.
    form
        Format of the numbers, such as ``{:,.0f}``.
    """

    title: str
    rows: Sequence[tuple[str, float, float, float]]
    against: float | None
    form: str = "{:,.0f}"


def draw_scenarios(name: str, panels: Sequence[MeasurePanel]) -> Drawing:
    """Draw scenarios side by side: one panel a measure, a dot on its interval a scenario.

    On a wide page the panels stand beside each other, on a narrow one below each other, with each
    scenario's name above its line.
    """
    count = max(len(panel.rows) for panel in panels)
    heights = 74 + 26.0 * count, len(panels) * (64 + 38.0 * count)

    def paint(figure: Figure, size: Size) -> None:
        for place, panel in enumerate(panels):
            _measure(figure.add_axes(_rectangle(size, place, len(panels))), panel, size, place == 0)

    return draw(name, paint, *heights)


def _measure(axes: Axes, panel: MeasurePanel, size: Size, names: bool) -> None:
    ends = [
        value
        for _, middle, low, high in panel.rows
        for value in (middle, low, high)
        if np.isfinite(value)
    ]
    if panel.against is not None:
        ends.append(panel.against)
        axes.axvline(panel.against, color=DARK_GREY, linewidth=1.4, zorder=1.5)
    room = (max(ends) - min(ends) or 1.0) * 0.08
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(panel.rows) - 0.5, -0.75 if size.is_narrow else -0.5)
    only_across(axes)
    axes.xaxis.set_major_locator(MaxNLocator(5 if size.is_narrow else 3, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: _printed(panel.form, value))
    for row, (name, value, low, high) in enumerate(panel.rows):
        range_line(axes, row, value, low, high, dot=7)
        words = f"{name}: {_printed(panel.form, value)}" if size.is_narrow else name
        if size.is_narrow or names:
            clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
            row_name(axes, words, row, size, up=0.4, bbox=clear)
    type_size = BODY - (0 if size.is_narrow else 1)
    note(axes, panel.title, (0, 10), fontweight="bold", color=DARK_GREY, fontsize=type_size)


def _printed(form: str, value: float) -> str:
    """A number with a minus sign for a hyphen, and no sign on a nought."""
    words = form.format(value)
    if not words.strip("+-0.,"):
        return words.lstrip("+-")
    return words.replace("-", "−")


def _rectangle(size: Size, place: int, count: int) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of one panel, as shares of the page."""
    if size.is_narrow:
        each = size.height / count
        bottom = size.height - (place + 1) * each + 28
        return 14 / size.width, bottom / size.height, 1 - 34 / size.width, (each - 62) / size.height
    left, gap = 212.0, 24.0
    width = (size.width - left - 18 - gap * (count - 1)) / count
    return (
        (left + place * (width + gap)) / size.width,
        30 / size.height,
        width / size.width,
        1 - 66 / size.height,
    )
