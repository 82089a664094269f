"""``riskmodel intake``: counts on standard output, references in the issues file only."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskmodel.cli.intake import app
from riskmodel.errors import DataError, OutputError, UnknownNameError
from riskmodel.intake import read_assessments, read_panel

FOLDER = Path(__file__).with_name("edge_cases")
KEYS = "time_period,geographic_level,old_la_code,la_name"


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def data_of(*words: object) -> str:
    """What stands on standard output alone."""
    return CliRunner().invoke(app, [str(word) for word in words]).stdout


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.mark.end_to_end
def test_a_sound_return_exits_with_0_and_says_what_it_holds() -> None:
    code, text = run("check", FOLDER / "sound.xml")
    assert code == 0
    assert "Coverage" in text
    assert "ChildProtectionPlans" in text
    assert "0 issues, 0 notes" in " ".join(text.split())


@pytest.mark.end_to_end
def test_notes_alone_exit_with_0_and_issues_with_1() -> None:
    assert run("check", FOLDER / "two_plans_one_assessment.xml")[0] == 0
    code, text = run("check", FOLDER / "factor_unknown_99z_twice.xml")
    assert code == 1
    assert "99Z" in text


@pytest.mark.end_to_end
@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_references_and_free_text_are_in_the_issues_file_only(tmp_path: Path, form: str) -> None:
    out = tmp_path / "issues.csv"
    content = (FOLDER / "factor_free_text.xml").read_text(encoding="utf-8")
    place = tmp_path / "return.xml"
    place.write_text(content.replace(">A1<", ">SECRET17<").replace("relative", "Smithson"))
    code, text = run("check", place, "--issues-out", out, "--format", form)
    assert code == 1
    for word in ("SECRET17", "SMITHSON", "2010-01-02"):
        assert word not in text.upper()
    rows = rows_of(out)
    assert {row["reference"] for row in rows} == {"child SECRET17"}
    assert "'SMITHSON'" in {row["found"] for row in rows}
    with pytest.raises(OutputError, match="is there already"):
        run("check", place, "--issues-out", out)


@pytest.mark.end_to_end
def test_data_alone_stands_on_standard_output() -> None:
    text = data_of("check", FOLDER / "category_unknown.xml", "--format", "csv")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["section"] for row in rows} == {
        "rows", "years", "coverage", "unknown codes", "issues", "notes",
    }  # fmt: skip
    text = data_of("check", FOLDER / "category_unknown.xml", "--format", "json")
    assert json.loads(text)["sound"] is False


@pytest.mark.end_to_end
def test_years_with_a_break_between_them_say_so(tmp_path: Path) -> None:
    place = tmp_path / "t.csv"
    place.write_text("plan,18A,year\n1,1,2020\n0,1,2022\n", encoding="utf-8")
    code, text = run("check", place)
    assert code == 0
    assert "Break in series: child_physical_abuse: 18A until 2020" in text


@pytest.mark.end_to_end
def test_bad_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="one child: found '99Z'"):
        run("check", FOLDER / "factor_unknown_99z_twice.xml", "--strict")
    with pytest.raises(DataError, match="no such file"):
        run("check", tmp_path / "absent.xml")
    with pytest.raises(UnknownNameError, match="format"):
        run("check", FOLDER / "sound.xml", "--format", "yaml")
    with pytest.raises(DataError, match="cannot be read"):
        run("check", FOLDER / "list_separated.csv", "--mapping", tmp_path / "absent.toml")


@pytest.mark.end_to_end
def test_open_data_become_a_panel_that_is_read_back(tmp_path: Path) -> None:
    place = tmp_path / "d.csv"
    place.write_text(
        f"{KEYS},CPP_start,CPP_subsequent,Episodes_with_assessment_factor,Neglect\n"
        "2015,Local authority,801,Here,c,2,9,z\n2015,National,,,100,20,80,30\n",
        encoding="utf-8-sig",
    )
    out, factors = tmp_path / "new" / "panel.csv", tmp_path / "factors.csv"
    code, text = run("panel", place, "--out", out, "--factors-out", factors)
    assert code == 0
    assert text.startswith("1 authorities and England, 2015 to 2015")
    found = read_panel(out)
    assert found.status["cpp_starts"] == ("suppressed", "observed")
    rows = rows_of(factors)
    assert [(row["code"], row["status"]) for row in rows] == [
        ("16A", "not_applicable"), ("16A", "observed"),
    ]  # fmt: skip
    with pytest.raises(OutputError, match=r"panel\.csv is there already"):
        run("panel", place, "--out", out)


SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "dfe"


@pytest.mark.end_to_end
def test_a_panel_of_an_authority_its_neighbours_and_england(tmp_path: Path) -> None:
    place = tmp_path / "plans.csv"
    rows = [f"2014,Local authority,80{i},A{i},{100 * i},9" for i in (1, 2, 3)]
    head = f"{KEYS},CPP_start,CPP_subsequent"
    place.write_text("\n".join([head, *rows, "2014,National,,,9000,800"]), encoding="utf-8")
    near = tmp_path / "near.csv"
    near.write_text("la_code,neighbour_code\n801,803\n", encoding="utf-8")
    out, notes = tmp_path / "panel.csv", tmp_path / "notes.csv"
    words = ("--authority", "801", "--neighbours", near, "--notes-out", notes)
    code, text = run("panel", place, "--out", out, *words)
    assert code == 0
    assert [row["la_code"] for row in rows_of(out)] == ["801", "803", "E92000001"]
    assert "2 authorities and England" in text
    assert notes.read_text(encoding="utf-8") == "rule,la_code,message\n"
    assert run("panel", place, "--out", tmp_path / "one.csv", "--authority", "802")[0] == 0
    assert [row["la_code"] for row in rows_of(tmp_path / "one.csv")] == ["802", "E92000001"]
    for wrong, error in (
        (("--neighbours", near), DataError), (("--authority", "80"), UnknownNameError),
        (("--authority", "802", "--neighbours", near), UnknownNameError),
    ):  # fmt: skip
        with pytest.raises(error):
            run("panel", place, "--out", tmp_path / "no.csv", *wrong)
        assert not (tmp_path / "no.csv").exists()


@pytest.mark.end_to_end
def test_a_layout_and_the_notes_of_a_panel(tmp_path: Path) -> None:
    place = tmp_path / "enquiries.csv"
    rows = ["2015,Local authority,801,A,9", "2013,Local authority,801,A,8"]
    place.write_text("\n".join([f"{KEYS},enquiries", *rows]), encoding="utf-8")
    layout = tmp_path / "own.toml"
    layout.write_text(
        "[[layout]]\nname = 'own'\nmeasures = {enquiries = 's47_enquiries'}", encoding="utf-8"
    )
    out, notes = tmp_path / "panel.csv", tmp_path / "notes.csv"
    with pytest.raises(DataError, match="no column of figures is known"):
        run("panel", place, "--out", out)
    code, text = run("panel", place, "--out", out, "--layout", layout, "--notes-out", notes)
    assert code == 0
    assert [row["s47_enquiries"] for row in rows_of(out)] == ["8", "9"]
    assert "Note (gap, 1): an authority lacks years" in text
    assert [row["rule"] for row in rows_of(notes)] == ["gap"]


@pytest.mark.end_to_end
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared open data files are not here")
def test_the_panel_that_the_command_makes_is_the_compiled_one_where_both_hold_a_figure(
    tmp_path: Path,
) -> None:
    out = tmp_path / "panel.csv"
    assert run("panel", *sorted(SHARED.glob("d[15]*.csv")), "--out", out)[0] == 0
    made = {(row["la_code"], row["year"]): row for row in rows_of(out)}
    compiled = rows_of(SHARED / "authority_panel_2010_2021.csv")
    both = 0
    for row in compiled:
        ours = made.get((row["la_code"], row["year"]), {})
        for name in set(ours) & set(row) - {"la_code", "area", "year"}:
            if ours[name].replace(".", "").isdigit() and row[name]:
                both += 1
                assert float(ours[name]) == float(row[name]), (row["la_code"], row["year"], name)
    assert both == 5_252


@pytest.mark.end_to_end
def test_what_a_panel_gives_goes_to_files_of_their_own(tmp_path: Path) -> None:
    place, made = tmp_path / "panel.csv", tmp_path / "made.csv"
    place.write_text("la_code,area,year,cpp_at_31_mar\n801,A,2015,5\n", encoding="utf-8")
    with pytest.raises(OutputError, match="need files of their own"):
        run("panel", place, "--out", made, "--notes-out", made)
    assert not made.exists()


@pytest.mark.end_to_end
def test_snapshots_are_shown_with_what_is_to_be_noted(tmp_path: Path) -> None:
    place = tmp_path / "own.csv"
    place.write_text("month,cpp_stock\n2014-01,5\n2014-03,7\n", encoding="utf-8")
    code, text = run("snapshots", place)
    assert code == 0
    assert "3 months, 2014-01 to 2014-03, stock 5 to 7, 1 without" in text
    assert "Note (gap): own.csv, line 2" in text
    done = CliRunner().invoke(app, ["snapshots", str(place), "--format", "csv"])
    assert [row["stock"] for row in csv.DictReader(done.stdout.splitlines())] == ["5", "", "7"]
    assert "note (gap): own.csv, line 2" in done.stderr
    code, text = run("snapshots", place, "--format", "json")
    data = json.loads(text)
    assert [row["stock"] for row in data["months"]] == [5, None, 7]
    assert [note["rule"] for note in data["notes"]] == ["gap"]
    with pytest.raises(DataError, match="line 2"):
        run("snapshots", place, "--strict")


@pytest.mark.integration
def test_what_was_read_shows_itself(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("plan,child_neglect,assessment_date\n1,0,2015-02-30\n0,1,2015-03-02\n")
    intake = read_assessments(table)
    assert len(intake.to_frame()) == len(intake.assessments) == 2
    assert "0 of 2 left out; issues: 1 bad_date" in intake.summary()
    assert "a date cannot be read" in str(intake)
    assert "bad_date" in intake._repr_html_()
    assert "2015-02-30" not in str(intake)  # what a cell holds stands in the issues alone
    assert len(str(intake).splitlines()) <= 30
