"""The command line called in this process, and small cohorts to call it on."""

from __future__ import annotations

import io
import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from riskmodel.cli.run import run
from riskmodel.demand import projecting
from riskmodel.demand.calibration.result import Calibration


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


@pytest.fixture(scope="session")
def _calibrations() -> dict[bytes, Any]:
    return {}


@pytest.fixture
def calibrated_once(monkeypatch: pytest.MonkeyPatch, _calibrations: dict[bytes, Any]) -> None:
    """The same figures and seed are calibrated once; everything after them is computed each time.

    What is the same is told by every value that goes in, not by a name.
    """
    usual = projecting.calibrate_model

    def calibrate(*values: Any, share_done: Callable[[float], None], **more: Any) -> Any:
        key = pickle.dumps((values, sorted(more.items())))
        if key not in _calibrations:
            _calibrations[key] = usual(*values, share_done=share_done, **more)
        return _calibrations[key]

    found_left = Calibration.open_children_left

    def open_children_left(self: Calibration, months: int) -> Any:
        # Calibrations that are kept keep their identity.
        key = f"{id(self)} {months}".encode()
        if not any(self is each for each in _calibrations.values()):
            return found_left(self, months)
        if key not in _calibrations:
            _calibrations[key] = found_left(self, months)
        return _calibrations[key]

    monkeypatch.setattr(projecting, "calibrate_model", calibrate)
    monkeypatch.setattr(Calibration, "open_children_left", open_children_left)


@pytest.fixture(scope="session")
def synthetic() -> Path:
    """The folder of the reference cohort."""
    return Path(__file__).resolve().parents[2] / "data" / "synthetic"
