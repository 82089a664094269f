"""What a projection costs in each financial year, in that year's own prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.caseload import CaseloadPlan, Workforce
from riskmodel.caseload.costs import COMPONENTS, UnitCosts, monthly_cost
from riskmodel.core.months import years_of
from riskmodel.core.result import Result
from riskmodel.core.wording import count_of
from riskmodel.placements.budget import money
from riskmodel.projection import BASELINE

__all__ = ["ALL", "COMPONENT_LABELS", "PriceByYear", "price_by_year"]

ALL = "all"
"""All components that have a price, together."""

QUANTILES = (0.05, 0.5, 0.95)
_COLUMNS = ("mean", "q05", "q50", "q95")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PriceByYear(Result):
    """Costs by scenario, financial year and component.

    Parameters
    ----------
    area
        Whose.
    costs
        Unit costs by financial year, each in its own prices.
    frame
        A row for each scenario, year and component, also for ``all``. Columns: area, scenario,
        year, months (of the year that are projected), component, mean, q05, q50, q95, currency,
        prices, basis.
    """

    area: str
    costs: Mapping[str, UnitCosts]
    frame: pd.DataFrame

    @property
    def years(self) -> tuple[str, ...]:
        """Financial years, in order."""
        return tuple(self.costs)

    @property
    def not_priced(self) -> tuple[str, ...]:
        """Components without a price in any year, which are in no sum."""
        return without_price(self.costs.values())

    def to_frame(self) -> pd.DataFrame:
        """See :attr:`frame`."""
        return self.frame.copy()

    def total(self, scenario: str = BASELINE) -> pd.DataFrame:
        """The rows for all components together of one scenario, one for each year."""
        rows = (self.frame["scenario"] == scenario) & (self.frame["component"] == ALL)
        return self.frame[rows].reset_index(drop=True)

    def year_words(self, row: Mapping[Any, Any]) -> str:
        """The year of a row, with the number of projected months where that is not all twelve."""
        months = row["months"]
        return str(row["year"]) if months == 12 else f"{count_of(months, 'month')} of {row['year']}"

    def summary(self) -> str:
        """The baseline's cost in each year with its range, and what has no price."""
        said = []
        for row in self.total().to_dict("records"):
            low, high = (money(row[name], row["currency"]) for name in ("q05", "q95"))
            middle = money(row["q50"], row["currency"])
            said.append(f"{middle} in {self.year_words(row)} (90% range {low} to {high})")
        lacks = ", ".join(COMPONENT_LABELS[name] for name in self.not_priced)
        lacks = f" Not priced: {lacks}." if lacks else ""
        *most, last = (COMPONENT_LABELS[name] for name in COMPONENTS if name not in self.not_priced)
        priced = f"{', '.join(most)} and {last}" if most else last
        return (
            f"{self.area}: with no change of policy, {priced} cost {'; '.join(said)}. Each year is "
            f"in its own prices.{lacks}"
        )

    def preview(self) -> pd.DataFrame:
        """All components together, by scenario and year."""
        rows = self.frame[self.frame["component"] == ALL]
        columns = ["scenario", "year", "months", "q50", "q05", "q95", "prices", "basis"]
        return rows[columns].reset_index(drop=True)


COMPONENT_LABELS = {
    "posts": "workers in post",
    "agency": "agency workers",
    "placements": "placements of looked-after children",
}
"""Components of cost in words."""


def without_price(costs: Iterable[UnitCosts]) -> tuple[str, ...]:
    """Components to which none of these gives a price, so that no sum holds them."""
    priced = {name for each in costs for name in each.priced}
    return tuple(name for name in COMPONENTS if name not in priced)


def price_by_year(
    plan: CaseloadPlan,
    workforces: Mapping[str, Workforce],
    prices_of: Callable[[str], UnitCosts],
) -> PriceByYear:
    """The cost of every scenario of a plan by financial year.

    Parameters
    ----------
    plan
        Workers and looked-after children by month.
    workforces
        Of each scenario, for its agency workers.
    prices_of
        Unit costs in the prices of a financial year, such as
        :meth:`riskmodel.authority.folder.figures.Prices.of`.

    Notes
    -----
    A year's cost is the sum over its months in each simulation; ranges are over the simulations.
    The first and the last year hold only the months that are projected.
    """
    in_year = years_of(plan.months)
    costs = {year: prices_of(year) for year in in_year}
    rows = []
    for scenario in plan.scenarios:
        for year, places in in_year.items():
            monthly = monthly_cost(plan, costs[year], workforces[scenario], scenario)
            sums = {name: values[places].sum(axis=0) for name, values in monthly.items()}
            sums[ALL] = np.sum(list(sums.values()), axis=0)
            for component, amounts in sums.items():
                values = (amounts.mean(), *np.quantile(amounts, QUANTILES))
                rows.append(
                    {
                        "area": plan.area,
                        "scenario": scenario,
                        "year": year,
                        "months": len(places),
                        "component": component,
                        **dict(zip(_COLUMNS, map(float, values), strict=True)),
                        "currency": costs[year].currency,
                        "prices": costs[year].prices,
                        "basis": "projected",
                    }
                )
    return PriceByYear(plan.area, costs, pd.DataFrame(rows))
