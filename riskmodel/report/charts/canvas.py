"""Colours, type, and the way from a matplotlib figure to bytes that are the same every time."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, ScaledTranslation, Transform

from riskmodel.errors import printable
from riskmodel.report.labels import Box

__all__ = [
    "BODY",
    "DARK_BLUE",
    "DARK_GREY",
    "DARK_PINK",
    "LIGHT_GREY",
    "ORANGE",
    "TURQUOISE",
    "Drawing",
    "Size",
    "axes_within",
    "axis_titles",
    "blank",
    "draw",
    "drawing_units",
    "note",
    "panels",
    "sign",
    "text_box",
    "text_lines",
    "text_size",
    "text_strip",
]

# Government Analysis Function, categorical palette.
DARK_BLUE, TURQUOISE, DARK_PINK = "#12436D", "#28A197", "#801650"
ORANGE, DARK_GREY, LIGHT_GREY = "#F46A25", "#3D3D3D", "#D9DCE0"

BODY = 11.0
"""Size of the type in units of the drawing; a page shows one unit as one pixel or more."""

_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_STYLE: dict[str, Any] = {
    "axes.edgecolor": DARK_GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": DARK_GREY,
    "axes.linewidth": 0.9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "white",
    # Shipped with matplotlib, and wider than the fonts that a reader's system puts in its place:
    # what does not collide here does not collide there.
    "font.family": "DejaVu Sans",
    # Names of areas are text: what stands between two dollars is no formula.
    "text.parse_math": False,
    "font.size": BODY,
    "grid.color": LIGHT_GREY,
    "grid.linewidth": 0.7,
    "path.simplify": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "riskmodel",
    "text.color": "#0B0C0C",
    "xtick.color": DARK_GREY,
    "xtick.labelsize": BODY,
    "xtick.major.size": 4,
    "ytick.color": DARK_GREY,
    "ytick.labelsize": BODY,
    "ytick.major.size": 0,
}


class Size(NamedTuple):
    """Size of a drawing in units of 1/72 inch, and whether it is meant for a telephone."""

    width: float
    height: float
    is_narrow: bool


NARROW = 340.0
"""Width of a drawing for a telephone."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart: for a wide page, for a narrow one, and as a picture.

    ``boxes`` and ``narrow_boxes`` are the labels' rectangles, and ``frame`` and ``narrow_frame``
    the area that must hold them, in units of the drawing; ``unplaced`` names the points for which
    there was no room.
    """

    svg: bytes
    svg_narrow: bytes
    png: bytes
    boxes: tuple[Box, ...] = ()
    narrow_boxes: tuple[Box, ...] = ()
    frame: Box | None = None
    narrow_frame: Box | None = None
    unplaced: tuple[str, ...] = ()


class Labels(NamedTuple):
    """What a chart says of its labels: rectangles, the area around them, and names left out."""

    boxes: tuple[Box, ...]
    frame: Box
    unplaced: tuple[str, ...] = ()


Paint = Callable[[Figure, Size], Labels | None]


def draw(
    name: str, paint: Paint, height: float = 440, narrow_height: float = 460, across: float = 620
) -> Drawing:
    """Paint a chart in both sizes and turn it into bytes.

    Parameters
    ----------
    name
        Prefix of all ids in the SVG, so that several stand on one page.
    paint
        Draws on an empty figure of the size given; says nothing where it placed no labels.
    height, narrow_height
        Of the drawing for a wide page, which is ``across`` wide, and of that for a narrow one.
    """
    wide, narrow = Size(across, height, False), Size(NARROW, narrow_height, True)
    with _style():
        figure = _figure(wide)
        labels = paint(figure, wide) or _no_labels(wide)
        svg, png = _svg(figure, name), _png(figure)
        figure = _figure(narrow)
        narrow_labels = paint(figure, narrow) or _no_labels(narrow)
        svg_narrow = _svg(figure, f"{name}_narrow")
    return Drawing(
        svg,
        svg_narrow,
        png,
        labels.boxes,
        narrow_labels.boxes,
        labels.frame,
        narrow_labels.frame,
        tuple(dict.fromkeys((*labels.unplaced, *narrow_labels.unplaced))),
    )


def _no_labels(size: Size) -> Labels:
    return Labels((), Box(0, 0, size.width, size.height))


@contextmanager
def _style() -> Iterator[None]:
    with mpl.rc_context(), warnings.catch_warnings():
        # In a picture for the web the reader's system has the letters that this font lacks.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        # A reader's own matplotlibrc must not change the bytes.
        mpl.rcdefaults()
        mpl.rcParams.update(cast("Any", _STYLE))
        yield


def _figure(size: Size) -> Figure:
    figure = Figure(figsize=(size.width / 72, size.height / 72), dpi=72)
    FigureCanvasAgg(figure)
    return figure


def drawing_units(axes: Axes) -> Transform:
    """From units of the drawing (1/72 inch) to the page, at whatever resolution it is saved.

    matplotlib's own ``transform=None`` counts pixels: right for SVG, astray in a finer picture.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None  # axes are always drawn on one
    return Affine2D().scale(1 / 72) + figure.dpi_scale_trans


def text_size(axes: Axes, words: str, *, size: float = BODY, bold: bool = False) -> Box:
    """Rectangle that a text would take, from the origin, in units of the drawing."""
    probe = axes.text(
        0, 0, words, fontsize=size, fontweight="bold" if bold else "normal", transform=None
    )
    box = text_box(probe)
    probe.remove()
    return Box(0, 0, box.right - box.left, box.top - box.bottom)


def text_box(text: Text) -> Box:
    """Rectangle of a text in units of the drawing."""
    extent = text.get_window_extent()
    return Box(extent.x0, extent.y0, extent.x1, extent.y1)


def text_lines(
    axes: Axes, box: Box, lines: list[str], *, align: str = "left", **style: Any
) -> list[Text]:
    """Write lines into a rectangle (units of the drawing), each a text of its own.

    A text of several lines keeps no anchor in SVG, and would stand askew in another font.
    """
    height = (box.top - box.bottom) / len(lines)
    x = {"left": box.left, "right": box.right, "center": (box.left + box.right) / 2}[align]
    return [
        axes.text(
            x,
            box.top - height * (index + 0.5),
            line,
            ha=align,
            va="center_baseline",
            transform=drawing_units(axes),
            **style,
        )
        for index, line in enumerate(lines)
    ]


def text_strip(
    name: str, text: str, width: float, *, size: float, **style: Any
) -> tuple[bytes, bytes]:
    """SVG and PNG of a text across a picture of that width, in as many lines as it takes."""
    margin, leading = 10.0, 1.35 * size
    with _style():
        probe = _figure(Size(width, leading, False)).text(0, 0, "", fontsize=size, **style)
        lines = [""]
        for word in text.split():
            probe.set_text(f"{lines[-1]} {word}".strip())
            if lines[-1] and text_box(probe).right > width - 2 * margin:
                lines.append(word)
            else:
                lines[-1] = probe.get_text()
        height = round(leading * len(lines) + 1.2 * margin)
        figure = _figure(Size(width, height, False))
        for number, line in enumerate(lines):
            middle = 1 - (0.6 * margin + leading * (number + 0.5)) / height
            figure.text(margin / width, middle, line, fontsize=size, va="center_baseline", **style)
        return _svg(figure, name), _png(figure)


def axis_titles(axes: Axes, across: str, up: str) -> None:
    """Titles of both axes, horizontal: one below, the other above the top end of its axis."""
    axes.set_xlabel(across, loc="right", labelpad=6)
    note(axes, up, (0, 8), ha="left", va="bottom", color=DARK_GREY)


def note(
    axes: Axes,
    words: str,
    offset: tuple[float, float],
    at: tuple[float, float] = (0, 1),
    within: Any = "axes fraction",
    **style: Any,
) -> None:
    """Write words at an offset, in units of the drawing, from a place; usually the upper left end.

    ``within`` says what the place is counted in, as matplotlib's ``xycoords``.
    """
    axes.annotate(words, at, xycoords=within, xytext=offset, textcoords="offset points", **style)


def sign(
    axes: Axes, marker: str, offset: tuple[float, float], *, color: str, markersize: float
) -> None:
    """Draw a marker at an offset from the upper left end, as the key of a chart has it."""
    above = ScaledTranslation(offset[0] / 72, offset[1] / 72, axes.figure.dpi_scale_trans)
    axes.plot(
        [0],
        [1],
        marker=marker,
        markersize=markersize,
        color=color,
        linestyle="none",
        transform=axes.transAxes + above,
        clip_on=False,
    )


def blank(figure: Figure, size: Size) -> Axes:
    """The whole page in units of the drawing, without axes."""
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, size.width)
    axes.set_ylim(0, size.height)
    return axes


def axes_within(
    figure: Figure, size: Size, *, left: float, right: float, below: float, above: float
) -> Axes:
    """Axes that leave so much room on each side, in units of the drawing."""
    width, height = 1 - (left + right) / size.width, 1 - (below + above) / size.height
    return figure.add_axes((left / size.width, below / size.height, width, height))


def panels(
    figure: Figure,
    size: Size,
    number: int,
    columns: int = 1,
    *,
    left: float,
    right: float,
    below: float,
    above: float = 34,
    **gaps: float,
) -> list[Axes]:
    """So many panels row by row, within margins in units of the drawing; ``hspace``, ``wspace``."""
    grid = figure.add_gridspec(
        -(-number // columns),
        columns,
        left=left / size.width,
        right=1 - right / size.width,
        bottom=below / size.height,
        top=1 - above / size.height,
        **gaps,
    )
    return [figure.add_subplot(grid[place // columns, place % columns]) for place in range(number)]


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=200, metadata={"Software": None})
    return stream.getvalue()


def _svg(figure: Figure, name: str) -> bytes:
    """SVG text without dates or addresses, ids made unique by a prefix, system fonts."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!DOCTYPE.*?>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    text = re.sub(r'xlink:href="#', f'xlink:href="#{name}-', text)
    # matplotlib writes either the shorthand or the property, and many fallback fonts.
    text = re.sub(
        r"(font(?:-family)?:[^;\"]*?)'DejaVu Sans'[^;\"]*", lambda m: f"{m[1]}{_FAMILY}", text
    )
    return printable(text).encode("utf-8")
