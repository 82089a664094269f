"""A page of the brief: paragraphs in the order of their weight, a chart and a table."""

from __future__ import annotations

from collections.abc import Iterable

from riskmodel.report.model import Block, Chart, Paragraph, Section, Table

__all__ = ["MOST_WORDS", "brief_page", "fitting"]

MOST_WORDS = 150
"""Of a page, its title among them; those of its chart and table besides."""


def brief_page(
    name: str,
    title: str,
    texts: Iterable[str | Paragraph],
    *,
    annex: str,
    chart: Chart | None = None,
    table: Table | None = None,
    further: Table | None = None,
) -> Section:
    """One page: its first paragraph, the chart, the other paragraphs, the table.

    Parameters
    ----------
    name, title
        Id and message.
    texts
        Paragraphs, the weightiest first; "" is none. Those that no longer fit are left out: the
        annex says more.
    annex
        The section that says more.
    chart, table
        At most one of each.
    further
        A second table, where the first is short.
    """
    paragraphs = fitting(title, texts)
    blocks: list[Block | None] = [*paragraphs[:1], chart, *paragraphs[1:], table, further]
    return Section(name, title, tuple(block for block in blocks if block is not None), annex)


def fitting(title: str, texts: Iterable[str | Paragraph]) -> list[Paragraph]:
    """Paragraphs for which there is room below a title: one that is too long yields to the next."""
    left = MOST_WORDS - len(title.split())
    kept = []
    for text in texts:
        paragraph = Paragraph(text) if isinstance(text, str) else text
        size = len(paragraph.text.split())
        if size and size <= left:
            kept.append(paragraph)
            left -= size
    return kept
