"""Costs by financial year: each year's own prices, ranges of its sum, and what has no price."""

from __future__ import annotations

import numpy as np
import pytest

import riskmodel
from riskmodel.authority.folder.figures import PRICED, Prices, PriceYear
from riskmodel.authority.folder.problems import Place
from riskmodel.authority.service import needed_by_simulation
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


@pytest.mark.integration
def test_posts_are_decided_at_the_prices_of_the_year_in_which_the_projection_begins(folder_of):
    folder = folder_of(PRICES, files={"months.csv": MONTHS, "teams.csv": TEAMS})
    authority = riskmodel.open_authority(folder)
    decision = authority.decision(**SIZES)
    best = decision.best
    # A year's cover by an agency worker of 1,000 a week, less the post that it stands in for.
    assert best.too_many == 50000
    assert best.too_few == pytest.approx(1000 * 365.25 / 7 - 50000, abs=0.01)
    outlook = authority.projection(**SIZES)
    needed = needed_by_simulation(
        outlook,
        authority.target(outlook),
        structure=authority.structure,
        workforce=authority.workforce,
    )
    share = best.too_few / (best.too_few + best.too_many)
    assert (needed < best.posts).mean() < share <= (needed <= best.posts).mean()
    assert "the folder's prices of 2023/24: a post short costs agency cover" in best.summary()
    assert authority.decision(**SIZES) is decision
    teams, now = authority.structure.family_support, decision.now
    loads = sum(t.cases for t in teams) / sum(t.workers_low + t.workers_high for t in teams) * 2
    assert now.startswith(f"The teams now hold {loads:.1f} cases for each of their ")
    assert now in decision.remarks()
    is_stated = authority.contents.number("workforce", "posts") is not None
    said = f"of the {decision.posts.posts_now:.0f} posts" if is_stated else "No number of posts"
    assert said in now
    # What it costs is what the workers on top of those in post cost, and the range is of the posts.
    posts = decision.posts
    assert decision.cost[1] == pytest.approx((posts.workers - posts.workers_now) * 50000)
    assert decision.cost[2] == pytest.approx(
        (posts.high * posts.workers / posts.posts - posts.workers_now) * 50000
    )
    need, cost, wrong, assumed, takes = decision.sentences
    assert f"{posts.posts} posts of social workers" in need
    assert f"range {posts.low} to {posts.high}" in need
    assert cost.startswith("At £50,000 a year for each worker in post that costs £")
    assert f"{best.posts} posts cost least" in wrong
    widest = max(posts.sensitivity, key=lambda one: abs(one.posts_high - one.posts_low))
    assert f"“{widest.assumption.removesuffix(', times')}” moves" in assumed
    assert f"from {widest.posts_low} to {widest.posts_high};" in assumed
    assert f"range {posts.jointly.low} to {posts.jointly.high})" in assumed
    assert f"{posts.joiners_a_month:.1f} new workers a month" in takes


def priced(**rows: float) -> Prices:
    kept = {name: rows.get(name) for name in (*PRICED, "inflation", "post_short_per_year")}
    return Prices((PriceYear("2023/24", source="", place=Place("prices"), **kept),))


@pytest.mark.unit
def test_a_post_short_has_its_stated_price_raised_with_inflation_before_that_of_cover():
    prices = priced(
        post_per_year=50_000, agency_per_week=900, post_short_per_year=70_000, inflation=0.1
    )
    assert prices.of_posts("2024/25")[:2] == (77_000, 55_000)
    assert prices.of_posts("2023/24", too_few=9, too_many=8)[:2] == (9, 8)
    # Without it cover at 900 a week is cheaper than the post, dearer than one of 40,000.
    cheap = priced(post_per_year=50_000, agency_per_week=900)
    with pytest.raises(DataError, match=r"46,961\) costs no more than a post \(50,000\)"):
        cheap.of_posts("2023/24")
    assert cheap.of_posts("2023/24", too_many=40_000).too_few == pytest.approx(6960.71, abs=0.01)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rows", "key"), [({"agency_per_week": 900}, "post_per_year"), ({"post_per_year": 9}, "short")]
)
def test_what_the_prices_of_posts_lack_is_named(rows, key):
    with pytest.raises(DataError, match=key):
        priced(**rows).of_posts("2023/24")


@pytest.mark.unit
def test_without_prices_it_is_said_what_would_bring_them(folder_of):
    with pytest.raises(DataError, match="prices"):
        riskmodel.open_authority(folder_of("", files={"months.csv": MONTHS})).price(**SIZES)
