"""Caseloads to come: fans with the cap, and the probability of keeping to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.core.arrays import Floats
from riskmodel.report.charts.canvas import BODY, ORANGE, Drawing, Size, axes_within, draw, panels
from riskmodel.report.charts.fan import FAN, Fan, end_labels, paint_fan
from riskmodel.report.charts.line_labels import (
    COLOURS,
    DASHES,
    aside,
    at_the_end,
    heading,
    years,
)

__all__ = ["Course", "draw_caseload_fans", "draw_probabilities"]


_KEY_LINE = 17.0


class Course(NamedTuple):
    """One line over time: its name, decimal years and values."""

    name: str
    times: Floats
    values: Floats


def draw_caseload_fans(
    name: str, fans: Sequence[Fan], cap: float, *, by: float | None = None
) -> Drawing:
    """Draw caseload fans one above the other with the cap as a line; every scale from zero.

    Parameters
    ----------
    fans
        Cases for each full-time worker of a scenario or team, one a panel, on one scale.
    cap
        Cases for each full-time worker.
    by
        Decimal year by which the cap is to be kept; None marks none.
    """
    highest = max(float(fan.quantiles[FAN[0][1]].max()) for fan in fans)
    top = 1.12 * max(highest, cap)

    def paint(figure: Figure, size: Size) -> None:
        right = 96 if size.is_narrow else 128
        below = panels(figure, size, len(fans), left=40, right=right, below=34, hspace=0.42)
        for axes, fan in zip(below, fans, strict=True):
            _fan(axes, fan, size, top)
            _cap(axes, cap, by)
            at_the_end(axes, end_labels(fan, ".1f"), size)

    height = 62.0 + 230.0 * len(fans)
    return draw(name, paint, height, height)


def draw_probabilities(
    name: str, courses: Sequence[Course], *, sure: float | None = None, by: float | None = None
) -> Drawing:
    """Draw the probability of keeping to a cap, one line a scenario, named at its end.

    Parameters
    ----------
    courses
        Probabilities between 0 and 1.
    sure
        The probability that is asked for, as a line.
    by
        Decimal year by which.
    """
    key = _KEY_LINE * len(courses)

    def paint(figure: Figure, size: Size) -> None:
        right, below = (20.0, 44.0 + key) if size.is_narrow else (226.0, 34.0)
        axes = axes_within(figure, size, left=46, right=right, below=below, above=34)
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        for place, course in enumerate(courses):
            axes.plot(course.times, course.values, **_line(place))
        years(axes, courses[0].times, size)
        if sure is not None:
            axes.axhline(sure, color=ORANGE, linewidth=1.4, zorder=1.5)
            aside(axes, (axes.get_xlim()[0], sure), f"asked for: {sure:.0%}")
        if by is not None:
            axes.axvline(by, color=ORANGE, linewidth=1.4, zorder=1.5)
        ends = [
            (
                float(course.values[-1]),
                f"{course.name}: {course.values[-1]:.0%}",
                COLOURS[place % len(COLOURS)],
            )
            for place, course in enumerate(courses)
        ]
        if size.is_narrow:
            _key(figure, size, ends)
        else:
            at_the_end(axes, ends, size)
        heading(axes, "Chance of keeping to the cap")

    return draw(name, paint, max(300.0, 90 + 15.0 * len(courses)), 290.0 + key)


def _line(place: int) -> dict[str, Any]:
    """How the line of a place is drawn: no two of the first sixteen are alike."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linewidth": 2.0,
        "linestyle": DASHES[(place + place // len(DASHES)) % len(DASHES)],
    }


def _key(figure: Figure, size: Size, ends: Sequence[tuple[float, str, str]]) -> None:
    """Names below the chart, each beside a piece of its line: a narrow page has no room at ends."""
    axes = figure.add_axes((0, 0, 1, _KEY_LINE * len(ends) / size.height))
    axes.set_axis_off()
    axes.set_xlim(0, size.width)
    axes.set_ylim(len(ends), 0)
    for place, (_, words, _) in enumerate(ends):
        axes.plot([12, 46], [place + 0.4] * 2, **_line(place))
        axes.text(54, place + 0.4, words, va="center_baseline", fontsize=BODY)


def _fan(axes: Axes, fan: Fan, size: Size, top: float) -> None:
    paint_fan(axes, fan)
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    years(axes, fan.times, size)
    heading(axes, fan.title)


def _cap(axes: Axes, cap: float, by: float | None) -> None:
    axes.axhline(cap, color=ORANGE, linewidth=1.8, zorder=3)
    first = axes.get_xlim()[0]
    aside(axes, (first, cap), f"cap {cap:g}")
    if by is not None:
        axes.plot([by], [cap], "D", color=ORANGE, markersize=7, markeredgecolor="white", zorder=4)
