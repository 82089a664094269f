"""The printed caseloads of para 23 worked out again, and the workers that follow, as ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor
from typing import Literal

import pandas as pd

from riskmodel.core.result import Result
from riskmodel.errors import UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.published import Figure, load_table

__all__ = ["AREAS", "AreaCaseload", "PublishedCaseloads", "Reading", "published_caseloads"]

AREAS = ("south", "central", "north")
"""The areas of para 22, in printed order."""

Reading = Literal["exact", "rounded", "cut off", "neither"]
"""How a printed whole number was made from its quotient."""

_TABLE = "family_support_caseloads"


@dataclass(frozen=True, slots=True)
class AreaCaseload:
    """What para 23 prints about one area, and what follows from it.

    Parameters
    ----------
    area
        ``south``, ``central`` or ``north``.
    child_protection_plan, looked_after, child_in_need_plan
        Cases of the family support teams by status.
    unallocated
        Child in need cases without a worker; they are part of the cases.
    cases
        Printed total.
    teams
        Number of teams (para 22).
    team_caseload
        Printed cases a team.
    mean_caseload
        Printed mean of the workers.
    """

    area: str
    child_protection_plan: int
    looked_after: int
    child_in_need_plan: int
    unallocated: int
    cases: int
    teams: int
    team_caseload: Figure
    mean_caseload: Figure

    @property
    def sum_of_statuses(self) -> int:
        """Cases added up over the statuses."""
        return self.child_protection_plan + self.looked_after + self.child_in_need_plan

    @property
    def cases_per_team(self) -> Fraction:
        """Cases over teams, exact."""
        return Fraction(self.cases, self.teams)

    @property
    def team_caseload_reading(self) -> Reading:
        """Which rule gives the printed cases a team: 208.5 rounds to 209, 192.67 is cut to 192."""
        return _reading(self.cases_per_team, Fraction(self.team_caseload.reading))

    @property
    def workers(self) -> Interval:
        """Workers that follow from the printed mean: 22 was at least 21.5 and less than 22.5."""
        return self.cases / Interval.rounded(self.mean_caseload.reading)

    @property
    def workers_as_printed(self) -> Fraction:
        """Cases over the printed mean taken as exact."""
        return Fraction(self.cases) / Fraction(self.mean_caseload.reading)


@dataclass(frozen=True, slots=True, repr=False)
class PublishedCaseloads(Result):
    """The three areas together."""

    areas: tuple[AreaCaseload, ...]
    mean: Figure
    mean_year_before: Figure
    ambition: Figure
    range: Figure
    highest: Figure

    def __iter__(self) -> Iterator[AreaCaseload]:
        return iter(self.areas)

    def area(self, name: str) -> AreaCaseload:
        """One area.

        Raises
        ------
        UnknownNameError
            When there is none of that name.
        """
        for found in self.areas:
            if found.area == name:
                return found
        raise UnknownNameError("area", name, [each.area for each in self.areas])

    @property
    def cases(self) -> int:
        """Cases of all areas: 1,493."""
        return sum(area.cases for area in self.areas)

    @property
    def unallocated(self) -> int:
        """Child in need cases without a worker, all areas."""
        return sum(area.unallocated for area in self.areas)

    @property
    def workers(self) -> Interval:
        """Workers in all, as an interval."""
        return sum((area.workers for area in self.areas), Interval.exactly(0))

    @property
    def workers_as_printed(self) -> Fraction:
        """Workers in all with the printed means taken as exact: about 76."""
        return sum((area.workers_as_printed for area in self.areas), Fraction(0))

    @property
    def mean_caseload(self) -> Interval:
        """Cases over workers, as a range; it contains the printed 20 if part of it rounds to 20."""
        return self.cases / self.workers

    @property
    def mean_as_printed(self) -> Fraction:
        """Cases over :attr:`workers_as_printed`: 19.65."""
        return self.cases / self.workers_as_printed

    def workers_at(self, caseload: int | Fraction) -> Fraction:
        """Case-holding workers at a caseload: 106.6 at 14."""
        return self.cases / Fraction(caseload)

    def to_frame(self) -> pd.DataFrame:
        """A row for each area and one for all: as printed, as worked out again, and the workers."""
        rows: list[dict[str, object]] = [
            {
                "area": area.area,
                "cases_printed": area.cases,
                "cases_rebuilt": area.sum_of_statuses,
                "teams": area.teams,
                "team_caseload_printed": area.team_caseload.value,
                "team_caseload_rebuilt": float(area.cases_per_team),
                "team_caseload_reading": area.team_caseload_reading,
                "mean_caseload_printed": area.mean_caseload.value,
                "workers_low": float(area.workers.low),
                "workers_high": float(area.workers.high),
                "unallocated": area.unallocated,
                "basis": "published",
            }
            for area in self.areas
        ]
        rows.append(
            {
                "area": "all",
                "cases_printed": None,
                "cases_rebuilt": self.cases,
                "teams": sum(area.teams for area in self.areas),
                "team_caseload_printed": None,
                "team_caseload_rebuilt": float(
                    Fraction(self.cases, sum(area.teams for area in self.areas))
                ),
                "team_caseload_reading": "",
                "mean_caseload_printed": self.mean.value,
                "workers_low": float(self.workers.low),
                "workers_high": float(self.workers.high),
                "unallocated": self.unallocated,
                "basis": "published",
            }
        )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """What it is, in a sentence."""
        return (
            f"{self.cases:,} cases of the family support teams over "
            f"{float(self.workers.low):.1f} to {float(self.workers.high):.1f} workers: "
            f"{float(self.mean_as_printed):.2f} each, {self.unallocated} child in need cases "
            "unallocated (published)"
        )


@cache
def published_caseloads() -> PublishedCaseloads:
    """The caseloads of paras 22-24 and of the minutes of May 2016, printed and worked out again.

    Examples
    --------
    >>> print(published_caseloads().summary())
    1,493 cases of the family support teams over 74.1 to 78.0 workers: 19.65 each, 61 child in
    need cases unallocated (published)
    """
    table, statements = load_table(_TABLE), load_table("statements")

    def count(measure: str, area: str) -> int:
        return int(table.figure(measure, area).interval.low)

    areas = tuple(
        AreaCaseload(
            area,
            count("Child Protection cases by area", area),
            count("Looked after cases in family support teams by area", area),
            count("Children in Need cases by area", area),
            count("Unallocated Children in need cases", area),
            count("Total family support caseload by area", area),
            int(statements.figure(f"family_support_teams_{area}").interval.low),
            table.figure("Family support team caseload", area),
            table.figure("Average caseload by worker", area),
        )
        for area in AREAS
    )
    return PublishedCaseloads(
        areas,
        statements.figure("family_support_mean_caseload"),
        statements.figure("family_support_mean_caseload_year_before"),
        statements.figure("family_support_caseload_ambition_maximum"),
        statements.figure("family_support_caseload_range"),
        statements.figure("highest_social_worker_caseload"),
    )


def _reading(exact: Fraction, printed: Fraction) -> Reading:
    if exact == printed:
        return "exact"
    if floor(exact + Fraction(1, 2)) == printed:
        return "rounded"
    return "cut off" if floor(exact) == printed else "neither"
