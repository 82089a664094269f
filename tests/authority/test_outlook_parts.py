"""Parts of an outlook, a plan and a comparison that sections of a report take."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.authority.comparison import compare
from riskmodel.authority.service import plan_outlook, project_service
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import UnknownNameError
from riskmodel.projection import BASELINE
from riskmodel.scenarios import scenario

FREEZE, GROWTH = "recruitment_freeze", "national_growth"


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    return project_service(
        scenarios=[scenario(FREEZE), scenario(GROWTH)], months=24, replicates=60, seed=3
    )


@pytest.mark.integration
def test_the_baseline_of_an_outlook_is_the_outlook_without_its_scenarios(outlook: Outlook):
    alone = outlook.baseline()
    assert alone.projection.scenarios == tuple(alone.levers) == (BASELINE,)
    for measure in ("starts", "ends", "stock"):
        for stage in outlook.projection.stages:
            assert np.array_equal(
                alone.projection.of(measure, BASELINE, stage),
                outlook.projection.of(measure, BASELINE, stage),
            )
    assert set(alone.drivers()["scenario"]) == {BASELINE}
    assert GROWTH in set(outlook.drivers()["scenario"])


@pytest.mark.integration
def test_one_scenario_of_a_plan_keeps_its_cases_workers_and_quantiles(outlook: Outlook):
    plan = plan_outlook(outlook)
    only = plan.only(GROWTH)
    row = plan.scenarios.index(GROWTH)
    assert only.scenarios == (GROWTH,)
    assert np.array_equal(only.cases[0], plan.cases[row])
    assert np.array_equal(only.statistics[0], plan.statistics[row], equal_nan=True)
    assert np.array_equal(only.caseload(GROWTH), plan.caseload(GROWTH))
    assert not np.array_equal(only.cases[0], plan.cases[0])
    with pytest.raises(UnknownNameError):
        plan.only("plateau")


@pytest.mark.integration
def test_a_row_of_a_comparison_is_that_of_its_scenario_and_measure(outlook: Outlook):
    found = compare(outlook, plan_outlook(outlook), attribution=False)
    assert found.others == (FREEZE, GROWTH)
    rows = found.differences
    here = rows[(rows["scenario"] == GROWTH) & (rows["measure"] == "cases")]
    assert found.row(GROWTH, "cases")["difference"] == here["difference"].item()
    assert found.row(GROWTH, "cases")["difference"] > 0
