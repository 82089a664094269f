"""What ships of the backtest is what the panel gives."""

from __future__ import annotations

import pytest

from riskmodel.demand.pooled.history import STOCK_MEASURES
from riskmodel.demand.pooled.judged import MODELS
from riskmodel.demand.pooled.measured import (
    measure_backtests,
    measured_backtest,
    measured_text,
)
from riskmodel.series import AuthorityPanel


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


@pytest.mark.regression
def test_it_is_what_the_panel_gives(shared_panel: AuthorityPanel) -> None:
    models = ("riskmodel", "last_value", "last_value_pooled", "ridge")
    again = measure_backtests(shared_panel, measures=["lac_at_31_mar"], models=models)
    known = measured_backtest()
    known = known[(known["measure"] == "lac_at_31_mar") & known["model"].isin(models)]
    for name in ("crps", "skill_percent", "coverage_50_percent", "coverage_90_percent"):
        digits = 3 if name == "crps" else 2
        # An outcome at the end of a range falls on its other side by the last bit of a sum.
        within = 0.2 if name.startswith("coverage") else 2 * 10**-digits
        assert known[name].tolist() == pytest.approx(
            again[name].round(digits).tolist(), abs=within
        ), name
