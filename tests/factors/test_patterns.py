"""Patterns: a table and its patterns say the same, whole or in pieces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskmodel.assessments import Assessments
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.factors.adjusted.combinations import factor_combinations
from riskmodel.factors.adjusted.patterns import (
    FactorPatterns,
    factor_patterns,
    number_patterns,
    pattern_counts,
)


def table_of(
    flags: np.ndarray, plan: np.ndarray, basis: dict[str, str] | None = None
) -> Assessments:
    names = [f"factor_{i:02d}" for i in range(flags.shape[1])]
    frame = pd.DataFrame(flags, columns=names).assign(plan=plan)
    return Assessments(frame, tuple(names), basis or {})


tables = st.tuples(st.integers(1, 40), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(arrays(np.bool_, shape), arrays(np.bool_, shape[:1]))
)


@pytest.mark.property
@given(tables)
def test_patterns_expand_to_the_rows(drawn):
    flags, plan = drawn
    table = table_of(flags, plan)
    patterns = factor_patterns(table)
    assert len(np.unique(patterns.flags, axis=0)) == len(patterns)
    rows = sorted([*row, led] for row, led in zip(flags.tolist(), plan.tolist(), strict=True))
    expanded = sorted(
        [*flag, led]
        for flag, n, k in zip(
            patterns.flags.tolist(),
            patterns.assessments.tolist(),
            patterns.plans.tolist(),
            strict=True,
        )
        for led in [True] * k + [False] * (n - k)
    )
    assert rows == expanded
    assert patterns.counts() == table.counts()


@pytest.mark.property
@given(tables, st.integers(0, 40))
def test_pieces_add_up_to_the_whole(drawn, cut):
    flags, plan = drawn
    whole = factor_patterns(table_of(flags, plan))
    parts = [table_of(flags[:cut], plan[:cut]), table_of(flags[cut:], plan[cut:])]
    added = factor_patterns(parts)
    assert np.array_equal(whole.flags, added.flags)
    assert np.array_equal(whole.assessments, added.assessments)
    assert np.array_equal(whole.plans, added.plans)


@pytest.mark.property
@given(st.integers(60, 130), st.integers(0, 2**32 - 1))
def test_more_flags_than_a_word_holds(number, seed):
    """The columns past the first word count, and so does each by itself."""
    random = np.random.Generator(np.random.SFC64(seed))
    columns = random.random((number, 30)) < 0.02
    patterns, of_row = number_patterns(list(columns))
    assert np.array_equal(patterns[of_row], columns.T)
    assert len(patterns) == len(np.unique(columns.T, axis=0))


@pytest.mark.unit
def test_selecting_factors_merges_patterns():
    flags = np.array([[True, True], [True, False], [False, True]])
    patterns = factor_patterns(table_of(flags, np.array([True, False, True])))
    one = patterns.select(["factor_00"])
    assert one.flags.tolist() == [[False], [True]]
    assert (one.assessments.tolist(), one.plans.tolist()) == ([1, 2], [1, 1])
    assert patterns.select([]).assessments.tolist() == [3]
    with pytest.raises(UnknownNameError, match="Did you mean"):
        patterns.select(["factor_0"])
    with pytest.raises(DataError, match="more than once: factor_00"):
        patterns.select(["factor_00", "factor_00"])


@pytest.mark.unit
def test_published_counts_never_make_published_combinations():
    flags, plan = np.eye(2, dtype=bool), np.array([True, False])
    basis = {"plan": "published", "factor_00": "published", "factor_01": "published"}
    assert factor_patterns(table_of(flags, plan, basis)).basis == "assumed"
    assert factor_patterns(table_of(flags, plan)).basis == "observed"
    # Choosing columns does not mend it.
    mixed = table_of(flags, plan, {"factor_01": "assumed"})
    assert factor_patterns(mixed, ["factor_00"]).basis == "assumed"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("flags", "n", "k", "message"),
    [
        ([[True]], [0], [0], "at least 1 assessment"),
        ([[True]], [1], [2], "more plans than assessments"),
        ([[True, False]], [1], [0], "of that shape"),
    ],
)
def test_contradictions_are_refused(flags, n, k, message):
    with pytest.raises(DataError, match=message):
        FactorPatterns(("a",), np.array(flags), np.array(n), np.array(k))


@pytest.mark.unit
def test_patterns_on_other_factors_or_bases_do_not_add():
    one = pattern_counts(["a"], np.array([True]), [np.array([True])])
    other = pattern_counts(["b"], np.array([True]), [np.array([True])])
    with pytest.raises(DataError, match="differing: a, b"):
        one + other
    assumed = pattern_counts(["a"], np.array([True]), [np.array([True])], basis="assumed")
    with pytest.raises(DataError, match="observed and assumed"):
        one + assumed
    with pytest.raises(DataError, match="no assessments"):
        factor_patterns([])


@pytest.mark.property
@given(tables, st.integers(0, 3), st.integers(1, 4), st.integers(1, 3))
def test_combinations_and_remainder_are_the_whole_table(drawn, fewest, top, floor):
    flags, plan = drawn
    patterns = factor_patterns(table_of(flags, plan))
    found = factor_combinations(patterns, top=top, fewest=fewest, at_least=floor)
    named = found.combinations
    assert len(named) <= top
    assert all(len(each.factors) >= fewest and each.assessments >= floor for each in named)
    shown = sum(each.assessments for each in named), sum(each.plans for each in named)
    assert shown[0] + found.fewer_assessments + found.other_assessments == len(plan)
    assert shown[1] + found.fewer_plans + found.other_plans == plan.sum()
    assert found.mean_number == pytest.approx(flags.sum() / len(flags))
    sizes = [each.assessments for each in named]
    assert sizes == sorted(sizes, reverse=True)
    frame = found.to_frame()
    assert frame["assessments"].sum() == len(plan)
