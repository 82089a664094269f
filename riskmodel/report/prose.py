"""Paragraphs, and an author's Markdown as paragraphs: what of it is kept, and nothing that runs.

Kept are paragraphs, lists (one level), bold and italics. A link is its text with the address after
it, code and pictures are their text; HTML is text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["Paragraph", "Run", "paragraphs_of", "remaining_text"]

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What neither a page nor a document may hold."""


class Run(NamedTuple):
    """A piece of text in one type."""

    text: str
    is_bold: bool = False
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of text.

    Parameters
    ----------
    text
        As plain text.
    runs
        The same in pieces of one type each; empty where all of it is plain.
    mark
        Of an entry of a list: a bullet, or its number.
    """

    text: str
    runs: tuple[Run, ...] = ()
    mark: str = ""

    @property
    def pieces(self) -> tuple[Run, ...]:
        """Its pieces, one where it is plain."""
        return self.runs or (Run(self.text),)


def paragraphs_of(markdown: str) -> tuple[Paragraph, ...]:
    """The paragraphs and entries of lists of a text in Markdown (CommonMark)."""
    from markdown_it import MarkdownIt

    found: list[Paragraph] = []
    marks: list[str] = []
    is_first = False
    for token in MarkdownIt("commonmark", {"html": False}).parse(_UNPRINTABLE.sub("", markdown)):
        if token.type == "list_item_open":
            marks.append(f"{token.info}{token.markup}" if token.info else "•")
            is_first = True
        elif token.type == "list_item_close":
            marks.pop()
        elif token.type == "inline" or token.type in ("fence", "code_block"):
            runs = _joined(_runs(token.children or [])) or (Run(token.content.strip()),)
            text = "".join(run.text for run in runs)
            if text.strip():
                mark = marks[-1] if marks and is_first else ""
                plain = not any(run.is_bold or run.is_italic for run in runs)
                found.append(Paragraph(text, () if plain else runs, mark))
                is_first = False
    return tuple(found)


def remaining_text(commentary: Mapping[str, str], taken: Collection[str]) -> tuple[Paragraph, ...]:
    """The author's text below headings that belong to no section, each heading before its text.

    Parameters
    ----------
    commentary
        Text by heading; "" for what stands above the first.
    taken
        Headings of sections, in small letters.
    """
    said: list[Paragraph] = []
    for heading, text in commentary.items():
        if heading.casefold() in taken:
            continue
        first, *others = paragraphs_of(text) or (Paragraph(""),)
        if heading and first.mark:
            said.append(Paragraph(f"{heading}.", (Run(f"{heading}.", is_bold=True),)))
        elif heading:
            pieces = (Run(f"{heading}.", is_bold=True), Run(" "), *first.pieces)
            first = replace(first, text=f"{heading}. {first.text}", runs=pieces)
        said += [first, *others]
    return tuple(said)


def _runs(tokens: list[Token]) -> Iterator[Run]:
    bold, italic, addresses = 0, 0, list[str]()
    for token in tokens:
        bold += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        italic += {"em_open": 1, "em_close": -1}.get(token.type, 0)
        text = token.content
        if token.type in ("softbreak", "hardbreak"):
            text = " "
        elif token.type == "link_open":
            addresses.append(str(token.attrs.get("href", "")))
        elif token.type == "link_close":
            address = addresses.pop()
            text = f" ({address})" if address else ""
        if text:
            yield Run(text, bold > 0, italic > 0)


def _joined(runs: Iterator[Run]) -> tuple[Run, ...]:
    """Neighbours of one type as one piece."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1][1:] == run[1:]:
            joined[-1] = run._replace(text=joined[-1].text + run.text)
        else:
            joined.append(run)
    return tuple(joined)
