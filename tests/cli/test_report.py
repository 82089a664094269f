"""``riskmodel report``: whole or not at all, the same bytes, and nobody else's files lost."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.end_to_end
def test_a_report_twice_into_one_folder_has_the_same_bytes(call, tmp_path: Path):
    out = tmp_path / "new" / "report"
    words = ("report", "--out", str(out), "--simulations", "100")
    done = subprocess.run(
        [sys.executable, "-m", "riskmodel", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first = sums(out)
    assert f"{len(first)} files in {out}" in done.stdout
    assert {"index.html", "manifest.json", "riskmodel-report.xlsx"} <= set(first)
    again = call(*words)
    assert (again.code, again.err) == (0, "")
    assert sums(out) == first
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
