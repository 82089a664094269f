"""Functions of other rooms that compute results: the one place that says where each stands today.

When a function moves, its line here changes and nothing else of this room does.
"""

from __future__ import annotations

from riskmodel.caseload import published_structure
from riskmodel.caseload.costs import monthly_cost
from riskmodel.parameters import parameter, parameters_sha256
from riskmodel.runs import make_manifest
from riskmodel.workflows.caseload import (
    compare,
    draw_caseload,
    draw_comparison,
    plan_outlook,
    posts_answer,
    project_service,
    team_notes,
    usual_target,
    usual_workforce,
)
from riskmodel.workflows.caseload.comparison import MEASURE_LABELS
from riskmodel.workflows.demand import (
    STAGE_LABELS,
    chain_of,
    draw_outlook,
    opening_of,
    panel_source,
    published_source,
    snapshot_source,
)
from riskmodel.workflows.factors import released_factors
from riskmodel.workflows.impact import factor_impact
from riskmodel.workflows.outlook import baseline_outlook, first_scenario
from riskmodel.workflows.published import published_factors
from riskmodel.workflows.reading import TableFile
from riskmodel.workflows.release import release_counts, release_intake

__all__ = [
    "MEASURE_LABELS",
    "STAGE_LABELS",
    "TableFile",
    "baseline_outlook",
    "chain_of",
    "compare",
    "draw_caseload",
    "draw_comparison",
    "draw_outlook",
    "factor_impact",
    "first_scenario",
    "make_manifest",
    "monthly_cost",
    "opening_of",
    "panel_source",
    "parameter",
    "parameters_sha256",
    "plan_outlook",
    "posts_answer",
    "project_service",
    "published_factors",
    "published_source",
    "published_structure",
    "release_counts",
    "release_intake",
    "released_factors",
    "snapshot_source",
    "team_notes",
    "usual_target",
    "usual_workforce",
]
