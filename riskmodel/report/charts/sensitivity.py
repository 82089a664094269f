"""The range of each factor's adjusted odds ratio over everything assumed, on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from riskmodel.factors.margins.sensitivity import SensitivitySurface
from riskmodel.report.charts.canvas import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    TURQUOISE,
    Drawing,
    Size,
    axes_within,
    draw,
    note,
)
from riskmodel.report.charts.ranges import only_across, row_name
from riskmodel.vocabulary import factor_label

__all__ = ["SensitivityRange", "draw_sensitivity", "draw_surface"]

_GROUPS = (
    ("always above 1", "Above 1 whatever is assumed", DARK_BLUE),
    (
        "sign depends on the assumption",
        "Below or above 1: it depends on what is assumed",
        DARK_PINK,
    ),
    ("always below 1", "Below 1 whatever is assumed", TURQUOISE),
)
_TICKS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_STEP = 25.0
_NARROW_STEP = 42.0
_HEADING = 30.0
_BELOW = 62.0
_ABOVE = 26.0


class SensitivityRange(NamedTuple):
    """One factor: its odds ratio under each assumption, and what they share.

    Parameters
    ----------
    label
        Its name as printed.
    odds_ratios
        One for each assumption.
    verdict
        As :attr:`riskmodel.factors.margins.sensitivity.FactorSensitivity.verdict` words it.
    """

    label: str
    odds_ratios: tuple[float, ...]
    verdict: str


def draw_surface(surface: SensitivitySurface) -> Drawing:
    """Draw what is assumed of each factor of a surface."""
    ranges = [
        SensitivityRange(
            factor_label(one.factor), tuple(surface.odds_ratio[row].ravel()), one.verdict
        )
        for row, one in enumerate(surface.summaries())
    ]
    return draw_sensitivity("sensitivity", ranges, across="Adjusted odds ratio (assumed)")


def draw_sensitivity(
    name: str, ranges: Sequence[SensitivityRange], *, across: str = "Adjusted odds ratio"
) -> Drawing:
    """Draw the range of each factor, those that no assumption turns round first.

    Parameters
    ----------
    ranges
        The factors.
    across
        Title of the axis.
    """
    groups = [
        (words, colour, sorted(chosen, key=lambda one: (-_middle(one), one.label)))
        for verdict, words, colour in _GROUPS
        if (chosen := [one for one in ranges if one.verdict == verdict])
    ]

    def height(step: float) -> float:
        return _ABOVE + _BELOW + sum(_HEADING + step * len(rows) for _, _, rows in groups)

    def paint(figure: Figure, size: Size) -> None:
        axes = _axes(figure, size, ranges, across)
        step = _NARROW_STEP if size.is_narrow else _STEP
        place = 0.0
        for words, colour, rows in groups:
            place += _HEADING
            _heading(axes, words, place - _HEADING / 2 + 3, size)
            for one in rows:
                _row(axes, one, place + step / 2 + (7 if size.is_narrow else 0), colour, size)
                place += step

    return draw(name, paint, height(_STEP), height(_NARROW_STEP))


def _middle(one: SensitivityRange) -> float:
    return math.sqrt(min(one.odds_ratios) * max(one.odds_ratios))


def _axes(figure: Figure, size: Size, ranges: Sequence[SensitivityRange], across: str) -> Axes:
    """Axes whose vertical unit is that of the drawing, from the top down."""
    left = 14 if size.is_narrow else 212
    axes = axes_within(figure, size, left=left, right=90, below=_BELOW, above=_ABOVE)
    axes.set_ylim(size.height - _ABOVE - _BELOW, 0)
    axes.set_xscale("log")
    lowest = min(min(one.odds_ratios) for one in ranges)
    highest = max(max(one.odds_ratios) for one in ranges)
    axes.set_xlim(min(lowest, 0.5) / 1.12, max(highest, 2.0) * 1.12)
    only_across(axes, across)
    axes.xaxis.set_major_locator(FixedLocator(list(_TICKS)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    offset = (0, -(_BELOW - 8)) if size.is_narrow else (-200, -30)
    style = {"va": "center_baseline", "color": DARK_GREY}
    note(axes, "Each stroke is one assumption", offset, (0, 0), **style)
    axes.axvline(1.0, color=DARK_GREY, linewidth=1.6, zorder=1.5)
    for words, align, shift in (("plan less often", "right", -6), ("plan more often", "left", 6)):
        at_one = (shift, 8), (1.0, 1.0), ("data", "axes fraction")
        note(axes, words, *at_one, ha=align, color=DARK_GREY)
    return axes


def _heading(axes: Axes, words: str, place: float, size: Size) -> None:
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}
    style = {"ha": "left", "va": "center_baseline", "fontweight": "bold", "bbox": clear}
    offset = (0 if size.is_narrow else -200, 0)
    note(axes, words, offset, (0, place), ("axes fraction", "data"), zorder=4, **style)


def _row(axes: Axes, one: SensitivityRange, place: float, colour: str, size: Size) -> None:
    low, high = min(one.odds_ratios), max(one.odds_ratios)
    axes.plot(
        [low, high],
        [place, place],
        color=colour,
        linewidth=7,
        alpha=0.3,
        solid_capstyle="butt",
        zorder=2,
    )
    axes.plot(
        one.odds_ratios,
        [place] * len(one.odds_ratios),
        linestyle="none",
        marker="|",
        markersize=7,
        markeredgewidth=1.1,
        color=colour,
        zorder=3,
    )
    style = {"ha": "right", "va": "center_baseline", "fontweight": "bold"}
    ends = f"{_short(low)} to {_short(high)}"
    note(axes, ends, (82, 0), (1, place), ("axes fraction", "data"), **style)
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 1.0} if size.is_narrow else None
    row_name(axes, one.label, place, size, up=17, bbox=clear, zorder=4)


def _short(value: float) -> str:
    """Two digits that say the side of 1: never 1.0 for what is above or below it."""
    text = f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"
    return f"{value:.2f}" if text == "1.0" and value != 1 else text
