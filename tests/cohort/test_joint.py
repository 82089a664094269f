"""Exact margins, the overlap knob, and the two routes to the same law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, multivariate_normal, norm

from riskmodel.cohort import joint
from riskmodel.cohort.joint import BLOCK_ROWS, Margins, UnitLayout, draw_block
from riskmodel.cohort.overlap import joint_probability

margins = st.integers(1, 400).flatmap(
    lambda rows: st.integers(0, rows).flatmap(
        lambda plans: st.lists(
            st.tuples(st.integers(0, plans), st.integers(0, rows - plans)), min_size=1, max_size=6
        ).map(
            lambda pairs: Margins(
                rows,
                plans,
                np.array([pair[0] for pair in pairs]),
                np.array([pair[1] for pair in pairs]),
            )
        )
    )
)


def counted(plan: np.ndarray, flags: np.ndarray) -> tuple[int, list[int], list[int]]:
    return (
        int(plan.sum()),
        (flags & plan).sum(axis=1).tolist(),
        (flags & ~plan).sum(axis=1).tolist(),
    )


@pytest.mark.property
@given(total=margins, seed=st.integers(0, 2**32), overlap=st.floats(0, 1))
def test_every_count_is_exact_when_rows_are_ranked(total, seed, overlap):
    weights = np.full(len(total.with_plan), overlap)
    layout = UnitLayout.plan("x", seed, weights, total)
    (block,) = list(layout)
    assert counted(*block) == (total.plans, total.with_plan.tolist(), total.without_plan.tolist())


@pytest.mark.property
@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**32),
    overlap=st.floats(0, 1),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=4),
    plan_share=st.floats(0, 1),
)
def test_every_count_is_exact_in_blocks(seed, overlap, shares, plan_share):
    rows = 3 * 5000 + 17
    plans = round(rows * plan_share)
    total = Margins(
        rows,
        plans,
        np.array([round(plans * share) for share in shares]),
        np.array([round((rows - plans) * (1 - share)) for share in shares]),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint, "RANK_ROWS", 1000)
        patch.setattr(joint, "BLOCK_ROWS", 5000)
        layout = UnitLayout.plan("x", seed, np.full(len(shares), overlap), total)
        found = [counted(*block) for block in layout]
    assert len(found) == 4
    assert sum(block[0] for block in found) == total.plans
    assert np.sum([block[1] for block in found], axis=0).tolist() == total.with_plan.tolist()
    assert np.sum([block[2] for block in found], axis=0).tolist() == total.without_plan.tolist()


@pytest.mark.unit
def test_blocks_are_the_same_in_any_order():
    rows = 2**20 + 5
    total = Margins(rows, rows // 4, np.array([40_000, 7]), np.array([90_000, 2]))
    layout = UnitLayout.plan("x", 5, np.array([0.4, 0.4]), total)
    assert len(layout.blocks) == -(-rows // BLOCK_ROWS)
    forwards = [draw_block(layout, number) for number in (0, 3)]
    backwards = [draw_block(layout, number) for number in (3, 0)][::-1]
    for (plan, flags), (plan_again, flags_again) in zip(forwards, backwards, strict=True):
        assert np.array_equal(plan, plan_again)
        assert np.array_equal(flags, flags_again)


def pooled_phi(flags: np.ndarray, first: int, second: int) -> float:
    return float(np.corrcoef(flags[first], flags[second])[0, 1])


def one_stratum(rows: int, share_one: float, share_two: float) -> Margins:
    none = np.zeros(2, dtype=np.int64)
    return Margins(rows, 0, none, np.array([round(rows * share_one), round(rows * share_two)]))


@pytest.mark.property
@pytest.mark.parametrize("route", ["rank", "blocks"])
@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.65, 0.9])
@pytest.mark.parametrize(("share_one", "share_two"), [(0.25, 0.2), (0.05, 0.4)])
def test_overlap_moves_phi_as_the_bivariate_normal_says(
    route, overlap, share_one, share_two, monkeypatch
):
    if route == "blocks":
        monkeypatch.setattr(joint, "RANK_ROWS", 1000)
    rows = 2 * BLOCK_ROWS
    total = one_stratum(rows, share_one, share_two)
    layout = UnitLayout.plan("phi", 11, np.array([overlap, overlap]), total)
    flags = np.concatenate([block[1] for block in layout], axis=1)
    together = multivariate_normal(cov=[[1, overlap**2], [overlap**2, 1]]).cdf(
        [norm.ppf(share_one), norm.ppf(share_two)]
    )
    spread = np.sqrt(share_one * (1 - share_one) * share_two * (1 - share_two))
    expected = (together - share_one * share_two) / spread
    # Four standard errors of a correlation at so many rows, and the coarseness of 16 bits.
    assert pooled_phi(flags, 0, 1) == pytest.approx(expected, abs=4 / np.sqrt(rows) + 0.002)


@pytest.mark.property
def test_no_overlap_leaves_factors_independent_within_a_stratum():
    """Over 200 small cohorts the p values of independence are those of chance: neither side."""
    below = 0
    for seed in range(200):
        total = one_stratum(400, 0.3, 0.4)
        layout = UnitLayout.plan("x", seed, np.zeros(2), total)
        ((_, flags),) = list(layout)
        table = np.array(
            [[np.sum((flags[0] == a) & (flags[1] == b)) for b in (0, 1)] for a in (0, 1)]
        )
        below += chi2_contingency(table, correction=False).pvalue < 0.2
    # Binomial(200, 0.2): mean 40, four standard deviations 22.6.
    assert 17 <= below <= 63


@pytest.mark.unit
@pytest.mark.parametrize("overlap", [0.0, 0.4, 0.8])
def test_joint_probability_is_the_bivariate_normal_orthant(overlap):
    oracle = multivariate_normal(cov=[[1, overlap**2], [overlap**2, 1]]).cdf(
        [norm.ppf(0.27), norm.ppf(0.11)]
    )
    assert joint_probability((0.27, 0.11), (overlap, overlap)) == pytest.approx(oracle, abs=2e-6)


@pytest.mark.property
def test_the_copula_agrees_with_an_ising_model_of_the_same_pair():
    """Two factors, equal margins and phi: the 2 x 2 table is then the same, however it was made.

    An Ising model p(x) ~ exp(h1 x1 + h2 x2 + J x1 x2), fitted by enumeration to the margins and to
    the phi that the copula implies, is sampled; its counts and the copula's must agree.
    """
    shares, overlap, rows = (0.3, 0.2), 0.6, 200_000
    together = joint_probability(shares, (overlap, overlap))
    cells = np.array(
        [1 - shares[0] - shares[1] + together, shares[1] - together, shares[0] - together, together]
    )
    h2, h1 = np.log(cells[1] / cells[0]), np.log(cells[2] / cells[0])
    coupling = np.log(cells[3] * cells[0] / (cells[1] * cells[2]))
    energies = np.array([0, h2, h1, h1 + h2 + coupling])
    ising = np.exp(energies) / np.exp(energies).sum()
    layout = UnitLayout.plan("ising", 3, np.full(2, overlap), one_stratum(rows, *shares))
    ((_, flags),) = list(layout)
    found = np.bincount(2 * flags[0].astype(int) + flags[1], minlength=4) / rows
    assert coupling > 0
    assert found == pytest.approx(ising, abs=4 * np.sqrt(0.25 / rows))
