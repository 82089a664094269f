"""One authority's projection: the panel's at whole years, and sound in between and beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import Learned, forecast, learn
from riskmodel.demand.pooled.own import OwnForecast, forecast_own, sample_paths
from riskmodel.demand.pooled.shipped import shipped
from riskmodel.errors import DataError
from riskmodel.streams import stream

LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]


@pytest.fixture(scope="module")
def taught(simulated_history: Callable[..., StageHistory]) -> tuple[Learned, StageHistory]:
    history = simulated_history(stream(1, "tests/own"), 30, 8)
    return learn(history), history


@pytest.mark.unit
@pytest.mark.parametrize("with_population", [True, False])
def test_at_whole_years_it_is_the_forecast_of_the_panel(
    taught: tuple[Learned, StageHistory], with_population: bool
) -> None:
    learned, history = taught
    own = history.of([3])
    if not with_population:
        own = replace(own, population=np.full_like(own.population, np.nan))
    own = replace(own, starts=own.stock * 1.1, ends=own.stock * 0.9)
    whole = forecast(learned, own)
    single = forecast_own(
        learned,
        own.years,
        own.stock[0],
        [2018, 2019, 2020, 2021],
        population=float(own.population[0, -1]) if with_population else None,
        starts=float(own.starts[0, -1]),
        ends=float(own.ends[0, -1]),
    )
    np.testing.assert_allclose(single.location, whole.location[0], rtol=1e-9)
    np.testing.assert_allclose(single.covariance, whole.covariance[0], rtol=1e-7)
    assert single.degrees == pytest.approx(whole.degrees[0])
    np.testing.assert_allclose(single.quantiles(LEVELS), whole.quantiles(LEVELS)[0], rtol=1e-6)


@pytest.mark.unit
def test_margins_of_the_paths_are_the_quantiles(taught: tuple[Learned, StageHistory]) -> None:
    learned, history = taught
    found = forecast_own(
        learned, history.years, history.stock[0], 2017 + np.arange(1, 25) / 12, population=60_000
    )
    size = 40_000
    paths = sample_paths(found, stream(2, "tests/own"), size)
    assert paths.shape == (size, 24)
    stock = np.maximum(np.exp(paths) - 1, 0)
    for level, column in zip(LEVELS, found.quantiles(LEVELS).T, strict=True):
        share = (stock <= column).mean(axis=0)
        # Four standard errors of a share: one of 120 comparisons fails once in 130 seeds.
        assert np.abs(share - level).max() < 4 * np.sqrt(level * (1 - level) / size)
    correlation = found.covariance / found.scale[:, None] / found.scale[None, :]
    np.testing.assert_allclose(np.corrcoef(paths.T), correlation, atol=0.03)
    cut = found.quantiles([0.0005, 0.9995])
    assert (stock >= cut[:, 0] * (1 - 1e-9)).all()
    assert (stock <= cut[:, 1] * (1 + 1e-9)).all()


@pytest.mark.unit
def test_the_same_seed_gives_the_same_paths(taught: tuple[Learned, StageHistory]) -> None:
    learned, history = taught
    found = forecast_own(learned, history.years, history.stock[0], [2018.0, 2018.5])
    first, second = (sample_paths(found, stream(3, "tests/own"), 5) for _ in range(2))
    assert first.tobytes() == second.tobytes()


@pytest.mark.unit
def test_doubt_grows_with_the_years_that_others_did_not_teach(
    taught: tuple[Learned, StageHistory],
) -> None:
    learned, _ = taught
    sure = replace(learned, drift_variance=1e-12)
    years, stock = [2021, 2022, 2023], [300, 305, 310]
    unsure, certain = (
        forecast_own(each, years, stock, [2024, 2027], population=60_000)
        for each in (learned, sure)
    )
    assert (unsure.scale > certain.scale).all()
    # A figure from before what was taught: less of it is the authority's own doing.
    before, without = (
        forecast_own(each, [2005, 2017], [900, 300], [2018], population=60_000)
        for each in (learned, sure)
    )
    assert before.location[0] < without.location[0]


@pytest.mark.unit
def test_the_course_is_exact_where_taught_and_a_random_walk_outside() -> None:
    learned = shipped("lac_at_31_mar", 2015)
    inside = learned.course_at(learned.years)
    np.testing.assert_allclose(inside, learned.course)
    assert learned.course_at([2014.5])[0] == pytest.approx(learned.course[-2:].mean())
    assert learned.course_at([2019])[0] == pytest.approx(learned.course[-1] + 4 * learned.drift)
    assert learned.course_at([2001])[0] == learned.course[0]
    found = learned.course_covariance([2008, 2009, 2012, 2016, 2018])
    expected = np.zeros((5, 5))
    expected[:2, :2] = [[2, 1], [1, 1]]
    expected[3:, 3:] = [[1, 1], [1, 3]]
    np.testing.assert_allclose(found, learned.drift_variance * expected)


@pytest.mark.unit
def test_a_figure_with_a_large_error_counts_for_next_to_nothing() -> None:
    learned = shipped("cpp_at_31_mar", 2015)
    years, stock, later = [2012, 2013, 2014, 2015], [400, 420, 440, 460], [2016.0]
    without = forecast_own(learned, years, stock, later, population=140_000)
    beside = forecast_own(
        learned,
        [*years, 2015],
        [*stock, 900],
        later,
        population=140_000,
        error_variance=[0, 0, 0, 0, 1e6],
    )
    # The size part's scale is that of the latest figure, whatever its error.
    np.testing.assert_allclose(beside.location, without.location, atol=5e-3)
    halfway = forecast_own(
        learned,
        [*years, 2015],
        [*stock, 900],
        later,
        population=140_000,
        error_variance=[0, 0, 0, 0, 0.01],
    )
    assert without.location[0] < halfway.location[0]


@pytest.mark.unit
def test_order_and_missing_figures_do_not_matter() -> None:
    learned = shipped("cpp_at_31_mar", 2021)
    tidy = forecast_own(learned, [2019, 2020, 2021], [300, 310, 320], [2022.0])
    mixed = forecast_own(
        learned, [2021, 2018, 2019, 2020], [320, np.nan, 300, 310], np.array([2022.0])
    )
    np.testing.assert_allclose(mixed.location, tidy.location)
    np.testing.assert_allclose(mixed.covariance, tidy.covariance)


@pytest.mark.property
@given(
    stock=st.lists(st.integers(0, 5000), min_size=1, max_size=8),
    population=st.none() | st.floats(100, 1e6),
    ahead=st.lists(st.floats(0, 12), min_size=1, max_size=6),
    flows=st.tuples(st.none() | st.integers(0, 9999), st.none() | st.integers(0, 9999)),
)
def test_every_forecast_is_finite_and_its_quantiles_ascend(
    stock: list[int],
    population: float | None,
    ahead: list[float],
    flows: tuple[int | None, int | None],
) -> None:
    found = forecast_own(
        shipped("cpp_at_31_mar", 2021),
        2024 - 0.7 * np.arange(len(stock)),
        stock,
        2024 + np.array(ahead),
        population=population,
        starts=flows[0],
        ends=flows[1],
    )
    values = found.quantiles(LEVELS)
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (np.diff(values, axis=1) >= 0).all()
    assert np.isfinite(sample_paths(found, stream(0, "tests/own"), 3)).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"later": [2014.9]}, "none before the last figure's 2015"),
        ({"later": []}, "one or more"),
        ({"stock": [-1.0, 3.0]}, "each 0 or above"),
        ({"stock": [np.inf, 3.0]}, "each 0 or above"),
        ({"stock": [np.nan, np.nan]}, "a figure or more"),
        ({"stock": [1.0]}, "a time and a variance for each figure"),
        ({"error_variance": [-1.0, 0.0]}, "variance of 0 or above"),
        ({"population": 0.0}, "a population is above 0"),
        ({"starts": -1.0}, "a flow is 0 or more"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    given_ = {"times": [2014, 2015], "stock": [300.0, 310.0], "later": [2016.0], **changes}
    with pytest.raises(DataError, match=message):
        forecast_own(shipped("cpp_at_31_mar", 2015), **given_)  # type: ignore[arg-type]


@pytest.mark.unit
def test_no_paths_are_refused_and_a_forecast_says_what_it_is() -> None:
    found = forecast_own(shipped("cpp_at_31_mar", 2015), [2015], [569], [2016.0])
    with pytest.raises(DataError, match="1 or more"):
        sample_paths(found, stream(0, "tests/own"), 0)
    assert isinstance(found, OwnForecast)
    assert str(found).startswith("cpp_at_31_mar in 2016.00: ")
    assert str(found).endswith("(projected)")
