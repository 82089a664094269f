from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from riskmodel.report import Report, Section, Table, render_html


class Outline(HTMLParser):
    """Collects what the tests ask of a page."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "use"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in tags]


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


@pytest.mark.integration
def test_nothing_is_fetched_from_anywhere(page, outline):
    for _, attributes in outline.tags:
        for name in ("src", "href", "xlink:href", "data", "action", "poster", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), value
    assert "@import" not in page
    assert not [found for found in re.findall(r"url\(([^)]*)\)", page) if found[0] != "#"]
    assert "default-src 'none'" in page


@pytest.mark.integration
def test_links_on_the_page_lead_somewhere_and_ids_are_unique(outline):
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in outline.tags:
        for name in ("href", "xlink:href"):
            value = attributes.get(name) or ""
            if value.startswith("#"):
                assert value[1:] in ids, value
        for name in ("aria-labelledby", "for", "data-filters"):
            for target in (attributes.get(name) or "").split():
                assert target in ids, target


@pytest.mark.integration
def test_tags_are_balanced(outline):
    assert outline.unbalanced == []
    assert outline.open == []


@pytest.mark.integration
def test_headings_step_down_one_at_a_time(outline):
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for above, below in itertools.pairwise(levels):
        assert below <= above + 1


@pytest.mark.integration
def test_page_has_language_landmarks_and_a_way_past_the_contents(outline):
    assert outline.named("html")[0]["lang"] == "en-GB"
    assert len(outline.named("main")) == 1
    assert len(outline.named("nav")) == 1
    assert len(outline.named("header")) == 1
    assert outline.named("a")[0]["href"] == "#main"


@pytest.mark.integration
def test_every_figure_has_a_text_alternative(page, outline, report):
    drawings = [found for found in outline.named("svg") if found.get("role") == "img"]
    assert len(outline.named("svg")) == len(drawings) == 2 * len(report.charts())
    assert len(re.findall(r"<desc id=", page)) == len(drawings)
    assert all(found["aria-labelledby"] for found in drawings)


@pytest.mark.integration
def test_every_table_has_caption_scopes_and_a_reachable_region(page, outline, report):
    tables = outline.named("table")
    assert len(tables) == len(report.tables())
    assert len(outline.named("caption")) == len(tables)
    assert all(found.get("scope") in {"col", "row"} for found in outline.named("th"))
    regions = [found for found in outline.named("div") if found.get("role") == "region"]
    assert len(regions) == len(tables)
    assert all(found["tabindex"] == "0" for found in regions)
    assert all(found["aria-labelledby"] for found in regions)


@pytest.mark.integration
def test_numbers_are_aligned_and_every_table_shows_basis_or_source(page):
    assert 'class="number">174</td>' in page
    assert page.count("Basis: published") > 10


@pytest.mark.integration
def test_the_same_report_gives_the_same_page(report, page):
    assert render_html(report) == page


@pytest.mark.unit
@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["2015-07", "2015-12"], ["July 2015", "December 2015"]),
        (["2010-11", "2011-12"], ["2010-11", "2011-12"]),
        (["2015-07", "soon"], ["2015-07", "soon"]),
    ],
)
def test_months_are_words_and_financial_years_are_not_months(cells, shown):
    table = Table("times", "Times", pd.DataFrame({"time": cells}))
    page = render_html(Report("t", "", (), (Section("s", "S", (table,)),), {}))
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)<', page) == shown


@pytest.mark.unit
def test_text_is_escaped(small: Report):
    page = render_html(small)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Title &lt;b&gt;" in page


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("#0b0c0c", "#ffffff"),
        ("#505a5f", "#ffffff"),
        ("#505a5f", "#f3f5f7"),
        ("#12436d", "#ffffff"),
        ("#ffffff", "#12436d"),
        ("#ffffff", "#801650"),
        ("#0b0c0c", "#fff1d6"),
    ],
)
def test_contrast_is_at_least_four_and_a_half(text, ground):
    dark, light = sorted((luminance(text), luminance(ground)))
    assert (light + 0.05) / (dark + 0.05) >= 4.5
