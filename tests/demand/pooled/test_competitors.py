"""The simple models against hand calculations and statsmodels."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from riskmodel.demand.pooled.competitors import COMPETITORS, Spread
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.scores import LEVELS
from riskmodel.streams import stream

NOTHING = float("nan")


def history_of(*rows: list[float], starts: list[list[float]] | None = None) -> StageHistory:
    stock = np.array(rows)
    nothing = np.full(stock.shape, np.nan)
    return StageHistory(
        "cpp_at_31_mar",
        tuple(map(str, range(len(rows)))),
        tuple(range(2010, 2010 + stock.shape[1])),
        stock,
        nothing if starts is None else np.array(starts),
        nothing,
        nothing,
    )


TAUGHT = history_of([99.0, 109, 119, 129], [49, 59, 54, 64], [199, 189, 209, 199])


def run(name: str, own: StageHistory, horizons: int = 3) -> Spread:
    return COMPETITORS[name](TAUGHT, own, horizons)


@pytest.mark.unit
def test_the_last_value_spreads_as_a_random_walk() -> None:
    found = run("last_value", history_of([99.0, 119, NOTHING, 119, 149]))
    changes = [np.log(1.2), np.log(150 / 120)]
    np.testing.assert_allclose(found.location, np.log(150))
    expected = np.sqrt(np.mean(np.square(changes)) * np.arange(1, 4))
    np.testing.assert_allclose(found.scale[0], expected)
    middle = found.quantiles(np.array([0.5, 0.975]))[0]
    np.testing.assert_allclose(middle[:, 0], 149)
    np.testing.assert_allclose(middle[:, 1], 150 * np.exp(1.959964 * expected) - 1, rtol=1e-6)


@pytest.mark.unit
def test_without_a_change_of_its_own_it_has_the_others() -> None:
    changes = np.abs(np.diff(np.log(TAUGHT.stock + 1), axis=1))
    for row in ([NOTHING, NOTHING, NOTHING, 50.0], [50.0, 50, 50, 50]):
        found = run("last_value", history_of(row))
        assert found.scale[0, 0] == pytest.approx(np.median(changes))
    alone = COMPETITORS["last_value"](TAUGHT.of([]), history_of([NOTHING, 50.0]), 1)
    assert alone.scale[0, 0] == 0.1


@pytest.mark.unit
def test_drift_is_the_line_through_first_and_last_with_its_textbook_interval() -> None:
    found = run("drift", history_of([99.0, 109, 129, 119]))
    log = np.log([100, 110, 130, 120])
    slope = (log[-1] - log[0]) / 3
    ahead = np.arange(1, 4)
    np.testing.assert_allclose(found.location[0], log[-1] + slope * ahead)
    # Three changes, one parameter; Hyndman and Athanasopoulos, section 5.5.
    sigma = np.sqrt(((np.diff(log) - slope) ** 2).sum() / 2)
    np.testing.assert_allclose(found.scale[0], sigma * np.sqrt(ahead * (1 + ahead / 3)))


@pytest.mark.unit
def test_pooled_errors_are_mirrored_and_shared() -> None:
    found = run("last_value_pooled", history_of([99.0, 99, 99, 99]))
    np.testing.assert_allclose(found.location, np.log(100))
    low, high = found.unit(np.array([0.1, 0.9]))
    assert low == pytest.approx(-high)
    assert (np.diff(found.scale[0]) > 0).all()


@pytest.mark.unit
def test_mean_reversion_goes_back_as_far_as_others_did() -> None:
    generator = stream(21, "tests/competitors")
    log = np.zeros((200, 8))
    for year in range(1, 8):
        log[:, year] = 0.5 * log[:, year - 1] + generator.normal(0, 0.2, 200)
    taught = history_of(*(np.exp(6 + log) - 1).tolist())
    own = history_of([400.0] * 4 + [600.0], [400.0] * 5)
    found = COMPETITORS["mean_reversion"](taught, own, 1)
    assert np.log(400) < found.location[0, 0] < np.log(560)
    assert found.location[1, 0] == pytest.approx(np.log(401), abs=0.03)


@pytest.mark.unit
def test_ridge_reads_starts_beside_what_is_usual_among_others() -> None:
    generator = stream(22, "tests/competitors")
    starts = np.exp(generator.normal(6, 0.3, (300, 6)))
    stock = np.full((300, 6), 400.0)
    stock[:, 1:] = starts[:, :-1]
    taught = history_of(*stock.tolist(), starts=starts.tolist())
    row = [400.0] * 6
    own = history_of(row, row, starts=[[400.0] * 5 + [300.0], [400.0] * 5 + [600.0]])
    low, high = COMPETITORS["ridge"](taught, own, 1).location[:, 0]
    assert high - low > 0.5 * np.log(2)
    alone = COMPETITORS["ridge"](taught, own.of([1]), 1).location[0, 0]
    assert alone == pytest.approx(high)


@pytest.mark.unit
def test_arima_is_the_better_of_two_of_statsmodels() -> None:
    row = [300.0, 320, 310, 350, 340, 360, 330, 345, 352, 339]
    log = np.log(np.array(row) + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [
            ARIMA(log, order=(1, 0, 0), trend="c").fit(),
            ARIMA(log, order=(0, 1, 1), trend="n").fit(),
        ]
    best = min(fits, key=lambda fit: fit.aicc)
    expected = best.get_forecast(3)
    found = run("arima", history_of(row))
    np.testing.assert_allclose(found.location[0], expected.predicted_mean, rtol=1e-6)
    factor = np.sqrt(10 / (10 - len(best.params) + 1))
    np.testing.assert_allclose(found.scale[0], expected.se_mean * factor, rtol=1e-5)


@pytest.mark.unit
def test_ets_finds_the_level_that_statsmodels_stops_short_of() -> None:
    row = [153.0, 146, 154, 198, 263]
    log = np.log(np.array(row) + 1)
    found = run("ets", history_of(row), 2)
    own_start = ETSModel(log, error="add").fit(disp=False)
    assert own_start.params[0] < 0.01
    # A level that follows: the last figure, not the mean of all.
    np.testing.assert_allclose(found.location[0], log[-1], atol=0.01)
    # Five figures, two parameters; the first error is nought, since the level begins there.
    rms = np.sqrt((np.diff(log) ** 2).sum() / 3)
    assert found.scale[0, 0] == pytest.approx(rms, rel=0.02)


@pytest.mark.property
@settings(max_examples=15, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.none() | st.integers(0, 3000), min_size=5, max_size=5), min_size=1, max_size=3
    ),
    name=st.sampled_from(sorted(COMPETITORS)),
    taught=st.integers(0, 3),
)
def test_any_history_gives_a_sound_forecast(
    rows: list[list[int | None]], name: str, taught: int
) -> None:
    filled = [[NOTHING if cell is None else float(cell) for cell in row] for row in rows]
    for row in filled:
        row[-1] = 7.0 if np.isnan(row[-1]) else row[-1]
    own = history_of(*filled)
    others = history_of(*[[50.0, 60, 0, 55, 48], [9, 0, 0, 7, 3], [400, 410, 440, 380, 390]])
    values = COMPETITORS[name](others.of(range(taught)), own, 4).quantiles(LEVELS)
    assert values.shape == (len(rows), 4, len(LEVELS))
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (np.diff(values, axis=-1) >= 0).all()


@pytest.mark.unit
def test_every_competitor_forecasts_alone_as_in_company(
    simulated_history: Callable[..., StageHistory],
) -> None:
    history = simulated_history(stream(23, "tests/competitors"), 12, 9)
    taught, own = history.of(range(8)), history.of(range(8, 12))
    for name, model in COMPETITORS.items():
        if name in ("ets", "arima"):
            continue
        alone, together = model(taught, own.of([2]), 2), model(taught, own, 2)
        np.testing.assert_allclose(
            alone.quantiles(LEVELS)[0], together.quantiles(LEVELS)[2], rtol=1e-9, err_msg=name
        )
