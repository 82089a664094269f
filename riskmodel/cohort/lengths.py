"""Durations of protection plans: the Department's shares by band, with ends at reviews.

A plan ends when a review conference decides so. By the statutory timetable, reviews are within
three months of the first conference, then every six months. So within each band durations lie near
the reviews.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.dependence import NEVER, assign, whole_shares
from riskmodel.cohort.working_days import moved, office_days, spread_on_office_days
from riskmodel.parameters import parameter
from riskmodel.published import load_table

__all__ = [
    "BANDS",
    "TWO_YEARS_DAYS",
    "band_shares",
    "days_shares",
    "drawn_durations",
    "durations_within",
    "ends_on_open_days",
    "evenly",
    "plan_lengths",
    "review_dates",
    "shares_by_band",
]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]

GOLDEN = (5**0.5 - 1) / 2
TWO_YEARS_DAYS = 731
ROUNDS = 20
EXCHANGES = 60
NEAR_STOCK = 0.01
UNDER_A_YEAR = 3
"""Bands that end within a year."""
NEAR_DAYS = 0.3
"""By how much the mean in days may differ from the published one, printed in whole days."""

LAST_DAYS = 5
"""Days before turning 18 by which a plan has ended: offices may be closed on the last days."""
BANDS = (
    ("3 months or less", 10, 91),
    ("over 3 to 6 months", 92, 182),
    ("over 6 months to a year", 183, 364),
    ("1 to 2 years", 365, TWO_YEARS_DAYS - 1),
    ("2 years or more", TWO_YEARS_DAYS, 1460),
)
"""Bands of the Department's tables D5 and D7, with the first and the last day that is drawn."""


def band_shares() -> npt.NDArray[np.float64]:
    """Share of the authority's plans in each band, with its printed share over two years."""
    shares = np.array(parameter("plan_duration_shares").numbers)
    figure = load_table("statements").figure("plans_over_two_years_oxfordshire_2014_15_percent")
    over = float(figure.value or 0) / 100
    found: npt.NDArray[np.float64] = np.append(shares[:-1] / shares[:-1].sum() * (1 - over), over)
    return found


def plan_lengths(
    random: np.random.Generator, sizes: IntArray, most: IntArray, starts: Days, last: date
) -> IntArray:
    """Durations in days of the plans of families, with the published mean and shares by band.

    Parameters
    ----------
    random
        Generator.
    sizes
        Plans of each family, all of the same duration; shape (F,).
    most
        Days until the eldest child is 18.
    starts
        Day on which the plans of each family start; all end on office days.
    last
        Day on which open plans are counted.

    Notes
    -----
    Shares of the bands are exact to one plan. All durations are then moved by the same number of
    days, within their bands, until the mean is the published 303 days. Families of the same size
    exchange bands until the plans that began within the last year and are open on the last day are
    as old as the Department counts (table D5). With few plans this holds only as nearly as
    exchanges allow.
    """
    if not len(sizes):
        return np.zeros(0, dtype=np.int64)
    most = np.maximum(most - LAST_DAYS, 1)
    firsts = np.array([band[1] for band in BANDS])
    allowed = np.maximum(np.searchsorted(firsts, most, side="right") - 1, 0)
    features = np.eye(len(BANDS))[allowed]
    short = {
        place: np.where(np.arange(len(BANDS)) <= place, 1.0, NEVER)
        for place in range(len(BANDS) - 1)
    }
    plans, shares = int(sizes.sum()), band_shares()
    over = round(plans * float(shares[-1]))
    totals = np.append(whole_shares(plans - over, shares[:-1]), over)
    bands = assign(random, features, totals, short, sizes)
    anywhere = np.where(allowed == len(BANDS) - 1, sizes, 0)
    best, least = np.zeros(0, dtype=np.int64), np.inf
    for _ in range(EXCHANGES):
        found = _with_published_mean(random, bands, sizes, most, starts)
        missed = _missed_stock(found, sizes, starts, last)
        if missed < least:
            best, least = found, missed
        if least < NEAR_STOCK:
            break
        for size in range(1, int(sizes.max()) + 1):
            rows = np.flatnonzero(anywhere == size)
            bands[rows] = random.permutation(bands[rows])
    return best


def _missed_stock(days: IntArray, sizes: IntArray, starts: Days, last: date) -> float:
    """Largest difference from D5 in the shares of the bands under a year among plans still open."""
    since = (np.datetime64(last, "D") - starts).astype(np.int64)
    is_open = days > since
    band = np.searchsorted([band[1] for band in BANDS[1:]], since[is_open], side="right")
    young = np.bincount(band, sizes[is_open], minlength=len(BANDS))[:UNDER_A_YEAR]
    stock = np.array(parameter("plan_stock_shares").numbers[:UNDER_A_YEAR])
    return float(np.abs(young / max(young.sum(), 1) - stock / stock.sum()).max())


def _with_published_mean(
    random: np.random.Generator, bands: IntArray, sizes: IntArray, most: IntArray, starts: Days
) -> IntArray:
    """Days within the bands, until an open day, with the published mean over all plans."""
    low, high = (np.array([band[end] for band in BANDS])[bands] for end in (1, 2))
    high = np.clip(most, low, high)
    # With a part of a day, so that the mean moves smoothly as all are moved.
    days = (
        np.minimum(durations_within(random, bands, sizes), high) + random.random(len(bands)) - 0.5
    )
    wished = float(load_table("statements").figure("mean_plan_length_days").value or 0)
    best: IntArray = days.astype(np.int64)
    aim, least = wished, np.inf
    for _ in range(ROUNDS):
        moved = np.minimum(_with_mean(days, sizes, low, high, aim), most)
        found = (ends_on_open_days(starts, starts + moved) - starts).astype(np.int64)
        missed = wished - float((found * sizes).sum() / sizes.sum())
        if abs(missed) < least:
            best, least = found, abs(missed)
        if least < NEAR_DAYS:
            break
        aim += missed
    return best


def _with_mean(
    days: npt.NDArray[np.float64], sizes: IntArray, low: IntArray, high: IntArray, mean: float
) -> IntArray:
    """All days moved by the same number, within their bands, until they have that mean."""
    least, largest = -400.0, 400.0
    for _ in range(40):
        middle = (least + largest) / 2
        if float((np.clip(days + middle, low, high) * sizes).sum()) < mean * sizes.sum():
            least = middle
        else:
            largest = middle
    moved: IntArray = np.rint(np.clip(days + largest, low, high)).astype(np.int64)
    return moved


def ends_on_open_days(starts: Days, ends: Days) -> Days:
    """An office day near each end, within the band of the duration, with all weekdays alike."""
    days = (ends - starts).astype(np.int64)
    found = spread_on_office_days(ends)
    firsts = [band[1] for band in BANDS[1:]]
    band = np.searchsorted(firsts, days, side="right")
    for steps, roll in ((1, "backward"), (-1, "forward")):
        other = np.searchsorted(firsts, (found - starts).astype(np.int64), side="right") != band
        # Too far on: the last open day before the border; too far back: the first after it.
        border = np.array([0, *firsts, 10**6])[band + (steps > 0)] - (steps > 0)
        calendar = office_days()
        at = np.busday_offset(starts + np.minimum(border, 5000), 0, roll=roll, busdaycal=calendar)  # type: ignore[call-overload]  # a word of two
        wrong = other & ((found > ends) if steps > 0 else (found < ends))
        found = np.where(wrong, at, found)
    return found


def evenly(random: np.random.Generator, keys: Sequence[npt.NDArray[Any]]) -> FloatArray:
    """Numbers from 0 to 1, one for each row, spread evenly over any run of rows.

    Parameters
    ----------
    random
        Generator, for where they begin and for the order of equal rows.
    keys
        Keys by which rows are sorted, the last one first, as for ``numpy.lexsort``.

    Notes
    -----
    Multiples of the golden section modulo 1 (Weyl's sequence): among any n consecutive rows the
    share below a number is off by about log(n)/n, compared with 1/sqrt(n) for random numbers.
    """
    number = len(keys[-1])
    order = np.lexsort((random.random(number), *keys))
    found = np.empty(number)
    found[order] = (random.random() + GOLDEN * np.arange(number)) % 1
    return found


def durations_within(random: np.random.Generator, bands: IntArray, sizes: IntArray) -> IntArray:
    """Durations in days within a band: some at a review in it, the rest evenly over it.

    Parameters
    ----------
    random
        Generator.
    bands
        Band of each family.
    sizes
        Plans of each family; durations have the right shares among families of every size.
    """
    days = np.zeros(len(bands), dtype=np.int64)
    for number, (_, low, _high) in enumerate(BANDS):
        rows = np.flatnonzero(bands == number)
        below = np.cumsum(days_shares(number))
        at = np.searchsorted(below[:-1], evenly(random, (sizes[rows],)), side="right")
        days[rows] = low + at
    return days


def drawn_durations(random: np.random.Generator, sizes: IntArray, starts: Days) -> IntArray:
    """Durations in days of the plans of families, with the right shares in every season.

    Parameters
    ----------
    random
        Generator.
    sizes, starts
        Plans of each family, and the day on which they start.
    """
    shares = [part * days_shares(number) for number, part in enumerate(band_shares())]
    days = np.concatenate([np.arange(low, high + 1) for _, low, high in BANDS])
    below = np.cumsum(np.concatenate(shares))
    place = np.searchsorted(below[:-1], evenly(random, (starts, sizes)), side="right")
    found: IntArray = days[place]
    return found


def days_shares(number: int) -> FloatArray:
    """The share of each day of a band among the plans that end in it."""
    _, low, high = BANDS[number]
    reviews = np.array(parameter("review_days").numbers)
    early = int(parameter("review_early_days").value)
    inside = reviews[(reviews >= low) & (reviews <= high)]
    shares = np.full(high - low + 1, 1 / (high - low + 1))
    if not len(inside):
        return shares
    at_review = np.zeros_like(shares)
    kept = parameter("ends_at_later_review_ratio").value ** np.arange(len(inside))
    for review, weight in zip(inside.astype(int).tolist(), kept / kept.sum(), strict=True):
        held = np.clip(review - np.arange(early + 1), low, high) - low
        np.add.at(at_review, held, weight / (early + 1))
    part = parameter("ends_at_review_share").value
    return part * at_review + (1 - part) * shares


def shares_by_band(days: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Share of durations in each band."""
    number = np.searchsorted([band[1] for band in BANDS[1:]], days, side="right")
    shares: npt.NDArray[np.float64] = np.bincount(number, minlength=len(BANDS)) / max(len(days), 1)
    return shares


def review_dates(starts: Days, ends: Days) -> tuple[IntArray, Days]:
    """Reviews of plans: the plan's row, and the day; the last review ends a plan.

    A review is held a few days before it is due, and the one that ends a plan on the plan's last
    day. For some plans all reviews are on the same day of the week; for others each is up to three
    working days earlier. How early, and on which day, follows from the start of the plan.
    """
    due = np.array(parameter("review_days").numbers, dtype=np.int64)
    early = int(parameter("review_early_days").value)
    number = starts.astype(np.int64)
    weekday = number * 3 % 5
    before = ((number + due[0] + 3) % 7 - weekday) % 7
    before = np.where((number // 5 % 2 == 1) & (before + 7 <= early), before + 7, before)
    # What falls on a bank holiday is held on the open day before.
    sooner = np.minimum((number // 7 * 5 + number // 3)[:, None] % 4 * np.arange(len(due)), 5)
    days = moved(starts[:, None] + due - before[:, None], -sooner)
    days = days.astype("datetime64[D]")
    ended = np.where(np.isnat(ends), np.datetime64("2200-01-01"), ends)[:, None]
    near = np.abs((days - ended).astype(np.int64)) <= early + 7
    days = np.where(near, ended, days)
    rows, places = np.nonzero(days <= ended)
    return rows, days[rows, places]
