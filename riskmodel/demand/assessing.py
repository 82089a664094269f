"""Assessments under way, in addition to the projected stages: how many begin, end and lead on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE
from riskmodel.streams import uniforms

if TYPE_CHECKING:
    from riskmodel.demand.projecting import Outlook

__all__ = ["Assessed", "Assessing", "assessing"]

_YEAR = 12
_LEADS_TO = ("child_protection_plan", "child_in_need_plan")
"""Stages that an assessment leads to; the one that always follows an assessment comes first."""

_LEVERS = ("population_0_17", "conversion.referral_to_assessment")
"""Levers that change the number of assessments; later links change what they lead to."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """How many assessments an authority completes.

    Parameters
    ----------
    a_year
        Assessments in a year, 1 or more.
    source
        The year, and where they are counted.

    Raises
    ------
    DataError
        When there are none.
    """

    a_year: int
    source: str

    def __post_init__(self) -> None:
        if self.a_year < 1:
            raise DataError(f"found {self.a_year} assessments a year; allowed: 1 or more")


@dataclass(frozen=True, slots=True, eq=False)
class Assessing:
    """Assessments under way in one scenario, each array of shape (simulation, month).

    Parameters
    ----------
    begun
        In the month.
    before, after
        Under way at its beginning and at its end: before + begun - ended = after.
    ended
        In the month, of those under way at its beginning.
    """

    begun: Floats
    before: Floats
    after: Floats
    ended: Floats

    def led_to(self, starting: Mapping[str, Floats]) -> dict[str, Floats]:
        """How many of those that ended led to each stage.

        Parameters
        ----------
        starting
            Children who start in each stage and are not known to come from elsewhere.

        Notes
        -----
        A protection plan follows an assessment, as in the statutory guidance. The other assessments
        lead to a child in need plan as far as one starts, and otherwise to no plan. If there are
        fewer assessments than starts, the rest of the children come from outside.
        """
        left, found = self.ended, {}
        for stage in _LEADS_TO:
            if stage in starting:
                found[stage] = np.minimum(left, starting[stage])
                left = left - found[stage]
        return found


def assessing(outlook: Outlook, scenario: str) -> Assessing | None:
    """Assessments under way in a scenario; None where their number is not known.

    Notes
    -----
    As many begin in a year as were last counted, with more in months in which more plans start in
    that simulation of the baseline. Of those under way at the beginning of a month, the share 1 / m
    ends in it, where m is the mean duration in months. If a begin and end in a month, a m are under
    way (Little's law). m is drawn once in each simulation from the range of ``assessment_days``.
    """
    counted, projection = outlook.source.assessed, outlook.projection
    stages = [stage for stage in _LEADS_TO if stage in projection.stages]
    if counted is None or not stages:
        return None
    starts = sum(projection.of("starts", BASELINE, stage).astype(np.float64) for stage in stages)
    usual = np.mean(np.asarray(starts)[:, :_YEAR])
    level = counted.a_year / _YEAR * np.divide(starts, usual if usual else 1.0)
    low, high = parameter("assessment_days").numbers
    drawn = uniforms(outlook.seed, "assessments/days", projection.replicates)
    months = (low + (high - low) * drawn) / DAYS_A_MONTH
    levers = outlook.levers[scenario].drawn(*outlook.draws)
    begun = np.asarray(level)
    for name in _LEVERS if scenario != BASELINE else ():
        begun = begun * levers.apply(name)
    before, ended = np.empty_like(begun), np.empty_like(begun)
    under_way = np.asarray(level)[:, :_YEAR].mean(axis=1) * months
    for month in range(begun.shape[1]):
        before[:, month], ended[:, month] = under_way, under_way / months
        under_way = under_way - ended[:, month] + begun[:, month]
    return Assessing(begun, before, before - ended + begun, ended)
