"""How quickly the package starts and writes its report."""

from __future__ import annotations

import subprocess
import sys

import pytest


def command(*words: str):
    return lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True)


@pytest.mark.end_to_end
def test_import(compare):
    found = compare(
        "import riskmodel",
        command("-c", "import riskmodel"),
        "import numpy",
        command("-c", "import numpy"),
        "at most 3",
    )
    assert found.ratio > 0


@pytest.mark.end_to_end
def test_help(compare):
    found = compare(
        "riskmodel --help", command("-m", "riskmodel", "--help"), "half a second", 0.5, "at most 1"
    )
    assert found.ratio > 0


@pytest.mark.end_to_end
def test_report(compare, tmp_path):
    found = compare(
        "riskmodel report",
        command("-m", "riskmodel", "report", "--out", str(tmp_path / "report")),
        "fifteen seconds",
        15.0,
        "at most 1",
        rounds=3,
    )
    assert found.ratio > 0
