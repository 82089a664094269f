"""``riskmodel report FOLDER``: a page about one authority and no other."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from markupsafe import escape

from riskmodel.authority.folder.authority import open_authority
from riskmodel.errors import printable
from riskmodel.report.folder_page import authority_report

from ..authority.conftest import MONTHS, TEAMS
from .hostile import LONG, RETURN, write_hostile_folder, written_out

SETTINGS = (
    '[about]\nname = "Northshire"\ndate = 2023-12-31\ncontact = "data@north.example"\n'
    '[workforce]\nposts = 30\nin_post = 24\n[targets]\ncap = 17\nby = "2024-12"\n'
)
SCENARIO = (
    'name = "fewer"\ndescription = "Fewer starts."\n[[change]]\nfrom_month = 1\n'
    'parameter = "starts.child_protection_plan"\nmultiplier = 0.5\nto = {closed = 1.0}\n'
    'reason = "Test."\nsource = "assumed"\n'
)
WITHOUT_PYARROW = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from matplotlib.figure import Figure
from riskmodel.authority import service
from riskmodel.cli import main

# As in the tests' own process: coarse pictures, and posts counted in few simulations.
fine = Figure.savefig
Figure.savefig = lambda self, *where, **how: fine(
    self, *where, **(how | {"dpi": 50} if how.get("format") == "png" else how)
)
service._again = lambda outlook, months: outlook
sys.exit(main())
"""


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Reported(NamedTuple):
    """A report of a folder, and what the command said."""

    folder: Path
    out: Path
    said: str

    def text(self, name: str) -> str:
        return (self.out / name).read_text(encoding="utf-8")

    def parts(self, name: str) -> dict[str, str]:
        """The parts of a document or workbook that are XML, each well formed."""
        with zipfile.ZipFile(self.out / name) as archive:
            names = [part for part in archive.namelist() if part.endswith((".xml", ".rels"))]
            texts = {part: archive.read(part).decode() for part in names}
        for text in texts.values():
            ElementTree.fromstring(text)
        return texts


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """In a process of its own, with another order of sets than here, and without pyarrow."""
    place = tmp_path_factory.mktemp("report")
    folder, out = write_hostile_folder(place / "=cmd()<b>&"), place / "page"
    done = subprocess.run(
        [
            *(sys.executable, "-c", WITHOUT_PYARROW),
            *("report", folder, "--out", out, "--simulations", "100"),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "1", "RISKMODEL_LEDGER": str(place / "ledger")},
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in place.iterdir()} == {folder.name, "page"}
    return Reported(folder, out, done.stdout + done.stderr)


@pytest.mark.end_to_end
def test_the_page_names_its_own_authority_and_is_the_same_with_pyarrow(call, reported):
    first = sums(reported.out)
    assert f"{len(first)} files in {reported.out}" in reported.said
    assert {"index.html", "annex.html", "brief.docx", "riskmodel-report.xlsx"} <= set(first)
    brief, page, manifest = map(reported.text, ("index.html", "annex.html", "manifest.json"))
    tables = "".join(path.read_text(encoding="utf-8") for path in reported.out.rglob("*.csv"))
    for text in (brief, page, manifest, tables):
        assert not re.search(r"Oxfordshire|report card|November 2015", text, re.IGNORECASE)
    for text in (brief, page):
        assert "Draft, not for release" in text
    assert not (reported.folder / "finals").exists()
    for said in ("My own words.", "cap of 17", "90% range", "figures to 31 December 2023; contact"):
        assert said in page, said
    assert json.loads(manifest)["command"].startswith("riskmodel report '=cmd()<b>&'")
    again = call("report", reported.folder, "--out", reported.out, "--simulations", "100")
    assert again.code == 0, again.err
    assert sums(reported.out) == first


@pytest.mark.end_to_end
def test_names_are_text_on_every_page_picture_table_and_document(reported):
    for path in reported.out.rglob("*"):
        if path.suffix in (".html", ".svg", ".csv", ".json"):
            text = path.read_text(encoding="utf-8")
            assert printable(text) == text, path
    pages = {
        "index.html": ("authority", "title", "contact", "service"),
        "annex.html": ("workforce", "price", "description", "about", "document", "published area"),
        "whatif.html": ("authority",),
    }
    for name, slots in pages.items():
        text = reported.text(name)
        assert "<script>alert(" not in text
        assert not [slot for slot in slots if str(escape(written_out(slot))) not in text], name
    assert LONG in reported.text("annex.html")
    document = reported.parts("brief.docx")["word/document.xml"]
    assert str(escape(written_out("title"))) in document
    book = reported.parts("riskmodel-report.xlsx")
    cells = [
        "".join(one.itertext()) for one in ElementTree.fromstring(book["xl/sharedStrings.xml"])
    ]
    assert written_out("service") in cells
    assert 10_000 < max(map(len, cells)) <= 32_767
    assert not any("<f>" in text for name, text in book.items() if "worksheets/" in name)
    assert all(
        len(name) <= 31 for name in re.findall('<sheet name="([^"]*)"', book["xl/workbook.xml"])
    )
    rows = {
        path: list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        for path in reported.out.rglob("*.csv")
    }
    texts = [cell for table in rows.values() for row in table for cell in row]
    assert f"'{written_out('published area')}" in texts
    assert not [cell for cell in texts if re.match(r"[=@\t]|[+-](?![\d.,%]+$)", cell)]
    pictures = list(reported.out.rglob("*.svg"))
    assert pictures
    for path in pictures:
        parts = {one.tag.rpartition("}")[2] for one in ElementTree.parse(path).iter()}
        assert "script" not in parts
    assert any(
        written_out("authority")[:40] in "".join(ElementTree.parse(path).getroot().itertext())
        for path in pictures
    )
    assert printable(reported.said) == reported.said


@pytest.mark.end_to_end
@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_names_are_text_in_answers_and_in_what_is_remembered(call, reported, form, monkeypatch):
    monkeypatch.delenv("RISKMODEL_LEDGER")
    given = reported.folder / "returns" / RETURN
    few = ("--simulations", "40", "--months", "12")
    for words in (
        ("check", reported.folder),
        ("caseload", reported.folder, *few),
        ("scenario", "compare", reported.folder, *few),
        ("service", reported.folder, *few),
        ("factors", given, "--by", "ward"),
        ("released", given),
    ):
        answer = call(*words, "--format", form, columns=120)
        assert answer.code == 0, answer.err
        for text in (answer.out, answer.err):
            plain = re.sub(r"\x1b\[\d*m", "", text)
            assert printable(plain) == plain, words
        if form == "csv":
            cells = [cell for row in csv.reader(answer.out.splitlines()) for cell in row]
            assert not [cell for cell in cells if cell.startswith(("=", "@"))], words
    for path in (reported.folder / "returns" / ".riskmodel-released").iterdir():
        text = path.read_text(encoding="utf-8")
        assert printable(text) == text
        assert json.loads(text)


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


@pytest.mark.end_to_end
def test_a_final_that_cannot_be_kept_is_refused_before_anything_is_written(call, tmp_path):
    folder, out = tmp_path / "north", tmp_path / "page"
    folder.mkdir()
    (folder / "authority.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "months.csv").write_text(MONTHS, encoding="utf-8")
    (folder / "finals").write_text("", encoding="utf-8")
    answer = call("report", folder, "--out", out, "--simulations", "100", "--final")
    assert answer.code == 2
    assert "2023-12-31.json cannot be written" in " ".join(answer.message.split())
    assert not out.exists()


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
    assert "there is no such folder" in call("report", tmp_path / "none", "--out", out).message


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
