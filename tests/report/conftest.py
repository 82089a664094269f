"""A whole report, made once, and one small made-up report."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from riskmodel.authority.results import service_results
from riskmodel.factors import factor_rates, feasible_region
from riskmodel.published import audit, factor_counts, load_table, printed_quadrants, table_ids
from riskmodel.report import Paragraph, Report, Section, Table, render_html, write_report
from riskmodel.report.sections import (
    assumptions_section,
    audit_section,
    factors_section,
    lookup_section,
    manifest_section,
    published_section,
    summary_points,
)
from riskmodel.report.service import service_parts

from .made_up import made_up_report

MANIFEST = {
    "version": "0.0.0",
    "command": ["riskmodel", "report", "--out", "somewhere"],
    "inputs": {"risk_factors.csv": "0" * 64},
    "parameters": "1" * 64,
    "seed": None,
    "libraries": {"numpy": "2.0.0"},
}


def make_report() -> Report:
    """The whole report, composed from nothing."""
    counts, printed, found = factor_counts(), printed_quadrants(), audit()
    tables = tuple(load_table(name) for name in table_ids())
    rates = factor_rates(counts)
    regions = {
        "plans": feasible_region(counts, printed, prevalence="plans"),
        "assessments": feasible_region(counts, printed, prevalence="assessments"),
    }
    ahead, parts = service_parts(service_results(months=24, replicates=100, seed=1))
    log = pd.DataFrame(
        [("interval_level", 0.95, "proportion", "assumed", "usual practice", "as in most tables")],
        columns=["name", "value", "unit", "basis", "source", "reason"],
    )
    return Report(
        "What the report card says",
        "Published figures rebuilt",
        (*summary_points(rates, regions, found, tables), *ahead),
        (
            *parts,
            factors_section(rates, regions, printed, source="Report Card, paragraph 16"),
            published_section(tables, found),
            audit_section(found),
            lookup_section(tables),
            assumptions_section(log),
            manifest_section(MANIFEST),
        ),
        MANIFEST,
    )


@pytest.fixture(scope="session")
def report() -> Report:
    return make_report()


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
