"""What several analyses share: the council's own projection, and scenarios from its draws."""

from __future__ import annotations

from dataclasses import replace

from riskmodel.demand.projecting import Outlook, project
from riskmodel.demand.sources import published_source
from riskmodel.parameters import remembered
from riskmodel.projection import BASELINE, months_between
from riskmodel.scenarios.reading import library_scenario

__all__ = ["published_outlook", "under"]


@remembered
def published_outlook(last: str, replicates: int, seed: int) -> Outlook:
    """The published tables projected to a month, the baseline alone; once in each process."""
    source = published_source()
    opening = max(
        each.month
        for observations in source.observations.values()
        for each in observations
        if each.counted == "stock"
    )
    return project(source, months=months_between(opening, last), replicates=replicates, seed=seed)


def under(outlook: Outlook, scenario: str) -> Outlook:
    """The same with a scenario of the library beside the baseline, from the same draws."""
    if scenario == BASELINE:
        return outlook
    made = outlook.projection
    levers = library_scenario(scenario).levers(made.opening_month, len(made.months))
    return replace(
        outlook,
        projection=outlook.simulate({scenario: levers}),
        levers={**outlook.levers, scenario: levers},
    )
