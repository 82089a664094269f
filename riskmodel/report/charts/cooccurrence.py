"""How pairs of factors occur together: a grid of numbers, or a list where a grid has no room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from riskmodel.core.arrays import Floats
from riskmodel.report.charts.canvas import DARK_BLUE, Drawing, Size, axes_within, draw, note
from riskmodel.report.charts.ranges import only_across

__all__ = ["draw_cooccurrence"]

LISTED = 12
# Light end of the Analysis Function's sequential blue: dark figures stay readable on all of it.
PALE_BLUE = "#6BACE6"


def draw_cooccurrence(name: str, labels: Sequence[str], lifts: Floats) -> Drawing:
    """Draw how many times as often as independence each pair occurs.

    Parameters
    ----------
    labels
        Factors, length J.
    lifts
        Times independence, shape (J, J), symmetric; the diagonal is not drawn.
    """

    def paint(figure: Figure, size: Size) -> None:
        if size.is_narrow:
            _list(figure, size, labels, lifts)
        else:
            _grid(figure, size, labels, lifts)

    return draw(name, paint, 64 + 34 * len(labels), 46 + 42 * LISTED, 740)


def _grid(figure: Figure, size: Size, labels: Sequence[str], lifts: Floats) -> None:
    axes = axes_within(figure, size, left=212, right=150, below=8, above=50)
    hidden = np.triu(np.ones_like(lifts, dtype=bool))
    shade = LinearSegmentedColormap.from_list("shade", ["#FFFFFF", PALE_BLUE])
    # The diagonal has no pair: the first row and the last column would be empty.
    sns.heatmap(
        lifts[1:, :-1],
        mask=hidden[1:, :-1],
        annot=True,
        annot_kws={"color": "#0B0C0C"},
        fmt=".1f",
        cmap=shade,
        vmin=0,
        vmax=max(2.0, float(np.max(lifts[~hidden], initial=0))),
        cbar=False,
        linewidths=2,
        linecolor="white",
        ax=axes,
    )
    axes.grid(visible=False)
    axes.set_yticklabels(labels[1:], rotation=0)
    axes.set_xticks([])
    axes.tick_params(length=0)
    _column_names(axes, labels[:-1])


def _column_names(axes: Axes, labels: Sequence[str]) -> None:
    """Each column's name stands on the step above its first cell, horizontal as everything is."""
    for column, label in enumerate(labels):
        axes.annotate(
            label,
            (column + 0.08, column - 0.12),
            ha="left",
            va="bottom",
            annotation_clip=False,
            fontsize=10.5,
        )


def _list(figure: Figure, size: Size, labels: Sequence[str], lifts: Floats) -> None:
    pairs = [
        (float(lifts[row, column]), labels[column], labels[row])
        for row in range(len(labels))
        for column in range(row)
    ]
    ranked = sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))[:LISTED]
    axes = axes_within(figure, size, left=14, right=36, below=40, above=4)
    axes.set_ylim(len(ranked) - 0.4, -0.8)
    axes.set_xlim(0, max(pair[0] for pair in ranked) * 1.08)
    only_across(axes, "Times as often as if independent")
    for row, (lift, one, other) in enumerate(ranked):
        axes.plot([0, lift], [row, row], color=DARK_BLUE, linewidth=6, solid_capstyle="butt")
        axes.annotate(f"{one} + {other}", (0, row - 0.22), ha="left", va="bottom", fontsize=10.5)
        style = {"va": "center_baseline", "fontweight": "bold"}
        note(axes, f"{lift:.1f}", (6, 0), (lift, row), "data", **style)
