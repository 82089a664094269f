"""Histories in the form of one year's census: tables by module, with the return's fields.

The return of a year has the cases that were open in it, as known on 31 March: later dates are left
out, and the return of the next year continues from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.census import NO_FACTORS, factor_code, first_day, reference_date, sex_field
from riskmodel.cohort.care import birthdays
from riskmodel.cohort.case_holding import worker_periods
from riskmodel.cohort.census_header import CODE_OF_CATEGORY
from riskmodel.cohort.census_people import CONFERENCE_DAYS
from riskmodel.cohort.details import CATEGORIES
from riskmodel.cohort.histories import History
from riskmodel.cohort.history_factors import ASSESSMENT, NO_ASSESSMENT
from riskmodel.cohort.lengths import review_dates
from riskmodel.cohort.working_days import moved
from riskmodel.parameters import parameter
from riskmodel.streams import keyed_uniforms, keys_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReturnYear", "YearTables", "year_tables"]

YearTables = Mapping[str, "pd.DataFrame"]
"""Tables of texts by module: children, episodes, assessments, section47, plans, cin_plans, and
involvements; the column ``episode`` of the last five gives the row of episodes."""

Days = npt.NDArray[np.datetime64]


CHANGED_AT = 2
"""Number of reviews after which the category of a plan can have changed."""


class ReturnYear:
    """The first and last day of a year, and dates known on the last day, as texts."""

    def __init__(self, year: int, form: str = "iso") -> None:
        self.year, self.form = year, form
        self.first = np.datetime64(first_day(year), "D")
        self.last = np.datetime64(reference_date(year), "D")

    def active(self, starts: Any, ends: Any) -> npt.NDArray[np.bool_]:
        """Whether something had begun by the last day and not ended before the first."""
        begun, over = (np.asarray(days).astype("datetime64[D]") for days in (starts, ends))
        found: npt.NDArray[np.bool_] = (begun <= self.last) & ~(over < self.first)
        found &= ~np.isnat(begun)
        return found

    def begun(self, days: Any) -> npt.NDArray[np.bool_]:
        """Whether days lie in the year or before it."""
        return np.asarray(np.asarray(days).astype("datetime64[D]") <= self.last)

    def holds(self, days: Any) -> npt.NDArray[np.bool_]:
        """Whether days lie in the year."""
        when = np.asarray(days).astype("datetime64[D]")
        found: npt.NDArray[np.bool_] = (when >= self.first) & (when <= self.last)
        return found

    def known(self, days: Any) -> npt.NDArray[np.str_]:
        """Dates as texts; empty where there is none, or where it is later than the last day."""
        days = np.asarray(days).astype("datetime64[D]")
        texts = np.datetime_as_string(days)
        if self.form != "iso":
            texts = np.array([f"{text[8:10]}/{text[5:7]}/{text[:4]}" for text in texts.tolist()])
        return np.where(np.isnat(days) | (days > self.last), "", texts)


def year_tables(history: History, year: int) -> dict[str, pd.DataFrame]:
    """The tables of one year's return, see :data:`YearTables`.

    Parameters
    ----------
    history
        Histories of some children.
    year
        Census year.
    """
    import pandas as pd

    when, all_episodes = ReturnYear(year), history.episodes
    inside = when.active(all_episodes["referral"], all_episodes["closure"])
    rows = np.flatnonzero(inside)
    frame = all_episodes.iloc[rows].reset_index(drop=True)
    children = history.children
    number = np.unique(frame["child"].to_numpy())
    references = children["child_id"].to_numpy()
    base = {
        "LAchildID": references[frame["child"]].astype(str),
        # A reference of an episode is the same in every year.
        "EpisodeID": np.char.add(
            np.char.add(references[frame["child"]].astype(str), "-"),
            _place_of_child(all_episodes)[rows].astype(str),
        ),
        "episode": np.arange(len(frame)),
    }
    starts = pd.DataFrame({**base, "CINreferralDate": when.known(frame["referral"])})
    closed = when.known(frame["closure"])
    tables = {"children": _children(children.iloc[number], when)}
    tables["episodes"] = starts.assign(
        ReferralSource=frame["source"],
        PrimaryNeedCode=frame["need"],
        CINclosureDate=closed,
        ReasonForClosure=np.where(closed == "", "", _reasons(history, frame)),
        ReferralNFA=np.where(frame["stage"] == NO_ASSESSMENT, "1", "0"),
    )
    tables["involvements"] = _involvements(history, frame, starts, when)
    tables["assessments"] = _assessments(history, frame, rows, starts, when)
    tables["section47"] = _enquiries(frame, starts, when)
    tables["plans"] = _plans(frame, starts, when)
    for_need = when.active(frame["need_start"], frame["need_end"])
    tables["cin_plans"] = starts[for_need].assign(
        CINPlanStartDate=when.known(frame["need_start"])[for_need],
        CINPlanEndDate=when.known(frame["need_end"])[for_need],
    )
    return tables


def _involvements(
    history: History, frame: pd.DataFrame, starts: pd.DataFrame, when: ReturnYear
) -> pd.DataFrame:
    """Who held each case, as far as it is known on the last day; nobody one of a single day."""
    held = worker_periods(history.children, frame, history.episodes["worker"])
    held = held[(held["start"] != held["end"]).to_numpy() & when.begun(held["start"])]
    return starts.iloc[held["row"]].assign(
        Worker=held["worker"].astype(str).to_numpy(),
        Since=when.known(held["start"]),
        Until=when.known(held["end"]),
    )


def _place_of_child(episodes: pd.DataFrame) -> npt.NDArray[np.int64]:
    return np.asarray(episodes.groupby("child").cumcount(), dtype=np.int64) + 1


def _children(children: pd.DataFrame, when: ReturnYear) -> pd.DataFrame:
    import pandas as pd

    born = children["birth_date"].to_numpy().astype("datetime64[D]")
    unborn = born > when.last
    field, codes = sex_field(when.year)
    sex = np.where(children["girl"], codes["female"], codes["male"])
    texts = np.datetime_as_string(born)
    school = birthdays(born, 5) <= when.last
    return pd.DataFrame(
        {
            "LAchildID": children["child_id"].to_numpy().astype(str),
            "PersonBirthDate": np.where(unborn, "", texts),
            "ExpectedPersonBirthDate": np.where(unborn, texts, ""),
            field: np.where(unborn, codes[""], sex),
            # Not of school age; or the source of the number could not be reached.
            "UPNunknown": np.where(school, "UN5", "UN1"),
            "Ethnicity": children["ethnicity"].to_numpy(),
            "Disabilities": [
                json.dumps(text.split() or ["NONE"]) for text in children["disability"]
            ],
        }
    )


def _reasons(history: History, frame: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Why an episode was closed: by what care ended with, after assessment alone, or otherwise."""
    care = history.care[history.care["last"]]
    ended = {
        (child, start): reason
        for child, start, reason in zip(
            care["child"], care["care_start"], care["end_reason"], strict=True
        )
    }
    how = {"E11": "RC1", **dict.fromkeys(("E45", "E46", "E48"), "RC4")}
    keys = zip(frame["child"], frame["care_start"], strict=True)
    by_care = np.array([how.get(ended.get(key, ""), "RC7") for key in keys], dtype="U3")
    only = (frame["stage"] == ASSESSMENT) & frame["need_start"].isna() & frame["care_start"].isna()
    return np.where(only, "RC8", by_care)


def _assessments(
    history: History,
    frame: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    starts: pd.DataFrame,
    when: ReturnYear,
) -> pd.DataFrame:
    authorised = frame["assessed"].to_numpy().astype("datetime64[D]")
    kept = np.flatnonzero(~np.isnat(authorised) & (authorised >= when.first))
    done = authorised[kept] <= when.last
    begun = np.busday_offset(
        frame["referral"].to_numpy().astype("datetime64[D]")[kept], 0, roll="forward"
    )
    coded = [factor_code(name, when.year) for name in history.factors]
    places = [place for place, code in enumerate(coded) if code is not None]
    codes = np.array([coded[place] for place in places], dtype=object)
    flags = history.flags[rows[kept]][:, places]
    lists = [
        json.dumps(codes[row].tolist() or [NO_FACTORS]) if is_done else ""
        for row, is_done in zip(flags, done.tolist(), strict=True)
    ]
    return starts.iloc[kept].assign(
        AssessmentID=starts["EpisodeID"].iloc[kept] + "-A",
        AssessmentActualStartDate=when.known(begun),
        AssessmentAuthorisationDate=when.known(authorised[kept]),
        AssessmentFactors=lists,
    )


def _enquiries(frame: pd.DataFrame, starts: pd.DataFrame, when: ReturnYear) -> pd.DataFrame:
    """Enquiries of the year, and those before it whose conference lies in it."""
    begun = frame["enquiry"].to_numpy().astype("datetime64[D]")
    held = frame["conference"].to_numpy().astype("datetime64[D]")
    kept = np.flatnonzero(when.active(begun, np.fmax(begun, held)))
    due = moved(begun[kept], CONFERENCE_DAYS)
    conference = when.known(held[kept])
    wanted = ~np.isnat(held[kept])
    # Whether a conference is called is known once it is held, or once all is decided.
    return starts.iloc[kept].assign(
        EnquiryID=starts["EpisodeID"].iloc[kept] + "-S",
        S47ActualStartDate=when.known(begun[kept]),
        InitialCPCtarget=np.where(wanted, np.datetime_as_string(due), ""),
        DateOfInitialCPC=conference,
        ICPCnotRequired=np.where(wanted, "0", "1"),
    )


def _plans(frame: pd.DataFrame, starts: pd.DataFrame, when: ReturnYear) -> pd.DataFrame:
    kept = np.flatnonzero(when.active(frame["plan_start"], frame["plan_end"]))
    plans = frame.iloc[kept]
    begun, over = (plans[name].to_numpy().astype("datetime64[D]") for name in (
        "plan_start", "plan_end"))  # fmt: skip
    reviews: list[list[str]] = [[] for _ in kept]
    of, days = review_dates(begun, over)
    for row, day in zip(of.tolist(), when.known(days).tolist(), strict=True):
        if day:
            reviews[row].append(day)
    codes = np.array([CODE_OF_CATEGORY[name] for name in CATEGORIES], dtype="U3")
    category = codes[plans["category"]]
    # Of some plans the second review, or a later one, finds that another category fits better.
    keys = keys_of(plans["family"].to_numpy().astype(np.uint64), begun.astype(np.int64))
    share = parameter("history_category_change_share").value
    reviewed = np.array([len(days) for days in reviews])
    changed = (keyed_uniforms(keys, 0) < share) & (reviewed >= CHANGED_AT)
    other = (plans["category"].to_numpy() == CATEGORIES.index("neglect")).astype(np.int64)
    options = codes[[CATEGORIES.index(name) for name in ("neglect", "emotional")]]
    latest = np.where(changed, options[other], category)
    return starts.iloc[kept].assign(
        CPPstartDate=when.known(begun),
        CPPendDate=when.known(over),
        InitialCategoryOfAbuse=category,
        LatestCategoryOfAbuse=latest,
        NumberOfPreviousCPP=plans["previous_plans"].to_numpy().astype(str),
        CPPreviewDate=[json.dumps(days) for days in reviews],
    )
