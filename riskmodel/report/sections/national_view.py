"""One stage of a national run, ready to be shown, and its totals in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riskmodel.core.labels import label
from riskmodel.demand.national import Course, NationalCourses
from riskmodel.report.wording import month_words

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["NATIONAL_LABELS", "StageView", "totals_words"]

NATIONAL_LABELS: Mapping[str, str] = {
    **{
        name: label(name).full
        for name in ("child_protection_plan", "looked_after", "child_in_need")
    },
    "child_in_need_plan": "Children in need, neither on a plan nor looked after",
}
"""Each stage of a national run in words."""


@dataclass(frozen=True, slots=True, eq=False)
class StageView:
    """One stage, ready to be shown.

    Parameters
    ----------
    courses
        Of the stock.
    flows
        Of starts and ends, where they were simulated.
    totals
        All authorities together and England where it can be said, by measure.
    history
        Year and stock of each authority by code, the total's by its code too.
    funnel
        From :func:`riskmodel.factors.funnel`, with codes as factors; None where no population is
        known.
    neighbours
        Codes of the statistical neighbours of each authority, as the user states them.
    source
        Where the figures come from.
    """

    courses: NationalCourses
    flows: tuple[NationalCourses, ...]
    totals: Mapping[str, tuple[Course, ...]]
    history: Mapping[str, Sequence[tuple[int, float]]]
    funnel: pd.DataFrame | None
    neighbours: Mapping[str, tuple[str, ...]]
    source: str

    @property
    def stage(self) -> str:
        """Its name."""
        return self.courses.stage

    @property
    def label(self) -> str:
        """Its name in words."""
        return NATIONAL_LABELS[self.stage]

    @property
    def by_name(self) -> tuple[Course, ...]:
        """The authorities in the order of their names."""
        return tuple(sorted(self.courses.authorities, key=lambda each: (each.area, each.code)))


def totals_words(view: StageView) -> str:
    """The totals now and at the end of the projection, in sentences."""
    together, *england = view.totals["stock"]
    last = month_words(view.courses.months[-1])
    parts = []
    for course in (together, *england):
        low, middle, high = (course.quantile(level)[-1] for level in (0.05, 0.5, 0.95))
        parts.append(
            f"{course.area} had {course.latest:,.0f} at the end of "
            f"{month_words(view.courses.opening_month)}; for the end of {last} the middle of the "
            f"projection is {middle:,.0f}, and 90% of replicates lie between {low:,.0f} and "
            f"{high:,.0f}"
        )
    return ". ".join(parts) + ". What is to come is projected, not counted."
