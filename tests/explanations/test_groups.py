"""Growth by groups, from tables of whole children that are known in full."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.explanations import (
    extremes,
    group_growth,
    interval_ends,
    joint_growth_bounds,
    share_that_averages,
)

CELLS = st.lists(st.integers(1, 500), min_size=4, max_size=4)
"""Children by two groups: both, first only, second only, neither."""


@pytest.mark.property
@given(CELLS, CELLS)
def test_groups_of_a_known_table_are_found_again(before, after):
    growth = sum(after) - sum(before)
    assume(growth > 0)
    margins = {}
    for name, cells in (("one", (0, 1)), ("other", (0, 2))):
        was, now = (sum(table[cell] for cell in cells) for table in (before, after))
        rest = (sum(before) - was, sum(after) - now)
        shares = {"in": now / sum(after), "out": rest[1] / sum(after)}
        rates = {"in": now / was - 1, "out": rest[1] / rest[0] - 1}
        margins[name] = group_growth(shares, rates)["in"]
        assert margins[name].share_of_growth == pytest.approx((now - was) / growth, abs=1e-6)
        assert margins[name].share_before == pytest.approx(was / sum(before), abs=1e-6)
        total = sum(after) / sum(before) - 1
        assert margins[name].total_growth == pytest.approx(total, abs=1e-6)
        if abs(rates["in"] - rates["out"]) > 1e-3:
            averaged = share_that_averages(rates["in"], rates["out"], total)
            assert averaged == pytest.approx(was / sum(before), abs=1e-6)
    low, high = joint_growth_bounds(margins["one"], margins["other"])
    both = (after[0] - before[0]) / growth
    assert low - 1e-6 <= both <= high + 1e-6


@pytest.mark.unit
def test_the_bounds_of_both_are_attained():
    # 60 then 120 children; half are girls and half are older, at both dates.
    half = group_growth({"in": 0.5, "out": 0.5}, {"in": 1.0, "out": 1.0})["in"]
    # From all older ones girls (30 of 60) to none (0 of 120), or the other way round.
    assert joint_growth_bounds(half, half) == pytest.approx(((0 - 30) / 60, (60 - 0) / 60))


@pytest.mark.unit
def test_what_cannot_be_split_is_refused():
    with pytest.raises(DataError, match="did not grow"):
        group_growth({"a": 0.5, "b": 0.5}, {"a": 0.0, "b": 0.0})
    with pytest.raises(DataError, match=r"add up to 0\.9"):
        group_growth({"a": 0.5, "b": 0.4}, {"a": 0.1, "b": 0.1})
    with pytest.raises(DataError, match="above -1"):
        group_growth({"a": 0.5, "b": 0.5}, {"a": -1.0, "b": 0.1})
    with pytest.raises(DataError, match="any share"):
        share_that_averages(0.5, 0.5, 0.5)


@pytest.mark.property
@given(st.floats(0, 1), st.floats(0, 1))
def test_extremes_hold_every_value_inside(one, other):
    inputs = {"a": Interval(1, 2), "b": Interval(3, 5)}
    low, high = extremes(lambda a, b: a / b, inputs)
    value = (1 + one) / (3 + 2 * other)
    assert low - 1e-12 <= value <= high + 1e-12


@pytest.mark.unit
def test_an_interval_without_an_end_bounds_nothing():
    with pytest.raises(DataError, match="no end on one side"):
        interval_ends(Interval(1, math.inf))
