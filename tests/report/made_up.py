"""A made-up report with a brief of six pages, as full as a brief may be; its charts are real."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodel.report import Chart, Paragraph, Point, Report, Section, Table
from riskmodel.report.charts import Drawing, draw_ranges
from riskmodel.report.charts.fan import Fan, draw_fans
from riskmodel.report.model import Brief, Number

PAGES = {
    "ahead": "626 children were on a plan in July 2015; 558 are projected for March 2017",
    "growth": "More plans started, and each lasted about as long as before",
    "factors": "Emotional abuse is the factor whose assessments most often lead to a plan",
    "caseload": "To hold 14 cases or fewer the service would need 155 posts, 58 more than now",
    "scenarios": "Two years of earlier help would take six children off plans",
    "trust": "Projections two years ahead were 12% more accurate than assuming no change",
}
POINTS = {
    "growth": "626 children were on a plan in July 2015, 48% more than two years before.",
    "caseload": "Caseloads rose because there were fewer social workers, not more cases: cases "
    "fell by 7% in a year while workers fell from about 97 to 76.",
    "all_ahead": "With no change of policy the central projection for 31 March 2017 is 558 "
    "children on a plan, down from 626 (90% range 399 to 792).",
    "": "For an 80% chance of an average caseload of 14 or fewer by September 2017, the service "
    "would need about 155 posts, 58 more than now, and all of them filled.",
    "trust": "Tested on 80 other authorities, projections two years ahead were 12% more accurate "
    "than assuming no change.",
}
NUMBERS = """
Children on a plan|626|July 2015|558, down from 626|31 March 2017|399 to 792
Children looked after|577|September 2015|584, up from 577|31 March 2017|487 to 705
Cases for each worker|20|July 2015|20.2, about the same|30 September 2017|16.6 to 24.7
Social workers needed|97 posts|July 2015|155 posts, 58 more|30 September 2017|139 to 173
Cost a year|£4.9m|2014/15|£6.1m, up by £1.2m|2016/17|£5.7m to £6.6m
"""
SAID = (
    "Starts of plans rose from 31 to 47 a month between July 2013 and July 2015. Durations hardly "
    "changed: half of the plans that ended in the last year had lasted less than nine months. "
    "What remains is explained by the child population, which grew by 1% over the two years, and "
    "by referrals, of which a larger share led to an assessment than before."
)
BASIS = (
    "Sources: Report Card of November 2015; local area tables of the Department for Education.",
    "Figures to 31 July 2015. Basis: observed to that day, projected after it.",
    "Contact: performance@example.org.",
)
SOURCE = "Projected from the report card; 500 simulations"


def made_up_report(manifest: dict[str, object]) -> Report:
    """The first page leads to an annex section of another name, the others to their own."""
    annex = {name: f"all_{name}" if name == "ahead" else name for name in PAGES}
    charts = {
        name: _ranges(name) if number % 2 else _fans(name, 1 + number % 4)
        for number, name in enumerate(PAGES)
    }
    pages = [
        Section(
            name,
            message,
            (
                Paragraph(SAID),
                charts[name],
                *(() if name == "ahead" else (Paragraph(SAID), _numbers(name))),
            ),
            annex="" if annex[name] == name else annex[name],
        )
        for name, message in PAGES.items()
    ]
    sections = [
        Section(annex[name], f"All about {name}", (charts[name], _numbers(f"{name}_more")))
        for name in PAGES
    ]
    brief = Brief(
        tuple(Point(text, section) for section, text in POINTS.items()),
        tuple(Number(*line.split("|")) for line in NUMBERS.strip().splitlines()),
        tuple(pages),
        BASIS,
    )
    title = "Children on protection plans: what to expect and what it takes"
    summary = (Point(POINTS["trust"], "trust"),)
    named = {"authority": "Northshire", "date": "31 July 2015"}
    return Report(title, "", summary, tuple(sections), manifest, brief, **named)


def _numbers(name: str) -> Table:
    frame = pd.DataFrame(
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
    return Table(f"{name}_numbers", f"Numbers on {name}", frame, labels, (), SOURCE, "projected")


def _fans(name: str, panels: int) -> Chart:
    times = 2015.58 + np.arange(1, 61) / 12
    spread = 22 * np.sqrt(12 * (times - 2015.58))
    normal = {0.025: -1.96, 0.1: -1.28, 0.25: -0.67, 0.5: 0.0, 0.75: 0.67, 0.9: 1.28, 0.975: 1.96}
    quantiles = {level: 626 - 30 * (times - 2015.58) + z * spread for level, z in normal.items()}
    history = [(2013.58, 422.0, 0.0), (2014.58, 454.0, 4.0), (2015.58, 626.0, 0.0)]
    fans = [Fan(f"Group {n + 1}", history, times, quantiles, {}) for n in range(panels)]
    months = [f"{2015 + number // 12}-{number % 12 + 1:02d}" for number in range(7, 19)]
    frame = pd.DataFrame({"month": months, "q50": range(626, 590, -3)})
    frame = frame.assign(q05=frame["q50"] - 80, q95=frame["q50"] + 90)
    labels = {"month": "End of", "q50": "Central projection", "q05": "Low end", "q95": "High end"}
    return _chart(name, "Numbers to date and projected", draw_fans(name, fans), frame, labels)


def _ranges(name: str) -> Chart:
    rows = [(f"Factor {n} of nine", 40.0 - 3 * n, 35.0 - 3 * n, 46.0 - 3 * n) for n in range(9)]
    frame = pd.DataFrame(rows, columns=["factor", "rate", "rate_low", "rate_high"])
    drawing = draw_ranges(name, rows, across="Percent, with 95% range")
    labels = {"factor": "Factor", "rate": "Share", "rate_low": "Low end", "rate_high": "High end"}
    return _chart(name, "Share of assessments that led to a plan", drawing, frame, labels)


def _chart(
    name: str, title: str, drawing: Drawing, frame: pd.DataFrame, labels: dict[str, str]
) -> Chart:
    title = f"{title}: {name}"
    return Chart(
        f"{name}_drawn",
        title,
        f"{title}. The same numbers stand in the table.",
        "Dots: figures to date. Line: the central projection. Bands: ranges.",
        drawing.svg,
        drawing.png,
        Table(f"{name}_data", f"{title}: numbers", frame, labels, (), SOURCE, "projected"),
        SOURCE,
        "projected",
        drawing.svg_narrow,
    )
