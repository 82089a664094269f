"""``riskmodel caseload`` and ``riskmodel scenario compare``."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from riskmodel.authority.measures import MEASURES
from riskmodel.core.labels import label

SMALL = ("--simulations", 60, "--months", 26)
COSTS = """[costs]
post_per_year = 1000.0
currency = "GBP"
prices = "2015/16"
source = "a test"

[levers]
post = 1000.0
shorter_plans_percent = 50.0
diversion_percent = 70.0
"""


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.end_to_end
def test_the_answer_comes_first_with_its_numbers_and_what_would_change_it(call):
    needs = rows(call("caseload", *SMALL, "--show", "needs", "--format", "csv").out)
    answer = next(row for row in needs if row["assumption"] == "as stated")
    text = one_line(call("caseload", *SMALL).out)
    assert "1,493" in text
    said = re.search(r"\+(\d+) posts", text)
    assert said is not None
    assert int(answer["posts"]) - 97 == int(said[1])
    low, high = (round(float(answer[end]) - float(answer["posts_now"])) for end in ("low", "high"))
    assert f"{low:+d} to {high:+d}" in text
    apart = ("as stated", "assumed rates drawn together")
    for row in needs:
        assert row["assumption"] in apart or row["assumption"] in text
    (together,) = (row for row in needs if row["assumption"] == apart[1])
    assert f"{together['posts']} posts" in text


@pytest.mark.end_to_end
def test_where_fewer_posts_would_do_nobody_reads_that_posts_can_go(call):
    text = one_line(call("caseload", *SMALL, "--cap", "30", "--chance", "0.6").out)
    assert "No more posts" in text
    assert "if every vacancy found a candidate" in text
    assert not re.search(r"-\d+ posts:", text)


@pytest.mark.end_to_end
def test_simulations_never_make_a_chance_nought_or_certain(call):
    answer = call("caseload", *SMALL, "--cap", "3", "--chance", "99.5%")
    text = one_line(answer.out)
    assert "the chance of 3 or fewer is less than 1%" in text
    assert "for a chance of 99.5% of an average caseload" in text
    within = call("caseload", *SMALL, "--cap", "3", "--show", "within").out
    assert "less than 1%" in within


@pytest.mark.end_to_end
def test_one_month_and_one_simulation_are_said_so(call):
    answer = call("project", "--simulations", 1, "--months", 1, "--stage", "cpp")
    assert answer.code == 0, answer.err
    assert "1 simulation is too few for ranges" in answer.err
    assert "1 simulation, seed 1" in one_line(answer.out)


@pytest.mark.end_to_end
def test_caseloads_as_data(call):
    found = rows(call("caseload", *SMALL, "--scenario", "plateau", "--format", "csv").out)
    assert {row["scenario"] for row in found} == {"baseline", "plateau"}
    assert {row["measure"] for row in found} == {"cases", "fte", "caseload", "unallocated"}
    assert {row["level"] for row in found} == {"service"}
    assert {row["basis"] for row in found} == {"projected"}
    areas = call("caseload", *SMALL, "--level", "area", "--format", "json").json
    assert {row["unit"] for row in areas} == {"south", "central", "north"}


@pytest.mark.end_to_end
def test_the_same_seed_gives_the_same_bytes(call):
    words = ("caseload", *SMALL[:2], "--months", 8, "--feedback", "length=0.2", "--format", "csv")
    first = call(*words, "--seed", 4).out
    assert first == call(*words, "--seed", 4).out
    assert first != call(*words, "--seed", 5).out


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("view", "column"),
    [
        ("within", "probability_within"),
        ("needs", "posts"),
        ("published", "cases_rebuilt"),
        ("queue", "slots"),
        ("mix", "shorter_plans"),
        ("loop", "elasticity"),
    ],
)
def test_each_view_prints_data_and_words(call, view, column):
    found = rows(call("caseload", *SMALL, "--show", view, "--format", "csv").out)
    assert found
    assert column in found[0]
    assert call("caseload", *SMALL, "--show", view).code == 0


@pytest.mark.end_to_end
def test_the_printed_caseloads_are_rebuilt_to_the_digit(call):
    found = {row["area"]: row for row in rows(
        call("caseload", "--show", "published", "--format", "csv").out)}  # fmt: skip
    assert [found[area]["cases_rebuilt"] for area in ("south", "central", "north")] == [
        "417",
        "578",
        "498",
    ]
    assert [found[area]["mean_caseload_printed"] for area in ("south", "central", "north")] == [
        "22",
        "18",
        "20",
    ]


@pytest.mark.end_to_end
def test_prices_come_from_a_file(call, tmp_path: Path):
    place = tmp_path / "costs.toml"
    place.write_text(COSTS, encoding="utf-8")
    found = call("caseload", *SMALL, "--show", "cost", "--costs", place, "--format", "json").json
    assert {row["component"] for row in found} == {"posts", "all"}
    assert {row["currency"] for row in found} == {"GBP"}
    mixes = rows(call("caseload", *SMALL, "--show", "mix", "--costs", place, "--format", "csv").out)
    best = [row for row in mixes if row["best"] == "True"]
    assert len(best) == 1
    assert float(best[0]["cost"]) == min(float(row["cost"]) for row in mixes)
    text = one_line(call("caseload", *SMALL, "--show", "mix", "--costs", place).out)
    assert f"{float(best[0]['cost']):,.0f} GBP a year" in text
    assert call("caseload", *SMALL, "--show", "cost", "--costs", place).code == 0


@pytest.mark.end_to_end
def test_templates_are_files_to_start_from(call, tmp_path: Path):
    structure = tmp_path / "teams.toml"
    structure.write_text(call("caseload", "--template", "structure").out, encoding="utf-8")
    own = call("caseload", *SMALL, "--structure", structure, "--format", "json").json
    assert {row["unit"] for row in own} == {"family_support"}
    table = call("caseload", "--template", "structure", "--format", "csv").out
    assert table.startswith("team,area,kind,")
    costs = tmp_path / "costs.toml"
    template = call("caseload", "--template", "costs").out
    costs.write_text(template, encoding="utf-8")
    refused = call("caseload", *SMALL, "--show", "cost", "--costs", costs).message
    assert "give at least one price of post_per_year" in refused
    # Each line, its sign taken away and a number put in, is read.
    filled = re.sub(r"(?m)^# (\w+ =) +(#)", r"\1 1.0 \2", template).replace(
        "# [levers]", "[levers]"
    )
    costs.write_text(filled, encoding="utf-8")
    refused = call("caseload", *SMALL, "--show", "cost", "--costs", costs).message
    assert "field prices: is missing: of which year" in refused
    filled = filled.replace('prices = ""', 'prices = "2015/16"')
    costs.write_text(filled, encoding="utf-8")
    assert call("caseload", *SMALL, "--show", "mix", "--costs", costs).code == 0
    assert call("caseload", *SMALL, "--show", "cost", "--costs", costs).code == 0


@pytest.mark.end_to_end
@pytest.mark.parametrize("view", ["caseload", "within", "mix", "loop"])
def test_pictures_are_drawn_beside_the_answer(call, tmp_path: Path, view):
    place = tmp_path / "chart.svg"
    words = ("caseload", *SMALL, "--show", view, "--out", place)
    assert call(*words).code == 0
    assert place.read_bytes().startswith(b"<?xml")
    assert "is there already" in call(*words).message


@pytest.mark.end_to_end
def test_own_figures_with_own_teams(call, tmp_path: Path):
    lines = ["stage,month,stock,starts,ends"]
    lines += [
        f"child_protection_plan,20{18 + month // 12}-{month % 12 + 1:02d},{200 + month},20,19"
        for month in range(15)
    ]
    figures, teams = tmp_path / "own.csv", tmp_path / "teams.csv"
    figures.write_text("\n".join(lines) + "\n", encoding="utf-8")
    teams.write_text(
        "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,workers\n"
        "one,north,family_support,120,40,150,16\ntwo,north,family_support,110,30,140,14..15\n",
        encoding="utf-8",
    )
    assert "--template structure" in call("caseload", figures, *SMALL).message
    answer = call("caseload", figures, "--structure", teams, "--population", 60_000, *SMALL)
    text = one_line(answer.out)
    assert answer.code == 0, answer.err
    assert "by March 2021?" in text
    assert "teams.csv (observed)" in text
    assert "1,493" not in text
    # 230 of 214 are near enough; those whom the months do not count stay as the file has them.
    assert "child_protection_plan: the" not in answer.err
    assert "looked_after: the figures do not count these, so the teams' 70 cases" in answer.err
    few = teams.read_text("utf-8").replace(",110,", ",10,")
    teams.write_text(few, encoding="utf-8")
    said = call("caseload", figures, "--structure", teams, "--show", "within", *SMALL).err
    assert "child_protection_plan: the teams hold 130 and the figures 21" in said


@pytest.mark.end_to_end
def test_the_teams_that_are_given_are_those_that_are_planned(call, tmp_path: Path):
    """Twice the workers under the same file name: about half the cases for each."""
    teams = tmp_path / "teams.csv"
    header = "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,workers\n"
    typical = []
    for workers in (40, 80):
        teams.write_text(f"{header}one,north,family_support,626,0,0,{workers}\n", encoding="utf-8")
        found = rows(call("caseload", "--structure", teams, *SMALL, "--format", "csv").out)
        first = next(row for row in found if row["measure"] == "caseload")
        assert first["unit"] == "family_support"
        typical.append(float(first["q50"]))
    assert typical[1] == pytest.approx(typical[0] / 2, rel=0.1)


@pytest.mark.end_to_end
def test_options_answer_to_their_earlier_names(call):
    words = ("project", "--stage", "cpp", "--months", 2, "--format", "csv")
    few = call(*words, "--simulations", 50)
    assert call(*words, "--replicates=50").out == few.out
    assert call(*words, "--simulations", 60).out != few.out
    for command in ("caseload", "project", "national", "report"):
        shown = call(command, "--help").out
        assert "--simulations" in shown
        assert "replicates" not in shown
    assert "between 0 and 1" in call("caseload", *SMALL, "--probability", 2).message


@pytest.mark.end_to_end
def test_the_published_teams_hold_the_published_children(call):
    assert call("caseload", *SMALL, "--show", "within").err == ""


REFUSED = [
    (("--scenario", "platau"), "Did you mean 'plateau'"),
    (("--cap", 0), "--cap takes a number of cases above 0, got 0"),
    (("--cap", -3), "above 0"),
    (("--cap", "1e9"), "found 1,000,000,000; allowed: a number of cases for each"),
    (("--chance", 80), "--chance takes a share between 0 and 1, such as 0.8 or 80%; got 80"),
    (("--chance", "often"), "--chance takes a share between 0 and 1"),
    (("--chance", "100%"), "--chance lies between 0 and 1, with neither of them"),
    (("--probability", 1.5), "between 0 and 1"),
    (("--by", "September"), "a month is written as YYYY-MM"),
    (("--by", "2030-01"), "outside the projection, which goes from 2015-10 to 2017-11"),
    (("--by", "2014-09"), "goes from 2015-10 to 2017-11; choose a later one"),
    (("--show", "mixx"), "Did you mean 'mix'"),
    (("--level", "teams"), "Did you mean 'team'"),
    (("--feedback", "lenght=0.2"), "Did you mean 'length'"),
    (("--feedback", "length"), "such as length=0.2"),
    (("--feedback", "length=0.9"), "must lie between 0 and 0.40, got 0.9"),
    (("--show", "cost"), "--template costs"),
    (("--show", "published", "--scenario", "plateau"), "does not use --scenario; leave it out"),
    (("--show", "queue", "--cap", 12), "--show queue does not use --cap"),
    (("--show", "published", "months.csv"), "--show published does not use a file"),
    (("--show", "needs", "--level", "team"), "--show needs does not use --level"),
    (("--costs", "costs.toml"), "--show caseload does not use --costs"),
    (("--show", "needs", "--out", "x.svg"), "--show needs has none"),
    (("--out", "x.pdf"), "a picture is written as .svg or .png"),
    (("--template", "cost"), "Did you mean 'costs'"),
    (("--template", "costs", "--format", "json"), "a template is TOML"),
    (("--authority", "931"), "give the file"),
    (("--structure", "nowhere.csv"), "nowhere.csv: cannot be read"),
    (("--scenario", "nowhere.toml"), "nowhere.toml"),
    (("--months", 0), "needs 1 to 120 months, got 0"),
]


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "said"), REFUSED, ids=[" ".join(map(str, w)) for w, _ in REFUSED]
)
def test_bad_input_gets_one_message(call, words, said):
    sizes = SMALL if "--months" not in words else SMALL[:2]
    assert said in call("caseload", *sizes, *words).message


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[costs]\npost_per_yaer = 1.0\n", "costs.toml, line 2, field post_per_yaer"),
        ("[costs]\npost_per_year = 'much'\n", "costs.toml, line 2, field post_per_year: must be a"),
        ("[costs]\npost_per_year = -1\n", "line 2, field post_per_year: a price must be 0 or more"),
        ("[cost]\npost_per_year = 1\n", "Did you mean 'costs'"),
        ("[costs\n", "costs.toml, line 1: this is no TOML"),
        (
            "[costs]\npost_per_year = 1\ncurrency = 'GBP'\n[levers]\npost = 1\n",
            "field shorter_plans_percent: [levers] needs post, shorter_plans_percent",
        ),
        (
            "[costs]\ncurrency = 'GBP'\npost_per_year = 1\n[levers]\npost = 1\n"
            "shorter_plans_percent = 1\ndiversion_percent = 1\ncurrency = 3\n",
            "costs.toml, line 8, field currency: must be a text",
        ),
    ],
)
def test_malformed_prices_are_named_with_file_line_and_key(call, tmp_path: Path, text, said):
    place = tmp_path / "costs.toml"
    place.write_text(text, encoding="utf-8")
    assert said in call("caseload", *SMALL, "--show", "cost", "--costs", place).message


@pytest.mark.end_to_end
def test_prices_of_posts_alone_do_not_price_a_mix(call, tmp_path: Path):
    place = tmp_path / "costs.toml"
    place.write_text("[costs]\npost_per_year = 1\nprices = '2015/16'\n", encoding="utf-8")
    assert "section [levers]" in call("caseload", *SMALL, "--show", "mix", "--costs", place).message
    place.write_text(COSTS.partition("\n[levers]")[2].join(("[levers]", "")), encoding="utf-8")
    assert "section [costs]" in call("caseload", *SMALL, "--show", "cost", "--costs", place).message


@pytest.mark.end_to_end
def test_a_malformed_structure_is_named_with_line_and_field(call, tmp_path: Path):
    place = tmp_path / "teams.csv"
    header = "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,workers\n"
    place.write_text(header + "one,north,family_support,many,1,1,3\n", encoding="utf-8")
    said = call("caseload", *SMALL, "--structure", place).message
    assert "teams.csv, line 2, field child_protection_plan" in said


@pytest.mark.end_to_end
def test_that_no_number_of_posts_would_do_is_an_answer(call):
    text = one_line(call("caseload", *SMALL, "--by", "2015-12").out)
    assert "posts of now bring joiners after 4 months" in text
    for command in (("caseload", "--show", "needs"), ("decide",)):
        asked = (*command, *SMALL, "--by", "2015-12")
        said = call(*asked)
        assert (said.code, "bring joiners after 4 months" in one_line(said.out)) == (0, True)
        (row,) = rows(call(*asked, "--format", "csv").out)
        assert row["posts"] == ""
        assert "no number of posts is enough: posts of now bring joiners" in row["source"]
        (data,) = json.loads(call(*asked, "--format", "json").out)
        assert (data["posts"], data["source"]) == (None, row["source"])


@pytest.mark.end_to_end
def test_scenarios_are_compared_with_the_first(call, tmp_path: Path):
    words = ("scenario", "compare", "plateau", "recruitment_freeze", "baseline", *SMALL)
    found = rows(call(*words, "--format", "csv").out)
    assert {row["against"] for row in found} == {"plateau"}
    assert {row["scenario"] for row in found} == {"recruitment_freeze", "baseline"}
    parts = rows(call(*words, "--show", "attribution", "--format", "csv").out)
    assert {row["change"] for row in parts} >= {"together", "remainder"}
    place = tmp_path / "compared.png"
    both = call(*words, "--format", "json", "--out", place).json
    assert len(both["differences"]) == len(found)
    assert len(both["attribution"]) == len(parts)
    assert both["scenarios"] == ["plateau", "recruitment_freeze", "baseline"]
    assert place.read_bytes().startswith(b"\x89PNG")
    measured = set(MEASURES) - {"cost"}
    assert {row["measure"] for row in both["differences"]} == measured
    text = one_line(call(*words, "--feedback", "length=0.1").out)
    assert all(label(name).full in text for name in measured)
    assert "month by month" in text


@pytest.mark.end_to_end
def test_rates_drawn_together_give_every_answer_the_joint_one(call):
    stated = rows(call("caseload", *SMALL, "--show", "needs", "--format", "csv").out)
    (joint,) = (row for row in stated if row["assumption"] == "assumed rates drawn together")
    drawn = call("caseload", *SMALL, "--rates", "together", "--show", "needs", "--format", "csv")
    first = rows(drawn.out)[0]
    assert (first["posts"], first["low"]) == (joint["posts"], joint["low"])
    assert "assumed rates drawn together" not in {row["assumption"] for row in rows(drawn.out)}
    text = one_line(call("caseload", *SMALL, "--rates", "together", "--feedback", "length=0.1").out)
    assert "Drawn together once a simulation: vacancies, newly qualified workers" in text
    assert "Allowed: stated, together" in call("caseload", "--rates", "both").message


@pytest.mark.end_to_end
def test_tables_of_text_say_labels_and_data_keep_names(call):
    words = ("scenario", "compare", "child_in_need_strengthened", *SMALL)
    flows = call(*words, "--show", "flows")
    assert "Starts of child in" in flows.out
    assert "No open case" in flows.out
    assert "diversion.early_help" not in flows.out
    data = rows(call(*words, "--show", "flows", "--format", "csv").out)
    assert "diversion.early_help" in {row["lever"] for row in data}
    compared = call(*words).out
    assert "Starts of child in need plans" in compared
    assert "starts.child_in_need_plan" not in compared
    spread = call(*words, "--show", "spread").out
    assert "Children on a protection plan" in spread
    assert "stock_" not in spread
    assert "Unit: Family support teams" in call("caseload", *SMALL).out.replace("unit:", "Unit:")
    held = one_line(call("caseload", *SMALL, "--show", "conferences").out)
    assert held.rstrip().endswith("(hours a month of a full-time chair).")


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("baseline",), "two different scenarios or more; got baseline"),
        (("plateau", "plateau"), "two different scenarios"),
        (("baseline", "plataeu"), "Did you mean 'plateau'"),
        (("baseline", "plateau", "--by", "2099-01"), "outside the projection"),
        (("baseline", "plateau", "--show", "drivers"), "no view 'drivers'"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(call, words, said):
    assert said in call("scenario", "compare", *words, *SMALL).message


@pytest.mark.end_to_end
def test_flows_are_drawn_and_what_has_no_picture_says_so(call, tmp_path):
    words = ("scenario", "compare", "baseline", "section_47_2010_11", *SMALL)
    answer = call(*words, "--show", "flows", "--out", tmp_path / "flows.svg")
    assert "on a child in need plan instead of on a protection plan" in " ".join(answer.out.split())
    assert "Under the scenario" in (tmp_path / "flows.svg").read_text(encoding="utf-8")
    refused = call(*words, "--show", "spread", "--out", tmp_path / "spread.svg").message
    assert "--out draws the differences or the flows" in refused


@pytest.mark.end_to_end
def test_flows_take_moves_from_returns_beside_own_months_as_the_matrix_does(call, exampleshire):
    words = ("scenario", "compare", "baseline", "fifteen_more_posts", "--figures", exampleshire)
    answer = call(*words, *SMALL, "--show", "flows")
    assert answer.code == 0, answer.err
    said = "went on to a protection plan within a month (counted in 2022-04 to 2024-03, census-"
    assert said in one_line(answer.out)
    matrix = call("project", exampleshire, *SMALL[:4], "--show", "matrix").out
    assert "went on to a protection plan within a month (2022-04 to 2024-03" in one_line(matrix)


@pytest.mark.end_to_end
def test_caseloads_of_workers_from_records(call, tmp_path):
    rows = [f"{n},w{n % 8},,c{n},2024-01-01," for n in range(80)]
    heading = "invo_involvements_id,invo_professional_id,invo_professional_role_id,invo_person_id,"
    heading += "invo_involvement_start_date,invo_involvement_end_date"
    (tmp_path / "ssd").mkdir()
    (tmp_path / "ssd" / "ssd_involvements.csv").write_text("\n".join([heading, *rows]))
    (tmp_path / "authority.toml").write_text('[about]\nname = "Here"\n')
    for path in (tmp_path, tmp_path / "ssd"):
        said = one_line(call("caseload", path, "--show", "workers").out)
        assert "8 workers had 80 children between them: the median is 10" in said
    assert "--show workers counts them" in call("intake", "check", tmp_path / "ssd").message
    assert "needs your records" in call("caseload", "--show", "workers").message


@pytest.mark.end_to_end
def test_a_cap_that_no_posts_keep_is_answered_in_words(call):
    said = " ".join(call("caseload", "--cap", "0.001", *SMALL).out.split())
    assert "No number of posts is enough: no number of posts up to 5000 gives" in said
    assert "field posts" not in said
