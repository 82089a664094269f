"""The explanations of the growth side by side, as a section of the report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from riskmodel.report.charts import Drawing
from riskmodel.report.model import Chart, Paragraph, Section, Table
from riskmodel.report.wording import count_of

__all__ = ["explanations_section"]

_LABELS = {
    "explanation": "Explanation",
    "paragraph": "Paragraph",
    "share": "Percent of the growth",
    "growth": "Growth over",
    "basis": "Basis",
    "can_account_for": "It can account for",
    "cannot_say": "It cannot say",
}


def explanations_section(
    frame: pd.DataFrame,
    drawing: Drawing,
    *,
    sum_of_upper_ends: float,
    settings: str,
    source: str,
) -> Section:
    """What each explanation can and cannot account for.

    Parameters
    ----------
    frame
        One row an explanation: explanation, paragraph, growth, low, high (percent of the growth),
        basis, can_account_for, cannot_say.
    drawing
        Its chart.
    sum_of_upper_ends
        What the upper ends add up to, in percent.
    settings
        Which settings made it, in words.
    source
        Where the figures stand.
    """
    shown = frame.assign(share=[_share(row) for row in frame.to_dict("records")])
    table = Table(
        "explanations_table",
        "The explanations: what each can and cannot account for",
        shown[list(_LABELS)],
        _LABELS,
        ("No value within a range is more likely than another.",),
        source=source,
    )
    data = Table(
        "explanations_data",
        "Share of the growth by explanation, percent",
        frame[["explanation", "low", "high"]]
        .round(1)
        .astype(object)
        .where(frame[["explanation", "low", "high"]].notna(), "not identified"),
        {"explanation": "Explanation", "low": "From", "high": "To"},
        source=source,
        basis="assumed",
    )
    words = "; ".join(f"{row['explanation']}: {row['share']}" for row in shown.to_dict("records"))
    return Section(
        "explanations",
        "What the explanations can and cannot account for",
        (
            Paragraph(
                f"{count_of(len(frame), 'explanation').capitalize()} of the growth in children on "
                "a plan, each asked what share of it it can account for. They overlap, answer over "
                "different years and must not be added: their upper ends come to "
                f"{sum_of_upper_ends:.0f} percent."
            ),
            table,
            Chart(
                "explanations_chart",
                "Share of the growth that each explanation can account for",
                f"Ranges on a scale of percent of the growth. {words}.",
                "Each line runs over what is assumed, left open or due to chance. A line that "
                "reaches zero is consistent with accounting for nothing. An explanation whose "
                "share the figures do not identify has no line.",
                drawing.svg,
                drawing.png,
                data,
                source,
                "assumed",
                drawing.svg_narrow,
            ),
            Paragraph(f"Made with {settings}. Their folders hold each answer in full."),
        ),
    )


def _share(row: Mapping[Any, Any]) -> str:
    low, high = row["low"], row["high"]
    return "not identified" if math.isnan(low) else f"{low:.0f} to {high:.0f}"
