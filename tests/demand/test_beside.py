"""The other stages of an authority, as the panel counts them, up to a stage's last figure."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.demand.beside import other_figures
from riskmodel.demand.calibration import Observation
from riskmodel.demand.sources import panel_source
from riskmodel.estimates import Interval
from riskmodel.series import AuthorityPanel

PLAN, AWAY, TIER = "child_protection_plan", "looked_after", "child_in_need_plan"


def stock(figures: dict[str, int]) -> tuple[Observation, ...]:
    return tuple(
        Observation("stock", Interval.exactly(count), month, source="test")
        for month, count in figures.items()
    )


@pytest.fixture
def simulated_panel() -> AuthorityPanel:
    """One authority in two years."""
    figures = {
        "cpp_at_31_mar": [300.0, 310.0],
        "lac_at_31_mar": [500.0, 520.0],
        "cin_at_31_mar": [2300.0, 2400.0],
        "s47_enquiries": [700.0, 800.0],
    }
    return AuthorityPanel(
        ("201", "201"),
        ("Area", "Area"),
        np.array([2014, 2015]),
        {name: np.array(values) for name, values in figures.items()},
        source="made up",
    )


OWN = {
    PLAN: stock({"2014-03": 100, "2015-03": 110, "2016-03": 999}),
    AWAY: (
        *stock({"2014-03": 400, "2015-03": 410}),
        Observation("starts", Interval.exactly(200), "2015-03", source="test"),
        Observation("starts", Interval.exactly(30), "2015-02", months=1, source="test"),
    ),
    TIER: stock({"2014-03": 900, "2014-09": 960, "2015-03": 1000}),
}


@pytest.mark.unit
def test_children_in_need_are_the_wide_sense_and_nothing_later_is_looked_at() -> None:
    found = other_figures(PLAN, OWN, "2015-03")
    assert set(found) == {"lac_at_31_mar", "cin_at_31_mar", "lac_starts", "lac_ends"}
    np.testing.assert_allclose(found["cin_at_31_mar"][-2:], [1400, 1520])
    np.testing.assert_allclose(found["lac_at_31_mar"][-2:], [400, 410])
    assert np.isnan(found["lac_at_31_mar"][:-2]).all()
    # Starts of a whole year that ended with the last figure; of a month they say nothing here.
    np.testing.assert_allclose(found["lac_starts"], [np.nan] * 4 + [200])
    assert np.isnan(found["lac_ends"]).all()


@pytest.mark.unit
def test_the_tier_has_the_whole_beside_it_only_where_all_three_are_known() -> None:
    assert other_figures(TIER, OWN, "2015-03")["cin_at_31_mar"][-1] == pytest.approx(1520)
    without = {stage: rows for stage, rows in OWN.items() if stage != AWAY}
    assert set(other_figures(TIER, without, "2015-03")) == {
        *("cpp_at_31_mar", "cpp_starts", "cpp_ends")
    }
    assert other_figures(PLAN, {PLAN: OWN[PLAN]}, "2015-03") == {}
    assert other_figures(PLAN, {}, "2015-03") == {}


@pytest.mark.unit
def test_a_stage_chosen_alone_is_projected_from_the_same_figures(
    simulated_panel: AuthorityPanel,
) -> None:
    whole = panel_source(simulated_panel, "201")
    alone = whole.of([AWAY])
    assert list(alone.observations) == [AWAY]
    both = (other_figures(AWAY, source.everything, "2015-03") for source in (whole, alone))
    first, second = both
    assert list(first) == list(second)
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])
    np.testing.assert_array_equal(first["s47_enquiries"], [np.nan] * 3 + [700, 800])
    assert first["cin_at_31_mar"][-1] == 2400
