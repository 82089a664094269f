"""``riskmodel bounds`` and ``riskmodel sensitivity``: formats, words, pictures and refusals."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import Any

import pytest

ONE = ("bounds", "child_neglect", "--given", "parent_mental_health")
AT = ("--assessments", 2600)
SMALL = ("sensitivity", "--assessments", "1500,3000", "--overlap", "0,0.5", "--replicates", 1)
POINT = ("sensitivity", "--assessments", 2250, "--overlap", 0, "--replicates", 1)
FLAGS = list(itertools.product((True, False), repeat=3))


def write(path: Path, names: tuple[str, ...], rows: list[tuple[bool, ...]]) -> Path:
    lines = [",".join(("plan", *names)), *(",".join(str(v).lower() for v in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    names = ("parent_mental_health", "child_neglect")
    rows = [
        flags
        for flags, times in zip(FLAGS, (9, 7, 5, 3, 4, 8, 6, 20), strict=True)
        for _ in range(times)
    ]
    return {
        "own": write(tmp_path / "own.csv", names, rows),
        "every": write(tmp_path / "every.csv", names, [(p, m, True) for p, m, _ in rows]),
        "no plan": write(tmp_path / "no-plan.csv", names, [(False, m, n) for _, m, n in rows]),
        "twins": write(tmp_path / "twins.csv", names, [(p, m, m) for p, m, _ in rows]),
        "twice": write(tmp_path / "twice.csv", ("child_neglect", "child_neglect"), rows),
    }


def words_of(text: str) -> str:
    """Text without the places where lines were broken."""
    return " ".join(text.split())


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def same(cell: str, value: Any) -> bool:
    """Whether a CSV cell and a JSON value say the same."""
    if value is None:
        return cell == ""
    return float(cell) == value if isinstance(value, int | float) else cell == value


# ---------------------------------------------------------------- bounds


@pytest.mark.end_to_end
def test_bounds_say_in_words_that_the_sign_is_not_identified(call):
    answer = call(*ONE, *AT)
    said = words_of(answer.out)
    assert (answer.code, answer.err) == (0, "")
    bound = call(*ONE, *AT, "--format", "json").json["bounds"][0]
    assert f"{bound['low']:+.3f} to {bound['high']:+.3f}" in said
    assert "sign not identified" in said
    assert "Mantel-Haenszel" in said
    assert "2,600 assessments" in said
    assert "Basis: assumed" in said
    assert "does not say what the factor brings about" in said


@pytest.mark.end_to_end
def test_an_assumption_about_phi_is_named_and_narrows(call):
    free, assumed = (
        call(*ONE, *AT, *more, "--format", "json").json for more in ((), ("--phi", "0,0.3"))
    )
    for wide, narrow in zip(free["bounds"], assumed["bounds"], strict=True):
        assert wide["low"] <= narrow["low"] <= narrow["high"] <= wide["high"]
        assert (wide["phi_low"], narrow["phi_low"], narrow["phi_high"]) == (None, 0, 0.3)
    said = words_of(call(*ONE, *AT, "--phi", "0,0.3").out)
    assert "Assumed: phi of any two factors between 0 and 0.3" in said


@pytest.mark.end_to_end
def test_bounds_as_csv_and_json_hold_the_same_data_alone(call):
    table, data = (call(*ONE, *AT, "--format", form) for form in ("csv", "json"))
    rows, found = rows_of(table.out), data.json["bounds"]
    assert (table.code, table.err, data.code, data.err) == (0, "", 0, "")
    assert [row["quantity"] for row in rows] == [
        "risk_difference",
        "risk_ratio",
        "mantel_haenszel_difference",
        "only_plans",
    ]
    assert all(
        same(row[key], each[key]) for row, each in zip(rows, found, strict=True) for key in row
    )


@pytest.mark.integration
def test_json_gives_a_table_with_the_published_counts_for_each_end(call):
    tables = call(*ONE, *AT, "--format", "json").json["tables"]
    assert len(tables) == 8
    for rows in tables.values():
        assert sum(row["plans"] for row in rows) == 630
        assert sum(row["plans"] + row["without_plan"] for row in rows) == 2600
        assert sum(row["plans"] for row in rows if row["child_neglect"]) == 142


@pytest.mark.end_to_end
def test_all_factors_with_counts_are_allowed_for_by_default(call):
    said = words_of(call("bounds", "Child Neglect", *AT).out)
    assert "9 other factors" in said
    assert "linear programme" in said


@pytest.mark.end_to_end
def test_bounds_of_a_table_rest_on_what_the_table_does(call, tables, synthetic):
    own = call("bounds", "child_neglect", "--table", tables["own"], "--format", "json").json[
        "bounds"
    ]
    assert {row["basis"] for row in own} == {"observed"}
    assert {row["assessments"] for row in own} == {62}
    made_up = call(
        "bounds", "child_neglect", "--given", "child_self_harm", "--table", synthetic / "cohort.csv"
    )
    assert "Basis: assumed" in made_up.out


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("child_neglet", *AT), "Did you mean 'child_neglect'"),
        ((*ONE[1:3], "parent_mental_healt", *AT), "Did you mean 'parent_mental_health'"),
        (("child_neglect", "--among", "child_gang", *AT), "Did you mean 'child_gangs'"),
        (("child_gangs", *AT), "Child Gangs has no counts here"),
        (ONE[1:], "is not published: give --assessments, at least 1,069"),
        ((*ONE[1:], "--assessments", 1068), "at least 1,069 are needed"),
        ((*ONE[1:], *AT, "--phi", "0,1.5"), "within -1 and 1, got 0.0 to 1.5"),
        ((*ONE[1:], *AT, "--phi=-2,0"), "within -1 and 1, got -2.0 to 0.0"),
        ((*ONE[1:], *AT, "--phi", "0.3,0"), "from low to high"),
        ((*ONE[1:], *AT, "--phi", "0.3"), "the lowest and the highest"),
        ((*ONE[1:], *AT, "--phi", "a,b"), "takes numbers"),
        ((*ONE[1:], *AT, "--phi", "nan,1"), "finite numbers"),
        ((*ONE[1:], *AT, "--phi", "0.9,1"), "is impossible for child_neglect"),
        ((*ONE[1:], *AT, "--among", "child_neglect"), "leave one of them out"),
        (("child_neglect", "--given", "child_neglect", *AT), "named once"),
        (("child_neglect", "--among", ",", *AT), "at least one other factor"),
        (("child_neglect", *AT, "--format", "jsn"), "Did you mean 'json'"),
        (("child_neglect", "--table", "nowhere.csv"), "nowhere.csv: there is no such file"),
    ],
)
def test_bounds_refuse_with_one_clear_message(words, message, call):
    said = call("bounds", *words).err
    assert message in said
    assert said.count("riskmodel:") == 1
    assert call("bounds", *words).code == 2


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("every", "child_neglect was recorded in every assessment"),
        ("no plan", "no assessment led to a plan"),
        ("twice", "two columns mean the same"),
    ],
)
@pytest.mark.parametrize("command", [("bounds", "child_neglect"), ("sensitivity",)])
def test_a_table_that_cannot_answer_is_refused_by_name(name, message, command, call, tables):
    assert message in call(*command, "--table", tables[name]).message


@pytest.mark.end_to_end
def test_a_table_knows_its_number_of_assessments(call, tables):
    answer = call("bounds", "child_neglect", "--table", tables["own"], "--assessments", 62)
    assert "leave --assessments out" in answer.message


# ---------------------------------------------------------------- sensitivity


@pytest.mark.end_to_end
def test_the_surface_says_what_it_hangs_on(call):
    answer = call(*SMALL)
    said = words_of(answer.out)
    assert (answer.code, answer.err) == (0, "")
    assert "sign depends on the assumption" in said
    assert "4 points" in said
    assert "basis: assumed" in said.lower()
    assert "do not say what a factor causes" in said
    for row in call(*SMALL, "--format", "json").json["summary"]:
        assert f"{row['smallest']:.2f}" in said
        assert f"{row['largest']:.2f}" in said


@pytest.mark.end_to_end
def test_the_surface_as_csv_and_json_holds_the_same_data_alone(call):
    table, data = (call(*SMALL, "--format", form) for form in ("csv", "json"))
    rows, found = rows_of(table.out), data.json["surface"]
    assert (table.code, table.err, data.code, data.err) == (0, "", 0, "")
    assert len(rows) == 10 * 2 * 2
    assert all(
        same(row[key], each[key]) for row, each in zip(rows, found, strict=True) for key in row
    )
    assert {row["basis"] for row in rows} == {"assumed"}
    assert all(
        0 < float(row["low"]) < float(row["odds_ratio"]) < float(row["high"]) for row in rows
    )
    assert len(data.json["summary"]) == 10


@pytest.mark.end_to_end
def test_the_same_seed_gives_the_same_bytes(call):
    one, again, other = (call(*SMALL, "--seed", seed, "--format", "csv").out for seed in (3, 3, 4))
    assert one == again
    assert one != other


@pytest.mark.end_to_end
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_surface_is_drawn_and_nothing_is_replaced(ending, call, tmp_path):
    place = tmp_path / f"surface.{ending}"
    assert call(*POINT, "--out", place, "--format", "csv").code == 0
    before = place.read_bytes()
    assert before.startswith(b"\x89PNG" if ending == "png" else b"<?xml")
    assert "is there already" in call(*POINT, "--out", place).message
    assert place.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [place.name]


@pytest.mark.end_to_end
def test_a_table_is_taken_at_its_own_number_of_assessments(call, tables):
    words = ("sensitivity", "--table", tables["own"], "--overlap", 0, "--replicates", 1)
    assert {row["assessments"] for row in rows_of(call(*words, "--format", "csv").out)} == {"62"}
    other = rows_of(call(*words, "--assessments", 80, "--format", "csv").out)
    assert {row["assessments"] for row in other} == {"80"}


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--assessments", 1068), "at least 1,069 are needed"),
        (("--assessments", "2250x"), "whole numbers"),
        (("--assessments", "2250,2250"), "each once"),
        (("--overlap", "2"), "between 0 and 1, got 2"),
        (("--overlap=-0.1",), "between 0 and 1, got -0.1"),
        (("--overlap", "x"), "takes numbers"),
        (("--overlap", ","), "--overlap names no number"),
        (("--factors", "child_neglet"), "Did you mean 'child_neglect'"),
        (("--factors", "child_neglect,child_neglect"), "more than once: child_neglect"),
        (("--replicates", 0), "at least 1 cohort"),
        (("--method", "fith"), "Did you mean 'firth'"),
        (("--level", 95), "between 0 and 1, got 95"),
        (("--seed", -1), "seed must be 0 or more"),
        (("--out", "surface.gif"), "written as .svg or .png"),
        (("--table", "nowhere.csv"), "nowhere.csv: there is no such file"),
    ],
)
def test_sensitivity_refuses_with_one_clear_message(words, message, call):
    answer = call(*POINT, *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    assert answer.err.count("riskmodel:") == 1


@pytest.mark.end_to_end
def test_factors_that_cannot_be_told_apart_are_a_message(call, tables):
    words = ("sensitivity", "--table", tables["twins"], "--overlap", "0,1", "--replicates", 1)
    assert "take a smaller overlap than 1" in call(*words).message
