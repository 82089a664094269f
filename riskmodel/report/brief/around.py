"""What it does to others: the services around, in one table of the page of what to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from riskmodel.authority.services import simulated
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.model import Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import count_of, month_words
from riskmodel.services.result import LABELS

if TYPE_CHECKING:
    from riskmodel.services.result import ServicePlan

__all__ = ["around_table"]

_ROWS = 4
"""For which there is room on a sheet, those that move most."""


def around_table(results: BriefResults) -> Table | None:
    """Who waits for each service, or the posts that it takes, first and at the date.

    None where the folder has no services. Where it has more than there is room for, those are
    shown whose numbers move most against their range.
    """
    if not results.has("services"):
        return None
    plans = simulated(results.authority, **results.sizes.named())
    by = plans[0].months[-1]
    if results.has("projection"):
        by = min(results.target.by, by)
    rows = sorted((_row(plan, by) for plan in plans), key=lambda row: -row.pop("moved"))
    notes = "Central projection, with its 90% range in brackets."
    if len(rows) > _ROWS:
        others = count_of(len(rows) - _ROWS, "service")
        notes += f" The {_ROWS} that move most; {others} more in the annex."
    first = plans[0].months[0]
    headings = {
        "service": "Service",
        "counted": "What is counted",
        "first": month_words(first),
        "ahead": month_words(by),
    }
    source = "Projected from the files of the folder services; each says what is assumed"
    return table_of(
        "brief_around",
        "What it does to others",
        rows[:_ROWS],
        headings,
        (notes,),
        source,
        "projected",
    )


def _row(plan: ServicePlan, by: str) -> dict[str, Any]:
    """The list of a service, or the posts that it takes, and how far that moves for its range."""
    measure = "waiting" if plan.service.has_list else "posts_needed"
    label, form = LABELS[measure]
    central, low, high = plan.numbers(measure, by)
    before = plan.numbers(measure, plan.months[0])[0]
    return {
        "service": plan.service.label,
        "counted": label,
        "first": f"{before:{form}}",
        "ahead": f"{central:{form}} ({low:{form}}\u2013{high:{form}})",
        "moved": abs(central - before) / max(high - low, 1e-9),
    }
