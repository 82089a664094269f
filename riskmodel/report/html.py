"""Self-contained pages: styles, charts and script inside, nothing fetched from anywhere.

One page of sections; before it, where the report has one, its brief.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from importlib import resources
from typing import Any

from riskmodel.errors import printable
from riskmodel.report.model import Brief, Cards, Chart, Number, Paragraph, Report, Section, Table
from riskmodel.report.tidy import NUMBER, are_months, is_numeric
from riskmodel.report.wording import month_words

__all__ = ["ANNEX", "BRIEF", "block_values", "made_words", "render", "render_brief", "render_html"]

BRIEF, ANNEX = "index.html", "annex.html"
"""Files of both pages, which lead to each other."""

_FIGURE = re.compile(rf"{NUMBER.pattern}(?:[a-z]+\b)?")
"""A number with the unit that is written to it: £6.1m."""

_TALL = 30
_MOST_PRINTED = 200
"""Rows of a table that paper has room for: nobody looks a figure up in twenty sheets."""
"""Tables with more rows scroll in a region of their own."""


def render_html(report: Report, *, downloads: Mapping[str, str] | None = None) -> str:
    """The sections of a report as one HTML page, which leads back to the brief if there is one.

    Parameters
    ----------
    report
        The report.
    downloads
        Addresses, relative to the page, of files that hold parts of the report: by
        ``csv:TABLE``, ``svg:CHART``, ``png:CHART``, ``workbook``, ``document``, ``manifest``.
        None: no links.

    Returns
    -------
    str
        The page; the same report gives the same text.

    Notes
    -----
    Every text is escaped; only the drawings, which this package made, are taken as they are.
    """
    pages = report.brief.pages if report.brief else ()
    return _page(
        "page.html.j2",
        ("style.css",),
        printed=_printed_mark(report),
        report=report,
        brief=BRIEF,
        sections=[
            _section(section)
            | {"pages": [page for page in pages if (page.annex or page.id) == section.id]}
            for section in report.sections
        ],
        titles={section.id: section.title for section in report.sections},
        downloads=dict(downloads or {}),
    )


def render_brief(report: Report, brief: Brief, *, downloads: Mapping[str, str]) -> str:
    """The brief of a report as one HTML page, which leads to the annex; as :func:`render_html`."""
    titles = {section.id: section.title for section in report.sections}
    pages = {page.id: page.title for page in brief.pages}
    return _page(
        "brief.html.j2",
        ("style.css", "brief.css"),
        printed=_printed_mark(report),
        report=report,
        annex=ANNEX,
        points=[
            {
                "text": point.text,
                "title": pages.get(point.section) or titles.get(point.section, ""),
                "link": _link(point.section, pages),
            }
            for point in brief.points
        ],
        numbers=[_number(number) for number in brief.numbers],
        pages=[
            _section(page, ANNEX)
            | {"annex": page.annex or page.id, "annex_title": titles[page.annex or page.id]}
            for page in brief.pages
        ],
        made=made_words(report),
        downloads=dict(downloads),
    )


def made_words(report: Report) -> str:
    """How the report is made again, in a sentence; "" where its manifest does not say."""
    version, command = report.manifest.get("version"), report.manifest.get("command")
    if not version or not command:
        return ""
    words = command if isinstance(command, str) else " ".join(command)
    return f"Made by riskmodel {version}. To make it again: {words}"


def render(name: str, **values: object) -> str:
    """A template of the package, filled; every text is escaped, and none steers what shows it."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["slug"] = _slug
    return printable(environment.get_template(name).render(values))


def _printed_mark(report: Report) -> Any:
    """Style by which every printed page says what a draft says of itself; "" where it is none."""
    from markupsafe import Markup

    # In a style nothing is escaped: what is no letter, figure or sign of a sentence is left out.
    words = re.sub(r"[^\w ,.:;-]", "", ". ".join((report.mark, report.authority)).strip())
    box = f'content: "{words}"; font: 8pt sans-serif; color: #801650;'
    return Markup(f"@page {{ @bottom-left {{ {box} }} }}\n") if report.mark else ""


def _page(name: str, styles: tuple[str, ...], **values: object) -> str:
    from markupsafe import Markup

    return render(
        name,
        style=Markup("".join(_resource(style) for style in styles)),
        script=Markup(_resource("filter.js")),
        **values,
    )


def _slug(name: str) -> str:
    return name.replace("_", "-")


def _link(section: str, pages: Mapping[str, str]) -> str:
    """Where a point of the brief leads: to a page of it, or else to a section of the annex."""
    if not section:
        return ""
    return f"{'' if section in pages else ANNEX}#{_slug(section)}"


def _number(number: Number) -> dict[str, str]:
    """A number of the brief: the figure, what is said of it, its day, and what it was before."""
    text, day = (number.then, number.then_at) if number.then else (number.now, number.now_at)
    matched = _FIGURE.match(text)
    figure = matched[0] if matched else ""
    before = ", ".join(part for part in (number.now, number.now_at) if part)
    return {
        "label": number.label,
        "before": before if number.then else "",
        "figure": figure,
        "rest": text[len(figure) :].lstrip(", "),
        "day": day,
        "range": number.range,
    }


def _section(section: Section, annex: str = "") -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    for block in section.blocks:
        values = block_values(block, annex)
        mark = values.get("mark", "")
        tag = "ul" if mark == "•" else "ol"
        if mark and (not blocks or blocks[-1].get("tag") != tag):
            blocks.append({"kind": "list", "tag": tag, "start": mark[:-1], "items": []})
        (blocks[-1]["items"] if mark else blocks).append(values["text"] if mark else values)
    return {"id": section.id, "title": section.title, "blocks": blocks}


def _typed(paragraph: Paragraph) -> Any:
    """Its text with bold and italics; everything else escaped."""
    from markupsafe import Markup

    forms = {True: "<{0}>{{}}</{0}>", False: "{{}}"}
    return Markup().join(
        Markup(forms[run.is_bold].format("strong")).format(
            Markup(forms[run.is_italic].format("em")).format(run.text)
        )
        for run in paragraph.pieces
    )


def _resource(name: str) -> str:
    folder = resources.files("riskmodel.report").joinpath("templates")
    return folder.joinpath(name).read_text(encoding="utf-8")


def block_values(block: object, annex: str = "") -> dict[str, Any]:
    """A block as plain values for the template; ``annex`` is the page that its links lead to."""
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": _typed(block), "mark": block.mark}
    if isinstance(block, Table):
        return {"kind": "table", "table": _table(block, annex)}
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
            "table": _table(block.data, annex),
        }
    raise TypeError(f"unknown kind of block: {type(block).__name__}")


def _table(table: Table, annex: str) -> dict[str, Any]:
    frame = table.frame
    texts = [_texts(name, frame[name]) for name in frame.columns]
    columns = [
        {
            "heading": heading,
            "is_number": is_numeric(column, index == 0),
            "is_long": max(map(len, column), default=0) > 60,
            "is_short": max(map(len, column), default=0) <= 34,
            "is_unbroken": name in {"value", "sha256"},
            "is_link": name == table.link_column,
        }
        for index, (name, heading, column) in enumerate(
            zip(frame.columns, table.headings, texts, strict=True)
        )
    ]
    links = {
        text: annex + link if link.startswith("#") else link for text, link in table.links.items()
    }
    rows = [
        {
            "anchor": table.anchors[index] if table.anchors else "",
            "cells": [{"text": text, "link": links.get(text, "")} for text in cells],
        }
        for index, cells in enumerate(zip(*texts, strict=True))
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
        "is_unprinted": len(rows) > _MOST_PRINTED,
    }


def _texts(name: str, cells: Iterable[object]) -> list[str]:
    """The cells of a column as a reader sees them, months in words, years without separators."""
    if name == "year" or name.endswith("_year"):
        return [str(cell) for cell in cells]
    texts = [_text(cell) for cell in cells]
    return [month_words(text) for text in texts] if are_months(texts) else texts


def _text(cell: object) -> str:
    """A cell as a reader sees it: thousands separated, a real minus sign."""
    if cell is None or cell != cell:
        return "none"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}".replace("-", "−")
    if isinstance(cell, float):
        # A large sum is never written as a power of ten.
        text = f"{cell:,.0f}" if abs(cell) >= 1e6 else f"{cell:,.6g}"
        return text.replace("-", "−")
    text = str(cell)
    return f"−{text[1:]}" if NUMBER.fullmatch(text) and text.startswith("-") else text


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
