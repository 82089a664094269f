"""The regression on all figures: exact in small cases, blind to the future, weighed by the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from riskmodel.demand.pooled.features import YEARS_LOOKED_BACK, feature_names, features
from riskmodel.demand.pooled.history import BESIDE, StageHistory
from riskmodel.demand.pooled.learn import forecast, learn
from riskmodel.demand.pooled.own import forecast_own
from riskmodel.demand.pooled.regression import Regression, sums_of
from riskmodel.demand.pooled.shipped import shipped
from riskmodel.demand.pooled.yearly import at_year_ends
from riskmodel.parameters import parameter
from riskmodel.streams import stream

Make = Callable[..., StageHistory]


def with_beside(history: StageHistory, seed: int) -> StageHistory:
    """The same with every other figure drawn about its stock."""
    generator = stream(seed, "tests/regression")
    shape = history.stock.shape
    names = [name for name in BESIDE if not name.startswith("cpp_")]
    return replace(
        history,
        starts=history.stock * generator.lognormal(0, 0.1, shape),
        ends=history.stock * generator.lognormal(0, 0.1, shape),
        beside={name: history.stock * generator.lognormal(0, 0.2, shape) for name in names},
    )


def two_features(weights: float = 0.5) -> Regression:
    """Of two features that go together, with one horizon."""
    gram = np.array([[1.0, 0.5], [0.5, 1.0]])
    return Regression(
        ("first", "second"),
        np.array([0.1, 0.2]),
        np.array([0.5, 2.0]),
        gram,
        np.array([[0.03, -0.01]]),
        np.array([400.0]),
        np.array([0.02]),
        np.array([weights]),
    )


@pytest.mark.unit
def test_coefficients_are_a_ridges_and_a_missing_feature_is_solved_without() -> None:
    found = two_features()
    ratio = parameter("demand_regression_penalty").value / 400
    whole = np.linalg.inv([[1 + ratio, 0.5], [0.5, 1 + ratio]]) @ [0.03, -0.01]
    np.testing.assert_allclose(found.coefficients(), [whole])
    np.testing.assert_allclose(
        found.coefficients(np.array([True, False])), [[0.03 / (1 + ratio), 0.0]]
    )
    assert found.summary() == "A regression on 2 features: 50% of the forecast, 1 to 1 years ahead."
    values = np.array([[0.6, 2.2], [0.6, np.nan], [np.nan, np.nan]])
    expected = [0.02 + whole.sum(), 0.02 + 0.03 / (1 + ratio), 0.02]
    np.testing.assert_allclose(found.change(values)[:, 0], expected)


@pytest.mark.unit
def test_a_later_year_is_drawn_to_a_year_less_and_a_flows_to_nought() -> None:
    penalty, tie, memory = (
        parameter(f"demand_regression_{name}").value for name in ("penalty", "tie", "memory")
    )
    one, nothing = np.ones(1), np.zeros(1)
    moments, told = np.array([[0.06], [0.02], [0.0], [0.0]]), np.array([300.0, 100.0, 0.0, 0.0])
    stock = Regression(("only",), nothing, one, np.eye(1), moments, told, np.zeros(4), np.ones(4))
    first = 300 * 0.06 / (300 + penalty)
    second = (100 * 0.02 + tie * (1 + memory) * first) / (100 + tie)
    # Without changes to learn from: the way back that a year less tells, gone on with.
    third = second * (1 + memory + memory**2) / (1 + memory)
    fourth = third * (1 - memory**4) / (1 - memory**3)
    np.testing.assert_allclose(stock.coefficients()[:, 0], [first, second, third, fourth])
    flow = replace(stock, is_tied=False).coefficients()[:, 0]
    np.testing.assert_allclose(flow, [first, 100 * 0.02 / (100 + penalty), 0.0, 0.0])


@pytest.mark.unit
def test_it_finds_what_moves_a_stock(simulated_history: Make) -> None:
    """A stock that grows by a tenth of how far conferences stand above their usual share."""
    generator = stream(3, "tests/regression/signal")
    authorities, years = 60, 9
    above = generator.normal(0, 0.3, (authorities, years))
    log = np.full((authorities, years), np.log(300.0))
    for year in range(1, years):
        noise = generator.normal(0, 0.02, authorities)
        log[:, year] = log[:, year - 1] + 0.1 * above[:, year - 1] + noise
    history = simulated_history(generator, authorities, years)
    stock = np.expm1(log)
    history = replace(
        history, stock=stock, beside={"icpc_children": np.expm1(log + above), "referrals": stock}
    )
    regression = learn(history).regression
    assert regression is not None
    table = regression.to_frame().query("horizon_years == 1").set_index("feature")
    share = regression.told[0] / (regression.told[0] + parameter("demand_regression_penalty").value)
    assert table["change_percent"].abs().idxmax() == "conferences_to_stock"
    # In percent for one standard deviation of 0.3, shrunk by no more than the penalty does alone.
    assert 0.8 * share * 3 < table.loc["conferences_to_stock", "change_percent"] < 3.2


@pytest.mark.unit
def test_nothing_after_the_origin_enters(simulated_history: Make) -> None:
    history = with_beside(simulated_history(stream(5, "tests/regression"), 30, 11), 5)
    generator = stream(6, "tests/regression/shuffled")
    later = slice(8, None)

    def shuffled(table: np.ndarray) -> np.ndarray:
        other = table.copy()
        other[:, later] = generator.permuted(other[:, later], axis=0) * 3
        return other

    changed = replace(
        history,
        stock=shuffled(history.stock),
        starts=shuffled(history.starts),
        ends=shuffled(history.ends),
        population=shuffled(history.population),
        beside={name: shuffled(table) for name, table in history.beside.items()},
    )
    origin = history.years[7]
    answers = [learn(each.until(origin)) for each in (history, changed)]
    for learned, each in zip(answers, (history, changed), strict=True):
        assert learned.regression is not None
        assert (learned.regression.told[:3] > 0).all()
        np.testing.assert_array_equal(
            forecast(learned, each.until(origin)).quantiles([0.1, 0.5, 0.9]),
            forecast(answers[0], history.until(origin)).quantiles([0.1, 0.5, 0.9]),
        )
    np.testing.assert_array_equal(answers[0].regression.weights, answers[1].regression.weights)
    # Sums at an earlier year are those of a history that ends there, but for the features' units.
    early, whole = sums_of(history.until(origin), 4), sums_of(history, 4)
    cut, stood = early.until(7), whole.until(7)
    np.testing.assert_allclose(cut[2], stood[2])
    scale = early.unit / whole.unit
    np.testing.assert_allclose(cut[1] * scale, stood[1], atol=2e-4)


@pytest.mark.unit
def test_weights_are_equal_where_nothing_is_known_and_nought_without_a_regression(
    simulated_history: Make,
) -> None:
    history = simulated_history(stream(8, "tests/regression"), 25, 6)
    regression = learn(history, horizons=4).regression
    assert regression is not None
    # Six years give five, four, three and two beginnings: the last are too few to learn from.
    assert (regression.told > 0).tolist() == [True, True, True, False]
    # Of three and four years ahead no earlier forecast is complete; the last is tied to the third.
    assert regression.weights.tolist()[2:] == [0.5, 0.5]
    assert np.abs(regression.coefficients()[3]).max() > 0
    starts = learn(replace(history, measure="cpp_starts"), horizons=4).regression
    assert starts is not None
    assert starts.weights.tolist()[1:] == [0.5, 0.5, 0.0]
    few = learn(simulated_history(stream(8, "tests/regression"), 6, 6)).regression
    assert few is not None
    assert few.weights.tolist() == [0.0] * 4


@pytest.mark.unit
def test_own_figures_give_the_forecast_that_the_backtest_judges(simulated_history: Make) -> None:
    history = with_beside(simulated_history(stream(9, "tests/regression"), 30, 10), 9)
    learned = learn(history, learners=range(1, 30))
    judged = forecast(learned, history.of([0]))
    own = forecast_own(
        learned,
        history.years,
        history.stock[0],
        [history.years[-1] + ahead for ahead in judged.horizons],
        population=float(history.population[0, -1]),
        starts=float(history.starts[0, -1]),
        ends=float(history.ends[0, -1]),
        beside={name: table[0, -YEARS_LOOKED_BACK:] for name, table in history.beside.items()},
    )
    np.testing.assert_allclose(own.location, judged.location[0])
    alone = forecast_own(learned, history.years, history.stock[0], [history.years[-1] + 2])
    assert np.isfinite(alone.location).all()


@pytest.mark.unit
def test_features_by_hand_and_missing_ones_missing() -> None:
    nothing = np.full((1, 3), np.nan)
    history = StageHistory(
        "lac_at_31_mar", ("1",), (2013, 2014, 2015), np.array([[9.0, 99, 999]]),
        np.array([[np.nan, np.nan, 99]]), nothing, nothing, {"referrals": np.full((1, 3), 99.0)},
    )  # fmt: skip
    row = dict(zip(feature_names(history.measure), features(history, 2)[0], strict=True))
    ten = np.log(10)
    assert row["beside_three_years"] == pytest.approx(ten)
    assert row["change_of_a_year"] == pytest.approx(ten)
    assert row["size"] == pytest.approx(3 * ten)
    assert row["starts_to_stock"] == row["referrals_to_stock"] == pytest.approx(-ten)
    assert sum(np.isfinite(value) for value in row.values()) == 6
    assert np.isfinite(features(history, 0)).sum() == 4


@pytest.mark.unit
def test_figures_a_year_apart_are_read_between_neighbours_only() -> None:
    found = at_year_ends(np.array([2010.5, 2012, 2012.5, 2013.25]), np.full(4, 99.0), 2012.75)
    np.testing.assert_allclose(found, [np.nan, np.nan, np.nan, np.nan, 99.0])
    twice = at_year_ends(np.array([2012.0, 2012]), np.array([9.0, 99]), 2012, np.array([1.0, 0]))
    assert twice[-1] == pytest.approx(9)


@pytest.mark.unit
@pytest.mark.parametrize("year", [2015, 2021, 2023])
def test_a_stock_that_stood_still_is_projected_to_stand(year: int) -> None:
    """Five hundred looked-after children in each of ten years, at the vintage and two years on."""
    learned = shipped("lac_at_31_mar", year)
    for last in (year, year + 2):
        times = np.arange(last - 9, last + 1)
        middle = forecast_own(learned, times, np.full(10, 500.0), [last + 4.0]).quantiles([0.5])
        assert 490 <= middle.item() <= 512
