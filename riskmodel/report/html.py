"""One self-contained page: styles, charts and script inside, nothing fetched from anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

from riskmodel.report.model import Cards, Chart, Paragraph, Report, Table

__all__ = ["render_html"]

_NUMBER = re.compile(r"[-−]?\d[\d,]*(\.\d+)?%?")
_SHORTHAND = frozenset({"none", "not defined", "not stated", "not checked", "exact", "not a count"})
_TALL = 30
"""Tables with more rows scroll in a region of their own."""


def render_html(report: Report, *, downloads: Mapping[str, str] | None = None) -> str:
    """The report as one HTML page.

    Parameters
    ----------
    report
        The report.
    downloads
        Addresses, relative to the page, of files that hold parts of the report: by
        ``csv:TABLE``, ``svg:CHART``, ``png:CHART``, ``workbook``, ``manifest``. None: no links.

    Returns
    -------
    str
        The page; the same report gives the same text.

    Notes
    -----
    Every text is escaped; only the drawings, which this package made, are taken as they are.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["slug"] = lambda name: name.replace("_", "-")
    template = environment.from_string(_resource("page.html.j2"))
    return template.render(
        report=report,
        style=Markup(_resource("style.css")),
        script=Markup(_resource("filter.js")),
        sections=[
            {
                "id": section.id,
                "title": section.title,
                "blocks": [_block(block) for block in section.blocks],
            }
            for section in report.sections
        ],
        titles={section.id: section.title for section in report.sections},
        downloads=dict(downloads or {}),
    )


def _resource(name: str) -> str:
    folder = resources.files("riskmodel.report").joinpath("templates")
    return folder.joinpath(name).read_text(encoding="utf-8")


def _block(block: object) -> dict[str, Any]:
    """A block as plain values for the template."""
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": block.text}
    if isinstance(block, Table):
        return {"kind": "table", "table": _table(block)}
    if isinstance(block, Cards):
        return {"kind": "cards", "cards": block}
    if isinstance(block, Chart):
        return {
            "kind": "chart",
            "chart": block,
            "wide": _inline_svg(block.svg, block, "wide"),
            "narrow": None
            if block.svg_narrow is None
            else _inline_svg(block.svg_narrow, block, "narrow"),
            "table": _table(block.data),
        }
    raise TypeError(f"unknown kind of block: {type(block).__name__}")


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {
            "heading": heading,
            "is_number": _is_numeric([_text(cell) for cell in table.frame[name]]),
            "is_long": max((len(_text(cell)) for cell in table.frame[name]), default=0) > 60,
            "is_short": max((len(_text(cell)) for cell in table.frame[name]), default=0) <= 34,
            "is_unbroken": name in {"value", "sha256"},
            "is_link": name == table.link_column,
        }
        for name, heading in zip(table.frame.columns, table.headings, strict=True)
    ]
    rows = [
        {
            "anchor": table.anchors[index] if table.anchors else "",
            "cells": [
                {"text": _text(cell), "link": table.links.get(str(cell), "")} for cell in cells
            ],
        }
        for index, cells in enumerate(table.frame.itertuples(index=False, name=None))
    ]
    return {
        "id": table.id,
        "title": table.title,
        "notes": table.notes,
        "source": table.source,
        "basis": table.basis,
        "folded": table.folded,
        "searchable": table.searchable,
        "columns": columns,
        "rows": rows,
        "is_tall": len(rows) > _TALL,
    }


def _text(cell: object) -> str:
    """A cell as a reader sees it: thousands separated, a real minus sign."""
    if cell is None or cell != cell:
        return "none"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}".replace("-", "−")
    if isinstance(cell, float):
        return f"{cell:,.6g}".replace("-", "−")
    text = str(cell)
    return f"−{text[1:]}" if _NUMBER.fullmatch(text) and text.startswith("-") else text


def _is_numeric(cells: list[str]) -> bool:
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    return bool(numbers) and all(cell in numbers or cell in _SHORTHAND for cell in cells)


def _inline_svg(svg: bytes, chart: Chart, kind: str) -> Any:
    """A drawing for the page: no declaration, no fixed size, a title and a description."""
    from markupsafe import Markup

    text = svg.decode("utf-8")
    text = text[text.index("<svg") :]
    head, _, body = text.partition(">")
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    name = f"{chart.id}-{kind}"
    head += (
        f' role="img" aria-labelledby="{name}-title {name}-desc" class="{kind}" focusable="false"'
    )
    inside = (
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(chart.alt)}</desc>'
    )
    return Markup(f"{head}>{inside}{body}")
