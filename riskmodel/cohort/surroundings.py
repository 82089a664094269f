"""Surroundings of a child: area, services before the plan, school; as printed, where printed.

A child has one school and a family one area, whatever each assessment led to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.dependence import assign, whole_shares
from riskmodel.published import load_table
from riskmodel.streams import stream

__all__ = ["Drawer", "areas", "before_the_plan", "schools"]

AREAS = ("south", "central", "north")
RATINGS = ("outstanding", "good", "requires_improvement", "inadequate")
SCHOOL_AGES = (5, 15)

IntArray = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Drawer:
    """Random streams of one unit, one for each column."""

    def __init__(self, seed: int, unit: str) -> None:
        self._seed, self._unit = seed, unit

    def stream(self, column: str) -> np.random.Generator:
        """The generator of a column."""
        return stream(self._seed, f"cohort/{column}/{self._unit}")

    def labels(
        self, column: str, labels: Sequence[object], number: int, shares: Sequence[float]
    ) -> npt.NDArray[np.object_]:
        """Labels in exact whole shares, in random order."""
        values = np.repeat(np.array(labels, dtype=object), whole_shares(number, shares))
        self.stream(column).shuffle(values)
        return values


def areas(draw: Drawer, family: IntArray, plan: Flags) -> npt.NDArray[np.object_]:
    """Areas in proportion to their teams' child protection and child in need cases (para 23)."""
    table = load_table("family_support_caseloads")
    shares = [
        [float(table.figure(f"{cases} cases by area", area).value or 0) for area in AREAS]
        for cases in ("Child Protection", "Children in Need")
    ]
    everyone = np.ones(len(plan), dtype=bool)
    return _by_outcome(draw, "area", family, plan, everyone, AREAS, shares)


def _by_outcome(
    draw: Drawer,
    name: str,
    unit: IntArray,
    plan: Flags,
    inside: Flags,
    labels: Sequence[str],
    shares: Sequence[Sequence[float]],
) -> npt.NDArray[np.object_]:
    """A label for each unit, family or child: exact shares among its plans, then among the others.

    A unit with a plan has its label from there in its other rows too.
    """
    values = np.full(len(plan), None, dtype=object)
    place = np.full(int(unit.max(initial=-1)) + 1, -1)
    for kind, flag, wished in zip(("plan", "assessment"), (True, False), shares, strict=True):
        rows = np.flatnonzero(inside & (plan == flag))
        sizes = np.bincount(unit[rows], minlength=len(place)).astype(np.int64)
        given, free = place >= 0, np.flatnonzero((place < 0) & (sizes > 0))
        left = whole_shares(len(rows), wished)
        left = left - np.bincount(place[given], sizes[given], minlength=len(labels))
        totals = whole_shares(int(sizes[free].sum()), np.maximum(left, 1e-9))
        random = draw.stream(f"{kind}-{name}")
        place[free] = assign(random, np.zeros((len(free), 0)), totals, {}, sizes[free])
    values[inside] = np.array(labels, dtype=object)[place[unit[inside]]]
    return values


def before_the_plan(draw: Drawer, number: int, with_plan: IntArray) -> dict[str, object]:
    """Whether known to a service in the six months before: printed for the 630 plans (para 15)."""
    import pandas as pd

    statements = load_table("statements")
    started = int(statements.figure("plans_started_2014_15").value or 0)
    found: dict[str, object] = {}
    for column, statement in (
        ("child_in_need_plan_before", "plans_started_after_child_in_need_plan"),
        ("early_intervention_before", "plans_started_known_to_early_intervention"),
    ):
        known = float(statements.figure(statement).value or 0)
        values = np.full(number, None, dtype=object)
        values[with_plan] = draw.labels(
            column, (True, False), len(with_plan), (known, started - known)
        )
        found[column] = pd.array(values, dtype="boolean")
    return found


def schools(
    draw: Drawer, plan: npt.NDArray[np.bool_], ages: IntArray, child: IntArray
) -> dict[str, npt.NDArray[np.object_]]:
    """Attendance and school rating of children of school age (para 15)."""
    statements, ratings = load_table("statements"), load_table("school_ratings")
    full = float(statements.figure("plans_started_full_school_attendance_percent").value or 0)
    high = float(statements.figure("plans_started_school_attendance_over_85_percent").value or 0)
    at_school = (ages >= SCHOOL_AGES[0]) & (ages <= SCHOOL_AGES[1])
    attendance = np.full(len(plan), None, dtype=object)
    rows = np.flatnonzero(at_school & plan)
    attendance[rows] = draw.labels(
        "attendance",
        ("100%", "over 85%", "85% or less"),
        len(rows),
        (full, high - full, 100 - high),
    )
    shares = [
        [float(ratings.figure(key, f"{kind}_percent").value or 0) for key in ratings.keys]
        for kind in ("child_protection", "children_in_need")
    ]
    rating = _by_outcome(draw, "school", child, plan, at_school, RATINGS, shares)
    return {"school_attendance": attendance, "school_rating": rating}
