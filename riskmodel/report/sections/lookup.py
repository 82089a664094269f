"""Find a figure: every published figure by document and paragraph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from riskmodel.core.lazy import pd
from riskmodel.published import Figure, PublishedTable
from riskmodel.report.model import Paragraph, Section, Table
from riskmodel.report.wording import count_of

__all__ = ["lookup_section"]

_NUMBER = re.compile(r"\d+")


def lookup_section(tables: Sequence[PublishedTable]) -> Section:
    """Every figure with its paragraph, searchable, and the paragraphs with their figures.

    Parameters
    ----------
    tables
        The published tables, ``statements`` among them.
    """
    entries = sorted(
        ((figure, table) for table in tables for figure in table), key=lambda pair: _order(pair[0])
    )
    number = len({(figure.document.id, figure.paragraph) for figure, _ in entries})
    introduction = Paragraph(
        f"All {len(entries):,} published figures that this report rests on, from "
        f"{count_of(number, 'paragraph')} of "
        f"{count_of(len({figure.document.id for figure, _ in entries}), 'document')}. Type a "
        "number, a word or a paragraph into the box to find where a figure stands, or go from a "
        "paragraph to its figures."
    )
    return Section(
        "lookup", "Find a figure", (introduction, _figures(entries), _paragraphs(entries))
    )


def _order(figure: Figure) -> tuple[object, ...]:
    """Order of reading: newest pack first as in the catalogue, paragraphs as a person counts."""
    numbers = tuple(int(found) for found in _NUMBER.findall(figure.paragraph))
    return (
        figure.document.id != "oxfordshire_report_card",
        figure.document.title,
        numbers,
        figure.paragraph,
    )


def _anchor(figure: Figure) -> str:
    words = f"{figure.document.id} {figure.paragraph}".casefold()
    return "para-" + re.sub(r"[^a-z0-9]+", "-", words).strip("-")


def _figures(entries: Sequence[tuple[Figure, PublishedTable]]) -> Table:
    frame = pd.DataFrame(
        [
            {
                "printed": figure.printed,
                "measures": figure.measures,
                "paragraph": figure.place,
                "document": figure.document.title,
                "unit": figure.unit.label + (f" ({figure.of})" if figure.of else ""),
                "period": figure.period or "not stated",
                "table": table.title,
            }
            for figure, table in entries
        ]
    )
    seen: set[str] = set()
    anchors = []
    for figure, _ in entries:
        anchor = _anchor(figure)
        anchors.append("" if anchor in seen else anchor)
        seen.add(anchor)
    return Table(
        "all_figures",
        "Every figure and its paragraph",
        frame,
        {
            "printed": "As printed",
            "measures": "What it measures",
            "paragraph": "Paragraph",
            "document": "Document",
            "unit": "Unit",
            "period": "Period",
            "table": "Table in this report",
        },
        basis="published",
        searchable=True,
        links={table.title: f"#{table.id.replace('_', '-')}" for _, table in entries},
        link_column="table",
        anchors=tuple(anchors),
    )


def _paragraphs(entries: Sequence[tuple[Figure, PublishedTable]]) -> Table:
    numbers = Counter((figure.document.title, figure.place) for figure, _ in entries)
    places: dict[tuple[str, str], str] = {}
    printed: dict[tuple[str, str], list[str]] = {}
    for figure, _ in entries:
        key = (figure.document.title, figure.place)
        places.setdefault(key, f"#{_anchor(figure)}")
        printed.setdefault(key, []).append(figure.printed)
    rows = [
        {
            "figures": f"Go to {count_of(numbers[key], 'figure')}, {key[1]}",
            "paragraph": key[1],
            "document": key[0],
            "printed": ", ".join(printed[key][:8])
            + (", and more" if len(printed[key]) > 8 else ""),
        }
        for key in places
    ]
    # Two documents can share a paragraph number: the link text must tell them apart.
    texts = Counter(row["figures"] for row in rows)
    links = {}
    for row, target in zip(rows, places.values(), strict=True):
        if texts[row["figures"]] > 1:
            row["figures"] += f" of {row['document']}"
        links[row["figures"]] = target
    frame = pd.DataFrame(rows)[["paragraph", "document", "printed", "figures"]]
    return Table(
        "paragraphs",
        "Paragraphs and their figures",
        frame,
        {
            "paragraph": "Paragraph",
            "document": "Document",
            "printed": "Figures as printed",
            "figures": "Where they are listed",
        },
        basis="published",
        folded=True,
        links=links,
        link_column="figures",
    )
