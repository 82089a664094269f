"""The growth that authorities had in common: it ends, and own figures overrule it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.demand.pooled.growth import (
    age_in_years,
    carried_growth,
    growth_beside_drift,
    own_growth,
    years_of_growth,
)
from riskmodel.demand.pooled.history import STOCK_MEASURES, StageHistory
from riskmodel.demand.pooled.learn import Learned, forecast, learn
from riskmodel.demand.pooled.own import forecast_own
from riskmodel.demand.pooled.shipped import shipped
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

LOOKED_AFTER = "lac_at_31_mar"
AHEAD = np.arange(1.0, 5.0)
LEAST, MOST = 490, 512


def medians(
    learned: Learned, last: int, *, growth: float = 0.0, years: int = 10, population: float = 0.0
) -> np.ndarray:
    """One to four years after figures that ended at 500, having grown so fast."""
    times = np.arange(last - years + 1.0, last + 1)
    found = forecast_own(
        learned,
        times,
        500 * (1 + growth) ** (times - last),
        last + AHEAD,
        population=population or None,
    )
    return found.quantiles([0.5])[:, 0]


@pytest.fixture(scope="module")
def growing(simulated_history: Callable[..., StageHistory]) -> Learned:
    """Learned to 2021 from authorities that grew by 2% a year."""
    history = simulated_history(
        stream(5, "tests/growth"),
        60,
        12,
        process=shipped(LOOKED_AFTER, 2021).process,
        drift_variance=1e-5,
        measure=LOOKED_AFTER,
    )
    grown = history.stock * np.exp(0.02 * np.arange(12))
    learned = learn(replace(history, stock=grown))
    assert learned.year == 2021
    assert 0.014 < learned.drift < 0.025
    return learned


@pytest.mark.regression
@pytest.mark.parametrize(
    ("vintage", "last"),
    [(2015, 2015), (2015, 2018), (2015, 2020), (2021, 2021), (2021, 2023), (2021, 2025),
     (2021, 2031)],
)  # fmt: skip
@pytest.mark.parametrize("population", [0, 60_000, 90_000, 120_000])
def test_500_in_each_of_ten_years_stays_500_by_what_ships(
    vintage: int, last: int, population: int
) -> None:
    learned = shipped(LOOKED_AFTER, min(last, vintage))
    assert learned.year == vintage
    found = medians(learned, last, population=population)
    assert found.min() >= LEAST
    assert found.max() <= MOST


@pytest.mark.unit
@pytest.mark.parametrize("last", [2021, 2022, 2025])
def test_who_stood_still_does_not_take_part_in_what_a_panel_teaches(
    growing: Learned, last: int
) -> None:
    times = np.arange(last - 9.0, last + 1)
    found = forecast_own(growing, times, np.full(10, 500.0), last + AHEAD)
    assert 0 <= found.growth < 0.1 * growing.drift
    # What is left is the way back to the usual level, not a growth: it slows down.
    yearly = np.diff(found.quantiles([0.5])[:, 0], prepend=500.0)
    assert (np.diff(yearly) < 0).all()
    assert yearly[-1] < 500 * growing.drift / 4


@pytest.mark.regression
def test_500_in_each_of_ten_years_stays_500_by_a_whole_panel(
    panel_at_hand: AuthorityPanel,
) -> None:
    history = StageHistory.from_panel(panel_at_hand, LOOKED_AFTER)
    for vintage, last in ((2019, 2019), (2021, 2021), (2021, 2023)):
        found = medians(learn(history.until(vintage)), last)
        assert found.min() >= LEAST, (vintage, last)
        assert found.max() <= MOST, (vintage, last)


@pytest.mark.unit
def test_figures_about_500_are_not_carried_along_either() -> None:
    learned = shipped(LOOKED_AFTER, 2023)
    figures = [503, 496, 501, 499, 504, 498, 495, 502, 497, 500]
    found = forecast_own(learned, np.arange(2014, 2024), figures, 2023 + AHEAD)
    assert found.quantiles([0.5]).min() >= LEAST
    assert found.quantiles([0.5]).max() <= MOST


@pytest.mark.unit
@pytest.mark.parametrize("growth", [0.02, 0.03, 0.06])
def test_what_grows_keeps_growing_and_what_stood_still_does_not(growth: float) -> None:
    learned = shipped(LOOKED_AFTER, 2023)
    grown, still = medians(learned, 2023, growth=growth), medians(learned, 2023)
    assert (np.diff(grown) > 0).all()
    # Four years of nine tenths of the common growth and more.
    assert grown[-1] > 500 * np.exp(4 * 0.9 * learned.drift) - 5
    assert grown[-1] - still[-1] > 25


@pytest.mark.unit
def test_common_growth_is_halved_by_age_where_own_figures_say_nothing() -> None:
    for measure in STOCK_MEASURES.values():
        learned = shipped(measure, 2021)
        carried = [
            carried_growth(learned, last, np.array([last - 1.0, last]), np.log([500.0, 500.0]))
            for last in range(2021, 2038)
        ]
        assert carried[0] == learned.drift
        assert (np.diff(carried) < 0).all()
        assert carried[8] == pytest.approx(learned.drift / 2)
        assert carried[16] == pytest.approx(learned.drift / 4)


@pytest.mark.unit
def test_the_older_what_was_learned_the_less_a_projection_grows() -> None:
    learned = shipped(LOOKED_AFTER, 2021)
    # Two figures: of growth they say nothing.
    fourth = [medians(learned, last, years=2)[-1] for last in range(2021, 2034, 2)]
    assert (np.diff(fourth) < 0).all()
    flat = [medians(learned, last)[-1] for last in range(2021, 2034, 2)]
    assert (np.diff(flat) < 0.1).all()


@pytest.mark.unit
def test_at_the_origin_nothing_changes_for_those_who_grew_as_much_or_have_few_figures() -> None:
    learned = shipped(LOOKED_AFTER, 2021)
    years = np.arange(2012.0, 2022)
    for figures in (500 * 1.03 ** (years - 2021), 500 * 1.2 ** (years - 2021)):
        growth = carried_growth(learned, 2021, years, np.log(figures + 1))
        assert growth == learned.drift
    growth = carried_growth(learned, 2021, years[-2:], np.log([500.0, 400.0]))
    assert growth == learned.drift
    ahead = np.arange(1, 73) / 12
    assert not growth_beside_drift(learned, growth, ahead).any()


@pytest.mark.unit
def test_age_counts_whole_years_from_what_was_learned() -> None:
    learned = shipped(LOOKED_AFTER, 2021)
    for last, age in ((2021, 0), (2021 + 8 / 12, 0), (2000 + 264 / 12, 1), (2024.99, 3)):
        assert age_in_years(learned, last) == age
    assert age_in_years(learned, 2019) == 0


@pytest.mark.unit
def test_growth_ends_by_halves_after_the_years_that_it_is_carried_in_full() -> None:
    np.testing.assert_array_equal(years_of_growth([0, 0.5, 4, 6]), [0, 0.5, 4, 6])
    a_year = np.diff(years_of_growth(np.arange(6.0, 40)))
    np.testing.assert_allclose(a_year[8:] / a_year[:-8], 0.5)
    assert years_of_growth([1e6])[0] == pytest.approx(6 + 8 / np.log(2))


@pytest.mark.unit
def test_own_growth_by_hand() -> None:
    times, log_stock = np.array([2020.0, 2021, 2022, 2023]), np.array([6.0, 6.1, 6.1, 6.3])
    growth, variance = own_growth(times, log_stock, np.zeros(4)) or (0, 0)
    assert growth == pytest.approx(0.1)
    assert variance == pytest.approx((0.02 + 3 * 0.01**2) / (2 + 3) / 3)
    with_errors = own_growth(times, log_stock, np.array([0.01, 0.5, 0.5, 0.02]))
    assert with_errors == pytest.approx((0.1, variance + 0.03 / 9))
    # Figures less than a year apart are passed over, and those of more than ten years ago.
    more = np.array([2001.0, 2012.9, 2020, 2021, 2021.5, 2022, 2022.9, 2023])
    values = np.array([1.0, 1.0, 6.0, 6.1, 9.0, 6.1, 9.0, 6.3])
    assert own_growth(more, values, np.zeros(8)) == pytest.approx((growth, variance))
    assert own_growth(times[2:], log_stock[2:], np.zeros(2)) is None
    assert own_growth(times[:0], log_stock[:0], np.zeros(0)) is None
    close = np.array([2022.5, 2022.7, 2023.0])
    assert own_growth(close, np.ones(3), np.zeros(3)) is None


@pytest.mark.property
@given(
    stock=st.lists(st.floats(0, 5000), min_size=1, max_size=14),
    age=st.integers(0, 20),
    drift=st.floats(-0.05, 0.05),
)
def test_what_is_carried_lies_between_nought_and_what_was_learned(
    stock: list[float], age: int, drift: float
) -> None:
    learned = replace(shipped(LOOKED_AFTER, 2021), drift=drift)
    last = 2021 + age
    times = np.arange(last - len(stock) + 1.0, last + 1)
    growth = carried_growth(learned, last, times, np.log(np.array(stock) + 1))
    assert min(0.0, drift) <= growth <= max(0.0, drift)


@pytest.mark.unit
def test_a_panel_and_an_authority_by_itself_go_on_alike(growing: Learned) -> None:
    years = tuple(range(2012, 2024))
    stock = np.vstack([np.full(12, 500.0), 500 * 1.02 ** np.arange(12), np.full(12, np.nan)])
    stock[2, [3, 11]] = 300.0
    nothing = np.full_like(stock, np.nan)
    history = StageHistory(LOOKED_AFTER, tuple("abc"), years, stock, nothing, nothing, nothing)
    together = forecast(growing, history)
    for row, location in zip(stock, together.location, strict=True):
        alone = forecast_own(growing, years, row, 2023 + AHEAD)
        np.testing.assert_allclose(alone.location, location, rtol=1e-9)
        assert alone.age == 2
