"""First lines that hold no headings: a title, other signs between the columns, a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodel.caseload import read_structure
from riskmodel.errors import DataError
from riskmodel.intake import read_assessments, read_panel, read_snapshots
from riskmodel.intake.figures import check_heading

READERS = (read_assessments, read_panel, read_snapshots, read_structure)


@pytest.mark.unit
@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Our figures for 2015\na,b\n1,2\n", "line 1: holds one text alone"),
        ("Our figures for 2015,,\na,b,c\n1,2,3\n", "remove the lines above them"),
        ("a;b\n1;2\n", "separated by semicolons; save the file with commas"),
        ("a\tb\n1\t2\n", "separated by tabs"),
    ],
)
def test_a_first_line_without_headings_says_what_to_do(tmp_path: Path, read, text, said):
    place = tmp_path / "own.csv"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read(place)


@pytest.mark.unit
def test_a_heading_of_one_word_and_one_of_several_are_headings():
    check_heading(["la_code"], "own.csv")
    check_heading(["Date of birth", "On a plan"], "own.csv")
    with pytest.raises(DataError, match="line 3: holds one text alone"):
        check_heading(["", "A title"], "own.xlsx", 3)


@pytest.mark.unit
@pytest.mark.parametrize("read", [read_panel])
def test_a_workbook_where_csv_is_needed_says_so(tmp_path: Path, read):
    place = tmp_path / "own.xlsx"
    place.write_bytes(b"PK\x03\x04\xff\x00")
    with pytest.raises(DataError, match="Excel workbook; save the sheet as CSV"):
        read(place)


@pytest.mark.unit
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_teams_are_read_in_the_codes_that_spreadsheets_write(tmp_path: Path, encoding: str):
    place = tmp_path / "teams.csv"
    text = (
        "team,area,child_protection_plan,looked_after,child_in_need_plan,workers\n"
        "Süd,Süd,10,2,20,2\n"
    )
    place.write_text(text, encoding=encoding)
    assert [team.name for team in read_structure(place)] == ["Süd"]
