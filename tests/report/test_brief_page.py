"""The brief: what it may hold, its page and its document."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace

import pytest

from riskmodel.errors import DataError
from riskmodel.report import Paragraph, Point, Report, Section, Table, render_html
from riskmodel.report.document import document_bytes
from riskmodel.report.html import render_brief
from riskmodel.report.model import Brief, Chart, Number

from .made_up import NUMBERS, PAGES, POINTS

pytestmark = pytest.mark.unit

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def brief(briefed: Report) -> Brief:
    assert briefed.brief is not None
    return briefed.brief


@pytest.mark.parametrize(
    ("name", "most", "one"),
    [
        ("points", 5, Point("A point.")),
        ("numbers", 5, Number("Plans")),
        ("pages", 6, Section("more", "More", ())),
    ],
)
def test_a_brief_is_brief(brief: Brief, name: str, most: int, one: object):
    full = getattr(brief, name)
    assert len(full) == most
    with pytest.raises(DataError, match=f"at most {most} {name}, got {most + 1}"):
        replace(brief, **{name: (*full, one)})


def test_a_page_has_one_chart_and_two_tables_at_most(brief: Brief):
    page = brief.pages[1]
    for block, most in ((b, 1 + isinstance(b, Table)) for b in page.blocks):
        if not isinstance(block, Paragraph):
            others = [replace(block, id=f"another_{number}") for number in range(most)]
            full = replace(page, blocks=(*page.blocks, *others[1:]))
            assert replace(brief, pages=(full,)).pages == (full,)
            more = replace(page, blocks=(*page.blocks, *others))
            with pytest.raises(DataError, match=r"page growth .* more than a chart and two tables"):
                replace(brief, pages=(more,))
    with pytest.raises(DataError, match="at least one page"):
        replace(brief, pages=())
    with pytest.raises(DataError, match="ids must differ within a brief; repeated: growth"):
        replace(brief, pages=(page, page))


def test_points_and_pages_lead_to_sections_that_are_there(briefed: Report, brief: Brief):
    with pytest.raises(DataError, match="a point of the brief leads to the section 'nowhere'"):
        replace(briefed, brief=replace(brief, points=(Point("A point.", "nowhere"),)))
    lost = Section("ahead", "A message", (), annex="nowhere")
    with pytest.raises(DataError, match="page ahead of the brief leads to the section 'nowhere'"):
        replace(briefed, brief=replace(brief, pages=(lost,)))


def test_what_stands_in_brief_and_annex_is_the_same_and_counts_once(briefed: Report, brief: Brief):
    ids = [chart.id for chart in briefed.charts()]
    assert ids == [f"{name}_drawn" for name in PAGES]
    tables = [table.id for table in briefed.tables()]
    assert len(tables) == len(set(tables))
    chart = next(block for block in brief.pages[0].blocks if isinstance(block, Chart))
    for other in (
        replace(chart, title="Another"),
        replace(chart, data=replace(chart.data, frame=chart.data.frame.iloc[:3])),
    ):
        page = replace(brief.pages[0], blocks=(other,))
        with pytest.raises(DataError, match=r"ahead_(drawn|data) stands twice, with different"):
            replace(briefed, brief=replace(brief, pages=(page,)))


def test_no_table_takes_the_name_of_the_dictionary(brief: Brief):
    table = next(block for block in brief.pages[1].blocks if isinstance(block, Table))
    with pytest.raises(DataError, match="dictionary"):
        replace(table, id="dictionary")


def test_the_first_screen_says_points_and_numbers(briefed: Report, brief: Brief):
    page = render_brief(briefed, brief, downloads={})
    first = page[: page.index("<h2")]
    for text in POINTS.values():
        assert text in first
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", first))
    for line in NUMBERS.strip().splitlines():
        label, now, now_at, then, then_at, ends = line.split("|")
        figure, _, rest = then.partition(" ")
        at = told.index(label)
        for part in (f"{now}, {now_at}", figure.rstrip(","), rest, then_at, f"90% range: {ends}"):
            at = told.index(part, at)
    assert render_brief(briefed, brief, downloads={}) == page
    assert "riskmodel 0.0.0. To make it again: riskmodel report --out somewhere" in page


def test_a_number_without_a_projection_shows_what_is(briefed: Report, brief: Brief):
    short = replace(brief, numbers=(Number("Plans", "626", "July 2015"),))
    page = render_brief(briefed, short, downloads={})
    assert "<strong>626</strong>" in page
    assert '<p class="range">July 2015</p>' in page
    assert '<p class="now">' not in page


def test_the_document_gives_a_first_page_with_a_table_a_sheet_of_its_own(
    briefed: Report, brief: Brief
):
    pictures = {chart.id: chart.png for chart in briefed.charts()}
    other = replace(brief, pages=brief.pages[1:])
    parts = zipfile.ZipFile(io.BytesIO(document_bytes(briefed, other, pictures)))
    text = parts.read("word/document.xml")
    assert text.count(b"<w:pageBreakBefore/>") == len(other.pages)


def test_without_a_brief_the_page_is_as_it_was(briefed: Report):
    page = render_html(replace(briefed, brief=None))
    assert "Annex" not in page
    assert "index.html" not in page


def test_links_of_a_table_lead_from_the_brief_to_the_annex(briefed: Report, brief: Brief):
    table = next(block for block in brief.pages[1].blocks if isinstance(block, Table))
    linked = replace(table, id="linked", links={"626": "#trust"}, link_column="now")
    page = replace(brief.pages[1], blocks=(linked,))
    report = replace(briefed, brief=replace(brief, pages=(page,)))
    assert report.brief is not None
    assert '<a href="annex.html#trust">626</a>' in render_brief(report, report.brief, downloads={})


def test_the_document_has_headings_lists_tables_and_text_for_pictures(
    briefed: Report, brief: Brief
):
    pictures = {chart.id: chart.png for chart in briefed.charts()}
    content = document_bytes(briefed, brief, pictures)
    assert document_bytes(briefed, brief, pictures) == content
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        if not name.endswith(".png"):
            ET.fromstring(part)
    assert b"<dc:title>Children on protection plans" in parts["docProps/core.xml"]
    assert b'w:lang w:val="en-GB"' in parts["word/styles.xml"]
    body = ET.fromstring(parts["word/document.xml"])
    by_style: dict[str, list[str]] = {}
    for paragraph in body.iter(f"{WORD}p"):
        style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        text = "".join(part.text or "" for part in paragraph.iter(f"{WORD}t"))
        by_style.setdefault("" if style is None else style.attrib[f"{WORD}val"], []).append(text)
    assert by_style["Heading1"] == list(PAGES.values())
    assert by_style["ListBullet"] == list(POINTS.values())
    styles = {
        style.attrib[f"{WORD}styleId"]
        for style in ET.fromstring(parts["word/styles.xml"]).iter(f"{WORD}style")
    }
    assert set(by_style) - {""} <= styles
    breaks = len(list(body.iter(f"{WORD}pageBreakBefore")))
    assert breaks == len(PAGES) - 1
    tables = list(body.iter(f"{WORD}tbl"))
    assert len(tables) == len(list(body.iter(f"{WORD}tblHeader"))) == 6
    pictured = re.findall(rb'<wp:docPr [^>]*descr="([^"]+)"', parts["word/document.xml"])
    assert len(pictured) == len(PAGES) == sum(name.endswith(".png") for name in parts)
    related = set(re.findall(rb'Id="(\w+)"', parts["word/_rels/document.xml.rels"]))
    assert set(re.findall(rb'r:(?:embed|id)="(\w+)"', parts["word/document.xml"])) <= related
