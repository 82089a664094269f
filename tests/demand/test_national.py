"""Authorities projected together: totals that add up, and a spread that is theirs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.demand.national.courses import (
    NationalCourses,
    authority_stock,
    beyond_authorities,
    check_sizes,
    codes_with_a_figure,
    common_course_of,
    projected_months,
    summarised,
)
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import learn
from riskmodel.demand.pooled.own import common_changes, forecast_own, sample_paths
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.streams import stream

STAGE = "child_protection_plan"
MONTHS, REPLICATES = 18, 400


def made_history(authorities: int = 12, years: int = 9) -> StageHistory:
    generator = stream(7, "tests/national")
    shape = (authorities, years)
    common = np.cumsum(generator.normal(0, 0.05, years))
    own = np.cumsum(generator.normal(0, 0.1, shape), axis=1)
    level = generator.uniform(100, 900, authorities)[:, None]
    stock = np.rint(level * np.exp(common + own))
    return StageHistory(
        "cpp_at_31_mar",
        tuple(f"{201 + place}" for place in range(authorities)),
        tuple(range(2021 - years, 2021)),
        stock,
        np.rint(stock * 1.2),
        np.rint(stock * 1.15),
        np.repeat(level * 200, years, axis=1),
    )


@pytest.fixture(scope="module")
def history() -> StageHistory:
    return made_history()


@pytest.fixture(scope="module")
def learned(history):
    return learn(history)


def stock_of(learned, history, code, *, seed=3, months=MONTHS, common=None):
    shared = common_course_of(learned, STAGE, months, REPLICATES, seed)
    return authority_stock(
        learned, history, code, shared if common is None else common, months=months, seed=seed
    )


@pytest.mark.unit
def test_an_authority_s_paths_have_the_law_of_its_own_forecast(history, learned):
    """Drawn with the others or by itself: the same quantiles, by an independent route."""
    times = learned.year + np.array([1.0, 2.0])
    own = forecast_own(
        learned, np.array(history.years, float), history.stock[0], times, population=1e5
    )
    size = 40_000
    common = common_changes(learned, times, stream(1, "tests/common"), size)
    together = sample_paths(own, stream(1, "tests/own"), size, common=common)
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    exact = np.log1p(own.quantiles(levels))
    assert pytest.approx(exact, abs=0.02) == np.quantile(together, levels, axis=0).T
    alone = sample_paths(own, stream(1, "tests/own"), size)
    assert np.corrcoef(together.T)[0, 1] == pytest.approx(np.corrcoef(alone.T)[0, 1], abs=0.02)


@pytest.mark.unit
def test_two_authorities_share_the_common_course_and_nothing_else(learned):
    times = learned.year + np.array([1.0, 3.0])
    common = common_changes(learned, times, stream(1, "tests/common"), 40_000)
    own = [
        forecast_own(learned, [learned.year - 1.0, learned.year], stock, times, population=1e5)
        for stock in ([300, 310], [800, 700])
    ]
    drawn = [
        sample_paths(each, stream(2, f"tests/own/{place}"), len(common), common=common)
        for place, each in enumerate(own)
    ]
    for at in range(2):
        shared = own[0].common[at, at]
        expected = shared / np.sqrt(own[0].covariance[at, at] * own[1].covariance[at, at])
        assert shared == pytest.approx(learned.drift_variance * (times[at] - learned.year))
        found = np.corrcoef(drawn[0][:, at], drawn[1][:, at])[0, 1]
        assert found == pytest.approx(expected, abs=0.02)


@pytest.mark.unit
def test_the_common_course_is_a_random_walk_from_the_last_year(learned):
    times = learned.year + np.array([-1.0, 0.0, 0.5, 2.0])
    drawn = common_changes(learned, times, stream(5, "tests/walk"), 50_000)
    assert not drawn[:, :2].any()
    assert drawn[:, 2].var() == pytest.approx(learned.drift_variance * 0.5, rel=0.03)
    assert drawn[:, 3].var() == pytest.approx(learned.drift_variance * 2, rel=0.03)
    steps = drawn[:, 3] - drawn[:, 2]
    assert np.corrcoef(steps, drawn[:, 2])[0, 1] == pytest.approx(0, abs=0.02)


@pytest.mark.unit
def test_shapes_of_a_common_course_are_checked(learned):
    own = forecast_own(learned, [learned.year], [300], [learned.year + 1.0])
    with pytest.raises(DataError, match=r"needs the shape \(10, 1\), got \(9, 1\)"):
        sample_paths(own, stream(1, "tests/own"), 10, common=np.zeros((9, 1)))


@pytest.mark.unit
def test_a_path_is_the_same_whatever_the_horizon_of_the_half_year_and_the_other_authorities(
    history, learned
):
    few = stock_of(learned, history, "203")
    alone = history.of([2])
    assert np.array_equal(stock_of(learned, alone, "203"), few)
    again = common_course_of(learned, STAGE, MONTHS - 2, REPLICATES, 3)
    assert np.array_equal(again, common_course_of(learned, STAGE, MONTHS, REPLICATES, 3))
    assert not np.array_equal(stock_of(learned, history, "203", seed=4), few)


@pytest.mark.unit
def test_whole_children_and_none_below_nought(history, learned):
    tiny = replace(history, stock=np.where(np.arange(12)[:, None] == 0, 1.0, history.stock))
    found = stock_of(learned, tiny, "201")
    assert found.dtype == np.int64
    assert found.min() >= 0
    # A history like no other's spreads widely, and still there are no more than children.
    assert found.max() <= tiny.population[0, -1] + 0.5


@pytest.mark.unit
def test_an_unknown_authority(history, learned):
    with pytest.raises(UnknownNameError, match="no authority '999'"):
        stock_of(learned, history, "999")


@pytest.mark.unit
def test_only_authorities_with_a_figure_in_the_last_year(history):
    stock = history.stock.copy()
    stock[3, -1] = np.nan
    gone = replace(history, stock=stock)
    assert codes_with_a_figure(gone) == [code for code in history.codes if code != "204"]


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(ratio=st.floats(1, 4), slope=st.floats(0, 2), seed=st.integers(0, 1000))
def test_all_of_england_has_the_spread_of_more_of_the_same(ratio, slope, seed):
    """Against the sum of as many more authorities drawn by themselves with the same course."""
    generator = stream(seed, "tests/beyond")
    size = 20_000
    common = generator.normal(0, 0.1, (size, 1))
    held = 20_000 * np.exp(slope * common) + generator.normal(0, 300, (size, 1))
    others = (ratio - 1) * 20_000 * np.exp(slope * common) + generator.normal(
        0, 300 * np.sqrt(ratio - 1), (size, 1)
    )
    found = beyond_authorities(np.rint(held).astype(np.int64), common, ratio)
    assert found.mean() == pytest.approx((held + others).mean(), rel=0.005)
    assert found.std() == pytest.approx((held + others).std(), rel=0.04)


@pytest.mark.unit
def test_no_more_authorities_than_held_are_the_held():
    total = np.array([[100, 120], [90, 80], [130, 99]])
    common = np.array([[0.0, 0.1], [-0.1, 0.0], [0.2, -0.2]])
    assert np.array_equal(beyond_authorities(total, common, 1.0), total)
    for ratio in (0.9, float("nan")):
        with pytest.raises(DataError, match="the ratio is 1 or more"):
            beyond_authorities(total, common, ratio)


@pytest.mark.unit
def test_courses_as_a_table():
    counts = np.array([[10, 20], [20, 40], [30, 60]])
    course = summarised("201", "Here", 15, 50_000, counts)
    courses = NationalCourses(
        STAGE, "stock", "2020-03", projected_months(2020, 2), (course,), counts
    )
    frame = courses.to_frame(courses.together())
    assert list(frame.columns[:6]) == ["la_code", "area", "stage", "measure", "month", "mean"]
    assert frame["month"].tolist() == ["2020-04", "2020-05"] * 2
    assert frame["mean"].tolist() == [20, 40] * 2
    assert frame["q50"].tolist() == [20, 40] * 2
    assert set(frame["basis"]) == {"projected"}
    assert courses.of("201") is course
    assert course.per_10000 == pytest.approx(0.2)
    assert np.isnan(summarised("x", "x", 1, None, counts).per_10000)
    with pytest.raises(UnknownNameError):
        courses.of("202")


@pytest.mark.unit
@pytest.mark.parametrize(("months", "replicates"), [(0, 10), (121, 10), (12, 1), (12, 100_001)])
def test_sizes_out_of_range(months, replicates):
    with pytest.raises(DataError, match=r"needs [12] to"):
        check_sizes(months, replicates)
