"""Costs by financial year: each year's own prices, ranges of its sum, and what has no price."""

from __future__ import annotations

import numpy as np
import pytest

import riskmodel
from riskmodel.caseload.costs import WEEKS_A_MONTH
from riskmodel.errors import DataError

from .conftest import MONTHS, TEAMS

SIZES = {"months": 18, "replicates": 60}
PRICES = (
    '[about]\nname = "Northshire"\npopulation = 90000\n[workforce]\nposts = 30\nin_post = 24\n'
    'agency = 2\n[[prices]]\nyear = "2023/24"\npost_per_year = 50000\nagency_per_week = 1000\n'
    '[[prices]]\nyear = "2024/25"\ninflation = 0.1\n[[prices]]\nyear = "2025/26"\ninflation = 0.2\n'
)


@pytest.mark.integration
def test_each_year_is_in_its_own_prices(folder_of):
    folder = folder_of(PRICES, files={"months.csv": MONTHS, "teams.csv": TEAMS})
    authority = riskmodel.open_authority(folder)
    price = authority.price(**SIZES)
    # The months go to December 2023: three of 2023/24, all of 2024/25, three of 2025/26.
    assert price.years == ("2023/24", "2024/25", "2025/26")
    frame = price.to_frame()
    agency = frame[frame["component"] == "agency"]
    assert agency["months"].tolist() == [3, 12, 3]
    week = np.array([1000, 1100, 1320])
    expected = 2 * week * WEEKS_A_MONTH * agency["months"].to_numpy()
    for column in ("mean", "q05", "q95"):
        assert agency[column].to_numpy() == pytest.approx(expected)
    posts = frame[frame["component"] == "posts"]
    in_post = authority.caseload(**SIZES).path().in_post
    assert posts["mean"].iloc[1] == pytest.approx(in_post[3:15].sum(axis=0).mean() * 55000 / 12)
    total = price.total()
    assert (total["q05"] <= total["q50"]).all()
    assert total["mean"].to_numpy() == pytest.approx(
        posts["mean"].to_numpy() + agency["mean"].to_numpy()
    )
    assert price.not_priced == ("placements",)
    text = price.summary()
    assert "3 months of 2023/24" in text
    assert "Not priced: placements of looked-after children." in text
    assert price.plot().svg
    assert authority.price(**SIZES) is price


@pytest.mark.unit
def test_without_prices_it_is_said_what_would_bring_them(folder_of):
    with pytest.raises(DataError, match="prices"):
        riskmodel.open_authority(folder_of("", files={"months.csv": MONTHS})).price(**SIZES)
