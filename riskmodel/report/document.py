"""The brief as a document for Word: real headings, lists, tables and text for every picture.

Office Open XML (ECMA-376) by hand: a zip of a few small files, which are the templates in
``templates/document``.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from riskmodel.report.archive import archive_bytes
from riskmodel.report.html import block_values, made_words, render
from riskmodel.report.model import Brief, Cards, Chart, Paragraph, Report, Section, Table
from riskmodel.report.prose import Run

__all__ = ["document_bytes"]

_EMU_PER_MM = 36_000
_WIDE, _HIGH, _LESS_HIGH = 170, 105, 75
"""Millimetres that a picture may take, and how high it may be where there is less room."""

_PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package.xml",
    "docProps/core.xml": "core.xml.j2",
    "word/_rels/document.xml.rels": "relations.xml.j2",
    "word/document.xml": "document.xml.j2",
    "word/footer.xml": "footer.xml.j2",
    "word/numbering.xml": "numbering.xml",
    "word/settings.xml": "settings.xml",
    "word/styles.xml": "styles.xml",
}
_NUMBERS = (
    ("What is counted", "label"),
    ("Now", "now"),
    ("Date", "now_at"),
    ("Projected", "then"),
    ("For", "then_at"),
    ("90% range", "range"),
)


def document_bytes(report: Report, brief: Brief, pictures: Mapping[str, bytes]) -> bytes:
    """The brief as a ``.docx`` file.

    Parameters
    ----------
    report, brief
        The report and its brief.
    pictures
        PNG of each chart by its id.

    Returns
    -------
    bytes
        The same brief gives the same bytes.
    """
    titles = {section.id: section.title for section in report.sections}
    pages: list[dict[str, Any]] = [
        {
            "title": page.title,
            "annex": titles[page.annex or page.id],
            "blocks": _blocks(page, pictures, _LESS_HIGH if below or _is_full(page) else _HIGH),
            "is_new": not below,
        }
        for page, below in zip(brief.pages, _stands_below(brief), strict=True)
    ]
    drawn = [block for page in pages for block in page["blocks"] if block["kind"] == "chart"]
    for number, block in enumerate(drawn, 1):
        block.update(number=number, file=f"picture{number}.png", relation=f"rIdPicture{number}")
    whose = [report.authority, f"figures to {report.date}" if report.date else ""]
    values = {
        "report": report,
        "brief": brief,
        "pages": pages,
        "pictures": drawn,
        "whose": f"{report.mark}. ".lstrip(". ") + ", ".join(part for part in whose if part),
        "numbers": [[getattr(number, name) for _, name in _NUMBERS] for number in brief.numbers],
        "number_columns": [{"heading": heading, "is_number": False} for heading, _ in _NUMBERS],
        "foot": [text for text in (*brief.basis, made_words(report)) if text],
    }
    files = {
        part: render(f"document/{name}", **values).lstrip().encode("utf-8")
        for part, name in _PARTS.items()
    }
    media = {f"word/media/{block['file']}": block["picture"] for block in drawn}
    return archive_bytes(files | media)


def _stands_below(brief: Brief) -> list[bool]:
    """Whether each page stands below what is before it: the first, where it has no table."""
    tables = [isinstance(block, Table) for block in brief.pages[0].blocks]
    return [not any(tables), *(False for _ in brief.pages[1:])]


def _is_full(page: Section) -> bool:
    """Whether two tables stand on a page."""
    return sum(isinstance(block, Table) for block in page.blocks) > 1


def _blocks(page: Section, pictures: Mapping[str, bytes], high: int) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for block in page.blocks:
        if isinstance(block, Paragraph):
            style = "ListBullet" if block.mark == "•" else ""
            number = [] if style or not block.mark else [Run(f"{block.mark} ")]
            runs = (*number, *block.pieces)
            blocks.append({"kind": "paragraph", "runs": runs, "style": style})
        elif isinstance(block, Chart):
            picture = pictures[block.id]
            width, height = _fitted(picture, high)
            blocks.append(
                {
                    "kind": "chart",
                    "title": block.title,
                    "alt": f"{block.title}. {block.alt}",
                    "caption": block.caption,
                    "picture": picture,
                    "width": width,
                    "height": height,
                }
            )
        elif isinstance(block, Cards):
            lines = [
                ". ".join((card.title, *(f"{name}: {text}" for name, text in card.lines)))
                for card in block.cards
            ]
            blocks.append({"kind": "cards", "title": block.title, "cards": lines})
        else:
            values = block_values(block)
            cells = [[cell["text"] for cell in row["cells"]] for row in values["table"]["rows"]]
            origin = f"Source: {block.source}." if block.source else ""
            basis = f"Basis: {block.basis}." if block.basis else ""
            notes = [*block.notes, f"{origin} {basis}".strip()]
            blocks.append(
                {
                    "kind": "table",
                    "table": values["table"] | {"cells": cells},
                    "notes": [note for note in notes if note],
                }
            )
    return blocks


def _fitted(png: bytes, high: int) -> tuple[int, int]:
    """Width and height in English metric units, as large as the page allows."""
    width, height = struct.unpack(">II", png[16:24])
    scale = min(_WIDE / width, high / height) * _EMU_PER_MM
    return round(width * scale), round(height * scale)
