"""Records that follow from episodes of care: reviews, adoptions, and care leavers.

Dates follow from the episodes and from the statutory intervals; who takes part in a review, who
adopts, and what young people do afterwards are drawn by assumed shares, from a random stream of
their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.census import first_day
from riskmodel.cohort.care import birthdays
from riskmodel.cohort.care_outcomes import health_outcomes, missing_incidents
from riskmodel.cohort.working_days import moved, on_office_days
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["care_records"]

IntArray = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]

PARTICIPATION = ("PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7")
UNDER_FOUR = "PN0"
"""How a child took part in a review; this is not asked for children under four."""

ADOPTERS = (
    ("1", "F1", "L0"), ("1", "M1", "L0"), ("2", "MF", "L11"), ("2", "MF", "L3"),
    ("2", "MM", "L12"), ("2", "FF", "L12"),
)  # fmt: skip
"""Number, sex and legal status of adopters: single, married, unmarried, in civil partnership."""

CONTACT = ("YES", "NO", "REFU", "NREQ")
ACTIVITIES = ("F1", "F2", "F4", "P2", "P4", "G4", "G5", "G6")
HOMES = ("B1", "D1", "E1", "U1", "Z1", "S2", "V2", "X2")
AT_HOME = "RHOM"
NOTHING = "0"
"""Code for the activity and accommodation of those with whom the authority is not in touch."""

NOT_LEAVERS = ("E11", "E45", "E46", "E48")
"""Ends of care after which nobody is a care leaver: adoption, special guardianship."""


def care_records(
    random: np.random.Generator, children: pd.DataFrame, care: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Records of the return on children looked after, other than episodes, for all years.

    Parameters
    ----------
    random
        Generator.
    children, care
        As in :class:`riskmodel.cohort.histories.History`.

    Returns
    -------
    dict
        ``reviews``: child, day, code. ``adoptions``: child, decided, matched, day (of adoption),
        number, sex, status (of adopters). ``leavers``: child, day (a birthday), contact, activity,
        home. ``health`` and ``missing``: see :mod:`riskmodel.cohort.care_outcomes`.

    Notes
    -----
    Reviews are due as required by the Care Planning, Placement and Case Review (England)
    Regulations 2010, regulation 33, and are held some days before.
    """
    care = care.reset_index(drop=True)
    born = children["birth_date"].to_numpy().astype("datetime64[D]")
    firsts = care[care["start_reason"] == "S"].reset_index(drop=True)
    lasts = care[care["last"]].reset_index(drop=True)
    periods = firsts[["child", "start"]].assign(
        end=lasts["end"].to_numpy(), end_reason=lasts["end_reason"].to_numpy()
    )
    return {
        "reviews": _reviews(random, periods, born),
        "adoptions": _adoptions(random, care),
        "leavers": _leavers(random, periods, born),
        "health": health_outcomes(random, periods, born),
        "missing": missing_incidents(random, care, born),
    }


def _drawn(
    random: np.random.Generator, name: str, codes: Sequence[str], number: int
) -> npt.NDArray[np.str_]:
    """Codes by the shares of a parameter."""
    shares = np.array(parameter(name).numbers)
    return random.choice(np.array(codes), size=number, p=shares / shares.sum())


def _reviews(random: np.random.Generator, periods: pd.DataFrame, born: Days) -> pd.DataFrame:
    import pandas as pd

    first, second, later = (int(n) for n in parameter("history_care_review_days").numbers)
    early = int(parameter("history_care_review_early_days").value)
    child, start, end = (periods[name].to_numpy() for name in ("child", "start", "end"))
    end = end.astype("datetime64[D]")
    day = moved(start.astype("datetime64[D]"), first - random.integers(0, 6, size=len(child)))
    parts, gap = [pd.DataFrame({"child": child[:0], "day": day[:0]})], second
    while len(child):
        held = day < end
        child, day, end = child[held], day[held], end[held]
        parts.append(pd.DataFrame({"child": child, "day": day}))
        sooner = random.integers(0, early + 1, size=len(child)).astype("timedelta64[D]")
        # Moved back, so that no review is late for the sake of a weekend.
        day, gap = moved(day + gap - sooner, 0), later
    found = pd.concat(parts, ignore_index=True).sort_values(["child", "day"], ignore_index=True)
    codes = _drawn(random, "history_review_participation", PARTICIPATION, len(found))
    young = found["day"].to_numpy() < birthdays(born[found["child"]], 4)
    return found.assign(code=np.where(young, UNDER_FOUR, codes))


def _adoptions(random: np.random.Generator, care: pd.DataFrame) -> pd.DataFrame:
    """Decision, match and adoption of each child adopted, in the order in which they must come."""
    import pandas as pd

    period = (care["start_reason"] == "S").cumsum().to_numpy()
    adopted = care[care["end_reason"] == "E11"]
    inside = np.isin(period, period[adopted.index.to_numpy()])
    rows, of = care[inside], period[inside]
    ordered, placed = (
        rows[flag].groupby(of[flag])["start"].first().to_numpy().astype("datetime64[D]")
        for flag in (
            (rows["legal_status"] == "E1").to_numpy(),
            (rows["placement"] == "A6").to_numpy(),
        )
    )
    before, ahead = (
        random.integers(low, high + 1, size=len(adopted)).astype("timedelta64[D]")
        for low, high in (
            (int(n) for n in parameter(name).numbers)
            for name in ("history_adoption_decision_days", "history_adoption_match_days")
        )
    )
    number, sex, status = np.array(ADOPTERS)[
        _drawn(random, "history_adopter_shares", [*"012345"], len(adopted)).astype(np.int64)
    ].T
    return pd.DataFrame(
        {
            "child": adopted["child"].to_numpy(),
            "decided": on_office_days(ordered - before),
            "matched": np.maximum(on_office_days(placed - ahead), ordered),
            "day": adopted["end"].to_numpy(),
            "number": number,
            "sex": sex,
            "status": status,
        }
    )


def _leavers(random: np.random.Generator, periods: pd.DataFrame, born: Days) -> pd.DataFrame:
    """Birthdays from the 17th to the 21st of those who are care leavers then.

    Notes
    -----
    A care leaver was looked after for 13 weeks or more since the 14th birthday, and for some time
    since the 16th (Children Act 1989, schedule 2, paragraph 19B). Who leaves on a birthday is
    asked about at the next one. From the 2016 return on 17 and
    18 year olds are asked for too.
    """
    import pandas as pd

    weeks, since = (int(n) for n in parameter("history_leaver_weeks_since").numbers)
    start, end = (periods[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    birth = born[periods["child"]]
    days = (end - np.maximum(start, birthdays(birth, since))).astype(np.int64)
    long = np.bincount(periods["child"], np.maximum(days, 0), minlength=len(born)) >= 7 * weeks
    is_last = ~periods["child"].duplicated(keep="last").to_numpy()
    can = is_last & long[periods["child"]] & (end > birthdays(birth, 16))
    can &= ~periods["end_reason"].isin(NOT_LEAVERS).to_numpy()
    left, parts = periods[can], []
    for age in range(17, 22):
        day = birthdays(birth[can], age)
        asked = (day > end[can]) & (day >= _asked_since(age))
        parts.append(
            pd.DataFrame({"child": left["child"], "day": day, "left": end[can], "age": age}).assign(
                went_home=(left["end_reason"] == "E4A").to_numpy()
            )[asked]
        )
    found = pd.concat(parts).sort_values(["child", "day"], ignore_index=True)
    return found[["child", "day"]].assign(**_afterwards(random, found))


def _asked_since(age: int) -> np.datetime64:
    """First day of the return that asks for young people of this age."""
    young = age < parameter("history_leaver_first_years").numbers[0]
    year = int(parameter("history_leaver_first_years").numbers[1])
    return np.datetime64(first_day(year) if young else "1990-04-01", "D")


def _afterwards(
    random: np.random.Generator, found: pd.DataFrame
) -> dict[str, npt.NDArray[np.str_]]:
    """Contact, activity and accommodation around each birthday."""
    number = len(found)
    contact = _drawn(random, "history_leaver_contact", CONTACT, number)
    activity = _drawn(random, "history_leaver_activity", ACTIVITIES, number)
    home = _drawn(random, "history_leaver_homes", HOMES, number)
    went_home = found["went_home"].to_numpy()
    half_a_year = (found["day"] - found["left"]).dt.days.to_numpy() >= 183
    # At 17 nobody stays with former foster carers: that is asked from 18 on.
    home = np.where((home == "Z1") & (found["age"] == 17), "D1", home)
    home = np.where(went_home & ~half_a_year, "B1", home)
    contact = np.where(went_home, np.where(half_a_year, AT_HOME, "YES"), contact)
    told = contact == "YES"
    return {
        "contact": contact,
        "activity": np.where(told, activity, NOTHING),
        "home": np.where(told, home, NOTHING),
    }
