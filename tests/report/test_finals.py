"""A final report is kept in the folder, and the next brief says what happened since."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from riskmodel.authority.folder.authority import Authority, open_authority
from riskmodel.errors import DataError
from riskmodel.report import write_report
from riskmodel.report.brief.certainty import certainty_page
from riskmodel.report.brief.finals import keep_final, last_final, outcome_sentence
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.folder_page import DRAFT, authority_report
from riskmodel.report.model import Paragraph, Report

from .conftest import SIZES


def folder_to(folder: Path, months: int) -> Authority:
    """A folder whose figures go to a month of 2023."""
    folder.mkdir(exist_ok=True)
    rows = [f"2023-{month:02d},{400 + month % 2},40,40\n" for month in range(1, months + 1)]
    text = "month,cpp_stock,cpp_starts,cpp_ends\n" + "".join(rows)
    (folder / "months.csv").write_text(text, encoding="utf-8")
    day = {9: "2023-09-30", 12: "2023-12-31"}[months]
    settings = f'[about]\nname = "Northshire"\ndate = {day}\n'
    (folder / "authority.toml").write_text(settings, encoding="utf-8")
    return open_authority(folder)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a final of September 2023."""
    folder = tmp_path_factory.mktemp("finals") / "north"
    keep_final(folder_to(folder, 9), SIZES)
    return folder


@pytest.mark.integration
def test_a_final_holds_what_is_projected_and_no_count(kept: Path):
    path = kept / "finals" / "2023-09-30.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert set(data) == {"figures_to", "target", "posts", "simulated", "stages"}
    months = data["stages"]["child_protection_plan"]
    assert min(months) == "2023-10", "nothing that was counted"
    authority = folder_to(kept, 9)
    expected = BriefResults(authority, SIZES).stock("child_protection_plan", data["target"])
    assert months[data["target"]] == {
        name: round(value) for name, value in expected._asdict().items()
    }
    before = path.read_bytes()
    assert (keep_final(authority, SIZES), path.read_bytes()) == (path, before)
    assert last_final(authority) is None, "a final is not held against its own figures"


@pytest.mark.integration
def test_the_next_brief_says_what_was_counted(kept: Path):
    authority = folder_to(kept, 12)
    path = kept / "finals" / "2023-09-30.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    results = BriefResults(authority, SIZES)
    for low, middle, high, where in (
        (350, 399, 446, "within"),
        (400, 400, 400, "within"),
        (300, 350, 399, "above"),
        (401, 450, 500, "below"),
    ):
        ends = {"low": low, "middle": middle, "high": high}
        data["stages"]["child_protection_plan"]["2023-12"] = ends
        path.write_text(json.dumps(data), encoding="utf-8")
        said = outcome_sentence(results, "child_protection_plan")
        assert said == (
            f"In September 2023 this brief projected {middle} children on a protection plan (90% "
            f"range {low} to {high}) for December 2023; 400 were counted, {where} the range."
        )
    page = certainty_page(results, "record", has_projection=True)
    assert said in [block.text for block in page.blocks if isinstance(block, Paragraph)]


@pytest.mark.unit
def test_what_cannot_be_kept_or_read_is_one_message(tmp_path: Path):
    folder = tmp_path / "north"
    authority = folder_to(folder, 12)
    (folder / "finals").mkdir()
    (folder / "finals" / "2023-09-30.json").write_text('{"stages": {"x": {"2023-13": 1}}}')
    with pytest.raises(DataError, match=r"finals/2023-09-30\.json: is no final"):
        authority_report(authority, SIZES)
    (folder / "authority.toml").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=r"give it as \[about\] date"):
        keep_final(open_authority(folder), SIZES)


@pytest.mark.integration
def test_every_part_of_a_draft_says_so_and_a_final_does_not(
    briefed: Report, brief_written: Path, tmp_path: Path
):
    draft = tmp_path / "draft"
    write_report(replace(briefed, mark=DRAFT), draft)
    for out, is_draft in ((draft, True), (brief_written, False)):
        texts = [(out / name).read_text("utf-8") for name in ("index.html", "annex.html")]
        with zipfile.ZipFile(out / "brief.docx") as document:
            texts += [document.read(f"word/{name}.xml").decode() for name in ("document", "footer")]
        texts += [text.split("@bottom-left", 1)[-1].split("}")[0] for text in texts[:2]]
        with zipfile.ZipFile(out / "riskmodel-report.xlsx") as workbook:
            sheets = [name for name in workbook.namelist() if "worksheets/sheet" in name]
            texts += [workbook.read(name).decode().split("<oddFooter>")[1] for name in sheets]
        pictures = sorted((out / "figures").glob("*.svg"))
        texts += [picture.read_text("utf-8") for picture in pictures]
        assert pictures
        assert [DRAFT in text for text in texts] == [is_draft] * len(texts)
