"""Children over several years: referrals, assessments, plans and care in one coherent order.

Each block of children is made independently from its own random stream. Families first become known
to the authority at a constant or growing rate, beginning well before the first year, and those with
an event in the years are kept. So as many cases are open on the first day as on any other.
Everything is assumed; shares and durations are those of the reference cohort and of the
Department's national tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.census import check_year, first_day, reference_date
from riskmodel.cohort.care import care_episodes, care_periods
from riskmodel.cohort.care_records import care_records
from riskmodel.cohort.case_holding import as_left_by_care
from riskmodel.cohort.dates import banded, days_in_year
from riskmodel.cohort.history_factors import (
    ASSESSMENT,
    CONFERENCE,
    ENQUIRY,
    NO_ASSESSMENT,
    PLAN_STAGE,
    history_categories,
    history_factors,
    referral_stages,
)
from riskmodel.cohort.lengths import drawn_durations, ends_on_open_days
from riskmodel.cohort.people import describe_people, help_days
from riskmodel.cohort.working_days import moved, on_office_days, spread_on_office_days
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BLOCK_CHILDREN",
    "History",
    "HistoryDesign",
    "completed",
    "make_history",
    "met_families",
]

BLOCK_CHILDREN = 2_500
ADULT_DAYS = 6574
"""Days from birth to the 18th birthday, or a day before it."""
YEAR_DAYS = 366
SAME_DAY = 5
"""Of eight episodes that end with their assessment, so many close on its day; the others within a
week."""
ROUNDS = 3
"""The most referrals of one family."""

NEVER = np.datetime64("NaT", "D")
IntArray = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class HistoryDesign:
    """Settings of histories; with the version of the package they determine every byte.

    Parameters
    ----------
    children
        Children with an event in the years.
    first_year, last_year
        Census years that :mod:`riskmodel.census` knows.
    growth
        Yearly growth of first referrals, such as 0.05; 0 is the steady state.
    authority
        Three digits.
    seed
        Names the draws.
    published_care
        Whether children looked after are exactly those that the documents of 2015 count, at 31
        March and at 30 September 2015: see :mod:`riskmodel.cohort.published_care`. They are added
        to ``children``, from whom those looked after at one of the dates are left out.
    """

    children: int
    first_year: int
    last_year: int
    growth: float = 0.0
    authority: str = "001"
    seed: int = 0
    published_care: bool = False

    def __post_init__(self) -> None:
        for year in (self.first_year, self.last_year):
            check_year(year)
        if self.first_year > self.last_year:
            raise DataError(f"{self.last_year} comes before {self.first_year}, the first year")
        if not 1 <= self.children <= MOST_CHILDREN:
            raise DataError(
                f"children must lie between 1 and {MOST_CHILDREN:,}, got {self.children:,}"
            )
        if not -MOST_GROWTH <= self.growth <= MOST_GROWTH:
            raise DataError(
                f"growth must lie between -{MOST_GROWTH} and {MOST_GROWTH} a year, got "
                f"{self.growth:g}"
            )
        code = self.authority
        if not (len(code) == 3 and code.isascii() and code.isdigit()):
            raise DataError(f"an authority code has three digits, got {code!r}")
        if self.seed < 0:
            raise DataError(f"the seed must be 0 or more, got {self.seed}")
        if self.published_care and not self.first_year <= 2015 < self.last_year:
            raise DataError(
                "the published figures of looked-after children are of 31 March and 30 September "
                "2015: the census years must hold 2015 and 2016"
            )

    @property
    def years(self) -> range:
        """The census years."""
        return range(self.first_year, self.last_year + 1)

    @property
    def blocks(self) -> int:
        """Blocks of children, each made independently; published care is the last."""
        return -(-self.children // BLOCK_CHILDREN) + self.published_care


MOST_CHILDREN = 5_000_000
MOST_GROWTH = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The histories of some children.

    Parameters
    ----------
    children
        One row for each child: child_id, family_id, birth_date, girl, unaccompanied, ethnicity and
        disability.
    episodes
        One row for each referral of a child: child (row of ``children``), referral, assessed,
        enquiry, conference, plan_start, plan_end, need_start, need_end (child in need plan),
        care_start, care_end, closure (``NaT`` where it did not happen), stage, category,
        previous_plans, and what ``riskmodel.cohort.people.describe_people`` adds.
    flags
        Factors of each row of ``episodes``, shape (episodes, J).
    care
        One row for each episode of care, see :func:`riskmodel.cohort.care.care_episodes`.
    factors
        Their names.
    records
        Reviews, adoptions and care leavers, see
        :func:`riskmodel.cohort.care_records.care_records`.
    """

    children: pd.DataFrame
    episodes: pd.DataFrame
    flags: npt.NDArray[np.bool_]
    care: pd.DataFrame
    factors: tuple[str, ...]
    records: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def make_history(design: HistoryDesign, block: int) -> History:
    """The histories of one block of children.

    Parameters
    ----------
    design
        Settings of all histories.
    block
        From 0.
    """
    made = _without_records(design, block)
    history = as_left_by_care(made)
    beside = stream(design.seed, f"cohort/history-records/{design.authority}", block)
    return replace(history, records=care_records(beside, history.children, history.care))


def _without_records(design: HistoryDesign, block: int) -> History:
    if design.published_care:
        from riskmodel.cohort.published_care import looked_after_as_published, without_care

        if block == design.blocks - 1:
            return looked_after_as_published(design)
        return without_care(_without_records(replace(design, published_care=False), block))
    first_id = block * BLOCK_CHILDREN
    number = min(BLOCK_CHILDREN, design.children - first_id)
    random = stream(design.seed, f"cohort/history/{design.authority}", block)
    parts: list[tuple[pd.DataFrame, pd.DataFrame]] = []
    found = 0
    while found < number:
        children, episodes = met_families(random, design, 2 * number)
        parts.append((children, episodes))
        found += len(children)
    children, episodes = _first(parts, number)
    children, episodes, flags, factors = completed(random, children, episodes, first_id)
    care = care_episodes(random, children, episodes)
    return History(children, episodes, flags, care, factors)


def completed(
    random: np.random.Generator, children: pd.DataFrame, episodes: pd.DataFrame, first_id: int
) -> tuple[pd.DataFrame, pd.DataFrame, npt.NDArray[np.bool_], tuple[str, ...]]:
    """Children numbered from the one after ``first_id``, with their factors and categories.

    Returns
    -------
    tuple
        Children, episodes, factors of each episode and their names, as in :class:`History`.
    """
    children.insert(0, "child_id", first_id + 1 + np.arange(len(children)))
    children["family_id"] += first_id + 1
    flags, factors = history_factors(random, children, episodes)
    planned = episodes["plan_start"].notna().astype(int)
    episodes["previous_plans"] += planned.groupby(episodes["child"]).cumsum() - planned
    family = children["family_id"].to_numpy()[episodes["child"].to_numpy()]
    episodes["category"] = history_categories(
        random, episodes.assign(family=family), flags, factors
    )
    describe_people(random, children, episodes, flags, factors)
    return children, episodes, flags, factors


def met_families(
    random: np.random.Generator, design: HistoryDesign, number: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Families that become known at some time, and their children with an event in the years.

    Notes
    -----
    Families are drawn from the burn-in on, which is as long as the longest time in care.
    """
    import pandas as pd

    since = first_day(design.first_year - int(parameter("history_burn_in_years").value))
    span = (reference_date(design.last_year) - since).days
    # The time of the first referral has the density of exponential growth.
    uniform = (random.permutation(number) + random.random(number)) / number
    rate = np.log1p(design.growth) * span / 365.25
    share = uniform if abs(rate) < 1e-9 else np.log1p(uniform * np.expm1(rate)) / rate
    months = days_in_year(random, number, first_day(2015), reference_date(2015))
    day = np.datetime64(since, "D") + (share * span).astype(np.int64)
    # The month follows the referrals of a year; the year is the one drawn.
    offset = (months - np.datetime64(first_day(2015), "D")).astype(np.int64)
    year_start = (day.astype("datetime64[M]").astype(np.int64) - 3) // 12 * 12 + 3
    first: Days = year_start.astype("datetime64[M]").astype("datetime64[D]")
    day = spread_on_office_days(first + offset)
    children = _children(random, day)
    rounds, referral = [], day
    for again in range(ROUNDS):
        part = _round(random, children, referral, again)
        rounds.append(part)
        last = part.groupby("family")["closure"].max().reindex(range(number))
        over = last.to_numpy().astype("datetime64[D]")
        comes = random.random(number) < parameter("history_referred_again_share").value
        gap = 15 + random.exponential(parameter("history_referred_again_days").value, number)
        referral = np.where(comes, spread_on_office_days(over + gap.astype(np.int64)), NEVER)
    episodes = pd.concat(rounds, ignore_index=True)
    low, high = (np.datetime64(day, "D") for day in (
        first_day(design.first_year), reference_date(design.last_year)))  # fmt: skip
    inside = (episodes["closure"].to_numpy() >= low) & (episodes["referral"].to_numpy() <= high)
    known = np.zeros(len(children), dtype=bool)
    known[episodes["child"].to_numpy()[inside]] = True
    episodes = episodes[known[episodes["child"]]].sort_values(["child", "referral"], kind="stable")
    place = np.cumsum(known) - 1
    episodes["child"] = place[episodes["child"]]
    return children[known].reset_index(drop=True), episodes.reset_index(drop=True)


def _children(random: np.random.Generator, day: Days) -> pd.DataFrame:
    """Children of each family, the youngest last; a few come alone, without their parents."""
    import pandas as pd

    weights = np.array(parameter("assessment_age_weights").numbers)
    alone = random.random(len(day)) < parameter("history_unaccompanied_share").value
    years = random.choice(len(weights), size=len(day), p=weights / weights.sum())
    age = np.where(alone, random.integers(15, 18, size=len(day)), years) + random.random(len(day))
    is_unborn = (age < 1) & (random.random(len(day)) < parameter("unborn_share").numbers[1])
    age = np.where(is_unborn, -0.35 * random.random(len(day)), np.minimum(age, 17.9))
    sizes = np.array(parameter("family_size_shares").numbers)
    size = random.choice(len(sizes), size=len(day), p=sizes / sizes.sum()) + 1
    size[alone] = 1
    family = np.repeat(np.arange(len(day)), size)
    order = np.arange(len(family)) - np.searchsorted(family, family)
    # Brothers and sisters are older and younger in turn, two to four years apart.
    side = np.where(order % 2 == 1, 1, -1) * ((order + 1) // 2)
    ages = age[family] + side * (2 + 2 * random.random(len(day)))[family]
    fits = (ages > -0.35) & (ages < 18)
    born = day[family] - np.rint(ages * 365.25).astype(np.int64)
    frame = pd.DataFrame({"family_id": family[fits], "birth_date": born[fits]})
    frame["unaccompanied"] = alone[family][fits]
    girls = np.where(frame["unaccompanied"], 0.1, parameter("girls_share").value)
    frame["girl"] = random.random(len(frame)) < girls
    return frame


def _round(
    random: np.random.Generator, children: pd.DataFrame, referral: Days, again: int
) -> pd.DataFrame:
    """One referral of each family with all that comes of it, for every child at home then."""
    import pandas as pd

    number = len(referral)
    start = np.where(np.isnat(referral), np.datetime64("2000-01-03"), referral)
    start = on_office_days(start)
    enquiry = moved(start, random.integers(0, 6, size=number))
    conference = moved(enquiry, banded(random, "conference_wait", number))
    assessed = moved(start, banded(random, "assessment_duration", number))
    stage = referral_stages(random, conference)
    held = stage >= CONFERENCE
    assessed = np.where(held, np.minimum(assessed, conference), assessed)
    planned = stage == PLAN_STAGE
    family = children["family_id"].to_numpy()
    sizes = np.bincount(family, minlength=number)
    days = np.zeros(number, dtype=np.int64)
    days[planned] = drawn_durations(random, sizes[planned], conference[planned])
    plan_end = ends_on_open_days(conference, conference + days)
    born = children["birth_date"].to_numpy().astype("datetime64[D]")
    adult = born + ADULT_DAYS
    rows = np.flatnonzero(
        ~np.isnat(referral[family])
        & (born <= referral[family] + 120)
        & (adult > conference[family] + 120)
    )
    at = family[rows]
    alone = children["unaccompanied"].to_numpy()[rows]
    frame: dict[str, Any] = {"child": rows, "family": at, "referral": start[at]}
    frame["stage"] = np.where(alone, ASSESSMENT, stage[at])
    frame["assessed"] = np.where(frame["stage"] > 0, assessed[at], NEVER)
    frame["enquiry"] = np.where(frame["stage"] >= ENQUIRY, enquiry[at], NEVER)
    frame["conference"] = np.where(frame["stage"] >= CONFERENCE, conference[at], NEVER)
    frame["plan_start"] = np.where(planned[at] & ~alone, conference[at], NEVER)
    last = on_office_days(adult[rows] - 10)
    frame["plan_end"] = np.where(planned[at] & ~alone, np.minimum(plan_end[at], last), NEVER)
    frame["previous_plans"] = _previous(random, at, number, again, born[rows], conference[at])
    care_periods(random, frame, alone, at, born[rows])
    _need(random, frame, last)
    return pd.DataFrame(frame)


def _previous(
    random: np.random.Generator, at: IntArray, number: int, again: int, born: Days, day: Days
) -> IntArray:
    """Earlier plans of the children of each family; of one under a year none."""
    share = parameter("repeat_plan_share").value
    earlier = (random.random(number) < share).astype(np.int64)[at]
    return np.where((day - born).astype(np.int64) < YEAR_DAYS, 0, earlier)


def _need(random: np.random.Generator, frame: dict[str, Any], last: Days) -> None:
    """The child in need plan that follows, and when the episode is closed."""
    stage, at = frame["stage"], frame["family"]
    number = int(at.max(initial=-1)) + 1
    share = np.array(parameter("history_need_plan_shares").numbers)[stage]
    has_need = random.random(number)[at] < share
    days = help_days(random, number)[at]
    steps = np.where(np.isnat(frame["plan_start"]), 3, 1)
    begun = moved(np.fmax(frame["assessed"], frame["plan_end"]), steps)
    has_need &= np.isnat(frame["care_start"]) & (stage > 0) & (begun < last)
    frame["need_start"] = np.where(has_need, begun, NEVER)
    ended = np.minimum(spread_on_office_days(begun + days), last)
    frame["need_end"] = np.where(has_need, np.maximum(ended, begun), NEVER)
    over = np.fmax.reduce([frame[name] for name in (
        "referral", "assessed", "enquiry", "conference", "plan_end", "need_end")])  # fmt: skip
    later = random.integers(0, 8, size=number)[at]
    closed = np.minimum(over + later, last + 8)
    over = np.maximum(spread_on_office_days(closed), over)
    over = np.where(stage == NO_ASSESSMENT, frame["referral"], over)
    # An assessment after which nothing is done closes the episode, mostly on the same day, and
    # before the year of its return is over.
    alone = (stage == ASSESSMENT) & ~has_need & np.isnat(frame["care_start"])
    now, then = ((day.astype("datetime64[M]").astype(np.int64) - 3) // 12 for day in (
        over, frame["assessed"]))  # fmt: skip
    over = np.where(alone & ((later < SAME_DAY) | (now != then)), frame["assessed"], over)
    frame["closure"] = np.fmax(np.fmax(over, frame["care_end"]), frame["need_end"])


def _first(
    parts: list[tuple[pd.DataFrame, pd.DataFrame]], number: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first so many children of several draws, and their episodes."""
    import pandas as pd

    children, episodes, met, families = [], [], 0, 0
    for people, events in parts:
        children.append(people.assign(family_id=people["family_id"] + families))
        episodes.append(events.assign(child=events["child"] + met))
        met, families = met + len(people), families + int(people["family_id"].max()) + 1
    kept = pd.concat(children, ignore_index=True).iloc[:number].copy()
    kept["family_id"] = pd.factorize(kept["family_id"])[0]
    all_events = pd.concat(episodes, ignore_index=True)
    return kept, all_events[all_events["child"] < number].reset_index(drop=True)
