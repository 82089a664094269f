"""Two folders of kept outputs beside each other: what differs is named, what may move is not."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("keep.py")
NUMBERS = "stage,children\nlooked_after,558\nchild_protection_plan,626\n"
MANIFEST = f'{{"a/data/x.toml": "12ab",\n"b.csv": "34cd",\n"code_sha256": "{"a" * 64}"}}\n'


def kept(folder: Path, **changed: str | None) -> Path:
    """A small folder of kept outputs, with some files changed or (None) left out."""
    texts = {"stdout.txt": NUMBERS, "exit.txt": "0\n", "files/manifest.json": MANIFEST}
    for name, text in {**texts, **changed}.items():
        if text is not None:
            path = folder / "commands" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def workbook(path: Path, cell: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("sheet.xml"), f"<row>\n<v>{cell}</v>\n</row>")
        archive.writestr(zipfile.ZipInfo("same.xml"), "<same/>")


def compare(*words: object) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, str(SCRIPT), "compare", *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout


@pytest.mark.unit
def test_the_same_bytes_are_no_difference(tmp_path):
    first, second = kept(tmp_path / "a"), kept(tmp_path / "b")
    assert compare(first, second) == (0, "Nothing differs.\n")


@pytest.mark.unit
def test_the_first_line_that_differs_is_shown_with_its_number(tmp_path):
    first = kept(tmp_path / "a")
    second = kept(tmp_path / "b", **{"stdout.txt": NUMBERS.replace("626", "627"), "exit.txt": None})
    code, said = compare(first, second)
    assert code == 1
    assert said.splitlines() == [
        "commands/exit.txt: only in the first",
        "commands/stdout.txt: line 3",
        "  - child_protection_plan,626",
        "  + child_protection_plan,627",
        "2 files differ",
    ]
    assert compare(first, second, "--allow", "*/exit.txt", "--allow", "*/stdout.txt")[0] == 0


@pytest.mark.unit
def test_a_line_more_and_ends_of_lines_are_differences(tmp_path):
    first = kept(tmp_path / "a")
    longer = kept(tmp_path / "b", **{"stdout.txt": NUMBERS + "referral,9\n"})
    assert "line 4 is in the second alone\n    referral,9" in compare(first, longer)[1]
    ends = kept(tmp_path / "c", **{"exit.txt": "0"})
    assert "commands/exit.txt: only the ends of lines differ" in compare(first, ends)[1]


@pytest.mark.unit
def test_a_file_of_a_manifest_may_have_another_name_but_no_other_content(tmp_path):
    first = kept(tmp_path / "a")
    moved = MANIFEST.replace("a/data/x.toml", "core/data/x.toml").replace("a" * 64, "b" * 64)
    assert compare(first, kept(tmp_path / "b", **{"files/manifest.json": moved}))[0] == 0
    changed = kept(tmp_path / "c", **{"files/manifest.json": moved.replace("12ab", "12ac")})
    code, said = compare(first, changed)
    assert (code, "manifest.json: line 1" in said) == (1, True)


@pytest.mark.unit
def test_a_difference_in_a_workbook_names_the_sheet_and_the_line(tmp_path):
    first, second = kept(tmp_path / "a"), kept(tmp_path / "b")
    for folder, cell in ((first, "558"), (second, "559")):
        workbook(folder / "report.xlsx", cell)
    code, said = compare(first, second)
    assert code == 1
    assert "report.xlsx: sheet.xml: line 2\n  - <v>558</v>\n  + <v>559</v>" in said
    assert "same.xml" not in said


@pytest.mark.unit
def test_progress_of_a_slow_machine_is_no_difference_and_a_warning_is(tmp_path):
    first = kept(tmp_path / "a", **{"stderr.txt": "riskmodel: few simulations\n"})
    slow = "riskmodel: calibrating looked_after, about 5 seconds left\nriskmodel: few simulations\n"
    assert compare(first, kept(tmp_path / "b", **{"stderr.txt": slow}))[0] == 0
    code, said = compare(first, kept(tmp_path / "c", **{"stderr.txt": "riskmodel: many\n"}))
    assert (code, "stderr.txt: line 1" in said) == (1, True)
