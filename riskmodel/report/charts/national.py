"""Many authorities side by side: small multiples in the order of their names, and a funnel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from riskmodel.core.arrays import Floats
from riskmodel.report.charts.canvas import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    LIGHT_GREY,
    Drawing,
    Size,
    axis_titles,
    blank,
    draw,
    note,
)
from riskmodel.report.charts.funnel import limits

__all__ = ["RateFunnel", "SmallFan", "draw_rate_funnel", "draw_small_fans", "scale_of"]


BANDS = ((0.05, 0.95, 0.2), (0.25, 0.75, 0.36))
"""Low and high quantile of each band and how dark it is."""

MARKS = (0.0, 0.5, 1.0)
"""Parts of the scale that are ruled and named."""

CELL_HEIGHT = 92.0
PLOT_HEIGHT = 56.0
MARGIN = 30.0
TYPE = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class SmallFan:
    """One authority's panel.

    Parameters
    ----------
    name
        Whose.
    history
        Decimal years and rates known.
    times
        Decimal years of the projection.
    quantiles
        Rates by quantile, each of shape (time,): those of :data:`BANDS` and 0.5.
    """

    name: str
    history: Sequence[tuple[float, float]]
    times: Floats
    quantiles: Mapping[float, Floats]

    @property
    def highest(self) -> float:
        """The highest rate that would be drawn."""
        return max([float(self.quantiles[0.95].max()), *(rate for _, rate in self.history)])


def scale_of(fans: Sequence[SmallFan]) -> float:
    """Top of the scale that all panels share: nineteen in twenty fit below it."""
    top = float(np.quantile([fan.highest for fan in fans], 0.95))
    step = 10.0 ** math.floor(math.log10(max(top, 1e-9)))
    return math.ceil(top / step * 2) / 2 * step


def draw_small_fans(name: str, fans: Sequence[SmallFan]) -> Drawing:
    """Draw a panel an authority, in the order given, all on one scale from nought.

    Parameters
    ----------
    fans
        One a panel; what passes the shared scale (:func:`scale_of`) is cut off at its top.
    """
    top = scale_of(fans)
    first = min(min([fan.times[0], *(time for time, _ in fan.history)]) for fan in fans)

    def paint(figure: Figure, size: Size) -> None:
        axes = blank(figure, size)
        columns = 2 if size.is_narrow else 5
        width = (size.width - MARGIN) / columns
        for place, fan in enumerate(fans):
            left = MARGIN + width * (place % columns)
            bottom = size.height - CELL_HEIGHT * (1 + place // columns)
            _panel(axes, fan, Place(left, bottom, width - 10, float(first), top))
            if place % columns == 0:
                _rates(axes, left - 4, bottom, top)
            if place + columns >= len(fans):
                _years(axes, (left, left + width - 10), bottom, (first, fan.times[-1]))

    return draw(name, paint, *(24 + CELL_HEIGHT * -(-len(fans) // columns) for columns in (5, 2)))


class Place(NamedTuple):
    """Where a panel is, its first year and the top of its scale."""

    left: float
    bottom: float
    width: float
    first: float
    top: float


def _panel(axes: Axes, fan: SmallFan, place: Place) -> None:
    left, bottom, width, first, top = place
    span = fan.times[-1] - first

    def points(times: Floats, rates: Floats) -> Floats:
        across = left + width * (times - first) / span
        return np.column_stack([across, bottom + PLOT_HEIGHT * np.minimum(rates / top, 1.0)])

    rules = [
        [(left, bottom + PLOT_HEIGHT * at), (left + width, bottom + PLOT_HEIGHT * at)]
        for at in MARKS
    ]
    axes.add_collection(LineCollection(rules, colors=LIGHT_GREY, linewidths=0.7))
    for low, high, dark in BANDS:
        edges = [points(fan.times, fan.quantiles[level]) for level in (low, high)]
        outline = np.vstack([edges[0], edges[1][::-1]])
        axes.add_collection(
            PolyCollection([outline], facecolors=DARK_BLUE, alpha=dark, edgecolors="none")
        )
    middle = points(fan.times, fan.quantiles[0.5])
    axes.add_collection(LineCollection([middle], colors=DARK_BLUE, linewidths=1.4))
    if fan.history:
        known = np.array(fan.history)
        line = points(known[:, 0], known[:, 1])
        axes.add_collection(LineCollection([line], colors=DARK_GREY, linewidths=1.2))
    for number, words in enumerate(_lines(fan.name, width)[::-1]):
        height = bottom + PLOT_HEIGHT + 5 + 10 * number
        axes.text(left, height, words, fontsize=TYPE, color=DARK_GREY)


def _rates(axes: Axes, right: float, bottom: float, top: float) -> None:
    """The scale, at the left end of a row."""
    for at in MARKS:
        axes.text(
            right,
            bottom + PLOT_HEIGHT * at,
            f"{top * at:g}",
            fontsize=TYPE,
            ha="right",
            va="center_baseline",
            color=DARK_GREY,
        )


def _years(
    axes: Axes, ends: tuple[float, float], bottom: float, years: tuple[float, float]
) -> None:
    """First and last year, below the last panel of a column."""
    for across, year, align in zip(ends, years, ("left", "right"), strict=True):
        words = f"{math.floor(year)}"
        axes.text(across, bottom - 12, words, fontsize=TYPE, ha=align, color=DARK_GREY)


def _lines(name: str, width: float) -> list[str]:
    """The name on at most two lines."""
    found = wrap(name, max(8, int(width / 5.4)))
    return found if len(found) <= 2 else [found[0], f"{found[1]} …"]


@dataclass(frozen=True, slots=True)
class RateFunnel:
    """Rates of authorities against their size.

    Parameters
    ----------
    points
        Name, children aged 0 to 17, rate per 10,000, and whether it is beyond the 99.8% limits.
    target, dispersion
        The common rate as a share (0 to 1), and by how much the limits are widened, as
        :func:`riskmodel.factors.comparison.funnel` gives them.
    """

    points: Sequence[tuple[str, float, float, bool]]
    target: float
    dispersion: float


def draw_rate_funnel(name: str, funnel: RateFunnel) -> Drawing:
    """Draw rates per 10,000 children with limits about the common one; those beyond are named."""
    most = max(size for _, size, _, _ in funnel.points)
    sizes = np.linspace(most / 200, most * 1.05, 400)

    def paint(figure: Figure, size: Size) -> None:
        left, bottom = 52 / size.width, 54 / size.height
        axes = figure.add_axes((left, bottom, 1 - left - 0.04, 1 - bottom - 0.1))
        highest = 1.1 * max(rate for _, _, rate, _ in funnel.points)
        for style, _, *edges in limits(funnel.target, funnel.dispersion, sizes):
            for edge in edges:
                axes.plot(sizes, 1e4 * edge, style, color=DARK_GREY, linewidth=1.1)
        axes.axhline(1e4 * funnel.target, color=DARK_GREY, linewidth=0.8)
        for label, number, rate, beyond in funnel.points:
            mark, colour = ("D", DARK_PINK) if beyond else ("o", DARK_BLUE)
            axes.plot([number], [rate], mark, color=colour, markersize=6, markeredgecolor="white")
            if beyond:
                is_right = number > 0.7 * most
                shift, align = (-7, "right") if is_right else (7, "left")
                font = {"color": colour, "fontsize": TYPE + 1, "ha": align, "va": "center"}
                note(axes, label, (shift, 0), (number, rate), "data", **font)
        axes.set_xlim(0, sizes[-1])
        axes.set_ylim(0, highest)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3 if size.is_narrow else 6))
        axis_titles(axes, "Children aged 0 to 17", "For every 10,000 children")

    return draw(name, paint)
