"""``inputs.xlsx``: each wrong cell gives one message with sheet and cell."""

from __future__ import annotations

import zipfile
from datetime import date

import numpy as np
import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.problems import ProblemLog
from riskmodel.authority.folder.subjects import SUBJECTS, TABLES
from riskmodel.authority.folder.workbook import read_workbook
from riskmodel.authority.folder.workbook_template import workbook_bytes
from riskmodel.errors import DataError
from riskmodel.intake.tables.workbooks import read_sheet


@pytest.mark.unit
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"about": [{"population": "many"}]}, ["sheet about, cell F3", "field population"]),
        ({"about": [{"date": "soon"}]}, ["sheet about, cell C3"]),
        ({"about": [{"name": "A"}, {"name": "B"}]}, ["sheet about, cell A4", "second row"]),
        ({"workforce": [{"sickness": 4}]}, ["sheet workforce, cell F3", "0.14 or 14%"]),
        ({"workforce": [{"posts": "-3"}]}, ["sheet workforce, cell A3", "from 0 to 100,000"]),
        ({"prices": [{"year": "2024"}]}, ["sheet prices, cell A3", "2024/25"]),
        ({"prices": [{"post_per_year": 1}]}, ["sheet prices, cell A3", "is missing"]),
        (
            {"prices": [{"year": "2024/25", "post_per_year": 1}, {"year": "2024/25"}]},
            ["sheet prices, cell A4", "already"],
        ),
        ({"targets": [{"by": "never"}]}, ["sheet targets, cell B3", "2024-03"]),
        ({"groups": [{"name": "A", "codes": "1, 1"}]}, ["sheet groups, cell B3", "twice"]),
    ],
)
def test_a_wrong_cell_is_named(folder_of, cells, said):
    with pytest.raises(DataError) as refused:
        open_authority(folder_of(cells=cells))
    message = str(refused.value)
    assert message.startswith("inputs.xlsx, sheet ")
    for words in said:
        assert words in message, message


@pytest.mark.unit
@pytest.mark.parametrize(
    ("sheet", "rows", "said"),
    [
        (
            "months",
            [
                {"month": date(2023, 1, 1), "cpp_stock": 5},
                {"month": date(2023, 2, 1), "cpp_stock": "few"},
            ],
            ["sheet months, cell B4", "'few'"],
        ),
        ("months", [{"month": "January", "cpp_stock": 5}], ["sheet months, cell A3", "'January'"]),
        (
            "months",
            [{"month": "2023-01", "cpp_stock": 5}, {}, {"month": "2023-01", "cpp_stock": 5}],
            ["sheet months, cell A5", "already"],
        ),
        (
            "teams",
            [{"team": "a", "area": "n", "kind": "famly_support", "child_protection_plan": 3}],
            ["sheet teams, cell C3", "Did you mean 'family_support'"],
        ),
        ("neighbours", [{"la_code": "1", "neighbour_code": "1"}], ["sheet neighbours, cell B3"]),
    ],
)
def test_a_wrong_cell_of_a_whole_table_is_named(folder_of, sheet, rows, said):
    authority = open_authority(folder_of('[about]\ncode = "1"\n', {sheet: rows}))
    readers = {
        "months": lambda: authority.months,
        "teams": lambda: authority.structure,
        "neighbours": lambda: authority.neighbours,
    }
    with pytest.raises(DataError) as refused:
        readers[sheet]()
    message = str(refused.value)
    for words in said:
        assert words in message, message


@pytest.mark.unit
def test_dates_months_and_shares_are_read_as_a_spreadsheet_holds_them(folder_of):
    authority = open_authority(
        folder_of(
            cells={
                "about": [{"name": "Northshire", "code": 926, "date": date(2024, 3, 31)}],
                "workforce": [{"sickness": 0.04, "turnover": "16%"}],
                "targets": [{"by": date(2026, 3, 31), "chance": "80%"}],
                "months": [
                    {"month": date(2024, 2, 1), "cpp_stock": 410},
                    {"month": "2024-03", "cpp_stock": 412},
                ],
            }
        )
    )
    assert (authority.name, authority.code, authority.date) == (
        "Northshire",
        "926",
        date(2024, 3, 31),
    )
    assert authority.contents.number("workforce", "sickness") == 0.04
    assert authority.contents.number("workforce", "turnover") == 0.16
    assert authority.contents.text("targets", "by") == "2026-03"
    assert authority.contents.number("targets", "chance") == 0.8
    (series,) = authority.months
    assert series.stock.tolist() == [410, 412]
    assert series.source == "inputs.xlsx (months)"
    assert str(series.dates[-1]) == "2024-03-31"


@pytest.mark.unit
def test_a_value_that_differs_is_a_decision_and_the_settings_hold(folder_of):
    folder = folder_of(
        '[about]\nname = "North"\ncode = "1"\n',
        {"about": [{"name": "South", "code": "1", "contact": "me"}]},
    )
    authority = open_authority(folder)
    assert (authority.name, authority.contact) == ("North", "me")
    (problem,) = authority.problems
    assert problem.severity == "decision"
    assert "sheet about, cell A3" in str(problem)
    assert "authority.toml, line 2, field name says North, which is used" in str(problem)


@pytest.mark.unit
def test_figures_in_a_file_and_in_a_sheet_are_a_decision(folder_of):
    folder = folder_of(
        cells={"months": [{"month": "2023-01", "cpp_stock": 1}]},
        files={"months.csv": "month,cpp_stock\n2023-01,5\n"},
    )
    authority = open_authority(folder)
    assert authority.months[0].stock.tolist() == [5]
    assert [problem.severity for problem in authority.problems] == ["decision"]


@pytest.mark.unit
def test_the_empty_workbook_says_nothing(tmp_path):
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(workbook_bytes({}))
    log = ProblemLog()
    book = read_workbook(path, log)
    assert not any(book.rows.values())
    assert (book.tables, log.problems) == ({}, [])


@pytest.mark.unit
def test_each_subject_has_a_sheet_with_an_explanation_above_each_column(tmp_path):
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(workbook_bytes({}))
    columns = {name: list(subject.fields) for name, subject in SUBJECTS.items()}
    columns |= {name: [column.name for column in table.columns] for name, table in TABLES.items()}
    for name, headings in columns.items():
        explanations, rows, _, _ = read_sheet(path, name)
        assert rows[0] == headings
        assert all(len(text) > 5 for text in explanations)
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if "worksheets/" in n]
    assert sum('type="list"' in text for text in sheets) == 5, (
        "prices, targets and teams, placements and their budget"
    )


@pytest.mark.unit
def test_a_sheet_of_ones_own_is_noted_and_a_wrong_heading_refused(tmp_path):
    import xlsxwriter

    path = tmp_path / "inputs.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("scribbles").write_row(0, 0, ["a", "b"])
    sheet = book.add_worksheet("Workforce")
    sheet.write_row(0, 0, ["posts", "sicknes", "agency"])
    sheet.write_row(1, 0, [10, 0.1, 2])
    book.close()
    log = ProblemLog()
    rows = read_workbook(path, log).rows["workforce"]
    assert [(p.severity, str(p.place)) for p in log.problems] == [
        ("note", "inputs.xlsx, sheet scribbles"),
        ("mistake", "inputs.xlsx, sheet Workforce, cell B1, field sicknes"),
    ]
    assert "Did you mean 'sickness'" in log.problems[1].message
    assert {name: entry.value for name, entry in rows[0].items()} == {"posts": 10, "agency": 2}


@pytest.mark.unit
def test_a_file_that_is_no_workbook_is_refused(folder_of):
    folder = folder_of(files={"inputs.xlsx": "not a workbook"})
    with pytest.raises(DataError, match="no Excel workbook"):
        open_authority(folder)


@pytest.mark.unit
def test_notes_of_a_sheet_name_its_rows(folder_of):
    rows = [
        {"month": f"2023-{month:02d}", "cpp_stock": 9, "cpp_starts": 1, "cpp_ends": 2}
        for month in (1, 2)
    ]
    authority = open_authority(folder_of(cells={"months": rows}))
    (series,) = authority.months
    (note,) = series.notes
    sheet = authority.contents.tables["months"]
    assert sheet.in_words_of_the_sheet(str(note)).startswith("inputs.xlsx, sheet months, row 4: ")
    assert np.isfinite(series.stock).all()
