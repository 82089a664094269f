"""Projections, caseloads and scenarios as parts of a report."""

from __future__ import annotations

from riskmodel.authority.results import ServiceResults
from riskmodel.demand.pooled.measured import measured_backtest
from riskmodel.report.model import Point, Section
from riskmodel.report.sections.brief import brief_section
from riskmodel.report.sections.caseload import caseload_point, caseload_section
from riskmodel.report.sections.outlook import outlook_point, outlook_section
from riskmodel.report.sections.scenarios import scenario_point, scenarios_section
from riskmodel.report.sections.trust import trust_point, trust_section

__all__ = ["service_parts"]


def service_parts(results: ServiceResults) -> tuple[tuple[Point, ...], tuple[Section, ...]]:
    """Main points and sections: the two-minute page first, then what stands behind it."""
    worth = measured_backtest()
    return (
        outlook_point(results.outlook),
        trust_point(worth),
        caseload_point(results),
        scenario_point(results.comparison),
    ), (
        brief_section(results, worth),
        outlook_section(results.outlook),
        trust_section(worth),
        caseload_section(results),
        scenarios_section(results),
    )
