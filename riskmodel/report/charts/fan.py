"""History and projection of a stock: a fan of 50, 80 and 95% intervals, labelled on the chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    DARK_PINK,
    Drawing,
    Size,
    draw,
    note,
    panels,
)

__all__ = ["FAN", "Fan", "draw_fans", "end_labels", "paint_fan"]


FAN = ((0.025, 0.975, "95%", 0.16), (0.1, 0.9, "80%", 0.22), (0.25, 0.75, "50%", 0.34))
"""Low and high quantile of each interval, its name, and how dark it is."""

MOST_YEARS_LABELLED = 12


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """One panel of a fan chart.

    Parameters
    ----------
    title
        What is counted, in words.
    history
        Decimal year (31 March 2015 is 2015.25), count, and half the width of what it can have
        been, of each figure known.
    times
        Decimal years of the projection.
    quantiles
        Counts by quantile, each of shape (time,): those of :data:`FAN` and 0.5.
    others
        Medians of other scenarios, by name.
    """

    title: str
    history: Sequence[tuple[float, float, float]]
    times: Floats
    quantiles: Mapping[float, Floats]
    others: Mapping[str, Floats]


def draw_fans(name: str, fans: Sequence[Fan]) -> Drawing:
    """Draw fans side by side, or one above the other on a narrow page; every scale from zero.

    Parameters
    ----------
    fans
        One a panel.
    """
    heights = 60 + 270.0 * len(fans), 60 + 270.0 * len(fans)

    def paint(figure: Figure, size: Size) -> None:
        right = 112 if size.is_narrow else 150
        below = panels(figure, size, len(fans), left=46, right=right, below=34, hspace=0.36)
        for axes, fan in zip(below, fans, strict=True):
            _panel(axes, fan, size)

    return draw(name, paint, *heights)


def paint_fan(axes: Axes, fan: Fan) -> None:
    """The bands of a fan and its central projection."""
    for low, high, _, dark in FAN:
        ends = fan.quantiles[low], fan.quantiles[high]
        axes.fill_between(fan.times, *ends, color=DARK_BLUE, alpha=dark, linewidth=0)
    axes.plot(fan.times, fan.quantiles[0.5], color=DARK_BLUE, linewidth=2.2)


def end_labels(fan: Fan, form: str) -> list[tuple[float, str, str]]:
    """Height, words and colour of what stands at the right end of a fan."""
    ends = {level: float(values[-1]) for level, values in fan.quantiles.items()}
    return [
        (ends[0.5], f"central: {ends[0.5]:{form}}", DARK_BLUE),
        *((ends[high], f"{words}: {ends[high]:{form}}", DARK_GREY) for _, high, words, _ in FAN),
        *((ends[low], f"{ends[low]:{form}}", DARK_GREY) for low, *_ in FAN),
    ]


def _panel(axes: Axes, fan: Fan, size: Size) -> None:
    paint_fan(axes, fan)
    if fan.history:
        dates, counts, widths = (np.array(column) for column in zip(*fan.history, strict=True))
        axes.errorbar(
            dates,
            counts,
            yerr=widths,
            fmt="o",
            color=DARK_GREY,
            markersize=5,
            capsize=2.5,
            linewidth=1.1,
        )
    for place, (_, median) in enumerate(fan.others.items()):
        axes.plot(
            fan.times,
            median,
            color=DARK_PINK,
            linewidth=1.8,
            linestyle=("--", ":", "-.", (0, (5, 1)))[place % 4],
        )
    first = min([fan.times[0], *(each[0] for each in fan.history)])
    axes.set_xlim(first - 0.15, fan.times[-1])
    highest = max(float(fan.quantiles[0.975].max()), *(each[1] for each in fan.history), 1.0)
    axes.set_ylim(0, 1.08 * highest)
    years = range(int(np.ceil(first)), int(fan.times[-1]) + 1)
    step = 1 if len(years) <= (MOST_YEARS_LABELLED // (2 if size.is_narrow else 1)) else 2
    axes.set_xticks(list(years)[::step], [str(year) for year in years][::step])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="x", visible=False)
    note(axes, fan.title, (-40, 10), fontweight="bold", color=DARK_GREY)
    _label_ends(axes, fan, size)


def _label_ends(axes: Axes, fan: Fan, size: Size) -> None:
    """Names at the right end of each line and interval, moved apart where they would collide."""
    found = end_labels(fan, ",.0f")
    found += [
        (float(median[-1]), f"{name}: {median[-1]:,.0f}", DARK_PINK)
        for name, median in fan.others.items()
    ]
    end = {text: (value, colour) for value, text, colour in found}
    low, high = axes.get_ylim()
    line = (high - low) * 14 / (axes.get_position().height * size.height)
    place = -np.inf
    for text, (value, colour) in sorted(end.items(), key=lambda each: each[1][0]):
        place = max(value, place + line)
        axes.annotate(
            text,
            (fan.times[-1], value),
            xytext=(fan.times[-1] + 0.02 * (fan.times[-1] - axes.get_xlim()[0]), place),
            textcoords="data",
            color=colour,
            fontsize=BODY if size.is_narrow else BODY - 1,
            va="center",
            annotation_clip=False,
        )
