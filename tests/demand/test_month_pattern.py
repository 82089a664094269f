"""Months of the year: recovered where they differ, left even where not, and years unchanged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.core.months import MONTH_NAMES, month_after
from riskmodel.demand.calibration import DemandPriors, Observation, calibrate
from riskmodel.demand.calibration.likelihood import JointLikelihood
from riskmodel.demand.calibration.model import build_model
from riskmodel.demand.calibration.sampling import sample_posterior
from riskmodel.demand.calibration.sequential import SequentialLikelihood
from riskmodel.demand.implied import expected_stock
from riskmodel.demand.month_pattern import month_pattern, stock_over_the_year
from riskmodel.demand.outlook import stage_outlook
from riskmodel.demand.teachers import learned_for
from riskmodel.estimates import Interval
from riskmodel.streams import stream

STAGE = "child_protection_plan"
LAST = "2015-03"
REFERRALS = (
    Path(__file__).parents[3] / "shared/data/dfe/c6_children_in_need_referrals_by_month_to_2023.csv"
)
YEAR_FROM_APRIL = (*MONTH_NAMES[3:], *MONTH_NAMES[:3])
TRUE = np.array([1, 1.05, 1.2, 0.95, 1, 1, 1.05, 0.7, 0.95, 1.1, 1.1, 0.9])


def figures(months, pattern, seed, level=40.0, multiple=2.0):
    """Counted starts whose variance is a multiple of their mean."""
    generator, made = stream(seed, "months of the year"), []
    for back in range(months - 1, -1, -1):
        month = month_after(LAST, -back)
        mean = level * pattern[int(month[5:]) - 1]
        count = generator.negative_binomial(mean / (multiple - 1), 1 / multiple)
        made.append(Observation("starts", Interval.exactly(int(count)), month, 1))
    return made


@pytest.mark.unit
def test_fewer_than_two_years_say_nothing():
    assert month_pattern(figures(23, TRUE, 1)) is None
    yearly = [replace(each, months=12) for each in figures(40, TRUE, 1)]
    assert month_pattern(yearly) is None
    assert month_pattern(figures(40, np.zeros(12) + 1e-12, 1)) is None


@pytest.mark.regression
def test_a_pattern_that_is_there_is_found():
    found = month_pattern(figures(120, TRUE / TRUE.mean(), 2, level=400))
    assert found.mean == pytest.approx(TRUE / TRUE.mean(), abs=0.05)
    assert found.some > 0.99
    assert "August has 7" in found.words()
    assert "March 1" in found.words()


@pytest.mark.regression
def test_even_months_stay_even():
    found = [month_pattern(figures(40, np.ones(12), seed)) for seed in range(20)]
    assert sum(bool(each.words()) for each in found) <= 1
    assert np.mean([each.some for each in found]) < 0.8
    assert np.sqrt(np.mean([(each.mean - 1) ** 2 for each in found])) < 0.04


@pytest.mark.regression
def test_ranges_hold_the_share_that_they_state_where_the_pattern_is_drawn_as_believed():
    held = []
    for seed in range(150):
        generator = stream(seed, "believed")
        spread = abs(generator.normal(0, 0.08)) * (generator.random() < 0.8)
        pattern = np.maximum(1 + spread * generator.standard_normal(12), 0.05)
        pattern /= pattern.mean()
        drawn = month_pattern(figures(40, pattern, seed)).draws(generator, 400)
        low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
        held.append(((low <= pattern) & (pattern <= high)).mean())
    assert 0.86 < np.mean(held) < 0.97


@pytest.mark.regression
def test_counts_lie_as_much_nearer_to_the_pattern_as_is_said():
    """Where patterns are drawn as they are believed to be."""
    multiple, level, nearer, said = 2.0, 60.0, [], []
    for seed in range(120):
        generator = stream(seed, "taken up")
        spread = abs(generator.normal(0, 0.08)) * (generator.random() < 0.8)
        pattern = np.maximum(1 + spread * generator.standard_normal(12), 0.05)
        pattern /= pattern.mean()
        counted = figures(36, pattern, seed, level=level, multiple=multiple)
        counts = np.array([each.middle for each in counted])
        found = month_pattern(counted)
        mean, taken_up = found.by_interval(month_after(LAST, -36), np.arange(37.0))
        nearer.append(1 - ((counts - level * mean) ** 2).mean() / (multiple * level))
        said.append(taken_up.mean())
    assert np.mean(said) == pytest.approx(np.mean(nearer), abs=0.03)
    assert np.mean(said) > 0.03


@pytest.mark.regression
def test_months_of_referrals_are_foreseen_from_an_authoritys_own_and_the_usual_pattern():
    """Years ending 2017 and 2018 of single authorities, from the two years before each."""
    if not REFERRALS.is_file():
        pytest.skip("needs the open data beside the repository (../shared/data/dfe)")
    frame = pd.read_csv(REFERRALS, low_memory=False)
    frame = frame[frame["geographic_level"] == "Local authority"].set_index("new_la_code")
    by_year = {
        year: frame.loc[frame["time_period"] == year, list(YEAR_FROM_APRIL)]
        .apply(pd.to_numeric, errors="coerce")
        .dropna()
        for year in range(2015, 2019)
    }
    wrong = []
    for last in (2016, 2017):
        codes = set.intersection(*(set(by_year[last + ahead].index) for ahead in (-1, 0, 1)))
        for code in sorted(codes):
            known = [
                Observation(
                    "starts",
                    Interval.exactly(int(count)),
                    month_after(f"{year - 1}-03", place + 1),
                    1,
                )
                for year in (last - 1, last)
                for place, count in enumerate(by_year[year].loc[code])
            ]
            then = by_year[last + 1].loc[code].to_numpy(float)
            then = then / then.mean()
            found = [month_pattern(known, usual).mean for usual in ("even", "referrals")]
            of_year = [np.roll(each, -3) for each in (np.ones(12), *found)]
            wrong.append([np.abs(then - each).mean() for each in of_year])
    even, own, usual = np.mean(wrong, axis=0)
    assert len(wrong) > 100
    assert 1 - own / even > 0.015
    assert 1 - usual / even > 0.07


@pytest.mark.unit
def test_more_draws_leave_the_first_as_they_are():
    found = month_pattern(figures(40, TRUE, 3))
    few, many = (found.draws(stream(1, "draws"), number) for number in (5, 50))
    assert (many[:5] == few).all()
    assert many.mean(axis=1) == pytest.approx(1)


@pytest.mark.unit
@pytest.mark.parametrize("opens", ["2015-03", "2015-08"])
def test_the_stock_over_the_year_is_that_of_starts_that_come_back_every_year(opens):
    mean, shape = np.array([200.0, 300.0]), np.array([1.0, 1.4])
    pattern = np.stack([TRUE / TRUE.mean()] * 2)
    months = 20 * 12
    rates = pattern[:, (int(opens[5:]) + np.arange(months)) % 12]
    steady = [
        expected_stock(np.zeros(2), each, mean, shape)[:, -25:] for each in (rates, rates * 0 + 1)
    ]
    ratio = steady[0] / steady[1]
    known = stock_over_the_year(pattern, mean, shape, opens, 24)
    assert known == pytest.approx(ratio[:, 1:] + 1 - ratio[:, :1], abs=2e-3)
    assert known[:, [11, 23]] == pytest.approx(1)


def whole(months, seed):
    """Stocks, starts and ends that add up, with the pattern in the starts."""
    starts = figures(months, TRUE / TRUE.mean(), seed, level=60, multiple=1.5)
    generator, stock, made = stream(seed, "ends"), 600, []
    for each in starts:
        ends = int(generator.binomial(stock, 0.09))
        stock += int(each.middle) - ends
        for counted, count in (("ends", ends), ("stock", stock)):
            made.append(replace(each, counted=counted, count=Interval.exactly(count)))
    return [*starts, *made]


@pytest.mark.unit
def test_the_likelihood_month_by_month_is_near_the_exact_one():
    model = build_model(whole(36, 4), DemandPriors.of_parameters(STAGE), population=130_000)
    assert model.pattern is not None
    assert np.ptp(model.sequence.pattern) > 0.05
    limits = {"pareto_k_limit": 0.7, "effective_at_least": 10.0}
    points = sample_posterior(model, stream(5, "points"), draws=200, proposals=400, **limits).points
    outer = model.outer(points[:20])
    logs = model.log_rates(points[:20], outer)
    ours = SequentialLikelihood(model, model.sequence, outer).log_density(logs)
    exact = JointLikelihood(model, outer).log_density(logs)
    assert ours == pytest.approx(exact, abs=0.5)


@pytest.mark.regression
def test_starts_follow_the_months_and_the_stock_a_year_on_does_not(monkeypatch):
    observations = whole(60, 6)
    learned, _ = learned_for(STAGE, LAST, None, "")

    def outlook():
        made = calibrate(observations, stage=STAGE, area="A", seed=1, population=130_000, draws=400)
        return stage_outlook(
            made, learned, months=24, replicates=400, seed=1, population=130_000
        ).inputs

    followed = outlook()
    monkeypatch.setattr("riskmodel.demand.calibration.model.month_pattern", lambda *_: None)
    even = outlook()
    of_month = followed.rates[:, 12:].mean(axis=0)
    august, march = 4, 11
    assert of_month[august] / of_month.mean() == pytest.approx(0.7, abs=0.12)
    assert of_month[march] / of_month.mean() == pytest.approx(1.2, abs=0.12)
    stocks = [
        expected_stock(
            each.opening, each.rates, each.mean_days, each.shape,
            opening_survival=each.opening_survival,
        )[:, [11, 23]].mean(axis=0)
        for each in (followed, even)
    ]  # fmt: skip
    assert stocks[0] == pytest.approx(stocks[1], rel=0.02)
