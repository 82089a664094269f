"""``riskmodel intake``: counts on standard output, references in the issues file only."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskmodel.cli.intake import app
from riskmodel.errors import DataError, OutputError, UnknownNameError
from riskmodel.intake import read_panel

FOLDER = Path(__file__).with_name("edge_cases")
KEYS = "time_period,geographic_level,old_la_code,la_name"


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


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
    _, text = run("check", FOLDER / "category_unknown.xml", "--format", "csv")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["section"] for row in rows} == {
        "rows", "years", "coverage", "unknown codes", "issues", "notes",
    }  # fmt: skip
    _, text = run("check", FOLDER / "category_unknown.xml", "--format", "json")
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
