"""``riskmodel experiment``: list, run, compare, new; a kill in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from riskmodel.experiments import folders, studies_folder

GRID = """
question = "How often does an interval hold the truth?"
seed = 5
expected_seconds = 5

[[steps]]
analysis = "interval-coverage"
settings = { subject = "two-by-two" }
[steps.grid]
replicates = [150, 151, 152, 153, 154, 155]
"""


def write_study(folder: Path, declaration: str) -> None:
    """A study with the code of one of the repository's, and an answer of its own."""
    folder.mkdir()
    for path in sorted((studies_folder() / "calibration-check").glob("*.py")):
        shutil.copy(path, folder)
    (folder / "experiment.toml").write_text(declaration, encoding="utf-8")
    answer = '{{ summary["intervals"].text() }} kinds of interval'
    (folder / "answer.md.j2").write_text(answer, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_study(tmp_path / "grid", GRID)
    return tmp_path


@pytest.fixture
def short(folder: Path) -> Path:
    path = folder / "grid" / "experiment.toml"
    text = GRID.replace("[150, 151, 152, 153, 154, 155]", "[20, 21]")
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.end_to_end
def test_experiments_are_listed(call, short: Path):
    (row,) = call("experiment", "list", "--folder", short, "--format", "json").json
    assert (row["experiment"], row["points"], row["has_baseline"]) == ("grid", 2, False)
    uses = ("experiment", "list", "--folder", short, "--format", "csv", "--uses")
    assert call(*uses, "girls_share").code == 0
    # Which parameters it reads is known when it has been run.
    never = call(*uses, "interval_level")
    assert never.out.count("\n") == 1
    assert "not known yet of grid" in never.err
    call("experiment", "run", "grid", "--folder", short, "--workers", 1)
    assert call(*uses, "interval_level").out.count("\n") == 2
    assert call(*uses, "interval_level").err == ""
    assert "Question" in call("experiment", "list", "--folder", short).out
    message = call("experiment", "list", "--folder", short, "--uses", "intervl_level").message
    assert "Did you mean 'interval_level'" in message
    assert "--folder" in call("experiment", "list", "--folder", short / "none").message


@pytest.mark.end_to_end
def test_analyses_are_listed_with_what_they_can_be_set_to(call):
    rows = call("experiment", "list", "--analyses", "--format", "json").json
    assert {"analysis", "setting", "what_it_sets", "default", "answers"} == set(rows[0])
    assert {"analysis": "audit", "setting": None}.items() <= rows[0].items()
    text = call("experiment", "list", "--analyses").out
    assert text.count("deprivation") > 1
    # What an analysis answers stands once, and not beside each of its settings.
    assert text.count("Whether plans are more") == 1


@pytest.mark.end_to_end
def test_a_run_is_accepted_then_matched_then_moved(call, short: Path):
    run = ("experiment", "run", "grid", "--folder", short, "--workers", 1)
    first = call(*run)
    assert first.code == 0
    assert "kinds of interval" in first.out
    assert "none yet" in first.out
    accepted = call(*run, "--accept")
    assert accepted.code == 0
    assert "| Experiment: grid |" in accepted.err
    assert "CHANGELOG.md" in accepted.err
    matched = call(*run, "--format", "json").json
    assert matched["runs"][0]["baseline"] == "matched"
    assert (matched["runs"][0]["computed"], matched["moved"]) == (0, [])
    path = short / "grid" / "experiment.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[20, 21]", "[20, 22]"), "utf-8")
    moved = call(*run)
    assert moved.code == 1
    assert "--accept" in moved.err
    assert "replicates" in moved.out
    as_json = call(*run, "--format", "json")
    assert as_json.code == 1
    names = {(row["name"], row["was"], row["now"]) for row in as_json.json["moved"]}
    assert ("replicates", 21, 22) in names
    as_csv = call(*run, "--format", "csv")
    assert as_csv.out.startswith("experiment,settings,points,computed,results,baseline,folder\n")


@pytest.mark.end_to_end
def test_two_runs_are_compared(call, short: Path):
    run = ("experiment", "run", "grid", "--folder", short, "--workers", 1)
    call(*run)
    kept = short / "kept"
    (short / "grid" / "results").rename(kept)
    call(*run)
    same = call("experiment", "compare", kept, "grid", "--folder", short)
    assert (same.code, "The runs are the same" in same.out) == (0, True)
    path = short / "grid" / "experiment.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("seed = 5", "seed = 6"), "utf-8")
    call(*run)
    other = call("experiment", "compare", kept, "grid", "--folder", short)
    assert other.code == 1
    assert "One thing differs between the runs, and so moved the numbers: seed." in other.out
    found = call("experiment", "compare", kept, "grid", "--folder", short, "--format", "json").json
    assert found["manifest"] == [{"entry": "seed", "first": "5", "second": "6"}]
    assert found["moved"]
    message = call("experiment", "compare", kept, "grdi", "--folder", short).message
    assert "holds no results of a run" in message


@pytest.mark.end_to_end
def test_a_new_experiment_runs_as_it_is_wherever_it_is(call, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = call("experiment", "new", "mine/my-question")
    assert made.code == 0
    assert "riskmodel experiment run mine/my-question" in made.out
    ran = call("experiment", "run", "mine/my-question", "--workers", 1)
    assert ran.code == 0
    assert "Child Emotional Abuse" in ran.out
    assert (tmp_path / "mine" / "my-question" / "results" / "answer.md").is_file()
    assert (tmp_path / "mine" / "my-question" / ".cache").is_dir()
    assert call("experiment", "compare", "mine/my-question", "mine/my-question").code == 0
    monkeypatch.chdir("mine/my-question")
    assert (
        call("experiment", "run", ".", "--workers", 1, "--format", "json").json["runs"][0][
            "computed"
        ]
        == 0
    )
    monkeypatch.chdir(tmp_path)
    assert "is there already" in call("experiment", "new", "mine/my-question").message
    assert "lower-case" in call("experiment", "new", "My question").message


@pytest.mark.end_to_end
def test_the_studies_of_an_installed_package_write_their_results_here(
    call, tmp_path: Path, monkeypatch
):
    # As after an installation: within the package, away from any folder of experiments.
    shipped = tmp_path / "site" / "studies"
    shutil.copytree(
        studies_folder(), shipped, ignore=shutil.ignore_patterns("quick", ".cache", "*.csv")
    )
    before = sorted(shipped.rglob("*"))
    monkeypatch.setattr(folders, "SHIPPED", shipped)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    listed = call("experiment", "list", "--format", "json").json
    assert len(listed) == 13
    assert "interval_level" in listed[0]["parameters"]
    ran = call("experiment", "run", "report-audit", "--workers", 1, "--format", "json").json
    assert ran["runs"][0]["folder"] == "experiment-results/report-audit/results"
    assert (tmp_path / "here" / ran["runs"][0]["folder"] / "answer.md").is_file()
    assert call("experiment", "compare", "report-audit", "report-audit").code == 0
    refused = call("experiment", "run", "report-audit", "--accept", "--workers", 1)
    assert "comes with the package" in refused.message
    assert sorted(shipped.rglob("*")) == before
    call("experiment", "new", "mine")
    assert call("experiment", "run", "mine", "--workers", 1).code == 0


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run",), "name the experiments to run, or give --all"),
        (("run", "grid", "--all"), "name the experiments to run, or give --all"),
        (("run", "gird"), "Did you mean 'grid'"),
        (("run", "grid", "--workers", "0"), "workers must be at least 1"),
        (("run", "grid", "--quick", "--accept"), "leave --quick or --accept out"),
        (("run", "grid", "--input", "panel"), "--input takes NAME=PATH"),
        (("run", "grid", "--input", "panel=a.csv"), "There is no input 'panel'"),
        (("run", "grid", "--format", "xml"), "There is no format 'xml'"),
    ],
)
def test_mistakes_are_one_message(call, short: Path, words, message):
    assert message in call("experiment", *words, "--folder", short).message
    assert not (short / "grid" / "results").exists()


@pytest.mark.end_to_end
def test_an_experiment_that_wants_a_file_is_left_out_of_all(call, short: Path):
    text = GRID.replace("[[steps]]", '[inputs.given]\npanel = "a panel"\n[[steps]]').replace(
        "[150, 151, 152, 153, 154, 155]", "[20]"
    )
    write_study(short / "panel", text)
    run = ("experiment", "run", "--folder", short, "--workers", 1, "--format", "json")
    everything = call(*run, "--all")
    assert [row["experiment"] for row in everything.json["runs"]] == ["grid"]
    assert "left out panel, which wants --input panel=PATH" in everything.err
    assert "give --input panel=PATH" in call(*run, "panel").message
    file = short / "panel.csv"
    file.write_text("a\n", encoding="utf-8")
    given = call(*run, "--all", "--input", f"panel={file}")
    assert [row["experiment"] for row in given.json["runs"]] == ["grid", "panel"]


@pytest.mark.end_to_end
@pytest.mark.skipif(sys.platform == "win32", reason="a signal that cannot be caught")
def test_a_run_that_is_killed_goes_on_where_it_was(call, folder: Path):
    words = ["experiment", "run", "grid", "--folder", str(folder), "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "riskmodel", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ),
    )
    cache = folder / "grid" / ".cache" / "full"

    def points() -> list[Path]:
        # What a run was writing when it was killed lies beside under a hidden name.
        return [path for path in cache.glob("*/point.json") if path.parent.name[0] != "."]

    for _ in range(3000):
        if len(points()) >= 2:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {path.parent.name for path in points()}
    assert 2 <= len(kept) < 6, "killed too late to show anything"
    assert not (folder / "grid" / "results").exists()
    stamps = {key: (cache / key / "0.parquet").stat().st_mtime_ns for key in kept}
    found = call(*words, "--format", "json")
    assert found.json["runs"][0]["computed"] == 6 - len(kept)
    assert {key: (cache / key / "0.parquet").stat().st_mtime_ns for key in kept} == stamps
    names = {path.name for path in (folder / "grid" / "results").iterdir()}
    assert {"answer.md", "manifest.json", "summary.csv"} <= names
    assert len(list(cache.iterdir())) == 6
