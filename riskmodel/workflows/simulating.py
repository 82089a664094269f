"""Scenarios simulated beside their baseline, here or in worker processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riskmodel.demand.changed import change_inputs
from riskmodel.demand.inputs import Flows
from riskmodel.demand.project import project_stages
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError
from riskmodel.levers import Levers
from riskmodel.projection import BASELINE, MEASURED, Projection

if TYPE_CHECKING:
    from riskmodel.demand.inputs import StageInputs
    from riskmodel.demand.stepping import Feedback

__all__ = ["FED_BACK", "FeedbackOf", "simulate_scenarios"]

FeedbackOf = Callable[[Mapping[str, "StageInputs"], Levers], "Feedback | None"]
"""From a scenario's inputs and levers to its feedback, or None where it has none."""

FED_BACK = "child_protection_plan"
"""The stage that caseload acts on, where feedback is on."""


def simulate_scenarios(
    area: str,
    label: str,
    opening: str,
    baseline: Mapping[str, StageInputs],
    levers: Mapping[str, Levers],
    seed: int,
    feedback: FeedbackOf | None,
    workers: int | Engine,
) -> Projection:
    """Each scenario from the draws of the baseline, which comes first.

    Parameters
    ----------
    area, label
        Whose children, and what the figures are.
    opening
        Month at whose end the stocks open.
    baseline
        Inputs by stage.
    levers
        By scenario, the baseline's among them.
    seed
        Of every draw.
    feedback
        From a scenario's inputs and levers to its feedback, or None.
    workers
        How many processes, or an engine; the bytes do not depend on it.

    Raises
    ------
    DataError
        When a scenario cannot be: it is named.
    """
    given = _Given(area, label, opening, dict(baseline), seed, feedback)
    first = _one(given, BASELINE, levers[BASELINE], None)
    flows = {
        stage: Flows(*(first.of(each, BASELINE, stage) for each in MEASURED))
        for stage in first.stages
    }
    tasks = [(given, name, levers[name], flows) for name in levers if name != BASELINE]
    made = list(_engine(workers, len(tasks)).run(_one, tasks))
    return first.with_scenarios(*made) if made else first


def _engine(workers: int | Engine, tasks: int) -> Engine:
    """The engine asked for, but no processes for what one of them would do."""
    engine = as_engine(workers)
    return Engine() if tasks < 2 and engine.name == "processes" else engine


@dataclass(frozen=True, slots=True)
class _Given:
    """What all scenarios share, as it goes to a worker."""

    area: str
    label: str
    opening: str
    baseline: Mapping[str, StageInputs]
    seed: int
    feedback: FeedbackOf | None


def _one(given: _Given, name: str, levers: Levers, flows: Mapping[str, Flows] | None) -> Projection:
    """One scenario; without the baseline's flows it is the baseline."""
    try:
        inputs = change_inputs(given.baseline, levers)
        return project_stages(
            inputs,
            area=given.area,
            opening_month=given.opening,
            seed=given.seed,
            scenario=name,
            reference=None if flows is None else given.baseline,
            reference_flows=flows,
            feedback=None if given.feedback is None else given.feedback(inputs, levers),
            acts_on=(FED_BACK,),
            source=given.label,
        )
    except DataError as error:
        if name == BASELINE:
            raise
        raise DataError(f"scenario {name}: {error}") from error
