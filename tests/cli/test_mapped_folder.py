"""A folder whose table names and writes things in its own way: what is said of it, and answered."""

from __future__ import annotations

import random
import re

import pytest
import xlsxwriter

MAPPING = """[columns]
plan = "Went to CP plan?"
child_neglect = "Neglect"
parent_mental_health = "Parental MH"
age = "Age at assessment"
[flags]
true = ["Y"]
false = ["N"]
"""
TEAMS = (
    ("Team", "Area", "Kind", "Child protection plan", "Looked after", "Child in need plan",
     "Unallocated", "Workers"),
    ("One", "north", "family_support", 20, 10, 30, 0, 5),
)  # fmt: skip
BLANKS = 17


@pytest.fixture
def folder(tmp_path):
    """Three hundred assessments under headings of the council's own, some cells of them blank."""
    place = tmp_path / "ours"
    (place / "returns").mkdir(parents=True)
    draw = random.Random(1)
    lines = ["Ref,Went to CP plan?,Neglect,Parental MH,Age at assessment"]
    for row in range(300):
        plan, neglect, health = (draw.choice("YN") for _ in range(3))
        lines.append(f"{row},{plan},{'' if row < BLANKS else neglect},{health},{row % 18}")
    (place / "returns" / "assessments-2026.csv").write_text("\n".join(lines), encoding="utf-8")
    (place / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (place / "authority.toml").write_text('[about]\nname = "Ours"\n', encoding="utf-8")
    return place


@pytest.mark.end_to_end
@pytest.mark.parametrize("command", ["factors", "impact"])
def test_a_folder_reads_its_table_by_its_mapping(call, folder, command) -> None:
    answer = call(command, folder, *(("--bootstrap", "100") if command == "impact" else ()))
    assert answer.code == 0, answer.err
    assert f"{300 - BLANKS} of 300 assessments counted" in answer.err


@pytest.mark.end_to_end
def test_ages_have_a_heading_of_ones_own(call, folder) -> None:
    answer = call("factors", folder, "--by", "age_band", "--format", "csv")
    assert answer.code == 0, answer.err
    assert "11 to 15" in answer.out


@pytest.mark.end_to_end
def test_check_says_what_blanks_take_with_them(call, folder) -> None:
    said = " ".join(call("check", folder).out.split())
    assert f"left out of 300 assessments: {BLANKS} with a cell that is neither true nor" in said
    assert f"{BLANKS} of these cells are blank (child_neglect)" in said
    mapping = folder / "mapping.toml"
    mapping.write_text(MAPPING.replace('["N"]', '["N", ""]'), encoding="utf-8")
    assert "blank" not in call("check", folder).out
    # What is taken for no is said where the table is looked at.
    answer = call("intake", "check", folder)
    assert (answer.code, "blank_is_no" in answer.out) == (0, True)


@pytest.mark.end_to_end
def test_prices_and_teams_in_files_of_their_own(call, folder) -> None:
    (folder / "prices.csv").write_text("year,post\n2026/27,58400\n", encoding="utf-8")
    with xlsxwriter.Workbook(folder / "teams.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(TEAMS):
            sheet.write_row(number, 0, row)
    said = " ".join(call("check", folder).out.split())
    assert "prices.csv: is not read: prices stand under [[prices]] in authority.toml" in said
    assert re.search(r"teams\.xlsx 1 teams?, 60 cases", said), said
    with xlsxwriter.Workbook(folder / "teams.xlsx") as book:
        book.add_worksheet().write_row(0, 0, ("Team", "Locality"))
    said = " ".join(call("check", folder).out.split())
    assert "There is no column of a table of teams 'locality'" in said


@pytest.mark.end_to_end
def test_months_say_which_figures_are_missing(call, tmp_path) -> None:
    months = tmp_path / "months.csv"
    rows = [
        f"2024-{n:02d},{400 + n},{'c' if n == 3 else 20},{'' if n < 3 else 19}\n"
        for n in range(1, 13)
    ]
    months.write_text("month,cpp_stock,cpp_starts,cpp_ends\n" + "".join(rows), encoding="utf-8")
    said = " ".join(call("intake", "snapshots", months).out.split())
    assert "1 without starts, 2 without ends" in said
    (tmp_path / "authority.toml").write_text('[about]\nname = "Ours"\n', encoding="utf-8")
    said = " ".join(call("check", tmp_path).out.split())
    assert "(1 without starts, 2 without ends)" in said


@pytest.mark.end_to_end
def test_without_its_mapping_it_is_told_of_one(call, folder) -> None:
    (folder / "mapping.toml").unlink()
    said = " ".join(call("factors", folder).message.split())
    assert "field plan: this column is missing; the file has 'Ref', 'Went to CP plan?'" in said
    assert "mapping.toml in a folder" in said
