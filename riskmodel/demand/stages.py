"""The stages of a projection, ready to be simulated together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from riskmodel.demand.outlook import StageOutlook, stage_outlook
from riskmodel.demand.pooled.growth import children_in_growth
from riskmodel.demand.repeat_plans import repeats_of
from riskmodel.demand.simulation.changed import PLAN
from riskmodel.demand.teachers import correlations_for
from riskmodel.demand.together import drawn_together

if TYPE_CHECKING:
    from riskmodel.demand.calibration.result import Calibration
    from riskmodel.demand.exposure import Exposure
    from riskmodel.demand.learning import Learning
    from riskmodel.demand.pooled.learned import Learned
    from riskmodel.demand.sources import DemandSource
    from riskmodel.series import AuthorityPanel

__all__ = ["children_in", "stages_of"]


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
