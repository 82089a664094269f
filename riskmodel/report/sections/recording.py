"""What under-recording of factors could change: rates over all of it, and sides of the cuts."""

from __future__ import annotations

from riskmodel.errors import DataError
from riskmodel.factors.margins.recorded import RATES
from riskmodel.factors.margins.recording import RecordingSensitivity
from riskmodel.report.model import Block, Paragraph, Section, Table
from riskmodel.report.sections.building import pictured, table_of
from riskmodel.report.wording import label_of, percent

__all__ = ["recording_section"]

_HEADINGS = {
    "factor": "Factor",
    "conversion_rate": "Share that led to a plan, as recorded",
    "conversion_rate_lowest": "Lowest",
    "conversion_rate_highest": "Highest",
    "share_of_plans": "Share of plans, as recorded",
    "share_of_plans_lowest": "Lowest ",
    "share_of_plans_highest": "Highest ",
    "quadrant": "Prevalence and impact, as recorded",
    "possible": "Possible",
    "tips_at": "Ratio of recording at which impact changes sides",
}


def recording_section(found: RecordingSensitivity, *, source: str, is_own: bool) -> Section:
    """One sentence on what under-recording could change, the area as a picture, and its ends.

    Parameters
    ----------
    found
        Rates and sides of the cuts over the area.
    source
        Where the counts stand.
    is_own
        Whether they are an authority's own: the ranges are then those found in another.
    """
    table = _table(found, source)
    try:
        chart: Block = pictured(
            found,
            "recording_rates",
            "Dot: the share as recorded. Line: what it could be over all recording considered; it "
            "is no range of chance.",
            table,
        )
    except DataError:
        chart = table
    elsewhere = (
        "How completely this authority records is not known: the ranges are those that published "
        "figures of one authority in 2014/15 gave. "
        if is_own
        else ""
    )
    return Section(
        "recording",
        "What under-recording could change",
        (
            Paragraph(found.summary()),
            Paragraph(f"{elsewhere}{found.remarks()[0]} All of this is assumed."),
            chart,
        ),
    )


def _table(found: RecordingSensitivity, source: str) -> Table:
    rates, shares = (found.ends(measure) for measure in RATES)
    rows = [
        (
            label_of(rate.factor),
            *(_cell(value) for value in (*rate[1:], *share[1:])),
            f"{side['prevalence']} / {side['impact']}",
            f"{side['prevalence_possible']} / {side['impact_possible']}",
            f"{side['tips_at']:.2f}" if side["tips_at"] == side["tips_at"] else "",
        )
        for rate, share, side in zip(rates, shares, found.sides().to_dict("records"), strict=True)
    ]
    notes = (
        "Ratio: share recorded among assessments that led to a plan, over that among the others. "
        "Cuts are held where they are.",
    )
    title = "Rates and quadrants over all recording considered"
    return table_of(
        "recording_bounds", title, rows, _HEADINGS, notes, source, "assumed", folded=True
    )


def _cell(value: float) -> str:
    return percent(value) if value == value else "not possible"
