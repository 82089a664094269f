"""From projected children to cases, workers and caseloads, and what it takes to keep to a cap.

Teams are those that the report prints, or an authority's own. The package simulates joiners,
leavers, caseloads and waiting work; it works out the posts and hires needed, feedback on demand,
and costs.
"""

from riskmodel.caseload.allocation import Allocation, draw_allocation
from riskmodel.caseload.costs import UnitCosts, cost_frame, monthly_cost, read_costs
from riskmodel.caseload.feedback import CaseloadFeedback, Multipliers, caseload_feedback
from riskmodel.caseload.flows import WorkforcePath, simulate_workforce, workforce_draws
from riskmodel.caseload.loops import FEEDBACK_LOOPS, FeedbackSwitches, amplification
from riskmodel.caseload.mixes import (
    LeverCosts,
    LeverGrid,
    Levers,
    LeverSearch,
    frontier,
    search,
)
from riskmodel.caseload.needs import hires_needed, posts_by_replicate, posts_needed
from riskmodel.caseload.planning import plan, workforce_paths
from riskmodel.caseload.posts import posts_for, published_posts, published_workforce
from riskmodel.caseload.published import PublishedCaseloads, published_caseloads
from riskmodel.caseload.result import CaseloadPlan
from riskmodel.caseload.shortage import erlang_c, queue_check, slots_for_waiting, waiting
from riskmodel.caseload.structure import Structure, Team, published_structure
from riskmodel.caseload.structure_files import read_structure, structure_template
from riskmodel.caseload.targets import HiresNeeded, PostsNeeded, Target
from riskmodel.caseload.workers import WorkerSpread, published_spread
from riskmodel.caseload.workforce import WORKFORCE_PARAMETERS, Workforce

__all__ = [
    "FEEDBACK_LOOPS",
    "WORKFORCE_PARAMETERS",
    "Allocation",
    "CaseloadFeedback",
    "CaseloadPlan",
    "FeedbackSwitches",
    "HiresNeeded",
    "LeverCosts",
    "LeverGrid",
    "LeverSearch",
    "Levers",
    "Multipliers",
    "PostsNeeded",
    "PublishedCaseloads",
    "Structure",
    "Target",
    "Team",
    "UnitCosts",
    "WorkerSpread",
    "Workforce",
    "WorkforcePath",
    "amplification",
    "caseload_feedback",
    "cost_frame",
    "draw_allocation",
    "erlang_c",
    "frontier",
    "hires_needed",
    "monthly_cost",
    "plan",
    "posts_by_replicate",
    "posts_for",
    "posts_needed",
    "published_caseloads",
    "published_posts",
    "published_spread",
    "published_structure",
    "published_workforce",
    "queue_check",
    "read_costs",
    "read_structure",
    "search",
    "simulate_workforce",
    "slots_for_waiting",
    "structure_template",
    "waiting",
    "workforce_draws",
    "workforce_paths",
]
