"""Many figures in a row: their likelihood beside the exact covariance, and by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.demand.calibration import DemandPriors, Observation, calibrate
from riskmodel.demand.calibration.checks import (
    annual_design,
    monthly_design,
    rank_uniformity,
    simulation_based_calibration,
)
from riskmodel.demand.calibration.cohorts import cohorts_of
from riskmodel.demand.calibration.likelihood import JointLikelihood
from riskmodel.demand.calibration.model import Model, Outer, build_model
from riskmodel.demand.calibration.sampling import sample_posterior
from riskmodel.demand.calibration.sequential import SequentialLikelihood
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.simulation.stock_flow import simulate
from riskmodel.estimates import Interval
from riskmodel.streams import stream

STAGE = "child_protection_plan"
PRIORS = DemandPriors.of_parameters(STAGE)
POPULATION = 130_000.0
ALL = ("stock", "starts", "ends")

EXACT = replace(
    PRIORS,
    shape_log_mean=0.0,
    shape_log_sd=1e-9,
    length_drift_sd=1e-9,
    error_log_mean=float(np.log(1e-7)),
    error_log_sd=1e-9,
)
"""Lengths with a constant rate of ending and no error but of rounding: nothing is approximated."""


def filled(design, seed=1):
    """The design with the counts of a service of about 500 children."""
    generator = stream(seed, "own months")
    first = min(each.begins for each in design)
    months = np.arange(np.datetime64(first), np.datetime64(max(each.month for each in design)) + 1)
    starts = generator.poisson(50, len(months))
    stock, ends = np.full(len(months), 520), np.zeros(len(months), dtype=int)
    for month in range(1, len(months)):
        ends[month] = generator.binomial(stock[month - 1], 0.095)
        stock[month] = stock[month - 1] + starts[month] - ends[month]
    made = []
    for each in design:
        last = int(np.flatnonzero(months == np.datetime64(each.month))[0])
        flow = starts if each.counted == "starts" else ends
        count = (
            stock[last]
            if each.counted == "stock"
            else flow[last + 1 - each.months : last + 1].sum()
        )
        made.append(replace(each, count=Interval.exactly(int(count))))
    return tuple(made)


def model_of(observations, priors=PRIORS):
    """With months that are alike, as what it is compared with takes them."""
    model = build_model(observations, priors, population=POPULATION)
    if model.pattern is None:
        return model
    even = np.ones_like(model.sequence.pattern)
    sequence = replace(model.sequence, pattern=even, left_to_chance=even)
    return replace(model, pattern=None, sequence=sequence)


def both(model, points):
    """The two likelihoods of one model at points, and the logs of rates there."""
    outer = model.outer(points)
    return (
        SequentialLikelihood(model, model.sequence, outer),
        JointLikelihood(model, outer),
        model.log_rates(points, outer),
    )


def near(model, number=6, seed=2):
    return 0.5 * stream(seed, "points").standard_normal((number, model.size))


def total(counted, month, months, source=""):
    return Observation(counted, Interval.exactly(0), month, months, source)


DESIGNS = {
    "stocks, starts and ends": monthly_design(24),
    "stocks alone": monthly_design(24, counted=("stock",)),
    "starts and ends, no stock": monthly_design(24, counted=("starts", "ends")),
    "stocks and starts": monthly_design(24, counted=("stock", "starts")),
    "stocks and ends": monthly_design(24, counted=("stock", "ends")),
    "months missing here and there": tuple(
        each for place, each in enumerate(monthly_design(30)) if place % 7 not in (2, 3)
    ),
    "years of flows over months of stocks": (
        *monthly_design(24, counted=("stock",)),
        total("starts", "2014-03", 12),
        total("starts", "2015-03", 12),
        total("ends", "2014-03", 12),
        total("ends", "2015-03", 12),
    ),
    "quarters of flows over months of stocks": (
        *monthly_design(24, counted=("stock",)),
        *(
            total(counted, month, 3)
            for counted in ("starts", "ends")
            for month in (
                "2013-06",
                "2013-09",
                "2013-12",
                "2014-03",
                "2014-06",
                "2014-09",
                "2014-12",
                "2015-03",
            )
        ),
    ),
    "quarters alone": tuple(
        total(counted, f"{year}-{month:02}", 3)
        for counted in ("stock", "starts", "ends")
        for year in range(2009, 2015)
        for month in (3, 6, 9, 12)
    ),
    "years before months": (*annual_design(4, last="2012-03"), *monthly_design(30, last="2015-03")),
    "a year's total beside its months": (
        *monthly_design(24),
        total("ends", "2015-03", 12, "other"),
    ),
    "two sources of each count": (
        *monthly_design(24),
        *(replace(each, source="other") for each in monthly_design(24)),
    ),
}


@pytest.mark.unit
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
def test_it_is_the_joint_likelihood_where_nothing_is_approximated(design):
    model = model_of(filled(design), EXACT)
    sequential, joint, logs = both(model, near(model))
    expected = joint.log_density(logs)
    assert sequential.log_density(logs) == pytest.approx(expected, rel=2e-4, abs=0.05)
    ours, theirs = sequential.predict(logs), joint.predict(logs)
    assert ours.closing_mean == pytest.approx(theirs.closing_mean, abs=0.05)
    assert ours.closing_variance == pytest.approx(theirs.closing_variance, rel=0.01, abs=1e-3)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(range(72)), max_size=50, unique=True), st.integers(1, 5))
def test_whatever_months_are_missing_it_is_the_joint_likelihood(missing, seed):
    design = [each for place, each in enumerate(monthly_design(24)) if place not in missing]
    model = model_of(filled(design, seed), EXACT)
    if model.sequence is None:
        return
    sequential, joint, logs = both(model, near(model, 3, seed))
    assert sequential.log_density(logs) == pytest.approx(
        joint.log_density(logs), rel=2e-4, abs=0.05
    )


@pytest.mark.unit
@pytest.mark.parametrize("counted", [ALL, ("stock",), ("starts", "ends"), ("stock", "ends")])
def test_draws_weigh_as_much_under_the_joint_likelihood(counted):
    """With lengths of any shape the two differ by little over the whole posterior."""
    model = model_of(filled(monthly_design(30, counted=counted)))
    points = sample_posterior(
        model,
        stream(3, "draws"),
        draws=150,
        proposals=400,
        pareto_k_limit=0.7,
        effective_at_least=50,
    ).points
    sequential, joint, logs = both(model, points)
    apart = sequential.log_density(logs) - joint.log_density(logs)
    assert apart.std() < 0.3
    weights = np.exp(-(apart - apart.mean()))
    days = model.outer(points).mean_days
    moved = np.average(days, weights=weights) - days.mean()
    assert abs(moved) < 0.1 * days.std()


@pytest.mark.unit
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
def test_slopes_and_information_are_those_of_the_joint_likelihood(design):
    model = model_of(filled(design), EXACT)
    points = near(model, 3)
    sequential, joint, logs = both(model, points)
    matrix = model.log_linear(model.outer(points))[1]
    ours, theirs = sequential.score(logs, matrix), joint.score(logs, matrix)
    size = np.abs(theirs.gradient).max()
    assert ours.gradient == pytest.approx(theirs.gradient, rel=0.03, abs=0.03 * size)
    # Of counted starts' rates stocks and ends say next to nothing, which is left out.
    diagonal = np.arange(model.inner_size)
    expected = theirs.information[:, diagonal, diagonal]
    assert ours.information[:, diagonal, diagonal] == pytest.approx(expected, rel=0.05)


@pytest.mark.unit
def test_ends_of_counted_starts_have_the_moments_of_a_simulation():
    """Children are simulated given the counted starts, and ends and stocks are compared."""
    design = monthly_design(24, counted=("starts", "ends"))
    model = model_of(filled(design))
    point = np.zeros((1, model.size))
    point[0, 5] = -8  # no error to speak of
    outer = model.outer(point)
    likelihood = SequentialLikelihood(model, model.sequence, outer)
    logs = model.log_rates(point, outer)
    course = likelihood._course(logs)
    months, runs = 24, 4000
    generator = stream(5, "children")
    starts = model.sequence.grid.starts.mean.astype(int)
    opening = round(float(course.opening[0]))
    left = np.diff(-likelihood._cohorts.opening_left[0])
    ends = generator.multinomial(opening, [*left, 1 - left.sum()], runs)[:, :months].astype(float)
    means, shape = model.interval_means(outer)[0], outer.shape[0]
    for month, number in enumerate(starts):
        begins = month + generator.random((runs, number))
        stays = generator.gamma(shape, means[month] / shape, (runs, number)) / DAYS_A_MONTH
        for at in range(month, months):
            ends[:, at] += ((begins + stays >= at) & (begins + stays < at + 1)).sum(axis=1)
    stock = opening + np.cumsum(starts - ends, axis=1)
    error = stock.std(axis=0) / np.sqrt(runs)
    assert np.abs(course.stock[0, 1:] - stock.mean(axis=0)).max() < 5 * error.max()
    variance = np.zeros(months)
    for month in range(months):
        before = variance[month - 1] if month else 0.0
        own = likelihood._cohorts.own[0, month] ** 2 * course.unknown[0, month]
        variance[month] = course.kept[0, month] ** 2 * before + own + course.chance[0, month]
    # Roundings of the counted starts, a twelfth each, are in ours besides.
    assert variance == pytest.approx(stock.var(axis=0), rel=0.1)
    lag_one = [np.cov(stock[:, at - 1], stock[:, at])[0, 1] for at in range(1, months)]
    assert course.kept[0, 1:] * variance[:-1] == pytest.approx(lag_one, rel=0.1)


@pytest.mark.unit
def test_sums_over_cohorts_are_those_of_the_distribution_itself():
    months = 168
    model = model_of(filled(monthly_design(months)))
    points = near(model, 2)
    outer = model.outer(points)
    means = model.interval_means(outer)
    sums = cohorts_of(model.times, model.sequence, means, outer.shape)
    lags = (model.times[1:, None] - model.times[None, :]).clip(0)
    present = np.zeros((2, months))
    for interval in range(months):
        mean, shape = means[:, interval, None], outer.shape[:, None]
        began, ended = (
            laws.equilibrium("gamma", lags[:, edge] * DAYS_A_MONTH, mean, shape)
            for edge in (interval, interval + 1)
        )
        share = (began - ended) * mean / DAYS_A_MONTH
        present += np.where(np.arange(months) >= interval, share, 0.0)
    found = np.zeros((2, months))
    for band in sums.bands:
        found[:, band.begins :] += band.present.sum(axis=1)
    assert found == pytest.approx(present, rel=1e-5)


@pytest.mark.unit
def test_ranks_are_uniform_for_own_months():
    """13 parameters at 1 in 10,000 each: a false alarm once in 800 changes of the seed."""
    ranks = simulation_based_calibration(10, seed=3, design=monthly_design(25), draws=120)
    assert rank_uniformity(ranks, bins=4)["p_value"].min() > 1e-4
    assert ranks["rank"].between(0, 1).all()


@pytest.mark.unit
def test_ranks_are_not_uniform_when_chance_is_made_light_of(monkeypatch):
    """Ends that follow from the starts with a tenth of the spread that chance gives them."""
    course = SequentialLikelihood._course

    def light(self, logs):
        made = course(self, logs)
        return replace(made, chance=made.chance / 100)

    monkeypatch.setattr(SequentialLikelihood, "_course", light)
    few_errors = replace(PRIORS, error_log_mean=float(np.log(0.001)), error_log_sd=0.2)
    design = monthly_design(25)
    ranks = simulation_based_calibration(8, seed=3, design=design, priors=few_errors, draws=120)
    assert rank_uniformity(ranks, bins=8)["p_value"].min() < 1e-5


def by_families(months, dispersion, seed):
    """Starts of 50 a month whose variance is so many times that, and the ends and stocks."""
    generator = stream(seed, "families")
    flows = simulate(
        [[50.0] * months], [300.0], [1.2], [490], generator, overdispersion=[dispersion]
    )
    return tuple(
        replace(each, count=Interval.exactly(int(getattr(flows, each.counted)[0, place % months])))
        for place, each in enumerate(monthly_design(months))
    )


@pytest.mark.unit
def test_starts_that_come_by_families_leave_their_rate_more_open():
    found = {
        dispersion: calibrate(
            by_families(48, dispersion, seed=8), STAGE, area="A", seed=1, population=POPULATION
        )
        for dispersion in (1.0, 3.0)
    }
    alone, families = (each.of("starts_dispersion") for each in found.values())
    assert alone.mean() < 1.6
    assert np.quantile(families, 0.05) < 3 < np.quantile(families, 0.95)
    # A month that varies more says less of the year's rate.
    spread = [np.log(each.starts_a_year[:, 1]).std() for each in found.values()]
    assert spread[1] > 1.25 * spread[0]
    # What chance does to starts is not taken for errors of the counts.
    assert found[3.0].of("observation_error").mean() < 0.01
    told = found[3.0].to_frame().set_index("parameter")
    assert told.loc["starts_dispersion", "basis"] != "assumed"


@pytest.mark.unit
def test_ranks_are_not_uniform_where_families_are_forgotten(monkeypatch):
    """Starts of five times the variance, taken for Poisson: the yearly rates seem too sure."""
    many = replace(PRIORS, excess_log_mean=float(np.log(4)), excess_log_sd=0.01)
    monkeypatch.setattr(
        SequentialLikelihood,
        "_starts_variance",
        lambda self, course, noise: course.starts + noise(self._grid.starts, course.starts),
    )
    ranks = simulation_based_calibration(
        30, seed=3, design=monthly_design(25), priors=many, draws=120
    )
    rates = ranks[ranks["parameter"].str.startswith("starts_to_")]
    assert rates["rank"].between(0.05, 0.95).mean() < 0.75


@pytest.mark.unit
def test_work_and_memory_grow_with_the_months_and_no_faster(monkeypatch):
    evaluated = []
    once = laws.equilibrium_and_survival

    def counting(family, days, mean, shape):
        evaluated.append(np.broadcast(days, mean, shape).size)
        return once(family, days, mean, shape)

    monkeypatch.setattr(laws, "equilibrium_and_survival", counting)
    number = {}
    for months in (240, 480, 600):
        model = model_of(filled(monthly_design(months)))
        evaluated.clear()
        outer = Outer(*(np.full(3, value) for value in (300.0, 1.2, 0.0, 0.2, 0.7, 0.01, 2.0)))
        bands = model.likelihood(outer)._cohorts.bands
        number[months] = sum(evaluated)
        # All of a part's tables together hold so many numbers at most, whatever the months.
        at_once = max(part.stop - part.start for part in model.parts(2000))
        held = sum(band.sums.size for band in bands) / 3
        assert at_once == 16 or at_once * held < 6_000_000
        # A step has no room before it begins.
        assert held <= 0.6 * 4 * months * model.steps
    assert number[480] <= 2.2 * number[240]
    assert number[600] <= 1.3 * number[480]
    # One evaluation for an age edge of a step, not one for each pair of months.
    assert number[240] < 3 * 240 * 240 / 10


@pytest.mark.unit
def test_figures_by_the_year_keep_the_exact_covariance():
    for design in (annual_design(30), monthly_design(13, counted=("stock",))):
        model = model_of(filled(design))
        assert model.sequence is None
        assert isinstance(model.likelihood(model.outer(near(model))), JointLikelihood)
    assert isinstance(model_of(filled(monthly_design(24))), Model)
    assert model_of(filled(monthly_design(24))).sequence is not None


@pytest.mark.unit
def test_a_stock_that_does_not_follow_from_its_flows_is_named():
    figures = list(filled(monthly_design(30)))
    at = next(
        place
        for place, each in enumerate(figures)
        if (each.counted, each.month) == ("stock", "2014-03")
    )
    wrong = round(figures[at].middle * 1.5)
    figures[at] = replace(figures[at], count=Interval.exactly(wrong))
    tight = replace(PRIORS, error_log_mean=np.log(0.005), error_log_sd=0.1)
    found = calibrate(figures, STAGE, area="A", seed=1, priors=tight, population=POPULATION)
    assert any(f"end of 2014-03: {wrong}" in each for each in found.warnings)
    closing = next(
        each.middle for each in figures if each.counted == "stock" and each.month == "2015-03"
    )
    assert found.of("closing_stock").mean() == pytest.approx(closing, rel=0.1)


@pytest.mark.unit
def test_stocks_and_flows_that_never_agree_still_give_an_answer():
    figures = [
        replace(each, count=Interval.exactly(round(each.middle * 1.2)))
        if each.counted == "ends"
        else each
        for each in filled(monthly_design(30))
    ]
    found = calibrate(figures, STAGE, area="A", seed=1, population=POPULATION, draws=400)
    assert np.isfinite(found.draws).all()
    agreed = calibrate(
        filled(monthly_design(30)), STAGE, area="A", seed=1, population=POPULATION, draws=400
    )
    error = "observation_error"
    assert found.of(error).mean() > 3 * agreed.of(error).mean()
    stock = [each.middle for each in figures if each.counted == "stock"][-1]
    assert found.of("closing_stock").mean() == pytest.approx(stock, rel=0.15)


@pytest.mark.unit
def test_noughts_and_a_service_that_opens_are_worked_with():
    figures = [
        Observation(each.counted, Interval.exactly(0), each.month, 1)
        for each in monthly_design(26)
        if each.month < "2014-09"
    ]
    figures += [
        replace(each, count=Interval.exactly(3 if each.counted == "stock" else 0))
        for each in monthly_design(7)
    ]
    found = calibrate(figures, STAGE, area="A", seed=1, population=POPULATION, draws=200)
    assert np.isfinite(found.draws).all()


@pytest.mark.unit
def test_open_children_leave_as_the_counted_starts_say():
    """A rush of starts in the last months: the children there are younger, and leave later."""
    design = monthly_design(24)
    shaped = replace(PRIORS, shape_log_mean=float(np.log(3.0)), shape_log_sd=0.01)
    plain = filled(design)
    rush = [
        replace(each, count=Interval.exactly(int(each.middle) + 100))
        if each.counted != "ends" and each.month == "2015-03"
        else each
        for each in plain
    ]
    left = [
        calibrate(
            figures, STAGE, area="A", seed=1, priors=shaped, population=POPULATION, draws=400
        ).open_children_left(6)
        for figures in (plain, rush)
    ]
    assert (np.diff(left[0], axis=1) <= 1e-12).all()
    assert left[1][:, 2].mean() > left[0][:, 2].mean() + 0.01


@pytest.mark.unit
def test_progress_is_told_as_a_share_that_never_falls():
    told = []
    from riskmodel.demand.calibration.calibrate import calibrate_model

    calibrate_model(
        model_of(filled(monthly_design(48))), STAGE, "A", seed=1, share_done=told.append
    )
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == 1.0
