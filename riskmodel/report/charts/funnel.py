"""Rates against the number of assessments, with limits around the common rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from riskmodel.assessments import FactorCounts
from riskmodel.core.arrays import Floats
from riskmodel.factors.comparison import funnel
from riskmodel.report.charts.canvas import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    Drawing,
    Size,
    axis_titles,
    draw,
    note,
)
from riskmodel.report.wording import label_of

__all__ = ["draw_counts_funnel", "draw_funnel", "limits"]


LIMITS = ((1.959964, "-", "95%"), (3.090232, "--", "99.8%"))


def draw_counts_funnel(counts: FactorCounts) -> Drawing:
    """Draw the funnel of all conversion rates of these counts."""
    frame = funnel(counts)
    points = [
        (label_of(name), int(size), float(rate), abs(z) > LIMITS[0][0])
        for name, size, rate, z in zip(
            frame["factor"], frame["assessments"], frame["conversion_rate"], frame["z"], strict=True
        )
    ]
    target, dispersion = float(frame["target"].iloc[0]), float(frame["dispersion"].iloc[0])
    return draw_funnel("funnel", points, target=target, dispersion=dispersion)


def limits(
    target: float, dispersion: float, sizes: Floats
) -> Iterator[tuple[str, str, Floats, Floats]]:
    """Limits around a common rate on the arcsine scale: how drawn, in words, low and high ends."""
    centre = math.asin(math.sqrt(target))
    for reach, style, words in LIMITS:
        half = reach * math.sqrt(dispersion) / (2 * np.sqrt(sizes))
        low = np.sin(np.clip(centre - half, 0, None)) ** 2
        yield style, words, low, np.sin(np.clip(centre + half, None, math.pi / 2)) ** 2


def draw_funnel(
    name: str,
    points: Sequence[tuple[str, int, float, bool]],
    *,
    target: float,
    dispersion: float,
) -> Drawing:
    """Draw a funnel with overdispersed limits; points beyond the inner limits are named.

    Parameters
    ----------
    points
        Label, assessments, rate (0 to 1), and whether it lies beyond the 95% limits.
    target, dispersion
        The common rate, and by how much the limits are widened, as
        :func:`riskmodel.factors.comparison.funnel` gives them.
    """
    most = max(size for _, size, _, _ in points)
    sizes = np.linspace(max(1, min(size for _, size, _, _ in points) * 0.6), most * 1.1, 200)

    def paint(figure: Figure, size: Size) -> None:
        left, bottom = 52 / size.width, 54 / size.height
        axes = figure.add_axes((left, bottom, 1 - left - 0.04, 1 - bottom - 0.1))
        for style, words, low, high in limits(target, dispersion, sizes):
            for edge in (low, high):
                axes.plot(sizes, edge, style, color=DARK_GREY, linewidth=1.1)
            axes.annotate(words, (sizes[-1], high[-1]), ha="right", va="bottom", fontsize=10)
        axes.axhline(target, color=DARK_GREY, linewidth=0.8)
        for label, number, rate, beyond in points:
            mark, colour = ("D", DARK_PINK) if beyond else ("o", DARK_BLUE)
            axes.plot([number], [rate], mark, color=colour, markersize=7, markeredgecolor="white")
            if beyond:
                shift, align = (9, "bottom") if rate > target else (-9, "top")
                clear = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
                look = {"ha": "center", "va": align, "color": colour, "bbox": clear}
                note(axes, label, (0, shift), (number, rate), "data", **look)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
        axes.set_xlim(0, sizes[-1])
        axes.margins(y=0.1)
        axis_titles(axes, "Assessments with the factor", "Conversion rate")

    return draw(name, paint)
