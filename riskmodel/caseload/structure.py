"""Teams, the cases they hold by status, and the workers who hold them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
import pandas as pd

from riskmodel.caseload.published import published_caseloads
from riskmodel.core.arrays import Bools, Floats
from riskmodel.core.result import Result
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Basis
from riskmodel.plausible import check_number
from riskmodel.published import load_table

__all__ = ["KINDS", "KIND_WORDS", "STATUSES", "Kind", "Structure", "Team", "published_structure"]

MOST_TEAMS = 2_000
"""Most teams of one service: more than any authority has. More would not fit into a laptop's
memory."""

STATUSES = ("child_protection_plan", "looked_after", "child_in_need_plan")
"""Statuses of a case, in the order in which work is taken up: protection first, child in need last.
They are stages of :data:`riskmodel.vocabulary.STAGES`; here each case has only one."""

Kind = Literal["family_support", "specialist", "disabled_children", "other"]
"""``family_support`` teams share the workforce that is modelled; ``specialist`` and
``disabled_children`` teams hold cases beside them; ``other`` holds the remaining children."""

KINDS: tuple[Kind, ...] = get_args(Kind)

KIND_WORDS: Mapping[Kind, str] = MappingProxyType(
    {
        "family_support": "social workers whose caseload is projected; it needs its workers",
        "specialist": "holds cases beside them, with workers of its own",
        "disabled_children": "holds the cases of disabled children, with workers of its own",
        "other": "the children of teams that are not modelled",
    }
)
"""Each kind of team in words."""


@dataclass(frozen=True, slots=True)
class Team:
    """One team.

    Parameters
    ----------
    name, area
        The team, and the area it belongs to; teams outside the areas say ``county``.
    kind
        See :data:`Kind`.
    child_protection_plan, looked_after, child_in_need_plan
        Open cases by status, unallocated ones among them; 0 or more. They need not be whole where
        an area's cases are spread evenly over its teams.
    unallocated
        Child in need cases without a worker, at most ``child_in_need_plan``.
    workers_low, workers_high
        Ends of the range of workers who hold these cases; NaN where not known.

    Raises
    ------
    DataError
        When a number is impossible; the message says which, and what is allowed.
    UnknownNameError
        When there is no such kind.
    """

    name: str
    area: str
    kind: Kind
    child_protection_plan: float
    looked_after: float
    child_in_need_plan: float
    unallocated: float = 0.0
    workers_low: float = math.nan
    workers_high: float = math.nan

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise DataError("a team needs a name", field="team")
        if self.kind not in KINDS:
            raise UnknownNameError("kind of team", self.kind, KINDS)
        for name in (*STATUSES, "unallocated"):
            value = getattr(self, name)
            check_number(value, "cases", whole=False, field=name)
        if self.unallocated > self.child_in_need_plan:
            raise DataError(
                f"{self.unallocated:g} unallocated child in need cases are more than the "
                f"{self.child_in_need_plan:g} there are",
                field="unallocated",
            )
        if math.isnan(self.workers_low) != math.isnan(self.workers_high):
            raise DataError("give both ends of the workers, or neither", field="workers")
        if self.workers_known and not (0 < self.workers_low <= self.workers_high):
            raise DataError(
                "workers must be above 0, the lower number first; got "
                f"{self.workers_low:g}..{self.workers_high:g}",
                field="workers",
            )
        if self.workers_known:
            most = self.workers_high
            check_number(most, "full-time equivalents", whole=False, field="workers")
        if self.kind == "family_support" and not self.workers_known:
            raise DataError(
                "a family support team needs its workers: the workforce starts from them",
                field="workers",
            )

    @property
    def workers_known(self) -> bool:
        """Whether the number of workers is known, at least as a range."""
        return not math.isnan(self.workers_low)

    @property
    def cases(self) -> float:
        """Open cases of every status."""
        return self.child_protection_plan + self.looked_after + self.child_in_need_plan

    def __str__(self) -> str:
        return f"{self.name} ({self.area}, {self.kind.replace('_', ' ')}): {self.cases:g} cases"


@dataclass(frozen=True, slots=True, repr=False)
class Structure(Result):
    """All teams of a service.

    Parameters
    ----------
    teams
        At least one of kind ``family_support``; names differ.
    source
        What it is based on, for logs and captions.
    basis
        ``published``, ``observed`` for an authority's own, ``assumed`` otherwise.
    """

    teams: tuple[Team, ...]
    source: str
    basis: Basis

    def __post_init__(self) -> None:
        if len(self.teams) > MOST_TEAMS:
            raise DataError(
                f"found {len(self.teams):,} teams; allowed: at most {MOST_TEAMS:,}. Put small ones "
                "together"
            )
        names = [team.name for team in self.teams]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DataError(f"the team {twice[0]!r} stands twice; give each its own name")
        if not self.family_support:
            raise DataError("a structure needs at least one team of kind family_support")
        if not any(team.cases for team in self.family_support):
            raise DataError("the family support teams hold no cases; caseloads need some")

    def __iter__(self) -> Iterator[Team]:
        return iter(self.teams)

    def __len__(self) -> int:
        return len(self.teams)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the teams, in order."""
        return tuple(team.name for team in self.teams)

    @property
    def areas(self) -> tuple[str, ...]:
        """Areas of the family support teams, each once, in order."""
        return tuple(dict.fromkeys(team.area for team in self.family_support))

    @property
    def family_support(self) -> tuple[Team, ...]:
        """The teams that share the workforce which is modelled."""
        return tuple(team for team in self.teams if team.kind == "family_support")

    @property
    def is_family_support(self) -> Bools:
        """Whether each team is one of them, shape (team,)."""
        return np.array([team.kind == "family_support" for team in self.teams])

    def counts(self) -> Floats:
        """Cases by status and team, shape (status, team), statuses as :data:`STATUSES`."""
        return np.array([[getattr(team, status) for team in self.teams] for status in STATUSES])

    def workers(self) -> Floats:
        """Both ends of each team's workers, shape (2, team); NaN where not known."""
        return np.array(
            [
                [team.workers_low for team in self.teams],
                [team.workers_high for team in self.teams],
            ]
        )

    def to_frame(self) -> pd.DataFrame:
        """A row for each team, with the columns that :func:`read_structure` reads."""
        return pd.DataFrame(
            [
                {
                    "team": team.name,
                    "area": team.area,
                    "kind": team.kind,
                    **{status: getattr(team, status) for status in STATUSES},
                    "unallocated": team.unallocated,
                    "workers_low": team.workers_low,
                    "workers_high": team.workers_high,
                    "basis": self.basis,
                }
                for team in self.teams
            ]
        )

    def summary(self) -> str:
        """What it is, in a sentence."""
        held = sum(team.cases for team in self.family_support)
        return (
            f"{len(self.family_support)} family support teams in {len(self.areas)} areas with "
            f"{held:,.0f} cases, {len(self.teams) - len(self.family_support)} other rows "
            f"({self.source}; {self.basis})"
        )


@cache
def published_structure() -> Structure:
    """The teams of paras 22-26, and the rest of the children of para 14.

    Notes
    -----
    Published: cases of the family support teams by area and status, numbers of teams, children of
    the child sexual exploitation team and of the disabled children's teams, children in each status
    in July 2015. Assumed: an area's cases and workers are spread evenly over its teams; the
    disabled children's teams hold child in need cases only (para 25 has every status, without a
    split), at the lowest number printed; cases of no named team are with other teams.

    Examples
    --------
    >>> print(published_structure().summary())
    7 family support teams in 3 areas with 1,493 cases, 5 other rows (report card paras 14 and
    22-26; published)
    """
    teams = [*_family_support_teams(), *_other_named_teams()]
    snapshots = load_table("activity_snapshots")
    rest = {
        status: float(snapshots.figure(row, "july_2015").interval.low)
        - sum(getattr(team, status) for team in teams)
        for status, row in zip(
            STATUSES, ("Child Protection", "Looked After", "Children in Need Plan"), strict=True
        )
    }
    teams.append(Team("other_teams", "county", "other", **rest))
    return Structure(tuple(teams), "report card paras 14 and 22-26", "published")


def _family_support_teams() -> Iterator[Team]:
    for area in published_caseloads():
        for number in range(area.teams):
            yield Team(
                f"{area.area}_{number + 1}",
                area.area,
                "family_support",
                area.child_protection_plan / area.teams,
                area.looked_after / area.teams,
                area.child_in_need_plan / area.teams,
                area.unallocated / area.teams,
                float(area.workers.low) / area.teams,
                float(area.workers.high) / area.teams,
            )


def _other_named_teams() -> Iterator[Team]:
    def said(statement: str) -> float:
        return float(load_table("statements").figure(statement).interval.low)

    caseload = load_table("statements").figure("kingfisher_mean_caseload").interval
    children = said("kingfisher_children")
    yield Team(
        "child_sexual_exploitation",
        "county",
        "specialist",
        said("kingfisher_children_on_plan"),
        said("kingfisher_children_in_care"),
        said("kingfisher_children_in_need_or_other"),
        workers_low=children / float(caseload.high),
        workers_high=children / float(caseload.low),
    )
    teams = int(said("disabled_children_teams"))
    for number in range(teams):
        yield Team(
            f"disabled_children_{number + 1}",
            "county",
            "disabled_children",
            0.0,
            0.0,
            said("disabled_children_worked_with") / teams,
        )
