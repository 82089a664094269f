"""Decompositions add up, and agree with what can be worked out otherwise."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.explanations import decompose_product

TERMS = st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=1, max_size=6)


def named(values: list[float]) -> dict[str, float]:
    return {f"x{position}": value for position, value in enumerate(values)}


def orders(before: list[float], after: list[float]) -> list[float]:
    """Mean change by each term over every order, one by one."""
    parts = [0.0] * len(before)
    every = list(itertools.permutations(range(len(before))))
    for order in every:
        current = list(before)
        for term in order:
            was = math.prod(current)
            current[term] = after[term]
            parts[term] += (math.prod(current) - was) / len(every)
    return parts


@pytest.mark.property
@given(TERMS, st.sampled_from(["lmdi", "shapley"]))
def test_the_parts_add_up_to_the_change(terms, method):
    before, after = (named(list(values)) for values in zip(*terms, strict=True))
    found = decompose_product(before, after, method=method)
    whole = max(math.prod(before.values()), math.prod(after.values()))
    assert abs(found.remainder) <= 1e-9 * whole
    assert sum(found.parts) == pytest.approx(found.change, abs=1e-9 * whole)


@pytest.mark.property
@given(TERMS)
def test_shapley_is_the_mean_over_all_orders(terms):
    before, after = (list(values) for values in zip(*terms, strict=True))
    found = decompose_product(named(before), named(after), method="shapley")
    scale = max(math.prod(before), math.prod(after), 1)
    assert list(found.parts) == pytest.approx(orders(before, after), abs=1e-9 * scale)


@pytest.mark.unit
def test_two_terms_by_hand():
    # 2 x 3 to 4 x 3: all by the first; 2 x 3 to 4 x 6: halves by the logarithmic mean.
    assert decompose_product({"a": 2, "b": 3}, {"a": 4, "b": 3}).parts == pytest.approx((6, 0))
    both = decompose_product({"a": 2, "b": 3}, {"a": 4, "b": 6})
    assert both.parts == pytest.approx((9, 9))
    assert both.shares == pytest.approx((0.5, 0.5))
    # Shapley: the mean of 2 x 3 and 2 x 6 for the first.
    shapley = decompose_product({"a": 2, "b": 3}, {"a": 4, "b": 9}, method="shapley")
    assert shapley.parts == pytest.approx((2 * (3 + 9) / 2, 6 * (2 + 4) / 2))


@pytest.mark.unit
def test_nothing_changed_has_no_shares():
    found = decompose_product({"a": 2.0}, {"a": 2.0})
    assert found.parts == (0.0,)
    assert math.isnan(found.shares[0])
    assert list(found.to_frame().columns) == ["term", "ratio", "part", "share", "method"]


@pytest.mark.unit
def test_terms_must_agree_and_be_above_nothing():
    with pytest.raises(DataError, match="the terms differ"):
        decompose_product({"a": 1}, {"b": 1})
    with pytest.raises(DataError, match="a must be above 0 after"):
        decompose_product({"a": 1}, {"a": 0})
