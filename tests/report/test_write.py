from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import struct
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import riskmodel.report.write as writing
from riskmodel.errors import OutputError
from riskmodel.published import load_table
from riskmodel.report import Report, Section, Table, write_report
from riskmodel.report.write import check_output, delete_draft

SVG = "{http://www.w3.org/2000/svg}"


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.integration
def test_all_kinds_of_file_are_written(written: Path, report: Report):
    names = set(content_of(written))
    assert {"index.html", "manifest.json", "riskmodel-report.xlsx"} <= names
    for chart in report.charts():
        stem = chart.id.replace("_", "-")
        assert {f"figures/{stem}.svg", f"figures/{stem}.png"} <= names
    assert "tables/risk-factors.csv" in names
    assert len([name for name in names if name.endswith(".csv")]) == len(report.tables()) + 1


@pytest.mark.integration
def test_links_of_the_page_are_files_of_the_folder(written: Path):
    page = (written / "index.html").read_text(encoding="utf-8")
    for link in re.findall(r'href="([^"#][^"]*)"', page):
        assert link == "data:," or (written / link).is_file(), link


@pytest.mark.integration
def test_csv_gives_the_printed_digits(written: Path):
    content = (written / "tables/risk-factors.csv").read_bytes()
    assert b"\r" not in content
    rows = list(csv.DictReader(content.decode("utf-8").splitlines()))
    table = load_table("risk_factors")
    for row, cells in zip(rows, table.rows, strict=True):
        for column, cell in zip(table.columns, cells, strict=True):
            is_percent = cell.endswith("%") and "percent" not in column.name
            name = f"{column.name}_percent" if is_percent else column.name
            assert row[name] == cell.removesuffix("%")


@pytest.mark.integration
def test_manifest_lists_every_other_file_with_its_sum(written: Path, report: Report):
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["made_by"] == "riskmodel report"
    assert manifest["version"] == report.manifest["version"]
    files = content_of(written)
    del files["manifest.json"]
    assert manifest["files"] == {
        name: hashlib.sha256(body).hexdigest() for name, body in files.items()
    }


@pytest.mark.integration
def test_the_same_report_twice_gives_the_same_bytes(
    brief_written: Path, briefed: Report, tmp_path: Path
):
    write_report(briefed, tmp_path / "again")
    assert content_of(tmp_path / "again") == content_of(brief_written)


@pytest.mark.unit
def test_missing_parents_are_made_and_files_returned(small: Report, tmp_path: Path):
    out = tmp_path / "a" / "b"
    files = write_report(small, out)
    assert files[0] == out / "index.html"
    assert files[-1] == out / "manifest.json"
    assert all(path.is_file() for path in files)
    assert [path.name for path in out.parent.iterdir()] == ["b"]


@pytest.mark.unit
def test_an_empty_folder_is_used(small: Report, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    write_report(small, out)
    assert (out / "index.html").is_file()


@pytest.mark.unit
def test_an_earlier_report_is_replaced(small: Report, tmp_path: Path):
    out = tmp_path / "out"
    write_report(small, out)
    (out / "tables" / "small.csv").unlink()
    write_report(small, out)
    assert (out / "tables" / "small.csv").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.unit
@pytest.mark.parametrize("name", ["thesis.txt", "tables/mine.csv", ".hidden"])
def test_a_foreign_file_is_named_and_kept(small: Report, tmp_path: Path, name: str):
    out = tmp_path / "out"
    write_report(small, out)
    (out / name).write_text("mine", encoding="utf-8")
    before = content_of(out)
    with pytest.raises(OutputError, match=rf"holds '{name}'.*--out"):
        write_report(small, out)
    assert content_of(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.unit
def test_a_file_changed_since_is_kept(small: Report, tmp_path: Path):
    out = tmp_path / "out"
    write_report(small, out)
    (out / "index.html").write_text("my notes", encoding="utf-8")
    with pytest.raises(OutputError, match=r"'index.html', which was changed"):
        write_report(small, out)
    assert (out / "index.html").read_text(encoding="utf-8") == "my notes"


@pytest.mark.unit
@pytest.mark.parametrize(
    "manifest", ["", "not json", "[]", '{"made_by": "another"}', '{"made_by": "riskmodel report"}']
)
def test_a_folder_of_something_else_is_kept(small: Report, tmp_path: Path, manifest: str):
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text(manifest, encoding="utf-8")
    (out / "data.csv").write_text("1", encoding="utf-8")
    before = content_of(out)
    with pytest.raises(OutputError, match="nothing was changed"):
        write_report(small, out)
    assert content_of(out) == before


@pytest.mark.unit
def test_a_link_inside_is_foreign(small: Report, tmp_path: Path):
    out = tmp_path / "out"
    write_report(small, out)
    elsewhere = tmp_path / "precious"
    elsewhere.mkdir()
    (elsewhere / "keep.txt").write_text("keep", encoding="utf-8")
    (out / "link").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(OutputError, match="'link'"):
        write_report(small, out)
    assert (elsewhere / "keep.txt").exists()


@pytest.mark.unit
def test_a_file_in_the_way_is_kept(small: Report, tmp_path: Path):
    out = tmp_path / "out"
    out.write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write_report(small, out)
    with pytest.raises(OutputError, match="is a file"):
        write_report(small, out / "below")
    assert out.read_text(encoding="utf-8") == "a file"


@pytest.mark.unit
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_without_write_permission(small: Report, tmp_path: Path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(OutputError, match="permission denied"):
        write_report(small, locked / "out")
    assert list(locked.iterdir()) == []


@pytest.mark.unit
def test_a_full_disk_leaves_nothing_behind(small: Report, tmp_path: Path, monkeypatch):
    def refuse(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OutputError, match="no space left on device"):
        write_report(small, tmp_path / "new" / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_the_old_report_comes_back_when_the_new_cannot_take_its_place(
    small: Report, tmp_path: Path, monkeypatch
):
    out = tmp_path / "out"
    write_report(small, out)
    before = content_of(out)
    rename = Path.rename

    def refuse_the_new(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(OutputError, match="busy"):
        write_report(small, out)
    assert content_of(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.unit
def test_an_interrupt_leaves_nothing_behind(small: Report, tmp_path: Path, monkeypatch):
    def interrupt(folder: Path, files: dict[str, bytes]) -> None:
        folder.mkdir()
        (folder / "half").write_bytes(b"")
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_write_files", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_report(small, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_csv_text_that_a_spreadsheet_would_run_is_made_inert(small: Report, tmp_path: Path):
    write_report(small, tmp_path / "out")
    text = (tmp_path / "out/tables/small.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert [row[0] for row in rows[1:5]] == ["'=1+1", "'+44", "'-cmd", "'@sum"]
    assert rows[0] == ["name", "count", "share_percent"]
    assert [row[2] for row in rows[1:3]] == ["1.5", "-2.5"]


@pytest.mark.unit
def test_percentages_are_numbers_where_every_number_is_one(tmp_path: Path):
    frame = pd.DataFrame(
        {
            "rate": ["12.5%", "not stated", "-3%"],
            "mixed": ["12.5%", "630", "4%"],
            "growth_percent": ["1%", "2%", "3%"],
            "words": ["none", "none", "none"],
        }
    )
    table = Table("rates", "Rates", frame)
    write_report(
        Report("t", "", (), (Section("s", "S", (table,)),), {"version": "1"}), tmp_path / "out"
    )
    text = (tmp_path / "out/tables/rates.csv").read_text(encoding="utf-8")
    assert text.splitlines() == [
        "rate_percent,mixed,growth_percent,words",
        "12.5,12.5%,1,none",
        "not stated,630,2,none",
        "-3,4%,3,none",
    ]


@pytest.mark.unit
def test_ranges_and_months_are_data_and_the_dictionary_says_what_each_column_is(
    brief_written: Path,
):
    with (brief_written / "tables/growth-numbers.csv").open(encoding="utf-8") as lines:
        row = next(csv.DictReader(lines))
    assert (row["march_2017"], row["march_2017_low"], row["march_2017_high"]) == (
        "558",
        "399",
        "792",
    )
    with (brief_written / "tables/dictionary.csv").open(encoding="utf-8") as lines:
        columns = {(row["table"], row["column"]): row for row in csv.DictReader(lines)}
    month = columns["ahead-data", "month"]
    assert (month["heading"], month["kind"], month["basis"]) == ("End of", "month", "projected")
    for path in (brief_written / "tables").glob("*.csv"):
        if path.stem != "dictionary":
            header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            assert header == [column for table, column in columns if table == path.stem]


@pytest.mark.unit
def test_a_brief_stands_before_its_annex_and_both_lead_to_each_other(
    brief_written: Path, briefed: Report
):
    brief, annex = (
        (brief_written / name).read_text(encoding="utf-8") for name in ("index.html", "annex.html")
    )
    assert (brief_written / "brief.docx").is_file()
    for page, other in ((brief, annex), (annex, brief)):
        for link in re.findall(r'href="([^"#]+)(?:#([^"]*))?"', page):
            file, place = link
            assert file == "data:," or (brief_written / file).is_file()
            assert not place or f'id="{place}"' in other
    assert briefed.brief is not None
    for page in briefed.brief.pages:
        assert f'href="annex.html#{(page.annex or page.id).replace("_", "-")}"' in brief
        assert f'href="index.html#{page.id}"' in annex


@pytest.mark.unit
def test_pictures_say_what_they_are_and_whose_figures_they_show(brief_written: Path):
    for path in (brief_written / "figures").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        said = " ".join(part.text or "" for part in ET.fromstring(text).iter(f"{SVG}text"))
        assert "Numbers to date" in said or "Share of assessments" in said
        assert "Northshire, figures to 31 July 2015. Source: Projected from" in said
        assert "Basis: projected." in said
        ids = re.findall(r'\bid="([^"]*)"', text)
        assert len(ids) == len(set(ids))
        width, height = (float(size) for size in re.findall(r'(?:width|height)="(\S+)pt"', text))
        png = path.with_suffix(".png").read_bytes()
        across, down = struct.unpack(">II", png[16:24])
        assert across / down == pytest.approx(width / height, rel=0.01)


@pytest.mark.unit
def test_a_place_can_be_checked_before_the_work(tmp_path: Path):
    assert check_output(tmp_path / "new") == (tmp_path / "new").resolve()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        check_output(tmp_path)


@pytest.mark.integration
@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=cmd()", "../../x", "\x1b[2J", "A" * 10_000]
)
def test_a_name_is_text_on_every_face_and_writes_nothing_elsewhere(
    small: Report, tmp_path: Path, name: str
):
    """A name as title and in a cell: page, workbook, table, run record."""
    words, table = small.sections[0].blocks
    assert isinstance(table, Table)
    frame = table.frame.assign(name=[name, *table.frame["name"][1:]])
    section = replace(small.sections[0], blocks=(words, replace(table, frame=frame)))
    out = tmp_path / "inside" / "out"
    write_report(replace(small, title=name, sections=(section,)), out)
    assert [each.name for each in tmp_path.iterdir()] == ["inside"]
    assert [each.name for each in (tmp_path / "inside").iterdir()] == ["out"]
    for page in out.rglob("*.html"):
        assert "<script>alert(1)" not in page.read_text(encoding="utf-8")
    for book in out.rglob("*.xlsx"):
        with zipfile.ZipFile(book) as parts:
            sheets = [parts.read(one) for one in parts.namelist() if "worksheets/sheet" in one]
        assert sheets
        assert not any(b"<f>" in sheet for sheet in sheets)


@pytest.mark.unit
def test_a_draft_is_deleted_and_nothing_else(small: Report, tmp_path: Path):
    out = tmp_path / "draft"
    files = write_report(small, out)
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds 'notes.txt'.*nothing is deleted"):
        delete_draft(out)
    (out / "notes.txt").unlink()
    assert delete_draft(out) == len(files)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError, match="holds no report"):
        delete_draft(out)


@pytest.mark.unit
def test_a_final_report_is_not_deleted(small: Report, tmp_path: Path):
    out = tmp_path / "final"
    write_report(
        replace(small, manifest={**small.manifest, "command": "riskmodel report x --final"}), out
    )
    with pytest.raises(OutputError, match="holds a final report"):
        delete_draft(out)
    assert (out / "index.html").is_file()


@pytest.mark.unit
def test_only_a_final_report_replaces_a_final_report(small: Report, tmp_path: Path):
    out = tmp_path / "final"
    final = replace(small, manifest={**small.manifest, "command": "riskmodel report x --final"})
    write_report(small, out)
    write_report(final, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(OutputError, match="holds a final report, and this is a draft"):
        write_report(small, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    write_report(final, out)
