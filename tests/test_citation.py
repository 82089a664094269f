"""The citation is one, wherever it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import riskmodel
from riskmodel.core.citation import DATA_LICENCES, citation

ROOT = Path(__file__).parent.parent


@pytest.mark.unit
def test_the_file_for_citing_says_the_version_that_runs():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == riskmodel.__version__
    assert cited["license"] == "MIT"
    assert cited["authors"][0]["name"] in citation(riskmodel.__version__)


@pytest.mark.end_to_end
def test_the_command_prints_version_and_licences_of_data():
    printed = subprocess.run(
        [sys.executable, "-m", "riskmodel", "--cite"], check=True, capture_output=True, text=True
    ).stdout
    assert f"version {riskmodel.__version__}" in printed
    assert all(data in printed for data in DATA_LICENCES)
