"""Adjusted association beside the crude one, factor by factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    Drawing,
    Labels,
    Size,
    draw,
)
from riskmodel.report.labels import Box

__all__ = ["ComparedRate", "draw_adjusted_beside_crude"]

_LOOK = {
    "crude": (DARK_PINK, "D", 5.5, -0.17, "Unadjusted"),
    "adjusted": (DARK_BLUE, "o", 7.5, 0.17, "Adjusted for the other factors"),
}
"""Colour, marker, its size, place within the row, and words."""


@dataclass(frozen=True, slots=True)
class ComparedRate:
    """A factor's crude and adjusted difference with interval ends, in percentage points."""

    label: str
    crude: tuple[float, float, float]
    adjusted: tuple[float, float, float]


def draw_adjusted_beside_crude(
    name: str, rows: Sequence[ComparedRate], *, across: str, at_zero: str
) -> Drawing:
    """Draw two dots and intervals a factor, highest adjusted first.

    Parameters
    ----------
    name
        Prefix of the ids in the SVG.
    rows
        What to draw.
    across
        Title of the axis.
    at_zero
        What 0 means; written at the line.
    """
    ranked = sorted(rows, key=lambda row: (-row.adjusted[0], row.label))
    wide = Size(620, 112 + 32.0 * len(ranked), False)
    narrow = Size(340, 128 + 48.0 * len(ranked), True)

    def paint(figure: Figure, size: Size) -> Labels:
        left = (14 if size.is_narrow else 212) / size.width
        right = 1 - 16 / size.width
        head = 66.0 if size.is_narrow else 50.0
        axes = figure.add_axes(
            (left, 56 / size.height, right - left, 1 - (56 + head) / size.height)
        )
        _frame(axes, ranked, size, across)
        for place, row in enumerate(ranked):
            _row(axes, place, row, size)
        _legend(axes, size)
        axes.axvline(0, color=DARK_GREY, linewidth=1.2, zorder=1)
        axes.annotate(
            at_zero,
            (0, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=DARK_GREY,
        )
        return Labels((), Box(0, 0, size.width, size.height))

    return draw(name, paint, wide=wide, narrow=narrow)


def _frame(axes: Axes, ranked: Sequence[ComparedRate], size: Size, across: str) -> None:
    ends = [end for row in ranked for triple in (row.crude, row.adjusted) for end in triple]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.04 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(len(ranked) - 0.5, -0.8 if size.is_narrow else -0.5)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(5 if size.is_narrow else 8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
    )
    axes.set_xlabel(across, loc="right", labelpad=6)


def _row(axes: Axes, place: int, row: ComparedRate, size: Size) -> None:
    # On a narrow page the name stands above its lines instead of beside them.
    down = 0.12 if size.is_narrow else 0.0
    for kind, triple in (("crude", row.crude), ("adjusted", row.adjusted)):
        colour, marker, width, shift, _ = _LOOK[kind]
        at = place + down + shift * (0.75 if size.is_narrow else 1)
        value, low, high = triple
        axes.plot([low, high], [at, at], color=colour, linewidth=2.0, alpha=0.6, zorder=2)
        axes.plot(
            [value],
            [at],
            marker=marker,
            markersize=width,
            color=colour,
            markeredgecolor="white",
            linestyle="none",
            zorder=3,
        )
    axes.annotate(
        row.label,
        (0, place - (0.3 if size.is_narrow else 0)),
        xycoords=("axes fraction", "data"),
        xytext=(0 if size.is_narrow else -10, 0),
        textcoords="offset points",
        ha="left" if size.is_narrow else "right",
        va="center_baseline",
        fontsize=BODY,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75}
        if size.is_narrow
        else None,
    )


def _legend(axes: Axes, size: Size) -> None:
    """Marker and words for each kind, in a line above the chart (two on a narrow page)."""
    across = -198.0 if not size.is_narrow else 0.0
    for position, kind in enumerate(("adjusted", "crude")):
        colour, marker, width, _, words = _LOOK[kind]
        x, y = (8.0, 46.0 - 18 * position) if size.is_narrow else (8.0 + across, 30.0)
        axes.annotate(
            words,
            (0, 1),
            xycoords="axes fraction",
            xytext=(x + 10, y),
            textcoords="offset points",
            va="center_baseline",
            color=colour,
            fontweight="bold",
        )
        above = ScaledTranslation(x / 72, y / 72, axes.figure.dpi_scale_trans)
        axes.plot(
            [0],
            [1],
            marker=marker,
            markersize=width,
            color=colour,
            linestyle="none",
            transform=axes.transAxes + above,
            clip_on=False,
        )
        across += 260
