"""Quadrant membership of all 34 factors."""

from __future__ import annotations

import pytest

from riskmodel.cohort import published_targets
from riskmodel.factors import feasible_region
from riskmodel.factors.membership import membership
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.streams import stream


@pytest.mark.integration
def test_membership_of_34_factors(compare):
    counts = published_targets(2250).counts
    region = feasible_region(factor_counts(), printed_quadrants())
    found = compare(
        "membership of 34 factors, 20,000 draws",
        lambda: membership(counts, region, stream(1, "bench"), draws=20_000),
        "one second",
        1.0,
        "at most 1",
    )
    assert found.ratio > 0
