"""Calibration: the sampler against a grid, what figures do to it, what it refuses."""

from __future__ import annotations

from dataclasses import replace

import joblib
import numpy as np
import pytest
from scipy import special, stats

from riskmodel.demand.calibration import PARAMETERS, DemandPriors, Observation, calibrate
from riskmodel.demand.calibration import model as model_module
from riskmodel.demand.calibration.checks import (
    annual_design,
    rank_uniformity,
    simulation_based_calibration,
)
from riskmodel.demand.calibration.conditional import condition, condition_near
from riskmodel.demand.calibration.model import OUTER, build_model, step_size
from riskmodel.demand.calibration.outer_mode import outer_mode
from riskmodel.demand.calibration.pareto import pareto_smooth
from riskmodel.demand.durations.evidence import MeanLength
from riskmodel.demand.durations.fit import ShapePrior, fit_lengths
from riskmodel.demand.simulation.project import project_stages
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.projection import month_after
from riskmodel.streams import stream

PLAN = "child_protection_plan"
PRIORS = DemandPriors.of_parameters(PLAN)

OF_FEW = [name for name in PARAMETERS if name != "starts_dispersion"]
"""How starts vary from month to month is asked of many figures alone."""


def exactly(counted, value, month, months=12, source=""):
    return Observation(counted, Interval.exactly(value), month, months, source)


def history(stocks=(300, 330, 360, 345), starts=(400, 420, 410), ends=(370, 390, 425)):
    found = [exactly("stock", each, f"{2012 + year}-03") for year, each in enumerate(stocks)]
    found += [exactly("starts", each, f"{2013 + year}-03") for year, each in enumerate(starts)]
    found += [exactly("ends", each, f"{2013 + year}-03") for year, each in enumerate(ends)]
    return found


def made(observations=None, **changes):
    filled = {"area": "Oxfordshire", "seed": 1, "population": 100_000.0, **changes}
    return calibrate(history() if observations is None else observations, PLAN, **filled)


@pytest.mark.unit
def test_the_likelihood_is_the_gaussian_one_with_exact_moments():
    model = build_model(history(), PRIORS, population=100_000)
    points = stream(1, "points").standard_normal((4, model.size)) * 0.5
    mean, covariance = model.expected(points)
    expected = [
        stats.multivariate_normal(mean[row], covariance[row]).logpdf(model.observed)
        - 0.5 * (points[row] ** 2).sum()
        for row in range(4)
    ]
    assert model.log_posterior(points) == pytest.approx(expected)


@pytest.mark.unit
def test_the_conditional_mode_is_one_and_the_marginal_an_integral():
    model = build_model(history(), PRIORS, population=100_000)
    outer = stream(2, "outer").standard_normal((1, OUTER)) * 0.4
    found = condition(model, outer)
    generator = stream(3, "inner")
    away = generator.standard_normal((20_000, model.inner_size))
    inner = found.mode + 1.1 * np.linalg.solve(found.factor[0].T, away.T).T
    points = np.concatenate([np.repeat(outer, len(inner), 0), inner], axis=1)
    log_proposal = np.log(np.diagonal(found.factor[0]) / 1.1).sum() - 0.5 * (away**2).sum(axis=1)
    weights = model.log_posterior(points) - log_proposal
    integral = special.logsumexp(weights) - np.log(len(weights))
    assert found.log_marginal[0] == pytest.approx(integral, abs=0.1)
    assert 1 / (special.softmax(weights) ** 2).sum() > 10_000


@pytest.mark.unit
def test_the_outer_mode_is_the_highest_point_about_and_tells_where_inner_modes_lie():
    model = build_model(history(), PRIORS, population=100_000)
    best, factor, near = outer_mode(model, 1.0)
    about = best + stream(4, "about").standard_normal((40, OUTER)) @ factor.T
    found = condition(model, about)
    assert (found.log_marginal < condition(model, best[None]).log_marginal).all()
    begun, away = (np.abs(each - found.mode).mean() for each in (near.of(about), near.mode))
    assert begun < 0.5 * away
    closer = condition_near(model, about, near)
    assert np.abs(closer.mode - found.mode).mean() < 0.1 * begun
    assert condition(model, about, near).mode == pytest.approx(found.mode, abs=1e-3)


@pytest.mark.unit
def test_draws_are_those_of_a_grid():
    """Few numbers matter: all others are pinned by tight priors, and the rest is integrated."""
    tight = replace(
        PRIORS,
        shape_log_sd=1e-4,
        length_drift_sd=1e-4,
        step_log_mean=np.log(1e-4),
        step_log_sd=1e-4,
        persistence_logit_sd=1e-4,
        error_log_mean=np.log(0.01),
        error_log_sd=1e-4,
    )
    figures = [exactly("stock", 310, "2013-03"), exactly("starts", 400, "2013-03")]
    found = made(figures, priors=tight, draws=4000)
    model = build_model(figures, tight, population=100_000)
    axis = np.linspace(-5, 5, 61)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    points = np.zeros((len(grid), model.size))
    points[:, [0, OUTER, OUTER + 1]] = grid
    weights = special.softmax(model.log_posterior(points))
    mean_days = model.outer(points[:, :OUTER]).mean_days
    expected = (weights * mean_days).sum()
    spread = np.sqrt((weights * (mean_days - expected) ** 2).sum())
    draws = found.of("mean_days")
    error = spread / np.sqrt(found.effective)
    assert draws.mean() == pytest.approx(expected, abs=4 * error)
    assert draws.std() == pytest.approx(spread, rel=0.12)


@pytest.mark.unit
@pytest.mark.parametrize("shape", [-0.3, 0.2, 0.6, 1.1])
def test_the_tail_of_weights_is_measured(shape):
    uniform = stream(4, f"tail/{shape}").random(20_000)
    weights = np.expm1(-shape * np.log1p(-uniform)) / shape
    smoothed, found = pareto_smooth(np.log(np.maximum(weights, 1e-300)))
    assert found == pytest.approx(shape, abs=0.15)
    # The largest weights are drawn in, and their order is kept.
    assert (np.diff(smoothed[np.argsort(weights)]) >= -1e-9).all()


@pytest.mark.unit
def test_weights_that_are_all_alike_or_few_are_said_to_be_unknown():
    assert pareto_smooth(np.zeros(1000))[1] == np.inf
    assert pareto_smooth(np.zeros(4))[1] == np.inf


@pytest.mark.unit
def test_ranks_are_uniform_with_the_joint_likelihood():
    """14 parameters at 1 in 10,000 each: a false alarm once in 700 changes of the seed."""
    ranks = simulation_based_calibration(16, seed=3, design=annual_design(4), draws=200)
    tested = rank_uniformity(ranks, bins=4)
    assert len(tested) == len(OF_FEW) + 3
    assert tested["p_value"].min() > 1e-4
    assert ranks["rank"].between(0, 1).all()


@pytest.mark.unit
def test_ranks_are_not_uniform_when_stocks_are_taken_as_independent(monkeypatch):
    printed = model_module.Model.printed

    def independent(self, counts, error):
        mean, covariance = printed(self, counts, error)
        return mean, covariance * np.eye(covariance.shape[-1])

    monkeypatch.setattr(model_module.Model, "printed", independent)
    nothing = Interval.exactly(0)
    months = [Observation("stock", nothing, month_after("2013-03", ahead)) for ahead in range(13)]
    few_errors = replace(PRIORS, error_log_mean=np.log(0.001), error_log_sd=0.2)
    ranks = simulation_based_calibration(24, seed=1, design=months, priors=few_errors, draws=200)
    # The same ranks with the joint likelihood have p = 0.1.
    tested = rank_uniformity(ranks, bins=4).set_index("parameter")
    assert tested.loc["closing_stock", "p_value"] < 1e-4


@pytest.mark.integration
def test_repetitions_are_the_same_whatever_the_workers_and_their_number():
    one = simulation_based_calibration(3, seed=5, design=annual_design(3), draws=200)
    with joblib.parallel_config(backend="threading"):
        two = simulation_based_calibration(4, seed=5, design=annual_design(3), draws=200, workers=2)
    assert one.equals(two[two["repetition"] < 3].reset_index(drop=True))


@pytest.mark.unit
def test_a_calibration_is_the_same_each_time_and_says_what_it_found():
    first, again, other = made(), made(), made(seed=2)
    assert first.draws.tobytes() == again.draws.tobytes()
    assert first.draws.tobytes() != other.draws.tobytes()
    assert first.warnings == ()
    frame = first.to_frame()
    assert list(frame["parameter"][: len(OF_FEW)]) == OF_FEW
    assert (frame["q05"] <= frame["q95"]).all()
    assert "stock 345 (90% range" in first.summary()
    assert "Pareto k" in first.summary()
    assert first.observations_frame()["standardised"].abs().max() < 3
    with pytest.raises(UnknownNameError, match="mean_days"):
        first.of("mean_day")
    with pytest.raises(ValueError, match="read-only"):
        first.draws[0, 0] = 1


@pytest.mark.unit
def test_what_the_figures_do_not_tell_rests_on_what_was_believed():
    found = made().to_frame().set_index("parameter")["basis"]
    # Three years tell where starts and stocks are, and next to nothing of how they remember.
    assert found["persistence"] == found["shape"] == "assumed"
    assert set(found[["level", "opening_stock", "closing_stock"]]) == {"observed"}
    walk = made(priors=replace(PRIORS, process="random_walk")).to_frame()
    assert walk.set_index("parameter").loc["persistence", "basis"] == "assumed"
    stock = Observation("stock", Interval.exactly(300), "2015-03", basis="published")
    one = made([stock]).to_frame().set_index("parameter")["basis"]
    assert one["closing_stock"] == "published"
    assert one["mean_days"] == PRIORS.basis
    assert set(one[["length_drift", "step_sd", "persistence", "observation_error"]]) == {"assumed"}


@pytest.mark.unit
def test_more_figures_narrow_what_is_known():
    full = made()
    stocks = made([each for each in history() if each.counted == "stock"])
    one = made([exactly("stock", 345, "2015-03")])
    widths = [each.of("mean_days").std() for each in (full, stocks, one)]
    assert widths[0] < widths[1] <= widths[2] * 1.05
    assert one.of("closing_stock").mean() == pytest.approx(345, rel=0.02)
    assert one.of("mean_days").std() == pytest.approx(304 * 0.15, rel=0.25)


@pytest.mark.unit
def test_sources_that_disagree_are_all_used_and_widen_the_error():
    agreed = made()
    disputed = made([*history(), exactly("stock", 430, "2015-03", source="another count")])
    assert disputed.of("observation_error").mean() > 3 * agreed.of("observation_error").mean()
    assert 345 < disputed.of("closing_stock").mean() < 430
    assert len(disputed.observations_frame()) == len(history()) + 1


@pytest.mark.unit
def test_a_stock_that_contradicts_its_flows_is_named():
    tight = replace(PRIORS, error_log_mean=np.log(0.001), error_log_sd=0.1)
    found = made(history(stocks=(300, 330, 360, 900)), priors=tight)
    assert any("900" in each and "standard deviations" in each for each in found.warnings)


@pytest.mark.unit
def test_figures_of_zero_and_gaps_are_worked_with():
    small = [
        exactly("stock", 3, "2012-03"),
        exactly("starts", 0, "2014-03"),
        exactly("stock", 0, "2015-03"),
    ]
    found = made(small, population=2000.0)
    assert np.isfinite(found.draws).all()
    assert (found.of("closing_stock") >= 0).all()


@pytest.mark.unit
def test_an_interval_is_no_more_than_it_says():
    wide = [
        each
        if each.month != "2015-03" or each.counted != "stock"
        else Observation("stock", Interval(300, 390), "2015-03")
        for each in history()
    ]
    sharp, vague = made(), made(wide)
    assert vague.of("closing_stock").std() > 2 * sharp.of("closing_stock").std()


@pytest.mark.unit
def test_lengths_that_are_known_enter_through_the_prior():
    fit = fit_lengths([MeanLength(Interval.rounded("303"), 2000)], prior=ShapePrior(1.25, 0.15))
    steady = PRIORS.with_lengths(fit)
    growing = PRIORS.with_lengths(fit, growth_a_year=0.1, yearly_log_sd=0.05)
    assert np.exp(steady.length_log_mean) == pytest.approx(303, abs=1)
    # Ended lengths of a growing history are a gamma with rate β + g: their mean is 303.
    mean = np.exp(growing.length_log_mean)
    rate = fit.lengths.shape / mean + 0.1 / 365.25
    assert fit.lengths.shape / rate == pytest.approx(fit.lengths.mean_days)
    assert growing.length_log_sd > 0.05
    assert steady.basis == "observed"
    with pytest.raises(DataError, match="gamma"):
        PRIORS.with_lengths(
            fit_lengths([MeanLength(Interval(290, 310))], "weibull", prior=ShapePrior(1.2, 0.1))
        )
    with pytest.raises(DataError, match="no mean length"):
        PRIORS.with_lengths(fit, growth_a_year=5.0)


@pytest.mark.unit
@pytest.mark.parametrize("process", ["mean_reversion", "random_walk"])
@pytest.mark.parametrize("step_months", [12, 3])
def test_processes_and_steps(process, step_months):
    found = made(priors=replace(PRIORS, process=process, step_months=step_months))
    assert found.pareto_k < 0.7
    assert found.starts_a_year.shape == (2000, 36 // step_months)
    inputs = found.stage_inputs(30, seed=1)
    assert inputs.rates.shape == (2000, 30)
    # Within a step nothing moves; from step to step it does.
    assert (inputs.rates[:, 0] == inputs.rates[:, step_months - 1]).all()
    assert (inputs.rates[:, 0] != inputs.rates[:, step_months]).all()
    if process == "random_walk":
        assert (found.of("persistence") == 1).all()
        spread = np.log(inputs.rates).std(axis=0)
        assert spread[-1] > spread[0]


@pytest.mark.unit
def test_steps_of_any_length_make_the_same_years():
    persistence = np.array([0.3, 0.8, 0.999, 1.0])
    for months in (1, 3, 6):
        yearly, kept = np.zeros(4), persistence ** (months / 12)
        for _ in range(12 // months):
            yearly = yearly * kept**2 + step_size(persistence, months) ** 2
        assert yearly == pytest.approx(np.ones(4), rel=1e-3)


@pytest.mark.integration
def test_a_projection_opens_where_the_calibration_closes():
    found = made()
    inputs = found.stage_inputs(24, seed=1)
    assert np.array_equal(inputs.opening, found.of("closing_stock").astype(int))
    left = inputs.opening_survival
    assert left is not None
    assert (np.diff(left, axis=1) <= 0).all()
    projected = project_stages(
        {PLAN: inputs}, area="Oxfordshire", opening_month=found.opening_month, seed=1
    )
    assert projected.months[0] == "2015-04"
    stock = projected.of("stock", "baseline", PLAN)
    assert stock[:, 0].mean() == pytest.approx(345, rel=0.03)
    assert stock[:, 23].std() > 2 * stock[:, 0].std()
    more = found.stage_inputs(24, seed=1, replicates=2500)
    assert np.array_equal(more.rates[:2000], inputs.rates)
    drifting = found.stage_inputs(24, seed=1, drift_goes_on=True)
    assert drifting.mean_days.shape == (2000, 24)


@pytest.mark.unit
def test_open_children_of_a_steady_history_leave_as_in_a_steady_state():
    steady = [exactly("stock", 333, f"{year}-03") for year in range(2009, 2016)]
    steady += [exactly("starts", 400, f"{year}-03") for year in range(2010, 2016)]
    found = made(steady, priors=replace(PRIORS, length_drift_sd=1e-4, step_log_mean=np.log(0.01)))
    left = found.open_children_left(12)
    mean, shape = found.of("mean_days"), found.of("shape")
    from riskmodel.demand.durations.laws import DAYS_A_MONTH, equilibrium

    expected = 1 - equilibrium("gamma", 12 * DAYS_A_MONTH, mean, shape)
    assert left[:, -1].mean() == pytest.approx(expected.mean(), abs=0.01)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: made([]), "at least one stock"),
        (lambda: made([*history(), history()[0]]), "given twice"),
        (lambda: exactly("stock", -1, "2015-03"), "between 0"),
        (lambda: exactly("stock", 1, "2015-13"), "YYYY-MM"),
        (lambda: exactly("level", 1, "2015-03"), "counted"),
        (lambda: exactly("starts", 1, "2015-03", months=0), "one month or more"),
        (lambda: made(population=0.0), "population"),
        (lambda: made(draws=5), "100 to 100,000"),
        (lambda: made(priors=replace(PRIORS, step_months=5)), "step"),
        (lambda: made(priors=replace(PRIORS, length_log_sd=0.0)), "length_log_sd"),
        (lambda: made(priors=replace(PRIORS, length_shape_correlation=1.0)), "correlation"),
        (lambda: made([*history(), exactly("stock", 1, "1930-03")]), "at most 60"),
        (lambda: made().stage_inputs(0, seed=1), "one month or more"),
    ],
)
def test_what_cannot_be_is_refused(make, words):
    with pytest.raises(DataError, match=words):
        make()


@pytest.mark.unit
def test_a_stage_or_process_without_priors_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="child_protection_plan"):
        calibrate(history(), "referral", area="A", seed=1)
    with pytest.raises(UnknownNameError, match="random_walk"):
        replace(PRIORS, process="randomwalk")
