"""What is learned from panels that the process itself made, and that it knows no future."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, kstest

from riskmodel.demand.pooled.course import common_course, common_growth, mean_stay_years
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import forecast, learn
from riskmodel.demand.pooled.own import forecast_own
from riskmodel.demand.pooled.process import Process
from riskmodel.demand.pooled.scores import LEVELS, covered, probability_integral_transform
from riskmodel.demand.pooled.turnover import correct, flows, usual_starts
from riskmodel.errors import DataError
from riskmodel.series import ENGLAND, AuthorityPanel
from riskmodel.streams import stream

Make = Callable[..., StageHistory]


@pytest.mark.unit
def test_the_process_is_found_again(simulated_history: Make, process: Process) -> None:
    found = learn(simulated_history(stream(11, "tests/learn"), 300, 12)).process
    # 300 authorities and 12 years tell the large parts to a fifth, the memory to a tenth.
    assert found.level == pytest.approx(process.level, rel=0.2)
    assert found.deviation == pytest.approx(process.deviation, rel=0.2)
    assert found.deviation_memory == pytest.approx(process.deviation_memory, abs=0.1)
    # What a year's change varies by is told better than which part it comes from.
    assert found.size == pytest.approx(process.size, rel=0.6)
    assert 4 < found.tail < 25


@pytest.mark.unit
def test_forecasts_are_calibrated_on_panels_that_the_process_made(
    simulated_history: Make,
) -> None:
    transforms, held = [], []
    for replicate in range(6):
        history = simulated_history(
            stream(12, "tests/learn", replicate), 60, 12, drift_variance=1e-6
        )
        taught, own = history.of(range(30)).until(2017), history.of(range(30, 60)).until(2017)
        values = forecast(learn(taught), own).quantiles(LEVELS)
        # The authorities share nothing at these drifts: 30 independent outcomes a horizon.
        happened = history.stock[30:, -4:]
        transforms.append(probability_integral_transform(values[:, 0], happened[:, 0]))
        held.append([covered(values[:, 0], happened[:, 0], level) for level in (0.5, 0.9)])
    number = 6 * 30
    assert kstest(np.concatenate(transforms), "uniform").pvalue > 0.01
    for level, hits in zip((0.5, 0.9), np.concatenate(held, axis=1), strict=True):
        low, high = binom.interval(0.998, number, level)
        assert low <= hits.sum() <= high


@pytest.mark.unit
def test_a_forecast_is_the_same_alone_as_in_company(simulated_history: Make) -> None:
    history = simulated_history(stream(13, "tests/learn"), 20, 8)
    generator = stream(14, "tests/learn")
    history = replace(
        history,
        starts=history.stock * generator.uniform(0.8, 1.6, history.stock.shape),
        ends=history.stock * generator.uniform(0.8, 1.6, history.stock.shape),
    )
    learned = learn(history.of(range(15)))
    together = forecast(learned, history.of(range(15, 20)))
    alone = forecast(learned, history.of([17]))
    np.testing.assert_allclose(alone.location[0], together.location[2], rtol=1e-12)
    np.testing.assert_allclose(alone.covariance[0], together.covariance[2], rtol=1e-12)


@pytest.mark.property
@settings(max_examples=8)
@given(origin=st.integers(2013, 2015), factor=st.floats(0, 20), seed=st.integers(0, 5))
def test_nothing_after_the_origin_changes_anything(
    simulated_history: Make, origin: int, factor: float, seed: int
) -> None:
    history = simulated_history(stream(seed, "tests/leakage"), 12, 8)
    flown = replace(history, starts=history.stock * 1.2, ends=history.stock * 1.1)
    after = np.arange(2010, 2018) > origin
    other = {
        name: np.where(after, getattr(flown, name) * factor + seed, getattr(flown, name))
        for name in ("stock", "starts", "ends", "population")
    }
    changed = replace(flown, **other)
    found, expected = (
        forecast(learn(each.of(range(8)).until(origin)), each.of(range(8, 12)).until(origin))
        for each in (changed, flown)
    )
    assert found.location.tobytes() == expected.location.tobytes()
    assert found.covariance.tobytes() == expected.covariance.tobytes()


@pytest.mark.unit
def test_what_was_learned_of_later_years_is_refused(simulated_history: Make) -> None:
    history = simulated_history(stream(15, "tests/learn"), 8, 8)
    with pytest.raises(DataError, match="years up to 2017 and is asked to forecast after 2014"):
        forecast(learn(history), history.until(2014))
    with pytest.raises(DataError, match="holds the years 2010 to 2017, not 2020"):
        history.until(2020)


@pytest.mark.unit
def test_too_little_to_learn_from_is_said(simulated_history: Make) -> None:
    history = simulated_history(stream(16, "tests/learn"), 3, 3)
    with pytest.raises(DataError, match="found 1 and 3"):
        learn(history.until(2010))
    with pytest.raises(DataError, match="with a figure; found 3 and 1"):
        learn(history, learners=[1])


@pytest.mark.property
@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    share=st.floats(0, 0.7),
    with_population=st.booleans(),
    zeros=st.floats(0, 1),
)
def test_no_pattern_of_gaps_and_zeros_makes_a_forecast_unsound(
    simulated_history: Make, seed: int, share: float, with_population: bool, zeros: float
) -> None:
    generator = stream(seed, "tests/gaps")
    history = simulated_history(generator, 7, 6)
    gone = generator.random(history.stock.shape) < share
    gone[:2, -2:] = False
    stock = np.where(generator.random(history.stock.shape) < zeros, 0.0, history.stock)
    history = replace(
        history,
        stock=np.where(gone, np.nan, stock),
        starts=np.where(gone.T[: gone.shape[0]].any(), np.nan, stock),
        population=history.population if with_population else np.zeros(history.stock.shape),
    )
    found = forecast(learn(history), history)
    values = found.quantiles(LEVELS)
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (np.diff(values, axis=-1) >= 0).all()
    assert (found.scale > 0).all()


@pytest.mark.unit
def test_the_common_course_adds_up_trimmed_changes_and_shares_gap_years() -> None:
    base = np.array([0.0, 0.1, 0.3, 0.3])
    values = base + np.linspace(-1, 1, 11)[:, None]
    course, changes = common_course(values)
    np.testing.assert_allclose(changes, [0.1, 0.2, 0.0], atol=1e-12)
    np.testing.assert_allclose(course, base, atol=1e-12)
    # One figure in error among eleven is trimmed; a year that nobody has is half of two.
    wrong = values.copy()
    wrong[3, 1] = 50.0
    np.testing.assert_allclose(common_course(wrong)[1], changes, atol=1e-12)
    gap = values.copy()
    gap[:, 1] = np.nan
    np.testing.assert_allclose(common_course(gap)[1], [0.15, 0.15, 0.0], atol=1e-12)
    nobody_both = np.full((2, 2), np.nan)
    nobody_both[0, 0] = nobody_both[1, 1] = 1.0
    np.testing.assert_allclose(common_course(nobody_both)[1], [0.0])


@pytest.mark.unit
def test_growth_is_carried_forward_as_far_as_it_stands_out_of_its_noise() -> None:
    drift, variance = common_growth(np.array([0.02, 0.04]), "lac_at_31_mar")
    # By hand: squares 0.0002, prior 0.01 squared three times, over 4; weight 0.02^2 / (...).
    assert variance == pytest.approx((0.0002 + 3 * 0.0001) / 4)
    assert drift == pytest.approx(0.03 * 0.0004 / (0.0004 + variance / 2))
    plans, _ = common_growth(np.array([0.02, 0.04]), "cpp_at_31_mar")
    assert 0 < plans < drift / 5


@pytest.mark.unit
def test_stays_by_littles_law_within_limits(simulated_history: Make) -> None:
    history = simulated_history(stream(17, "tests/learn"), 4, 3)
    assert mean_stay_years(history) == 1.0
    for factor, stay in ((2.0, 0.5), (0.5, 2.0), (0.001, 10.0), (1000.0, 1 / 12)):
        flown = replace(history, stock=np.full((4, 3), 90.0), starts=np.full((4, 3), 90 * factor))
        assert mean_stay_years(flown) == pytest.approx(stay)


@pytest.mark.unit
def test_turnover_by_hand_and_flows_that_nobody_reports(simulated_history: Make) -> None:
    history = simulated_history(stream(18, "tests/learn"), 5, 4)
    assert np.isnan(usual_starts(history, 2))
    np.testing.assert_array_equal(flows(history, 2, usual_starts(history, 2)), np.zeros((5, 2)))
    learned = learn(history)
    np.testing.assert_array_equal(learned.turnover, np.zeros((4, 2)))
    stock, starts = np.full((5, 4), 99.0), np.tile([[49.0], [99], [199], [99], [99]], 4)
    flown = replace(history, stock=stock, starts=starts, ends=np.full((5, 4), 99.0))
    assert usual_starts(flown, 1) == 0.0
    half = np.log(0.5)
    np.testing.assert_allclose(
        flows(flown, 1, 0.0), [[half, half], [0, 0], [-half, -half], [0, 0], [0, 0]], atol=1e-12
    )
    # Nothing was forecast with three years to come: what is not known is left as it is.
    assert correct(flown, [], np.zeros(4), 0).shape == (0, 2)


@pytest.mark.unit
def test_regions_england_and_authorities_without_a_figure_are_not_learned_from() -> None:
    rows = [
        ("203", "Greenwich", 300.0),
        ("986", "London", 9_000.0),
        ("989", " South  East ", 8_000.0),
        ("981", "Yorkshire & The Humber", 7_000.0),
        ("E12000001", "E12000001", 5_000.0),
        ("E13000001", "", 3_000.0),
        ("201", "City of London", 12.0),
        ("314", "Kingston upon Thames", np.nan),
        (ENGLAND, "England", 50_000.0),
    ]
    panel = AuthorityPanel(
        tuple(code for code, _, _ in rows),
        tuple(area for _, area, _ in rows),
        np.full(len(rows), 2015),
        {"lac_at_31_mar": np.array([value for _, _, value in rows])},
    )
    assert StageHistory.from_panel(panel, "lac_at_31_mar").codes == ("201", "203")
    regions = panel.select(["986", ENGLAND])
    with pytest.raises(DataError, match="no figure of an authority"):
        StageHistory.from_panel(regions, "lac_at_31_mar")


@pytest.mark.unit
def test_what_was_learned_says_what_it_is(simulated_history: Make) -> None:
    learned = learn(simulated_history(stream(19, "tests/learn"), 6, 5))
    assert str(learned).startswith("cpp_at_31_mar from 6 authorities to 2014: a deviation of 0.")
    with pytest.raises(ValueError, match="read-only"):
        learned.course[0] = 1.0


@pytest.mark.unit
@pytest.mark.parametrize("share", [0.6, 1.0])
def test_authorities_without_a_population_teach_the_same_process(
    simulated_history: Make, share: float
) -> None:
    """Their level is their own: taken for that of the rest, it hid how long a deviation lasts."""
    history = simulated_history(stream(21, "tests/learn"), 120, 10)
    hidden = np.arange(120) < share * 120
    population = np.where(hidden[:, None], np.nan, history.population)
    usual, found = learn(history), learn(replace(history, population=population))
    assert found.process.deviation_memory == pytest.approx(usual.process.deviation_memory, abs=0.06)
    # With few authorities the level is a guess; with none it is what was believed before.
    assert found.process.level == pytest.approx(usual.process.level, rel=0.35)
    assert (usual.per_child, found.per_child) == (True, share < 1)


@pytest.mark.unit
def test_a_population_says_nothing_where_nobody_else_has_one(simulated_history: Make) -> None:
    history = simulated_history(stream(22, "tests/learn"), 30, 8)
    nobody = np.full_like(history.population, np.nan)
    learned = learn(replace(history.of(range(29)), population=nobody[:29]))
    own = history.of([29])
    known, unknown = (
        forecast(learned, each).quantiles(LEVELS)
        for each in (own, replace(own, population=nobody[:1]))
    )
    np.testing.assert_array_equal(known, unknown)
    # A year ahead it is about what it was, not a thousand times as many.
    assert np.median(known[0, 0]) == pytest.approx(own.stock[0, -1], rel=0.5)
    single = forecast_own(
        learned, own.years, own.stock[0], [2018], population=float(own.population[0, -1])
    )
    np.testing.assert_allclose(single.quantiles(LEVELS)[0], known[0, 0], rtol=1e-6)


@pytest.mark.unit
def test_years_in_which_no_learner_has_a_figure_are_not_learned_from(
    simulated_history: Make,
) -> None:
    """What stretches the history are an authority's own years: of the others they say nothing."""
    history = simulated_history(stream(23, "tests/learn"), 20, 12, drift_variance=0.01)
    stock = history.stock.copy()
    stock[:19, :5] = stock[:19, 10:] = np.nan
    stretched = learn(replace(history, stock=stock), learners=range(19))
    shorter = StageHistory(
        history.measure,
        history.codes,
        history.years[5:10],
        *(table[:, 5:10] for table in (stock, history.starts, history.ends, history.population)),
    )
    alone = learn(shorter, learners=range(19))
    assert stretched.years == alone.years == (2015, 2016, 2017, 2018, 2019)
    for name in ("drift", "drift_variance", "stay_years", "process"):
        assert getattr(stretched, name) == getattr(alone, name)
    # What the course did before and after is then in doubt, where it was taken for known.
    before, within, after = np.diagonal(stretched.course_covariance([2014.0, 2017.0, 2020.0]))
    assert before == after == stretched.drift_variance
    assert within == 0
