"""What ``riskmodel factors`` lets out of observed records, and what of synthetic ones."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from riskmodel.streams import stream

NAMES = ("child_neglect", "parent_mental_health", "child_gangs")


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> Path:
    """A year of an authority's own records, made up: gangs are rare enough to point to a child."""
    random = stream(1, "test/disclosure")
    path = tmp_path_factory.mktemp("own") / "own.csv"
    rows = [
        [random.random() < share for share in (0.28, 0.2, 0.25, 0.006)]
        + ["north" if random.random() < 0.5 else "south"]
        for _ in range(900)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["plan", *NAMES, "area"])
        writer.writerows([[str(cell).lower() for cell in row] for row in rows])
    return path


@pytest.mark.end_to_end
def test_small_counts_of_observed_records_are_withheld(call, observed):
    for words in ((), ("--by", "area"), ("--show", "membership"), ("--show", "comparison")):
        answer = call("factors", observed, *words, "--format", "csv")
        gangs = [
            row for row in csv.DictReader(io.StringIO(answer.out)) if row["factor"] == "child_gangs"
        ]
        assert gangs
        for row in gangs:
            assert "[c]" in row.values()
            for column in ("plans", "assessments"):
                if row.get(column, "[c]") != "[c]":
                    assert not 1 <= int(row[column]) <= 5
        assert "counts are withheld" in answer.err


@pytest.mark.end_to_end
def test_json_has_null_and_names_the_column(call, observed):
    rows = call("factors", observed, "--format", "json").json["factors"]
    (gangs,) = [row for row in rows if row["factor"] == "child_gangs"]
    assert gangs["conversion_rate"] is None
    assert "conversion_rate" in gangs["suppressed"]


@pytest.mark.end_to_end
def test_a_waiver_needs_a_reason_in_a_sentence(call, observed):
    assert "at least 20 characters" in call("factors", observed, "--no-suppression", "ok").message
    reason = "made-up rows of a test, seen by nobody"
    answer = call("factors", observed, "--no-suppression", reason, "--format", "csv")
    assert answer.code == 0
    assert "[c]" not in answer.out


@pytest.mark.end_to_end
def test_a_higher_threshold_withholds_no_less(call, observed):
    withheld = [
        call("factors", observed, "--threshold", number, "--format", "csv").out.count("[c]")
        for number in (5, 40)
    ]
    assert withheld[0] <= withheld[1]


@pytest.mark.end_to_end
def test_synthetic_tables_pass_unsuppressed(call):
    table = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.csv"
    answer = call("factors", table, "--by", "area", "--format", "csv")
    assert "[c]" not in answer.out
    assert "withheld" not in answer.err


@pytest.mark.end_to_end
def test_too_little_to_print_is_one_message(call, tmp_path):
    table = tmp_path / "tiny.csv"
    table.write_text("plan,child_neglect\ntrue,true\nfalse,true\nfalse,false\n", encoding="utf-8")
    assert "too little of these observed records" in call("factors", table).message


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    "words",
    [
        ("impact", "{}"),
        ("bounds", "child_neglect", "--table", "{}"),
        ("sensitivity", "--table", "{}", "--overlap", "0", "--replicates", "1"),
    ],
)
def test_what_is_not_protected_yet_says_so_and_only_of_observed_records(words, call, observed):
    synthetic = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.csv"
    own = call(*(word.format(observed) for word in words))
    assert own.code == 0, own.err
    assert "small counts are not withheld" in own.err
    if words[0] != "bounds":  # as many factors as the reference cohort has are too many to bound
        assert "not withheld" not in call(*(word.format(synthetic) for word in words)).err
