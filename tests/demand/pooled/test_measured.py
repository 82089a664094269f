"""What ships of the backtest; that the panel gives it is shown in ``test_backtest.py``."""

from __future__ import annotations

import pytest

from riskmodel.demand.pooled.history import STOCK_MEASURES
from riskmodel.demand.pooled.judged import MODELS
from riskmodel.demand.pooled.measured import measured_backtest, measured_text


@pytest.mark.unit
def test_it_holds_every_stock_model_and_horizon_once() -> None:
    frame = measured_backtest()
    keys = frame[["measure", "model", "horizon_years"]]
    assert not keys.duplicated().any()
    assert len(frame) == len(STOCK_MEASURES) * len(MODELS) * 4
    assert not frame.isna().to_numpy().any()
    best = frame[frame["best"]].groupby(["measure", "horizon_years"]).size()
    assert len(best) == len(STOCK_MEASURES) * 4


@pytest.mark.unit
def test_it_reads_back_as_it_was_written() -> None:
    frame = measured_backtest()
    frame.loc[0, "crps"] = 0.0
    assert measured_backtest()["crps"][0] > 0
    assert measured_text(measured_backtest()).splitlines()[0].startswith("measure,model,")
