"""Scenarios simulated together with their baseline, here or in worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from riskmodel.demand.simulation.changed import change_inputs
from riskmodel.demand.simulation.inputs import Flows, StageInputs
from riskmodel.demand.simulation.project import PURPOSE, project_stages
from riskmodel.demand.simulation.stepping import Feedback
from riskmodel.demand.simulation.stock_flow import simulate_stage
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError, ScenarioError
from riskmodel.levers import Levers
from riskmodel.projection import BASELINE, Projection

__all__ = ["FED_BACK", "FeedbackOf", "simulate_scenarios"]

FeedbackOf = Callable[[Mapping[str, "StageInputs"], Levers], "Feedback"]
"""From a scenario's inputs and levers to its feedback."""

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
    """Each scenario with the random numbers of the baseline, which comes first.

    Parameters
    ----------
    area, label
        The area, and what the figures are.
    opening
        Month at whose end the stocks open.
    baseline
        Inputs by stage.
    levers
        By scenario, including the baseline.
    seed
        Of every draw.
    feedback
        From each scenario's inputs and levers to its feedback; None where there is none.
    workers
        How many processes, or an engine; the bytes do not depend on it.

    Raises
    ------
    ScenarioError
        When a scenario is impossible; the message names it.
    """
    engine = as_engine(workers)
    if len(levers) < 2 and engine.name == "processes":
        # To start processes takes longer than a baseline.
        engine = Engine()
    replicates = next(iter(baseline.values())).replicates
    stages = {
        name: _changed(baseline, name, each.drawn(seed, replicates))
        for name, each in levers.items()
    }
    drawn = [stage for stage in baseline if feedback is None or stage != FED_BACK]
    # A stage of a scenario is a piece of work of its own: what it leaves as it is, is the
    # baseline's, and pieces of unlike size are shared out more evenly than whole scenarios.
    pieces = [
        (name, stage)
        for name, inputs in stages.items()
        for stage in drawn
        if name == BASELINE or inputs[stage] is not baseline[stage]
    ]
    tasks = [
        (
            name,
            stages[name][stage],
            seed,
            f"{PURPOSE}/{stage}",
            None if name == BASELINE else baseline[stage],
        )
        for name, stage in pieces
    ]
    flows = dict(zip(pieces, engine.run(_piece, tasks), strict=True))
    wholes = [
        (
            _Given(area, label, opening, seed, name, stages[name], each, feedback),
            {
                stage: flows[(name, stage) if (name, stage) in flows else (BASELINE, stage)]
                for stage in drawn
            },
        )
        for name, each in levers.items()
    ]
    # Without a loop there is nothing left to simulate.
    made = list((Engine() if feedback is None else engine).run(_whole, wholes))
    first, *others = sorted(made, key=lambda each: each.scenarios[0] != BASELINE)
    return first.with_scenarios(*others) if others else first


def _changed(
    baseline: Mapping[str, StageInputs], name: str, levers: Levers
) -> Mapping[str, StageInputs]:
    with _named(name):
        return change_inputs(baseline, levers)


def _piece(
    name: str, inputs: StageInputs, seed: int, purpose: str, reference: StageInputs | None
) -> Flows:
    """A stage of a scenario."""
    with _named(name):
        return simulate_stage(inputs, seed, purpose, reference=reference)


@dataclass(frozen=True, slots=True)
class _Given:
    """A scenario, as it goes to a worker."""

    area: str
    label: str
    opening: str
    seed: int
    name: str
    inputs: Mapping[str, StageInputs]
    levers: Levers
    feedback: FeedbackOf | None


def _whole(given: _Given, flows: Mapping[str, Flows]) -> Projection:
    """A scenario put together; the stage that feedback acts on is simulated here."""
    with _named(given.name):
        return project_stages(
            given.inputs,
            area=given.area,
            opening_month=given.opening,
            seed=given.seed,
            scenario=given.name,
            given=flows,
            feedback=None if given.feedback is None else given.feedback(given.inputs, given.levers),
            acts_on=(FED_BACK,),
            source=given.label,
        )


@contextmanager
def _named(scenario: str) -> Iterator[None]:
    """Say in which scenario something is wrong."""
    try:
        yield
    except DataError as error:
        if scenario == BASELINE:
            raise
        raise ScenarioError(scenario, str(error)) from error
