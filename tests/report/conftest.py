"""A whole report, made once, and one small made-up report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.authority.results import service_results
from riskmodel.factors import factor_rates, feasible_region
from riskmodel.published import audit, factor_counts, load_table, printed_quadrants, table_ids
from riskmodel.report import (
    Chart,
    Paragraph,
    Point,
    Report,
    Section,
    Table,
    render_html,
    write_report,
)
from riskmodel.report.charts import Drawing, draw_ranges
from riskmodel.report.charts.fan import Fan, draw_fans
from riskmodel.report.model import Brief, Number
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


MESSAGES = {
    "ahead": "626 children were on a plan in July 2015; 558 are projected for March 2017",
    "growth": "More plans started, and each lasted about as long as before",
    "factors": "Emotional abuse is the factor whose assessments most often lead to a plan",
    "caseload": "To hold 14 cases or fewer the service would need 155 posts, 58 more than now",
    "scenarios": "Two years of earlier help would take six children off plans",
    "trust": "Projections two years ahead were 12% more accurate than assuming no change",
}
SAID = (
    "Starts of plans rose from 31 to 47 a month between July 2013 and July 2015. Durations hardly "
    "changed: half of the plans that ended in the last year had lasted less than nine months. "
    "What remains is explained by the child population, which grew by 1% over the two years, and "
    "by referrals, of which a larger share led to an assessment than before."
)


def fan(title: str, start: float, drift: float) -> Fan:
    times = 2015.58 + np.arange(1, 61) / 12
    middle, spread = start + drift * (times - 2015.58), 22 * np.sqrt(12 * (times - 2015.58))
    normal = {0.025: -1.96, 0.1: -1.28, 0.25: -0.67, 0.5: 0.0, 0.75: 0.67, 0.9: 1.28, 0.975: 1.96}
    history = [(2013.58, 0.67 * start, 0.0), (2014.58, 0.72 * start, 4.0), (2015.58, start, 0.0)]
    quantiles = {level: middle + score * spread for level, score in normal.items()}
    return Fan(title, history, times, quantiles, {})


def chart_of(name: str, title: str, drawing: Drawing, data: pd.DataFrame) -> Chart:
    labels = {
        "month": "End of",
        "q50": "Central projection",
        "q05": "90% range: low end",
        "q95": "90% range: high end",
        "factor": "Factor",
        "rate": "Share",
        "rate_low": "95% range: low end",
        "rate_high": "95% range: high end",
    }
    return Chart(
        name,
        title,
        f"{title}. The same numbers stand in the table.",
        "Dots: figures to date. Line: the central projection. Bands: ranges.",
        drawing.svg,
        drawing.png,
        Table(f"{name}_data", f"{title}: numbers", data, labels),
        "Projected from the report card; 500 simulations",
        "projected",
        drawing.svg_narrow,
    )


@pytest.fixture(scope="session")
def briefed() -> Report:
    """A made-up report with a brief of six pages, as full as a brief may be."""
    stocks = ("Children on a plan", "Children looked after", "Children on a child in need plan")
    months = [f"{2015 + number // 12}-{number % 12 + 1:02d}" for number in range(7, 19)]
    ahead = pd.DataFrame({"month": months, "q50": range(626, 590, -3)})
    ahead = ahead.assign(q05=ahead["q50"] - 80, q95=ahead["q50"] + 90)
    rows = [
        (f"Factor number {n} of the list", 40.0 - 3 * n, 35.0 - 3 * n, 46.0 - 3 * n)
        for n in range(9)
    ]
    rates = pd.DataFrame(rows, columns=["factor", "rate", "rate_low", "rate_high"])
    table = pd.DataFrame(
        {
            "name": ["Children on a plan", "Children looked after", "Cases for each worker"],
            "now": ["626", "577", "20"],
            "march_2016": ["600 (485 to 752)", "570 (510 to 640)", "20.1 (18.0 to 22.3)"],
            "march_2017": ["558 (399 to 792)", "584 (487 to 705)", "20.2 (16.6 to 24.7)"],
        }
    )
    labels = {
        "name": "At the end of the month",
        "now": "July 2015",
        "march_2016": "March 2016 (90% range)",
        "march_2017": "March 2017 (90% range)",
    }
    pages, sections = [], []
    for number, (name, message) in enumerate(MESSAGES.items()):
        if number % 2:
            chart = chart_of(
                f"{name}_drawn",
                "Share of assessments that led to a plan",
                draw_ranges(name, rows, across="Percent, with 95% range"),
                rates,
            )
        else:
            fans = [fan(stock, 626.0, -30.0) for stock in stocks[: 3 if number == 2 else 1]]
            chart = chart_of(
                f"{name}_drawn", "Numbers to date and projected", draw_fans(name, fans), ahead
            )
        shown = Table(
            f"{name}_numbers",
            "The numbers",
            table,
            labels,
            (),
            "Report card; 500 simulations",
            "projected",
        )
        more = Table(f"{name}_more", "More numbers", table, labels, folded=True)
        said = [Paragraph(SAID), Paragraph(SAID)] if number else [Paragraph(SAID)]
        blocks = (*said, chart, shown) if number else (chart,)
        pages.append(Section(name, message, blocks, annex="all_ahead" if number == 0 else ""))
        sections.append(
            Section("all_ahead" if number == 0 else name, f"Annex on {name}", (chart, more))
        )
    basis = (
        "Sources: Report Card of November 2015; local area tables of the Department for Education.",
        "Figures to 31 July 2015. Basis: observed to that day, projected after it.",
        "Contact: performance@example.org.",
    )
    numbers = (
        Number(
            "Children on a plan",
            "626",
            "July 2015",
            "558, down from 626",
            "31 March 2017",
            "399 to 792",
        ),
        Number(
            "Children looked after",
            "577",
            "September 2015",
            "584, up from 577",
            "31 March 2017",
            "487 to 705",
        ),
        Number(
            "Cases for each worker",
            "20",
            "July 2015",
            "20.2, about the same",
            "30 September 2017",
            "16.6 to 24.7",
        ),
        Number(
            "Social workers needed",
            "97 posts",
            "July 2015",
            "155 posts, 58 more",
            "30 September 2017",
            "139 to 173",
        ),
        Number(
            "Cost a year", "£4.9m", "2014/15", "£6.1m, up by £1.2m", "2016/17", "£5.7m to £6.6m"
        ),
    )
    points = (
        Point(
            "626 children were on a protection plan in July 2015, 48% more than two years before.",
            "growth",
        ),
        Point(
            "Caseloads rose because there were fewer social workers, not more cases: cases fell by 7% in a year while workers fell from about 97 to 76.",
            "caseload",
        ),
        Point(
            "With no change of policy the central projection for 31 March 2017 is 558 children on a plan, down from 626 (90% range 399 to 792).",
            "all_ahead",
        ),
        Point(
            "For an 80% chance of an average caseload of 14 or fewer by September 2017, the service would need about 155 posts, 58 more than now, and all of them filled."
        ),
        Point(
            "Tested on 80 other authorities, projections two years ahead were 12% more accurate than assuming no change.",
            "trust",
        ),
    )
    return Report(
        "Children on protection plans: what to expect and what it takes",
        "Northshire: figures to 31 July 2015",
        (Point("Everything in the annex.", "trust"),),
        tuple(sections),
        MANIFEST,
        Brief(points, numbers, tuple(pages), basis),
        authority="Northshire",
        date="31 July 2015",
    )
