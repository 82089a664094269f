"""How details of a cohort depend on each other: as assumed, and as found in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.ages import ages_in_years
from riskmodel.assessments import PLAN, Assessments
from riskmodel.cohort.dates import months_since_april, plan_month_shares
from riskmodel.cohort.dependence import profiles, wanted_shares
from riskmodel.cohort.details import AGE_BAND_FIRSTS, CATEGORIES
from riskmodel.cohort.lengths import BANDS, band_shares, days_shares, shares_by_band
from riskmodel.cohort.working_days import office_days
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["measure_structure"]

Row = tuple[str, float | None, float, str]
LONGEST_DAYS = 6600
MONDAY, FRIDAY = 0, 4
_UNDER_TEN = len(AGE_BAND_FIRSTS) - 2


def measure_structure(cohort: Assessments, *, dependence: float | None = None) -> pd.DataFrame:
    """Each dependence, as assumed and as found; left out where the table lacks its columns.

    Parameters
    ----------
    cohort
        One authority and year.
    dependence
        Power of the profiles to compare with; the parameter of that name where it is None.

    Returns
    -------
    pandas.DataFrame
        Columns measure, assumed, found (percent, unless the measure names a unit), basis.
    """
    import pandas as pd

    strength = parameter("dependence").value if dependence is None else dependence
    frame = cohort.frame
    rows = [
        row
        for needed, measure in _MEASURES
        if needed <= set(frame.columns)
        for row in measure(cohort, strength)
    ]
    found = pd.DataFrame(rows, columns=["measure", "assumed", "found", "basis"])
    return found.round({"assumed": 1, "found": 1})


def _ages(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Whole years when the plan started, or else at the assessment."""
    when = frame["plan_start_date"].fillna(frame["assessment_date"])
    return ages_in_years(frame["birth_date"].to_numpy(), when.to_numpy())


def _flags(cohort: Assessments) -> npt.NDArray[np.bool_]:
    return cohort.frame[list(cohort.factors)].to_numpy(dtype=bool)


def _by_class(
    cohort: Assessments,
    kind: str,
    classes: npt.NDArray[np.int64],
    number: int,
    wanted: slice,
    words: str,
    strength: float,
) -> Iterator[Row]:
    """Share of some classes among the rows with each factor, within each outcome as it was made."""
    flags, plan = _flags(cohort), cohort.frame[PLAN].to_numpy(dtype=bool)
    for place, profile in profiles(f"{kind}_profile_", cohort.factors, strength).items():
        has = flags[:, place] & (classes >= 0)
        if not has.any():
            continue
        expected = 0.0
        for outcome in (True, False):
            inside = (plan == outcome) & (classes >= 0)
            totals = np.bincount(classes[inside], minlength=number)
            share = wanted_shares(totals, profile)[wanted].sum() if len(totals) else 0.0
            expected += float(share) * float((has & inside).sum())
        order = np.arange(number)[wanted]
        found = float(np.isin(classes[has], order).mean())
        name = f"{cohort.factors[place]}: {words}"
        yield name, 100 * expected / float(has.sum()), 100 * found, "assumed"


def _age_rows(cohort: Assessments, strength: float) -> Iterator[Row]:
    ages = _ages(cohort.frame)
    bands = np.searchsorted(AGE_BAND_FIRSTS, np.nan_to_num(ages, nan=-99), side="right") - 1
    yield from _by_class(
        cohort, "age", bands, len(AGE_BAND_FIRSTS), slice(0, _UNDER_TEN), "under 10", strength
    )
    plans = cohort.frame[PLAN].to_numpy(dtype=bool)
    weights, unborn = parameter("plan_age_weights").numbers, parameter("unborn_share").value
    share = 100 * unborn * weights[0] / sum(weights)
    yield "plans that start before birth", share, 100 * float((ages[plans] < 0).mean()), "assumed"


def _sex_rows(cohort: Assessments, strength: float) -> Iterator[Row]:
    words = cohort.frame["gender"].to_numpy(dtype=object)
    classes = np.where(words == "female", 0, np.where(words == "male", 1, -1))
    yield from _by_class(cohort, "sex", classes, 2, slice(0, 1), "girls", strength)


def _category_rows(cohort: Assessments, strength: float) -> Iterator[Row]:
    words = cohort.frame["category_of_abuse"].to_numpy(dtype=object)
    classes = np.full(len(words), -1)
    for number, category in enumerate(CATEGORIES):
        classes[words == category] = number
    for number, category in enumerate(CATEGORIES[:-1]):
        for row in _by_class(
            cohort, "category", classes, len(CATEGORIES), slice(number, number + 1),
            f"plan for {category}", strength,
        ):  # fmt: skip
            if category.split("_")[0] in row[0].split(":")[0]:
                yield row


def _family_rows(cohort: Assessments, _: float) -> Iterator[Row]:
    frame = cohort.frame
    children = frame.drop_duplicates("child_id")
    sizes = children.groupby("family_id").size().to_numpy()
    shares = np.array(parameter("family_size_shares").numbers)
    many = 100 * float((sizes > 1).mean())
    # Two rows of one child were two families of one before they were put together.
    second = int(frame["child_id"].duplicated().sum())
    share = (1 - shares[0] / shares.sum()) * (len(sizes) + second) / len(sizes)
    yield "families with several children", 100 * float(share), many, "assumed"
    parental = [name for name in cohort.factors if name.startswith("parent_")]
    differing = frame.groupby("family_id")[parental].nunique().gt(1).any(axis=1)
    yield (
        "families whose children differ in a parent's factor",
        0.0,
        100 * float(differing.mean()),
        "assumed",
    )
    if "category_of_abuse" in frame:
        plans = frame[frame[PLAN]].groupby("family_id")["category_of_abuse"]
        several = plans.nunique()[plans.size() > 1]
        yield (
            "families with several plans whose categories differ",
            None,
            100 * float(several.gt(1).mean()) if len(several) else 0.0,
            "assumed",
        )
    again = 100 * float(frame["child_id"].duplicated().mean())
    share = 100 * parameter("second_assessment_share").value
    yield "assessments that are a child's second of the year", share, again, "assumed"


def _day_rows(cohort: Assessments, _: float) -> Iterator[Row]:
    frame = cohort.frame
    days = frame[["assessment_date", "conference_date", "plan_start_date"]].to_numpy().ravel()
    days = days[~np.isnat(days)].astype("datetime64[D]")
    closed = ~np.is_busday(days, busdaycal=office_days())
    yield (
        "assessments, conferences and starts on closed days",
        0.0,
        100 * float(closed.mean()),
        "assumed",
    )
    for name, words in (("plan_start_date", "start"), ("plan_end_date", "end")):
        if name in frame and frame[name].notna().any():
            on = frame[name].dropna().dt.day_of_week.isin((MONDAY, FRIDAY))
            yield (
                f"plans that {words} on a Monday or Friday",
                40.0,
                100 * float(on.mean()),
                "assumed",
            )
    months = frame["plan_start_date"].dropna().dt.month.to_numpy()
    shares = plan_month_shares()
    for number, name in ((4, "April"), (11, "November"), (3, "March")):
        share = 100 * float((months == number).mean())
        yield f"plan starts in {name}", 100 * float(shares[number - 4]), share, "assumed"


def _duration_rows(cohort: Assessments, _: float) -> Iterator[Row]:
    plans = cohort.frame[cohort.frame[PLAN]]
    days = (plans["plan_end_date"] - plans["plan_start_date"]).dt.days.dropna()
    if len(days) < len(plans):
        return  # a return leaves out the ends after its year: the short ones would be too many
    length = np.asarray(days, dtype=np.int64)
    found = shares_by_band(length)
    for (words, *_rest), expected, share in zip(BANDS, band_shares(), found, strict=True):
        yield f"plans that last {words}", 100 * float(expected), 100 * float(share), "observed (D7)"
    stock = np.array(parameter("plan_stock_shares").numbers)
    edges = np.array([0, *(band[1] for band in BANDS[1:]), LONGEST_DAYS])
    # The plans that are open on 31 March, had as many started in each month of every year.
    before = np.datetime64("2015-03-31") - np.arange(LONGEST_DAYS)
    starts = plan_month_shares()[months_since_april(before)]
    reached = np.append(0, np.cumsum(starts))
    inside = np.diff(reached[np.minimum(length[:, None], edges)], axis=1).sum(axis=0)
    for (words, *_rest), expected, days_there in zip(BANDS, stock, inside, strict=True):
        name = f"on a plan for {words} at 31 March, where as many start every year"
        share = 100 * float(days_there / max(inside.sum(), 1))
        yield name, 100 * float(expected / stock.sum()), share, "observed (D5)"
    found_near, near = (_ends_at_reviews(days) for days in (length, _DAYS))
    shares = np.concatenate(
        [part * days_shares(number) for number, part in enumerate(band_shares())]
    )
    assumed, share = 100 * float(shares[near].sum()), 100 * float(found_near.mean())
    yield "plans that end about when a review is due", assumed, share, "assumed"


_DAYS = np.concatenate([np.arange(low, high + 1) for _, low, high in BANDS])
_NEAR_DAYS = 5
"""Days by which an end can be moved to an office day."""


def _ends_at_reviews(days: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    due = np.array(parameter("review_days").numbers)
    least = due - parameter("review_early_days").value - _NEAR_DAYS
    near = (days[:, None] >= least) & (days[:, None] <= due + _NEAR_DAYS)
    return np.asarray(near.any(axis=1), dtype=bool)


def _repeat_rows(cohort: Assessments, _: float) -> Iterator[Row]:
    plans = cohort.frame[cohort.frame[PLAN]]
    again = plans["previous_plans"].fillna(0).to_numpy(dtype=float) > 0
    share = 100 * parameter("repeat_plan_share").value
    yield "plans that are not the first", share, 100 * float(again.mean()), "observed (D3)"
    infants = _ages(plans) < 1
    yield (
        "of children under 1, not the first",
        0.0,
        100 * float(again[infants].mean()) if infants.any() else 0.0,
        "assumed",
    )


_WHO = {"birth_date", "plan_start_date", "assessment_date"}
_MEASURES: tuple[tuple[set[str], Callable[[Assessments, float], Iterator[Row]]], ...] = (
    (_WHO, _age_rows),
    ({"gender"}, _sex_rows),
    ({"category_of_abuse"}, _category_rows),
    ({"family_id", "child_id"}, _family_rows),
    ({"assessment_date", "conference_date", "plan_start_date"}, _day_rows),
    ({"plan_start_date", "plan_end_date"}, _duration_rows),
    ({"previous_plans", *_WHO}, _repeat_rows),
)
