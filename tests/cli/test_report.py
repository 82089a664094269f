"""``riskmodel report``: whole or not at all, and nobody else's files lost."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from riskmodel.authority.folder.authority import EXAMPLE
from riskmodel.report import Report, Section, Table


@pytest.mark.unit
def test_without_a_folder_it_is_the_example_that_ships_and_no_draft(call, tmp_path, monkeypatch):
    asked = {}

    def made(authority, sizes, **more):
        asked.update(more, authority=authority, sizes=sizes)
        table = Table("one", "One", pd.DataFrame({"n": [1]}), basis="observed")
        return Report("A page", "", (), (Section("only", "Only", (table,)),), {})

    monkeypatch.setattr("riskmodel.cli.report.whole_report", made)
    out = tmp_path / "new" / "report"
    answer = call("report", "--out", out, "--simulations", "100", "--seed", "4")
    assert (answer.code, answer.err) == (0, "")
    files = [path for path in out.rglob("*") if path.is_file()]
    assert f"{len(files)} files in {out}" in answer.out
    assert asked["authority"].folder.resolve() == EXAMPLE
    assert (asked["sizes"].replicates, asked["sizes"].seed) == (100, 4)
    assert asked["command"] == ["riskmodel", "report", "--simulations", "100", "--seed", "4"]
    assert not asked["is_draft"]
    assert [path.name for path in out.parent.iterdir()] == ["report"]


@pytest.mark.end_to_end
def test_a_folder_with_a_foreign_file_is_refused_and_kept(call, tmp_path: Path):
    kept = tmp_path / "notes.txt"
    kept.write_text("mine", encoding="utf-8")
    message = call("report", "--out", tmp_path).message
    assert "notes.txt" in message
    assert "Choose another folder" in message
    assert kept.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.end_to_end
def test_a_file_in_the_way_is_refused_and_kept(call, tmp_path: Path):
    kept = tmp_path / "report"
    kept.write_text("mine", encoding="utf-8")
    assert "is a file" in call("report", "--out", kept).message
    assert "is a file" in call("report", "--out", kept / "below").message
    assert kept.read_text(encoding="utf-8") == "mine"


@pytest.mark.end_to_end
def test_a_draft_onto_a_final_report_is_refused_before_the_work(call, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("riskmodel.cli.report.whole_report", None)
    out = tmp_path / "given"
    out.mkdir()
    final = {"made_by": "riskmodel report", "command": "riskmodel report x --final", "files": {}}
    (out / "manifest.json").write_text(json.dumps(final), encoding="utf-8")
    message = call("report", "--out", out).message
    assert "holds a final report, and this is a draft" in message
    assert "--out" in message
    assert "--final" in message
    assert [path.name for path in out.iterdir()] == ["manifest.json"]
