"""One authority calibrated and projected, end to end, beside five seconds."""

from __future__ import annotations

import pytest

from riskmodel.demand import calibrate_published, project_stages
from riskmodel.demand.published_series import published_priors

STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")


@pytest.mark.integration
def test_three_stages_calibrated_and_projected(compare):
    published_priors(STAGES[0])

    def ours() -> None:
        for stage in STAGES:
            found = calibrate_published(stage, seed=1)
            made = project_stages(
                {stage: found.stage_inputs(36, seed=1)},
                area=found.area,
                opening_month=found.opening_month,
                seed=1,
            )
            assert made.replicates == len(found.draws)

    found = compare(
        "three stages of one authority, calibrated and projected 36 months, 2,000 replicates",
        ours,
        "five seconds a stage",
        15.0,
        "at most 1",
    )
    assert found.ratio > 0
