"""The stages of a projection: calibrated beside one another, ready to be simulated together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.demand.calibration.jointly import beside_others
from riskmodel.demand.opening import left_behind
from riskmodel.demand.outlook import StageOutlook, stage_outlook
from riskmodel.demand.pooled.growth import children_in_growth
from riskmodel.demand.repeat_plans import repeats_of
from riskmodel.demand.simulation.changed import PLAN
from riskmodel.demand.teachers import correlations_for, moves_for
from riskmodel.demand.together import STAGES, drawn_together, positive_definite

if TYPE_CHECKING:
    from riskmodel.demand.calibration.result import Calibration
    from riskmodel.demand.exposure import Exposure
    from riskmodel.demand.learning import Learning
    from riskmodel.demand.pooled.learned import Learned
    from riskmodel.demand.sources import DemandSource
    from riskmodel.series import AuthorityPanel

__all__ = ["calibrated_together", "children_in", "stages_of"]

_LEAST = 0.05
"""Smallest eigenvalue of the correlations of moves: below, a few authorities would say that stages
move as one."""


def calibrated_together(
    source: DemandSource,
    opening: str,
    fitted: Mapping[str, tuple[Calibration, Learned]],
    panel: AuthorityPanel | Learning | None,
    seed: int,
) -> tuple[dict[str, tuple[Calibration, Learned]], list[str]]:
    """The calibrations, of stages long without figures beside those of the others, and sentences.

    A stage with a figure of its own less than a quarter before the opening keeps its calibration,
    to the last byte.
    """
    found, notes = dict(fitted), []
    order = [stage for stage in STAGES if stage in fitted]
    behind = {one: last for one, last in left_behind(source, opening).items() if one in order}
    correlations = moves_for(opening, panel, source.code) if behind else np.eye(len(STAGES))
    for stage, last in behind.items():
        names = [stage, *(other for other in order if other != stage)]
        places = [STAGES.index(name) for name in names]
        between = correlations[np.ix_(places, places)]
        own, *others = (fitted[name][0] for name in names)
        told = f"{stage}: no figure after {last}; its number at the end of {opening} is projected"
        beside = replace(own, moved=0.0)
        if between[0, 1:].any():
            beside = beside_others(own, others, positive_definite(between, _LEAST), seed)
            told += ", also from how the other stages moved since"
        found[stage] = beside, fitted[stage][1]
        notes.append(told)
    return found, notes


def stages_of(
    source: DemandSource,
    opening: str,
    fitted: Mapping[str, tuple[Calibration, Learned]],
    panel: AuthorityPanel | Learning | None,
    sizes: tuple[int, int, int],
) -> dict[str, StageOutlook]:
    """The inputs of each stage, with simulations ordered so that stages move together."""
    months, replicates, seed = sizes
    stages = {
        stage: stage_outlook(
            calibration,
            learned,
            months=months,
            replicates=replicates,
            seed=seed,
            population=source.population,
            beside=source.everything,
        )
        for stage, (calibration, learned) in fitted.items()
    }
    stages = drawn_together(stages, correlations_for(opening, panel, source.code), seed)
    if PLAN in stages:
        again = repeats_of(source.repeats, opening, *sizes)
        inputs = replace(stages[PLAN].inputs, repeats=again)
        stages[PLAN] = replace(stages[PLAN], inputs=inputs)
    people = source.people
    if people is None:
        return stages
    return {
        stage: replace(
            each,
            inputs=people.applied(
                each.inputs, stage, opening, seed, grown=children_in(each, people, opening)
            ),
        )
        for stage, each in stages.items()
    }


def children_in(outlook: StageOutlook, people: Exposure, opening: str) -> float:
    """The part of the growth carried forward that is growth of the children, log units a year."""
    past = people.past_growth(outlook.stage, opening)
    return children_in_growth(outlook.learned, outlook.growth, past)
