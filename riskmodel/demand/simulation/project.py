"""Several stages together, as a projection."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from riskmodel.demand.simulation.inputs import Flows, StageInputs
from riskmodel.demand.simulation.stepping import Feedback, simulate_with_feedback
from riskmodel.demand.simulation.stock_flow import simulate_stage
from riskmodel.errors import DataError
from riskmodel.projection import BASELINE, Projection

__all__ = ["PURPOSE", "project_stages"]

PURPOSE = "demand"
"""Streams of a projection are named ``demand/`` and the stage."""


def project_stages(  # noqa: PLR0913  each is a word of the question
    stages: Mapping[str, StageInputs],
    *,
    area: str,
    opening_month: str,
    seed: int,
    scenario: str = BASELINE,
    reference: Mapping[str, StageInputs] | None = None,
    given: Mapping[str, Flows] | None = None,
    feedback: Feedback | None = None,
    acts_on: Collection[str] | None = None,
    source: str = "",
) -> Projection:
    """Simulate stages and put them together.

    Parameters
    ----------
    stages
        What each stage is simulated from, by its name in :data:`riskmodel.vocabulary.STAGES`.
    area
        Whose they are.
    opening_month
        ``YYYY-MM``; the opening stock is that at its end.
    seed
        The user's seed. A stage's children depend only on seed and stage: another stage, or another
        scenario, changes nothing.
    scenario
        Name of the scenario.
    reference
        Stages of the baseline, if these are a scenario's: both share their random numbers, so that
        their difference is not noise. Combine them with
        :meth:`~riskmodel.projection.Projection.with_scenarios`.
    given
        Flows of stages that were simulated before, which are used as they are.
    feedback
        From the stocks of a month to multipliers, see
        ``riskmodel.demand.simulation.stepping.Feedback``. A stage that it acts on has no reference,
        because its children are simulated month by month.
    acts_on
        Stages that feedback acts on; None means all. The others give the same bytes as without it.
    source
        What it is based on.

    Raises
    ------
    DataError
        When stages differ in replicates or months, or a scenario cannot share random numbers with
        its reference.
    """
    shapes = {each.rates.shape for each in stages.values()}
    if len(shapes) != 1:
        raise DataError(
            "stages of one projection need the same replicates and months; got "
            f"{', '.join(str(each) for each in sorted(shapes)) or 'no stage'}"
        )
    if reference is not None and list(reference) != list(stages):
        raise DataError(
            f"a scenario has the stages of its baseline, {', '.join(reference)}; got "
            f"{', '.join(stages)}"
        )
    looped = set() if feedback is None else set(stages if acts_on is None else acts_on)
    flows: dict[str, Flows] = {}
    for name, inputs in stages.items():
        if name in looped:
            continue
        if given is not None and name in given:
            flows[name] = given[name]
        else:
            base = None if reference is None else reference[name]
            flows[name] = simulate_stage(inputs, seed, f"{PURPOSE}/{name}", reference=base)
    if feedback is not None:
        flows = simulate_with_feedback(stages, feedback, seed=seed, purpose=PURPOSE, given=flows)
    starts, ends, stock = (
        np.stack([getattr(each, name) for each in flows.values()], axis=-1)[None]
        for name in ("starts", "ends", "stock")
    )
    opening = np.stack([each.opening for each in stages.values()], axis=-1)
    return Projection(
        area,
        (scenario,),
        tuple(stages),
        opening_month,
        opening.astype(np.int32),
        starts,
        ends,
        stock,
        source,
    )
