"""``riskmodel report FOLDER``: a page about one authority and no other."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from riskmodel.authority import service
from riskmodel.authority.folder.authority import open_authority
from riskmodel.report.folder_page import authority_report

from ..authority.conftest import MONTHS, TEAMS

AGAIN = service._again
SETTINGS = (
    '[about]\nname = "Northshire"\ndate = 2023-12-31\ncontact = "data@north.example"\n'
    '[workforce]\nposts = 30\nin_post = 24\n[targets]\ncap = 17\nby = "2024-12"\n'
)
SCENARIO = (
    'name = "fewer"\ndescription = "Fewer starts."\n[[change]]\nfrom_month = 1\n'
    'parameter = "starts.child_protection_plan"\nmultiplier = 0.5\nto = {closed = 1.0}\n'
    'reason = "Test."\nsource = "assumed"\n'
)
ASKED = 'sections = ["projection", "caseload", "scenarios"]'
COMMENTARY = "# Projected numbers\n\nMy own words.\n\n# What we ask for\n\nTwo posts.\n"

WITHOUT_PYARROW = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from riskmodel.cli import main
sys.exit(main())
"""


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def northshire(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "northshire"
    (folder / "scenarios").mkdir(parents=True)
    for name, text in (
        ("authority.toml", SETTINGS.replace("contact", f"{ASKED}\ncontact")),
        ("months.csv", MONTHS),
        ("teams.csv", TEAMS),
        ("scenarios/fewer.toml", SCENARIO),
        ("commentary.md", COMMENTARY),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.end_to_end
@pytest.mark.usefixtures("fine_pictures")
def test_the_page_names_its_own_authority_and_nobody_else(call, northshire, tmp_path, monkeypatch):
    out = tmp_path / "page"
    # In a process of its own, with another order of sets than here, and without pyarrow.
    words = ("report", northshire, "--out", out, "--replicates", "100")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYARROW, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    first = sums(out)
    assert f"{len(first)} files in {out}" in done.stdout
    assert {"index.html", "annex.html", "brief.docx", "riskmodel-report.xlsx"} <= set(first)
    names = ("index.html", "annex.html", "manifest.json")
    brief, page, manifest = ((out / name).read_text(encoding="utf-8") for name in names)
    tables = "".join(path.read_text(encoding="utf-8") for path in out.rglob("*.csv"))
    for text in (brief, page, manifest, tables):
        assert not re.search(r"Oxfordshire|report card|November 2015", text, re.IGNORECASE)
    for text in (brief, page):
        assert "Draft, not for release" in text
    assert not (northshire / "finals").exists()
    assert "Northshire: figures to 31 December 2023; contact: data@north.example" in page
    for said in ("My own words.", "Two posts.", "cap of 17", "90% range", "Fewer starts."):
        assert said in page, said
    assert json.loads(manifest)["command"].startswith("riskmodel report northshire")
    monkeypatch.setattr(service, "_again", AGAIN)
    again = call("report", northshire, "--out", out, "--replicates", "100")
    assert again.code == 0, again.err
    assert sums(out) == first


@pytest.mark.end_to_end
def test_a_final_is_kept_in_a_folder_of_ones_own_and_nowhere_else(call, tmp_path):
    folder, out = tmp_path / "north", tmp_path / "page"
    folder.mkdir()
    (folder / "authority.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "months.csv").write_text(MONTHS, encoding="utf-8")
    answer = call("report", folder, "--out", out, "--simulations", "100", "--final")
    assert "2023-12-31.json" in answer.out
    assert "Draft" not in (out / "index.html").read_text(encoding="utf-8")
    assert [path.name for path in (folder / "finals").iterdir()] == ["2023-12-31.json"]
    for words in ((), ("--table", folder / "months.csv")):
        message = call("report", *words, "--final", "--out", tmp_path / "none").message
        assert "a folder of your own" in message


@pytest.mark.integration
def test_own_factors_have_no_quadrants_of_another_authority(tmp_path, synthetic, unsaved):
    folder = tmp_path / "south"
    folder.mkdir()
    (folder / "authority.toml").write_text('[about]\nname = "South"\n', encoding="utf-8")
    for name in ("cohort.csv", "cohort.dictionary.csv"):
        target = folder / name.replace("cohort", "assessments")
        target.write_bytes((synthetic / name).read_bytes())
    with unsaved():
        report = authority_report(open_authority(folder))
    assert [section.id for section in report.sections] == [
        "factors",
        "recording",
        "impact",
        "record",
    ]
    table = next(table for table in report.tables() if "prevalence" in table.frame)
    assert "Child Neglect" in set(table.frame["factor"])
    assert set(table.frame["prevalence"]) == set(table.frame["impact"]) == {"high", "low"}
    words = " ".join((*table.headings, *map(str, report.summary)))
    assert not re.search("printed|nan", words, re.IGNORECASE)


@pytest.mark.end_to_end
def test_a_folder_without_figures_says_what_would_bring_a_section(call, tmp_path):
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "authority.toml").write_text("", encoding="utf-8")
    out = tmp_path / "page"
    assert "riskmodel check" in call("report", folder, "--out", out).message
    assert not out.exists()
    assert "no authority.toml" in call("report", tmp_path / "none", "--out", out).message


@pytest.mark.end_to_end
def test_a_target_beyond_the_report_is_refused_with_its_place_and_named_by_check(call, tmp_path):
    (tmp_path / "authority.toml").write_text(SETTINGS.replace("2024-12", "2029-01"), "utf-8")
    (tmp_path / "months.csv").write_text(MONTHS, encoding="utf-8")
    (tmp_path / "teams.csv").write_text(TEAMS, encoding="utf-8")
    message = call("report", tmp_path, "--out", tmp_path / "report").message
    assert "authority.toml, line 10, field by: 2029-01 is later than 2028-12" in message
    checked = call("check", tmp_path)
    assert checked.code == 1
    assert "and up to 2028-12" in " ".join(checked.out.split())
