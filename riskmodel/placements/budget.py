"""What placements cost by financial year, what drives it, and how the current year will end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import years_of
from riskmodel.core.result import Result
from riskmodel.core.wording import chance_words
from riskmodel.parameters import parameter
from riskmodel.placements.forecast import ALL, PlacementForecast, first_year_whole
from riskmodel.placements.kinds import KINDS, kind_label
from riskmodel.placements.outturn import SHOWN, outturn_of, spread_of
from riskmodel.placements.prices import WEEK, PlacementPrices
from riskmodel.projection import BASELINE
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DRIVERS", "GRANT", "NET", "PlacementBudget", "budgeted", "money"]

Floats = npt.NDArray[np.float64]

GRANT, NET = "grant", "net"
DRIVERS = {
    "numbers": "More or fewer children",
    "mix": "Other placements",
    "inflation": "Expected inflation",
    "price": "Prices beyond it",
}
"""The parts of a change of cost, in the order in which they are worked out."""
TAIL_SHARE = 1 / 3
"""The dearest placements are counted that make up this share of the cost."""
_TAIL_SIMULATIONS = 400


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PlacementBudget(Result):
    """Costs by scenario, financial year and placement.

    Parameters
    ----------
    area
        Whose.
    prices
        The prices used.
    frame
        A row for each scenario, year and placement, also for ``all``, and with a grant for
        ``grant`` and ``net``. Columns: area, scenario, year, months, placement, days,
        price_per_week (both means), mean, q05, q50, q95, budget, overspend (chance that all cost
        more than the budget), currency, basis.
    drivers
        The change from the last whole year of the return to the first whole year projected:
        scenario, driver, mean, q05, q50, q95. The drivers add up to the change in every simulation.
    tail
        How many children's placements make up a third of the cost: year, children, share, with
        their ranges.
    outturn
        The current year as it will end: year, months_spent, spent, q05, q50, q95, budget,
        overspend; empty where no spending is known.
    paid, grants
        What all placements cost, and the income from grants, by scenario and year, shape
        (simulation,).
    """

    area: str
    prices: PlacementPrices
    frame: pd.DataFrame
    drivers: pd.DataFrame
    tail: pd.DataFrame
    outturn: pd.DataFrame
    paid: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    grants: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)

    @property
    def costs(self) -> Mapping[str, Floats]:
        """What all placements cost in each year with no change of policy, shape (simulation,)."""
        return self.paid.get(BASELINE, {})

    def to_frame(self) -> pd.DataFrame:
        """See :attr:`frame`."""
        return self.frame.copy()

    def total(self, scenario: str = BASELINE) -> pd.DataFrame:
        """All placements together, a row for each year."""
        rows = (self.frame["scenario"] == scenario) & (self.frame["placement"] == ALL)
        return self.frame[rows].reset_index(drop=True)

    def preview(self) -> pd.DataFrame:
        """All placements by scenario and year, in millions."""
        frame = self.frame[self.frame["placement"] == ALL]
        shown = frame[["scenario", "year", "months"]].assign(
            **{
                name: [f"{value / 1e6:,.1f}" for value in frame[column]]
                for name, column in (("million", "q50"), ("from", "q05"), ("to", "q95"))
            }
        )
        if frame["budget"].notna().any():
            shown["budget"] = [f"{v / 1e6:,.1f}" if v == v else "-" for v in frame["budget"]]
            shown["chance of an overspend"] = [
                chance_words(v) if v == v else "-" for v in frame["overspend"]
            ]
        return shown

    def summary(self) -> str:
        """The first whole year with its range, the chance of an overspend, and the drivers."""
        total = self.total()
        whole = total[total["months"] == 12]
        row = (whole if len(whole) else total).iloc[0]
        middle, low, high = (money(row[name], self.prices.currency) for name in _MONEY)
        said = (
            f"{self.area}: placements cost {middle} in {row['year']} with no change of policy "
            f"(90% range {low} to {high})."
        )
        if row["overspend"] == row["overspend"]:
            budget = money(row["budget"], self.prices.currency)
            said += (
                f" The chance that they cost more than the budget of {budget} is "
                f"{chance_words(row['overspend'])}."
            )
        lacks = [kind_label(name).lower() for name in KINDS if name not in self.prices.of]
        return said + (f" Not priced: {', '.join(lacks)}." if lacks else "")

    def remarks(self) -> tuple[str, ...]:
        """What drives the change, the dearest placements, and the current year."""
        said = []
        base = self.drivers[self.drivers["scenario"] == BASELINE]
        if len(base):
            parts = ", ".join(
                f"{DRIVERS[row['driver']].lower()} {_signed(row['mean'], self.prices.currency)}"
                for row in base.to_dict("records")
                if row["driver"] in DRIVERS
            )
            said.append(f"From the last whole year of the return: {parts}.")
        said += [
            f"In {row['year']} the dearest {row['q50']:,.0f} placements ({row['q05']:,.0f} to "
            f"{row['q95']:,.0f}), {row['share']:.0%} of all, make up a third of the cost."
            for row in self.tail.to_dict("records")
            if row["q05"] > parameter("disclosure_threshold").value
        ]
        said += self._income()
        for row in self.outturn.to_dict("records"):
            middle, low, high = (money(row[name], self.prices.currency) for name in _MONEY)
            said.append(
                f"{row['year']} ends at {middle} ({low} to {high}), of which "
                f"{money(row['spent'], self.prices.currency)} was spent in {row['months_spent']} "
                f"months.{self._chance(row)}"
            )
        return tuple(said)

    def _income(self) -> list[str]:
        """What grants bring in, and what is left, in the first year that is projected whole."""
        frame = self.frame[self.frame["scenario"] == BASELINE].set_index("placement")
        if GRANT not in frame.index:
            return []
        whole = frame[frame["months"] == frame["months"].max()]
        year = whole["year"].iloc[0]
        rows = whole[whole["year"] == year]
        grant, net = ([abs(rows.loc[name, q]) for q in _MONEY] for name in (GRANT, NET))
        words = [
            [money(amount, self.prices.currency) for amount in (part[0], *sorted(part[1:]))]
            for part in (grant, net)
        ]
        (came, low, high), (left, least, most) = words
        return [
            f"Grants for unaccompanied children bring in {came} in {year} ({low} to {high}): "
            f"{left} is left to pay ({least} to {most})."
        ]

    def _chance(self, row: Mapping[Any, Any]) -> str:
        """How likely the year under way ends above its budget line; "" without one."""
        if row["budget"] != row["budget"]:
            return ""
        line, chance = money(row["budget"], self.prices.currency), chance_words(row["overspend"])
        return f" The chance that it ends above its budget of {line} is {chance}."


_MONEY = ("q50", "q05", "q95")


def money(amount: float, currency: str = "GBP") -> str:
    """An amount in words: millions to a tenth, less in whole thousands.

    Examples
    --------
    >>> money(12_340_000), money(-45_200), money(310)
    ('£12.3 million', '-£45,000', '£310')
    """
    sign = ("-" if amount < 0 else "") + ("£" if currency == "GBP" else f"{currency} ")
    size = abs(amount)
    if size >= 999_500:
        return f"{sign}{size / 1e6:,.1f} million"
    return f"{sign}{size / 1e3:,.0f},000" if size >= 500 else f"{sign}{size:,.0f}"


def _signed(amount: float, currency: str) -> str:
    return ("+" if amount > 0 else "") + money(amount, currency)


def budgeted(
    forecast: PlacementForecast,
    prices: PlacementPrices,
    *,
    past_days: pd.DataFrame | None = None,
    spent: Mapping[str, float] | None = None,
    price_levers: Mapping[str, Floats] | None = None,
    seed: int = 1,
) -> PlacementBudget:
    """Price a projection.

    Parameters
    ----------
    forecast
        Days of care in every simulation.
    prices
        What a week costs.
    past_days
        As :meth:`~riskmodel.placements.history.History.days_of_care` gives them, for the drivers
        and the current year.
    spent
        Actual spending by month, ``YYYY-MM``.
    price_levers
        By scenario, what prices are multiplied by in each month, shape (month,).
    seed
        The user's.

    Raises
    ------
    DataError
        When spending is negative, or given for a month after the first year that is projected.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    drivers: list[dict[str, Any]] = []
    target, costs = first_year_whole(forecast.months), {}
    paid: dict[str, dict[str, Floats]] = {}
    grants: dict[str, dict[str, Floats]] = {}
    for scenario in forecast.scenarios:
        paid[scenario], grants[scenario] = {}, {}
        lever = (price_levers or {}).get(scenario)
        for year, places in years_of(forecast.months).items():
            held = forecast.of(scenario).days[:, places].astype(np.float64)
            week = prices.drawn(year, held.sum(axis=1) / (365.25 * len(places) / 12), seed)
            times = np.ones(len(places)) if lever is None else lever[places]
            cost = (held * times[None, :, None]).sum(axis=1) * week / WEEK
            grant = forecast.of(scenario).alone_days[:, places].sum(axis=1) * (
                prices.grant_per_week / WEEK
            )
            days = held.sum(axis=1)
            rows += _year_rows(forecast, prices, scenario, (year, len(places)), days, cost, grant)
            paid[scenario][year], grants[scenario][year] = cost.sum(axis=1), grant
            if scenario == BASELINE:
                costs[year] = held * times[None, :, None] * week[:, None] / WEEK
            if year == target:
                drivers += _drivers(prices, past_days, scenario, year, days, cost)
    outturn = outturn_of(forecast, prices, past_days, dict(spent or {}), costs, seed)
    return PlacementBudget(
        forecast.area,
        prices,
        pd.DataFrame(rows),
        pd.DataFrame(drivers, columns=["scenario", "driver", "mean", *SHOWN]),
        _tail(forecast, prices, target, seed),
        pd.DataFrame(outturn, columns=[
            "year", "months_spent", "spent", "mean", *SHOWN, "budget", "overspend",
        ]),
        paid,
        grants,
    )  # fmt: skip


def _year_rows(
    forecast: PlacementForecast, prices: PlacementPrices, scenario: str, year: tuple[str, int],
    days: Floats, cost: Floats, grant: Floats,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of a scenario and year: each kind that has a price, all, grant and what is left."""
    total, line = cost.sum(axis=1), prices.budget.get(year[0], np.nan)
    parts = {name: (days[:, n], cost[:, n]) for n, name in enumerate(KINDS) if name in prices.of}
    parts[ALL] = (days[:, prices.priced].sum(axis=1), total)
    if prices.grant_per_week:
        parts |= {GRANT: (np.zeros_like(grant), -grant), NET: (parts[ALL][0], total - grant)}
    rows = []
    for name, (held, amount) in parts.items():
        mean_days = float(held.mean())
        whole = name == ALL and line == line and year[1] == 12
        rows.append(
            {
                "area": forecast.area, "scenario": scenario, "year": year[0], "months": year[1],
                "placement": name, "days": mean_days,
                "price_per_week": float(amount.mean()) / mean_days * WEEK if mean_days else np.nan,
                **spread_of(amount), "budget": line if whole else np.nan,
                "overspend": float((amount > line).mean()) if whole else np.nan,
                "currency": prices.currency, "basis": "projected",
            }
        )  # fmt: skip
    return rows


def _drivers(
    prices: PlacementPrices, past: pd.DataFrame | None, scenario: str, year: str, days: Floats,
    cost: Floats,
) -> list[dict[str, Any]]:  # fmt: skip
    """What the cost of a year differs by from that of the last whole year of the return."""
    if past is None:
        return []
    months = past.groupby("year")["month"].nunique()
    whole = [str(each) for each, number in months.items() if number == 12]
    if not whole:
        return []
    before_year = max(whole)
    before = past[past["year"] == before_year].groupby("placement")["days"].sum()
    held = before.reindex(list(KINDS), fill_value=0).to_numpy(dtype=np.float64) * prices.priced
    days = days * prices.priced
    old, new = prices.per_week(before_year) / WEEK, prices.per_week(year) / WEEK
    grown = days.sum(axis=1) / held.sum()
    first = float(held @ old)
    parts = {
        "numbers": (grown - 1) * first,
        "mix": days @ old - grown * first,
        "inflation": days @ (new - old),
        "price": cost.sum(axis=1) - days @ new,
    }
    parts = {"before": np.full(len(days), first), **parts, "after": cost.sum(axis=1)}
    return [
        {"scenario": scenario, "driver": name, **spread_of(value)} for name, value in parts.items()
    ]


def _tail(
    forecast: PlacementForecast, prices: PlacementPrices, year: str, seed: int
) -> pd.DataFrame:
    """How many of the dearest placements make up a third of the weekly cost."""
    import pandas as pd

    places = years_of(forecast.months)[year]
    held = forecast.of(forecast.scenarios[0]).stock[:_TAIL_SIMULATIONS, places[-1]]
    numbers = held.sum(axis=(2, 3), dtype=np.int64) * prices.priced
    spread = np.log1p(prices.spreads**2)  # of a lognormal with this spread over its mean
    random = stream(seed, "placements/prices/tail")
    found: list[tuple[float, float]] = []
    for each in numbers:
        kind = np.repeat(np.arange(len(KINDS)), each)
        luck = random.normal(size=len(kind)) * np.sqrt(spread[kind]) - spread[kind] / 2
        week = np.sort(prices.per_week(year)[kind] * np.exp(luck))[::-1]
        if week.sum() > 0:
            needed = int(np.searchsorted(week.cumsum(), week.sum() * TAIL_SHARE)) + 1
            found.append((needed, needed / len(kind)))
    counts = np.array(found or [(np.nan, np.nan)])
    row = {"year": year, **spread_of(counts[:, 0]), "share": float(np.median(counts[:, 1]))}
    return pd.DataFrame([row])
