"""``riskmodel project`` from the command line."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from riskmodel.cli.folder import stage_names
from riskmodel.errors import DataError

SMALL = ("--replicates", "60", "--months", "6")
PLAN = "child_protection_plan"


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """A made-up panel of twelve authorities."""
    generator = np.random.default_rng(3)
    lines = [
        "la_code,area,year,cpp_at_31_mar,cpp_starts,cpp_ends,lac_at_31_mar,lac_starts,lac_ends,"
        "cin_at_31_mar,pop_0_17_midyear,referrals,s47_enquiries,icpc_children"
    ]
    for code in range(101, 113):
        level = generator.uniform(0.8, 1.25)
        for year in range(2010, 2017):
            noise = generator.normal(1, 0.08, 3)
            plans, away, need = (
                int(level * base * each) for base, each in zip((300, 450, 2500), noise, strict=True)
            )
            lines.append(
                f"{code},Area {code},{year},{plans},{plans + 40},{plans + 30},{away},200,190,"
                f"{need},100000,4000,900,{plans + 90}"
            )
    path = tmp_path_factory.mktemp("panel") / "panel.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.unit
def test_stages_are_named_in_full_or_in_short_and_no_other_way():
    assert stage_names(["cpp", "lac", "cin"], need="child_in_need")[2] == "child_in_need"
    assert stage_names(["child_in_need"], need="child_in_need") == ["child_in_need"]
    with pytest.raises(DataError, match="cin = child_in_need_plan"):
        stage_names(["cni"])


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.end_to_end
def test_the_published_tables_give_a_fan_of_each_stock(call, tmp_path):
    picture = tmp_path / "fan.svg"
    answer = call("project", *SMALL, "--format", "csv", "--out", str(picture))
    assert answer.code == 0, answer.err
    found = rows(answer.out)
    assert {row["stage"] for row in found} == {PLAN, "looked_after", "child_in_need_plan"}
    assert len(found) == 3 * 6
    assert all(float(row["q05"]) <= float(row["q50"]) <= float(row["q95"]) for row in found)
    assert {row["basis"] for row in found} == {"projected"}
    assert "Children looked after" in picture.read_text(encoding="utf-8")


@pytest.mark.end_to_end
def test_the_same_seed_gives_the_same_bytes(call):
    words = ("project", *SMALL, "--stage", PLAN, "--format", "csv", "--seed", "7")
    assert call(*words).out == call(*words).out
    assert call(*words).out != call(*words[:-1], "8").out


@pytest.mark.end_to_end
def test_a_scenario_shares_the_draws_of_the_baseline(call):
    answer = call(
        "project", *SMALL, "--stage", PLAN, "--scenario", "plateau,recruitment_freeze",
        "--format", "json",
    )  # fmt: skip
    found = json.loads(answer.out)
    of = {
        name: [row["mean"] for row in found if row["scenario"] == name]
        for name in ("baseline", "plateau", "recruitment_freeze")
    }
    assert of["recruitment_freeze"] == of["baseline"]
    assert of["plateau"] != of["baseline"]


@pytest.mark.end_to_end
def test_an_authority_of_a_panel_learns_from_the_others(call, panel):
    answer = call("project", str(panel), "--authority", "103", *SMALL, "--format", "csv")
    assert answer.code == 0, answer.err
    assert {row["area"] for row in rows(answer.out)} == {"Area 103"}
    answer = call("project", str(panel), "--authority", "103", *SMALL)
    assert "11 authorities" in " ".join(answer.out.split())


@pytest.mark.end_to_end
def test_drivers_and_levels(call):
    words = ("project", *SMALL, "--stage", PLAN, "--format", "csv")
    found = rows(call(*words, "--show", "drivers").out)
    parts = {row["driver"]: float(row["children"]) for row in found}
    closing = parts.pop("closing")
    assert sum(parts.values()) == pytest.approx(closing)
    found = rows(call(*words, "--show", "above", "--above", f"{PLAN}=500").out)
    chances = [float(row["probability"]) for row in found]
    assert chances == sorted(chances)
    assert len(found) == 6
    text = call(*words[:-2], "--show", "above", "--above", f"{PLAN}=500").out
    assert "2016-01" in text
    assert "2015-12" not in text
    assert 0 <= chances[0] <= chances[-1] <= 1


@pytest.mark.end_to_end
@pytest.mark.parametrize("show", ["flows", "calibration", "figures"])
def test_every_view_prints_as_text_and_csv(call, show):
    words = ("project", *SMALL, "--stage", PLAN, "--show", show)
    assert "Basis: projected" in " ".join(call(*words).out.split())
    assert rows(call(*words, "--format", "csv").out)


@pytest.mark.end_to_end
def test_own_months_are_as_welcome(call, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text(
        f"month,stage,stock,starts,ends\n2015-06,{PLAN},500,50,45\n2015-07,{PLAN},507,52,45\n"
        f"2015-08,{PLAN},,55,48\n2015-09,{PLAN},520,54,48\n",
        encoding="utf-8",
    )
    answer = call("project", str(path), *SMALL, "--format", "csv", "--population", "90000")
    assert answer.code == 0, answer.err
    found = rows(answer.out)
    assert found[0]["month"] == "2015-10"
    assert 400 < float(found[0]["q50"]) < 640


@pytest.mark.end_to_end
def test_the_chain_of_an_authority(call, panel):
    answer = call("project", str(panel), "--authority", "103", "--show", "chain", "--format", "csv")
    assert answer.code == 0, answer.err
    found = rows(answer.out)
    assert {row["link"] for row in found} == {
        "referrals", "s47_enquiries", "icpc_children", "cpp_starts",
    }  # fmt: skip
    last = {row["link"]: row for row in found if row["year"] == "2016"}
    first = {row["link"]: row for row in found if row["year"] == "2010"}
    moved = sum(float(row["plans_since_first"]) for row in last.values())
    change = float(last["cpp_starts"]["count"]) - float(first["cpp_starts"]["count"])
    assert moved == pytest.approx(change)


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--months", "0"), "1 to 120 months"),
        (("--replicates", "0"), "1 to 100,000 simulations"),
        (("--stage", "plan"), "There is no stage 'plan'"),
        (("--stage", "cp"), "Did you mean 'cpp'"),
        (("--stage", "cp"), "cpp = child_protection_plan, lac = looked_after"),
        (("--scenario", "platau"), "Did you mean 'plateau'"),
        (("--show", "above"), "go together"),
        (("--show", "above", "--above", "looked_after=many"), "a stage and a number"),
        (("--authority", "931"), "give the file"),
        (("--population", "90000"), "--population goes with a file"),
        (("--scenario", "plateau,plateau"), "two scenarios are called 'plateau'"),
        (("no-such-file.csv",), "cannot be read"),
        (("--show", "chain"), "needs a panel"),
        (("--show", "chain", "--scenario", "plateau"), "--show chain does not use --scenario"),
        (("--show", "chain", "--out", "fan.svg"), "--show chain does not use --out"),
        (("--out", "fan.docx"), "picture"),
    ],
)
def test_a_mistake_gets_one_message(call, words, says):
    answer = call("project", *words)
    assert answer.code == 2
    assert says in " ".join(answer.err.split())
    assert "Traceback" not in answer.err
    assert not answer.out


@pytest.mark.end_to_end
def test_an_authority_of_a_file_that_names_none_is_refused_in_words(call, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text(f"month,stage,stock\n2015-06,{PLAN},100\n2015-07,{PLAN},101\n", "utf-8")
    assert "names no area" in call("project", path, "--authority", "931").message


@pytest.mark.end_to_end
@pytest.mark.parametrize("others", [0, 4])
def test_a_panel_of_too_few_others_learns_from_what_ships_and_says_so(
    call, panel, tmp_path, others
):
    small = tmp_path / "small.csv"
    heading, *lines = panel.read_text("utf-8").splitlines()
    kept = [line for line in lines if int(line.split(",")[0]) <= 101 + others]
    small.write_text("\n".join([heading, *kept]) + "\n", encoding="utf-8")
    answer = call("project", small, "--authority", "101", "--stage", PLAN, *SMALL)
    assert answer.code == 0, answer.err
    assert f"has {others} other authorities with two figures of cpp_at_31_mar" in answer.err
    assert "learned from 81 authorities to March 2015" in " ".join(answer.out.split())


@pytest.mark.end_to_end
def test_too_few_simulations_for_a_range_are_said(call):
    words = ("project", "--stage", PLAN, "--months", "3", "--format", "csv", "--simulations")
    few, enough = call(*words, "2"), call(*words, "40")
    assert "2 simulations are too few for ranges" in few.err
    assert (few.code, enough.code, enough.err) == (0, 0, "")


@pytest.mark.end_to_end
def test_a_stage_without_a_stock_is_refused_and_can_be_left_out(call, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text("month,cpp_stock,lac_starts\n2015-06,100,5\n2015-07,101,6\n", "utf-8")
    assert "months.csv: has no stock of looked_after" in call("project", path, *SMALL).message
    assert call("project", path, "--stage", PLAN, *SMALL).code == 0


@pytest.mark.end_to_end
def test_a_population_in_thousands_or_beside_that_of_a_panel_is_refused(call, panel, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text(f"month,stage,stock\n2015-06,{PLAN},100\n2015-07,{PLAN},101\n", "utf-8")
    assert "not thousands" in call("project", path, "--population", "90").message
    words = ("project", panel, "--authority", "103", "--population")
    assert "says how many children there are, 100,000" in call(*words, "90000").message


@pytest.mark.end_to_end
def test_a_population_fills_what_a_panel_does_not_say(call, panel, tmp_path):
    bare = tmp_path / "bare.csv"
    lines = [line.split(",") for line in panel.read_text("utf-8").splitlines()]
    place = lines[0].index("pop_0_17_midyear")
    kept = (",".join(line[:place] + line[place + 1 :]) for line in lines)
    bare.write_text("\n".join(kept) + "\n", encoding="utf-8")
    words = (bare, "--authority", "103", "--stage", PLAN, *SMALL, "--format", "csv")
    without, given = call("project", *words), call("project", *words, "--population", "90000")
    assert (without.code, given.code) == (0, 0)
    assert without.out != given.out


@pytest.mark.end_to_end
def test_a_panel_needs_an_authority_that_it_holds(call, panel):
    assert "--authority CODE" in call("project", str(panel)).err
    assert "There is no authority '999'" in call("project", str(panel), "--authority", "999").err


@pytest.mark.end_to_end
def test_figures_too_early_for_what_ships_say_what_to_do(call, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text(f"month,stage,stock\n2012-01,{PLAN},100\n2012-02,{PLAN},101\n", "utf-8")
    answer = call("project", str(path), *SMALL)
    assert answer.code == 2
    assert "--learn" in answer.err


def flat_months(folder, last, *, first=None):
    """A file of 500 looked-after children each March of ten years."""
    path = folder / f"flat_{last}.csv"
    years = range(first or last - 9, last + 1)
    rows = [f"{year}-03,looked_after,500" for year in years]
    path.write_text("\n".join(["month,stage,stock", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.end_to_end
@pytest.mark.parametrize("last", [2015, 2021, 2023, 2025])
def test_500_children_in_each_of_ten_years_stay_500(call, tmp_path, last):
    answer = call("project", flat_months(tmp_path, last), "--months", "48", "--format", "csv")
    assert answer.code == 0, answer.err
    found = {row["month"]: float(row["q50"]) for row in rows(answer.out)}
    assert len(found) == 48
    assert all(490 <= found[f"{last + ahead}-03"] <= 512 for ahead in range(1, 5))


@pytest.mark.end_to_end
@pytest.mark.parametrize(("last", "said"), [(2024, "1 year before"), (2025, "2 years before")])
def test_the_answer_says_how_old_the_learning_is(call, tmp_path, last, said):
    path = flat_months(tmp_path, last)
    answer = call("project", path, *SMALL)
    assert f"to March 2023, {said} the last figure" in " ".join(answer.out.split())
    for form in ("csv", "json"):
        answer = call("project", path, *SMALL, "--format", form)
        assert f"learned from other authorities to March 2023, {said} the last figure" in answer.err
        assert "grew by 2.0% a year, and 0.1% a year is carried forward" in answer.err


@pytest.mark.end_to_end
def test_learning_as_new_as_the_figures_has_no_age_to_state(call, tmp_path):
    answer = call("project", flat_months(tmp_path, 2021, first=2020), *SMALL)
    assert "before the last figure" not in answer.out + answer.err
    assert "carried forward" not in answer.err
    answer = call("project", *SMALL)
    assert "before the last figure" not in answer.out + answer.err
    assert "carried forward" not in answer.err
