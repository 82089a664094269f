"""What cannot be concluded from counts: the sensitivity surface, and bounds from margins alone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from riskmodel.factors.margins.bounds import MarginBounds
from riskmodel.factors.margins.sensitivity import SensitivitySurface
from riskmodel.report.model import Chart, Paragraph, Section, Table
from riskmodel.report.sections.building import chart_of
from riskmodel.report.wording import count_of, join_words, label_of

__all__ = ["margins_section"]


def margins_section(
    surface: SensitivitySurface,
    bounds: Sequence[MarginBounds],
    *,
    source: str,
) -> Section:
    """How an adjusted association depends on what is not published.

    Parameters
    ----------
    surface
        Adjusted odds ratios over numbers of assessments and overlaps.
    bounds
        Bounds of each factor given the others, at one number of assessments.
    source
        Where the counts stand.
    """
    found = surface.summaries()
    above = [label_of(one.factor) for one in found if one.smallest > 1]
    below = [label_of(one.factor) for one in found if one.largest < 1]
    open_sign = [one for one in bounds if one.risk_difference.sign == "sign not identified"]
    grid = (
        f"{min(surface.assessments):,} to {max(surface.assessments):,} assessments and overlap "
        f"{min(surface.overlaps):g} to {max(surface.overlaps):g}"
    )
    number = bounds[0].counts.total_assessments
    return Section(
        "margins",
        "What cannot be concluded from these counts",
        (
            Paragraph(
                "Allowing for the other factors would need two things that are not published: how "
                "many assessments there were, and which factors were recorded together. Over "
                f"{grid}, the adjusted odds ratio is above 1 throughout for "
                f"{join_words(above) if above else 'no factor'}, below 1 throughout for "
                f"{join_words(below) if below else 'no factor'}, and for the other "
                f"{count_of(len(found) - len(above) - len(below), 'factor')} its sign depends on "
                "what is assumed. These are associations in made-up cohorts."
            ),
            Paragraph(
                f"With the counts alone and {number or 0:,} assessments, the direction of the "
                f"adjusted association is not identified for {len(open_sign)} of "
                f"{count_of(len(bounds), 'factor')}: tables with exactly these counts exist in "
                "which it points one way, and others in which it points the other way. The bounds "
                "are attained; they are not ranges of chance."
            ),
            _chart(surface, source),
            _bounds_table(bounds, source),
        ),
    )


def _chart(surface: SensitivitySurface, source: str) -> Chart:
    from riskmodel.report.charts.sensitivity import draw_surface

    drawing = draw_surface(surface)
    found = surface.summaries()
    words = join_words(
        f"{label_of(one.factor)} {one.smallest:.2f} to {one.largest:.2f}" for one in found
    )
    return chart_of(
        "sensitivity",
        "Adjusted odds ratios over everything assumed",
        f"Range of {count_of(len(found), 'adjusted odds ratio')} on a scale with a line at 1: "
        f"{words}.",
        "Each line runs from the lowest to the highest value over the grid; a value is the mean of "
        f"{surface.replicates} cohorts. Right of 1 a plan goes with the factor more often, left of "
        "1 less often. A line across 1 says that the sign is an assumption.",
        drawing,
        _surface_table(surface, source),
    )


def _surface_table(surface: SensitivitySurface, source: str) -> Table:
    frame = surface.to_frame()
    frame["factor"] = [label_of(name) for name in frame["factor"]]
    kept = frame[["factor", "assessments", "overlap", "odds_ratio", "low", "high"]]
    return Table(
        "sensitivity_surface",
        "Adjusted odds ratio at each number of assessments and overlap",
        kept.round({"odds_ratio": 3, "low": 3, "high": 3}),
        {
            "factor": "Factor",
            "assessments": "Assessments",
            "overlap": "Overlap",
            "odds_ratio": "Odds ratio",
            "low": f"{surface.level:.0%} from",
            "high": f"{surface.level:.0%} to",
        },
        source=source,
        basis="assumed",
    )


def _bounds_table(bounds: Sequence[MarginBounds], source: str) -> Table:
    rows = [
        (
            label_of(one.factor),
            100 * one.risk_difference.crude,
            100 * one.risk_difference.low,
            100 * one.risk_difference.high,
            one.risk_difference.sign or "none",
            f"{one.only_plans.low:.0f} to {one.only_plans.high:.0f}",
        )
        for one in bounds
    ]
    columns = ["factor", "crude", "lowest", "highest", "association", "only_plans"]
    return Table(
        "margin_bounds",
        "Difference in plans with the factor, allowing for the others: lowest and highest possible",
        pd.DataFrame(rows, columns=columns).round({"crude": 1, "lowest": 1, "highest": 1}),
        {
            "factor": "Factor",
            "crude": "Unadjusted, percentage points",
            "lowest": "Lowest possible",
            "highest": "Highest possible",
            "association": "Association",
            "only_plans": "Plans with this factor and none of the others printed",
        },
        (
            "Compared among assessments with at least one of the other printed factors and among "
            "those with none. The number of assessments is assumed.",
        ),
        source=source,
        basis="assumed",
        folded=True,
    )
