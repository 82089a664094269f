"""Exact combinations of factors as bars over a grid of dots (an upset plot)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    LIGHT_GREY,
    TURQUOISE,
    Drawing,
    Size,
    axes_within,
    draw,
    note,
    sign,
    text_size,
)
from riskmodel.report.charts.ranges import only_across

__all__ = ["CombinationBar", "draw_combinations"]

_NONE = "No factor"


@dataclass(frozen=True, slots=True)
class CombinationBar:
    """Labels of the factors (none: no factor recorded), assessments, and plans among them."""

    factors: tuple[str, ...]
    assessments: int
    plans: int


def draw_combinations(name: str, bars: Sequence[CombinationBar]) -> Drawing:
    """Draw combinations, the commonest first.

    Parameters
    ----------
    bars
        What to draw, in order.

    Notes
    -----
    On a wide page an upset plot (Lex, Gehlenborg, Strobelt, Vuillemot and Pfister 2014, IEEE
    Transactions on Visualization and Computer Graphics 20, 1983-1992); on a narrow one each bar
    stands under the names of its factors.
    """
    labels = _rows(bars)
    heights = 236 + 25.0 * len(labels), 96 + sum(30 + 16.0 * len(_lines(bar)) for bar in bars)

    def paint(figure: Figure, size: Size) -> None:
        if size.is_narrow:
            _paint_list(figure, size, bars)
        else:
            _paint_upset(figure, size, bars, labels)

    return draw(name, paint, *heights)


def _rows(bars: Sequence[CombinationBar]) -> list[str]:
    """Factors in the combinations shown, those in most assessments first."""
    held: dict[str, int] = {}
    for bar in bars:
        for label in bar.factors or (_NONE,):
            held[label] = held.get(label, 0) + bar.assessments
    return sorted(held, key=lambda label: (-held[label], label))


def _paint_upset(
    figure: Figure, size: Size, bars: Sequence[CombinationBar], labels: Sequence[str]
) -> None:
    top = 14 + 25.0 * len(labels)
    above = axes_within(figure, size, left=212, right=12, below=top + 8, above=54)
    grid = axes_within(figure, size, left=212, right=12, below=10, above=size.height - top)
    for axes in (above, grid):
        axes.set_xlim(-0.6, len(bars) - 0.4)
        axes.set_xticks([])
    top = max(bar.assessments for bar in bars)
    above.set_ylim(0, top * 1.15)
    above.grid(visible=False, axis="x")
    above.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    above.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for place, bar in enumerate(bars):
        above.bar(place, bar.assessments, 0.66, color=TURQUOISE)
        above.bar(place, bar.plans, 0.66, color=DARK_BLUE)
        at = (place, bar.assessments)
        note(above, f"{bar.assessments:,}", (0, 4), at, "data", ha="center", va="bottom")
    _key(above, size)
    _paint_grid(grid, bars, labels)


def _paint_grid(grid: Axes, bars: Sequence[CombinationBar], labels: Sequence[str]) -> None:
    grid.set_ylim(len(labels) - 0.5, -0.5)
    grid.grid(visible=False)
    for spine in grid.spines.values():
        spine.set_visible(False)
    grid.set_yticks(range(len(labels)), labels, fontsize=BODY, color="#0B0C0C")
    for row in range(0, len(labels), 2):
        grid.axhspan(row - 0.5, row + 0.5, color="#F3F4F5", zorder=0)
    for place, bar in enumerate(bars):
        inside = [labels.index(label) for label in bar.factors or (_NONE,)]
        outside = [row for row in range(len(labels)) if row not in inside]
        grid.plot([place] * len(outside), outside, "o", color=LIGHT_GREY, markersize=7, zorder=1)
        grid.plot([place, place], [min(inside), max(inside)], color=DARK_BLUE, linewidth=2)
        grid.plot([place] * len(inside), inside, "o", color=DARK_BLUE, markersize=9, zorder=3)


def _paint_list(figure: Figure, size: Size, bars: Sequence[CombinationBar]) -> None:
    axes = axes_within(figure, size, left=14, right=14, below=30, above=54)
    top = max(bar.assessments for bar in bars)
    axes.set_xlim(0, top * 1.16)
    height = sum(30 + 16.0 * len(_lines(bar)) for bar in bars)
    axes.set_ylim(height, 0)
    only_across(axes)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    down = 0.0
    for bar in bars:
        lines = _lines(bar)
        for line in lines:
            down += 16
            axes.annotate(
                line,
                (0, down - 5),
                xycoords=("axes fraction", "data"),
                va="center_baseline",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
            )
        down += 30
        axes.barh(down - 18, bar.assessments, 14, color=TURQUOISE)
        axes.barh(down - 18, bar.plans, 14, color=DARK_BLUE)
        style = {"va": "center_baseline", "fontweight": "bold"}
        note(axes, f"{bar.assessments:,}", (5, 0), (bar.assessments, down - 18), "data", **style)
    _key(axes, size)


def _lines(bar: CombinationBar) -> tuple[str, ...]:
    return bar.factors or (_NONE,)


def _key(axes: Axes, size: Size) -> None:
    """What the two colours mean, above the bars."""
    across, up = 0.0, 14.0
    for colour, words in ((DARK_BLUE, "led to a plan"), (TURQUOISE, "did not")):
        sign(axes, "s", (across + 6, up), color=colour, markersize=10)
        note(axes, words, (across + 18, up), va="center_baseline", color=DARK_GREY)
        across += 40 + text_size(axes, words).right
    words = "Assessments with exactly these factors that"
    note(axes, words, (0, 26), va="bottom", color=DARK_GREY)
