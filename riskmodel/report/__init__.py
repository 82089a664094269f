"""Results to plain data, and plain data to a page, charts, an accessible workbook and CSV files.

What is heavy (drawing, the workbook) is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOME_OF = {
    "CaseloadData": "riskmodel.report.sections",
    "Card": "riskmodel.report.model",
    "Cards": "riskmodel.report.model",
    "Chart": "riskmodel.report.model",
    "OutlookData": "riskmodel.report.sections",
    "Paragraph": "riskmodel.report.model",
    "Point": "riskmodel.report.model",
    "Report": "riskmodel.report.model",
    "ScenarioData": "riskmodel.report.sections",
    "Section": "riskmodel.report.model",
    "Table": "riskmodel.report.model",
    "assumptions_section": "riskmodel.report.sections",
    "audit_section": "riskmodel.report.sections",
    "brief_section": "riskmodel.report.sections",
    "caseload_point": "riskmodel.report.sections",
    "caseload_section": "riskmodel.report.sections",
    "cohort_section": "riskmodel.report.sections",
    "factors_section": "riskmodel.report.sections",
    "impact_section": "riskmodel.report.sections",
    "lookup_section": "riskmodel.report.sections",
    "manifest_section": "riskmodel.report.sections",
    "margins_section": "riskmodel.report.sections",
    "outlook_point": "riskmodel.report.sections",
    "outlook_section": "riskmodel.report.sections",
    "own_point": "riskmodel.report.sections",
    "own_section": "riskmodel.report.sections",
    "published_section": "riskmodel.report.sections",
    "render_html": "riskmodel.report.html",
    "scenario_point": "riskmodel.report.sections",
    "scenarios_section": "riskmodel.report.sections",
    "summary_points": "riskmodel.report.sections",
    "trust_point": "riskmodel.report.sections",
    "trust_section": "riskmodel.report.sections",
    "write_report": "riskmodel.report.write",
    "write_workbook": "riskmodel.report.workbook",
}

__all__ = [
    "Card",
    "Cards",
    "CaseloadData",
    "Chart",
    "OutlookData",
    "Paragraph",
    "Point",
    "Report",
    "ScenarioData",
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
        CaseloadData,
        OutlookData,
        ScenarioData,
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


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
