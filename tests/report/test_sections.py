from __future__ import annotations

import pandas as pd
import pytest

from riskmodel.errors import DataError
from riskmodel.published import audit, load_table, table_ids
from riskmodel.report import Cards, Chart, Paragraph, Report, Section, Table
from riskmodel.report.rebuild import recomputed_figures
from riskmodel.report.sections.audit import audit_section
from riskmodel.report.sections.record import assumptions_section, manifest_section


def table_of(report: Report, name: str) -> Table:
    return next(table for table in report.tables() if table.id == name)


@pytest.mark.regression
def test_every_derived_figure_of_paragraph_16_comes_out_to_the_printed_digit():
    found = recomputed_figures(load_table("risk_factors"), load_table("statements"))
    assert len(found) == 20
    assert all(one.agrees for one in found.values())


@pytest.mark.regression
def test_a_change_from_zero_is_not_defined():
    found = recomputed_figures(load_table("legal_status"), load_table("statements"))
    assert found["Remand", "change_percent"].agrees is None
    assert sum(one.agrees is True for one in found.values()) == 7


@pytest.mark.integration
@pytest.mark.parametrize("name", table_ids())
def test_every_published_cell_stands_in_the_report_as_printed(report, name):
    published = load_table(name)
    frame = table_of(report, name).frame
    if name == "statements":
        assert list(frame["id"]) == list(published.keys)
        assert list(frame["printed"]) == [published.figure(key).printed for key in published.keys]
        return
    for position, column in enumerate(published.columns):
        assert list(frame[column.name]) == [row[position] for row in published.rows]


@pytest.mark.integration
def test_every_figure_can_be_looked_up_with_its_paragraph(report):
    published = [figure for name in table_ids() for figure in load_table(name)]
    frame = table_of(report, "all_figures").frame
    assert len(frame) == len(published)
    listed = set(
        zip(frame["printed"], frame["measures"], frame["paragraph"], frame["document"], strict=True)
    )
    for figure in published:
        assert (figure.printed, figure.measures, figure.place, figure.document.title) in listed


@pytest.mark.integration
def test_conflicts_come_first_and_each_has_arithmetic_and_paragraph():
    found = audit()
    section = audit_section(found)
    lists = [block for block in section.blocks if isinstance(block, Cards)]
    assert [cards.id for cards in lists] == ["audit_conflicts", "audit_repaired"]
    assert len(lists[0].cards) == found.counts()["conflict"]
    assert len(lists[1].cards) == found.counts()["repaired"]
    for card in (*lists[0].cards, *lists[1].cards):
        lines = dict(card.lines)
        assert lines["As printed"]
        assert lines["Where"]
    assert all("Explained if" in dict(card.lines) for card in lists[1].cards)
    sound = next(
        block for block in section.blocks if isinstance(block, Table) and block.id == "audit_sound"
    )
    assert sound.folded
    assert len(sound.frame) == found.counts()["published"]


@pytest.mark.integration
def test_introductions_are_computed_from_the_numbers(report):
    counts = audit().counts()
    section = next(section for section in report.sections if section.id == "audit")
    first = section.blocks[0]
    assert isinstance(first, Paragraph)
    for number in counts.values():
        assert f"{number} " in first.text
    assert "43.3%" in report.summary[0].text


@pytest.mark.integration
def test_no_text_claims_an_effect_or_a_cause(report):
    texts = [point.text for point in report.summary]
    for section in report.sections:
        if section.id not in {"factors", "published"}:
            continue
        for block in section.blocks:
            if isinstance(block, Paragraph):
                texts.append(block.text)
            elif isinstance(block, Chart):
                texts += [block.alt, block.caption, block.title]
    said = " ".join(texts).casefold()
    assert "association" in said
    for word in ("effect of", "caused by", " causes", "leads to more"):
        assert word not in said


@pytest.mark.unit
def test_manifest_is_flattened_in_order():
    section = manifest_section({"version": "1", "inputs": {"a.csv": "f00"}, "seed": None})
    table = section.blocks[1]
    assert isinstance(table, Table)
    assert table.frame.to_dict("split")["data"] == [
        ["version", "1"],
        ["inputs: a.csv", "f00"],
        ["seed", "none"],
    ]


@pytest.mark.unit
def test_assumptions_keep_name_basis_and_reason():
    frame = pd.DataFrame(
        [
            ("n", 2250.0, "assessments", "assumed", "issue", ""),
            ("m", 1, "x", "published", "s", "r"),
        ],
        columns=["name", "value", "unit", "basis", "source", "reason"],
    )
    section = assumptions_section(frame)
    introduction, table = section.blocks
    assert isinstance(introduction, Paragraph)
    assert isinstance(table, Table)
    assert "1 of them is assumed" in introduction.text
    assert list(table.frame["value"]) == ["2250", "1"]
    assert table.frame["reason"][0] == "not stated"


@pytest.mark.unit
def test_two_blocks_of_one_name_are_refused():
    table = Table("same", "A table", pd.DataFrame({"a": [1]}))
    with pytest.raises(DataError, match="repeated: same"):
        Report("t", "", (), (Section("s", "S", (table, table)),), {})


@pytest.mark.unit
@pytest.mark.parametrize("name", ["", "Two words", "a-b", "../x", "é"])
def test_ids_are_safe_file_names(name):
    with pytest.raises(DataError, match="lower-case"):
        Section(name, "S", ())


@pytest.mark.unit
def test_a_chart_without_words_is_refused():
    table = Table("data", "A table", pd.DataFrame({"a": [1]}))
    with pytest.raises(DataError, match="alternative"):
        Chart("c", "C", " ", "", b"", b"", table)
