"""``riskmodel factors``: the published table, and a table of one's own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from riskmodel.published import load_table

UNPROTECTED = ("--no-suppression", "made-up rows of a test, seen by nobody")

TABLE = """\
plan,parent_mental_health,child_neglect,area
true,true,false,north
true,true,true,north
false,true,false,south
false,false,false,south
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.regression
@pytest.mark.parametrize("reading", ["plans", "assessments"])
def test_the_published_rates_are_the_printed_ones(call, reading: str):
    answer = call("factors", "--prevalence", reading, "--format", "csv")
    assert (answer.code, answer.err) == (0, "")
    shown = list(csv.DictReader(answer.out.splitlines()))
    printed = load_table("risk_factors")
    assert [row["label"] for row in shown] == list(printed.keys)
    for row in shown:
        for column, number in (
            ("plans", row["plans"]),
            ("assessments", row["assessments"]),
            ("plans_percent", f"{100 * float(row['share_of_plans']):.1f}%"),
            ("conversion_percent", f"{100 * float(row['conversion_rate']):.1f}%"),
        ):
            assert printed.figure(row["label"], column).printed == number
        assert float(row["conversion_rate_low"]) < float(row["conversion_rate"])
        assert row["basis"] == "published"


@pytest.mark.end_to_end
def test_json_says_which_cuts_are_feasible(call):
    plans = call("factors", "--format", "json").json["thresholds"]
    assert plans["feasible"] is True
    assert (plans["prevalence_above"], plans["prevalence_at_most"]) == (66, 84)
    other = call("factors", "--prevalence", "assessments", "--format", "json").json["thresholds"]
    assert other["feasible"] is False
    assert other["prevalence_above"] is None
    assert any("child_domestic_violence" in text for text in other["contradictions"])


@pytest.mark.integration
@pytest.mark.parametrize("reading", ["plans", "assessments"])
def test_a_narrow_terminal_breaks_no_number(call, reading: str):
    rows = call("factors", "--prevalence", reading, "--format", "json").json["factors"]
    shown = call("factors", "--prevalence", reading, columns=60).out
    for row in rows:
        for kind in ("share_of_plans", "conversion_rate"):
            value, low, high = (100 * row[f"{kind}{end}"] for end in ("", "_low", "_high"))
            assert f"{value:.1f}% ({low:.1f} to {high:.1f})" in shown
        assert row["label"] in shown


@pytest.mark.integration
def test_the_words_say_association_and_basis(call, table: Path):
    for words in (("factors",), ("factors", table, *UNPROTECTED)):
        said = " ".join(call(*words).out.split())
        assert "These are associations" in said
        assert "they do not say what a factor causes" in said
    assert "Basis: published" in call("factors").out
    assert "Basis: observed" in call("factors", table, *UNPROTECTED).out


@pytest.mark.integration
def test_a_group_in_which_a_factor_was_never_found_has_no_rate_and_no_nan(call, table: Path):
    by_area = call("factors", table, "--by", "area", "--format", "json", *UNPROTECTED)
    south = {row["factor"]: row for row in by_area.json["factors"] if row["area"] == "south"}
    assert south["child_neglect"]["assessments"] == 0
    assert south["child_neglect"]["conversion_rate"] is None
    in_csv = call("factors", table, "--by", "area", "--format", "csv", *UNPROTECTED).out
    assert "nan" not in in_csv.casefold()
    text = call("factors", table, "--by", "area").out
    assert "never found" in text
    assert "nan" not in text.casefold()


@pytest.mark.integration
def test_a_factor_that_the_report_card_does_not_name_has_no_printed_quadrant(call, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("plan,child_neglect,factor_null\ntrue,true,true\n", encoding="utf-8")
    text = call("factors", path, *UNPROTECTED).out
    assert "Null" in text
    assert "Printed" not in text
    assert "nan" not in text
    theirs = call("factors", path, "--cuts", "report", *UNPROTECTED).out
    assert "Printed" in theirs
    assert "nan" not in theirs
    # One rate is not the highest and the lowest at once.
    assert "most often followed by a plan" in text
    assert "least often" not in text


@pytest.mark.integration
def test_groups_add_up_to_the_whole(call, synthetic: Path):
    path = synthetic / "cohort.csv"
    whole = call("factors", path, "--format", "json").json["factors"]
    parts = call("factors", path, "--by", "area,gender", "--format", "json").json["factors"]
    assert list(parts[0])[:2] == ["area", "gender"]
    for row in whole:
        mine = [part for part in parts if part["factor"] == row["factor"]]
        # Three areas by female, male and those not yet born, who have no gender.
        assert len(mine) == 9
        assert sum(part["plans"] for part in mine) == row["plans"]
        assert sum(part["assessments"] for part in mine) == row["assessments"]


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--prevalence assesments", "Did you mean 'assessments'?"),
        ("--prevalance plans", "--prevalence"),
        ("--method jefreys", "Did you mean 'jeffreys'?"),
        ("--format jason", "Did you mean 'json'?"),
        ("--level 95", "between 0 and 1"),
        ("--level high", "--level"),
        ("--by area", "published table"),
        ("nothing.csv", "no such file"),
        ("tests/conftest.py", "allowed: .csv, .parquet, .xml"),
    ],
)
def test_bad_input_is_one_clear_message(call, words: str, expected: str):
    message = call("factors", *words.split()).message
    assert expected in message


@pytest.mark.end_to_end
def test_a_table_that_cannot_be_used_is_one_clear_message(call, table: Path):
    assert "Did you mean 'area'?" in call("factors", table, "--by", "aera").message
    table.write_text(TABLE.replace("false,false,false", "false,false,perhaps"), encoding="utf-8")
    lenient = call("factors", table, *UNPROTECTED)
    assert lenient.code == 0
    assert "1 cell or record of the file could not be used" in lenient.err
    table.write_text("plan,height\ntrue,1\n", encoding="utf-8")
    assert "no column is a factor" in call("factors", table).message
    table.write_text("", encoding="utf-8")
    assert "own.csv" in call("factors", table).message
