"""``riskmodel scenario``: list, show, check, new, levers, schema."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from riskmodel.levers import LEVERS
from riskmodel.scenarios import LIBRARY

SOUND = """name = "ours"
description = "Fewer posts."

[[change]]
parameter = "workforce.posts"
from_month = "2016-01"
to_month = "2016-12"
multiplier = 0.9
reason = "Draft budget."
source = "assumed"
"""


def write(folder: Path, text: str = SOUND) -> Path:
    place = folder / "ours.toml"
    place.write_text(text, encoding="utf-8")
    return place


@pytest.mark.end_to_end
def test_the_library_is_listed(call):
    rows = list(csv.DictReader(io.StringIO(call("scenario", "list", "--format", "csv").out)))
    assert [row["scenario"] for row in rows] == list(LIBRARY)
    assert rows[0]["changes"] == "0"
    assert rows[1]["parameters"].startswith("starts.child_protection_plan, starts.looked_after")
    found = call("scenario", "list", "--format", "json").json
    assert [row["scenario"] for row in found] == list(LIBRARY)
    text = call("scenario", "list").out
    assert all(name in text for name in LIBRARY)


@pytest.mark.end_to_end
def test_a_scenario_is_shown_with_reasons_and_sources(call, tmp_path: Path):
    text = " ".join(call("scenario", "show", "national_growth").out.split())
    assert "in equal steps to 1.059 times the baseline, from month 1 to month 24, then kept" in text
    assert "Reason: 9% in three years" in text
    assert "Source: report card paras 2 and 15: " in text
    assert "It changes nothing." in call("scenario", "show", "baseline").out
    found = call("scenario", "show", write(tmp_path), "--format", "json").json
    assert found["scenario"] == "ours"
    assert found["changes"] == [
        {
            "scenario": "ours",
            "from_scenario": "ours",
            "parameter": "workforce.posts",
            "from_month": "2016-01",
            "to_month": "2016-12",
            "operation": "multiplier",
            "number": 0.9,
            "low": None,
            "high": None,
            "instead": "",
            "ramp": False,
            "basis": "assumed",
            "reason": "Draft budget.",
            "source": "assumed",
            "weight": 1.0,
        }
    ]
    shown = call("scenario", "show", "baseline", "--format", "csv").out
    assert shown.startswith("scenario,from_scenario,parameter,")
    assert shown.count("\n") == 1


@pytest.mark.end_to_end
def test_what_is_inherited_says_from_where(call, tmp_path: Path):
    based = SOUND.replace("\n[[", 'based_on = ["recruitment_freeze"]\n\n[[', 1)
    text = " ".join(call("scenario", "show", write(tmp_path, based)).out.split())
    assert "Based on: recruitment_freeze." in text
    assert "(of recruitment_freeze)" in text


@pytest.mark.end_to_end
def test_an_unknown_scenario_is_refused_with_the_nearest(call):
    assert "Did you mean 'plateau'" in call("scenario", "show", "platau").message
    assert "absent.toml: cannot be read" in call("scenario", "show", "absent.toml").message
    assert "There is no format 'xml'" in call("scenario", "list", "--format", "xml").message


@pytest.mark.end_to_end
def test_a_file_named_without_its_ending_is_pointed_out(call, tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "named with its ending: ours.toml" in call("scenario", "show", "ours").message


@pytest.mark.end_to_end
def test_check_says_that_a_file_is_sound(call, tmp_path: Path):
    place = write(tmp_path)
    answer = call("scenario", "check", place)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "ours.toml is sound. ours: 1 change (workforce.posts)\n"
    assert call("scenario", "check", place, "--opening", "2015-11", "--months", "24").code == 0
    assert call("scenario", "check", place, "--format", "json").json["scenario"] == "ours"


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("swap", "said"),
    [
        (("workforce.posts", "workforce.poste"), "line 5, field parameter: There is no parameter"),
        (("0.9", "-0.9"), "line 8, field multiplier: -0.9 is no multiplier; allowed is from 0"),
        (("2016-12", "2015-12"), "line 7, field to_month: 2015-12 comes before from_month"),
        (("reason", "raeson"), "line 9, field raeson: There is no key of a change 'raeson'"),
        (("multiplier = 0.9", "value = -5"), "line 8, field value: workforce.posts cannot be -5"),
    ],
)
def test_check_names_a_mistake_with_line_and_key(call, tmp_path: Path, swap, said: str):
    message = call("scenario", "check", write(tmp_path, SOUND.replace(*swap, 1))).message
    assert message.startswith(f"riskmodel: ours.toml, {said}")


@pytest.mark.end_to_end
def test_check_against_a_horizon(call, tmp_path: Path):
    place = write(tmp_path)
    message = call("scenario", "check", place, "--opening", "2016-01").message
    assert "ours.toml, line 6, field from_month: 2016-01 lies outside; the horizon is" in message
    message = call("scenario", "check", place, "--opening", "2015-11", "--months", 6).message
    assert "line 7, field to_month: 2016-12 lies outside; the horizon is 2015-12 to" in message
    assert "give --opening" in call("scenario", "check", place, "--months", 6).message
    assert "between 1 and 240" in call(
        "scenario", "check", place, "--opening", "2015-11", "--months", 0
    ).message  # fmt: skip
    assert "YYYY-MM" in call("scenario", "check", place, "--opening", "2015").message


@pytest.mark.end_to_end
def test_new_writes_a_file_that_passes_at_once_and_names_every_lever(
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    answer = call("scenario", "new", "ours")
    assert (answer.code, answer.err) == (0, "")
    text = (tmp_path / "ours.toml").read_text(encoding="utf-8")
    assert all(f"#   {name}\n" in text for name in LEVERS)
    assert "changes nothing" in call("scenario", "check", "ours.toml").out
    there = call("scenario", "new", "ours")
    assert "ours.toml is there already" in there.message
    out = tmp_path / "deep" / "more.toml"
    arguments = ("--based-on", "plateau", "--based-on", "recruitment_freeze", "--out", out)
    assert call("scenario", "new", "more", *arguments).code == 0
    assert "more: 3 changes" in call("scenario", "check", out).out
    assert sorted(each.name for each in tmp_path.rglob("*") if each.is_file()) == [
        "more.toml", "ours.toml",
    ]  # fmt: skip


@pytest.mark.end_to_end
def test_new_refuses_before_it_writes(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert "is no name" in call("scenario", "new", "Our Own").message
    assert "Did you mean" in call("scenario", "new", "a", "--based-on", "platau").message
    assert "ends in .toml" in call("scenario", "new", "a", "--out", "a.txt").message
    (tmp_path / "file").write_text("")
    assert "cannot be written" in call("scenario", "new", "a", "--out", "file/a.toml").message
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.end_to_end
def test_levers_and_schema_are_printed(call):
    rows = list(csv.DictReader(io.StringIO(call("scenario", "levers", "--format", "csv").out)))
    assert [row["parameter"] for row in rows] == list(LEVERS)
    # An empty cell would be a limit that is not known.
    assert rows[0]["highest"] == "inf"
    found = call("scenario", "levers", "--format", "json").json
    assert found[0]["highest"] == "inf"
    assert found[0]["operations"] == ["value", "multiplier", "ramp"]
    text = call("scenario", "levers").out
    assert all(name in text for name in LEVERS)
    assert call("scenario", "schema").json["title"] == "Scenario of riskmodel"


CHANGED = """name = "ours"
description = "What happens."

[[change]]
parameter = "starts.child_protection_plan"
from_month = 1
multiplier = [0.9, 1.0]
to = {child_in_need_plan = 0.6, closed = 0.4}
reason = "r"
source = "assumed"
"""


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("old", "new", "line", "key", "said", "allowed"),
    [
        ('"starts.child_protection_plan"', '"turnovr"', 5, "parameter",
         "There is no parameter 'turnovr'. Did you mean 'workforce.turnover_rate'?", "workforce.…"),
        ("closed = 0.4", "closed = 0.3", 8, "to", "they add up to 0.9", "must add up to 1"),
        ("[0.9, 1.0]", "[1.0, 0.9]", 7, "multiplier", "found 1, then 0.9", "lower end first"),
        ("closed = 0.4", "closd = 0.4", 8, "to",
         "There is no destination 'closd'. Did you mean 'closed'", "early_help, closed, elsewhere"),
        ("to = {child_in_need_plan = 0.6, closed = 0.4}\n", "", 4, "to", "is missing",
         "shares that add up to 1, such as to = {child_in_need_plan = 0.6"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_scenario_is_told_with_file_line_key_and_what_is_allowed(
    call, tmp_path, old, new, line, key, said, allowed
):
    place = tmp_path / "ours.toml"
    assert CHANGED.count(old) == 1
    place.write_text(CHANGED.replace(old, new))
    # As it is checked, and as it is used.
    for words in (("scenario", "check", place), ("caseload", "--scenario", place)):
        answer = call(*words)
        assert answer.code == 2
        assert f"ours.toml, line {line}, field {key}: " in answer.message
        assert said in answer.message
        assert allowed in answer.message
    place.write_text(CHANGED)
    assert call("scenario", "check", place).code == 0


@pytest.mark.end_to_end
def test_a_price_without_a_year_is_told_with_file_line_key_and_what_is_allowed(call, tmp_path):
    lines = ["[about]", 'name = "Ours"', "[[prices]]", "post_per_year = 50000"]
    (tmp_path / "authority.toml").write_text("\n".join(lines) + "\n")
    (tmp_path / "months.csv").write_text("month,cpp_stock\n2023-11,400\n2023-12,401\n")
    answer = call("check", tmp_path)
    assert answer.code == 1
    found = "authority.toml, line 3, field year: is missing: April to March, such as 2024/25."
    assert found in " ".join(answer.out.split())
    priced = call("caseload", tmp_path, "--show", "cost")
    assert priced.code == 2
    assert found in priced.message


@pytest.mark.end_to_end
def test_a_comparison_names_what_has_no_price(call, tmp_path):
    prices = tmp_path / "prices.toml"
    agency = tmp_path / "agency.toml"
    agency.write_text(
        'name = "agency"\ndescription = "Eight agency workers."\n[[change]]\n'
        'parameter = "workforce.agency_fte"\nfrom_month = 1\nto_month = 24\nvalue = 8\n'
        'reason = "A bid."\nsource = "assumed"\n'
    )
    words = ("scenario", "compare", agency, "--costs", prices, "--months", 24, "--simulations", 100)
    prices.write_text('[costs]\npost_per_year = 50000\nprices = "2015/16"\n')
    left = "Costs leave out agency workers and placements of looked-after children, for which no"
    assert left in " ".join(call(*words).out.split())
    assert json.loads(call(*words, "--format", "json").out)["not_priced"] == [
        "agency",
        "placements",
    ]
    prices.write_text(
        "[costs]\npost_per_year = 50000\nagency_per_week = 1500\nplacement_per_week = 900\n"
        'prices = "2015/16"\n'
    )
    assert "leave out" not in call(*words).out
