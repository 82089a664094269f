"""``riskmodel placements``: a return alone, the published figures, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import shutil

import pytest

HEAD = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE"
KINDS = (("U4", "PR1"), ("U4", "PR4"), ("K2", "PR4"))
SMALL = ("--months", "4", "--simulations", "50")


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("return")
    rows = [
        f"{n},2017-{4 + n % 9:02d}-05,S,C1,N1,{place},{provider},,,"
        for n in range(60)
        for place, provider in (KINDS[n % 3 if n < 54 else 2 - n % 2],)
    ]
    (folder / "episodes.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    born = [f"{n},1,{2004 + n % 10}-03-01,WBRI" for n in range(60)]
    (folder / "header.csv").write_text(
        "\n".join(["CHILD,SEX,DOB,ETHNIC", *born]) + "\n", encoding="utf-8"
    )
    return folder


@pytest.mark.end_to_end
def test_a_return_is_projected_and_data_stands_alone_on_standard_output(call, returned):
    answer = call("placements", returned, *SMALL, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    last = [row for row in rows if row["month"] == "2018-07"]
    assert {row["basis"] for row in rows} == {"projected"}
    assert float(next(row["q05"] for row in last if row["placement"] == "all")) > 20
    assert "Rests on" in answer.err
    again = call("placements", returned, *SMALL, "--format", "csv")
    assert again.out == answer.out


@pytest.mark.end_to_end
def test_the_picture_and_the_text_say_the_same_total(call, returned, tmp_path):
    answer = call("placements", returned, *SMALL, "--out", tmp_path / "areas.svg")
    assert "the central projection is" in answer.out
    assert (tmp_path / "areas.svg").stat().st_size > 5000
    # In its first months the return holds few children of any kind: they stand together.
    assert "Other placements" in (tmp_path / "areas.svg").read_text(encoding="utf-8")
    answer = call("placements", returned, *SMALL, "--show", "flows", "--out", tmp_path / "f.svg")
    assert "begin to be looked after" in answer.out
    assert "begin to be looked after" in (tmp_path / "f.svg").read_text(encoding="utf-8")


@pytest.mark.end_to_end
def test_the_published_figures_stand_with_their_paragraph(call):
    rows = json.loads(call("placements", "--show", "figures", "--format", "json").out)
    found = {(row["date"], row["what"]): row for row in rows}
    assert found["2015-09-30", "In private homes"]["children"] == 79
    assert found["2015-09-30", "In private homes"]["source"].endswith("para 5")


TOML = """\
format = 1
[about]
name = "Testshire"
population = 30000
[[placements]]
placement = "own_fostering"
per_week = 450
[[placements]]
placement = "agency_fostering"
per_week = 900
"""
TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,0,60,0,0,5\n"
)
DEARER = """\
name = "dearer"
description = "Prices rise by a tenth."
[[change]]
parameter = "placements.price"
multiplier = 1.1
from_month = 1
reason = "a test"
source = "assumed"
"""


@pytest.mark.end_to_end
def test_scenarios_are_compared_by_placement_and_what_left_is_remembered(call, returned, tmp_path):
    folder = tmp_path / "testshire"
    shutil.copytree(returned, folder / "looked_after")
    (folder / "authority.toml").write_text(TOML, encoding="utf-8")
    (folder / "teams.csv").write_text(TEAMS, encoding="utf-8")
    (folder / "scenarios").mkdir()
    file = folder / "scenarios" / "dearer.toml"
    file.write_text(DEARER, encoding="utf-8")
    words = ("scenario", "compare", folder, "baseline", file, *SMALL, "--by", "2018-07")
    answer = call(*words, "--format", "json", "--out", tmp_path / "compared.svg")
    rows = {row["measure"]: row for row in json.loads(answer.out)["differences"]}
    assert rows["placed.own_fostering"]["difference"] == 0
    cost = rows["placement_cost.2018/19"]
    assert cost["value"] == pytest.approx(1.1 * cost["value_against"])
    assert 0 < cost["low"] < cost["difference"] < cost["high"]
    assert "remembered as release 1" in answer.err
    assert "months), million" in (tmp_path / "compared.svg").read_text(encoding="utf-8")
    assert "scenario compare" in call("released", folder / "looked_after").out
    # A return that ends in another month than the projection opens is not compared; it is said.
    later = shutil.copytree(folder, tmp_path / "later")
    months = "".join(f"2018-{month:02d},60,2,2\n" for month in range(1, 7))
    (later / "months.csv").write_text(f"month,lac_stock,lac_starts,lac_ends\n{months}")
    words = ("scenario", "compare", later, "baseline", file, *SMALL, "--by", "2018-10")
    answer = call(*words, "--format", "json")
    assert "placements are not compared" in answer.err
    assert "placed." not in answer.out


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--show", "costs"), "Did you mean 'cost'"),
        (("--show", "cost", *SMALL), "needs prices of placements"),
        (("--months", "200"), "months lies from 1 to 120"),
        (("--scenario", "own_places"), "an authority's folder"),
    ],
)
def test_what_cannot_be_answered_is_one_message(call, returned, words, message):
    assert message in call("placements", returned, *words).message
