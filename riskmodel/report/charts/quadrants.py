"""The quadrant chart: how common a factor is against how often a plan follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from riskmodel.report.charts.canvas import (
    BODY,
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    TURQUOISE,
    Drawing,
    Labels,
    Size,
    axis_titles,
    draw,
    drawing_units,
    text_lines,
    text_size,
)
from riskmodel.report.labels import Box, place_labels

__all__ = ["QuadrantPoint", "draw_quadrants"]

# Shape and colour both say the quadrant.
_LOOK = {
    ("high", "high"): (DARK_BLUE, "o"),
    ("low", "high"): (TURQUOISE, "^"),
    ("low", "low"): (DARK_PINK, "s"),
    ("high", "low"): (DARK_GREY, "D"),
}
_MARKER = 9.0


@dataclass(frozen=True, slots=True)
class QuadrantPoint:
    """One factor on the chart.

    Parameters
    ----------
    label
        Its name as printed.
    prevalence
        Position across, in the unit of the axis.
    impact, low, high
        Conversion rate in percent and its interval.
    printed
        Printed (prevalence, impact), or of a table of one's own its side of the cuts: each ``high``
        or ``low``.
    is_marked
        Whether it belongs to a pair that no cut can part.
    """

    label: str
    prevalence: float
    impact: float
    low: float
    high: float
    printed: tuple[str, str]
    is_marked: bool = False


def draw_quadrants(
    name: str,
    points: Sequence[QuadrantPoint],
    *,
    across: str,
    up: str,
    prevalence_cuts: tuple[float, float] | None,
    impact_cuts: tuple[float, float] | None,
    unit: str = "",
) -> Drawing:
    """Draw the chart in both sizes.

    Parameters
    ----------
    points
        The factors.
    across, up
        Titles of the axes.
    prevalence_cuts, impact_cuts
        End points of the feasible cuts, in the units of the axes; None where there are none.
    unit
        Sign behind the numbers of the axis across, such as ``%``.
    """

    def paint(figure: Figure, size: Size) -> Labels:
        left = 40 / size.width
        axes = figure.add_axes((left, 50 / size.height, 1 - left - 0.02, 1 - 82 / size.height))
        _scales(axes, points, unit, size)
        axis_titles(axes, across, up)
        reserved = _bands(axes, prevalence_cuts, impact_cuts, unit, size)
        for point in points:
            _point(axes, point)
        cuts = [("across", cut) for cut in prevalence_cuts or ()]
        cuts += [("up", cut) for cut in impact_cuts or ()]
        return _label(axes, points, reserved, cuts, size)

    return draw(name, paint, narrow_height=540)


def _scales(axes: Axes, points: Sequence[QuadrantPoint], unit: str, size: Size) -> None:
    right = max(point.prevalence for point in points)
    axes.set_xlim(0, right * 1.12)
    lowest = min(point.low for point in points)
    highest = max(point.high for point in points)
    axes.set_ylim(max(0.0, lowest - 6), min(100.0, highest + 5))
    axes.xaxis.set_major_locator(MaxNLocator(4 if size.is_narrow else 7, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{unit}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))


def _bands(
    axes: Axes,
    prevalence_cuts: tuple[float, float] | None,
    impact_cuts: tuple[float, float] | None,
    unit: str,
    size: Size,
) -> list[Box]:
    """Shade the feasible cuts and name the quadrants; returns the room that the words take."""
    style: dict[str, Any] = {"color": DARK_GREY, "alpha": 0.13, "linewidth": 0, "zorder": 0.5}
    edge: dict[str, Any] = {"color": DARK_GREY, "linewidth": 0.9, "linestyle": (0, (4, 3))}
    frame = _frame(axes)
    reserved = []
    if prevalence_cuts is not None:
        axes.axvspan(*prevalence_cuts, **style)
        for cut in prevalence_cuts:
            axes.axvline(cut, zorder=0.6, **edge)
        low, high = prevalence_cuts
        reserved.append(
            _words(
                axes,
                _cut_words(low, high, unit),
                (high, None),
                "left",
                frame,
            )
        )
    if impact_cuts is not None:
        axes.axhspan(*impact_cuts, **style)
        for cut in impact_cuts:
            axes.axhline(cut, zorder=0.6, **edge)
        low, high = impact_cuts
        words = _cut_words(low, high, "%")
        lines = words if size.is_narrow else [" ".join(words)]
        reserved.append(_words(axes, lines, (None, low), "right", frame))
    if prevalence_cuts is not None and impact_cuts is not None:
        reserved += _corner_names(axes, prevalence_cuts, frame, size)
    return reserved


def _cut_words(low: float, high: float, unit: str) -> list[str]:
    if low == high:
        return [f"Cut at {low:.3g}{unit}"]
    return ["Cut between", f"{low:.3g} and {high:.3g}{unit}"]


def _corner_names(
    axes: Axes, prevalence_cuts: tuple[float, float], frame: Box, size: Size
) -> list[Box]:
    """The names of the four quadrants, in their corners."""
    cut = axes.transData.transform((prevalence_cuts[0], 0))[0]
    style = {"fontsize": BODY, "fontweight": "bold", "color": DARK_GREY}
    boxes = []
    for prevalence, side in (("Rarer", "left"), ("Commoner", "right")):
        for impact, is_top in (("plan more often", True), ("plan less often", False)):
            one_line = f"{prevalence}, {impact}"
            room = cut - frame.left if side == "left" else frame.right - cut
            lines = [one_line]
            if text_size(axes, one_line, bold=True).right > room - 10 or size.is_narrow:
                lines = [f"{prevalence},", *_wrapped(axes, impact, room - 10)]
            taken = [text_size(axes, line, bold=True) for line in lines]
            width, height = max(box.right for box in taken), 15.0 * len(lines)
            left = frame.left + 5 if side == "left" else frame.right - 5 - width
            bottom = frame.top - 4 - height if is_top else frame.bottom + 4
            box = Box(left, bottom, left + width, bottom + height)
            text_lines(axes, box, lines, align=side, **style)
            boxes.append(box)
    return boxes


def _wrapped(axes: Axes, words: str, room: float) -> list[str]:
    """Words on as few lines as the room allows."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_size(axes, longer, bold=True).right > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _words(
    axes: Axes,
    lines: list[str],
    at: tuple[float | None, float | None],
    align: str,
    frame: Box,
) -> Box:
    """Words beside a line across or up the chart; returns the room they take."""
    taken = [text_size(axes, line) for line in lines]
    width, height = max(box.right for box in taken), 15.0 * len(lines)
    if at[0] is not None:
        x = axes.transData.transform((at[0], 0))[0]
        left, bottom = x + 5, frame.bottom + (60 if frame.right - frame.left < 330 else 22)
    else:
        y = axes.transData.transform((0, at[1] or 0))[1]
        left, bottom = frame.right - width - 5, y + 4
    box = Box(left, bottom, left + width, bottom + height)
    text_lines(axes, box, lines, align=align, fontsize=BODY, color=DARK_GREY)
    return box


def _point(axes: Axes, point: QuadrantPoint) -> None:
    colour, marker = _LOOK[point.printed]
    axes.plot(
        [point.prevalence, point.prevalence],
        [point.low, point.high],
        color=colour,
        linewidth=1.4,
        alpha=0.75,
        solid_capstyle="butt",
        zorder=2,
    )
    axes.plot(
        [point.prevalence],
        [point.impact],
        marker=marker,
        markersize=_MARKER + (3.5 if point.is_marked else 0),
        markerfacecolor=colour,
        markeredgecolor="#0B0C0C" if point.is_marked else "white",
        markeredgewidth=2.0 if point.is_marked else 1.0,
        linestyle="none",
        zorder=3,
    )


def _label(
    axes: Axes,
    points: Sequence[QuadrantPoint],
    reserved: list[Box],
    cuts: Sequence[tuple[str, float]],
    size: Size,
) -> Labels:
    frame = _frame(axes)
    places = [tuple(axes.transData.transform((p.prevalence, p.impact))) for p in points]
    written = [_label_lines(point, size) for point in points]
    sizes = [
        (
            max(text_size(axes, line, bold=point.is_marked).right for line in lines) + 2,
            13.5 * len(lines),
        )
        for point, lines in zip(points, written, strict=True)
    ]
    whiskers = []
    for point in points:
        x, low = axes.transData.transform((point.prevalence, point.low))
        high = axes.transData.transform((point.prevalence, point.high))[1]
        whiskers.append(Box(x - 1.5, low, x + 1.5, high))
    whiskers += _cut_lines(axes, frame, cuts)
    found = place_labels(
        [(float(x), float(y)) for x, y in places],
        sizes,
        within=frame.grown(-2),
        keep_clear=reserved,
        better_clear=whiskers,
        gap=8,
    )
    boxes, unplaced = [], []
    for point, place, lines, label in zip(points, places, written, found, strict=True):
        if label is None:
            unplaced.append(point.label)
            continue
        boxes.append(label.box)
        _write_label(axes, point, (float(place[0]), float(place[1])), lines, label.box)
        if label.needs_line:
            end = label.box.nearest((float(place[0]), float(place[1])))
            axes.plot(
                [place[0], end[0]],
                [place[1], end[1]],
                transform=drawing_units(axes),
                color=DARK_GREY,
                linewidth=0.8,
                zorder=1.5,
            )
    return Labels((*boxes, *reserved), frame, tuple(unplaced))


def _cut_lines(axes: Axes, frame: Box, cuts: Sequence[tuple[str, float]]) -> list[Box]:
    """The dashed lines of the cuts, as thin rectangles."""
    boxes = []
    for axis, cut in cuts:
        x, y = (float(place) for place in axes.transData.transform((cut, cut)))
        if axis == "across":
            boxes.append(Box(x - 1, frame.bottom, x + 1, frame.top))
        else:
            boxes.append(Box(frame.left, y - 1, frame.right, y + 1))
    return boxes


def _write_label(
    axes: Axes, point: QuadrantPoint, place: tuple[float, float], lines: list[str], box: Box
) -> None:
    colour = _LOOK[point.printed][0]
    # Half-clear: words stay legible over an interval, and the interval stays visible.
    axes.add_patch(
        Rectangle(
            (box.left, box.bottom),
            box.right - box.left,
            box.top - box.bottom,
            transform=drawing_units(axes),
            facecolor="white",
            alpha=0.7,
            linewidth=0,
            zorder=2.5,
        )
    )
    middle = (box.left + box.right) / 2
    align = "center"
    if box.left > place[0]:
        align = "left"
    elif box.right < place[0]:
        align = "right"
    elif abs(middle - place[0]) > 4:
        align = "left" if middle > place[0] else "right"
    text_lines(
        axes,
        box,
        lines,
        align=align,
        fontsize=BODY,
        color="#0B0C0C" if colour == TURQUOISE else colour,
        fontweight="bold" if point.is_marked else "normal",
        zorder=4,
    )


def _label_lines(point: QuadrantPoint, size: Size) -> list[str]:
    """The label on one line, or on two where the page is narrow."""
    label = point.label
    if point.is_marked:
        return [label, f"printed as {point.printed[0]}: {point.prevalence:g}"]
    if not size.is_narrow or len(label) <= 14:
        return [label]
    words = label.split()
    split = min(
        range(1, len(words)),
        key=lambda cut: max(len(" ".join(words[:cut])), len(" ".join(words[cut:]))),
        default=1,
    )
    return [" ".join(words[:split]), " ".join(words[split:])] if len(words) > 1 else [label]


def _frame(axes: Axes) -> Box:
    extent = axes.get_window_extent()
    return Box(extent.x0, extent.y0, extent.x1, extent.y1)
