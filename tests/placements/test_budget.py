"""What placements cost: sums, chances, drivers that add up, and the end of a year under way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.placements.budget import DRIVERS, budgeted
from riskmodel.placements.flows import Flows
from riskmodel.placements.forecast import PlacementForecast
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.prices import PlacementPrice, PlacementPrices
from riskmodel.projection import month_after

OWN, PRIVATE = 0, 4


def steady(
    own: int, private: int, months: int = 24, opening: str = "2015-03", simulations: int = 50
) -> PlacementForecast:
    """So many children in own foster care and in private homes, with nothing happening."""
    flows = Flows.empty(simulations, months)
    for kind, number in ((OWN, own), (PRIVATE, private)):
        flows.stock[:, :, kind, 3, 0] = number
        flows.days[:, :, kind] = number * 365.25 / 12
    flows.alone_days[:] = 7.0
    at = np.bincount([OWN] * own + [PRIVATE] * private, minlength=len(KINDS))
    return PlacementForecast("A", opening, at, {"baseline": flows}, np.zeros(0, dtype=np.int64))


def prices(spread: float = 0.0, **more: float) -> PlacementPrices:
    of = {
        "own_fostering": PlacementPrice(500, spread, inflation=0.02),
        "private_residential": PlacementPrice(4000, spread, inflation=0.05),
    }
    return PlacementPrices("2015/16", of, source="a test", **more)


def past(own: int, private: int, *years: int) -> pd.DataFrame:
    months = [month_after(f"{year}-04", ahead) for year in years for ahead in range(12)]
    rows = [
        {"month": month, "year": f"{year}/{year - 1999:02d}", "placement": name, "days": days}
        for year in years
        for month in months
        if month_after(f"{year}-03", 0) < month <= month_after(f"{year + 1}-03", 0)
        for name, days in (
            ("own_fostering", own * 365.25 / 12), ("private_residential", private * 365.25 / 12),
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.unit
def test_a_cost_is_days_times_price_in_the_prices_of_its_year() -> None:
    made = budgeted(steady(100, 10), prices(budget={"2015/16": 5e6, "2016/17": 4e6}))
    first, second = made.total().to_dict("records")
    weeks = 365.25 / 7
    assert first["q50"] == pytest.approx(weeks * (100 * 500 + 10 * 4000))
    expected = weeks * (100 * 500 * 1.02 + 10 * 4000 * 1.05)
    assert second["mean"] == pytest.approx(expected, rel=0.02)
    assert (first["overspend"], second["overspend"]) == (0.0, 1.0)
    assert second["q05"] < second["q50"] < second["q95"]
    by_kind = made.frame.query("year == '2015/16' and placement in @KINDS")["mean"].sum()
    assert by_kind == pytest.approx(first["mean"])
    rows = made.frame.query("year == '2015/16'").set_index("placement")
    # The live formula of a workbook: days x price / 7.
    assert (rows["days"] * rows["price_per_week"] / 7).to_numpy() == pytest.approx(
        rows["mean"].to_numpy()
    )
    assert "chance that they cost more than the budget of £5.0 million is less than 1%" in (
        made.summary()
    )
    assert "Not priced" in made.summary()


@pytest.mark.unit
def test_a_grant_is_taken_off() -> None:
    made = budgeted(steady(10, 0), prices(grant_per_week=70.0))
    rows = made.frame.query("year == '2015/16'").set_index("placement")["mean"]
    assert rows["grant"] == pytest.approx(-12 * 70.0)
    assert rows["net"] == pytest.approx(rows["all"] + rows["grant"])
    left = f"£{round(rows['net'] / 1e3):,},000"
    assert f"bring in £1,000 in 2015/16 (£1,000 to £1,000): {left} is left" in made.remarks()[-1]


@pytest.mark.property
@given(
    st.integers(1, 80), st.integers(0, 30), st.integers(1, 80), st.integers(0, 30),
    st.floats(0, 0.5),
)  # fmt: skip
@settings(max_examples=15)
def test_drivers_add_up_whatever_changed(
    own: int, private: int, own_before: int, private_before: int, spread: float
) -> None:
    made = budgeted(
        steady(own, private, 12), prices(spread), past_days=past(own_before, private_before, 2014)
    )
    parts = made.drivers.set_index("driver")["mean"]
    assert parts["before"] + parts[list(DRIVERS)].sum() == pytest.approx(parts["after"])
    assert parts["after"] == pytest.approx(made.total()["mean"].iloc[0])


@pytest.mark.unit
def test_drivers_are_what_they_are_called() -> None:
    more = budgeted(steady(120, 12, 12), prices(), past_days=past(100, 10, 2014))
    parts = more.drivers.set_index("driver")["mean"]
    assert parts["numbers"] == pytest.approx(0.2 * parts["before"])
    assert parts["mix"] == pytest.approx(0, abs=1)
    shift = budgeted(steady(90, 20, 12), prices(), past_days=past(100, 10, 2014))
    parts = shift.drivers.set_index("driver")["mean"]
    assert parts["numbers"] == pytest.approx(0, abs=1)
    assert parts["mix"] > 0
    dearer = {"baseline": np.full(12, 1.1)}
    priced = budgeted(steady(100, 10, 12), prices(), past_days=past(100, 10, 2014),
                      price_levers=dearer)  # fmt: skip
    parts = priced.drivers.set_index("driver")["mean"]
    assert parts["price"] == pytest.approx(parts["after"] / 11)


@pytest.mark.unit
def test_few_placements_have_a_wider_price_than_many() -> None:
    width = {}
    for number in (4, 400):
        (row,) = (
            budgeted(steady(0, number, 12, simulations=2000), prices(0.4))
            .total()
            .to_dict("records")
        )
        width[number] = (row["q95"] - row["q05"]) / row["q50"]
    assert width[4] / width[400] == pytest.approx(10, rel=0.15)
    # Sd of a mean of four: 0.4 / 2; 90% of a normal lie within 1.645 of them.
    assert width[4] == pytest.approx(2 * 1.645 * 0.2, rel=0.1)


@pytest.mark.unit
def test_a_year_under_way_ends_at_what_was_spent_and_what_is_left() -> None:
    forecast = steady(100, 0, 9, opening="2015-06")
    listed = 100 * 500 * 365.25 / 12 / 7
    spent = dict.fromkeys(("2015-04", "2015-05", "2015-06"), 1.1 * listed)
    known = past(100, 0, 2014, 2015).query("month <= '2015-06'")
    made = budgeted(forecast, prices(budget={"2015/16": 13 * listed}), past_days=known, spent=spent)
    (row,) = made.outturn.to_dict("records")
    assert row["q50"] == pytest.approx(12 * 1.1 * listed)
    assert row["overspend"] == 1.0
    assert "was spent in 3 months" in " ".join(made.remarks())
    del spent["2015-05"]
    (row,) = budgeted(forecast, prices(), past_days=known, spent=spent).outturn.to_dict("records")
    assert row["q50"] == pytest.approx(12 * 1.1 * listed)
    with pytest.raises(DataError, match="needs what was spent in 2015-05"):
        budgeted(forecast, prices(), spent=spent)
    with pytest.raises(DataError, match="lies after 2015/16"):
        budgeted(forecast, prices(), past_days=known, spent={"2016-04": 1.0})
    with pytest.raises(DataError, match="must be 0 or more"):
        budgeted(forecast, prices(), past_days=known, spent={"2015-06": -1.0})


@pytest.mark.unit
def test_spending_after_the_return_ends_scales_each_simulation_by_itself() -> None:
    """An annual return: all months are projected, and of some it is known what was paid."""
    few, many = (steady(number, 0, 12, opening="2015-03") for number in (80, 120))
    flows = [each.of() for each in (few, many)]
    both = replace(few, opening=np.concatenate([
        np.broadcast_to(each.opening, (len(flow.entries), len(KINDS)))
        for each, flow in zip((few, many), flows, strict=True)
    ]), flows={"baseline": Flows(*(
        np.concatenate([getattr(flow, name) for flow in flows])
        for name in ("stock", "entries", "exits", "moves", "days", "alone_days")
    ))})  # fmt: skip
    listed = 100 * 500 * 365.25 / 12 / 7
    wide = budgeted(both, prices()).total().iloc[0]
    assert wide["q95"] > 1.4 * wide["q05"]
    spent = dict.fromkeys(("2015-04", "2015-05", "2015-06"), listed)
    made = budgeted(both, prices(budget={"2015/16": 12.5 * listed}), spent=spent)
    (row,) = made.outturn.to_dict("records")
    # Whoever has too many children has as much too few a price: what was paid says the level.
    assert row["q05"] == pytest.approx(12 * listed, rel=0.01)
    assert row["q95"] == pytest.approx(12 * listed, rel=0.01)
    assert (row["months_spent"], row["overspend"]) == (3, 0.0)
    assert "ends above its budget" in " ".join(made.remarks())


@pytest.mark.unit
def test_the_dearest_placements_are_counted_and_no_price_of_one_is_shown() -> None:
    made = budgeted(steady(60, 40, 12), prices(0.0))
    (row,) = made.tail.to_dict("records")
    # 60 x 500 + 40 x 4,000: a third is reached with 16 of the dear ones.
    assert (row["q05"], row["q50"], row["q95"]) == (16, 16, 16)
    assert row["share"] == pytest.approx(0.16)
    assert set(made.tail.columns) == {"year", "mean", "q05", "q50", "q95", "share"}


@pytest.mark.unit
def test_what_is_no_price_is_refused() -> None:
    with pytest.raises(DataError, match="0 or more"):
        PlacementPrice(-1)
    with pytest.raises(DataError, match="inflation"):
        PlacementPrice(1, inflation=5)
    with pytest.raises(UnknownNameError, match="own_fostering"):
        PlacementPrices("2015/16", {"own_fosterin": PlacementPrice(1)})
    with pytest.raises(DataError, match="one kind"):
        PlacementPrices("2015/16", {})
    assert replace(prices(), currency="EUR").currency == "EUR"
