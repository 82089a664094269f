"""From an authority's figures to a projection that keeps to what history judged."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.demand.calibration import Observation, calibrate
from riskmodel.demand.drivers import course_drivers, scenario_drivers
from riskmodel.demand.outlook import stage_outlook
from riskmodel.demand.pooled.own import forecast_own
from riskmodel.demand.pooled.shipped import shipped
from riskmodel.demand.projecting import project
from riskmodel.demand.simulation.changed import change_inputs, unplaced
from riskmodel.demand.simulation.project import project_stages
from riskmodel.demand.sources import DemandSource
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.levers import Levers

PLAN = "child_protection_plan"
STOCKS = {"2011": 332, "2012": 364, "2013": 430, "2014": 504, "2015": 569}


@pytest.fixture(scope="module")
def calibration():
    made = [
        Observation("stock", Interval.exactly(count), f"{year}-03", source="test")
        for year, count in STOCKS.items()
    ]
    return calibrate(made, PLAN, area="Test", seed=3, draws=500, population=140_000)


@pytest.fixture(scope="module")
def outlook(calibration):
    learned = shipped("cpp_at_31_mar", 2015)
    return stage_outlook(
        calibration, learned, months=48, replicates=3000, seed=3, population=140_000
    )


@pytest.mark.unit
def test_an_expected_stock_far_ahead_nears_the_authoritys_usual_level():
    learned = shipped("cpp_at_31_mar", 2015)
    found = forecast_own(
        learned,
        [float(year) for year in STOCKS],
        list(STOCKS.values()),
        2015 + np.arange(0.0, 10.0),
        population=140_000,
        expected=True,
    )
    middle = np.exp(found.location)
    usual = np.median(list(STOCKS.values()))
    assert abs(middle[-1] - usual) < abs(middle[0] - usual)
    # What was learned of the spread at each horizon may narrow it by a hair.
    assert (np.diff(found.scale) > -0.005).all()


@pytest.mark.unit
def test_an_expected_stock_is_spread_less_than_the_stock_itself():
    learned = shipped("cpp_at_31_mar", 2015)
    given = (learned, [2014.0, 2015.0], [504, 569], [2015.0, 2016.0, 2018.0])
    itself, expected = forecast_own(*given), forecast_own(*given, expected=True)
    np.testing.assert_allclose(itself.location, expected.location, atol=0.03)
    assert (itself.scale[1:] > expected.scale[1:]).all()


@pytest.mark.integration
def test_what_is_simulated_is_spread_as_what_the_backtest_judges(outlook):
    """Four years ahead the simulated stock has the quantiles of the learned forecast."""
    from riskmodel.demand.pooled.history import StageHistory
    from riskmodel.demand.pooled.learn import forecast

    made = project_stages({PLAN: outlook.inputs}, area="T", opening_month="2015-03", seed=3)
    stock = made.of("stock", "baseline", PLAN)
    learned = outlook.learned
    years = learned.years
    nothing = np.full((1, len(years)), np.nan)
    row = np.array([[STOCKS.get(str(year), np.nan) for year in years]], dtype=float)
    history = StageHistory(
        "cpp_at_31_mar", ("1",), years, row, nothing, nothing, np.full((1, len(years)), 140_000.0)
    )
    levels = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    judged = forecast(learned, history).quantiles(levels)[0]
    for ahead in (1, 2, 3, 4):
        mine = np.quantile(stock[:, 12 * ahead - 1], levels)
        np.testing.assert_allclose(np.log(mine), np.log(judged[ahead - 1]), atol=0.06)


@pytest.mark.unit
def test_the_empty_scenario_is_the_baseline_itself(outlook):
    stages = {PLAN: outlook.inputs}
    after = change_inputs(stages, Levers.after("2015-03", 48))
    assert after[PLAN] is outlook.inputs


@pytest.mark.unit
def test_levers_move_what_they_say(outlook):
    stages = {PLAN: outlook.inputs}
    none = Levers.after("2015-03", 48)
    more = none.with_path(f"starts.{PLAN}", multiplier=np.full(48, 1.1))
    np.testing.assert_allclose(change_inputs(stages, more)[PLAN].rates, 1.1 * outlook.inputs.rates)
    fewer = none.with_path("conversion.referral_to_assessment", multiplier=np.full(48, 0.5))
    np.testing.assert_allclose(change_inputs(stages, fewer)[PLAN].rates, 0.5 * outlook.inputs.rates)
    # Where those are counted instead is not projected: they leave, and it is said.
    helped = none.with_path("diversion.early_help", value=np.full(48, 0.2))
    after = change_inputs(stages, helped)
    assert list(after) == [PLAN]
    assert (after[PLAN].rates <= outlook.inputs.rates).all()
    assert (after[PLAN].rates < outlook.inputs.rates).any()
    assert any("child in need plan" in said for said in unplaced({"help": helped}, stages))
    with pytest.raises(DataError, match="48"):
        change_inputs(stages, Levers.after("2015-03", 12))


@pytest.mark.unit
def test_drivers_add_up(outlook):
    parts = course_drivers(outlook.inputs, 24)
    closing = parts.pop("closing")
    assert sum(parts.values()) == pytest.approx(closing)
    both = (
        Levers.after("2015-03", 48)
        .with_path(f"starts.{PLAN}", multiplier=np.full(48, 1.2))
        .with_path(f"length.{PLAN}", multiplier=np.full(48, 0.8))
    )
    frame = scenario_drivers({PLAN: outlook.inputs}, both, 48).set_index("lever")["children"]
    alone = frame.drop(["together", "remainder"])
    assert alone.sum() + frame["remainder"] == pytest.approx(frame["together"])
    assert alone[f"starts.{PLAN}"] > 0 > alone[f"length.{PLAN}"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"months": 0}, "1 to 120 months"),
        ({"months": 121}, "1 to 120 months"),
        ({"replicates": 0}, "1 to 100,000 simulations"),
    ],
)
def test_sizes_out_of_range_are_refused(calibration, given, match):
    sizes = {"months": 12, "replicates": 100, **given}
    with pytest.raises(DataError, match=match):
        stage_outlook(calibration, shipped("cpp_at_31_mar", 2015), seed=1, **sizes)


@pytest.mark.unit
def test_what_was_learned_later_than_the_opening_is_refused(calibration):
    with pytest.raises(DataError, match="learn from an earlier panel"):
        stage_outlook(calibration, shipped("cpp_at_31_mar", 2021), months=12, replicates=10, seed=1)


@pytest.mark.unit
@pytest.mark.parametrize("later", [(), ("looked_after",)])
def test_starts_counted_after_the_last_stock_move_the_opening(later):
    """What opens is the stock at the last figure, so the months after it are those projected."""

    def counted(kind, count, month, months=12):
        return Observation(kind, Interval.exactly(count), month, months, "test")

    stocks = [counted("stock", count, f"{year}-03") for year, count in STOCKS.items()]
    # Half a year of many starts: by September there are clearly more.
    starts = [counted("starts", 90, f"2015-0{month}", 1) for month in range(4, 10)]
    source = DemandSource(
        "Test",
        {PLAN: (*stocks, *starts), **{stage: tuple(stocks) for stage in later}},
        None,
        "test",
    )
    found = project(source, months=3, replicates=300, seed=2)
    assert found.projection.opening_month == "2015-09"
    assert found.projection.months[0] == "2015-10"
    for each in found.stages.values():
        assert each.calibration.opening_month == "2015-09"
    assert found.projection.opening[:, 0].mean() > 569 + 100


@pytest.mark.unit
def test_a_stage_of_starts_alone_is_refused_by_name():
    starts = Observation("starts", Interval.exactly(630), "2015-03", source="test")
    with pytest.raises(DataError, match="has no stock of child_protection_plan"):
        project(DemandSource("Test", {PLAN: (starts,)}, None, "test"), months=3, replicates=20)


@pytest.mark.unit
def test_a_last_stock_of_nought_is_not_passed_over():
    """A small authority: fewer now means fewer ahead, down to none at all."""
    means = []
    for last in (0, 1, 6):
        stocks = tuple(
            Observation("stock", Interval.exactly(count), f"{2010 + place}-03", source="test")
            for place, count in enumerate((6, 8, 5, 7, 6, last))
        )
        found = project(
            DemandSource("Small", {PLAN: stocks}, None, "test"), months=12, replicates=2000, seed=4
        )
        means.append(found.projection.stock[0, :, -1, 0].mean())
    assert means[0] < means[1] < means[2]


@pytest.mark.unit
def test_the_tier_in_need_is_not_drawn_to_the_level_of_all_in_need():
    """A stock at the usual share of the usual rate stays there, with a population or without."""
    learned = shipped("cin_at_31_mar", 2015)
    usual = 0.71 * 80_000 * np.exp(learned.course[-1])
    stock = Observation("stock", Interval.exactly(round(usual)), "2015-03", source="test")
    stage = "child_in_need_plan"
    middle = []
    for population in (80_000, None):
        calibration = calibrate(
            (stock,), stage, area="Test", seed=5, draws=500, population=population
        )
        made = stage_outlook(
            calibration, learned, months=60, replicates=1000, seed=5, population=population
        )
        found = project_stages({stage: made.inputs}, area="T", opening_month="2015-03", seed=5)
        middle.append(np.median(found.stock[0, :, -1, 0]) / usual)
    assert middle[0] == pytest.approx(1, abs=0.05)
    assert middle[0] == pytest.approx(middle[1], abs=0.05)
