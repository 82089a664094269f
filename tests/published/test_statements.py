"""Figures in running text as values to compute with."""

from __future__ import annotations

import pytest

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.published import implied_interval, statement_count, statement_interval


@pytest.mark.unit
def test_a_statement_is_a_count_or_what_can_have_been_printed_so():
    assert statement_count("threshold_audit_cases") == 18
    assert statement_interval("threshold_audit_cases") == Interval.exactly(18)
    growth = statement_interval("plan_growth_over_10_percent")
    assert growth.width > 0
    assert growth.middle == pytest.approx(float(growth.low + growth.high) / 2)
    with pytest.raises(DataError, match="mean_plan_length_yearly_deviation_percent is not a count"):
        statement_count("mean_plan_length_yearly_deviation_percent")


@pytest.mark.unit
def test_an_implied_quantity_is_asked_for_by_name():
    before = implied_interval("children_on_plan_march_2011")
    assert 332.8 < float(before.low) < float(before.high) < 341.2
    with pytest.raises(UnknownNameError, match="Did you mean 'children_on_plan_march_2015'"):
        implied_interval("children_on_plan_march_2010")
