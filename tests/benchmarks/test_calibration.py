"""One authority calibrated and projected beside five seconds; own months beside fewer of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from riskmodel.demand.calibration import DemandPriors
from riskmodel.demand.calibration.calibrate import calibrate_model
from riskmodel.demand.calibration.checks import monthly_design
from riskmodel.demand.calibration.model import Model, build_model
from riskmodel.demand.published_series import calibrate_published, published_priors
from riskmodel.demand.simulation.project import project_stages
from riskmodel.estimates import Interval
from riskmodel.streams import stream

STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")
EVERY = ("stock", "starts", "ends")


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


def models_of_months(number: int, counted: tuple[str, ...]) -> list[Model]:
    """Own months of three stages, each a service that stays as it is."""
    models = []
    for stage, level, share in zip(STAGES, (500, 700, 4000), (0.1, 0.04, 0.085), strict=True):
        generator = stream(1, f"own months/{stage}")
        starts = generator.poisson(level * share, number)
        ends = generator.poisson(level * share, number)
        counts = {"stock": level + np.cumsum(starts - ends), "starts": starts, "ends": ends}
        figures = [
            replace(each, count=Interval.exactly(int(count)))
            for name in counted
            for each, count in zip(
                sorted(monthly_design(number, counted=(name,)), key=lambda one: one.month),
                counts[name].clip(1),
                strict=True,
            )
        ]
        models.append(build_model(figures, DemandPriors.of_parameters(stage), population=130_000))
    return models


def calibrated(models: list[Model]) -> Callable[[], None]:
    def ours() -> None:
        for stage, model in zip(STAGES, models, strict=True):
            found = calibrate_model(model, stage, "own months", seed=1)
            assert np.isfinite(found.draws).all()

    return ours


@pytest.mark.integration
@pytest.mark.parametrize("number", [40, 120, 240])
def test_own_months_beside_twenty_four(compare, number):
    found = compare(
        f"three stages of {number} own months, calibrated",
        calibrated(models_of_months(number, EVERY)),
        "24 own months",
        calibrated(models_of_months(24, EVERY)),
        "at most 8",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_own_months_with_flows_beside_stocks_alone(compare):
    found = compare(
        "three stages of 40 own months with starts and ends, calibrated",
        calibrated(models_of_months(40, EVERY)),
        "their stocks alone",
        calibrated(models_of_months(40, ("stock",))),
        "at most 2",
    )
    assert found.ratio > 0
