"""Children by placement over time, each kind an area on the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    ORANGE,
    TURQUOISE,
    Drawing,
    Size,
    draw,
)
from riskmodel.report.charts.line_labels import years

__all__ = ["draw_areas"]

_COLOURS = (DARK_BLUE, "#6BACE6", TURQUOISE, DARK_PINK, "#B0578D", ORANGE, DARK_GREY, "#A6A9AD")


def draw_areas(
    name: str, times: npt.NDArray[np.float64], areas: Mapping[str, npt.NDArray[np.float64]],
    now: float,
) -> Drawing:  # fmt: skip
    """Draw counts that add up, one on the other, with a line where the projection begins.

    Parameters
    ----------
    name
        Prefix of the ids in the SVG.
    times
        Decimal years.
    areas
        Counts by what they are called, each of shape (time,).
    now
        Decimal year of the opening.
    """

    def paint(figure: Figure, size: Size) -> None:
        below = 24 + 18 * (-(-len(areas) // (1 if size.is_narrow else 2)))
        axes = figure.add_axes(
            (46 / size.width, below / size.height + 28 / size.height,
             1 - 66 / size.width, 1 - (below + 52) / size.height)
        )  # fmt: skip
        colours = [_COLOURS[at % len(_COLOURS)] for at in range(len(areas))]
        axes.stackplot(times, list(areas.values()), colors=colours, edgecolor="white", linewidth=1)
        axes.set_ylim(0, None)
        years(axes, times, size)
        _mark(axes, now)
        _key(axes, dict(zip(areas, colours, strict=True)), 1 if size.is_narrow else 2)

    return draw(name, paint, height=380, narrow_height=460)


def _mark(axes: Axes, now: float) -> None:
    axes.axvline(now, color="black", linewidth=1, linestyle="--")
    axes.annotate(
        "projected", (now, 1), xycoords=("data", "axes fraction"), xytext=(4, 4),
        textcoords="offset points", fontsize=BODY, color=DARK_GREY,
    )  # fmt: skip


def _key(axes: Axes, colours: Mapping[str, str], columns: int) -> None:
    """What each colour is, below the chart in the order of the areas from the top."""
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=colours[name], label=name) for name in reversed(list(colours))]
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(-0.08, -0.1), ncols=columns,
        frameon=False, fontsize=BODY, borderaxespad=0, handlelength=1.2,
    )  # fmt: skip
