"""The command line called in this process, and small cohorts to call it on."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from riskmodel.cli.run import run


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON; NaN and infinity are none."""
        return json.loads(self.out, parse_constant=_refuse)

    @property
    def message(self) -> str:
        """The one message of a refusal: exit code 2, nothing on standard output."""
        assert (self.code, self.out) == (2, ""), self
        assert "Traceback" not in self.err
        assert len(self.err) < 1000
        return self.err


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


Call = Callable[..., Answer]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call ``riskmodel`` with these words; ``columns`` makes it write to a terminal that wide."""

    def answer(*words: object, columns: int | None = None) -> Answer:
        capsys.readouterr()
        terminal = None if columns is None else Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["riskmodel", *map(str, words)])
            if terminal is not None:
                patch.setenv("COLUMNS", str(columns))
                patch.setenv("NO_COLOR", "1")
                patch.setattr(sys, "stdout", terminal)
            with pytest.raises(SystemExit) as ended:
                run()
        said = capsys.readouterr()
        out = said.out if terminal is None else terminal.getvalue()
        assert isinstance(ended.value.code, int)
        return Answer(ended.value.code, out, said.err)

    return answer


@pytest.fixture(scope="module", autouse=True)
def _calibrated_once(calibrated_once: None) -> None:
    """What a command finds is calibrated once for all commands."""


@pytest.fixture(scope="session")
def synthetic() -> Path:
    """The folder of the reference cohort."""
    return Path(__file__).resolve().parents[2] / "data" / "synthetic"
