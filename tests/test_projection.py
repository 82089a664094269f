"""Projections keep stocks and flows together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import Projection, month_after, months_between


def made(names=("baseline",), months=4, replicates=3, seed=0, extra=0):
    rng = np.random.default_rng(seed)
    opening = np.full((replicates, 1), 100)
    starts = rng.poisson(10, (len(names), replicates, months, 1)) + extra
    ends = rng.poisson(10, (len(names), replicates, months, 1))
    stock = opening[None, :, None, :] + np.cumsum(starts - ends, axis=2)
    return Projection(
        "Oxfordshire", names, ("child_protection_plan",), "2015-11", opening, starts, ends, stock
    )


@pytest.mark.unit
def test_a_stock_that_contradicts_its_flows_is_refused_with_its_place():
    sound = made()
    stock = sound.stock.copy()
    stock[0, 1, 2, 0] += 1
    with pytest.raises(DataError, match=r"child_protection_plan in 2016-02.*replicate 1"):
        Projection(
            sound.area,
            sound.scenarios,
            sound.stages,
            sound.opening_month,
            sound.opening,
            sound.starts,
            sound.ends,
            stock,
        )


@pytest.mark.unit
def test_names_shapes_and_months_are_checked():
    sound = made()
    arrays = (sound.opening, sound.starts, sound.ends, sound.stock)
    with pytest.raises(UnknownNameError, match="child_protection_plan"):
        Projection("A", ("baseline",), ("child_protection_plans",), "2015-11", *arrays)
    with pytest.raises(DataError, match="YYYY-MM"):
        Projection("A", ("baseline",), sound.stages, "2015-13", *arrays)
    with pytest.raises(DataError, match="shape"):
        Projection("A", ("baseline", "other"), sound.stages, "2015-11", *arrays)
    with pytest.raises(UnknownNameError, match="scenario"):
        sound.of("stock", "base", "child_protection_plan")


@pytest.mark.unit
def test_a_frame_has_a_row_for_each_measure_and_month():
    frame = made(names=("baseline", "more")).to_frame()
    assert len(frame) == 2 * 3 * 4
    assert list(frame.columns[:6]) == ["area", "scenario", "stage", "measure", "month", "mean"]
    assert {"q05", "q50", "q95", "q025"} <= set(frame.columns)
    assert (frame["q05"] <= frame["q95"]).all()
    assert set(frame["basis"]) == {"projected"}


@pytest.mark.unit
def test_passing_a_level_once_counts_from_then_on():
    projection = made()
    stock = projection.of("stock", "baseline", "child_protection_plan")
    level = float(np.median(stock))
    by_month = projection.probability_above(level, "child_protection_plan")
    assert np.all(np.diff(by_month) >= 0)
    assert by_month[-1] == np.mean((stock > level).any(axis=1))


@pytest.mark.unit
def test_scenarios_of_the_same_opening_stand_side_by_side():
    both = made().with_scenarios(made(names=("more",), extra=2))
    assert both.scenarios == ("baseline", "more")
    with pytest.raises(DataError, match="same area"):
        made().with_scenarios(made(names=("more",), months=5))
    with pytest.raises(DataError, match="different names"):
        made().with_scenarios(made())


@pytest.mark.unit
def test_arrays_are_copied_and_locked():
    projection = made()
    with pytest.raises(ValueError, match="read-only"):
        projection.stock[0, 0, 0, 0] = 1


@pytest.mark.property
@given(st.integers(1990, 2090), st.integers(1, 12), st.integers(-200, 200))
def test_months_count_forwards_and_back(year, month, ahead):
    first = f"{year}-{month:02d}"
    assert months_between(first, month_after(first, ahead)) == ahead
