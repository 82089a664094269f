"""Caseloads to come: fans with the cap, and the probability of keeping to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    ORANGE,
    Drawing,
    Labels,
    Size,
    draw,
)
from riskmodel.report.charts.fan import FAN
from riskmodel.report.charts.line_labels import (
    COLOURS,
    DASHES,
    aside,
    at_the_end,
    heading,
    years,
)
from riskmodel.report.labels import Box

__all__ = ["CaseloadFan", "Course", "draw_caseload_fans", "draw_probabilities"]

Floats = npt.NDArray[np.float64]

_KEY_LINE = 17.0


@dataclass(frozen=True, slots=True, eq=False)
class CaseloadFan:
    """One panel: the caseload of a scenario.

    Parameters
    ----------
    title
        Scenario or team, in words.
    times
        Decimal years (31 March 2015 is 2015.25).
    quantiles
        Cases for each full-time worker by quantile, each of shape (time,): those of
        :data:`riskmodel.report.charts.fan.FAN` and 0.5.
    """

    title: str
    times: Floats
    quantiles: Mapping[float, Floats]


class Course(NamedTuple):
    """One line over time: its name, decimal years and values."""

    name: str
    times: Floats
    values: Floats


def draw_caseload_fans(
    name: str, fans: Sequence[CaseloadFan], cap: float, *, by: float | None = None
) -> Drawing:
    """Draw caseload fans one above the other with the cap as a line; every scale from zero.

    Parameters
    ----------
    name
        Prefix of the ids in the SVG.
    fans
        One a panel, on one scale.
    cap
        Cases for each full-time worker.
    by
        Decimal year by which the cap is to be kept; None marks none.
    """
    highest = max(float(fan.quantiles[FAN[0][1]].max()) for fan in fans)
    top = 1.12 * max(highest, cap)

    def paint(figure: Figure, size: Size) -> Labels:
        right = 96 if size.is_narrow else 128
        grid = figure.add_gridspec(
            len(fans),
            1,
            left=40 / size.width,
            right=1 - right / size.width,
            bottom=34 / size.height,
            top=1 - 34 / size.height,
            hspace=0.42,
        )
        for index, fan in enumerate(fans):
            axes = figure.add_subplot(grid[index, 0])
            _fan(axes, fan, size, top)
            _cap(axes, cap, by)
            _fan_labels(axes, fan, size)
        return Labels((), Box(0, 0, size.width, size.height))

    height = 62.0 + 230.0 * len(fans)
    return draw(name, paint, wide=Size(620, height, False), narrow=Size(340, height, True))


def draw_probabilities(
    name: str, courses: Sequence[Course], *, sure: float | None = None, by: float | None = None
) -> Drawing:
    """Draw the probability of keeping to a cap, one line a scenario, named at its end.

    Parameters
    ----------
    name
        Prefix of the ids in the SVG.
    courses
        Probabilities between 0 and 1.
    sure
        The probability that is asked for, as a line.
    by
        Decimal year by which.
    """
    key = _KEY_LINE * len(courses)

    def paint(figure: Figure, size: Size) -> Labels:
        right, below = (20.0, 44.0 + key) if size.is_narrow else (226.0, 34.0)
        axes = figure.add_axes(
            (
                46 / size.width,
                below / size.height,
                1 - (46 + right) / size.width,
                1 - (34 + below) / size.height,
            )
        )
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
        return Labels((), Box(0, 0, size.width, size.height))

    return draw(
        name,
        paint,
        wide=Size(620, max(300.0, 90 + 15.0 * len(courses)), False),
        narrow=Size(340, 290.0 + key, True),
    )


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


def _fan(axes: Axes, fan: CaseloadFan, size: Size, top: float) -> None:
    for low, high, _, dark in FAN:
        axes.fill_between(
            fan.times,
            fan.quantiles[low],
            fan.quantiles[high],
            color=DARK_BLUE,
            alpha=dark,
            linewidth=0,
        )
    axes.plot(fan.times, fan.quantiles[0.5], color=DARK_BLUE, linewidth=2.2)
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


def _fan_labels(axes: Axes, fan: CaseloadFan, size: Size) -> None:
    at_the_end(
        axes,
        [
            (
                float(fan.quantiles[0.5][-1]),
                f"central: {fan.quantiles[0.5][-1]:.1f}",
                DARK_BLUE,
            ),
            *(
                (
                    float(fan.quantiles[high][-1]),
                    f"{words}: {fan.quantiles[high][-1]:.1f}",
                    DARK_GREY,
                )
                for _, high, words, _ in FAN
            ),
            *(
                (float(fan.quantiles[low][-1]), f"{fan.quantiles[low][-1]:.1f}", DARK_GREY)
                for low, *_ in FAN
            ),
        ],
        size,
    )
