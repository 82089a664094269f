"""What the tutorial asks of a processor: from a made-up folder to the page."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.end_to_end
def test_the_commands_of_the_tutorial(record, measured_command, tmp_path: Path):
    folder, out = str(tmp_path / "ex"), tmp_path / "report"
    used = {
        words[0]: measured_command("-m", "riskmodel", *words).processor
        for words in (
            ("new", folder, "--example"),
            ("check", folder),
            ("report", folder, "--out", str(out)),
        )
    }
    assert (out / "index.html").is_file()
    name = "the tutorial, processor time: " + ", ".join(used)
    found = record(name, sum(used.values()), "sixty seconds", 60.0, "at most 1")
    assert found.ratio > 0
