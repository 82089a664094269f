"""``riskmodel sensitivity --recording``: forms, words and refusals."""

from __future__ import annotations

import csv
import io

import pytest

from riskmodel.factors.margins.recording import MEASURES


@pytest.mark.end_to_end
def test_the_command_says_it_in_words_rows_and_data(call):
    text = call("sensitivity", "--recording")
    assert (text.code, text.err) == (0, "")
    assert "Child Emotional Abuse" in text.out
    data = call("sensitivity", "--recording", "--format", "json").json
    assert set(data) == {"points", "bounds", "sides", "summary"}
    assert len(data["points"]) == 10 * 4 * 4
    assert len(data["bounds"]) == 10 * len(MEASURES)
    rows = list(
        csv.DictReader(io.StringIO(call("sensitivity", "--recording", "--format", "csv").out))
    )
    assert {row["basis"] for row in rows} == {"assumed"}


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--recording", "--overlap", "0"), "--overlap is not used with --recording"),
        (("--times-as-often", "1,2"), "--times-as-often goes with --recording"),
        (("--recording", "--recorded-with-plan", "40%"), "takes numbers"),
        (("--recording", "--recorded-with-plan", "40"), "lie above 0, at most at 1; got 40"),
        (("--recording", "--times-as-often", "2"), "takes a least and a most"),
        (("--recording", "--assessments", "2250,3000"), "takes one number"),
        (("--recording", "--assessments", "700"), "at least 1,069"),
    ],
)
def test_what_does_not_go_together_is_refused(call, words, said):
    answer = call("sensitivity", *words)
    assert answer.code == 2
    assert said in answer.message


@pytest.mark.end_to_end
def test_a_table_is_asked_within_its_own_cuts(call, tmp_path):
    lines = ["plan,child_neglect,parent_mental_health"]
    for flags, times in (("1,1,0", 30), ("1,0,1", 25), ("0,1,1", 40), ("0,0,1", 90), ("0,1,0", 20)):
        lines += [flags] * times
    path = tmp_path / "own.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = tmp_path / "area.svg"
    words = ("--recorded-with-plan", "0.5,1", "--recorded-without-plan", "1", "--out", out)
    data = call("sensitivity", "--recording", "--table", path, *words, "--format", "json").json
    neglect = {row["measure"]: row for row in data["bounds"] if row["factor"] == "child_neglect"}
    assert neglect["conversion_rate"]["highest"] == pytest.approx(55 / 115)  # of 55 plans
    assert out.read_bytes().startswith(b"<?xml")
