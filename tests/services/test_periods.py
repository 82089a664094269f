"""Months joined over releases that follow one another: no difference between two tells of few."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.disclosure import Policy
from riskmodel.services.periods import joined, untold

LATE_AFTER = 3
"""Months from the start."""


def states(seed: int, number: int) -> list[dict[str, tuple[int, int, int]]]:
    """In time, late and not yet due by month of the start, as months are added one by one."""
    random = np.random.default_rng(seed)
    starts = np.sort(random.integers(0, 9, int(random.integers(40, 200))))
    ends = starts + random.integers(0, 6, len(starts))
    found = []
    for now in range(9 - number, 9):
        each = {}
        for month in range(now + 1):
            took = np.minimum(ends, now)[starts == month] - month
            over = ends[starts == month] <= now
            late = took > LATE_AFTER
            counts = (over & ~late).sum(), late.sum(), (~over & ~late).sum()
            each[f"2014-{month + 1:02}"] = tuple(map(int, counts))
        found.append(each)
    return found


def unions(periods: dict[str, list[str]], counts) -> dict[tuple[str, str], np.ndarray]:
    """Due, in time and late of every run of periods that follow one another."""
    names = list(periods)
    found = {}
    for first, last in combinations(range(len(names) + 1), 2):
        months = [month for name in names[first:last] for month in periods[name]]
        in_time, late = np.sum([counts[month][:2] for month in months], axis=0)
        found[months[0], months[-1]] = np.array([in_time + late, in_time, late])
    return found


@pytest.mark.property
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_difference_between_releases_tells_of_few(seed):
    known, left = [], []
    for each in states(seed, 4):
        periods, is_small, hides = joined(each, known, Policy())
        assert [month for months in periods.values() for month in months] == list(each)
        if is_small:
            continue
        now = unions(periods, each)
        for counts in now.values():
            assert not ((counts >= 1) & (counts <= 5)).any()
        for before in left:
            for (first, last), counts in before.items():
                for (begin, end), later in now.items():
                    if begin <= first and last <= end:
                        change = abs(later - counts)
                        assert not ((change >= 1) & (change <= 5)).any(), (first, last, begin, end)
        left.append(now)
        told = {name: np.sum([each[m] for m in months], axis=0) for name, months in periods.items()}
        known.append(
            {
                name: [*map(int, row[:2]), None if hides else int(row[2])]
                for name, row in told.items()
            }
        )
        # The same records again give the same periods.
        assert joined(each, known, Policy()) == (periods, is_small, hides)


@pytest.mark.unit
def test_months_that_changed_by_few_are_joined_with_those_that_follow():
    each = {"2014-01": (20, 8, 0), "2014-02": (30, 9, 0)}
    told = [{"2014-01": [20, 8, 0]}]
    assert joined(each, told, Policy())[0] == {"2014-01": ["2014-01"], "2014-02": ["2014-02"]}
    each["2014-01"] = (22, 8, 0)
    assert list(joined(each, told, Policy())[0]) == ["2014-01 to 2014-02"]
    del each["2014-02"]
    assert joined(each, told, Policy())[1]


@pytest.mark.unit
def test_what_is_left_out_is_told_where_neither_it_nor_its_change_is_few():
    told = [{"left out: no date": [40]}]
    assert untold({"no date": 42, "no end": 3, "no start": 9}, told, Policy()) == {"no start": 9}
    assert untold({"no date": 40}, told, Policy()) == {"no date": 40}
