"""What each change of a scenario does by itself, and what several do together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from riskmodel.authority.measures import Question
from riskmodel.caseload import plan
from riskmodel.caseload.scenario_workforce import workforces
from riskmodel.demand.projecting import Outlook
from riskmodel.engines import Engine
from riskmodel.projection import BASELINE

__all__ = ["REMAINDER", "TOGETHER", "attributed", "each_alone", "finite"]

TOGETHER, REMAINDER = "together", "remainder"

_MOST_REPLICATES = 2048
"""Most replicates of the attribution, where each change is simulated by itself: four whole
blocks."""

_ATTRIBUTION = ("scenario", "against", "measure", "month", "change", "difference", "basis")


def attributed(
    outlook: Outlook, by: str, names: Sequence[str], values: Mapping[str, Mapping[str, float]]
) -> pd.DataFrame:
    """What each change does by itself, what they do together, and the remainder: a row for each."""
    rows: list[tuple[object, ...]] = []
    for name in names:
        changed = outlook.levers[name].changed
        for measure, base in values[BASELINE].items() if changed else ():
            alone = {lever: values[f"{name} {lever}"][measure] - base for lever in changed}
            together = values[f"{name} {TOGETHER}"][measure] - base
            parts = {**alone, TOGETHER: together, REMAINDER: together - sum(alone.values())}
            rows += [
                (name, BASELINE, measure, by, part, finite(value), "projected")
                for part, value in parts.items()
            ]
    return pd.DataFrame(rows, columns=pd.Index(_ATTRIBUTION))


def each_alone(
    outlook: Outlook, question: Question, names: Sequence[str], workers: int | Engine
) -> dict[str, dict[str, float]]:
    """Typical measures of the baseline, and of each change of each scenario by itself."""
    levers = {BASELINE: outlook.levers[BASELINE]}
    for name in names:
        own = outlook.levers[name]
        if own.changed:
            levers |= {f"{name} {lever}": own.only([lever]) for lever in own.changed}
            levers[f"{name} {TOGETHER}"] = own
    if len(levers) == 1:
        return {}
    projection = outlook.simulate(
        levers,
        replicates=min(outlook.projection.replicates, _MOST_REPLICATES),
        workers=workers,
    )
    forces = workforces(levers, question.workforce, (outlook.seed, projection.replicates))
    found = plan(projection, question.structure, forces, outlook.seed)
    made = {}
    for name in levers:
        values = question.measure(projection, found, forces, levers, name)
        made[name] = {
            measure: question.typical(measure, value) for measure, value in values.items()
        }
    return made


def finite(value: float) -> float | None:
    """The number, or None if it is not finite."""
    return value if np.isfinite(value) else None
