"""The author's Markdown: what is kept of it on page and document, and that it is safe."""

from __future__ import annotations

import io
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.errors import printable
from riskmodel.report import Report, Section, render_html
from riskmodel.report.document import document_bytes
from riskmodel.report.model import Brief
from riskmodel.report.prose import Paragraph, Run, paragraphs_of, remaining_text

TEXT = """\
My **own** words with *weight* & <b>no tags</b>,
on two lines.

- first [link](https://example.org/x)
- second **bold *both***

3. third
4. fourth

    code
"""


class Elements(HTMLParser):
    """Elements and text of the main part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.is_main = False

    def handle_starttag(self, tag, attrs):
        self.is_main |= tag == "main"
        if self.is_main:
            self.tags.append(tag)

    def handle_endtag(self, tag):
        self.is_main &= tag != "main"

    def handle_data(self, data):
        if self.is_main:
            self.text.append(data)


def page_of(*blocks: Paragraph) -> Elements:
    found = Elements()
    found.feed(render_html(Report("T", "", (), (Section("only", "Only", blocks),), {})))
    return found


def document_of(*blocks: Paragraph) -> ElementTree.Element:
    brief = Brief((), (), (Section("only", "Only", blocks),))
    report = Report("T", "", (), (Section("only", "Only", ()),), {}, brief)
    with zipfile.ZipFile(io.BytesIO(document_bytes(report, brief, {}))) as archive:
        return ElementTree.fromstring(archive.read("word/document.xml"))


@pytest.mark.unit
def test_paragraphs_lists_bold_and_italics_are_kept_and_html_is_text():
    found = paragraphs_of(TEXT)
    assert [one.text for one in found] == [
        "My own words with weight & <b>no tags</b>, on two lines.",
        "first link (https://example.org/x)",
        "second bold both",
        "third",
        "fourth",
        "code",
    ]
    assert [one.mark for one in found] == ["", "•", "•", "3.", "4.", ""]
    assert found[0].runs[1] == Run("own", is_bold=True)
    assert found[2].runs[-1] == Run("both", is_bold=True, is_italic=True)
    page = page_of(*found)
    assert [tag for tag in page.tags if tag in ("ul", "ol", "li", "strong", "em", "b", "a")] == [
        *("strong", "em", "ul", "li", "li", "strong", "strong", "em", "ol", "li", "li")
    ]
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    document = document_of(*found)
    bold = [run for run in document.iter(f"{word}r") if run.find(f"{word}rPr/{word}b") is not None]
    texts = ["".join(run.itertext()) for run in bold]
    assert texts == ["own", "bold ", "both"]
    assert "3. third" in "".join(document.itertext())


@pytest.mark.unit
def test_a_heading_that_belongs_to_no_section_stands_before_its_text():
    text = {"": "Above.", "Factors": "Not here.", "We ask": "Two *posts*.", "List": "- one"}
    found = remaining_text(text, {"factors"})
    assert [one.text for one in found] == ["Above.", "We ask. Two posts.", "List.", "one"]
    assert found[1].runs[0] == Run("We ask.", is_bold=True)


@pytest.mark.property
@settings(max_examples=20)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_whatever_is_written_brings_no_element_of_its_own(text: str):
    found = paragraphs_of(f"{text}\n\n<script>alert(1)</script> [x](javascript:y) {text}")
    page = page_of(*found)
    assert set(page.tags) <= {"main", "section", "h2", "p", "ul", "ol", "li", "strong", "em"}
    document_of(*found)  # well-formed whatever it says
    shown = "".join("".join(page.text).split())
    assert all("".join(printable(one.text).split()) in shown for one in found)
