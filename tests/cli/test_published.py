"""``riskmodel published``: the printed digits, the audit, and whether the tables are intact."""

from __future__ import annotations

import csv
import shutil
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest

from riskmodel.published import load_table, table_ids
from riskmodel.published.findings import OUTCOME_WORDS

DATA = resources.files("riskmodel.published").joinpath("data")
WITH_FIGURES = [name for name in table_ids() if load_table(name).cells]

RISK_FACTORS = """\
factor,plans,plans_percent,assessments,conversion_percent
Parent Domestic Violence,174,27.6,613,28.4
Child Emotional Abuse,168,26.7,388,43.3
Parent Mental Health,147,23.3,492,29.9
Child Neglect,142,22.5,389,36.5
Parent Alcohol Misuse,99,15.7,295,33.6
Child Physical Abuse,91,14.4,309,29.4
Parent Drugs Misuse,84,13.3,245,34.3
Child Domestic Violence,66,10.5,312,21.2
Child Unacceptable Behaviour,59,9.4,200,29.5
Child Sexual Abuse,57,9.0,144,39.6
"""


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def data_rows(table: str) -> list[list[str]]:
    return rows_of(DATA.joinpath(f"{table}.csv").read_text(encoding="utf-8"))


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.regression
def test_the_table_of_factors_is_printed_digit_for_digit(call):
    answer = call("published", "show", "risk_factors", "--format", "csv")
    assert (answer.code, answer.out, answer.err) == (0, RISK_FACTORS, "")


@pytest.mark.regression
@pytest.mark.parametrize("table", [name for name in table_ids() if name != "statements"])
def test_every_table_is_its_file_without_signs_and_separators(call, table: str):
    answer = call("published", "show", table, "--format", "csv")
    head, *body = data_rows(table)
    expected = [
        # The first column is the row's label, which may hold a comma of its own.
        [row[0], *(cell.replace("%", "").replace(",", "") for cell in row[1:])]
        for row in body
    ]
    assert (answer.code, answer.err) == (0, "")
    assert rows_of(answer.out) == [head, *expected]


@pytest.mark.regression
def test_statements_are_printed_as_they_stand(call):
    answer = call("published", "show", "statements", "--format", "csv")
    shown = [(row["id"], row["printed"]) for row in csv.DictReader(answer.out.splitlines())]
    assert shown == [(row[0], row[1]) for row in data_rows("statements")[1:]]


@pytest.mark.integration
def test_the_list_has_every_table_with_its_size(call):
    answer = call("published", "list", "--format", "json")
    assert [row["table"] for row in answer.json] == list(table_ids())
    assert all(row["figures"] == len(load_table(row["table"]).cells) for row in answer.json)
    printed = call("published", "list").out
    assert all(name in printed for name in table_ids())
    assert rows_of(call("published", "list", "--format", "csv").out)[1][0] == table_ids()[0]


@pytest.mark.integration
@pytest.mark.parametrize("table", WITH_FIGURES)
def test_json_gives_numbers_and_null(call, table: str):
    rows = call("published", "show", table, "--format", "json").json
    assert len(rows) == len(load_table(table).rows)
    figures = call("published", "show", table, "--figures", "--format", "json").json
    assert [row["printed"] for row in figures] == [
        figure.printed for figure in load_table(table).cells.values()
    ]
    assert all(row["paragraph"] and row["period"] and row["unit"] for row in figures)


@pytest.mark.integration
@pytest.mark.parametrize("table", [name for name in WITH_FIGURES if name != "statements"])
def test_a_narrow_terminal_loses_and_breaks_no_number(call, table: str):
    shown = call("published", "show", table, columns=60).out
    for row in data_rows(table)[1:]:
        for cell in row[1:]:
            assert cell in shown, cell


@pytest.mark.integration
def test_a_narrow_terminal_loses_no_statement(call):
    shown = call("published", "show", "statements", columns=60).out
    missing = [row[1] for row in data_rows("statements")[1:] if row[1] not in shown]
    assert missing == []


@pytest.mark.integration
def test_a_table_without_figures_keeps_data_alone_in_csv(call):
    answer = call("published", "show", "risk_quadrants", "--figures", "--format", "csv")
    assert answer.code == 0
    assert answer.out.startswith("factor,column,printed,")


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("published show risk_factor", "Did you mean 'risk_factors'"),
        ("published show Risk_Factors", "Did you mean 'risk_factors'"),
        ("published show risk_factors --format jsn", "Did you mean 'json'?"),
        ("published audit --format cvs", "Did you mean 'csv'?"),
        ("published lst", "Did you mean"),
        ("published show", "Missing argument"),
        ("published audit --al", "--all"),
        ("publishd list", "published"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(call, words: str, expected: str):
    assert expected in call(*words.split()).message


@pytest.mark.integration
@pytest.mark.parametrize(
    ("words", "row_found", "place"),
    [
        (["303"], "mean_plan_length_days", "11"),
        (["plan", "length"], "mean_plan_length_days", "11"),
        (["plan length"], "mean_plan_length_days", "11"),
        (["2,451"], "Children in Need Plan", "14"),
        (["2451"], "Children in Need Plan", "14"),
        (["28.4%"], "Parent Domestic Violence", "16"),
        (["28.4"], "Parent Domestic Violence", "16"),
    ],
)
def test_a_figure_is_found_by_number_or_words(call, words, row_found: str, place: str):
    answer = call("published", "find", *words, "--format", "json")
    assert answer.code == 0
    assert (row_found, place) in [(row["row"], row["paragraph"]) for row in answer.json]


@pytest.mark.integration
@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_nothing_found_exits_with_1(call, form: str):
    answer = call("published", "find", "zebra crossing", "--format", form)
    assert (answer.code, answer.err) == (1, "")
    if form == "json":
        assert answer.json == []
    elif form == "csv":
        assert len(rows_of(answer.out)) == 1
    else:
        assert "zebra crossing" in answer.out


@pytest.mark.end_to_end
def test_the_audit_gives_arithmetic_and_paragraph_of_each_finding(call):
    answer = call("published", "audit", "--format", "json")
    assert (answer.code, answer.err) == (1, "")
    findings = answer.json["findings"]
    assert sum(answer.json["counts"].values()) == len(findings)
    assert all(finding["arithmetic"] and finding["paragraphs"] for finding in findings)
    assert all(finding["reading"] for finding in findings if finding["outcome"] == "repaired")
    in_csv = list(csv.DictReader(call("published", "audit", "--format", "csv").out.splitlines()))
    assert [row["outcome"] for row in in_csv] == [row["outcome"] for row in findings]


@pytest.mark.end_to_end
def test_the_audit_in_words_names_every_failure_and_with_all_what_holds(call):
    findings = call("published", "audit", "--format", "json").json["findings"]
    short, every = call("published", "audit"), call("published", "audit", "--all")
    assert short.code == every.code == 1
    for finding in findings:
        words = squeezed(f"{OUTCOME_WORDS[finding['outcome']]}: {finding['title']}")
        assert words in squeezed(every.out)
        assert (words in squeezed(short.out)) == (finding["outcome"] != "published")
    assert f"{len(findings)} checks" in short.out
    assert "nan" not in short.out


@pytest.mark.integration
def test_implied_quantities_are_the_same_in_every_form(call):
    rows = call("published", "implied", "--format", "json").json
    assert [row["quantity"] for row in rows] == [
        row["quantity"]
        for row in csv.DictReader(call("published", "implied", "--format", "csv").out.splitlines())
    ]
    floor = next(row for row in rows if row["quantity"] == "minimum_assessments")
    assert (floor["low"], floor["high"]) == (1069, "inf")
    text = squeezed(call("published", "implied").out)
    assert all(squeezed(row["title"])[:15] in text for row in rows)


@pytest.mark.integration
def test_verify_passes_what_was_released(call):
    answer = call("published", "verify", "--format", "json")
    assert answer.code == 0
    assert all(check["passed"] is True for check in answer.json)
    assert "FAILED" not in call("published", "verify").out


@pytest.mark.integration
@pytest.mark.parametrize("change", ["digit", "gone", "added"])
def test_verify_finds_a_changed_copy(call, monkeypatch, tmp_path: Path, change: str):
    with resources.as_file(DATA) as folder:
        shutil.copytree(folder, tmp_path / "data")
    table = tmp_path / "data" / "school_ratings.csv"
    if change == "digit":
        table.write_bytes(table.read_bytes().replace(b"80%", b"81%"))
    elif change == "gone":
        table.unlink()
    else:
        (tmp_path / "data" / "more.csv").write_text("a,b\n", encoding="utf-8")
    copy = SimpleNamespace(files=lambda _: tmp_path)
    monkeypatch.setattr("riskmodel.published.verification.resources", copy)
    answer = call("published", "verify", "--format", "json")
    assert (answer.code, answer.err) == (1, "")
    failed = [check["check"] for check in answer.json if not check["passed"]]
    assert failed == ["more.csv" if change == "added" else "school_ratings.csv"]
    assert "FAILED" in call("published", "verify").out
