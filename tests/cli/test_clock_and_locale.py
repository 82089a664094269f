"""The clock and the language of a machine change no byte, and no release is lost by them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from riskmodel.cli.run import run
from riskmodel.disclosure import ledger
from riskmodel.disclosure.ledger import Ledger

ROWS = "plan,3B,16A,area\n" + "".join(
    f"{i % 3 == 0},{i % 2},{i % 7 == 0},{'north' if i % 4 else 'ILMINSTER'}\n" for i in range(120)
)
PLACES = (
    {"LC_ALL": "C", "LANG": "C", "TZ": "UTC"},
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
    {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "America/St_Johns"},
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("RISKMODEL_LEDGER", raising=False)
    path = tmp_path / "own.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.mark.end_to_end
def test_another_language_and_time_zone_print_the_same_bytes(own: Path):
    printed = set()
    for number, settings in enumerate(PLACES):
        words = ("factors", str(own), "--by", "area", "--format", "csv")
        done = subprocess.run(
            [sys.executable, "-m", "riskmodel", *words, "--ledger", str(own.parent / f"l{number}")],
            capture_output=True,
            check=False,
            env={**os.environ, **settings},
        )
        assert done.returncode == 0, done.stderr
        printed.add(done.stdout)
    assert len(printed) == 1
    assert b"ILMINSTER" in printed.pop()


@pytest.mark.integration
def test_a_clock_that_goes_backward_loses_no_release(own: Path, monkeypatch, capsys):
    now = datetime.now(UTC)

    class Clock(datetime):
        """Goes back by a year with each look."""

        looks = 0

        @classmethod
        def now(cls, tz=None):
            cls.looks += 1
            return (now - timedelta(days=365 * cls.looks)).astimezone(tz)

    monkeypatch.setattr(ledger, "datetime", Clock)
    monkeypatch.setattr(time, "time", lambda: now.timestamp() - 1e8 * Clock.looks)
    for by in ("area", None):
        words = ["factors", str(own), "--format", "csv", *(["--by", by] if by else [])]
        monkeypatch.setattr(sys, "argv", ["riskmodel", *words])
        with pytest.raises(SystemExit) as ended:
            run()
        assert ended.value.code in (0, None)
    capsys.readouterr()
    assert Clock.looks >= 2
    first, second = Ledger(own.parent / ledger.FOLDER).read()
    assert (first.number, second.number) == (1, 2)
