"""Teams, the cases they hold, their workers and the work that waits, as printed or one's own."""

from riskmodel.caseload.allocation import Allocation, draw_allocation
from riskmodel.caseload.posts import posts_for, published_posts, published_workforce
from riskmodel.caseload.published import PublishedCaseloads, published_caseloads
from riskmodel.caseload.shortage import erlang_c, queue_check, slots_for_waiting, waiting
from riskmodel.caseload.structure import Structure, Team, published_structure
from riskmodel.caseload.structure_files import read_structure, structure_template
from riskmodel.caseload.workers import WorkerSpread, published_spread
from riskmodel.caseload.workforce import WORKFORCE_PARAMETERS, Workforce

__all__ = [
    "WORKFORCE_PARAMETERS",
    "Allocation",
    "PublishedCaseloads",
    "Structure",
    "Team",
    "WorkerSpread",
    "Workforce",
    "draw_allocation",
    "erlang_c",
    "posts_for",
    "published_caseloads",
    "published_posts",
    "published_spread",
    "published_structure",
    "published_workforce",
    "queue_check",
    "read_structure",
    "slots_for_waiting",
    "structure_template",
    "waiting",
]
