"""Starts and ends of a year are learned and judged as stocks are, with what belongs to a flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from riskmodel.demand.pooled.backtest import backtest
from riskmodel.demand.pooled.course import mean_stay_years
from riskmodel.demand.pooled.features import feature_names, features
from riskmodel.demand.pooled.history import FLOW_MEASURES, StageHistory, stage_of
from riskmodel.demand.pooled.judged import OURS, POOLED
from riskmodel.demand.pooled.shipped import shipped, shipped_years
from riskmodel.demand.pooled.wide import constant_rates
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

AsPanel = Callable[..., AuthorityPanel]
Make = Callable[..., StageHistory]


@pytest.fixture(scope="module")
def panel(simulated_history: Make, as_panel: AsPanel) -> AuthorityPanel:
    """Plans with starts and ends that come back to their level."""
    generator = stream(51, "tests/flows")
    history = simulated_history(generator, 24, 9)
    whole = as_panel(history)
    starts = 1.2 * simulated_history(generator, 24, 9).stock
    figures = {
        **whole.figures,
        "cpp_starts": starts.ravel(),
        "cpp_ends": (0.9 * starts).ravel(),
    }
    return replace(whole, figures=figures)


@pytest.mark.unit
def test_a_flow_stands_where_a_stock_would(panel: AuthorityPanel) -> None:
    history = StageHistory.from_panel(panel, "cpp_starts")
    plans = StageHistory.from_panel(panel, "cpp_at_31_mar")
    np.testing.assert_array_equal(history.stock, plans.starts)
    np.testing.assert_array_equal(history.starts, plans.stock)
    np.testing.assert_array_equal(history.ends, plans.ends)
    assert history.stage == plans.stage
    assert mean_stay_years(history) == pytest.approx(1 / 12)
    assert "looked_after_to_stock" in feature_names("cpp_starts")
    row = dict(zip(feature_names("cpp_starts"), features(history, 8)[3], strict=True))
    assert row["starts_to_stock"] == pytest.approx(
        np.log(plans.stock[3, 8] + 1) - np.log(plans.starts[3, 8] + 1)
    )
    assert {stage_of(name) for name in FLOW_MEASURES} == {"child_protection_plan", "looked_after"}
    with pytest.raises(UnknownNameError, match="cin_starts"):
        StageHistory.from_panel(panel, "cin_starts")


@pytest.mark.unit
def test_flows_are_judged_beside_the_same_opponents(panel: AuthorityPanel) -> None:
    found = backtest(panel, "cpp_starts", origins=[2015, 2016], horizons=(1, 2), models=(OURS,))
    rows = found.to_frame()
    assert set(rows["measure"]) == {"cpp_starts"}
    table = found.skill(resamples=20).set_index(["model", "horizon_years"])
    # Starts that come back to their level are no random walk.
    assert (table.loc[OURS, "skill_percent"] > table.loc[POOLED, "skill_percent"]).all()


@pytest.mark.unit
def test_nothing_ships_of_flows_and_few_authorities_are_told_so(panel: AuthorityPanel) -> None:
    assert shipped_years("lac_ends") == ()
    with pytest.raises(DataError, match="nothing that ships"):
        shipped("lac_ends", 2023)
    few = panel.authority("003")
    with pytest.raises(DataError, match="nothing that ships was learned of flows"):
        backtest(few, "cpp_starts", origins=[2015])


@pytest.mark.unit
def test_constant_rates_keep_a_flow_at_its_mean(panel: AuthorityPanel) -> None:
    history = StageHistory.from_panel(panel, "cpp_ends")
    found = constant_rates(history, history, 2)
    usual = history.stock[:, -3:].mean(axis=1)
    np.testing.assert_allclose(np.expm1(found.location), np.column_stack([usual, usual]))
    np.testing.assert_allclose(found.scale[:, 1] * (usual + 1), np.sqrt(usual))
