"""What the report prints, as observations and priors; calibrated, it says so."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.demand.calibration import CALIBRATED_STAGES
from riskmodel.demand.published_series import (
    calibrate_published,
    published_length_fit,
    published_observations,
    published_priors,
)
from riskmodel.errors import UnknownNameError
from riskmodel.published import find_figures, implied, load_table, table_ids

PLAN = "child_protection_plan"


def printed(stage, counted):
    return {
        each.month: each.middle for each in published_observations(stage) if each.counted == counted
    }


@pytest.mark.regression
def test_stocks_are_those_of_the_report():
    plans = printed(PLAN, "stock")
    assert plans["2014-07"] == 454
    assert plans["2015-06"] == 634
    assert plans["2015-07"] == 626
    assert plans["2014-03"] == pytest.approx(505, abs=0.6)
    assert plans["2015-03"] == pytest.approx(571, abs=0.6)
    assert printed(PLAN, "starts") == {"2015-03": 630}
    cared_for = printed("looked_after", "stock")
    assert [cared_for[f"{year}-03"] for year in range(2011, 2016)] == [427, 450, 416, 463, 514]
    assert cared_for["2015-09"] == 577
    assert list(printed("child_in_need_plan", "stock").values()) == [2451, 2243, 1801]


@pytest.mark.integration
def test_every_observation_has_its_figure():
    known = {figure.id for table in table_ids() for figure in load_table(table)}
    known |= {each.id for each in implied()}
    for stage in CALIBRATED_STAGES:
        for each in published_observations(stage):
            assert each.figure in known
            assert each.basis == "published"
            assert each.source
            assert each.month <= "2015-11"


@pytest.mark.unit
def test_ends_to_an_unnamed_day_are_an_interval():
    (ends,) = [each for each in published_observations(PLAN) if each.counted == "ends"]
    assert float(ends.count.high) == 2361
    assert 2000 < float(ends.count.low) < 2361
    assert ends.months == 51
    assert find_figures("2361")


@pytest.mark.regression
def test_lengths_are_those_of_the_report_and_longer_for_all_plans():
    fit = published_length_fit()
    assert fit.mean.basis == "published"
    assert fit.mean.value == pytest.approx(303, abs=1)
    assert 0.9 < fit.shape.low < fit.shape.high < 1.6
    priors = published_priors(PLAN)
    assert 310 < np.exp(priors.length_log_mean) < 345
    assert priors.basis == "published"
    assert published_priors("child_in_need_plan").basis == "assumed"


@pytest.mark.integration
@pytest.mark.parametrize("stage", CALIBRATED_STAGES)
def test_each_stage_is_calibrated_without_a_warning(stage):
    found = calibrate_published(stage, seed=1)
    assert found.area == "Oxfordshire"
    assert found.warnings == ()
    assert found.pareto_k < 0.7
    last = max(
        (each for each in found.model.observations if each.counted == "stock"),
        key=lambda each: each.month,
    )
    assert found.of("closing_stock").mean() == pytest.approx(last.middle, rel=0.03)
    assert found.stage_inputs(12, seed=1).months == 12


@pytest.mark.regression
def test_454_is_kept_and_widens_the_error():
    found = calibrate_published(PLAN, seed=1)
    frame = found.observations_frame()
    july = frame[frame["month"] == "2014-07"].iloc[0]
    assert july["low"] == 454
    assert july["fitted"] > 480
    assert found.of("observation_error").mean() > 0.03


@pytest.mark.unit
def test_another_stage_is_refused_by_name():
    for make in (published_observations, published_priors):
        with pytest.raises(UnknownNameError, match="looked_after"):
            make("lookedafter")
