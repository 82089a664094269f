"""Details of the children and dates: published where printed, assumed where not.

Details that depend on the factors (age, sex, category of abuse) are added to rows whose factors
have been drawn already, see :mod:`riskmodel.cohort.dependence`, so no published count changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.census import reference_date
from riskmodel.cohort.dates import family_dates
from riskmodel.cohort.dependence import assign, profiles, whole_shares
from riskmodel.cohort.families import birth_dates, days_in_order, families, in_order, second_rows
from riskmodel.cohort.lengths import plan_lengths
from riskmodel.cohort.surroundings import Drawer, areas, before_the_plan, schools
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AGE_BAND_FIRSTS", "CATEGORIES", "DETAIL_BASIS", "add_details", "whole_shares"]

DETAIL_BASIS: Mapping[str, Basis] = {
    "child_id": "assumed",
    "family_id": "assumed",
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
"""Basis of each column of details. ``published``: its counts among children who started a plan are
printed (for plan ends: mean duration and share over two years), while which child has which is
assumed."""

CATEGORIES = ("neglect", "emotional", "physical", "sexual", "multiple")
SECOND_AGAIN = 3
"""Years of age from which a child can have had two plans before."""
AGE_BAND_FIRSTS = (-1, 0, 1, 5, 10, 16)
"""First year of age of each band of the profiles; -1 stands for the unborn."""
ALONE = ("child_uasc", "child_privately_fostered")
"""Factors of children who are assessed without brothers and sisters."""

IntArray = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]


def add_details(
    plan: Flags,
    flags: Flags,
    factors: Sequence[str],
    *,
    year: int,
    seed: int,
    unit: str,
    dependence: float | None = None,
) -> pd.DataFrame:
    """Details of each assessment of one authority and year.

    Parameters
    ----------
    plan, flags
        Whether it led to a plan, shape (N,), and its factors, shape (J, N).
    factors
        Their names.
    year
        Census year: ends on 31 March of it.
    seed, unit
        Name the random streams, one for each column, so that a further column changes none of the
        others.
    dependence
        Power of the profiles; the parameter of that name where it is not given.

    Returns
    -------
    pandas.DataFrame
        Columns of :data:`DETAIL_BASIS`, one row for each assessment, in order. ``child_id`` and
        ``family_id`` number from 1.
    """
    import pandas as pd

    draw = Drawer(seed, unit)
    strength = parameter("dependence").value if dependence is None else dependence
    ages = _ages(draw, plan, flags, factors, strength)
    pairs = _same_children(draw, plan, flags, factors, ages)
    unit_rows = _Families.of(draw, plan, flags, factors, ages, np.concatenate(pairs))
    dates = unit_rows.spread(family_dates(draw.stream, *unit_rows.plan_and_sizes(plan), year))
    dates, (first, second) = _in_time(draw, unit_rows, pairs, dates)
    assessed, started = dates["assessment_date"], dates["plan_start_date"]
    when = np.where(np.isnat(started), assessed, started)
    since = np.where(ages <= 0, dates["referral_date"], when)
    born = birth_dates(draw.stream("birthday"), unit_rows.family, ages, when, since)
    again = birth_dates(
        draw.stream("birthday-again"), np.arange(len(second)), ages[second], when[second],
        np.where(ages[second] == 0, dates["referral_date"][first], when[first]),
    )  # fmt: skip
    born[first] = born[second] = again
    alike = np.arange(len(plan))
    alike[second] = first
    unit_rows.family[second] = unit_rows.family[first]
    is_known = born <= np.datetime64(reference_date(year), "D")
    gender = _genders(draw, flags, factors, strength, is_known, in_order(alike))
    ends = (
        dates["plan_start_date"]
        + unit_rows.spread(
            {"days": _plan_days(draw, unit_rows, plan, born, dates["plan_start_date"], year)}
        )["days"]
    )
    columns: dict[str, object] = {
        "child_id": in_order(alike) + 1,
        "family_id": in_order(unit_rows.family) + 1,
        "gender": gender,
        "birth_date": born,
        "area": areas(draw, in_order(unit_rows.family), plan),
        **dates,
        "plan_end_date": ends,
        "category_of_abuse": _categories(draw, unit_rows, plan, flags, factors, strength),
        "previous_plans": _previous_plans(draw, unit_rows, plan, ages),
    }
    columns.update(before_the_plan(draw, len(plan), np.flatnonzero(plan)))
    columns.update(schools(draw, plan, ages, in_order(alike)))
    return pd.DataFrame(columns)


class _Families:
    """The families of one unit: of each row its family, and of each family its first row."""

    def __init__(self, family: IntArray) -> None:
        self.family = family
        self.numbered = family.copy()
        self.sizes = np.bincount(family).astype(np.int64)

    @classmethod
    def of(
        cls,
        draw: Drawer,
        plan: Flags,
        flags: Flags,
        factors: Sequence[str],
        ages: IntArray,
        twice: IntArray,
    ) -> _Families:
        alone = _without_family(flags, factors)
        alone[twice] = True
        shared = _shared(plan, flags, factors)
        return cls(families(draw.stream("family"), shared, ages, alone))

    def plan_and_sizes(self, plan: Flags) -> tuple[Flags, IntArray]:
        return self.mean(plan[:, None])[:, 0] > 0, self.sizes

    def mean(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        """Mean over the children of each family; shape (F, columns)."""
        sums = [np.bincount(self.numbered, values[:, j]) for j in range(values.shape[1])]
        return np.array(sums).T / self.sizes[:, None]

    def spread(self, values: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        """Values of families, given to each of their rows."""
        return {name: column[self.numbered] for name, column in values.items()}


def _without_family(flags: Flags, factors: Sequence[str]) -> Flags:
    rows = [values for name, values in zip(factors, flags, strict=True) if name in ALONE]
    return np.asarray(np.any([np.zeros(flags.shape[1], dtype=bool), *rows], axis=0))


def _shared(plan: Flags, flags: Flags, factors: Sequence[str]) -> IntArray:
    """A number for each combination of what brothers and sisters have in common."""
    number = plan.astype(np.int64)
    for name, values in zip(factors, flags, strict=True):
        if name.startswith("parent_"):
            number = number * 2 + values
    return number


def _ages(
    draw: Drawer, plan: Flags, flags: Flags, factors: Sequence[str], strength: float
) -> IntArray:
    """Whole years of each row, -1 for the unborn: exact shares, by the factors of the row."""
    ages = np.zeros(len(plan), dtype=np.int64)
    profile = profiles("age_profile_", factors, strength)
    firsts = np.array(AGE_BAND_FIRSTS)
    for kind, is_plan, unborn in zip(
        ("plan", "assessment"), (True, False), parameter("unborn_share").numbers, strict=True
    ):
        rows = np.flatnonzero(plan == is_plan)
        weights = np.array(parameter(f"{kind}_age_weights").numbers)
        by_year = whole_shares(len(rows), weights)
        before = round(int(by_year[0]) * unborn)
        by_year = np.append(before, by_year)
        by_year[1] -= before
        bands = np.searchsorted(firsts, np.arange(-1, len(weights)), side="right") - 1
        totals = np.bincount(bands, by_year, minlength=len(firsts)).astype(np.int64)
        if not len(rows):
            continue
        random = draw.stream(f"{kind}-age")
        band = assign(random, flags[:, rows].T, totals, profile)
        for number in range(len(firsts)):
            inside = np.flatnonzero(bands == number)
            years = np.repeat(inside - 1, by_year[inside])
            ages[rows[band == number]] = random.permutation(years)
    return ages


def _genders(
    draw: Drawer,
    flags: Flags,
    factors: Sequence[str],
    strength: float,
    is_known: Flags,
    child: IntArray,
) -> npt.NDArray[np.object_]:
    """Girls and boys in exact shares of those born by the end of the year; None for the others."""
    rows = np.flatnonzero(is_known)
    share = parameter("girls_share").value
    totals = whole_shares(len(rows), (share, 1 - share))
    profile = profiles("sex_profile_", factors, strength)
    _, of, sizes = np.unique(child[rows], return_inverse=True, return_counts=True)
    shares = np.array([np.bincount(of, each[rows], minlength=len(sizes)) for each in flags]).T
    drawn = assign(draw.stream("gender"), shares / sizes[:, None], totals, profile, sizes)
    values = np.full(len(is_known), None, dtype=object)
    values[rows] = np.array(("female", "male"), dtype=object)[drawn[of]]
    return values


def _same_children(
    draw: Drawer, plan: Flags, flags: Flags, factors: Sequence[str], ages: IntArray
) -> tuple[IntArray, IntArray]:
    """Pairs of rows that are one child's: a referral that ended with its assessment, and a later.

    The second may lead to a plan, the first does not.
    """
    alike = _shared(np.zeros_like(plan), flags, factors) * 32 + ages
    may = (ages >= 0) & ~_without_family(flags, factors)
    wanted = round(len(plan) * parameter("second_assessment_share").value)
    return second_rows(draw.stream("second"), wanted, alike, may & ~plan, may)


def _in_time(
    draw: Drawer, unit_rows: _Families, pairs: tuple[IntArray, IntArray], dates: dict[str, Days]
) -> tuple[dict[str, Days], tuple[IntArray, IntArray]]:
    """Dates by which the first of each pair is over before the second begins, and such pairs.

    Children without brothers and sisters for whom as much was decided change dates.
    """
    first, second = pairs
    passed = [dates[name] for name in ("assessment_date", "section_47_date", "conference_date")]
    kind = sum((~np.isnat(days)).astype(np.int64) for days in (*passed, dates["plan_start_date"]))
    single = np.flatnonzero(unit_rows.sizes[unit_rows.numbered] == 1)
    others = np.setdiff1d(single, np.concatenate(pairs))
    over = np.fmax.reduce(passed).astype(np.int64)
    of, fits = days_in_order(
        draw.stream("second-days"), first, second, others, np.asarray(kind), over,
        dates["referral_date"].astype(np.int64),
    )  # fmt: skip
    return {name: days[of] for name, days in dates.items()}, (first[fits], second[fits])


def _plan_days(
    draw: Drawer, unit_rows: _Families, plan: Flags, born: Days, start: Days, year: int
) -> IntArray:
    """Days that the plan of each family lasts: nobody stays on it after turning 18."""
    eldest = np.full(len(unit_rows.sizes), np.datetime64("2200-01-01", "D"))
    np.minimum.at(eldest, unit_rows.numbered, born)
    has_plan, sizes = unit_rows.plan_and_sizes(plan)
    starts = np.full(len(sizes), np.datetime64("2000-01-01", "D"))
    starts[unit_rows.numbered] = start
    months = eldest.astype("datetime64[M]")
    adult = (months + 12 * 18).astype("datetime64[D]") + (eldest - months.astype("datetime64[D]"))
    most = np.where(has_plan, (adult - starts).astype(np.int64) - 1, 0)
    days = np.zeros(len(sizes), dtype=np.int64)
    days[has_plan] = plan_lengths(
        draw.stream("plan-length"), sizes[has_plan], most[has_plan], starts[has_plan],
        reference_date(year),
    )  # fmt: skip
    return days


def _categories(
    draw: Drawer,
    unit_rows: _Families,
    plan: Flags,
    flags: Flags,
    factors: Sequence[str],
    strength: float,
) -> npt.NDArray[np.object_]:
    """Category of abuse of each plan, by the factors of the family's children.

    Plans for sexual abuse are too few for whole families: they are given to the children whom it
    concerns. Brothers and sisters have the category of the family, but for some of whom it is
    decided by themselves.
    """
    values = np.full(len(plan), None, dtype=object)
    rows = np.flatnonzero(plan)
    totals = whole_shares(len(rows), parameter("category_shares").numbers)
    profile = profiles("category_profile_", factors, strength)
    alone = CATEGORIES.index("sexual")
    others = np.delete(np.arange(len(CATEGORIES)), alone)
    left = max(int(totals[others].sum()), 1)
    of_two = {
        j: np.array([r[others] @ totals[others] / left, r[alone]]) for j, r in profile.items()
    }
    two = np.array([len(rows) - totals[alone], totals[alone]])
    is_alone = assign(draw.stream("category-sexual"), flags[:, rows].T, two, of_two) == 1
    rest = rows[~is_alone]
    unit = unit_rows.numbered[rest].copy()
    own = draw.stream("category-own").random(len(rest)) < parameter("own_category_share").value
    unit[own] = len(plan) + np.flatnonzero(own)
    family, of = np.unique(unit, return_inverse=True)
    sizes = np.bincount(of, minlength=len(family)).astype(np.int64)
    shares = np.array([np.bincount(of, each[rest], minlength=len(family)) for each in flags]).T
    rates = {j: r[others] for j, r in profile.items()}
    random = draw.stream("category")
    drawn = assign(random, shares / sizes[:, None], totals[others], rates, sizes)
    values[rows[is_alone]] = CATEGORIES[alone]
    values[rest] = np.array(CATEGORIES, dtype=object)[others[drawn[of]]]
    return values


def _previous_plans(
    draw: Drawer, unit_rows: _Families, plan: Flags, ages: IntArray
) -> pd.api.extensions.ExtensionArray:
    """Earlier plans of each child with one: those of a family alike, none of a child under 1."""
    import pandas as pd

    can = plan & (ages >= 1)
    sizes = np.bincount(unit_rows.numbered, can, minlength=len(unit_rows.sizes)).astype(np.int64)
    share, third = (parameter(name).value for name in ("repeat_plan_share", "second_repeat_share"))
    repeats = min(int(whole_shares(int(plan.sum()), (share, 1 - share))[0]), int(can.sum()))
    more = round(repeats * third)
    totals = np.array([int(can.sum()) - repeats, repeats - more, more])
    random = draw.stream("previous-plans")
    drawn = assign(random, np.zeros((len(sizes), 0)), totals, {}, sizes)
    values = np.full(len(plan), np.nan)
    # Two plans take longer than an infant has lived.
    most = np.select([ages < 1, ages < SECOND_AGAIN], [0, 1], default=2)
    values[plan] = np.minimum(drawn[unit_rows.numbered], most)[plan]
    return pd.array(values, dtype="Int64")
