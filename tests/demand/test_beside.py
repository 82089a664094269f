"""The other stages of an authority, as the panel counts them, up to a stage's last figure."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.demand.beside import other_figures
from riskmodel.demand.calibration import Observation
from riskmodel.estimates import Interval

PLAN, AWAY, TIER = "child_protection_plan", "looked_after", "child_in_need_plan"


def stock(figures: dict[str, int]) -> tuple[Observation, ...]:
    return tuple(
        Observation("stock", Interval.exactly(count), month, source="test")
        for month, count in figures.items()
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
