"""Places that files cannot be written to: one message, before the work, and nothing left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PANEL = "la_code,area,year,cpp_at_31_mar\n801,Here,2014,100\n801,Here,2015,110\n"
BELOW_A_FILE = [
    ("project", "--out", "{}.svg"),
    ("caseload", "--out", "{}.svg"),
    ("caseload", "--show", "loop", "--out", "{}.svg"),
    ("scenario", "compare", "baseline", "plateau", "--out", "{}.svg"),
    ("backtest", "panel.csv", "--out", "{}.svg"),
    ("factors", "--out", "{}.svg"),
    ("sensitivity", "--assessments", "2250", "--out", "{}.svg"),
    ("intake", "panel", "panel.csv", "--out", "{}.csv"),
    ("intake", "panel", "panel.csv", "--out", "new.csv", "--notes-out", "{}.csv"),
    ("intake", "check", "panel.csv", "--issues-out", "{}.csv"),
    ("scenario", "new", "mine", "--out", "{}.toml"),
    ("experiment", "new", "panel.csv/deeper/mine"),
    ("cohort", "generate", "--assessments", "2250", "--out", "{}.csv"),
    ("national", "panel.csv", "--out", "panel.csv/deeper"),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a panel and nothing else."""
    (tmp_path / "panel.csv").write_text(PANEL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.end_to_end
@pytest.mark.parametrize("words", BELOW_A_FILE, ids=" ".join)
def test_a_place_below_a_file_is_one_message_and_nothing_is_left(call, here, words):
    said = call(*(word.format("panel.csv/below") for word in words)).message
    assert "panel.csv is a file" in said
    assert [each.name for each in here.iterdir()] == ["panel.csv"]
    assert (here / "panel.csv").read_text("utf-8") == PANEL


@pytest.mark.end_to_end
def test_a_folder_that_appears_as_a_file_meanwhile_is_one_message(here):
    from riskmodel.cli.output import write_picture
    from riskmodel.errors import OutputError

    with pytest.raises(OutputError, match=r"panel\.csv is a file"):
        write_picture(here / "panel.csv" / "chart.svg", b"<svg/>", b"")


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    "words",
    [("project", "--out", "new/fan.svg"), ("intake", "panel", "panel.csv", "--out", "a.csv")],
    ids=" ".join,
)
def test_a_folder_that_takes_nothing_new_is_refused_before_the_work(call, here, monkeypatch, words):
    # Whoever runs the tests may write anywhere, so the answer of the system is put in.
    monkeypatch.setattr("riskmodel.cli.output.os.access", lambda _, mode: mode != os.W_OK)
    assert f"{here} takes no new file" in call(*words).message
    assert [each.name for each in here.iterdir()] == ["panel.csv"]
