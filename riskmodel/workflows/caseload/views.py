"""What is printed and drawn of caseloads: frames and pictures from results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from riskmodel.caseload import (
    FEEDBACK_LOOPS,
    CaseloadPlan,
    FeedbackSwitches,
    PostsNeeded,
    amplification,
    published_caseloads,
    published_workforce,
    queue_check,
    structure_template,
)
from riskmodel.caseload.costs import costs_template
from riskmodel.demand.learning.own import decimal_year
from riskmodel.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.report.charts.canvas import Drawing
    from riskmodel.workflows.caseload.comparison import Comparison
    from riskmodel.workflows.caseload.mix import Mix

__all__ = [
    "TEMPLATES",
    "draw_caseload",
    "draw_comparison",
    "draw_loop",
    "draw_mix",
    "draw_within",
    "loop_frame",
    "needs_frame",
    "queue_frame",
    "template_text",
]

TEMPLATES = ("structure", "costs")
"""Files of their own that a user starts from."""

_MOST_PANELS = 12


def template_text(kind: str, form: Literal["csv", "toml"] = "toml") -> str:
    """A file to start from.

    Raises
    ------
    UnknownNameError
        When there is no such template.
    """
    if kind not in TEMPLATES:
        raise UnknownNameError("template", kind, TEMPLATES)
    return structure_template(form) if kind == "structure" else costs_template()


def needs_frame(needs: Mapping[str, PostsNeeded]) -> pd.DataFrame:
    """Posts needed by scenario, with what would change them, one assumption at a time."""
    import pandas as pd

    pieces = []
    for scenario, found in needs.items():
        frame = found.to_frame()
        frame.insert(0, "scenario", scenario)
        frame.insert(5, "posts_now", found.posts_now)
        pieces.append(frame)
    return pd.concat(pieces, ignore_index=True)


def queue_frame() -> pd.DataFrame:
    """Unallocated work as printed, beside Erlang's formula and the fluid, by area."""
    import pandas as pd

    most = float(published_workforce().monthly("caseload_cap", 1)[0])
    found = [queue_check(area.area, most) for area in published_caseloads()]
    return pd.DataFrame(
        [
            {
                "area": each.area,
                "load": each.load,
                "unallocated_printed": each.printed,
                "slots": each.slots,
                "waiting_by_queue": each.waits,
                "unallocated_by_fluid_low": each.fluid[0],
                "unallocated_by_fluid_high": each.fluid[1],
                "most_cases_a_worker": each.most,
                # As the least certain of what it rests on: nobody printed the most a worker holds.
                "basis": "assumed",
            }
            for each in found
        ]
    )


def loop_frame(switches: FeedbackSwitches) -> pd.DataFrame:
    """The links of both loops, with the elasticity of those that are switched, and its effect.

    ``amplification`` is that of the length loop in a service of plans alone, 1 / (1 - elasticity).
    """
    import pandas as pd

    strengths = {"length": switches.length_elasticity, "starts": switches.start_elasticity}
    return pd.DataFrame(
        [
            {
                "source": link.source,
                "target": link.target,
                "sign": link.sign,
                "switch": link.switch or None,
                "elasticity": strengths.get(link.switch),
                "amplification": amplification(strengths["length"])
                if link.switch == "length"
                else None,
                "evidence": link.evidence,
                "basis": "assumed" if link.switch else "published",
            }
            for link in FEEDBACK_LOOPS
        ]
    )


def draw_caseload(plan: CaseloadPlan, cap: float, *, by: str | None = None) -> Drawing:
    """Fans of the service's caseload, a panel a scenario, with the cap."""
    from riskmodel.report.charts.caseload import CaseloadFan, draw_caseload_fans

    place = len(plan.units) - 1
    fans = [
        CaseloadFan(
            name.replace("_", " ").capitalize(),
            _times(plan.months),
            {
                level: plan.summary[index, place, 2, :, 1 + number].astype(np.float64)
                for number, level in enumerate(plan.quantiles)
            },
        )
        for index, name in enumerate(plan.scenarios[:_MOST_PANELS])
    ]
    return draw_caseload_fans("caseload", fans, cap, by=None if by is None else _calendar(by))


def draw_within(
    plan: CaseloadPlan, cap: float, *, sure: float | None = None, by: str | None = None
) -> Drawing:
    """The probability of keeping to the cap, a line a scenario."""
    from riskmodel.report.charts.caseload import Course, draw_probabilities

    courses = [
        Course(name.replace("_", " "), _times(plan.months), plan.probability_within(cap, name))
        for name in plan.scenarios
    ]
    return draw_probabilities(
        "within", courses, sure=sure, by=None if by is None else _calendar(by)
    )


def draw_comparison(
    comparison: Comparison,
    measures: Sequence[str] = ("stock_child_protection_plan", "caseload", "posts_needed"),
) -> Drawing:
    """Differences from the first scenario on paired draws: a panel a measure, a row a scenario."""
    from riskmodel.report.charts.scenarios import MeasurePanel, draw_scenarios

    frame = comparison.differences
    panels = []
    for measure in measures:
        rows = [
            (
                str(row["scenario"]).replace("_", " "),
                _number(row["difference"]),
                _number(row["low"]),
                _number(row["high"]),
            )
            for row in frame[frame["measure"] == measure].to_dict("records")
        ]
        if rows:
            panels.append(MeasurePanel(_TITLES.get(measure, measure), rows, 0.0, _FORMS[measure]))
    return draw_scenarios("comparison", panels)


def draw_loop() -> Drawing:
    """The loop between caseload and demand."""
    from riskmodel.report.charts.loop import draw_feedback_loop

    return draw_feedback_loop("loop")


def draw_mix(mix: Mix) -> Drawing:
    """Posts at each step of shorter plans and early help, the cheapest marked where priced."""
    from riskmodel.report.charts.mixes import MixLine, draw_mixes

    found = [point.levers for point in mix.found.points]
    lines = [
        MixLine(
            step,
            [each.shorter_plans for each in found if each.diversion == step],
            [float(each.posts) for each in found if each.diversion == step],
        )
        for step in sorted({each.diversion for each in found})
    ]
    best = mix.found.best.levers if mix.priced else None
    cheapest = None if best is None else (best.shorter_plans, float(best.posts))
    return draw_mixes("mixes", lines, cheapest=cheapest)


_TITLES = {
    "stock_child_protection_plan": "Plans",
    "stock_looked_after": "Looked after",
    "stock_child_in_need_plan": "Child in need",
    "cases": "Cases",
    "fte": "Workers at work",
    "caseload": "Caseload",
    "unallocated": "Unallocated",
    "posts_needed": "Posts needed",
    "cost": "Cost",
}
_FORMS = {name: "{:+.1f}" if name in ("caseload", "fte") else "{:+,.0f}" for name in _TITLES}


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]


def _times(months: Sequence[str]) -> np.ndarray:
    return np.array([_calendar(month) for month in months])


def _calendar(month: str) -> float:
    """The decimal year of a month's end as a reader counts: 31 March 2015 is 2015.25."""
    return decimal_year(month) + 0.25
