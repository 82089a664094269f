"""A whole report, made once, and one small made-up report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import riskmodel
from riskmodel.authority.folder.authority import Authority
from riskmodel.report import Paragraph, Report, Section, Table, render_html, write_report
from riskmodel.report.folder_page import authority_report
from riskmodel.report.sizes import Sizes

from .made_up import made_up_report

SIZES = Sizes(months=26, replicates=100, seed=3)
MANIFEST = {
    "version": "0.0.0",
    "command": ["riskmodel", "report", "--out", "somewhere"],
    "inputs": {"risk_factors.csv": "0" * 64},
    "parameters": "1" * 64,
    "seed": None,
    "libraries": {"numpy": "2.0.0"},
}


@pytest.fixture(scope="module", autouse=True)
def _calibrated_once(calibrated_once: None) -> None:
    """The same figures are calibrated once for all tests."""


@pytest.fixture(scope="session")
def example() -> Authority:
    """The authority that ships; what the report computes of it is kept."""
    return riskmodel.example()


@pytest.fixture(scope="session")
def whole_report(example: Authority) -> Report:
    """The report of the authority that ships, its brief before its sections."""
    return authority_report(example, SIZES)


@pytest.fixture(scope="session")
def report(whole_report: Report) -> Report:
    """The sections of that report, which are its annex, by themselves."""
    return replace(whole_report, brief=None)


@pytest.fixture(scope="session")
def page(report: Report) -> str:
    return render_html(report)


@pytest.fixture(scope="session")
def written(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "out"
    write_report(report, out)
    return out


@pytest.fixture(scope="session")
def briefed() -> Report:
    return made_up_report(MANIFEST)


@pytest.fixture(scope="session")
def brief_written(briefed: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("brief") / "out"
    write_report(briefed, out)
    return out


@pytest.fixture
def small() -> Report:
    """A report of one table whose cells try to be more than text."""
    frame = pd.DataFrame(
        {
            "name": ["=1+1", "+44", "-cmd", "@sum", "<script>alert(1)</script>", "a $$b$$"],
            "count": [1, 2, 3, -4, 5, 6],
            "share": ["1.5%", "-2.5%", "3%", "0%", "10.25%", "4%"],
        }
    )
    table = Table("small", "A <small> table & more", frame, {"name": "Name"}, ("=note",), "=src")
    section = Section("only", "Only", (Paragraph("One & two"), table))
    return Report("Title <b>", "", (), (section,), {"version": "1"})
