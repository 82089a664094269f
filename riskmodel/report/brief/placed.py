"""Page on placements: how many children of each kind, what they cost, and against which budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from riskmodel.placements.budget import DRIVERS
from riskmodel.placements.forecast import ALL
from riskmodel.placements.kinds import KINDS, kind_label
from riskmodel.projection import BASELINE
from riskmodel.report.brief.paging import brief_page
from riskmodel.report.brief.results import MONTHS_A_YEAR, BriefResults
from riskmodel.report.brief.wording import Range, chance_words, direction, money, number
from riskmodel.report.model import Section, Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.sections.placements import placements_picture
from riskmodel.report.wording import join_words, month_words

if TYPE_CHECKING:
    from riskmodel.authority.placements import Placements

__all__ = ["placed_page", "placed_point"]

_SAID, _ROWS = 3, 6
"""Kinds of placement in words, those with most children; and in the table, for one sheet of paper
those with a price and then those with most children."""


def placed_page(results: BriefResults, placed: Placements, annex: str) -> Section:
    """Children by placement at the date, what they cost in the next financial year, and why."""
    texts = [_numbers(results, placed), _price(placed), _drivers(placed), _year_under_way(placed)]
    if placed.budget is None:
        texts.append("The folder gives no prices by placement, so what each costs is not said.")
    if placed.history is None:
        texts.append(
            "Printed are the total, homes and agency carers; how the other children are placed "
            "now is assumed."
        )
    if placed.withheld:
        texts.append("Placements of few children are in the total alone.")
    return brief_page(
        "placed",
        placed_point(results, placed).removesuffix("."),
        texts,
        annex=annex,
        chart=placements_picture(placed),
        table=_table(results, placed),
    )


def placed_point(results: BriefResults, placed: Placements) -> str:
    """The chance of an overspend; without a budget the cost, without prices the children."""
    year = _next_year(placed)
    if year is None:
        month, children = _month(results, placed), _children(results, placed)
        return (
            f"With no change of policy {number(children[ALL].middle)} children are in placements "
            f"at the end of {month_words(month)} {children[ALL].bracket()}."
        )
    cost = _amounts(year)
    said = f"{cost[0]} in {year['year']} (90% range {cost[1]} to {cost[2]})"
    if year["budget"] != year["budget"]:
        return f"With no change of policy placements cost {said}."
    line = money(year["budget"], year["currency"])
    return (
        f"The chance that placements cost more than the {line} budgeted is "
        f"{chance_words(year['overspend'])}: the central projection is {said}."
    )


def _numbers(results: BriefResults, placed: Placements) -> str:
    """The total and the largest kinds at the date, beside those of now."""
    children, now = _children(results, placed), _now(placed)
    largest = sorted((n for n in children if n != ALL), key=lambda n: -children[n].middle)[:_SAID]
    said = [
        f"{kind_label(name).lower()} {number(children[name].middle)} "
        f"({children[name].ends()}), {direction(children[name].middle, now[name])}"
        for name in largest
    ]
    told = f": {join_words(said)}" if said else ""
    return (
        f"The central projection is {number(children[ALL].middle)} looked-after children at the "
        f"end of {month_words(_month(results, placed))} {children[ALL].bracket()}{told}."
    )


def _price(placed: Placements) -> str:
    """What is priced, where not all is, and what is paid by grant."""
    year = _next_year(placed)
    if placed.budget is None or year is None:
        return ""
    lacks = [
        kind_label(name).lower() for name in _shown(placed) if name not in placed.budget.prices.of
    ]
    frame = placed.budget.frame
    grant = frame[
        (frame["scenario"] == BASELINE)
        & (frame["year"] == year["year"])
        & (frame["placement"] == "grant")
    ]
    said = [f"Not priced: {join_words(lacks)}."] if lacks else []
    if len(grant) and grant["q50"].iloc[0]:
        paid = money(-grant["q50"].iloc[0], year["currency"])
        said.append(f"A grant for unaccompanied children brings in {paid}.")
    return " ".join(said)


def _drivers(placed: Placements) -> str:
    """What moves the cost from the last whole year of the return."""
    frame = None if placed.budget is None else placed.budget.drivers
    if frame is None or not len(frame):
        return ""
    mean = frame[frame["scenario"] == BASELINE].set_index("driver")["mean"]
    currency = placed.budget.prices.currency  # type: ignore[union-attr]
    words = DRIVERS | {"numbers": f"{'more' if mean['numbers'] > 0 else 'fewer'} children"}
    parts = join_words(
        f"{said.lower()} {'+' if mean[name] > 0 else ''}{money(mean[name], currency)}"
        for name, said in words.items()
    )
    return f"On average, compared with the last whole year of the return: {parts}."


def _year_under_way(placed: Placements) -> str:
    """How the year under way will end, where the folder says what was spent."""
    said = [] if placed.budget is None else [
        f"With what is spent so far, {row['year']} ends at "
        f"{money(row['q50'], placed.budget.prices.currency)} "
        f"({' to '.join(money(row[name], placed.budget.prices.currency) for name in _ENDS)})."
        for row in placed.budget.outturn.to_dict("records")
    ]  # fmt: skip
    return " ".join(said)


_ENDS = ("q05", "q95")


def _next_year(placed: Placements) -> dict[Any, Any] | None:
    """All placements in the first financial year that is projected whole; None without prices."""
    if placed.budget is None:
        return None
    rows = placed.budget.total().to_dict("records")
    return next((row for row in rows if row["months"] == MONTHS_A_YEAR), rows[0])


def _amounts(row: dict[Any, Any]) -> tuple[str, str, str]:
    middle, low, high = (money(row[name], row["currency"]) for name in ("q50", *_ENDS))
    return middle, low, high


def _month(results: BriefResults, placed: Placements) -> str:
    """The brief's date; the last month projected where that is not among them."""
    by = results.target.by
    return by if by in placed.forecast.months else placed.forecast.months[-1]


def _shown(placed: Placements) -> list[str]:
    """Kinds that may be shown and have children, in their order."""
    now = _now(placed)
    return [name for name in KINDS if name not in placed.withheld and now[name]]


def _now(placed: Placements) -> dict[str, int]:
    opening = placed.forecast.opened
    return dict(zip((*KINDS, ALL), [*opening.tolist(), int(opening.sum())], strict=True))


def _children(results: BriefResults, placed: Placements) -> dict[str, Range]:
    """Children by placement at the date."""
    frame, month = placed.forecast.stocks(), _month(results, placed)
    rows = frame[(frame["scenario"] == BASELINE) & (frame["month"] == month)]
    by_kind = {
        row["placement"]: Range(row["q05"], row["q50"], row["q95"])
        for row in rows.to_dict("records")
    }
    return {name: by_kind[name] for name in (*_shown(placed), ALL)}


def _table(results: BriefResults, placed: Placements) -> Table:
    """A row a kind of placement: now, at the date, and its cost in the next financial year."""
    children, now, year = _children(results, placed), _now(placed), _next_year(placed)
    headings = {
        "placement": "Placement",
        "now": f"End of {month_words(placed.forecast.opening_month)}",
        "ahead": f"End of {month_words(_month(results, placed))}",
    }
    costs = {}
    if placed.budget is not None and year is not None:
        frame = placed.budget.frame
        rows = frame[(frame["scenario"] == BASELINE) & (frame["year"] == year["year"])]
        costs = {row["placement"]: _amounts(row) for row in rows.to_dict("records")}
        headings["cost"] = f"Cost in {year['year']}"
    kinds = [name for name in children if name != ALL]
    kinds.sort(key=lambda name: (name not in costs, -children[name].middle))
    shown = [name for name in children if name in (*kinds[:_ROWS], ALL)]
    more = ["The annex has the other kinds."] if len(kinds) > _ROWS else []
    rows_shown = [
        {
            "placement": kind_label(name),
            "now": now[name],
            "ahead": children[name].cell(),
            **({"cost": _cost_cell(costs.get(name))} if costs else {}),
        }
        for name in shown
    ]
    return table_of(
        "brief_placements",
        f"Children looked after{' and their cost' if costs else ''}, by placement",
        rows_shown,
        headings,
        (
            "Central projection with its 90% range; central projections do not add up.",
            *more,
        ),
        placed.forecast.source,
        "projected",
    )


def _cost_cell(amounts: tuple[str, str, str] | None) -> str:
    return "not priced" if amounts is None else f"{amounts[0]} ({amounts[1]}–{amounts[2]})"
