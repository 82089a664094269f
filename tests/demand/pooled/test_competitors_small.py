"""Opponents whose errors are all at small authorities keep a finite spread."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.demand.pooled.competitors import COMPETITORS
from riskmodel.demand.pooled.history import StageHistory


@pytest.mark.unit
@pytest.mark.parametrize("name", ["last_value_pooled", "mean_reversion", "ridge"])
def test_a_spread_that_size_alone_explains_stays_finite(name):
    generator = np.random.default_rng(1)
    small = np.abs(generator.normal(5, 4, (30, 8))).round()
    large = np.full((30, 8), 900.0) + generator.integers(-1, 2, (30, 8))
    stock = np.vstack([small, large])
    codes = tuple(str(100 + place) for place in range(60))
    history = StageHistory(
        "cpp_at_31_mar", codes, tuple(range(2010, 2018)), stock, stock, stock, stock * 200 + 1000
    )
    quantiles = COMPETITORS[name](history, history, 3).quantiles(np.array([0.01, 0.5, 0.99]))
    assert np.isfinite(quantiles).all()
    assert quantiles.max() < 20_000
