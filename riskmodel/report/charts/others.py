"""One authority's rate by year, with the band in which chance alone would hold it."""

from __future__ import annotations

from textwrap import shorten

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    LIGHT_GREY,
    Drawing,
    Size,
    axes_within,
    draw,
    note,
)

__all__ = ["draw_beside_others"]

HALF = 0.32
"""Half the width of a year's band, in years."""


def draw_beside_others(name: str, rows: pd.DataFrame) -> Drawing:
    """Draw own rates as marks over the band of each year; those beyond it have another mark.

    Parameters
    ----------
    rows
        Of one measure and comparator, as
        :meth:`riskmodel.authority.others.OthersComparison.course` gives them.
    """
    figures = ("year", "rate", "comparator_rate", "low", "high")
    years, rates, others, lows, highs = (rows[name].to_numpy(float) for name in figures)
    comparator, unit = (str(rows[column].iloc[-1]) for column in ("comparator", "unit"))
    comparator = f"{comparator[0].upper()}{comparator[1:]}"
    top = 1.12 * max(rates.max(), highs.max())

    def paint(figure: Figure, size: Size) -> None:
        columns, lines = (1, 4) if size.is_narrow else (2, 2)
        left, below = 44 / size.width, 32 + 17 * lines
        margins = {"left": 44, "right": 0.04 * size.width, "below": below, "above": 34}
        axes = axes_within(figure, size, **margins)
        axes.set_ylim(0, top)
        axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
        axes.grid(visible=False, axis="x")
        axes.bar(years, highs - lows, 2 * HALF, bottom=lows, color=LIGHT_GREY, zorder=1)
        axes.hlines(others, years - HALF, years + HALF, color=DARK_GREY, linewidth=2, zorder=2)
        for beyond, mark, colour in ((False, "o", DARK_BLUE), (True, "D", DARK_PINK)):
            chosen = ((rates < lows) | (rates > highs)) == beyond
            axes.plot(
                years[chosen],
                rates[chosen],
                mark,
                color=colour,
                markersize=8,
                markeredgecolor="white",
                zorder=3,
            )
        axes.xaxis.set_major_locator(MaxNLocator(4 if size.is_narrow else 10, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        note(axes, f"{unit[0].upper()}{unit[1:]}", (0, 12), color=DARK_GREY)
        key = (
            (("o", DARK_BLUE), "Own rate, within chance"),
            (("_", DARK_GREY), shorten(comparator, 24, placeholder=" …")),
            (("D", DARK_PINK), "Own rate, beyond chance"),
            (("s", LIGHT_GREY), "What chance alone would give"),
        )
        for place, ((mark, colour), words) in enumerate(key):
            x = left + (place % columns) * (1 - left) / 2
            y = (13 + 17 * (lines - 1 - place // columns)) / size.height
            figure.text(x + 14 / size.width, y, words, fontsize=BODY - 0.5, va="center_baseline")
            axes.plot(
                [x + 5 / size.width],
                [y],
                mark,
                color=colour,
                markersize=8,
                markeredgewidth=2 if mark == "_" else 0,
                transform=figure.transFigure,
                clip_on=False,
            )

    return draw(name, paint, 300, 354)
