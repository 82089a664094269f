"""Names for daily use are there, and cost nothing before they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import riskmodel.demand


@pytest.mark.unit
def test_every_name_is_found():
    for name in riskmodel.demand.__all__:
        assert getattr(riskmodel.demand, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'simulated'"):
        _ = riskmodel.demand.simulated


@pytest.mark.integration
def test_the_package_is_imported_without_scipy():
    code = "import sys, riskmodel.demand; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
