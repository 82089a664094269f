"""Workbooks: cells as text, sheets, and archives that nobody should trust."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.intake import read_assessments
from riskmodel.intake.tables import workbooks as reader
from riskmodel.intake.tables.workbooks import read_sheet


def sound(place: Path) -> Path:
    with xlsxwriter.Workbook(place) as book:
        sheet = book.add_worksheet("First")
        sheet.write_row(1, 0, ["plan", "3B", "referral_date", "previous_plans", "team", "share"])
        sheet.write_boolean(2, 0, True)
        sheet.write_number(2, 1, 0)
        sheet.write_datetime(2, 2, date(2015, 3, 31), book.add_format({"num_format": "d mmm yy"}))
        sheet.write_number(2, 3, 2)
        sheet.write_rich_string(2, 4, "We", book.add_format({"bold": True}), "st")
        sheet.write_number(2, 5, 0.25, book.add_format({"num_format": "0.0%"}))
        sheet.write_row(5, 0, ["no", "yes"])
        sheet.write_formula(6, 0, "=1=1", None, True)
        sheet.write_row(6, 1, ["1", "31/03/2015", "", "x", "", "", "beyond"])
        book.add_worksheet("Second").write_row(0, 0, ["plan", "4B"])
    return place


def altered(place: Path, part: str, old: str, new: str) -> Path:
    beside = place.with_name("altered.xlsx")
    with zipfile.ZipFile(place) as before, zipfile.ZipFile(beside, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == part:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            after.writestr(name, data)
    return beside


@pytest.mark.unit
def test_cells_are_read_as_they_are_meant(tmp_path: Path) -> None:
    heading, rows, lines, ragged = read_sheet(sound(tmp_path / "t.xlsx"))
    assert heading == ["plan", "3B", "referral_date", "previous_plans", "team", "share"]
    assert rows[0] == ["true", "0", "2015-03-31", "2", "West", "0.25"]
    assert rows[1][:3] == ["no", "yes", None]
    assert lines == [3, 6]
    assert ragged == [(7, 8)]


@pytest.mark.unit
def test_rows_are_named_by_their_number(tmp_path: Path) -> None:
    found = read_assessments(sound(tmp_path / "t.xlsx"))
    assert [(issue.rule, issue.reference) for issue in found.issues] == [("bad_row", "row 7")]
    assert found.assessments.counts().total_plans == 1
    assert read_assessments(tmp_path / "t.xlsx", sheet="Second").rows_read == 0


@pytest.mark.unit
def test_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx", {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "day")
        sheet.write_datetime(1, 0, date(2015, 3, 31), book.add_format({"num_format": 14}))
    assert read_sheet(tmp_path / "t.xlsx")[1] == [["2015-03-31"]]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        ("xl/workbook.xml", "?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', "declares a document type"),
        ("xl/worksheets/sheet1.xml", "?>", "?><!DOCTYPE x>", "declares a document type"),
        ("xl/worksheets/sheet1.xml", "</sheetData>", "", "cannot be read"),
        ("xl/workbook.xml", "<sheet ", "<shoot ", "has no sheet"),
        ("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "nowhere.xml", "cannot be read"),
        ("xl/worksheets/sheet1.xml", "<v>0</v>", "<v>999</v>", "cannot be read"),
        ("xl/worksheets/sheet1.xml", 'r="H7"', 'r="XFD1048576"', "more than 20,000,000 cells"),
    ],
    ids=["book_dtd", "sheet_dtd", "broken", "no_sheet", "lost", "text", "corner"],
)
def test_a_workbook_that_is_not_sound_is_refused(
    tmp_path: Path, part: str, old: str, new: str, message: str
) -> None:
    place = altered(sound(tmp_path / "t.xlsx"), part, old, new)
    with pytest.raises(DataError, match=rf"altered\.xlsx.*{message}"):
        read_sheet(place)


@pytest.mark.unit
def test_what_unpacks_to_more_than_a_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_MOST_BYTES", 1 << 17)
    filler = "<sheetData>" + "<cols/>" * 100_000
    place = altered(sound(tmp_path / "t.xlsx"), "xl/worksheets/sheet1.xml", "<sheetData>", filler)
    with pytest.raises(DataError, match="too large for a workbook"):
        read_sheet(place)


@pytest.mark.unit
@pytest.mark.parametrize("data", [b"", b"plan,3B\n", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.xlsx").write_bytes(data)
    with pytest.raises(DataError, match="no Excel workbook, or a broken one"):
        read_sheet(tmp_path / "t.xlsx")


@pytest.mark.unit
def test_a_workbook_that_is_open_elsewhere_is_no_broken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reader, "_looked_through", held)
    with pytest.raises(DataError, match="is it open in another program"):
        read_sheet(sound(tmp_path / "t.xlsx"))


@pytest.mark.property
@settings(max_examples=40)
@given(cut=st.integers(0, 6000), length=st.integers(0, 60), put=st.binary(max_size=20))
def test_no_bytes_of_a_workbook_end_in_a_traceback(
    cut: int, length: int, put: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("book")
    data = sound(folder / "t.xlsx").read_bytes()
    (folder / "t.xlsx").write_bytes(data[:cut] + put + data[cut + length :])
    message = ""
    try:
        read_assessments(folder / "t.xlsx")
    except DataError as error:
        message = str(error)
    assert not message or "t.xlsx" in message


@pytest.mark.unit
def test_a_formula_that_failed_is_not_read_as_empty(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        book.add_worksheet("Notes").write_row(0, 0, ["a", "b"])
        sheet = book.add_worksheet("Table")
        sheet.write_row(0, 0, ["plan", "previous_plans", "3B"])
        sheet.write_row(1, 0, ["yes", 1, "no"])
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    assert read_sheet(tmp_path / "t.xlsx", "Table")[1] == [["yes", "#ERROR", "no"]]
    found = read_assessments(tmp_path / "t.xlsx", sheet="Table")
    assert [issue.rule for issue in found.issues] == ["bad_value"]


def open_document(place: Path, *rows: str, repeated: int = 1) -> Path:
    start = f'<table:table-row table:number-rows-repeated="{repeated}">'
    body = "".join(f"{start}{row}</table:table-row>" for row in rows)
    names = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{names}:office:1.0" '
            f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="Own">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return place


def text_cell(text: str, repeated: int = 1) -> str:
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


@pytest.mark.unit
def test_an_open_document_is_read_as_any_other_workbook(tmp_path: Path) -> None:
    day = '<table:table-cell office:value-type="date" office:date-value="2015-03-31"/>'
    number = '<table:table-cell office:value-type="float" office:value="2"/>'
    headings = "".join(map(text_cell, ("plan", "3B", "referral_date", "previous_plans")))
    place = open_document(
        tmp_path / "t.ods", headings, text_cell("yes") + text_cell("no") + day + number
    )
    assert read_sheet(place, "Own")[1] == [["yes", "no", "2015-03-31", "2"]]
    assert read_assessments(place).assessments.counts().total_plans == 1


@pytest.mark.unit
@pytest.mark.parametrize("ending", [".xls", ".xlsb", ".ods"])
def test_a_workbook_that_is_none_of_its_ending_is_refused(tmp_path: Path, ending: str) -> None:
    place = tmp_path / f"t{ending}"
    place.write_bytes(b"plan,3B\nyes,no\n" * 100)
    with pytest.raises(DataError, match=rf"t\{ending}: this is no workbook of its ending"):
        read_sheet(place)


@pytest.mark.unit
def test_a_workbook_that_would_take_all_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_CHILD_MEMORY", 1 << 30)
    place = open_document(tmp_path / "t.ods", text_cell("x", 16_384), repeated=1_000_000)
    with pytest.raises(DataError, match=r"t\.ods: this is no workbook of its ending"):
        read_sheet(place)


@pytest.mark.unit
def test_an_old_excel_workbook_is_read() -> None:
    import statsmodels

    known = "tsa/statespace/tests/results/frbny_nowcast/Nowcasting/test_spec.xls"
    place = Path(statsmodels.__file__).parent / known
    if not place.exists():
        pytest.skip("this statsmodels comes without its workbooks")
    heading, rows, lines, _ = read_sheet(place)
    assert heading[:2] == ["Model", "SeriesID"]
    assert rows[0][:2] == ["1", "GDPC1"]
    assert lines[0] == 2
