"""Results as sections of the report: one function a result."""

from riskmodel.report.sections.audit import audit_section
from riskmodel.report.sections.brief import brief_section
from riskmodel.report.sections.caseload import caseload_point, caseload_section
from riskmodel.report.sections.cohort import cohort_section
from riskmodel.report.sections.factors import factors_section
from riskmodel.report.sections.impact import impact_section
from riskmodel.report.sections.lookup import lookup_section
from riskmodel.report.sections.margins import margins_section
from riskmodel.report.sections.outlook import outlook_point, outlook_section
from riskmodel.report.sections.own import own_point, own_section
from riskmodel.report.sections.published import published_section
from riskmodel.report.sections.record import assumptions_section, manifest_section
from riskmodel.report.sections.scenarios import (
    scenario_point,
    scenarios_section,
)
from riskmodel.report.sections.summary import summary_points
from riskmodel.report.sections.trust import trust_point, trust_section

__all__ = [
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
    "scenario_point",
    "scenarios_section",
    "summary_points",
    "trust_point",
    "trust_section",
]
