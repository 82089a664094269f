"""Holm, funnel, shrinkage, differences and decompositions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta
from statsmodels.stats.multitest import multipletests

from riskmodel.assessments import FactorCounts
from riskmodel.conversions import conversion_distribution, impact_cut
from riskmodel.errors import DataError
from riskmodel.factors.comparison import (
    change_between,
    decompose_change,
    funnel,
    holm_comparison,
    shrunken_conversions,
)
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.streams import stream

tables = st.integers(1, 3).flatmap(
    lambda size: st.tuples(
        *[
            st.integers(0, 300).flatmap(lambda k: st.integers(k, 600).map(lambda n, k=k: (n, k)))
            for _ in range(size)
        ]
    )
)


def table(rows, extra=50) -> FactorCounts:
    plans = max(k for _, k in rows) + extra
    total = plans + max(n - k for n, k in rows) + extra
    return FactorCounts.from_rows(
        [(f"f{i}", n, k) for i, (n, k) in enumerate(rows)],
        total_plans=plans,
        total_assessments=total,
    )


@pytest.mark.unit
def test_holm_by_hand():
    counts = FactorCounts.from_rows(
        [("a", 100, 50), ("b", 100, 37), ("c", 100, 26)], total_plans=113
    )
    frame = holm_comparison(counts, 0.25)
    p = np.array(frame["p_value"])
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(np.minimum(p[order] * np.array([3, 2, 1]), 1))
    assert np.array(frame["p_value_holm"])[order] == pytest.approx(adjusted)
    assert list(frame["conclusion"]) == ["above", "above", "not distinguished"]


@pytest.mark.unit
def test_holm_is_that_of_statsmodels():
    frame = holm_comparison(factor_counts(), 0.3)
    expected = multipletests(np.array(frame["p_value"]), method="holm")[1]
    assert np.array(frame["p_value_holm"]) == pytest.approx(expected)


@pytest.mark.property
def test_holm_keeps_the_familywise_error():
    """Ten factors at the cut itself: any claim is wrong, and at most 5% of tables make one."""
    random = stream(7, "test/holm")
    wrong = 0
    repeats = 120
    for _ in range(repeats):
        rows = [(f"f{i}", 200, int(random.binomial(200, 0.3))) for i in range(10)]
        frame = holm_comparison(FactorCounts.from_rows(rows, total_plans=1000), 0.3)
        wrong += bool((frame["conclusion"] != "not distinguished").any())
    # At most 5% in truth; four standard errors above, and not so low that nothing could be found.
    assert 1 <= wrong <= repeats * 0.05 + 4 * math.sqrt(repeats * 0.05 * 0.95)


@pytest.mark.unit
@pytest.mark.parametrize("cut", [0.0, 1.0, 25.0])
def test_a_cut_outside_0_and_1_is_refused(cut):
    with pytest.raises(DataError, match=r"25% is 0\.25"):
        holm_comparison(factor_counts(), cut)


@pytest.mark.unit
def test_funnel_limits_hold_the_target_and_narrow_with_size():
    frame = funnel(factor_counts()).sort_values("assessments")
    assert ((frame["low_95"] < frame["target"]) & (frame["target"] < frame["high_95"])).all()
    assert (frame["low_998"] < frame["low_95"]).all()
    assert (frame["high_95"] - frame["low_95"]).is_monotonic_decreasing
    outside = frame[np.abs(frame["z"]) > 1.959964]
    beyond = frame[
        (frame["conversion_rate"] < frame["low_95"]) | (frame["conversion_rate"] > frame["high_95"])
    ]
    assert set(outside["factor"]) == set(beyond["factor"])
    assert set(beyond["factor"]) == {"child_emotional_abuse", "child_domestic_violence"}


@pytest.mark.property
def test_funnel_of_equal_rates_shows_no_more_than_chance():
    random = stream(8, "test/funnel")
    beyond = 0
    for _ in range(40):
        rows = [
            (f"f{i}", int(n), int(random.binomial(n, 0.3)))
            for i, n in enumerate(random.integers(100, 600, size=30))
        ]
        frame = funnel(FactorCounts.from_rows(rows, total_plans=30_000))
        beyond += int((np.abs(frame["z"]) > 1.959964).sum())
    # 1,200 points, about 5% beyond (winsorised dispersion may lower it a little).
    assert 25 <= beyond <= 90


@pytest.mark.unit
def test_shrunken_rates_are_posterior_means_and_truncated_means():
    printed, quadrants = factor_counts(), printed_quadrants()
    others = [name for name in quadrants if name not in printed.factors]
    a, b = conversion_distribution(printed, quadrants, others)
    cut = impact_cut(printed, quadrants)
    frame = shrunken_conversions(printed, quadrants).set_index("factor")
    assert frame.loc["child_neglect", "shrunken"] == pytest.approx((a + 142) / (a + b + 389))
    above = quad(lambda x: x * beta.pdf(x, a, b), cut, 1)[0] / beta.sf(cut, a, b)
    below = quad(lambda x: x * beta.pdf(x, a, b), 0, cut)[0] / beta.cdf(cut, a, b)
    assert frame.loc["child_missing", "shrunken"] == pytest.approx(above, abs=1e-6)
    assert frame.loc["child_gangs", "shrunken"] == pytest.approx(below, abs=1e-6)
    assert frame.loc["child_missing", "low"] > cut > frame.loc["child_gangs", "high"]
    assert set(frame["basis"]) == {"assumed"}


@pytest.mark.property
@given(before=tables, after=tables)
def test_a_decomposition_adds_up(before, after):
    size = min(len(before), len(after))
    frame = decompose_change(table(before[:size]), table(after[:size]))
    total = frame[["volume", "prevalence", "conversion"]].sum(axis=1)
    assert np.allclose(total, frame["change"], atol=1e-8)
    assert np.allclose(frame["remainder"], 0, atol=1e-8)


@pytest.mark.unit
def test_a_change_in_conversion_alone_is_all_conversion():
    before, after = table([(100, 20)], 80), table([(100, 20)], 80)
    after = FactorCounts(
        after.factors, after.assessments, after.plans + 10, 100, before.total_assessments
    )
    row = decompose_change(before, after).iloc[0]
    assert row["conversion"] == pytest.approx(10)
    assert row["volume"] == pytest.approx(0)
    assert row["prevalence"] == pytest.approx(0)


@pytest.mark.unit
def test_differences_and_their_refusals():
    before = FactorCounts.from_rows([("a", 100, 20), ("b", 0, 0)], total_plans=40)
    after = FactorCounts.from_rows([("a", 100, 40), ("b", 10, 5)], total_plans=60)
    frame = change_between(before, after).set_index("factor")
    assert frame.loc["a", "difference"] == pytest.approx(0.2)
    assert 0 < frame.loc["a", "low"] < 0.2 < frame.loc["a", "high"]
    assert math.isnan(frame.loc["b", "difference"])
    with pytest.raises(DataError, match="number of assessments is known"):
        decompose_change(before, after)
    with pytest.raises(DataError, match="differing: a, b, c"):
        change_between(before, FactorCounts.from_rows([("c", 1, 1)], total_plans=1))
