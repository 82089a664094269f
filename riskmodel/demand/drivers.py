"""What changes an expected stock, in parts that add up, with the remainder shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from riskmodel.demand.implied import expected_stock
from riskmodel.demand.simulation.changed import SPECIALIST, change_inputs
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.levers import Levers

__all__ = ["course_drivers", "scenario_drivers"]


def course_drivers(
    inputs: StageInputs, month: int, as_many: StageInputs | None = None
) -> dict[str, float]:
    """The parts of the change of the baseline's expected stock from the opening to a month.

    Parameters
    ----------
    inputs
        Of the stage.
    month
        How many months after the opening, from 1.
    as_many
        The same for a constant number of children in the area, where starts follow a projection of
        the population.

    Returns
    -------
    dict
        ``opening``; ``starts_as_now``: the change if starts stay at the level of the first month;
        ``later_starts``: what their later change adds; ``lengths``: what durations that change by
        month of start add; with ``as_many`` these three are for a constant number of children, and
        ``population`` is what the change of that number adds; ``closing``. The parts add up to
        closing - opening. Means over the replicates.
    """
    if as_many is not None:
        parts = course_drivers(as_many, month)
        closing = _mean_stock(inputs, month)
        return parts | {"population": closing - parts["closing"], "closing": closing}
    mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, 0]
    level = replace(
        inputs,
        rates=np.repeat(inputs.rates[:, :1], inputs.months, axis=1),
        mean_days=mean,
    )
    steps = [
        float(inputs.opening.mean()),
        _mean_stock(level, month),
        _mean_stock(replace(inputs, mean_days=mean), month),
        _mean_stock(inputs, month),
    ]
    return {
        "opening": steps[0],
        "starts_as_now": steps[1] - steps[0],
        "later_starts": steps[2] - steps[1],
        "lengths": steps[3] - steps[2],
        "closing": steps[3],
    }


def scenario_drivers(stages: Mapping[str, StageInputs], levers: Levers, month: int) -> pd.DataFrame:
    """What each change of a scenario does to each expected stock, one at a time and together.

    Parameters
    ----------
    stages
        The baseline's inputs.
    levers
        The scenario's.
    month
        How many months after the opening, from 1.

    Returns
    -------
    pandas.DataFrame
        A row for each stage and each lever that changes demand, with the difference that it makes
        by itself; then ``together``, the difference that all make, and ``remainder``, together less
        the sum of the single ones. Columns: stage, lever, children.
    """
    before = {stage: _mean_stock(inputs, month) for stage, inputs in stages.items()}

    def difference(chosen: Levers) -> dict[str, float]:
        after = change_inputs(stages, chosen)
        return {
            stage: 0.0 if after[stage] is stages[stage] else _mean_stock(after[stage], month) - base
            for stage, base in before.items()
        }

    moved = [
        name
        for name in levers.changed
        if name in SPECIALIST or not name.startswith(("workforce.", "feedback."))
    ]
    single = {name: difference(levers.only([name])) for name in moved}
    together = difference(levers.only(moved))
    rows = []
    for stage in stages:
        alone = {name: made[stage] for name, made in single.items()}
        rows += [{"stage": stage, "lever": name, "children": made} for name, made in alone.items()]
        rows.append({"stage": stage, "lever": "together", "children": together[stage]})
        rest = together[stage] - sum(alone.values())
        rows.append({"stage": stage, "lever": "remainder", "children": rest})
    return pd.DataFrame(rows, columns=["stage", "lever", "children"])


def _mean_stock(inputs: StageInputs, month: int) -> float:
    lengths = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, :month]
    found = expected_stock(
        inputs.opening,
        inputs.rates[:, :month],
        lengths,
        inputs.shape,
        family=inputs.family,
        opening_survival=inputs.opening_survival,
    )
    return float(found[:, month - 1].mean())
