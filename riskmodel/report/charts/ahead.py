"""What was counted and what is projected: small fans on one time axis, or side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.core.arrays import Floats
from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    ORANGE,
    Drawing,
    Size,
    draw,
    note,
    panels,
)
from riskmodel.report.charts.line_labels import aside, at_the_end, heading

__all__ = ["SmallFan", "draw_ahead"]


@dataclass(frozen=True, slots=True, eq=False)
class SmallFan:
    """One panel.

    Parameters
    ----------
    title
        What is counted, in words.
    times
        Decimal years of the projection (31 March 2015 is 2015.25).
    bands
        Low and high ends, each of shape (time,): the widest range first.
    middle
        The central projection, shape (time,).
    history
        Decimal year and count.
    digits
        Printed after the point of the labels.
    limit
        A level that is drawn across with its name; None draws none.
    """

    title: str
    times: Floats
    bands: Sequence[tuple[Floats, Floats]]
    middle: Floats
    history: Sequence[tuple[float, float]] = ()
    digits: int = 0
    limit: tuple[float, str] | None = None


def draw_ahead(
    name: str, fans: Sequence[SmallFan], *, by: tuple[float, str] | None = None, stacked: bool
) -> Drawing:
    """Draw small fans with the ends of each line labelled; every scale from zero.

    Parameters
    ----------
    fans
        One a panel, all on the same years.
    by
        Decimal year of the date that is spoken of, and its words.
    stacked
        Whether the panels stand below one another on a wide page too.
    """
    height = 64 + 190.0 * len(fans) if stacked else 250.0
    first = min(min([fan.times[0], *(time for time, _ in fan.history)]) for fan in fans)
    last = max(fan.times[-1] for fan in fans)

    def paint(figure: Figure, size: Size) -> None:
        columns = 1 if stacked or size.is_narrow else len(fans)
        margins = {"left": 46.0, "right": 44.0, "below": 30.0, "hspace": 0.42, "wspace": 0.62}
        if columns == 1:
            margins["right"] = 52.0 if size.is_narrow else 112.0
        drawn = panels(figure, size, len(fans), columns, **margins)
        for index, (axes, fan) in enumerate(zip(drawn, fans, strict=True)):
            axes.set_xlim(first - 0.1, last)
            _years(axes, columns, size)
            _fan(axes, fan)
            if by is not None:
                _date(axes, by, named=columns == 1 and index == 0)
            _ends(axes, fan, size, named=columns == 1)

    return draw(name, paint, height, 64 + 190.0 * len(fans))


def _fan(axes: Axes, fan: SmallFan) -> None:
    for (low, high), dark in zip(fan.bands, (0.2, 0.34), strict=False):
        axes.fill_between(fan.times, low, high, color=DARK_BLUE, alpha=dark, linewidth=0)
    axes.plot(fan.times, fan.middle, color=DARK_BLUE, linewidth=2.2)
    counts = [count for _, count in fan.history]
    axes.plot(
        [time for time, _ in fan.history],
        counts,
        "-o" if len(counts) > 2 else "o",
        color=DARK_GREY,
        linewidth=1.2,
        markersize=5 if len(counts) <= 24 else 2.5,
    )
    highest = max([float(fan.bands[0][1].max()), *counts, 1.0])
    if fan.limit is not None:
        level, words = fan.limit
        highest = max(highest, level)
        axes.axhline(level, color=ORANGE, linewidth=1.8, zorder=3)
        aside(axes, (axes.get_xlim()[0], level), words)
    axes.set_ylim(0, 1.12 * highest)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    heading(axes, fan.title)


def _years(axes: Axes, columns: int, size: Size) -> None:
    low, high = axes.get_xlim()
    years = list(range(int(np.ceil(low)), int(high) + 1))
    most = 4 if columns > 1 else 6 if size.is_narrow else 11
    step = -(-len(years) // most)
    axes.set_xticks(years[::step], [str(year) for year in years[::step]])
    axes.grid(axis="x", visible=False)


def _date(axes: Axes, by: tuple[float, str], *, named: bool) -> None:
    time, words = by
    axes.axvline(time, color=DARK_GREY, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1.5)
    if named:
        font = {"va": "top", "color": DARK_GREY, "fontsize": BODY - 1}
        note(axes, words, (4, -3), (time, 1), ("data", "axes fraction"), **font)


def _ends(axes: Axes, fan: SmallFan, size: Size, *, named: bool) -> None:
    low, high = (float(end[-1]) for end in fan.bands[0])
    names = ("90% range: ", "central: ") if named and not size.is_narrow else ("", "")
    labels = [
        (high, f"{names[0]}{high:,.{fan.digits}f}", DARK_GREY),
        (float(fan.middle[-1]), f"{names[1]}{fan.middle[-1]:,.{fan.digits}f}", DARK_BLUE),
        (low, f"{low:,.{fan.digits}f}", DARK_GREY),
    ]
    at_the_end(axes, labels, size)
