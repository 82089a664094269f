"""``riskmodel new`` and ``check``, and the folder of an authority as first argument."""

from __future__ import annotations

import csv
import io
import re
import shutil

import pytest

SMALL = ("--months", "6", "--replicates", "40")
PLAN = "child_protection_plan"
MONTHS = "month,cpp_stock,cpp_starts,cpp_ends\n" + "".join(
    f"2023-{month:02d},{400 + month},{40},{39}\n" for month in range(1, 13)
)
TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,212,0,0,0,10\n"
    "two,south,family_support,200,0,0,0,10\n"
)
SETTINGS = (
    '[about]\nname = "Northshire"\ncode = "999"\n[workforce]\nposts = 30\nin_post = 24\n'
    '[targets]\ncap = 17\nby = "2024-05"\nchance = 0.9\n'
    '[[prices]]\nyear = "2023/24"\npost_per_year = 50000\n'
)
SCENARIO = (
    'name = "fewer"\ndescription = "Fewer starts."\n[[change]]\nfrom_month = 1\n'
    'parameter = "starts.child_protection_plan"\nmultiplier = 0.5\nto = {closed = 1.0}\n'
    'reason = "Test."\nsource = "assumed"\n'
)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def northshire(tmp_path):
    """A small authority: a year of months, two teams, a scenario."""
    folder = tmp_path / "northshire"
    (folder / "scenarios").mkdir(parents=True)
    for name, text in (
        ("authority.toml", SETTINGS),
        ("months.csv", MONTHS),
        ("teams.csv", TEAMS),
        ("scenarios/fewer.toml", SCENARIO),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.end_to_end
def test_new_then_check(call, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "notes.txt").write_text("mine", encoding="utf-8")
    assert "is not empty (1 file); give another folder, or empty it" in call("new", full).message
    folder = tmp_path / "mine"
    assert call("new", folder).code == 0
    answer = call("check", folder)
    assert answer.code == 0
    assert "Nothing is there yet" in answer.out
    assert "months.csv" in answer.out
    assert "is not empty" in call("new", folder).message
    assert "give --example too" in call("new", tmp_path / "b", "--seed", "3").message


@pytest.mark.end_to_end
def test_check_of_the_example_says_what_each_section_rests_on(call, exampleshire):
    found = call("check", exampleshire, "--format", "json")
    assert found.code == 0
    data = found.json
    assert (data["name"], data["code"], data["sound"]) == ("Exampleshire", "999", True)
    rests = {section["section"]: section["rests_on"] for section in data["sections"]}
    assert rests["caseload"] == ["inputs.xlsx (months)", "inputs.xlsx (teams)"]
    assert rests["factors"] == ["census-2024.xml"]
    table = rows(call("check", exampleshire, "--format", "csv").out)
    assert {row["kind"] for row in table} == {"input", "section", "problem"}
    assert "Sound" in call("check", exampleshire).out


@pytest.mark.end_to_end
def test_exit_codes_of_check(call, northshire, tmp_path):
    assert call("check", northshire).code == 0
    (northshire / "teams.csv").write_text(TEAMS.replace("212", "12"), encoding="utf-8")
    answer = call("check", northshire)
    assert answer.code == 1
    assert "To decide" in answer.out
    (northshire / "months.csv").write_text("month,cpp_stok\n2023-01,4\n", encoding="utf-8")
    answer = call("check", northshire)
    assert answer.code == 1
    assert "To mend" in answer.out
    assert "months.csv, line 1, field cpp_stok" in " ".join(answer.out.split())
    assert "no authority.toml" in call("check", tmp_path).message
    assert "there is no such folder" in call("check", tmp_path / "nrth").message


@pytest.mark.end_to_end
def test_columns_of_own_months_that_nobody_knows_are_named_at_once(call, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text("month,CP open,cpp_starts,CLA,CLA began\nApr-21,4,1,2,3\n", encoding="utf-8")
    said = " ".join(call("intake", "snapshots", path).message.split())
    assert "field CP open: There is no column of monthly snapshots 'CP open'." in said
    assert "Unknown too: 'CLA', 'CLA began'. Rename columns that mean one of these" in said


@pytest.mark.end_to_end
def test_neighbours_of_an_authority_without_a_code_ask_for_it(call, northshire):
    text = SETTINGS.replace('code = "999"\n', "")
    (northshire / "authority.toml").write_text(text, encoding="utf-8")
    neighbours = "la_code,neighbour_code\n801,802\n"
    (northshire / "neighbours.csv").write_text(neighbours, encoding="utf-8")
    said = " ".join(call("check", northshire).out.split())
    assert "neighbours.csv: needs to know which of the authorities this is" in said
    assert "[about] code" in said


@pytest.mark.end_to_end
def test_a_mistake_in_the_folder_stops_a_command_with_one_message(call, northshire):
    text = SETTINGS.replace("posts = 30", "postes = 30")
    (northshire / "authority.toml").write_text(text, encoding="utf-8")
    message = call("project", northshire, *SMALL).message
    assert "authority.toml, line 5, field postes" in message
    assert "Did you mean 'posts'" in message


@pytest.mark.end_to_end
def test_decide_takes_the_prices_of_a_folder_and_options_before_them(call, northshire):
    asked = ("decide", northshire, "--months", "12", "--replicates", "40")
    assert "without the price of a post short none is best" in " ".join(call(*asked).out.split())
    said = " ".join(call(*asked, "--too-few", "50000").out.split())
    assert "GBP 50,000 for one post too many (the folder's prices of 2023/24)" in said
    assert float(re.search(r"enough with a chance of (\d+)%", said)[1]) >= 50
    assert "GBP 2 for one post too many" in call(*asked, "--too-few", "5", "--too-many", "2").out


@pytest.mark.end_to_end
def test_beside_the_posts_stand_the_authorities_that_raised_workers_so_fast(call, northshire):
    lines = ["la_code,area,year,cpp_at_31_mar,cpp_starts,sw_fte"] + [
        f"{code},Area {code},{year},{300 + code % 7},{350},{100 + grown * (year - 2020)}"
        for code, grown in ((901, 0), (902, 90), (903, 5), (999, 400))
        for year in range(2020, 2024)
    ]
    asked = ("caseload", northshire, "--months", "12", "--replicates", "40")
    (northshire / "panel.csv").write_text("\n".join(lines), encoding="utf-8")
    said = " ".join(call(*asked).out.split())
    assert re.search(
        r"1 of the 3 other authorities of the panel raised social workers in post by \d+% or more "
        r"within a year between 2020 and 2023; the panel does not say what their caseloads did",
        said,
    )


@pytest.mark.end_to_end
def test_project_takes_a_folder_its_scenarios_and_the_prefix_of_a_stage(call, northshire):
    words = (*SMALL, "--stage", "cpp", "--scenario", "fewer", "--format", "csv")
    answer = call("project", northshire, *words)
    assert answer.code == 0, answer.err
    found = rows(answer.out)
    assert {row["scenario"] for row in found} == {"baseline", "fewer"}
    assert {row["stage"] for row in found} == {PLAN}
    assert {row["area"] for row in found} == {"Northshire"}
    above = call("project", northshire, *SMALL, "--show", "above", "--above", "cpp=100")
    assert above.code == 0, above.err
    assert "leave --authority out" in call("project", northshire, "--authority", "1").message


@pytest.mark.end_to_end
def test_caseload_takes_teams_workers_prices_and_target_of_the_folder(call, northshire):
    answer = call("caseload", northshire, *SMALL, "--show", "cost", "--format", "csv")
    assert answer.code == 0, answer.err
    costs = {
        row["component"]: float(row["mean"]) for row in rows(answer.out) if row["month"] == "whole"
    }
    assert set(costs) == {"posts", "all"}
    text = " ".join(call("caseload", northshire, *SMALL, "--show", "cost").out.split())
    assert "By financial year, in its own prices" in text
    # Three months of the one, and what is left of the six of the other.
    assert "3 months of 2023/24 posts" in text
    assert "3 months of 2024/25 posts" in text
    # At most 24 workers for half a year, at the folder's price.
    assert 0.5 * 20 * 50000 < costs["posts"] <= 0.5 * 24.5 * 50000
    needs = call("caseload", northshire, *SMALL)
    assert "for 17 cases on average by May 2024" in " ".join(needs.out.split())
    assert "90%" in needs.out
    given = call("caseload", northshire, *SMALL, "--cap", "12")
    assert "for 12 cases on average by May 2024" in " ".join(given.out.split())


@pytest.mark.end_to_end
def test_a_month_that_has_passed_is_named_with_where_it_stands(call, northshire):
    settings = northshire / "authority.toml"
    settings.write_text(SETTINGS.replace("2024-05", "2023-05"), encoding="utf-8")
    message = call("caseload", northshire, *SMALL).message
    assert "authority.toml, line 9, field by: 2023-05 is outside the projection" in message
    assert "--by 2023-06 is outside" in call("caseload", northshire, "--by", "2023-06").message


@pytest.mark.end_to_end
def test_scenarios_of_the_folder_are_compared_without_being_named(call, northshire):
    words = ("--months", "5", "--replicates", "40", "--format", "csv")
    answer = call("scenario", "compare", northshire, *words)
    assert answer.code == 0, answer.err
    found = rows(answer.out)
    assert {row["scenario"] for row in found} == {"fewer"}
    plans = next(row for row in found if row["measure"] == "stock_child_protection_plan")
    assert float(plans["difference"]) < 0


@pytest.mark.end_to_end
def test_one_scenario_is_compared_with_the_baseline(call, northshire):
    words = ("--months", "5", "--replicates", "40", "--format", "csv")
    named = call("scenario", "compare", northshire, "fewer", *words)
    assert named.code == 0, named.err
    assert named.out == call("scenario", "compare", northshire, *words).out
    assert {row["against"] for row in rows(named.out)} == {"baseline"}


@pytest.mark.end_to_end
def test_a_misspelt_scenario_is_answered_with_those_of_the_folder(call, northshire):
    for words in (("project", northshire, "--scenario"), ("scenario", "compare", northshire)):
        message = call(*words, "fewr", *SMALL).message
        assert "Did you mean 'fewer'" in message
        assert "recruitment_freeze" in message


@pytest.mark.end_to_end
def test_figures_of_the_report_card_are_not_set_for_another_authority(call, northshire):
    for words in (("project", northshire, "--scenario"), ("scenario", "compare", northshire)):
        message = call(*words, "plateau", *SMALL).message
        assert "plateau sets starts.child_protection_plan to 62.84" in message
        assert "riskmodel scenario new" in message
    months = northshire / "months.csv"
    assert "62.84" in call("project", months, "--scenario", "plateau", *SMALL).message
    path = northshire / "scenarios" / "fewer.toml"
    path.write_text('based_on = ["plateau"]\n' + SCENARIO.replace("starts.", "length."), "utf-8")
    based = path.read_text("utf-8").replace("multiplier = 0.5", "multiplier = 0.5\nreplaces = true")
    path.write_text(based, "utf-8")
    assert "62.84" in call("project", northshire, "--scenario", "fewer", *SMALL).message


@pytest.mark.end_to_end
def test_factors_and_the_chain_are_of_the_folder(call, exampleshire):
    answer = call("factors", exampleshire, "--format", "csv")
    assert answer.code == 0, answer.err
    assert "census-2024.xml, the latest return" in answer.err
    direct = call("factors", exampleshire / "returns" / "census-2024.xml", "--format", "csv")
    assert answer.out == direct.out
    chain = call("project", exampleshire, "--show", "chain", "--format", "csv")
    assert {row["la_code"] for row in rows(chain.out)} == {"999"}


@pytest.mark.end_to_end
def test_impact_is_of_the_latest_return(call, exampleshire):
    words = ("--factors", "3B", "--format", "csv")
    direct = call("impact", exampleshire / "returns" / "census-2024.xml", *words)
    assert call("impact", exampleshire, *words).out == direct.out


@pytest.mark.end_to_end
def test_an_authority_of_a_panel_is_named_by_code_or_name(call, exampleshire, tmp_path):
    panel = exampleshire / "panel.csv"
    words = ("--show", "chain", "--format", "csv", "--authority")
    by_code = call("project", panel, *words, "999")
    assert by_code.code == 0
    assert call("project", panel, *words, "exampleshire").out == by_code.out
    for name, place in (("999", tmp_path / "code.csv"), ("Exampleshire", tmp_path / "name.csv")):
        assert call("intake", "panel", panel, "--authority", name, "--out", place).code == 0
    assert (tmp_path / "code.csv").read_bytes() == (tmp_path / "name.csv").read_bytes()
    message = call("project", panel, *words, "Exampelshire").message
    assert "Did you mean 'Exampleshire'" in message


@pytest.mark.end_to_end
def test_the_panel_of_a_folder_is_judged_and_projected(call, exampleshire, tmp_path):
    judged = call(
        *("backtest", exampleshire, "--models", "last_value", "--horizons", "1"),
        *("--origins", "2022", "--workers", "1", "--summary", "--format", "csv"),
    )
    assert judged.code == 0, judged.err
    words = ("--stage", "cpp", "--months", "3", "--replicates", "40", "--format", "csv")
    country = call("national", exampleshire, *words)
    assert country.code == 0, country.err
    assert {row["stage"] for row in rows(country.out)} == {PLAN}
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "authority.toml").write_text("", encoding="utf-8")
    assert "panel.csv" in call("national", bare).message
    assert "census return" in call("factors", bare).message
    assert "in the folder scenarios" in call("scenario", "compare", bare).message


@pytest.mark.end_to_end
def test_the_example_of_2015_answers_as_the_published_tables_do(call, tmp_path):
    import riskmodel

    folder = riskmodel.example().folder
    published = call("factors", "--format", "csv")
    assert call("factors", folder, "--format", "csv").out == published.out
    words = (*SMALL, "--stage", "cpp", "--format", "csv")
    assert call("project", folder, *words).out == call("project", *words).out
    assert call("project", folder, *words, "--scenario", "plateau").code == 0


@pytest.mark.end_to_end
def test_a_folder_of_parquet_is_still_a_table(call, tmp_path, synthetic):
    import pandas as pd

    folder = tmp_path / "parts"
    folder.mkdir()
    frame = pd.read_csv(synthetic / "cohort.csv")
    frame[["plan", "child_neglect"]].to_parquet(folder / "part.parquet")
    answer = call(
        "factors", folder, "--no-suppression", "every row of it is made up", "--format", "csv"
    )
    assert answer.code == 0, answer.err
    shutil.rmtree(folder)
