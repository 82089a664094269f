"""Projected children to caseloads: what demand does to the teams, and what could be done.

Scenarios side by side with and without feedback, posts for a caseload by a date, differences with
what each change does to them, and mixes of levers that keep to a cap.
"""

from riskmodel.workflows.caseload.comparison import Comparison, compare, usual_target
from riskmodel.workflows.caseload.feedback import loops
from riskmodel.workflows.caseload.mix import Mix, find_mix, mix_response
from riskmodel.workflows.caseload.service import (
    plan_outlook,
    posts_answer,
    project_service,
    team_notes,
)
from riskmodel.workflows.caseload.views import (
    draw_caseload,
    draw_comparison,
    draw_loop,
    draw_mix,
    draw_within,
    loop_frame,
    needs_frame,
    queue_frame,
    template_text,
)
from riskmodel.workflows.caseload.workforces import recruiting, usual_workforce, workforce_of

__all__ = [
    "Comparison",
    "Mix",
    "compare",
    "draw_caseload",
    "draw_comparison",
    "draw_loop",
    "draw_mix",
    "draw_within",
    "find_mix",
    "loop_frame",
    "loops",
    "mix_response",
    "needs_frame",
    "plan_outlook",
    "posts_answer",
    "project_service",
    "queue_frame",
    "recruiting",
    "team_notes",
    "template_text",
    "usual_target",
    "usual_workforce",
    "workforce_of",
]
