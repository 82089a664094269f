"""The folder that installs without a network: which lines of the lock file hold for a system."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.unit

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LOCK = """\
# a comment
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via click
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:cc
rich==15.0.0 \\
    --hash=sha256:dd
"""


@pytest.fixture(scope="module")
def requirements_for():
    return runpy.run_path(str(REQUIREMENTS / "wheelhouse.py"))["requirements_for"]


@pytest.mark.parametrize(
    ("platform", "python", "lines"),
    [
        (
            "win_amd64",
            "3.12",
            ["colorama==0.4.6 --hash=sha256:aa --hash=sha256:bb", "rich==15.0.0 --hash=sha256:dd"],
        ),
        (
            "linux_x86_64",
            "3.11",
            ["numpy==2.4.6 --hash=sha256:cc", "rich==15.0.0 --hash=sha256:dd"],
        ),
    ],
)
def test_markers_choose_the_lines(requirements_for, platform, python, lines) -> None:
    assert requirements_for(LOCK, platform, python).splitlines() == lines


def test_pyarrow_is_taken_along_where_it_is_asked_for() -> None:
    locked = runpy.run_path(str(REQUIREMENTS / "wheelhouse.py"))["locked"]
    assert "pyarrow" not in locked()
    (line,) = [line for line in locked("arrow").splitlines() if line.startswith("pyarrow==")]
    assert Requirement(line.rstrip(" \\")).name == "pyarrow"


def test_the_lock_of_this_package_keeps_its_hashes(requirements_for) -> None:
    text = (REQUIREMENTS / "run.txt").read_text(encoding="utf-8")
    lines = requirements_for(text, "win_amd64", "3.13").splitlines()
    names = [Requirement(line.split(" --hash")[0]).name for line in lines]
    assert {"numpy", "pandas", "colorama"} <= set(names)
    assert all(" --hash=sha256:" in line for line in lines)
