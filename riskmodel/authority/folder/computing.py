"""What computes results of a folder, loaded when one is first asked for."""

from __future__ import annotations

from riskmodel.authority.comparison import compare, usual_target
from riskmodel.authority.service import plan_outlook, posts_answer, project_service, team_notes
from riskmodel.caseload import published_structure
from riskmodel.caseload.costs import monthly_cost
from riskmodel.caseload.scenario_workforce import usual_workforce
from riskmodel.demand.projecting import opening_of
from riskmodel.demand.sources import chain_of, panel_source, published_source, snapshot_source
from riskmodel.disclosure.release import release_counted
from riskmodel.factors import analyse_factors
from riskmodel.factors.adjusted.table_impact import factor_impact
from riskmodel.factors.views import released_factors
from riskmodel.intake.table_file import TableFile
from riskmodel.parameters import parameter
from riskmodel.published import factor_counts, printed_quadrants

__all__ = [
    "TableFile",
    "analyse_factors",
    "chain_of",
    "compare",
    "factor_counts",
    "factor_impact",
    "monthly_cost",
    "opening_of",
    "panel_source",
    "parameter",
    "plan_outlook",
    "posts_answer",
    "printed_quadrants",
    "project_service",
    "published_source",
    "published_structure",
    "release_counted",
    "released_factors",
    "snapshot_source",
    "team_notes",
    "usual_target",
    "usual_workforce",
]
