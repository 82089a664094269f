"""Placements of looked-after children: where they are, what to expect, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.result import march_rows
from riskmodel.placements.budget import DRIVERS
from riskmodel.placements.kinds import kind_label
from riskmodel.projection import BASELINE, month_words
from riskmodel.report.model import Block, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import pictured, table_of

if TYPE_CHECKING:
    from riskmodel.authority.placements import Placements
    from riskmodel.placements.budget import PlacementBudget

__all__ = ["placements_point", "placements_section"]

_RANGE = {"central": "Central projection", "low": "90% range from", "high": "to"}
_READ = "Below the line: averages over the simulations, which add up to the total."


def placements_section(placed: Placements, *, title: str) -> Section:
    """Children by placement to date and projected, costs and what drives them.

    Parameters
    ----------
    placed
        As :func:`riskmodel.authority.placements.folder_placements` gives it.
    title
        Heading of the section.
    """
    source = placed.forecast.source
    blocks: list[Block] = [
        Paragraph(placed.summary()),
        pictured(placed, "placement_stocks", _READ, _stocks_table(placed, source)),
    ]
    if placed.budget is not None:
        budget = placed.budget
        blocks += [Paragraph(text) for text in budget.remarks()]
        blocks.append(pictured(budget, "placement_cost", "Dot: the central projection. Line: its "
                               "90% range.", _cost_table(placed, budget)))  # fmt: skip
        if len(budget.drivers):
            blocks.append(_drivers_table(budget))
    blocks += [Paragraph(note) for note in placed.notes]
    return Section("placements", title, tuple(blocks))


def placements_point(placed: Placements) -> Point:
    """The total and the cost in a sentence, for the summary."""
    return Point(f"{placed.summary()} Basis: projected.", "placements")


def _stocks_table(placed: Placements, source: str) -> Table:
    frame = placed.forecast.stocks()
    frame = frame[(frame["scenario"] == BASELINE) & ~frame["placement"].isin(placed.withheld)]
    rows = [
        (month_words(row["month"], day=True), kind_label(row["placement"]),
         *(round(row[name]) for name in ("q50", "q05", "q95")))
        for row in march_rows(frame, placed.forecast.months[-1]).to_dict("records")
    ]  # fmt: skip
    few = ["Placements of few children are in the total alone."] if placed.withheld else []
    notes = ("Central projections do not add up: each is the middle of its own range.", *few)
    headings = {"date": "Date", "placement": "Placement", **_RANGE}
    title = "Children looked after by placement, projected"
    return table_of("placement_stocks", title, rows, headings, notes, source, "projected")


def _cost_table(placed: Placements, budget: PlacementBudget) -> Table:
    frame = budget.frame
    frame = frame[(frame["scenario"] == BASELINE) & ~frame["placement"].isin(placed.withheld)]
    rows = [
        (row["year"], row["months"],
         kind_label(row["placement"]).capitalize(), round(row["days"]),
         round(row["price_per_week"], 2), *(round(row[name]) for name in ("mean", "q05", "q95")))
        for row in frame.to_dict("records")
        if row["placement"] not in ("grant", "net")
    ]  # fmt: skip
    headings = {
        "year": "Financial year", "months": "Months projected", "placement": "Placement",
        "days": "Days of care", "price": f"Average price of a week, {budget.prices.currency}",
        "average": "Average cost", "low": "90% range from", "high": "to",
    }  # fmt: skip
    notes = ("Average cost is days times the price of a week over 7, each year in its own prices.",)
    return table_of("placement_cost", "Cost of placements by financial year", rows, headings,
                    notes, budget.prices.source or "prices of the folder", "projected")  # fmt: skip


def _drivers_table(budget: PlacementBudget) -> Table:
    words = {"before": "Cost of the last whole year of the return", **DRIVERS, "after": "Cost"}
    rows = [
        (words[row["driver"]], *(round(row[name]) for name in ("mean", "q05", "q95")))
        for row in budget.drivers.query("scenario == @BASELINE").to_dict("records")
    ]
    headings = {
        "driver": "What drives the cost", "mean": "Average, which adds up",
        "low": "90% range from", "high": "to",
    }  # fmt: skip
    return table_of("placement_drivers", "From the last whole year to the first projected", rows,
                    headings, basis="projected")  # fmt: skip
