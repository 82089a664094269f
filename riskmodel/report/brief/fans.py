"""Charts of what was counted and what is projected, with the numbers they are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.labels import STAGE_LABELS, label
from riskmodel.core.lazy import pd
from riskmodel.projection import BASELINE
from riskmodel.report.brief.results import QUANTILES, BriefResults
from riskmodel.report.model import Chart, Table
from riskmodel.report.sections.building import chart_of
from riskmodel.report.wording import join_words, month_words

if TYPE_CHECKING:
    from riskmodel.report.charts.ahead import SmallFan

__all__ = ["ahead_chart"]

Floats = npt.NDArray[np.floating[Any]]

_HEADINGS = {
    "what": "What",
    "month": "End of",
    "is": "Counted or projected",
    "value": "Number, or central projection",
    "low": "90% range from",
    "high": "to",
}


def ahead_chart(
    results: BriefResults,
    name: str,
    title: str,
    stages: Sequence[str],
    *,
    caseload: bool = False,
    stacked: bool,
) -> Chart:
    """Stages, and the caseload where it is asked for, to date and ahead.

    Parameters
    ----------
    results
        Of the authority.
    name, title
        Id and title of the chart.
    stages
        One panel each.
    caseload
        Whether the last panel is the caseload, with the target's cap.
    stacked
        Whether the panels stand below one another.
    """
    from riskmodel.report.charts.ahead import draw_ahead
    from riskmodel.report.charts.outlook import calendar_of

    panels = [_stage_panel(results, stage, short=not stacked) for stage in stages]
    if caseload:
        panels.append(_caseload_panel(results))
    drawing = draw_ahead(
        name,
        [fan for fan, _ in panels],
        by=(calendar_of(results.target.by), results.day),
        stacked=stacked,
    )
    rows = [row for _, listed in panels for row in listed]
    spoken = [
        f"{row['what']}: {row['value']:,} ({row['low']:,} to {row['high']:,})"
        for row in rows
        if row["month"] == results.target.by
    ]
    frame = pd.DataFrame(rows, columns=list(_HEADINGS), dtype=object)
    return chart_of(
        name,
        title,
        f"Fan charts from zero. Projected for {results.day}, with 90% range: {join_words(spoken)}.",
        "Dots: counted. Line: central projection. Bands: half and nine in ten of "
        f"{results.sizes.replicates:,} simulations. Dashed: {results.day}. Numbers at the right: "
        f"{month_words(results.outlook.projection.months[-1])}.",
        drawing,
        Table(name, title, frame, _HEADINGS, (), results.source, "projected"),
    )


def _stage_panel(
    results: BriefResults, stage: str, *, short: bool
) -> tuple[SmallFan, list[dict[str, Any]]]:
    from riskmodel.report.charts.outlook import calendar_of

    projection, counts = results.outlook.projection, results.counts(stage)
    opening = projection.opening[:, projection.stages.index(stage)]
    stock = np.column_stack([opening, projection.of("stock", BASELINE, stage)])
    ends = np.quantile(stock, QUANTILES, axis=0)
    months = (projection.opening_month, *projection.months)
    what = STAGE_LABELS[stage]
    history = [(calendar_of(one.month), one.children) for one in counts]
    fan = _fan(label(stage).row if short else what, months, ends, history=history)
    rows = [
        {"what": what, "month": one.month, "is": "counted"}
        | dict.fromkeys(("value", "low", "high"), round(one.children))
        for one in counts
    ]
    return fan, [*rows, *_rows(what, months[1:], ends[:, 1:], 0)]


def _caseload_panel(results: BriefResults) -> tuple[SmallFan, list[dict[str, Any]]]:
    months, cap, what = results.plan.months, results.target.cap, label("caseload").full
    ends = results.caseload_ends
    fan = _fan(what, months, ends, digits=1, limit=(cap, f"{cap:g} or fewer"))
    return fan, _rows(what, months, ends, 1)


def _fan(title: str, months: Sequence[str], ends: Floats, **options: Any) -> SmallFan:
    """A panel of quantiles, shape (quantile, month)."""
    from riskmodel.report.charts.ahead import SmallFan
    from riskmodel.report.charts.outlook import calendar_of

    low, lower, middle, upper, high = ends
    times = np.array([calendar_of(month) for month in months])
    bands = ((low, high), (lower, upper))
    return SmallFan(title, times=times, bands=bands, middle=middle, **options)


def _rows(what: str, months: Sequence[str], ends: Floats, digits: int) -> list[dict[str, Any]]:
    low, _, middle, _, high = ends
    return [
        {
            "what": what,
            "month": month,
            "is": "projected",
            **{
                name: round(float(value), digits) if digits else round(float(value))
                for name, value in zip(("low", "value", "high"), row, strict=True)
            },
        }
        for month, *row in zip(months, low, middle, high, strict=True)
    ]
