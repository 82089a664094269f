"""Puts rows into families: brothers and sisters share what concerns their parents, and the dates.

Rows are put together only where they agree in what a family shares (the outcome and the factors of
parents), so no factor moves and every count stays. Brothers and sisters have different ages, or are
twins. A share of the children has a second row in the year, for they were referred again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter

__all__ = ["birth_dates", "families", "in_order", "second_rows"]

IntArray = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]

ROUNDS = 40
LEAST_GAP_DAYS, MOST_GAP_DAYS = 10, 200
"""Between what is over and the next referral of a child in the year."""
APART_DAYS = 290
"""Between two births of a mother, at the least."""

LAST_AGE, LAST_WEEKS_DAYS = 17, 60
"""The last year of age, and days before the 18th birthday on which nothing begins any more."""

PREGNANCY_DAYS = 270
"""From a referral to a birth, at the most."""


def families(
    random: np.random.Generator, shared: IntArray, ages: IntArray, alone: npt.NDArray[np.bool_]
) -> IntArray:
    """The family of each row, numbered from 0 in order of its first row.

    Parameters
    ----------
    random
        The draws.
    shared
        Rows with different numbers are never of one family; shape (N,).
    ages
        Whole years, -1 for the unborn.
    alone
        Rows that make up a family by themselves.

    Notes
    -----
    Sizes are drawn and rows that agree are dealt into them. Where two of a family are of one age
    and no twins, or too far apart, the later one changes places with others of the same kind, until
    all fit; what does not fit after that is a family of one.
    """
    rows = np.flatnonzero(~alone)
    order = rows[np.lexsort((random.random(len(rows)), shared[rows]))]
    shares = np.array(parameter("family_size_shares").numbers)
    drawn = random.choice(len(shares), size=len(order), p=shares / shares.sum()) + 1
    number = np.searchsorted(np.cumsum(drawn), np.arange(len(order)), side="right")
    # A family does not go over the border between rows that do not agree.
    group = shared[order]
    is_new = np.append(True, (np.diff(number) > 0) | (np.diff(group) != 0))[: len(order)]
    number = np.cumsum(is_new) - 1
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
    return in_order(family)


def _misfits(number: IntArray, ages: IntArray, is_twin: npt.NDArray[np.bool_]) -> IntArray:
    """Places whose child is too near in age to the next younger of the family, or too far."""
    by_age = np.lexsort((ages, number))
    gaps = np.diff(ages[by_age])
    most = parameter("sibling_gap_years").value
    wrong = (np.diff(number[by_age]) == 0) & (((gaps < 1) & ~is_twin[by_age[1:]]) | (gaps > most))
    places: IntArray = by_age[1:][wrong]
    return places


def in_order(family: IntArray) -> IntArray:
    """Numbers from 0 in order of first appearance, the same for what is the same."""
    _, first, numbered = np.unique(family, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    numbers: IntArray = np.asarray(rank[numbered])
    return numbers


def second_rows(
    random: np.random.Generator,
    number: int,
    family: IntArray,
    alike: IntArray,
    may_come_first: npt.NDArray[np.bool_],
    may_come_second: npt.NDArray[np.bool_],
    over: npt.NDArray[np.float64],
    referred: IntArray,
) -> tuple[IntArray, IntArray]:
    """Rows that are the first and the second of one child, so many pairs or as many as there are.

    Parameters
    ----------
    random, number
        The draws, and the pairs wanted.
    family
        Families as :func:`families` gives them; only families of one are taken.
    alike
        Rows of one child agree in this number: sex, age, what concerns the parents.
    may_come_first, may_come_second
        Which rows can be either.
    over, referred
        Day number on which all of a row is over, and of its referral: the second row of a child
        is referred after the first is over, within the year.
    """
    left = np.flatnonzero((np.bincount(family)[family] == 1) & may_come_second)
    firsts, seconds, found = [], [], 0
    for _ in range(ROUNDS):
        order = left[np.lexsort((random.random(len(left)), alike[left]))]
        one, other = order[:-1:2], order[1::2]
        swap = referred[one] > referred[other]
        one, other = np.where(swap, other, one), np.where(swap, one, other)
        gap = referred[other] - over[one]
        fits = (alike[one] == alike[other]) & may_come_first[one]
        fits &= (gap > LEAST_GAP_DAYS) & (gap < MOST_GAP_DAYS)
        pairs = np.flatnonzero(fits)[: number - found]
        firsts.append(one[pairs])
        seconds.append(other[pairs])
        found += len(pairs)
        left = np.setdiff1d(left, np.concatenate([firsts[-1], seconds[-1]]))
        if found == number:
            break
    return np.concatenate(firsts), np.concatenate(seconds)


def birth_dates(
    random: np.random.Generator,
    family: IntArray,
    ages: IntArray,
    day: Days,
    since: Days,
) -> Days:
    """Dates of birth that give every age at its day, brothers and sisters well apart.

    Parameters
    ----------
    random
        The draws.
    family
        Of each row.
    ages
        Whole years at the day; -1 for a child who is born within five months after it.
    day
        When the ages hold; one of a family.
    since
        An earlier day, at which a child is born already and has its age; of the unborn the day of
        the referral, which does not come before the pregnancy.
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
