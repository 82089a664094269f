"""The stages of a national run in words, and the totals of each."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.core.labels import label
from riskmodel.demand.national import NationalRun
from riskmodel.report.wording import month_words

__all__ = ["NATIONAL_LABELS", "totals_words"]

NATIONAL_LABELS: Mapping[str, str] = {
    **{
        name: label(name).full
        for name in ("child_protection_plan", "looked_after", "child_in_need")
    },
    "child_in_need_plan": "Children in need, neither on a plan nor looked after",
}
"""Each stage of a national run in words."""


def totals_words(run: NationalRun, stage: str) -> str:
    """The totals now and at the end of the projection, in sentences."""
    courses = run.of(stage)
    last = month_words(courses.months[-1])
    parts = []
    for course in run.totals(stage):
        low, middle, high = (course.quantile(level)[-1] for level in (0.05, 0.5, 0.95))
        parts.append(
            f"{course.area} had {course.latest:,.0f} at the end of "
            f"{month_words(courses.opening_month)}; the central projection for the end "
            f"of {last} is {middle:,.0f} (90% range {low:,.0f} to {high:,.0f})"
        )
    return ". ".join(parts) + ". What is to come is projected, not counted."
