"""Results to plain data, and plain data to a page, charts, an accessible workbook and CSV files.

What is heavy (drawing, the workbook) is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names

__all__ = [
    "Card",
    "Cards",
    "Chart",
    "Paragraph",
    "Point",
    "Report",
    "Section",
    "Table",
    "assumptions_section",
    "audit_section",
    "brief_section",
    "caseload_point",
    "caseload_section",
    "cohort_section",
    "factors_section",
    "impact_section",
    "lookup_section",
    "manifest_section",
    "margins_section",
    "outlook_point",
    "outlook_section",
    "own_point",
    "own_section",
    "published_section",
    "render_html",
    "scenario_point",
    "scenarios_section",
    "summary_points",
    "trust_point",
    "trust_section",
    "write_report",
    "write_workbook",
]

if TYPE_CHECKING:
    from riskmodel.report.html import render_html
    from riskmodel.report.model import Card, Cards, Chart, Paragraph, Point, Report, Section, Table
    from riskmodel.report.sections import (
        assumptions_section,
        audit_section,
        brief_section,
        caseload_point,
        caseload_section,
        cohort_section,
        factors_section,
        impact_section,
        lookup_section,
        manifest_section,
        margins_section,
        outlook_point,
        outlook_section,
        own_point,
        own_section,
        published_section,
        scenario_point,
        scenarios_section,
        summary_points,
        trust_point,
        trust_section,
    )
    from riskmodel.report.workbook import write_workbook
    from riskmodel.report.write import write_report

__getattr__ = lazy_names(
    __name__,
    {
        ".html": "render_html",
        ".model": "Card Cards Chart Paragraph Point Report Section Table",
        ".sections": (
            "assumptions_section "
            "audit_section brief_section caseload_point caseload_section "
            "cohort_section factors_section impact_section lookup_section "
            "manifest_section margins_section outlook_point outlook_section "
            "own_point own_section published_section scenario_point "
            "scenarios_section summary_points trust_point trust_section"
        ),
        ".workbook": "write_workbook",
        ".write": "write_report",
    },
)
