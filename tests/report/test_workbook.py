from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from riskmodel.report import Report, Section, Table, render_html
from riskmodel.report.workbook import workbook_bytes

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets_of(content: bytes) -> dict[str, list[list[str | float]]]:
    """Cells by sheet; formulas are refused."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    strings = [
        "".join(part.text or "" for part in item.iter(f"{MAIN}t"))
        for item in ET.fromstring(archive.read("xl/sharedStrings.xml"))
    ]
    names = [
        sheet.attrib["name"]
        for sheet in ET.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
    ]
    found = {}
    for number, name in enumerate(names, 1):
        root = ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
        assert not list(root.iter(f"{MAIN}f")), "a formula"
        assert not list(root.iter(f"{MAIN}mergeCell")), "a merged cell"
        rows = []
        for row in root.iter(f"{MAIN}row"):
            cells: list[str | float] = []
            for cell in row:
                value = cell.find(f"{MAIN}v")
                if value is None or value.text is None:
                    continue
                is_text = cell.attrib.get("t") == "s"
                cells.append(strings[int(value.text)] if is_text else float(value.text))
            rows.append(cells)
        found[name] = rows
    return found


@pytest.fixture(scope="module")
def content(report: Report) -> bytes:
    return workbook_bytes(report)


@pytest.mark.integration
def test_cover_contents_notes_and_one_sheet_a_table(content, report):
    names = list(sheets_of(content))
    assert names[:3] == ["Cover", "Contents", "Notes"]
    assert len(names) == 3 + len(report.tables())
    assert all(len(name) <= 31 for name in names)


@pytest.mark.integration
def test_numbers_are_numbers_and_percent_signs_stand_in_the_heading(content):
    rows = sheets_of(content)["Risk factors"]
    header = next(index for index, row in enumerate(rows) if row and row[0] == "Risk factor")
    assert "Share of plans, printed (percent)" in rows[header]
    assert rows[header + 1][:3] == ["Parent Domestic Violence", 174.0, 27.6]
    assert rows[0] == [
        "The ten commonest risk factors at assessment among children who started a plan"
    ]


@pytest.mark.integration
def test_negative_numbers_stay_numbers(content):
    rows = sheets_of(content)["Activity snapshots"]
    assert -26.5 in next(row for row in rows if row and row[0] == "Children in Need Plan")


@pytest.mark.unit
def test_text_never_becomes_a_formula(small):
    rows = sheets_of(workbook_bytes(small))["Small"]
    cells = [row[0] for row in rows if row]
    for text in ("=1+1", "+44", "-cmd", "@sum"):
        assert text in cells
    assert ["@sum", -4.0, 0.0] in rows
    assert ["+44", 2.0, -2.5] in rows


@pytest.mark.unit
def test_what_a_sheet_cannot_hold_is_cut_and_said(small, monkeypatch):
    monkeypatch.setattr("riskmodel.report.workbook._ROWS", 4)
    table, long = small.tables()[0], "w" * 40_000
    frame = table.frame.assign(name=[long, *table.frame["name"][1:]])
    tables = [
        replace(table, id=name, title=long, notes=(long,), frame=frame)
        for name in ("a_name_of_more_than_thirty_one_letters", "a_name_of_more_than_thirty_two")
    ]
    section = replace(small.sections[0], blocks=tuple(tables))
    sheets = sheets_of(workbook_bytes(replace(small, title=long, sections=(section,))))
    names = [name for name in sheets if name.startswith("A name")]
    assert len(names) == len({name.casefold() for name in names}) == 2
    assert max(map(len, sheets)) <= 31
    texts = [cell for rows in sheets.values() for row in rows for cell in row]
    long_texts = [text for text in texts if isinstance(text, str) and text.startswith("www")]
    # Nothing is dropped: titles of the cover and of both tables, notes and cells of both.
    assert len(long_texts) >= 1 + 2 * 3
    assert all(text.endswith("…") and len(text) <= 32_767 for text in long_texts)
    rows = [row for row in sheets[names[0]] if len(row) == 3 and isinstance(row[1], float)]
    assert len(rows) == 4
    note = "The first 4 of 6 rows, for a sheet holds no more; the CSV file has all."
    assert note in texts


@pytest.fixture(scope="module")
def brief_content(briefed: Report) -> bytes:
    return workbook_bytes(briefed)


@pytest.mark.unit
def test_ends_of_ranges_are_numbers_in_cells_of_their_own(brief_content):
    rows = sheets_of(brief_content)["Growth numbers"]
    assert "March 2017 (90% range): low end" in rows[4]
    assert rows[5] == ["Children on a plan", 626, 600, 485, 752, 558, 399, 792]


@pytest.mark.unit
def test_months_are_dates_and_headings_stay(brief_content):
    names = list(sheets_of(brief_content))
    archive = zipfile.ZipFile(io.BytesIO(brief_content))
    sheet = archive.read(f"xl/worksheets/sheet{names.index('Ahead data') + 1}.xml").decode()
    # The first of August 2015, in days since the epoch of Excel.
    assert sheets_of(brief_content)["Ahead data"][5][:2] == [42217, 626]
    assert "mmmm yyyy" in archive.read("xl/styles.xml").decode()
    assert '<pane xSplit="1" ySplit="5" topLeftCell="B6"' in sheet


@pytest.mark.unit
def test_projections_are_lines_and_factors_bars_with_a_text_alternative(brief_content):
    archive = zipfile.ZipFile(io.BytesIO(brief_content))
    charts = [archive.read(name) for name in archive.namelist() if "/charts/" in name]
    lines = [chart for chart in charts if b"<c:lineChart>" in chart]
    assert (len(lines), len(charts)) == (3, 6)
    assert all(chart.count(b"<c:ser>") == 3 for chart in lines)
    assert all(b"<c:errBars>" in chart for chart in charts if chart not in lines)
    drawings = [archive.read(name) for name in archive.namelist() if "/drawings/drawing" in name]
    told = [re.search(rb'descr="([^"]+)"', drawing) for drawing in drawings]
    assert len(told) == 6
    assert all(text is not None and b"chart." in text[1] for text in told)


@pytest.mark.unit
def test_rows_that_share_a_name_make_no_bars(briefed: Report):
    chart = next(chart for chart in briefed.charts() if chart.id == "growth_drawn")
    twice = chart.data.frame.assign(factor="One name")
    other = replace(chart, data=replace(chart.data, frame=twice))
    report = Report("t", "", (), (Section("s", "S", (other,)),), {})
    archive = zipfile.ZipFile(io.BytesIO(workbook_bytes(report)))
    assert not [name for name in archive.namelist() if "/charts/" in name]


@pytest.mark.integration
def test_the_same_report_gives_the_same_workbook(content, report):
    assert workbook_bytes(report) == content
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


@pytest.mark.unit
def test_nothing_is_said_in_a_word(recwarn):
    frame = pd.DataFrame({"name": ["a", None], "value": [1.5, float("nan")]})
    table = Table("gaps", "Gaps", frame)
    gaps = Report("t", "", (), (Section("s", "S", (table,)),), {})
    rows = sheets_of(workbook_bytes(gaps))["Gaps"]
    assert ["none", "none"] in rows
    assert "<td>none" in render_html(gaps) or ">none</td>" in render_html(gaps)


@pytest.mark.unit
def test_making_a_workbook_warns_of_nothing(small, recwarn):
    workbook_bytes(small)
    assert not [found for found in recwarn if issubclass(found.category, UserWarning)]
