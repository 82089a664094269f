"""``riskmodel impact``: formats, words, pictures, and a message for every table it cannot take."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import Any

import pytest

NAMES = ("parent_mental_health", "child_neglect", "child_emotional_abuse")
FLAGS = list(itertools.product((True, False), repeat=4))
TIMES = (9, 7, 6, 8, 12, 6, 14, 11, 10, 9, 16, 15, 13, 20, 24, 60)


def write(path: Path, names: tuple[str, ...], rows: list[tuple[bool, ...]]) -> Path:
    lines = [",".join(("plan", *names)), *(",".join(str(v).lower() for v in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def rows() -> list[tuple[bool, ...]]:
    return [flags for flags, times in zip(FLAGS, TIMES, strict=True) for _ in range(times)]


@pytest.fixture
def table(tmp_path: Path, rows: list[tuple[bool, ...]]) -> Path:
    return write(tmp_path / "own.csv", NAMES, rows)


def words_of(text: str) -> str:
    """Text without the places where lines were broken."""
    return " ".join(text.split())


def same(cell: str, value: Any) -> bool:
    """Whether a CSV cell and a JSON value say the same."""
    if value is None:
        return cell == ""
    return float(cell) == value if isinstance(value, int | float) else cell == value


@pytest.mark.end_to_end
def test_the_text_speaks_of_association_and_basis(call, table):
    answer = call("impact", table)
    said = words_of(answer.out)
    assert answer.code == 0
    assert "associations" in said
    assert "not say what a factor brings about" in said
    assert "single child" in said
    assert "Basis: observed" in said
    assert f"{sum(TIMES):,} assessments" in said


@pytest.mark.end_to_end
def test_a_synthetic_table_says_that_its_answer_was_put_in(call, synthetic):
    words = ("--factors", "child_neglect,Child Emotional Abuse,4B")
    csv_text, xml_text = (
        words_of(call("impact", synthetic / f"cohort.{e}", *words).out) for e in ("csv", "xml")
    )
    for said in (csv_text, xml_text):
        assert "2,250 assessments, 630 of them" in said
        assert "Child Emotional Abuse" in said
    assert "Basis: assumed" in csv_text
    assert "give back the association that was put in" in csv_text


@pytest.mark.end_to_end
def test_csv_and_json_hold_the_same_measures_alone(call, table):
    text, data = (call("impact", table, "--format", form) for form in ("csv", "json"))
    assert (text.code, data.code) == (0, 0)
    shown, found = list(csv.DictReader(io.StringIO(text.out))), data.json
    assert (found["assessments"], found["basis"]) == (sum(TIMES), "observed")
    assert found["interaction_test"] is None
    assert found["benchmark"] is None
    assert len(shown) == 10 * len(NAMES) + 1
    pairs = zip(shown, found["measures"], strict=True)
    assert all(same(row[key], each[key]) for row, each in pairs for key in row)
    assert {row["basis"] for row in shown} == {"observed"}


@pytest.mark.integration
def test_average_fractions_add_up_to_the_joint_one(call, table):
    reason = "made-up rows of a test, seen by nobody"
    words = ("--no-suppression", reason, "--format", "json")
    measures = call("impact", table, *words).json["measures"]
    average, joint = (
        [row["value"] for row in measures if row["measure"] == f"attributable_fraction_{kind}"]
        for kind in ("average", "joint")
    )
    assert sum(average) == pytest.approx(joint[0], abs=1e-9)


@pytest.mark.end_to_end
def test_pairs_bootstrap_and_benchmark_are_named_by_a_seed(call, table):
    words = (
        "--interactions",
        "child_neglect:parent_mental_health",
        "--bootstrap",
        100,
        "--folds",
        3,
    )
    one, again, other = (
        call("impact", table, *words, "--seed", seed, "--format", "json") for seed in (3, 3, 4)
    )
    assert one.out == again.out
    assert one.out != other.out
    found = one.json
    assert found["interaction_test"]["pairs"][0]["pair"] in (
        "child_neglect:parent_mental_health",
        "parent_mental_health:child_neglect",
    )
    assert found["benchmark"]
    assert "bootstrap percentile" in {row["method"] for row in found["measures"]}


@pytest.mark.end_to_end
def test_the_text_of_pairs_and_benchmark(call, table):
    words = ("--interactions", "child_neglect:parent_mental_health", "--folds", 3)
    said = words_of(call("impact", table, *words).out)
    assert "Beyond the" in said
    assert "Ratio" in said
    assert "penalised likelihood-ratio test" in said
    assert "logistic regression" in said


@pytest.mark.end_to_end
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_charts_are_written_and_nothing_is_replaced(ending, call, table, tmp_path):
    folder = tmp_path / "charts"
    both = [folder / f"impact.{ending}", folder / f"impact-combinations.{ending}"]
    assert call("impact", table, "--out", both[0], "--format", "csv").code == 0
    before = [place.read_bytes() for place in both]
    assert all(len(content) > 5000 for content in before)
    assert sorted(folder.iterdir()) == sorted(both)
    assert "is there already" in call("impact", table, "--out", both[0]).message
    # The second picture is looked for before the first is written.
    both[0].unlink()
    assert "impact-combinations" in call("impact", table, "--out", both[0]).message
    assert not both[0].exists()
    assert both[1].read_bytes() == before[1]


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--factors", "child_neglet"), "Did you mean 'child_neglect'"),
        (("--factors", "child_neglect,child_neglect"), "more than once: child_neglect"),
        (("--interactions", "child_neglect"), "cannot read 'child_neglect' as a pair"),
        (("--interactions", "parental"), "fewer than two of the parental factors"),
        (("--interactions", "child_neglect:child_neglet"), "Did you mean 'child_neglect'"),
        (("--bootstrap", 5), "0 or at least 100, got 5"),
        (("--folds", 1), "at least 2"),
        (("--folds", 4000), "4000 folds"),
        (("--level", 95), "between 0 and 1, got 95"),
        (("--seed", -1, "--bootstrap", 100), "seed must be 0 or more"),
        (("--format", "jsn"), "Did you mean 'json'"),
        (("--out", "impact.gif"), "written as .svg or .png"),
    ],
)
def test_refusals_are_one_clear_message(words, message, call, table):
    said = call("impact", table, *words).message
    assert message in said
    assert said.count("riskmodel:") == 1


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("names", "change", "message"),
    [
        (NAMES[:2], lambda p, m, n, e: (p, m, m), "child_neglect is recorded exactly where"),
        (("child_neglect",) * 2, lambda p, m, n, e: (p, m, n), "two columns mean the same"),
        (NAMES[:1], lambda p, m, n, e: (p, True), "no factor is recorded in some assessments"),
        (NAMES[:2], lambda p, m, n, e: (False, m, n), "0 of 240 assessments led to a plan"),
    ],
)
def test_a_table_that_cannot_answer_is_refused_by_name(
    names, change, message, call, rows, tmp_path
):
    table = write(tmp_path / "odd.csv", names, [change(*row) for row in rows])
    assert message in call("impact", table).message


@pytest.mark.end_to_end
def test_a_constant_factor_is_left_out_and_named(call, rows, tmp_path):
    table = write(tmp_path / "constant.csv", NAMES[:2], [(p, m, True) for p, m, _, _ in rows])
    answer = call("impact", table, "--format", "json")
    assert answer.code == 0
    assert {row["factor"] for row in answer.json["measures"]} == {NAMES[0], "all"}
    assert any("child_neglect" in note for note in answer.json["notes"])


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no such file"),
        ("", "is empty"),
        ("child_neglect\ntrue\n", "field plan"),
        ("plan,child_neglect\n", "no assessments to count"),
    ],
)
def test_a_file_that_is_no_table_of_assessments(text, message, call, tmp_path):
    path = tmp_path / "odd.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert message in call("impact", path).message


@pytest.mark.end_to_end
def test_published_counts_will_not_do(call):
    message = call("impact").message
    assert "do not say which factors were recorded together" in message
    assert "riskmodel bounds" in message
