"""Learning from ninety authorities and forecasting them, beside an ARIMA of each by statsmodels."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import forecast, learn
from riskmodel.streams import stream

AUTHORITIES, YEARS = 90, 11


@pytest.mark.integration
def test_ninety_authorities(compare):
    from statsmodels.tsa.arima.model import ARIMA

    generator = stream(0, "benchmarks/learning")
    population = generator.uniform(30_000, 200_000, (AUTHORITIES, 1))
    apart = np.cumsum(generator.normal(0, 0.12, (AUTHORITIES, YEARS)), axis=1)
    stock = np.round(population * np.exp(-5.6 + apart))
    history = StageHistory(
        "cpp_at_31_mar",
        tuple(f"{place:03d}" for place in range(AUTHORITIES)),
        tuple(range(2010, 2010 + YEARS)),
        stock,
        stock * generator.uniform(0.9, 1.5, stock.shape),
        stock * generator.uniform(0.9, 1.5, stock.shape),
        np.repeat(population, YEARS, axis=1),
    )

    def ours() -> None:
        forecast(learn(history), history)

    def limit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for row in np.log(history.stock + 1):
                ARIMA(row, order=(1, 0, 0), trend="c").fit().get_forecast(4)

    found = compare(
        f"learn from {AUTHORITIES} authorities, forecast all of them four years ahead",
        ours,
        f"statsmodels ARIMA(1, 0, 0), {AUTHORITIES} fits and forecasts",
        limit,
        "at most 1",
        rounds=3,
    )
    assert found.ratio > 0
