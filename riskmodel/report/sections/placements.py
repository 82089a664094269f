"""Placements of looked-after children: where they are, what to expect, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from riskmodel.authority.placement_flows import PlacementFlows, yearly_flows
from riskmodel.core.months import month_words
from riskmodel.core.result import march_rows
from riskmodel.placements.budget import DRIVERS
from riskmodel.placements.forecast import ALL
from riskmodel.placements.kinds import KINDS, kind_label
from riskmodel.projection import BASELINE
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import pictured, table_of

if TYPE_CHECKING:
    from riskmodel.authority.placements import Placements
    from riskmodel.placements.budget import PlacementBudget

__all__ = ["placements_picture", "placements_point", "placements_section"]

_RANGE = {"central": "Central projection", "low": "90% range from", "high": "to"}
_WIDE = "The wider a band, the more children; averages over the simulations."
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
    blocks: list[Block] = [
        Paragraph(placed.summary()),
        placements_picture(placed),
    ]
    flows = yearly_flows(placed)
    if len(flows.told):
        blocks.append(pictured(flows, "placement_flows", _WIDE, _flows_table(flows, placed)))
    if placed.budget is not None:
        budget = placed.budget
        blocks += [Paragraph(text) for text in budget.remarks()]
        blocks.append(pictured(budget, "placement_cost", "Dot: the central projection. Line: its "
                               "90% range.", _cost_table(placed, budget)))  # fmt: skip
        if len(budget.drivers):
            blocks.append(_drivers_table(budget))
    blocks += [Paragraph(note) for note in placed.notes]
    return Section("placements", title, tuple(blocks))


def placements_picture(placed: Placements) -> Chart:
    """Children by placement over time, with their numbers."""
    return pictured(
        placed, "placements_by_kind", _READ, _stocks_table(placed, placed.forecast.source)
    )


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
    return table_of("placements_by_kind", title, rows, headings, notes, source, "projected")


def _flows_table(flows: PlacementFlows, placed: Placements) -> Table:
    rows = [
        (row["from"], row["to"], *(round(row[name]) for name in ("children", "q05", "q95")))
        for row in flows.told.to_dict("records")
    ]
    headings = {
        "from": "From", "to": "To", "average": "Children, on average", "low": "90% range from",
        "high": "to",
    }  # fmt: skip
    notes = ("Ways that on average round to no child are left out.",)
    return table_of("placement_flows", f"From where to where, {flows.period}", rows, headings,
                    notes, placed.forecast.source, "projected")  # fmt: skip


def _cost_table(placed: Placements, budget: PlacementBudget) -> Table:
    """Days, price and cost, which multiply and add up as they are printed."""
    frame = budget.frame[budget.frame["scenario"] == BASELINE]
    rows: list[tuple[Any, ...]] = []
    formulas: dict[tuple[int, str], str] = {}
    for _, part in frame.groupby("year", sort=False):
        by_kind = {row["placement"]: row for row in part.to_dict("records")}
        kinds = [
            name
            for name, row in by_kind.items()
            if name in KINDS and name not in placed.withheld and round(row["days"])
        ]
        first = len(rows)
        for name in kinds:
            row = by_kind[name]
            days, price = round(row["days"]), round(row["price_per_week"], 2)
            formulas[len(rows), "average"] = "ROUND({days}*{price}/7,0)"
            rows.append(_cost_row(row, days, price, _half_up(days * price / 7)))
        total = by_kind[ALL]
        # Kinds that are not shown are in the total alone, as one number.
        unlisted = bool(placed.withheld & set(budget.prices.of))
        sums = []
        for at, name, key in ((3, "days", "days"), (5, "average", "mean")):
            shown = sum(row[at] for row in rows[first:])
            rest = round(total[key] - sum(by_kind[kind][key] for kind in kinds)) if unlisted else 0
            if kinds:
                listed = f"SUM({{{name}:{first}}}:{{{name}:{len(rows) - 1}}})"
                formulas[len(rows), name] = f"{listed}+{rest}" if unlisted else listed
            sums.append(shown + rest)
        price = _half_up(sums[1] * 700 / sums[0]) / 100 if sums[0] else float("nan")
        if sums[0]:
            formulas[len(rows), "price"] = "ROUND({average}*7/{days},2)"
        rows.append(_cost_row(total, sums[0], price, sums[1]))
    headings = {
        "year": "Financial year", "months": "Months projected", "placement": "Placement",
        "days": "Days of care", "price": f"Average price of a week, {budget.prices.currency}",
        "average": "Average cost", "low": "90% range from", "high": "to",
    }  # fmt: skip
    notes = (
        "Average cost is days times the price of a week over 7, each year in its own prices. In "
        "the workbook costs and totals are formulas: days or a price that are changed there change "
        "them, the ranges stay.",
    )
    made = table_of("placement_cost", "Cost of placements by financial year", rows, headings,
                    notes, budget.prices.source or "prices of the folder", "projected")  # fmt: skip
    return replace(made, formulas=formulas)


def _cost_row(row: Mapping[Any, Any], days: int, price: float, average: int) -> tuple[Any, ...]:
    words = kind_label(row["placement"]).capitalize()
    ends = (round(row[name]) for name in ("q05", "q95"))
    return (row["year"], row["months"], words, days, price, average, *ends)


def _half_up(value: float) -> int:
    """To a whole number as a spreadsheet rounds."""
    return math.floor(value + 0.5)


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
