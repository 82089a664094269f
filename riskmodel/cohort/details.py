"""Who the children are and when things happened: published where printed, assumed where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.lengths import plan_lengths
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter
from riskmodel.published import load_table
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DETAIL_BASIS", "add_details", "whole_shares"]

DETAIL_BASIS: Mapping[str, Basis] = {
    "child_id": "assumed",
    "gender": "assumed",
    "birth_date": "assumed",
    "area": "assumed",
    "referral_date": "assumed",
    "assessment_date": "assumed",
    "section_47_date": "assumed",
    "conference_date": "assumed",
    "plan_start_date": "assumed",
    "plan_end_date": "published",
    "category_of_abuse": "assumed",
    "previous_plans": "assumed",
    "child_in_need_plan_before": "published",
    "early_intervention_before": "published",
    "school_attendance": "published",
    "school_rating": "published",
}
"""What each column of details rests on. ``published``: its counts among children who started a
plan are printed (for plan ends: mean length and share over two years), while who has which is
assumed."""

AREAS = ("south", "central", "north")
CATEGORIES = ("neglect", "emotional", "physical", "sexual", "multiple")
RATINGS = ("outstanding", "good", "requires_improvement", "inadequate")
SCHOOL_AGES = (5, 15)

IntArray = npt.NDArray[np.int64]


def whole_shares(total: int, shares: Sequence[float]) -> IntArray:
    """Whole numbers in given proportions that add up to the total (largest remainders).

    Examples
    --------
    >>> whole_shares(630, [71, 29]).tolist()
    [447, 183]
    """
    exact = total * np.asarray(shares, dtype=float) / np.sum(shares)
    whole: IntArray = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def add_details(
    plan: npt.NDArray[np.bool_],
    neglect: npt.NDArray[np.bool_],
    *,
    year: int,
    seed: int,
    unit: str,
) -> pd.DataFrame:
    """Details of each assessment of one authority and year.

    Parameters
    ----------
    plan, neglect
        Whether it led to a plan, and whether neglect of the child was identified; shape (N,).
    year
        Census year: ends on 31 March of it.
    seed, unit
        Name the random streams, one a column: another column changes none of these.

    Returns
    -------
    pandas.DataFrame
        Columns of :data:`DETAIL_BASIS` without ``child_id``, one row an assessment, in order.
    """
    import pandas as pd

    draw = _Drawer(seed, unit)
    with_plan = np.flatnonzero(plan)
    without = np.flatnonzero(~plan)
    ages = np.zeros(len(plan), dtype=np.int64)
    ages[with_plan] = _ages(draw, "plan", len(with_plan))
    ages[without] = _ages(draw, "assessment", len(without))
    dates = _dates(draw, plan, with_plan, without, year)
    columns: dict[str, object] = {
        "gender": draw.labels("gender", ("female", "male"), len(plan), _girls_and_boys()),
        "birth_date": _birth_dates(draw, ages, dates),
        "area": _areas(draw, with_plan, without),
        **dates,
        "category_of_abuse": _categories(draw, with_plan, neglect),
        "previous_plans": _previous_plans(draw, len(plan), with_plan),
    }
    columns.update(_before_the_plan(draw, len(plan), with_plan))
    columns.update(_schools(draw, plan, ages))
    return pd.DataFrame(columns)


class _Drawer:
    """Random streams of one unit, one for each column."""

    def __init__(self, seed: int, unit: str) -> None:
        self._seed, self._unit = seed, unit

    def stream(self, column: str) -> np.random.Generator:
        return stream(self._seed, f"cohort/{column}/{self._unit}")

    def labels(
        self, column: str, labels: Sequence[object], number: int, shares: Sequence[float]
    ) -> npt.NDArray[np.object_]:
        """Labels in exact whole shares, in random order."""
        values = np.repeat(np.array(labels, dtype=object), whole_shares(number, shares))
        self.stream(column).shuffle(values)
        return values

    def days(self, column: str, number: int) -> IntArray:
        """Whole days, evenly between the two values of a parameter."""
        low, high = (int(value) for value in parameter(f"{column}_days").numbers)
        return self.stream(column).integers(low, high + 1, size=number)


def _girls_and_boys() -> tuple[float, float]:
    share = parameter("girls_share").value
    return share, 1 - share


def _ages(draw: _Drawer, kind: str, number: int) -> npt.NDArray[np.object_]:
    weights = parameter(f"{kind}_age_weights").numbers
    return draw.labels(f"{kind}-age", range(len(weights)), number, weights)


def _areas(draw: _Drawer, with_plan: IntArray, without: IntArray) -> npt.NDArray[np.object_]:
    """Areas in proportion to the teams' child protection and child in need cases (para 23)."""
    table = load_table("family_support_caseloads")
    values = np.empty(len(with_plan) + len(without), dtype=object)
    for name, rows, measure in (
        ("plan-area", with_plan, "Child Protection cases by area"),
        ("assessment-area", without, "Children in Need cases by area"),
    ):
        cases = [float(table.figure(measure, area).value or 0) for area in AREAS]
        values[rows] = draw.labels(name, AREAS, len(rows), cases)
    return values


def _dates(
    draw: _Drawer,
    plan: npt.NDArray[np.bool_],
    with_plan: IntArray,
    without: IntArray,
    year: int,
) -> dict[str, npt.NDArray[np.datetime64]]:
    """Referral to plan end: the assessment, and the plan it leads to, fall within the year."""
    number = len(plan)
    first = np.datetime64(f"{year - 1}-04-01", "D")
    last = np.datetime64(f"{year}-03-31", "D")
    to_enquiry = draw.days("assessment_to_enquiry", number)
    to_conference = draw.days("enquiry_to_conference", number)
    latest = (last - first).astype(int) - to_enquiry - to_conference
    assessed = first + (draw.stream("assessment-day").random(number) * (latest + 1)).astype(
        np.int64
    )
    order = draw.stream("furthest-stage").permutation(without)
    conferences = min(int(parameter("conferences_without_plan").value), len(without))
    enquiries = int(parameter("section_47_without_conference").value)
    had_conference = np.concatenate([with_plan, order[:conferences]])
    had_enquiry = np.concatenate([with_plan, order[: conferences + enquiries]])
    lengths = plan_lengths(len(with_plan)) if len(with_plan) else np.zeros(0, dtype=np.int64)
    draw.stream("plan-length").shuffle(lengths)
    conference = assessed + to_enquiry + to_conference
    return {
        "referral_date": assessed - draw.days("referral_to_assessment", number),
        "assessment_date": assessed,
        "section_47_date": _only(assessed + to_enquiry, had_enquiry),
        "conference_date": _only(conference, had_conference),
        "plan_start_date": _only(conference, with_plan),
        "plan_end_date": _scattered(number, with_plan, conference[with_plan] + lengths),
    }


def _birth_dates(
    draw: _Drawer, ages: IntArray, dates: Mapping[str, npt.NDArray[np.datetime64]]
) -> npt.NDArray[np.datetime64]:
    """Dates of birth, before referral, that give the age at plan start or else at assessment."""
    reference = np.where(
        np.isnat(dates["plan_start_date"]), dates["assessment_date"], dates["plan_start_date"]
    )
    months = reference.astype("datetime64[M]")
    day = (reference - months.astype("datetime64[D]")).astype(np.int64)
    birthday_month = months - 12 * ages
    month_length = (
        (birthday_month + 1).astype("datetime64[D]") - birthday_month.astype("datetime64[D]")
    ).astype(np.int64)
    # 29 February becomes the 28th in a year without one.
    birthday = birthday_month.astype("datetime64[D]") + np.minimum(day, month_length - 1)
    since_referral = (reference - dates["referral_date"]).astype(np.int64)
    earliest = np.where(ages == 0, since_referral, 0)
    spread = draw.stream("birthday").random(len(ages)) * (365 - earliest)
    born: npt.NDArray[np.datetime64] = birthday - earliest - spread.astype(np.int64)
    return born


def _categories(
    draw: _Drawer, with_plan: IntArray, neglect: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    """Category of abuse of each plan: neglect first to those where neglect was identified."""
    random = draw.stream("category")
    rows = random.permutation(with_plan)
    rows = rows[np.argsort(~neglect[rows], kind="stable")]
    values = np.full(len(neglect), None, dtype=object)
    counts = whole_shares(len(with_plan), parameter("category_shares").numbers)
    neglected, others = rows[: counts[0]], random.permutation(rows[counts[0] :])
    values[neglected] = CATEGORIES[0]
    values[others] = np.repeat(np.array(CATEGORIES[1:], dtype=object), counts[1:])
    return values


def _previous_plans(draw: _Drawer, number: int, with_plan: IntArray) -> pd.array:  # type: ignore[valid-type]  # pandas' constructor
    import pandas as pd

    share = parameter("repeat_plan_share").value
    values = np.full(number, np.nan)
    values[with_plan] = draw.labels("previous-plans", (1, 0), len(with_plan), (share, 1 - share))
    return pd.array(values, dtype="Int64")


def _before_the_plan(draw: _Drawer, number: int, with_plan: IntArray) -> dict[str, object]:
    """Known to a service in the six months before: printed for the 630 (para 15)."""
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


def _schools(
    draw: _Drawer, plan: npt.NDArray[np.bool_], ages: IntArray
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
    rating = np.full(len(plan), None, dtype=object)
    for name, column, flag in (
        ("plan-school", "child_protection_percent", True),
        ("assessment-school", "children_in_need_percent", False),
    ):
        rows = np.flatnonzero(at_school & (plan == flag))
        shares = [float(ratings.figure(key, column).value or 0) for key in ratings.keys]
        rating[rows] = draw.labels(name, RATINGS, len(rows), shares)
    return {"school_attendance": attendance, "school_rating": rating}


def _only(dates: npt.NDArray[np.datetime64], rows: IntArray) -> npt.NDArray[np.datetime64]:
    return _scattered(len(dates), rows, dates[rows])


def _scattered(
    number: int, rows: IntArray, dates: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.datetime64]:
    values = np.full(number, np.datetime64("NaT", "D"))
    values[rows] = dates
    return values
