"""The pictures that results draw of themselves: each is registered for its type when loaded."""

from __future__ import annotations

import numpy as np

from riskmodel.authority.comparison import Comparison
from riskmodel.authority.mix import Mix
from riskmodel.authority.others import OthersComparison
from riskmodel.authority.placement_flows import PlacementFlows
from riskmodel.authority.placements import Placements
from riskmodel.authority.price import PriceByYear
from riskmodel.caseload import CaseloadPlan, published_caseloads
from riskmodel.caseload.change import CaseloadChange
from riskmodel.core.months import Month, month_words
from riskmodel.core.result import Picture, draws
from riskmodel.demand.matrix import FlowMatrix
from riskmodel.demand.moved import Flows
from riskmodel.demand.projecting import Outlook
from riskmodel.explanations.change import ChangeParts, signed
from riskmodel.factors.margins.recording import RecordingSensitivity
from riskmodel.factors.margins.sensitivity import SensitivitySurface
from riskmodel.intake.intervals import INTERVALS
from riskmodel.placements.budget import PlacementBudget
from riskmodel.projection import BASELINE
from riskmodel.report.charts.canvas import Drawing
from riskmodel.report.charts.fan import FAN, Fan, draw_fans
from riskmodel.report.charts.flows import draw_flows
from riskmodel.report.charts.others import draw_beside_others
from riskmodel.report.charts.outlook import calendar_of, draw_outlook
from riskmodel.report.charts.placements import draw_areas
from riskmodel.report.charts.ranges import draw_ranges, draw_recording
from riskmodel.report.charts.sensitivity import draw_surface
from riskmodel.report.charts.service import draw_caseload, draw_comparison, draw_mix
from riskmodel.report.charts.waterfall import draw_waterfall
from riskmodel.services.result import LABELS, ServicePlan
from riskmodel.services.timeliness import Timeliness

__all__: list[str] = []

_ALL_FLOWS = 260.0
"""How thick all flows between placements are together."""


@draws("riskmodel.demand.projecting", "Outlook")
def _outlook(outlook: Outlook) -> Picture:
    return _picture(draw_outlook(outlook), "Numbers to date and projected", outlook.summary())


@draws("riskmodel.demand.moved", "Flows")
def _flows(flows: Flows) -> Picture:
    title = f"Where the children of each scenario are instead, by {month_words(flows.month)}"
    return _picture(draw_flows("flows", flows.moved), title, flows.summary())


@draws("riskmodel.demand.matrix", "FlowMatrix")
def _matrix(matrix: FlowMatrix) -> Picture:
    scenario = matrix.years["scenario"].iloc[-1]
    title = f"Where children come from and go to, year by year ({scenario})"
    return _picture(draw_flows("matrix", matrix.moved, ("From", "To")), title, matrix.summary())


@draws("riskmodel.caseload.result", "CaseloadPlan")
def _plan(plan: CaseloadPlan, cap: float | None = None) -> Picture:
    cap = float(published_caseloads().ambition.reading) if cap is None else cap
    title = f"Cases for each full-time worker, and a cap of {cap:g}"
    return _picture(draw_caseload(plan, cap), title, plan.summary())


@draws("riskmodel.authority.comparison", "Comparison")
def _comparison(comparison: Comparison) -> Picture:
    return _picture(draw_comparison(comparison), "Scenarios compared", comparison.summary())


@draws("riskmodel.authority.mix", "Mix")
def _mix(mix: Mix) -> Picture:
    return _picture(draw_mix(mix), "Posts, shorter plans and early help", mix.summary())


@draws("riskmodel.factors.margins.sensitivity", "SensitivitySurface")
def _surface(surface: SensitivitySurface) -> Picture:
    title = "Adjusted odds ratios over what is assumed"
    return _picture(draw_surface(surface), title, surface.summary())


@draws("riskmodel.factors.margins.recording", "RecordingSensitivity")
def _recording(found: RecordingSensitivity) -> Picture:
    title = "Share that led to a plan, over all recording considered"
    return _picture(draw_recording("recording", found), title, found.summary())


@draws("riskmodel.explanations.change", "ChangeParts")
def _change(change: ChangeParts) -> Picture:
    rows = [
        (part.words[0].upper() + part.words[1:], part.children, signed(whole))
        for part, whole in zip(change.parts, change.whole, strict=True)
    ]
    ends = (
        (change.first, change.before, f"{change.before:,.0f}"),
        (change.last, change.after, f"{change.after:,.0f}"),
    )
    drawing = draw_waterfall("change", ends, rows, across="Children on a plan")
    title = f"What moved children on a plan, {change.first} to {change.last}"
    return _picture(drawing, title, change.summary())


@draws("riskmodel.caseload.change", "CaseloadChange")
def _caseload_change(change: CaseloadChange) -> Picture:
    rows = [
        (change.words(name).capitalize(), part.value, f"{part.value:+.1f}".replace("-", "−"))
        for name, part in (("workers", change.workers), ("cases", change.cases))
    ]
    start, end = change.before["caseload"].value, change.after["caseload"].value
    ends = (change.first, start, f"{start:.1f}"), (change.last, end, f"{end:.1f}")
    drawing = draw_waterfall("caseload_change", ends, rows, across="Cases for each worker")
    return _picture(drawing, "What moved the average caseload", change.summary())


@draws("riskmodel.authority.price", "PriceByYear")
def _price(price: PriceByYear) -> Picture:
    rows = [
        (price.year_words(row), *(row[name] / 1e6 for name in ("q50", "q05", "q95")))
        for row in price.total().to_dict("records")
    ]
    currency = price.costs[price.years[0]].currency
    drawing = draw_ranges("price", rows, across=f"{currency} million, each year in its own prices")
    return _picture(drawing, "Cost by financial year", price.summary())


@draws("riskmodel.authority.placements", "Placements")
def _placements(placed: Placements) -> Picture:
    months, areas = placed.areas()
    times = np.array([calendar_of(month) for month in months])
    drawing = draw_areas("placements", times, areas, calendar_of(placed.forecast.opening_month))
    alt = placed.forecast.summary_of(placed.withheld)
    return _picture(drawing, "Children looked after by placement, to date and projected", alt)


@draws("riskmodel.authority.placement_flows", "PlacementFlows")
def _placement_flows(flows: PlacementFlows) -> Picture:
    sides = ("From", "To")
    drawing = draw_flows("placement_flows", flows.moved, sides, _ALL_FLOWS)
    return _picture(drawing, "Where children come from and go to in a year", flows.summary())


@draws("riskmodel.placements.budget", "PlacementBudget")
def _placement_budget(budget: PlacementBudget) -> Picture:
    rows = [
        (str(row["year"]), *(row[name] / 1e6 for name in ("q50", "q05", "q95")))
        for row in budget.total().query("months == 12").to_dict("records")
    ]
    across = f"{budget.prices.currency} million, each year in its own prices"
    drawing = draw_ranges("placement_cost", rows, across=across)
    return _picture(drawing, "Cost of placements by financial year", budget.summary())


@draws("riskmodel.authority.others", "OthersComparison")
def _others(
    others: OthersComparison, measure: str | None = None, comparator: str | None = None
) -> Picture:
    measure = str(others.frame["measure"].iloc[0]) if measure is None else measure
    rows = others.course(measure, comparator)
    last = rows.iloc[-1]
    latest = others.latest
    chosen = (latest["measure"] == measure) & (latest["comparator"] == last["comparator"])
    verdict = latest[chosen]["verdict"].iloc[0]
    title = f"{last['label']}: {others.area} beside {last['comparator']}"
    return _picture(
        draw_beside_others(f"others_{measure}", rows),
        title,
        f"{last['label']}, {last['unit']}: {others.area} {last['rate']:.1f} in {last['year']}, "
        f"{last['comparator']} {last['comparator_rate']:.1f}; {verdict}.",
    )


@draws("riskmodel.services.result", "ServicePlan")
def _service(plan: ServicePlan) -> Picture:
    measure = "waiting" if plan.service.has_list else "posts_needed"
    values, times = plan.path().values(measure), np.arange(len(plan.months)) / 12
    first = Month(plan.months[0])
    chances = {0.5, *(end for low, high, *_ in FAN for end in (low, high))}
    quantiles = {chance: np.quantile(values, chance, axis=0) for chance in chances}
    others = {
        name: np.median(path.values(measure), axis=0)
        for name, path in plan.paths.items()
        if name != BASELINE
    }
    title = f"{plan.service.label}: {LABELS[measure][0].lower()}"
    fan = Fan(title, (), first.year + first.number / 12 + times, quantiles, others)
    return _picture(draw_fans("service", [fan]), title, plan.summary())


@draws("riskmodel.services.timeliness", "Timeliness")
def _timeliness(found: Timeliness) -> Picture:
    rows = [
        (INTERVALS[one.name], 100 * share.value, 100 * share.low, 100 * share.high)
        for one in found.measures
        if (share := one.shares["all months"]).number and not one.is_small
    ]
    drawing = draw_ranges("timeliness", rows, across="Per cent in time")
    return _picture(drawing, "How much is in time", found.summary())


def _picture(drawing: Drawing, title: str, alt: str) -> Picture:
    return Picture(drawing.svg, drawing.png, title, alt, drawing.svg_narrow)
