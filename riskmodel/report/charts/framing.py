"""A picture that can stand alone: its title above it, and below it whose figures it shows."""

from __future__ import annotations

import io
import re
from html import escape

import numpy as np
from matplotlib.image import imsave
from PIL import Image

from riskmodel.report.charts.canvas import DARK_GREY, text_strip
from riskmodel.report.model import Chart

__all__ = ["framed"]

# What a shade became that went through fractions of one, as pictures did: their bytes stay.
_SHADES = (np.arange(256, dtype=np.float32) / np.float32(255) * 255).astype(np.uint8)
_VIEW = re.compile(r'viewBox="0 0 (\S+) (\S+)"')


def framed(chart: Chart, credit: str) -> tuple[bytes, bytes]:
    """SVG and PNG of a chart with its title above and a line on its origin below.

    Parameters
    ----------
    chart
        The chart.
    credit
        Authority, day, source and basis in a line; broken where the picture is too narrow for it.
    """
    width = _size(chart.svg)[0]
    strips = [
        text_strip(f"{chart.id}_head", chart.title, width, size=13.0, fontweight="bold"),
        (chart.svg, chart.png),
        text_strip(f"{chart.id}_foot", credit, width, size=9.0, color=DARK_GREY),
    ]
    parts, top = [], 0.0
    for svg, _ in strips:
        text = svg.decode("utf-8")
        inside = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
        parts.append(f'<g transform="translate(0 {top:g})">{inside}</g>\n')
        top += _size(svg)[1]
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width:g}pt" height="{top:g}pt" viewBox="0 0 {width:g} {top:g}" role="img">\n'
        f"<title>{escape(chart.title)}</title>\n<desc>{escape(chart.alt)}</desc>\n"
    )
    rows = [np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")) for _, png in strips]
    stream = io.BytesIO()
    imsave(stream, _SHADES[np.vstack(rows)], format="png", dpi=200, metadata={"Software": ""})
    return f"{head}{''.join(parts)}</svg>\n".encode(), stream.getvalue()


def _size(svg: bytes) -> tuple[float, float]:
    matched = _VIEW.search(svg[:1000].decode("utf-8"))
    assert matched is not None  # every drawing of the package has one
    return float(matched[1]), float(matched[2])
