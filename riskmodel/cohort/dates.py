"""Dates in a cohort, from referral to plan start: on office days, with no jump in April."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import numpy.typing as npt

from riskmodel.census import first_day, reference_date
from riskmodel.cohort.dependence import assign
from riskmodel.cohort.working_days import days_of, moved
from riskmodel.parameters import parameter

__all__ = [
    "banded",
    "days_in_year",
    "family_dates",
    "months_since_april",
    "plan_month_shares",
    "referral_days",
]

IntArray = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
Streams = Callable[[str], np.random.Generator]


def banded(random: np.random.Generator, name: str, number: int) -> IntArray:
    """Whole numbers drawn by the shares of a parameter's bands, evenly within each band."""
    shares = np.array(parameter(f"{name}_shares").numbers)
    firsts = np.array(parameter(f"{name}_firsts").numbers, dtype=np.int64)
    bands = random.choice(len(shares), size=number, p=shares / shares.sum())
    return random.integers(firsts[bands], firsts[bands + 1])


def months_since_april(days: Days) -> IntArray:
    """0 for April to 11 for March."""
    found: IntArray = (days.astype("datetime64[M]").astype(np.int64) + 9) % 12
    return found


def plan_month_shares() -> npt.NDArray[np.float64]:
    """Share of plan starts in each month, April to March, from that of referrals."""
    shares = np.array(parameter("referral_month_shares").numbers)
    shares = shares * np.array(parameter("plan_start_month_ratios").numbers)
    found: npt.NDArray[np.float64] = shares / shares.sum()
    return found


def days_in_year(random: np.random.Generator, number: int, first: date, last: date) -> Days:
    """Office days between two dates, in each month in proportion to referrals, give or take two."""
    shares = np.array(parameter("referral_month_shares").numbers)
    return _spread_over(random, number, *_weighted(first, last, shares))


def _plan_days(random: np.random.Generator, number: int, first: date, last: date) -> Days:
    """Open days between two dates for plans: each month has its share, to one or two of them."""
    return _spread_over(random, number, *_weighted(first, last, plan_month_shares()))


def _spread_over(
    random: np.random.Generator, number: int, days: Days, weights: npt.NDArray[np.float64]
) -> Days:
    spread = (random.permutation(number) + random.random(number)) / max(number, 1)
    return days[np.searchsorted(np.cumsum(weights)[:-1], spread)]


def _weighted(
    first: date, last: date, shares: npt.NDArray[np.float64]
) -> tuple[Days, npt.NDArray[np.float64]]:
    """Open days between two dates, and the share that falls on each."""
    days = days_of(first, last)
    months = months_since_april(days)
    in_month = np.bincount(months, minlength=12)
    weights = (shares / np.maximum(in_month, 1))[months]
    return days, weights / weights.sum()


def referral_days(random: np.random.Generator, assessed: Days) -> Days:
    """Day of the referral that led to each assessment; a few are at weekends."""
    days = moved(assessed, -banded(random, "assessment_duration", len(assessed)))
    weekday = (days.astype(np.int64) + 3) % 7
    at_weekend = random.random(len(days)) < parameter("weekend_referral_share").value
    back = np.where(at_weekend, weekday + random.integers(1, 3, size=len(days)), 0)
    found: Days = days - back
    return found


def family_dates(
    streams: Streams, plan: npt.NDArray[np.bool_], sizes: IntArray, year: int
) -> dict[str, Days]:
    """Dates of each family, shared by its children; ``NaT`` for what did not happen.

    Parameters
    ----------
    streams
        The random generator of a name.
    plan
        Whether the children of a family started a plan, shape (F,).
    sizes
        Number of children in each family.
    year
        Census year.

    Notes
    -----
    The day of the conference is drawn first, over the whole year, and earlier dates are worked out
    from it backwards; early in April there is less time for them. So April does not have fewer plan
    starts for being the first month.
    """
    first, last = first_day(year), reference_date(year)
    number = len(plan)
    stage = _furthest(streams("furthest-stage"), plan, sizes)
    days = days_in_year(streams("assessment-day"), number, first, last)
    days[plan] = _plan_days(streams("plan-day"), int(plan.sum()), first, last)
    since = np.searchsorted(days_of(first, last), days)
    wait = np.minimum(banded(streams("enquiry_to_conference"), "conference_wait", number), since)
    low, high = (int(n) for n in parameter("assessment_to_enquiry_working_days").numbers)
    gap = streams("assessment_to_enquiry").integers(low, high + 1, size=number)
    has_conference = stage == 2
    enquiry = np.where(has_conference, moved(days, -wait), days)
    assessed = moved(enquiry, -np.minimum(gap, np.where(has_conference, since - wait, since)))
    nothing = np.datetime64("NaT", "D")
    return {
        "referral_date": referral_days(streams("referral_to_assessment"), assessed),
        "assessment_date": assessed,
        "section_47_date": np.where(stage >= 1, enquiry, nothing),
        "conference_date": np.where(has_conference, days, nothing),
        "plan_start_date": np.where(plan, days, nothing),
    }


def _furthest(
    random: np.random.Generator, plan: npt.NDArray[np.bool_], sizes: IntArray
) -> IntArray:
    """0 assessment, 1 enquiry, 2 conference; the published numbers of children without a plan."""
    stage = np.full(len(plan), 2)
    rows = np.flatnonzero(~plan)
    children = int(sizes[rows].sum())
    conferences = min(int(parameter("conferences_without_plan").value), children)
    enquiries = min(int(parameter("section_47_without_conference").value), children - conferences)
    totals = np.array([children - conferences - enquiries, enquiries, conferences])
    if len(rows):
        stage[rows] = assign(random, np.zeros((len(rows), 0)), totals, {}, sizes[rows])
    return stage
