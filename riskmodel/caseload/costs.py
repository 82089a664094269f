"""The price of a plan, at unit costs that its user supplies: the package has none of its own.

.. code-block:: toml

    [costs]
    post_per_year = 0.0
    agency_per_week = 0.0
    placement_per_week = 0.0
    currency = "GBP"
    prices = "2015/16"
    source = "whoever answers for these prices"

    [levers]
    post = 0.0
    shorter_plans_percent = 0.0
    diversion_percent = 0.0

The second section is only for the search for mixes. It gives the yearly cost of a post, and of each
percent of shorter plans and of plans avoided by early help. A file has one of the sections or both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from riskmodel.caseload.mixes import LeverCosts
from riskmodel.caseload.result import CaseloadPlan, order_statistics
from riskmodel.caseload.workforce import Workforce
from riskmodel.core.arrays import Floats
from riskmodel.core.toml import Table, read_toml
from riskmodel.errors import DataError
from riskmodel.plausible import MOST, shown, unlikely_post
from riskmodel.projection import BASELINE, quantile_name

__all__ = [
    "COMPONENTS",
    "UnitCosts",
    "cost_frame",
    "costs_template",
    "monthly_cost",
    "read_costs",
    "read_lever_costs",
    "read_unit_costs",
    "unlikely_posts",
]

COMPONENTS = ("posts", "agency", "placements")
"""What can have a price: workers in post, agency workers, placements of looked-after children."""

WEEKS_A_MONTH = 365.25 / 7 / 12
_PRICES = ("post_per_year", "agency_per_week", "placement_per_week")
_WORDS = ("currency", "prices", "source")
_LEVER_PRICES = ("post", "shorter_plans_percent", "diversion_percent")
_SECTIONS = ("costs", "levers")
_Made = TypeVar("_Made")

_TEMPLATE = """\
# Prices for riskmodel caseload --costs THIS_FILE. Take the sign # away from a line and write your
# own number: the package has no price of its own. What has no price stays out of every sum.

[costs]
# post_per_year =         # a worker in post for a year, with on-costs
# agency_per_week =       # a full-time agency worker for a week
# placement_per_week =    # the mean placement of a looked-after child for a week
currency = "GBP"
prices = ""               # of which year, such as "2015/16"
source = ""               # who answers for them

# For --show mix alone: what each lever costs a year. All three, or leave the section out.
# [levers]
# post =                  # a post
# shorter_plans_percent = # plans one percent shorter
# diversion_percent =     # one percent of plans diverted by early help
"""
"""Its lines are checked by a test: filled in, they are read."""


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Prices of one unit each; None means that it has no price and is in no sum.

    Parameters
    ----------
    post_per_year
        A worker in post for a year, on-costs included. Vacant posts cost nothing.
    agency_per_week
        A full-time agency worker for a week.
    placement_per_week
        The mean placement of a looked-after child for a week.
    currency, prices, source
        The currency, the year of the prices, and who answers for them.

    Raises
    ------
    DataError
        When a price is negative, or none is given.
    """

    post_per_year: float | None = None
    agency_per_week: float | None = None
    placement_per_week: float | None = None
    currency: str = "GBP"
    prices: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        for name in _PRICES:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= MOST["a price"]:
                raise DataError(
                    f"a price must be 0 or more, at most {MOST['a price']:,}; got {shown(value)}",
                    field=name,
                )
        if all(getattr(self, name) is None for name in _PRICES):
            raise DataError(f"give at least one price of {', '.join(_PRICES)}")

    @property
    def priced(self) -> tuple[str, ...]:
        """Which of :data:`COMPONENTS` have a price."""
        given = zip(COMPONENTS, _PRICES, strict=True)
        return tuple(name for name, price in given if getattr(self, price) is not None)

    def __str__(self) -> str:
        left_out = [name for name in COMPONENTS if name not in self.priced]
        note = f"; not priced: {', '.join(left_out)}" if left_out else ""
        return (
            f"{', '.join(self.priced)} in {self.currency} {self.prices}".rstrip()
            + note
            + (f" ({self.source}; assumed)" if self.source else " (assumed)")
        )


def read_costs(path: str | Path) -> UnitCosts:
    """Read the section ``[costs]`` of a file of prices.

    Raises
    ------
    DataError
        What was found, in which file, line and key, and what is allowed.
    """
    top = _sections(path)
    found = _read(top, "costs", UnitCosts, _PRICES, _WORDS)
    if not found.prices.strip():
        message = 'is missing: of which year the prices are, such as prices = "2015/16"'
        raise top.section("costs").error(message, "prices")
    return found


def read_unit_costs(path: str | Path, *, needed: bool = True) -> UnitCosts | None:
    """As :func:`read_costs`; None where the section is not there and not needed."""
    return None if not needed and "costs" not in _sections(path) else read_costs(path)


def read_lever_costs(path: str | Path) -> LeverCosts | None:
    """Read the section ``[levers]`` of a file of prices; None where it has none.

    Raises
    ------
    DataError
        As :func:`read_costs`; all three prices are needed.
    """
    top = _sections(path)
    if "levers" not in top:
        return None
    levers = top.section("levers")
    missing = [key for key in _LEVER_PRICES if key not in levers]
    if missing:
        prices = f"{', '.join(_LEVER_PRICES)}; {', '.join(missing)} is missing"
        raise levers.error(f"[levers] needs {prices}", missing[0])
    return _read(top, "levers", LeverCosts, _LEVER_PRICES, ("currency",))


def unlikely_posts(unit: UnitCosts | None, levers: LeverCosts | None) -> tuple[str, ...]:
    """What is said of prices of a post that are likely a slip, each once."""
    said = [] if unit is None else [unlikely_post(unit.post_per_year, unit.currency)]
    said += [] if levers is None else [unlikely_post(levers.post, levers.currency)]
    return tuple(dict.fromkeys(filter(None, said)))


def costs_template() -> str:
    """A file of prices to fill in, without any price: the package has none of its own."""
    return _TEMPLATE


def _sections(path: str | Path) -> Table:
    top = read_toml(path)
    top.check_keys(_SECTIONS, "section")
    return top


def _read(
    top: Table, section: str, made: type[_Made], prices: Sequence[str], words: Sequence[str]
) -> _Made:
    if section not in top:
        raise top.error(f"needs a section [{section}]")
    table = top.section(section)
    table.check_keys([*prices, *words], "unit cost")
    for key in table:
        if key in prices:
            table.optional(key, float, 0.0)
        else:
            table.optional(key, str, "")
    try:
        return made(**table.content)
    except DataError as error:
        raise table.error(error.message, *([error.field] if error.field else [])) from error


def monthly_cost(
    plan: CaseloadPlan,
    costs: UnitCosts,
    workforce: Workforce,
    scenario: str = BASELINE,
) -> Mapping[str, Floats]:
    """What each component costs in each month, in each replicate of the plan.

    Parameters
    ----------
    plan
        Whose workers and looked-after children are priced.
    costs
        Unit costs.
    workforce
        The scenario's, for its agency workers.
    scenario
        Which.

    Returns
    -------
    Mapping
        For each component with a price an array of shape (month, replicate), in the currency of the
        costs, at constant prices.
    """
    path = plan.path(scenario)
    shape = path.in_post.shape
    found: dict[str, Floats] = {}
    if costs.post_per_year is not None:
        found["posts"] = path.in_post * np.float64(costs.post_per_year / 12)
    if costs.agency_per_week is not None:
        # Months last, so that one number a month and one for each simulation go together.
        agency = workforce.monthly("agency_fte", shape[0]).T * costs.agency_per_week * WEEKS_A_MONTH
        found["agency"] = np.broadcast_to(np.atleast_2d(agency), shape[::-1]).T.copy()
    if costs.placement_per_week is not None:
        children = plan.looked_after[plan.scenarios.index(scenario)]
        found["placements"] = children * (costs.placement_per_week * WEEKS_A_MONTH)
    return found


def cost_frame(
    plan: CaseloadPlan,
    costs: UnitCosts,
    workforce: Workforce | Mapping[str, Workforce],
) -> pd.DataFrame:
    """One row for each scenario, component and month, also for ``all`` and for the ``whole`` plan.

    Columns: area, scenario, component, month, mean, then ``q05`` and so on, currency, basis.
    """
    names = ["mean", *(quantile_name(each) for each in plan.quantiles)]
    pieces = []
    for scenario in plan.scenarios:
        force = workforce if isinstance(workforce, Workforce) else workforce[scenario]
        parts = dict(monthly_cost(plan, costs, force, scenario))
        parts["all"] = np.sum(list(parts.values()), axis=0)
        for component, values in parts.items():
            for months, amounts in (
                (plan.months, values),
                (("whole",), values.sum(axis=0, keepdims=True)),
            ):
                table = order_statistics(amounts.copy(), plan.quantiles)
                pieces.append(
                    pd.DataFrame(
                        {
                            "area": plan.area,
                            "scenario": scenario,
                            "component": component,
                            "month": months,
                            **{name: table[:, place] for place, name in enumerate(names)},
                            "currency": costs.currency,
                            "basis": "projected",
                        }
                    )
                )
    return pd.concat(pieces, ignore_index=True)
