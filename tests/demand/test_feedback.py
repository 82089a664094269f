"""Month by month with feedback; scenarios that share draws; projections of several stages."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from riskmodel.demand.durations.laws import DAYS_A_MONTH, FAMILIES
from riskmodel.demand.moments import moments
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.project import project_stages
from riskmodel.demand.simulation.stepping import simulate_with_feedback
from riskmodel.demand.simulation.stock_flow import BLOCK, simulate_stage
from riskmodel.errors import DataError

MONTHS = 18
PLAN, LOOKED_AFTER = "child_protection_plan", "looked_after"


def stage(replicates, **changes):
    filled = {
        "rates": np.full((replicates, MONTHS), 30.0),
        "mean_days": np.full(replicates, 303.0),
        "shape": np.full(replicates, 1.25),
        "opening": np.full(replicates, 280),
    }
    return StageInputs(**{**filled, **changes})


def ones(month, stocks):
    return 1.0, 1.0


def assert_law(flows, inputs, limit=5.0):
    """Mean and variance of starts and stock in each month against the exact moments."""
    made = np.concatenate([flows.starts, flows.stock], axis=1).astype(float)
    mean = inputs.mean_days[0]
    left = inputs.opening_survival
    exact = moments(
        np.arange(MONTHS + 1.0),
        inputs.rates[0],
        mean,
        float(inputs.shape[0]),
        float(inputs.opening[0]),
        family=inputs.family,
        opening_left=None if left is None else np.append(1.0, left[0]),
    )
    keep = [*range(MONTHS), *range(MONTHS + 1, 2 * MONTHS + 1)]
    variance = np.diag(exact.covariance)[keep]
    score = (made.mean(axis=0) - exact.mean[keep]) / np.sqrt(variance / len(made))
    assert np.abs(score).max() < limit
    chi = made.var(axis=0) * len(made) / variance
    assert (stats.chi2.cdf(chi, len(made) - 1) > 1e-7).all()
    assert (stats.chi2.sf(chi, len(made) - 1) > 1e-7).all()
    found = np.corrcoef(made[:, MONTHS + 3], made[:, -1])[0, 1]
    here, there = keep[MONTHS + 3], keep[-1]
    expected = exact.covariance[here, there] / np.sqrt(
        exact.covariance[here, here] * exact.covariance[there, there]
    )
    assert found == pytest.approx(expected, abs=5 / np.sqrt(len(made)))


@pytest.mark.unit
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("drift", [False, True])
def test_feedback_of_ones_has_the_exact_law(family, drift):
    replicates = 3000
    mean = np.full(replicates, 250.0)
    if drift:
        mean = np.repeat(200 * np.exp(0.03 * np.arange(MONTHS))[None], replicates, 0)
    inputs = stage(replicates, mean_days=mean, family=family)
    flows = simulate_with_feedback({PLAN: inputs}, ones, seed=1)[PLAN]
    assert_law(flows, inputs)
    before = np.concatenate([inputs.opening[:, None], flows.stock[:, :-1]], axis=1)
    assert (before + flows.starts - flows.ends == flows.stock).all()


@pytest.mark.unit
def test_a_given_history_of_open_children_and_spread_starts_are_kept():
    replicates = 3000
    left = np.exp(-np.arange(1, MONTHS + 1) / 5.0)
    inputs = stage(replicates, opening_survival=np.repeat(left[None], replicates, 0))
    assert_law(simulate_with_feedback({PLAN: inputs}, ones, seed=2)[PLAN], inputs)
    spread = stage(replicates, overdispersion=3.0)
    starts = simulate_with_feedback({PLAN: spread}, ones, seed=2)[PLAN].starts
    assert starts.var(axis=0) == pytest.approx(np.full(MONTHS, 90.0), rel=0.15)


@pytest.mark.unit
@pytest.mark.parametrize("longer", [0.5, 2.0])
def test_a_steady_multiplier_of_length_multiplies_lengths(longer):
    replicates = 3000
    inputs = stage(replicates, rates=np.full((replicates, MONTHS), 0.0))
    flows = simulate_with_feedback({PLAN: inputs}, lambda *_: (1.0, longer), seed=3)[PLAN]
    # What open children still have is multiplied: their clock runs slower.
    exact = moments([0.0, MONTHS / longer], [0.0], 303.0, 1.25, 280.0)
    error = 5 * np.sqrt(exact.covariance[-1, -1] / replicates)
    assert flows.stock[:, -1].mean() == pytest.approx(exact.mean[-1], abs=error)
    many = stage(replicates, opening=np.zeros(replicates, int))
    made = simulate_with_feedback({PLAN: many}, lambda *_: (2.0, longer), seed=4)[PLAN]
    assert_law(
        made,
        stage(
            replicates,
            rates=np.full((replicates, MONTHS), 60.0),
            mean_days=np.full(replicates, 303.0 * longer),
            opening=np.zeros(replicates, int),
        ),
    )


@pytest.mark.unit
def test_a_loop_amplifies_a_rise_in_starts_as_its_gain_says():
    # Exponential lengths that grow with the stock to the power e: at a new steady state
    # stock = starts × length × (stock / stock₀)ᵉ, so a rise r becomes r^(1 / (1 - e)).
    e, rise, replicates = 0.3, 1.2, 400
    base = 30 * 100 / DAYS_A_MONTH

    def feedback(month, stocks):
        return 1.0, (np.maximum(stocks, 1) / base) ** e

    inputs = StageInputs(
        np.full((replicates, 60), 30 * rise),
        np.full(replicates, 100.0),
        np.ones(replicates),
        np.full(replicates, round(base)),
    )
    stock = simulate_with_feedback({PLAN: inputs}, feedback, seed=5)[PLAN].stock
    assert stock[:, -12:].mean() / base == pytest.approx(rise ** (1 / (1 - e)), rel=0.01)


@pytest.mark.unit
def test_a_loop_that_runs_away_is_refused_by_name():
    def feedback(month, stocks):
        return np.clip((stocks / 280) ** 3, 0.01, 100), 1.0

    rising = stage(10, rates=np.full((10, MONTHS), 60.0))
    with pytest.raises(DataError, match=r"child_protection_plan passed 10 times.*simulations"):
        simulate_with_feedback({PLAN: rising}, feedback, seed=6)
    with pytest.raises(DataError, match=r"passed 1\.05 times"):
        simulate_with_feedback({PLAN: rising}, feedback, seed=6, runaway=1.05)


@pytest.mark.unit
def test_feedback_sees_the_stocks_of_all_stages_at_the_start_of_the_month():
    seen = []

    def feedback(month, stocks):
        seen.append((month, stocks.copy()))
        return np.array([1.0, 0.01]), np.ones(2)

    stages = {PLAN: stage(3), LOOKED_AFTER: stage(3, opening=np.full(3, 77))}
    flows = simulate_with_feedback(stages, feedback, seed=7)
    assert [month for month, _ in seen] == list(range(MONTHS))
    assert (seen[0][1] == [280, 77]).all()
    assert (seen[5][1][:, 0] == flows[PLAN].stock[:, 4]).all()
    assert flows[LOOKED_AFTER].starts.mean() < 1.5
    assert flows[PLAN].starts.mean() > 20


@pytest.mark.unit
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((np.nan, 1.0), "multiplier of starts"),
        ((1.0, 0.0), "multiplier of length in month 1"),
        ((1.0, np.ones(7)), "must fit the shape"),
    ],
)
def test_multipliers_that_cannot_be_are_refused(answer, words):
    with pytest.raises(DataError, match=words):
        simulate_with_feedback({PLAN: stage(3)}, lambda *_: answer, seed=8)


@pytest.mark.unit
def test_stages_of_other_shapes_are_refused():
    short = StageInputs(np.ones((3, 2)), np.ones(3), np.ones(3), np.ones(3, int))
    for make in (
        lambda pair: simulate_with_feedback(pair, ones, seed=1),
        lambda pair: project_stages(pair, area="A", opening_month="2015-03", seed=1),
    ):
        with pytest.raises(DataError, match="same replicates and months"):
            make({PLAN: stage(3), LOOKED_AFTER: short})


def changed(replicates, **changes):
    """Fewer starts, then more; longer lengths from month 6."""
    rates = np.full((replicates, MONTHS), 30.0)
    rates[:, 3:8], rates[:, 8:] = 18.0, 36.0
    mean = np.full((replicates, MONTHS), 303.0)
    mean[:, 6:] = 400.0
    return stage(replicates, rates=rates, mean_days=mean, **changes)


@pytest.mark.unit
def test_a_scenario_has_its_own_exact_law_and_its_difference_is_not_noise():
    replicates = 3000
    left = np.repeat(np.exp(-np.arange(1, MONTHS + 1) / 6.0)[None], replicates, 0)
    base, scenario = stage(replicates), changed(replicates, opening_survival=left)
    before = simulate_stage(base, 9, "pair")
    after = simulate_stage(scenario, 9, "pair", reference=base)
    assert_law(after, scenario)
    alone = simulate_stage(scenario, 10, "alone")
    shared = (after.stock[:, -1] - before.stock[:, -1]).var()
    apart = (alone.stock[:, -1] - before.stock[:, -1]).var()
    assert shared < 0.6 * apart
    # Months before anything changes are the baseline's own starts.
    assert np.array_equal(before.starts[:, :3], after.starts[:, :3])
    assert (after.starts[:, 3:8] <= before.starts[:, 3:8]).all()


@pytest.mark.unit
def test_an_unchanged_scenario_has_the_bytes_of_the_baseline():
    base = stage(BLOCK + 5, overdispersion=2.0)
    again = simulate_stage(stage(BLOCK + 5, overdispersion=2.0), 9, "pair", reference=base)
    assert again.stock.tobytes() == simulate_stage(base, 9, "pair").stock.tobytes()
    # Also where the same lengths are given month by month.
    by_month = stage(BLOCK + 5, overdispersion=2.0, mean_days=np.full((BLOCK + 5, MONTHS), 303.0))
    made = simulate_stage(by_month, 9, "pair", reference=base)
    assert np.array_equal(made.stock, simulate_stage(base, 9, "pair").stock)


@pytest.mark.unit
def test_a_scenario_of_spread_starts_keeps_their_variance():
    base = stage(8000, overdispersion=3.0)
    for factor in (0.5, 1.5):
        rates = np.full((8000, MONTHS), 30.0 * factor)
        scenario = stage(8000, overdispersion=3.0, rates=rates)
        starts = simulate_stage(scenario, 11, "spread", reference=base).starts
        assert starts.mean() == pytest.approx(30 * factor, rel=0.01)
        assert starts.var(axis=0) == pytest.approx(np.full(MONTHS, 90 * factor), rel=0.1)


@pytest.mark.unit
def test_a_scenario_that_cannot_share_draws_is_refused():
    base = stage(4)
    for other in (stage(4, opening=np.full(4, 5)), stage(4, overdispersion=2.0), stage(5)):
        with pytest.raises(DataError, match="shares its draws"):
            simulate_stage(other, 1, "x", reference=base)


@pytest.mark.integration
def test_stages_make_a_projection_and_one_moves_nothing_in_another():
    both = {PLAN: stage(6), LOOKED_AFTER: stage(6, mean_days=np.full(6, 800.0))}
    made = project_stages(both, area="Oxfordshire", opening_month="2015-03", seed=1)
    alone = project_stages({PLAN: both[PLAN]}, area="Oxfordshire", opening_month="2015-03", seed=1)
    assert made.stages == (PLAN, LOOKED_AFTER)
    assert made.months[0] == "2015-04"
    assert np.array_equal(made.of("stock", "baseline", PLAN), alone.of("stock", "baseline", PLAN))
    more = {**both, PLAN: stage(6, rates=np.full((6, MONTHS), 40.0))}
    scenario = project_stages(
        more,
        area="Oxfordshire",
        opening_month="2015-03",
        seed=1,
        scenario="more_starts",
        reference=both,
    )
    together = made.with_scenarios(scenario)
    assert np.array_equal(
        together.of("stock", "more_starts", LOOKED_AFTER),
        together.of("stock", "baseline", LOOKED_AFTER),
    )
    looped = project_stages(
        both, area="Oxfordshire", opening_month="2015-03", seed=1, feedback=ones
    )
    assert looped.stages == made.stages
    with pytest.raises(DataError, match="stages of its baseline"):
        project_stages(
            more, area="A", opening_month="2015-03", seed=1, reference={PLAN: both[PLAN]}
        )
