"""The price of a plan, at unit costs that its user supplies: the package has none of its own.

.. code-block:: toml

    [costs]
    post_per_year = 0.0
    agency_per_week = 0.0
    placement_per_week = 0.0
    currency = "GBP"
    prices = "2015/16"
    source = "whoever answers for these prices"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.caseload.result import CaseloadPlan, order_statistics
from riskmodel.caseload.workforce import Workforce
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE, quantile_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["COMPONENTS", "UnitCosts", "cost_frame", "monthly_cost", "read_costs"]

COMPONENTS = ("posts", "agency", "placements")
"""What has a price: workers in post, agency workers, placements of looked-after children."""

WEEKS_A_MONTH = 365.25 / 7 / 12
_PRICES = ("post_per_year", "agency_per_week", "placement_per_week")
_WORDS = ("currency", "prices", "source")


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Prices of one unit each; None is not priced and stays out of every sum.

    Parameters
    ----------
    post_per_year
        A worker in post for a year, on-costs included. Vacant posts cost nothing.
    agency_per_week
        A full-time agency worker for a week.
    placement_per_week
        The mean placement of a looked-after child for a week.
    currency, prices, source
        Which money, of which year, and who answers for it.

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
            if value is not None and not (np.isfinite(value) and value >= 0):
                raise DataError(f"a price must be 0 or more, got {value:g}", field=name)
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
    """Read a file of unit costs.

    Raises
    ------
    DataError
        What was found, in which file, line and key, and what is allowed.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"this is no TOML: {error}", file=path.name) from error
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"cannot be read: {error}", file=path.name) from error
    for section in data:
        if section != "costs":
            problem = UnknownNameError("section", section, ["costs"])
            raise DataError(str(problem), file=path.name, field=section)
    given = data.get("costs")
    if not isinstance(given, dict):
        raise DataError("needs a section [costs]", file=path.name)
    allowed = [field.name for field in fields(UnitCosts)]
    for key, value in given.items():
        line = _line(text, key)
        if key not in allowed:
            problem = UnknownNameError("unit cost", key, allowed)
            raise DataError(str(problem), file=path.name, line=line, field=key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if key in _PRICES and not is_number:
            raise DataError(
                f"must be a number, got {value!r}", file=path.name, line=line, field=key
            )
        if key in _WORDS and not isinstance(value, str):
            raise DataError(f"must be a text, got {value!r}", file=path.name, line=line, field=key)
    try:
        return UnitCosts(**given)
    except DataError as error:
        message = str(error).partition(": ")[2] if error.field else str(error)
        line = _line(text, error.field) if error.field else None
        raise DataError(message, file=path.name, line=line, field=error.field) from error


def monthly_cost(
    plan: CaseloadPlan,
    costs: UnitCosts,
    workforce: Workforce,
    scenario: str = BASELINE,
) -> Mapping[str, npt.NDArray[np.float64]]:
    """What each component costs in each month, on the plan's replicates.

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
        By component that has a price, shape (month, replicate), in the currency of the costs, at
        constant prices.
    """
    path = plan.path(scenario)
    shape = path.in_post.shape
    found: dict[str, npt.NDArray[np.float64]] = {}
    if costs.post_per_year is not None:
        found["posts"] = path.in_post * np.float64(costs.post_per_year / 12)
    if costs.agency_per_week is not None:
        agency = workforce.monthly("agency_fte", shape[0])[:, None]
        found["agency"] = np.broadcast_to(
            agency * costs.agency_per_week * WEEKS_A_MONTH, shape
        ).copy()
    if costs.placement_per_week is not None:
        children = plan.looked_after[plan.scenarios.index(scenario)]
        found["placements"] = children * (costs.placement_per_week * WEEKS_A_MONTH)
    return found


def cost_frame(
    plan: CaseloadPlan,
    costs: UnitCosts,
    workforce: Workforce | Mapping[str, Workforce],
) -> pd.DataFrame:
    """A row a scenario, component and month, ``all`` components and the ``whole`` plan besides.

    Columns: area, scenario, component, month, mean, then ``q05`` and so on, currency, basis.
    """
    import pandas as pd

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


def _line(text: str, key: str | None) -> int | None:
    for number, line in enumerate(text.splitlines(), start=1):
        if key and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return number
    return None
