"""The published tables projected under a scenario of the library."""

from __future__ import annotations

from dataclasses import replace

from riskmodel.core.months import months_between
from riskmodel.demand.opening import opening_of
from riskmodel.demand.projecting import Outlook, project
from riskmodel.demand.sources import published_source
from riskmodel.parameters import remembered
from riskmodel.projection import BASELINE
from riskmodel.scenarios.reading import library_scenario

__all__ = ["library_outlook"]


def library_outlook(scenario: str, last: str, replicates: int, seed: int) -> Outlook:
    """The baseline and a scenario of the library, with the same random numbers.

    Parameters
    ----------
    scenario
        Of the library, or ``baseline`` for the baseline alone.
    last
        The last month, as ``2020-03``.
    replicates, seed
        As for :func:`riskmodel.demand.projecting.project`.

    Notes
    -----
    The baseline is projected once in each process for the same months, replicates and seed.
    """
    outlook = _baseline(last, replicates, seed)
    if scenario == BASELINE:
        return outlook
    base = outlook.projection
    levers = library_scenario(scenario).levers(base.opening_month, len(base.months))
    return replace(
        outlook,
        projection=outlook.simulate({scenario: levers}),
        levers={**outlook.levers, scenario: levers},
    )


@remembered
def _baseline(last: str, replicates: int, seed: int) -> Outlook:
    source = published_source()
    months = months_between(opening_of(source), last)
    return project(source, months=months, replicates=replicates, seed=seed)
