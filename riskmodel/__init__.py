"""Analysis of child protection activity: published aggregates, factors, demand and caseload.

The package describes groups of assessments. It never scores a child.

Public names are loaded when first used, so that ``import riskmodel`` stays fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names
from riskmodel.core.result import pictures_from
from riskmodel.core.version import __version__

__all__ = [
    "Assessments",
    "Authority",
    "AuthorityPanel",
    "CaseloadPlan",
    "Comparison",
    "Estimate",
    "FactorAnalysis",
    "FactorCounts",
    "FactorRates",
    "Figure",
    "Interval",
    "Outlook",
    "PostsNeeded",
    "Projection",
    "PublishedTable",
    "Scenario",
    "__version__",
    "analyse_factors",
    "audit",
    "backtest",
    "compare",
    "example",
    "factor_counts",
    "factor_rates",
    "generate_cohort",
    "load_library",
    "load_table",
    "margin_bounds",
    "measure_impact",
    "open_authority",
    "plan_caseload",
    "posts_needed",
    "project",
    "read_assessments",
    "read_lists",
    "read_looked_after",
    "read_panel",
    "read_scenario",
    "read_snapshots",
    "read_structure",
    "reference_design",
    "simulate_service",
    "table_ids",
]

if TYPE_CHECKING:
    from riskmodel.assessments import Assessments, FactorCounts
    from riskmodel.authority.comparison import Comparison, compare
    from riskmodel.authority.folder.authority import Authority, example, open_authority
    from riskmodel.authority.front import plan_caseload, posts_needed, project
    from riskmodel.authority.services import simulate_service
    from riskmodel.caseload import CaseloadPlan, PostsNeeded, read_structure
    from riskmodel.cohort import generate_cohort, reference_design
    from riskmodel.demand.pooled.backtest import backtest
    from riskmodel.demand.projecting import Outlook
    from riskmodel.estimates import Estimate, Interval
    from riskmodel.factors import FactorAnalysis, FactorRates, analyse_factors, factor_rates
    from riskmodel.factors.adjusted.impact import measure_impact
    from riskmodel.factors.margins.bounds import margin_bounds
    from riskmodel.intake import (
        read_assessments,
        read_lists,
        read_looked_after,
        read_panel,
        read_snapshots,
    )
    from riskmodel.projection import Projection
    from riskmodel.published import (
        Figure,
        PublishedTable,
        audit,
        factor_counts,
        load_table,
        table_ids,
    )
    from riskmodel.scenarios import Scenario, load_library, read_scenario
    from riskmodel.series import AuthorityPanel

pictures_from("riskmodel.report.charts.pictures")

__getattr__ = lazy_names(
    __name__,
    {
        "riskmodel.assessments": "Assessments FactorCounts",
        "riskmodel.authority.comparison": "Comparison compare",
        "riskmodel.authority.folder.authority": "Authority example open_authority",
        "riskmodel.authority.front": "plan_caseload posts_needed project",
        "riskmodel.authority.services": "simulate_service",
        "riskmodel.caseload": "CaseloadPlan PostsNeeded read_structure",
        "riskmodel.cohort": "generate_cohort reference_design",
        "riskmodel.demand.pooled.backtest": "backtest",
        "riskmodel.demand.projecting": "Outlook",
        "riskmodel.estimates": "Estimate Interval",
        "riskmodel.factors": "FactorAnalysis FactorRates analyse_factors factor_rates",
        "riskmodel.factors.adjusted.impact": "measure_impact",
        "riskmodel.factors.margins.bounds": "margin_bounds",
        "riskmodel.intake": (
            "read_assessments read_lists read_looked_after read_panel read_snapshots"
        ),
        "riskmodel.projection": "Projection",
        "riskmodel.published": "Figure PublishedTable audit factor_counts load_table table_ids",
        "riskmodel.scenarios": "Scenario load_library read_scenario",
        "riskmodel.series": "AuthorityPanel",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
