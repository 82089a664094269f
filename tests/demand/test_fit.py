"""Fits against scipy.stats, another program and closed forms; goodness that can be bad."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from riskmodel.demand.durations.evidence import (
    PUBLISHED_BANDS_DAYS,
    EndedBands,
    IndividualLengths,
    MeanLength,
    OpenBands,
    ShareOver,
)
from riskmodel.demand.durations.fit import (
    ShapePrior,
    fit_lengths,
)
from riskmodel.demand.durations.laws import FAMILIES, sample
from riskmodel.demand.durations.lengths import Lengths
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.streams import stream

SCIPY = {"gamma": stats.gamma, "weibull": stats.weibull_min, "lognormal": stats.lognorm}


def truncated():
    """Plans of which some came under observation late, and some ended unseen."""
    generator = stream(11, "truncated")
    length = 300 * generator.weibull(1.3, 3000)
    entered = generator.uniform(0, 400, 3000) * (generator.random(3000) < 0.6)
    horizon = entered + generator.uniform(50, 600, 3000)
    kept = length > entered
    days = np.minimum(length, horizon)[kept]
    return IndividualLengths(days, (length <= horizon)[kept], entered[kept])


@pytest.mark.unit
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("censored", [False, True])
def test_dates_one_by_one_are_fitted_as_scipy_fits_them(family, censored):
    generator = stream(1, f"fit/{family}")
    length = sample(family, 280.0, 0.9, generator, 500)
    seen = generator.uniform(100, 900, 500) if censored else np.full(500, np.inf)
    days, ended = np.minimum(length, seen), length <= seen
    fit = fit_lengths([IndividualLengths(days, ended)], family)
    data = stats.CensoredData.right_censored(days, ~ended)
    shape, _, scale = SCIPY[family].fit(data, floc=0)
    outside = SCIPY[family](shape, scale=scale)
    assert fit.lengths.shape == pytest.approx(shape, rel=2e-3)
    assert fit.lengths.mean_days == pytest.approx(outside.mean(), rel=2e-3)
    theirs = outside.logpdf(days[ended]).sum() + outside.logsf(days[~ended]).sum()
    assert fit.log_likelihood == pytest.approx(theirs, abs=1e-3)
    assert fit.log_likelihood >= theirs - 1e-6
    assert fit.mean.low < 280 < fit.mean.high


@pytest.mark.regression
def test_left_truncation_is_as_another_program_has_it():
    # Measured with lifelines 0.30.3: WeibullFitter and LogNormalFitter, fit(days, ended, entry=…).
    weibull = fit_lengths([truncated()], "weibull")
    assert weibull.lengths.scale == pytest.approx(302.36256, rel=1e-6)
    assert weibull.lengths.shape == pytest.approx(1.3125176, rel=1e-6)
    assert weibull.log_likelihood == pytest.approx(-9243.5016648, abs=1e-6)
    lognormal = fit_lengths([truncated()], "lognormal")
    assert np.log(lognormal.lengths.scale) == pytest.approx(5.3002285, rel=1e-5)
    assert lognormal.log_likelihood == pytest.approx(-9332.7634263, abs=1e-6)


@pytest.mark.unit
def test_profile_limits_are_where_the_likelihood_has_fallen_enough():
    evidence = EndedBands(PUBLISHED_BANDS_DAYS, [100, 60, 90, 70, 20])
    fit = fit_lengths([evidence], level=0.9)
    fall = stats.chi2.ppf(0.9, 1) / 2
    for limit in (fit.mean.low, fit.mean.high):
        best = max(
            evidence.log_likelihood(Lengths("gamma", limit, shape))
            for shape in np.linspace(0.8, 2, 1201)
        )
        assert fit.log_likelihood - best == pytest.approx(fall, abs=2e-3)
    # Where there is much evidence they are those of the curvature.
    many = fit_lengths([EndedBands(PUBLISHED_BANDS_DAYS, [10000, 6000, 9000, 7000, 2000])])
    width = np.log(many.mean.high / many.mean.low) / 2
    assert width == pytest.approx(1.96 * np.sqrt(many.covariance[0, 0]), rel=0.01)


@pytest.mark.unit
@pytest.mark.parametrize("family", FAMILIES)
def test_expected_bands_give_back_what_made_them(family):
    truth = Lengths(family, 310, 0.85)
    number = 1e6
    ended = EndedBands(PUBLISHED_BANDS_DAYS, number * truth.ended_shares(PUBLISHED_BANDS_DAYS))
    opened = OpenBands(PUBLISHED_BANDS_DAYS, number * truth.open_shares(PUBLISHED_BANDS_DAYS))
    for evidence in ([ended], [opened]):
        fit = fit_lengths(evidence, family)
        assert fit.lengths.mean_days == pytest.approx(310, rel=1e-4)
        assert fit.lengths.shape == pytest.approx(0.85, rel=1e-4)
        assert fit.deviance == pytest.approx(0, abs=1e-3)
    assert fit_lengths([ended], family).degrees_of_freedom == 2


@pytest.mark.unit
def test_suppressed_bands_share_what_the_total_leaves():
    truth = Lengths("gamma", 303, 1.25)
    counts = 1000 * truth.ended_shares(PUBLISHED_BANDS_DAYS)
    hidden = [counts[0], np.nan, counts[2], counts[3], np.nan]
    with_total = fit_lengths([EndedBands(PUBLISHED_BANDS_DAYS, hidden, total=1000)])
    without = fit_lengths([EndedBands(PUBLISHED_BANDS_DAYS, hidden)])
    whole = fit_lengths([EndedBands(PUBLISHED_BANDS_DAYS, counts)])
    for fit in (with_total, without):
        assert fit.lengths.mean_days == pytest.approx(303, rel=1e-3)
    # The more is hidden, the less is known.
    widths = [fit.mean.high - fit.mean.low for fit in (whole, with_total, without)]
    assert widths == sorted(widths)
    assert len(with_total.bands) == 4
    assert len(without.bands) == 3


@pytest.mark.unit
def test_a_mean_and_a_share_need_a_prior_only_when_they_say_little():
    mean = MeanLength(Interval.rounded("303"), 2361)
    with pytest.raises(DataError, match="prior"):
        fit_lengths([mean])
    prior = ShapePrior.of_parameters()
    alone = fit_lengths([mean], prior=prior)
    assert alone.lengths.shape == pytest.approx(prior.mean, abs=0.01)
    assert alone.mean.method == "profile likelihood with prior"
    low, high = (
        fit_lengths([mean, ShareOver(731, Interval.rounded(each) / 100, 1000)]).shape.value
        for each in ("9.3", "6.3")
    )
    # Para 12's two shares, each with the mean of para 11: the range that the prior is made from.
    assert (round(low, 2), round(high, 2)) == (0.96, 1.55)


@pytest.mark.unit
def test_the_prior_means_the_same_for_each_family():
    mean = MeanLength(Interval.rounded("303"), 2361)
    spreads = []
    for family in FAMILIES:
        lengths = fit_lengths([mean], family, prior=ShapePrior(1.4, 0.05)).lengths
        drawn = sample(family, lengths.mean_days, lengths.shape, stream(3, family), 400_000)
        spreads.append(drawn.mean() ** 2 / drawn.var())
    assert spreads == pytest.approx([1.4] * 3, rel=0.03)


@pytest.mark.unit
def test_intervals_without_a_number_are_read_as_they_are():
    bounds = MeanLength(Interval(290, 310))
    fit = fit_lengths([bounds, ShareOver(731, Interval(0.063, 0.093))])
    assert fit.lengths.mean_days == pytest.approx(300, abs=1)
    assert fit.mean.high - fit.mean.low == pytest.approx(2 * 1.96 * 20 / 12**0.5, rel=0.05)


@pytest.mark.unit
def test_families_are_compared_on_the_same_evidence():
    generator = stream(5, "families")
    days = sample("weibull", 300.0, 1.8, generator, 1500)
    evidence = [IndividualLengths(days, np.ones(1500, dtype=bool))]
    aic = {family: fit_lengths(evidence, family).aic for family in FAMILIES}
    best, second, *_ = sorted(aic, key=aic.__getitem__)
    assert best == "weibull"
    assert aic[second] - aic[best] > 10


@pytest.mark.unit
def test_goodness_is_bad_where_the_family_is_wrong_and_its_p_value_is_uniform_where_it_is_right():
    wrong = fit_lengths([EndedBands(PUBLISHED_BANDS_DAYS, [400, 10, 400, 10, 100])])
    assert wrong.p_value < 1e-6
    residuals = wrong.to_frame()["pearson_residual"]
    assert residuals.abs().max() > 5
    truth = Lengths("gamma", 303, 1.25)
    shares = truth.ended_shares(PUBLISHED_BANDS_DAYS)
    generator = stream(6, "goodness")
    p_values = [
        fit_lengths([EndedBands(PUBLISHED_BANDS_DAYS, generator.multinomial(800, shares))]).p_value
        for _ in range(15)
    ]
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3


@pytest.mark.unit
def test_a_fit_says_what_it_rests_on():
    fit = fit_lengths([MeanLength(Interval(290, 310))], prior=ShapePrior(1.2, 0.1))
    assert "too few bands to say how well it fits (mean length)" in str(fit)
    assert fit.to_frame().empty
    assert next(iter(fit.to_frame().columns)) == "family"
    assert np.isnan(fit.p_value)
    with pytest.raises(ValueError, match="read-only"):
        fit.covariance[0, 0] = 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: MeanLength(Interval.exactly(303)), "exact"),
        (lambda: MeanLength(Interval(-5, 5), 10), "interval within"),
        (lambda: MeanLength(Interval(1, 5), 1), "two or more plans"),
        (lambda: ShareOver(731, Interval(0, 2), 10), "interval within"),
        (lambda: EndedBands([0, 1, 2], [1, 2, 3]), "one more edge"),
        (lambda: EndedBands([0, 1, 2], [1, -2]), "0 or more"),
        (lambda: EndedBands([0, 1, 2], [0, 0]), "empty"),
        (lambda: EndedBands([0, 1, 2], [np.nan, np.nan]), "at least one"),
        (lambda: EndedBands([0, 1, 2], [5, 6], total=10), "below the sum"),
        (lambda: IndividualLengths([1.0, 2], [True]), "one length, one flag"),
        (lambda: IndividualLengths([1.0, 2], [False, False]), "no plan ended"),
        (lambda: IndividualLengths([1.0, 2], [True, True], [0, 2]), "before its last day"),
        (lambda: IndividualLengths([0.0, 2], [True, True]), "above 0"),
        (lambda: fit_lengths([]), "at least one source"),
    ],
)
def test_what_cannot_be_is_refused(make, words):
    with pytest.raises(DataError, match=words):
        make()
