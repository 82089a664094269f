"""Rates ranked, each a dot with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from riskmodel.errors import DataError
from riskmodel.factors.margins.recording import RecordingSensitivity
from riskmodel.report.charts.canvas import BODY, DARK_BLUE, Drawing, Labels, Size, draw
from riskmodel.report.labels import Box
from riskmodel.vocabulary import factor_label

__all__ = ["draw_ranked_rates", "draw_recording"]


def draw_recording(name: str, found: RecordingSensitivity) -> Drawing:
    """Draw each factor's rate as recorded, with its lowest and highest over the whole area."""
    rows = [
        (factor_label(one.factor), 100 * one.as_recorded, 100 * one.lowest, 100 * one.highest)
        for one in found.ends("conversion_rate")
        if one.lowest <= one.highest
    ]
    if not rows:
        raise DataError("there is nothing to draw: no factor could be so recorded")
    return draw_ranked_rates(name, rows, across="Share that led to a plan, by recording (assumed)")


def draw_ranked_rates(
    name: str, rows: Sequence[tuple[str, float, float, float]], *, across: str
) -> Drawing:
    """Draw rates from the highest to the lowest.

    Parameters
    ----------
    name
        Prefix of the ids in the SVG.
    rows
        Label, rate, and the end points of its interval, in percent.
    across
        Title of the axis.
    """
    ranked = sorted(rows, key=lambda row: (-row[1], row[0]))
    step = 30.0
    wide = Size(620, 64 + step * len(ranked), False)
    narrow = Size(340, 64 + (step + 14) * len(ranked), True)

    def paint(figure: Figure, size: Size) -> Labels:
        left = (14 if size.is_narrow else 212) / size.width
        right = 1 - 56 / size.width
        axes = figure.add_axes((left, 50 / size.height, right - left, 1 - 56 / size.height))
        axes.set_ylim(len(ranked) - 0.5, -0.75 if size.is_narrow else -0.5)
        top = max(high for _, _, _, high in ranked)
        axes.set_xlim(0, min(100.0, top * 1.04))
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))
        axes.set_xlabel(across, loc="right", labelpad=6)
        for row, (label, rate, low, high) in enumerate(ranked):
            axes.plot([low, high], [row, row], color=DARK_BLUE, linewidth=2.4, alpha=0.55)
            axes.plot([rate], [row], "o", color=DARK_BLUE, markersize=8, markeredgecolor="white")
            axes.annotate(
                f"{rate:.1f}%",
                (1, row),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                textcoords="offset points",
                va="center_baseline",
                fontweight="bold",
            )
            # On a narrow page the name stands above its line instead of beside it.
            axes.annotate(
                label,
                (0, row - (0.38 if size.is_narrow else 0)),
                xycoords=("axes fraction", "data"),
                xytext=(0 if size.is_narrow else -10, 0),
                textcoords="offset points",
                ha="left" if size.is_narrow else "right",
                va="center_baseline",
                fontsize=BODY,
            )
        return Labels((), Box(0, 0, size.width, size.height))

    return draw(name, paint, wide=wide, narrow=narrow)
