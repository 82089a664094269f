"""Commands where the extra ``arrow`` is not installed: the same answers, or what to install."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Call

pytestmark = pytest.mark.end_to_end

TABLE = Path(__file__).resolve().parents[2] / "data/synthetic/cohort.csv"
RUN = """
import json, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

if sys.argv[1] == "without":
    sys.meta_path.insert(0, Absent())
from typer.testing import CliRunner
from riskmodel.cli.app import app
from riskmodel.errors import RiskmodelError

answers = []
for line in json.loads(sys.argv[2]):
    done = CliRunner().invoke(app, line)
    refused = isinstance(done.exception, RiskmodelError)  # which main prints, and exits with 2
    answer = (2, done.stdout, str(done.exception)) if refused else None
    answers.append(answer or (done.exit_code, done.stdout, done.stderr))
assert (sys.argv[1] == "without") == ("pyarrow" not in sys.modules), "pyarrow"
print(json.dumps(answers))
"""


def answers(way: str, folder: Path, lines: list[list[str]]) -> list[tuple[int, str, str]]:
    """Exit code, output and messages of some commands in one process."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUN, way, json.dumps(lines)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    found: list[tuple[int, str, str]] = json.loads(done.stdout)
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_folder_its_check_and_its_factors_are_the_same_with_and_without(
    tmp_path: Path, call: Call, exampleshire: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With it in the tests' own process, which has made the folder already."""
    cohort = ["cohort", "generate", "--assessments", "2500", "--out"]
    lines = [
        ["new", "ex", "--example"],
        ["check", "ex"],
        ["factors", str(TABLE), "--by", "gender", "--format", "csv"],
        ["intake", "check", str(TABLE)],
        [*cohort, "made.csv"],
        ["factors", "made.csv", "--format", "json"],
    ]
    without = answers("without", tmp_path / "b", [*lines, [*cohort, "made.parquet"]])
    assert "pyarrow" in sys.modules
    shutil.copytree(exampleshire, tmp_path / "a" / exampleshire.name)
    monkeypatch.chdir(tmp_path / "a")
    with_it = [call(*line) for line in lines[1:]]
    assert [[one.code, one.out, one.err] for one in with_it] == without[1:-1]
    assert [code for code, _, _ in without] == [0] * len(lines) + [2]
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_parquet_says_in_one_message_what_to_install(tmp_path: Path) -> None:
    place = tmp_path / "t.parquet"
    place.write_bytes(b"PAR1")
    lines = [
        ["factors", str(place)],
        ["intake", "check", str(place)],
        ["cohort", "generate", "--assessments", "2500", "--out", "made.parquet"],
        ["cohort", "generate", "--assessments", "2500", "--out", "parts"],
        ["experiment", "run", "calibration-check"],
    ]
    for (code, told, message), line in zip(
        answers("without", tmp_path / "here", lines), lines, strict=True
    ):
        assert (code, told) == (2, ""), (line, message)
        assert "install riskmodel-childrens-services[arrow]" in " ".join(message.split()), line
        assert "Traceback" not in message
    assert not any((tmp_path / "here").iterdir())
