"""Group rows into families: brothers and sisters share factors of parents, and dates.

Only rows that agree in what a family shares (the outcome and the factors of parents) are put
together, so no factor is changed and every count stays. Brothers and sisters have different ages,
or are twins. Some children have a second row in the year, because they were referred again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter

__all__ = ["birth_dates", "days_in_order", "families", "in_order", "second_rows"]

IntArray = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]

ROUNDS = 40
LEAST_GAP_DAYS, MOST_GAP_DAYS = 10, 200
"""The fewest days between the end of one referral's events and a child's next referral."""
APART_DAYS = 290
"""The fewest days between two births of a mother."""

LAST_AGE, LAST_WEEKS_DAYS = 17, 60
"""The last year of age, and days before the 18th birthday on which nothing new begins."""

PREGNANCY_DAYS = 270
"""The most days from a referral to a birth."""


def families(
    random: np.random.Generator, shared: IntArray, ages: IntArray, alone: npt.NDArray[np.bool_]
) -> IntArray:
    """The family of each row, numbered from 0 in order of its first row.

    Parameters
    ----------
    random
        Generator.
    shared
        Rows with different numbers are never in one family; shape (N,).
    ages
        Whole years, -1 for the unborn.
    alone
        Rows that make up a family by themselves.

    Notes
    -----
    The number of families of each size follows from its share. They are made of rows that agree,
    large families first. If two children of a family have the same age but are not twins, or are
    too far apart in age, the later one changes places with others of the same kind. Rows that do
    not fit after that become families of one, and families of one are joined until the right number
    have several children.
    """
    rows = np.flatnonzero(~alone)
    order = rows[np.lexsort((random.random(len(rows)), shared[rows]))]
    group = np.unique(shared[order], return_inverse=True)[1]
    weights = np.array(parameter("family_size_shares").numbers)
    number_of = len(shared) * weights / (weights @ np.arange(1, len(weights) + 1))
    number = _dealt(random, np.bincount(group), np.round(number_of).astype(np.int64))
    is_twin = random.random(len(order)) < parameter("twin_share").value
    for _ in range(ROUNDS):
        wrong = _misfits(number, ages[order], is_twin)
        if not len(wrong):
            break
        others = random.integers(0, len(order), size=len(wrong))
        places = np.unique(np.concatenate([wrong, others]))
        into = places[np.lexsort((random.random(len(places)), group[places]))]
        order[places[np.argsort(group[places], kind="stable")]] = order[into]
    wrong = _misfits(number, ages[order], is_twin)
    number[wrong] = len(order) + np.arange(len(wrong))
    family = np.arange(len(shared)) + 2 * len(order)
    family[order] = number
    _, first, sizes = np.unique(family, return_index=True, return_counts=True)
    share = 1 - weights[0] / weights.sum()
    # Joining two makes one more with several children, and one family fewer.
    missing = round((share * len(sizes) - np.count_nonzero(sizes > 1)) / (1 + share))
    single = first[sizes == 1]
    most = parameter("sibling_gap_years").value

    def fit(one: IntArray, other: IntArray) -> npt.NDArray[np.bool_]:
        gap = np.abs(ages[one] - ages[other])
        return np.asarray((gap > 0) & (gap <= most))

    one, other = _pairs(random, max(missing, 0), single[~alone[single]], shared, fit)
    family[other] = family[one]
    return in_order(family)


def _dealt(random: np.random.Generator, rows: IntArray, wanted: IntArray) -> IntArray:
    """The family of each row, in order of groups: as many of each size as wanted, if they fit.

    Parameters
    ----------
    random
        Generator.
    rows
        Of each group; shape (G,).
    wanted
        Families of 1, 2, ... children. What is left over are families of one.
    """
    left, made = rows.copy(), np.zeros((len(rows), len(wanted)), dtype=np.int64)
    for size in range(len(wanted), 1, -1):
        room = np.repeat(np.arange(len(rows)), left // size)
        chosen = random.choice(room, min(int(wanted[size - 1]), len(room)), replace=False)
        made[:, size - 1] = np.bincount(chosen, minlength=len(rows))
        left -= size * made[:, size - 1]
    made[:, 0] = left
    sizes = np.repeat(np.tile(np.arange(1, len(wanted) + 1), len(rows)), made.ravel())
    number: IntArray = np.repeat(np.arange(len(sizes)), sizes)
    return number


def _pairs(
    random: np.random.Generator,
    number: int,
    rows: IntArray,
    alike: IntArray,
    fit: Callable[[IntArray, IntArray], npt.NDArray[np.bool_]],
) -> tuple[IntArray, IntArray]:
    """Pairs of rows that agree in a number and fit, each row in one: so many, or as many as are."""
    ones, others, found = [rows[:0]], [rows[:0]], 0
    for turn in range(ROUNDS):
        order = rows[np.lexsort((random.random(len(rows)), alike[rows]))][turn % 2 :]
        one, other = order[:-1:2], order[1::2]
        fitting = np.flatnonzero((alike[one] == alike[other]) & fit(one, other))
        chosen = random.permutation(fitting)[: number - found]
        ones.append(one[chosen])
        others.append(other[chosen])
        found += len(chosen)
        if found == number:
            break
        rows = np.setdiff1d(rows, np.concatenate([one[chosen], other[chosen]]))
    return np.concatenate(ones), np.concatenate(others)


def _misfits(number: IntArray, ages: IntArray, is_twin: npt.NDArray[np.bool_]) -> IntArray:
    """Places whose child is too near in age to the next younger of the family, or too far."""
    by_age = np.lexsort((ages, number))
    gaps = np.diff(ages[by_age])
    most = parameter("sibling_gap_years").value
    wrong = (np.diff(number[by_age]) == 0) & (((gaps < 1) & ~is_twin[by_age[1:]]) | (gaps > most))
    places: IntArray = by_age[1:][wrong]
    return places


def in_order(family: IntArray) -> IntArray:
    """Numbers from 0 in order of first appearance; equal values have the same number."""
    _, first, numbered = np.unique(family, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    numbers: IntArray = np.asarray(rank[numbered])
    return numbers


def second_rows(
    random: np.random.Generator,
    number: int,
    alike: IntArray,
    may_come_first: npt.NDArray[np.bool_],
    may_come_second: npt.NDArray[np.bool_],
) -> tuple[IntArray, IntArray]:
    """Pairs of rows that are the first and the second of one child, as many as wanted or possible.

    Parameters
    ----------
    random, number
        The draws, and the pairs wanted.
    alike
        Rows of one child agree in this number, which stands for age and factors of parents.
    may_come_first, may_come_second
        Which rows can be first and which second; a row that can come first can come second.
    """
    rows = np.flatnonzero(may_come_second)
    return _pairs(random, number, rows, alike, lambda one, _: may_come_first[one])


def days_in_order(
    random: np.random.Generator,
    first: IntArray,
    second: IntArray,
    others: IntArray,
    kind: IntArray,
    over: IntArray,
    referred: IntArray,
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Exchange dates of rows until each child's second referral comes after the first is over.

    Parameters
    ----------
    random
        Generator.
    first, second
        Pairs of rows, each a family of one.
    others
        Further families of one.
    kind
        The kind of each row; rows of one kind can exchange dates.
    over, referred
        Day number on which everything in a row is over, and that of its referral.

    Returns
    -------
    tuple
        For each row the one whose dates it now has; and which pairs are in order.
    """
    of = np.arange(len(kind))

    def in_order_now() -> npt.NDArray[np.bool_]:
        gap = referred[of[second]] - over[of[first]]
        return np.asarray((gap > LEAST_GAP_DAYS) & (gap < MOST_GAP_DAYS))

    for _ in range(ROUNDS):
        fits = in_order_now()
        if fits.all():
            break
        wrong = np.concatenate([first[~fits], second[~fits]])
        further = random.choice(others, min(len(wrong), len(others)), replace=False)
        rows = np.concatenate([wrong, further])
        into = rows[np.lexsort((random.random(len(rows)), kind[rows]))]
        of[rows[np.argsort(kind[rows], kind="stable")]] = of[into]
    return of, in_order_now()


def birth_dates(
    random: np.random.Generator,
    family: IntArray,
    ages: IntArray,
    day: Days,
    since: Days,
) -> Days:
    """Dates of birth that give each age at its day, with brothers and sisters far enough apart.

    Parameters
    ----------
    random
        Generator.
    family
        Of each row.
    ages
        Whole years at the day; -1 for a child who is born within five months after it.
    day
        Day on which the ages are right; the same for a family.
    since
        An earlier day, on which a child is already born and has the same age; for the unborn the
        day of the referral, which does not come before the pregnancy.
    """
    order = np.lexsort((ages, family))
    within = np.arange(len(order)) - np.searchsorted(family[order], family[order])
    born = np.full(len(ages), np.datetime64("NaT", "D"))
    spread = random.random(len(ages))
    most_unborn = int(parameter("unborn_at_most_days").value)
    latest_of = np.full(int(family.max(initial=-1)) + 1, np.datetime64("2100-01-01", "D"))
    twin_of = np.full(len(latest_of), -2)
    for rank in range(int(within.max(initial=-1)) + 1):
        rows = order[within == rank]
        age, when = ages[rows], day[rows]
        latest = _years_before(since[rows], np.maximum(age, 0))
        unborn = np.minimum(when + most_unborn, since[rows] + PREGNANCY_DAYS)
        latest = np.where(age < 0, unborn, latest)
        earliest = np.where(age < 0, when + 1, _years_before(when, age + 1) + 1)
        # No plan starts within weeks of turning 18.
        earliest = np.where(age == LAST_AGE, earliest + LAST_WEEKS_DAYS, earliest)
        is_twin = (twin_of[family[rows]] == age) & (rank > 0)
        bound = latest_of[family[rows]]
        latest = np.minimum(latest, np.where(is_twin, bound + APART_DAYS, bound))
        room = np.maximum((latest - earliest).astype(np.int64), 0) + 1
        drawn = latest - (spread[rows] * room).astype(np.int64)
        drawn = np.where(is_twin, bound + APART_DAYS, drawn)
        born[rows] = drawn
        latest_of[family[rows]] = drawn - APART_DAYS
        twin_of[family[rows]] = age
    return born


def _years_before(day: Days, years: IntArray) -> Days:
    """The day of the same date so many years before; 29 February becomes the 28th."""
    months = day.astype("datetime64[M]")
    date = (day - months.astype("datetime64[D]")).astype(np.int64)
    earlier = months - 12 * years
    length = ((earlier + 1).astype("datetime64[D]") - earlier.astype("datetime64[D]")).astype(
        np.int64
    )
    found: Days = earlier.astype("datetime64[D]") + np.minimum(date, length - 1)
    return found
