"""A sample of a list: against counting every possible sample."""

from __future__ import annotations

import math

import pytest

from riskmodel.errors import DataError
from riskmodel.explanations import count_from_sample, exact_count_interval


def tails(found: int, sampled: int, listed: int, number: int) -> tuple[float, float]:
    """P(as many or more) and P(as many or fewer) of the kind, by counting samples."""

    def ways(k: int) -> int:
        return math.comb(number, k) * math.comb(listed - number, sampled - k)

    every = math.comb(listed, sampled)
    more = sum(ways(k) for k in range(found, sampled + 1))
    fewer = sum(ways(k) for k in range(found + 1))
    return more / every, fewer / every


@pytest.mark.unit
@pytest.mark.parametrize(("found", "sampled", "listed"), [(4, 18, 630), (0, 5, 20), (7, 7, 30)])
def test_the_exact_interval_holds_what_no_tail_rejects(found, sampled, listed):
    interval = exact_count_interval(found, sampled, listed, level=0.95)
    for number in (interval.low, interval.high):
        assert min(tails(found, sampled, listed, int(number))) > 0.025
    if interval.low > found:
        assert min(tails(found, sampled, listed, int(interval.low) - 1)) <= 0.025
    if interval.high < listed - (sampled - found):
        assert min(tails(found, sampled, listed, int(interval.high) + 1)) <= 0.025


@pytest.mark.unit
def test_a_whole_list_looked_at_leaves_nothing_open():
    found = count_from_sample(4, 18, 18)
    assert (found.posterior.low, found.posterior.value, found.posterior.high) == (4, 4, 4)
    assert (found.exact.low, found.exact.high) == (4, 4)


@pytest.mark.unit
def test_the_prediction_has_the_moments_of_its_posterior():
    found = count_from_sample(4, 18, 630)
    assert found.posterior.value == pytest.approx(4 + 612 * 4.5 / 19)
    assert found.posterior.method == "beta-binomial"
    # A uniform prior's mean is the rule of succession.
    uniform = count_from_sample(4, 18, 630, prior=(1, 1))
    assert uniform.posterior.value == pytest.approx(4 + 612 * 5 / 20)


@pytest.mark.unit
def test_what_is_no_sample_is_refused():
    with pytest.raises(DataError, match="5 of 4 from a list of 10 is no sample"):
        count_from_sample(5, 4, 10)
    with pytest.raises(DataError, match="the level"):
        count_from_sample(1, 4, 10, level=95)
