"""What it costs: by financial year, in each year's own prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.projection import BASELINE
from riskmodel.report.model import Paragraph, Point, Section, Table
from riskmodel.report.sections.building import pictured, table_of
from riskmodel.report.sections.scenario_tables import scenario_label

if TYPE_CHECKING:
    from riskmodel.authority.price import PriceByYear

__all__ = ["price_point", "price_section"]

_COMPONENTS = {
    "posts": "Workers in post",
    "agency": "Agency workers",
    "placements": "Placements of looked-after children",
    "all": "All of these",
}

_TWO_COSTS = (
    "Placements are all looked-after children here, at one mean price; the section on placements "
    "has the cost that follows from where children are placed and the folder's price list, and is "
    "the one to budget with."
)
"""Which of two costs of placements is which."""


def price_section(price: PriceByYear, *, title: str, source: str, by_kind: bool = False) -> Section:
    """The cost with no change of policy by year and component, and that of each scenario.

    Parameters
    ----------
    price
        Costs by scenario, financial year and component.
    title
        Heading of the section.
    source
        Where the prices stand.
    by_kind
        Whether placements have a price list of their own beside.
    """
    return Section(
        "price",
        title,
        (
            Paragraph(price.summary()),
            *([Paragraph(_TWO_COSTS)] if by_kind else []),
            pictured(
                price,
                "price_years",
                "Dot: the central projection with no change of policy. Line: its 90% range.",
                _years_table(price, source),
            ),
            *([_scenarios_table(price, source)] if len(set(price.frame["scenario"])) > 1 else []),
            _prices_table(price),
        ),
    )


def price_point(price: PriceByYear) -> Point:
    """The cost in a sentence, for the summary."""
    return Point(f"{price.summary()} Basis: projected.", "price")


def _years_table(price: PriceByYear, source: str) -> Table:
    frame = price.frame[price.frame["scenario"] == BASELINE]
    rows = [
        (
            row["year"],
            row["months"],
            _COMPONENTS[row["component"]],
            *(round(row[name]) for name in ("q50", "q05", "q95")),
        )
        for row in frame.to_dict("records")
    ]
    return table_of(
        "price_years",
        "Cost by financial year with no change of policy",
        rows,
        {
            "year": "Financial year",
            "months": "Months projected",
            "component": "What is paid for",
            "central": f"Central projection, {_currency(price)}",
            "low": "90% range from",
            "high": "to",
        },
        ("Each year is in its own prices; a central projection of all is not the sum of those.",),
        source,
        "projected",
    )


def _scenarios_table(price: PriceByYear, source: str) -> Table:
    frame = price.frame[price.frame["component"] == "all"]
    rows = [
        {
            "scenario": scenario_label(name),
            **{
                row["year"].replace("/", "_"): round(row["mean"])
                for row in frame[frame["scenario"] == name].to_dict("records")
            },
        }
        for name in dict.fromkeys(frame["scenario"])
    ]
    return table_of(
        "price_scenarios",
        "Average cost of each scenario by financial year",
        rows,
        {
            "scenario": "Scenario",
            **{year.replace("/", "_"): f"{year}, {_currency(price)}" for year in price.years},
        },
        ("Averages over the simulations, of all that has a price.",),
        source,
        "projected",
    )


def _prices_table(price: PriceByYear) -> Table:
    names = {
        "post_per_year": "A worker in post, a year",
        "agency_per_week": "An agency worker, a week",
        "placement_per_week": "A placement, a week",
    }
    rows = [
        {
            "year": year,
            **{
                name: "none" if (value := getattr(costs, name)) is None else round(value, 2)
                for name in names
            },
            "prices": costs.prices,
            "source": costs.source or "not stated",
        }
        for year, costs in price.costs.items()
    ]
    return table_of(
        "price_prices",
        "The prices, and whose they are",
        rows,
        {"year": "Financial year", **names, "prices": "In prices of", "source": "Source"},
        ("A year without prices of its own has the latest before it, raised as the folder says.",),
        basis="assumed",
    )


def _currency(price: PriceByYear) -> str:
    return price.costs[price.years[0]].currency
