"""Targets: the published counts, the constraints on the others, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, betabinom

from riskmodel.cohort import calibrated_loading, lift, published_targets
from riskmodel.cohort.overlap import PARENTAL_PAIRS, PARENTAL_TRIPLES
from riskmodel.cohort.targets import CohortTargets
from riskmodel.conversions import conversion_distribution, impact_cut
from riskmodel.errors import DataError
from riskmodel.factors import feasible_region
from riskmodel.parameters import parameter
from riskmodel.published import factor_counts, printed_quadrants


@pytest.mark.property
@settings(max_examples=20)
@given(total=st.integers(1069, 20_000), seed=st.integers(0, 10_000))
def test_targets_keep_every_published_count_and_constraint(total, seed):
    targets = published_targets(total, seed=seed)
    counts, printed = targets.counts, factor_counts()
    where = [counts.factors.index(name) for name in printed.factors]
    assert counts.plans[where].tolist() == printed.plans.tolist()
    assert counts.assessments[where].tolist() == printed.assessments.tolist()
    assert (counts.total_plans, counts.total_assessments) == (630, total)
    others = np.setdiff1d(np.arange(len(counts.factors)), where)
    assert counts.plans[others].max() <= 57
    assert np.all(targets.without_plan <= total - 630)
    assert feasible_region(counts, printed_quadrants()).is_feasible


@pytest.mark.unit
def test_below_the_floor_is_refused_and_names_the_constraint():
    with pytest.raises(DataError, match=r"439 more had parent_domestic_violence.*1069"):
        published_targets(1068)


@pytest.mark.property
@given(total=st.integers(1, 200_000))
def test_scaled_targets_are_feasible_and_in_proportion(total):
    base = published_targets(2250)
    scaled = base.scaled(total)
    ratio = total / 2250
    assert scaled.total_assessments == total
    assert set(scaled.basis.values()) == {"assumed"}
    assert np.all(np.abs(scaled.counts.plans - base.counts.plans * ratio) <= 1)
    assert np.all(scaled.without_plan <= total - scaled.counts.total_plans)


@pytest.mark.unit
def test_a_target_without_a_basis_or_a_total_is_refused():
    counts = factor_counts()
    with pytest.raises(DataError, match="number of assessments"):
        CohortTargets(counts, {})
    with pytest.raises(DataError, match="no basis given for child_alcohol_misuse, parent_alcohol"):
        CohortTargets(published_targets(2250).counts, {"child_neglect": "published"})


@pytest.mark.unit
def test_conversions_of_unprinted_factors_maximise_the_censored_likelihood():
    printed, quadrants = factor_counts(), printed_quadrants()
    others = [name for name in quadrants if name not in printed.factors]
    a, b = conversion_distribution(printed, quadrants, others)
    cut = impact_cut(printed, quadrants)

    def log_likelihood(a: float, b: float) -> float:
        seen = betabinom.logpmf(printed.plans, printed.assessments, a, b).sum()
        return float(seen + 12 * beta.logsf(cut, a, b) + 12 * beta.logcdf(cut, a, b))

    assert sum(quadrants[name].impact == "high" for name in others) == 12
    best = log_likelihood(a, b)
    for factor in (0.97, 1.03):
        assert log_likelihood(a * factor, b) < best
        assert log_likelihood(a, b * factor) < best


@pytest.mark.regression
def test_the_default_parental_overlap_is_the_calibrated_one():
    targets = published_targets(int(parameter("assessments_prior_median").value))
    loading = calibrated_loading(targets, parameter("parental_pair_lift").value)
    assert parameter("parental_overlap").value == pytest.approx(loading, abs=0.005)
    pairs = [lift(targets, pair, (loading, loading)) for pair in PARENTAL_PAIRS]
    assert np.mean(pairs) == pytest.approx(2, abs=1e-4)
    # Triples are not fitted: that they come out near five is what the survey projections say.
    for triple in PARENTAL_TRIPLES:
        assert 4.5 < lift(targets, triple, (loading,) * 3) < 5.5


@pytest.mark.unit
def test_a_lift_out_of_reach_is_refused_with_the_range():
    with pytest.raises(DataError, match=r"between 1\.0"):
        calibrated_loading(published_targets(2250), 40.0)
