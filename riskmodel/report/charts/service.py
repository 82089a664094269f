"""Charts of what the service comes to: caseloads, scenarios side by side, mixes of levers."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np

from riskmodel.authority.comparison import Comparison
from riskmodel.authority.mix import Mix
from riskmodel.authority.placement_measures import COST, NET
from riskmodel.caseload import CaseloadPlan
from riskmodel.projection import BASELINE
from riskmodel.report.charts.canvas import Drawing
from riskmodel.report.charts.caseload import Course, draw_caseload_fans, draw_probabilities
from riskmodel.report.charts.fan import Fan
from riskmodel.report.charts.mixes import MixLine, draw_mixes
from riskmodel.report.charts.outlook import calendar_of
from riskmodel.report.charts.scenarios import MeasurePanel, draw_scenarios

__all__ = ["draw_caseload", "draw_comparison", "draw_mix", "draw_within"]

_MOST_PANELS = 12


def draw_caseload(plan: CaseloadPlan, cap: float, *, by: str | None = None) -> Drawing:
    """Fans of the service's caseload, a panel a scenario, with the cap."""
    place = len(plan.units) - 1
    fans = [
        Fan(
            "With no change of policy" if name == BASELINE else name.replace("_", " ").capitalize(),
            (),
            _times(plan.months),
            {
                level: plan.statistics[index, place, 2, :, 1 + number].astype(np.float64)
                for number, level in enumerate(plan.quantiles)
            },
            {},
        )
        for index, name in enumerate(plan.scenarios[:_MOST_PANELS])
    ]
    return draw_caseload_fans("caseload", fans, cap, by=None if by is None else calendar_of(by))


def draw_within(
    plan: CaseloadPlan, cap: float, *, sure: float | None = None, by: str | None = None
) -> Drawing:
    """The probability of keeping to the cap, a line a scenario."""
    courses = [
        Course(name.replace("_", " "), _times(plan.months), plan.probability_within(cap, name))
        for name in plan.scenarios
    ]
    return draw_probabilities(
        "within", courses, sure=sure, by=None if by is None else calendar_of(by)
    )


_DRAWN = ("stock_child_protection_plan", "caseload", "posts_needed")
_MILLION = 1e6


def draw_comparison(comparison: Comparison, measures: Sequence[str] | None = None) -> Drawing:
    """Differences from the first scenario on paired draws: a panel a measure, a row a scenario.

    None takes plans, caseload and posts, and what placements cost in the last financial year.
    """
    if measures is None:
        costs = [name for name in comparison.of_placements if name.startswith(COST)]
        measures = (*_DRAWN, *costs[-1:])
    frame = comparison.differences
    panels = []
    for measure in measures:
        is_cost = measure.startswith((COST, NET))
        scale = _MILLION if is_cost else 1.0
        rows = [
            (
                str(row["scenario"]).replace("_", " "),
                _number(row["difference"]) / scale,
                _number(row["low"]) / scale,
                _number(row["high"]) / scale,
            )
            for row in frame[frame["measure"] == measure].to_dict("records")
        ]
        if rows:
            known = comparison.label(measure)
            form = ",.1f" if is_cost else known.form
            title = fill(f"{known.brief}, million" if is_cost else known.brief, 18)
            panels.append(MeasurePanel(title, rows, 0.0, f"{{:+{form}}}"))
    return draw_scenarios("comparison", panels)


def draw_mix(mix: Mix) -> Drawing:
    """Posts at each step of shorter plans and early help, the cheapest marked where priced."""
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


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]


def _times(months: Sequence[str]) -> np.ndarray:
    return np.array([calendar_of(month) for month in months])
