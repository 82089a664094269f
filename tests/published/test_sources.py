"""The published tables against the text of the documents, where that text is at hand."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from riskmodel.published import Figure, catalogue, documents, load_table, table_ids

SOURCES = Path(__file__).resolve().parents[3] / "shared" / "sources"

pytestmark = [
    pytest.mark.regression,
    pytest.mark.skipif(
        not SOURCES.is_dir(), reason="the documents' text is not part of the repository"
    ),
]

# Where each report stands in the meeting pack: its heading, and what follows it.
PACK = {
    "oxfordshire_action_plan": (
        "care leavers Report by Director for Children's Services Introduction",
        "Ofsted Inspection Action Plan Developed",
    ),
    "oxfordshire_missing_children": (
        "Missing Children in Oxfordshire: April to September 2015 Report by",
        "Increase in Child Protection Cases: Report Card Report by",
    ),
    "oxfordshire_report_card": (
        "Increase in Child Protection Cases: Report Card Report by",
        None,
    ),
}
COUNTED_BY_US = ("list of names", "list of bands")

# Percentages of the report card that only define a group.
DEFINITIONS = {("15", "100%"), ("15", "85%")}


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("¹", ""))


@cache
def _document(document: str) -> str:
    """The text of one document, with its line ends kept."""
    entry = catalogue.read_toml("documents.toml")[document]
    text = (SOURCES / entry["source_file"]).read_text(encoding="utf-8").replace("’", "'")
    if document not in PACK:
        return text
    start, end = PACK[document]
    begin = _find(text, start)
    return text[begin : len(text) if end is None else _find(text, end, begin)]


def _find(text: str, words: str, start: int = 0) -> int:
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    found = re.compile(pattern).search(text, start)
    assert found is not None, words
    return found.start()


@cache
def _passage(document: str, paragraph: str) -> str:
    """The text of one paragraph, summary or item, white space evened out."""
    text = _document(document)
    if paragraph == "Summary":
        return _flat(text[_find(text, "Summary") : _find(text, "Comparative data and trends")])
    if paragraph.startswith("item "):
        number = paragraph.removeprefix("item ")
        start, following = rf"^{re.escape(number)}\.?$", r"^\d+(?:/\d\d|\.)$"
    else:
        number = paragraph.split()[0]
        start = rf"^(?:- )?{number}\. "
        following = rf"^(?:- )?{int(number) + 1}\. "
        if document == "oxfordshire_action_plan":  # its numbers 1 and 2 are lost
            return _flat(text)
    begin = re.compile(start, re.MULTILINE).search(text)
    assert begin is not None, (document, paragraph)
    end = re.compile(following, re.MULTILINE).search(text, begin.end())
    return _flat(text[begin.start() : end.start() if end else len(text)])


def _holds(passage: str, printed: str) -> bool:
    """Whether the words stand there, not as part of a longer number or word."""
    before = r"(?<![\w.,])" if printed[0].isalnum() else ""
    after = r"(?!\w|[.,]\d)" if printed[-1].isalnum() else ""
    return re.search(before + re.escape(_flat(printed)) + after, passage) is not None


STATEMENTS = list(load_table("statements"))


@pytest.mark.parametrize("figure", STATEMENTS, ids=lambda figure: figure.id)
def test_each_statement_is_printed_so_in_its_paragraph(figure: Figure) -> None:
    if figure.printed in COUNTED_BY_US:
        assert figure.measures.startswith("our count")
        return
    assert _holds(_passage(figure.document.id, figure.paragraph), figure.printed)


@pytest.mark.parametrize(
    "name", [name for name in table_ids() if name not in ("statements", "risk_quadrants")]
)
def test_each_row_is_printed_so_in_its_paragraph(name: str) -> None:
    table = load_table(name)
    passage = _passage(table.document.id, table.paragraph)
    for row in table.rows:
        if name == "growth_by_area":  # prose
            assert re.search(rf"{row[1]}(?: in the|.*?) {row[0].casefold()}", passage) or re.search(
                rf"{row[0].casefold()}[^%]* {row[1]}", passage
            )
        else:
            assert _holds(passage, " ".join(row)), row


def test_each_area_has_its_own_growth() -> None:
    passage = _passage("oxfordshire_report_card", "6")
    growth = {row: load_table("growth_by_area").figure(row).printed for row in ("Central", "North")}
    assert f"central area where it grew by {growth['Central']}" in passage
    assert f"{growth['North']} in the north" in passage
    assert f"{load_table('growth_by_area').figure('South').printed} in the south" in passage


def test_each_factor_stands_in_its_quadrant_in_printed_order() -> None:
    table = load_table("risk_quadrants")
    passage = _passage("oxfordshire_report_card", "17")
    for prevalence in ("High", "Low"):
        for impact in ("High", "Low"):
            names = [
                row[0]
                for row in table.rows
                if row[1:] == (prevalence.casefold(), impact.casefold())
            ]
            head = f"{prevalence} prevalence / {impact} Impact"
            assert " ".join([head, *names]) in passage


def test_no_percentage_of_the_report_card_is_left_out() -> None:
    kept: dict[str, set[str]] = {}
    for name in table_ids():
        for figure in load_table(name):
            if figure.document.id == "oxfordshire_report_card":
                numbers = re.findall(r"\d[\d,.]*\d|\d", f"{figure.printed} {figure.reading}")
                kept.setdefault(figure.paragraph.split()[0], set()).update(numbers)
    left_out = {
        (paragraph, percent)
        for paragraph in ("Summary", *map(str, range(2, 60)))
        for percent in re.findall(r"\d[\d.]*%", _passage("oxfordshire_report_card", paragraph))
        if percent.removesuffix("%") not in kept.get(paragraph, set())
    }
    assert left_out == DEFINITIONS


def test_titles_and_dates_of_the_documents() -> None:
    for document in documents().values():
        flat = _flat(_document(document.id))
        if document.id in PACK:
            words = document.title.split(":")[0]
            pack = _flat((SOURCES / "oxfordshire-2015-11-05-scrutiny-pack.txt").read_text("utf-8"))
            assert words.casefold() in pack.casefold()
        else:
            # The day of the Worcestershire meeting is inferred: its text gives the day before.
            day = document.date.day - (document.id == "worcestershire_minutes_2018_11_16")
            assert re.search(
                rf"{day}(?:st|nd|rd|th)? {document.date:%B},? {document.date.year}", flat
            )


def test_no_data_file_names_a_person() -> None:
    title = r"(?:Councillors?|Cllr|Mr|Mrs|Ms|Contact:|Contact [Oo]fficer:)"
    word = r"[A-Z][a-zé]+(?:-[A-Z][a-z]+)?"
    names = set()
    for source in SOURCES.glob("*.txt"):
        text = source.read_text(encoding="utf-8")
        for found in re.findall(rf"\b{title} ((?:{word} ?){{1,2}})", text):
            names.update(part for part in found.split() if len(part) > 2)
    assert len(names) > 15
    # Words that follow a title and are no names.
    names -= {"Members", "Tel", "Email"}
    folder = resources.files("riskmodel.published").joinpath("data")
    for file in folder.iterdir():
        words = set(re.findall(r"[A-Za-zé-]+", file.read_text(encoding="utf-8")))
        assert not words & names, file.name
