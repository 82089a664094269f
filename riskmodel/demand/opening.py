"""The month at which all stages of a projection open, and their figures carried forward to it."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodel.demand.calibration import DemandPriors, Observation
from riskmodel.demand.calibration.model import Model, build_model
from riskmodel.demand.outlook import check_stock
from riskmodel.demand.sources import DemandSource
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.projection import months_between

__all__ = ["carried_to", "left_behind", "models_of", "opening_of"]

_LONG = 3
"""Months without any figure of a stage before the opening, from which on those of the other stages
are asked: so a stage counted by the quarter keeps its own calibration, and one counted by the year
does not."""


def models_of(source: DemandSource, opening: str) -> dict[str, Model]:
    """What is calibrated for each stage; raises an error for what cannot be calibrated."""
    models = {}
    for stage, observations in source.observations.items():
        check_stock(observations, stage)
        priors = source.priors.get(stage)
        models[stage] = build_model(
            carried_to(observations, opening),
            DemandPriors.of_parameters(stage) if priors is None else priors,
            population=source.population,
        )
    return models


def opening_of(source: DemandSource) -> str:
    """The month at whose end a projection of these figures opens: the last with any figure.

    Starts and ends may be counted later than the last stock: a calibration runs to its last figure,
    and a projection opens with the stock that it gives there.

    Raises
    ------
    DataError
        When a stage has only starts or only ends.
    """
    for stage, observations in source.observations.items():
        if all(each.counted != "stock" for each in observations):
            raise DataError(
                f"{source.label}: has no stock of {stage}, which a projection goes on from: give "
                "one at the end of a month, or leave the stage out with --stage"
            )
    return max(each.month for observations in source.observations.values() for each in observations)


def left_behind(source: DemandSource, opening: str) -> dict[str, str]:
    """Stages without any figure for a quarter before the opening, and the month of their last.

    One at least has a figure at the opening, and tells of the others.
    """
    last = {
        stage: max(each.month for each in observations)
        for stage, observations in source.observations.items()
    }
    return {
        stage: month for stage, month in last.items() if months_between(month, opening) >= _LONG
    }


def carried_to(observations: Sequence[Observation], month: str) -> tuple[Observation, ...]:
    """The observations, with a very uncertain one added at a later month.

    This lets all stages open together: the added stock is anything between nought and twice the
    last, so the calibration carries the stock forward from starts and durations.
    """
    last = max(
        (each for each in observations if each.counted == "stock"),
        key=lambda each: each.month,
        default=None,
    )
    # Without any stock there is nothing to carry; what projects says that it needs one.
    if last is None or last.month >= month:
        return tuple(observations)
    wide = Interval(0, round(2 * last.middle) + 2)
    nothing = Observation("stock", wide, month, source="nothing known", basis="assumed")
    return (*observations, nothing)
