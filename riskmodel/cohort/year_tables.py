"""Histories as one year's returns know them: tables by module, with the fields of the census.

A return of a year holds what was open in it, and of that only what was known on 31 March: dates
after it are left out, so that the return of the next year carries on where this one stops.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.census import NO_FACTORS, factor_code, first_day, reference_date, sex_field
from riskmodel.cohort.care import birthdays
from riskmodel.cohort.census_header import CODE_OF_CATEGORY
from riskmodel.cohort.details import CATEGORIES
from riskmodel.cohort.histories import History
from riskmodel.cohort.history_factors import ASSESSMENT, NO_ASSESSMENT
from riskmodel.cohort.lengths import review_dates
from riskmodel.cohort.working_days import moved
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["YearTables", "care_tables", "year_tables"]

YearTables = Mapping[str, "pd.DataFrame"]
"""Tables of texts by module: children, episodes, assessments, section47, plans, cin_plans; every
row of the last four says its row of episodes in the column ``episode``."""

Days = npt.NDArray[np.datetime64]
CONFERENCE_DAYS = 15
"""Working days within which a conference is due after the start of an enquiry."""


class _Year:
    """The first and the last day of a year, and dates as texts of what was known on the last."""

    def __init__(self, year: int, form: str = "iso") -> None:
        self.year, self.form = year, form
        self.first = np.datetime64(first_day(year), "D")
        self.last = np.datetime64(reference_date(year), "D")

    def active(self, starts: Any, ends: Any) -> npt.NDArray[np.bool_]:
        """Whether something begun by the last day had not ended before the first."""
        begun, over = (np.asarray(days).astype("datetime64[D]") for days in (starts, ends))
        found: npt.NDArray[np.bool_] = (begun <= self.last) & ~(over < self.first)
        found &= ~np.isnat(begun)
        return found

    def holds(self, days: Any) -> npt.NDArray[np.bool_]:
        """Whether days lie in the year."""
        when = np.asarray(days).astype("datetime64[D]")
        found: npt.NDArray[np.bool_] = (when >= self.first) & (when <= self.last)
        return found

    def known(self, days: Any) -> npt.NDArray[np.str_]:
        """Dates as texts; nothing for those to come, and for none."""
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

    when, all_episodes = _Year(year), history.episodes
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
        Worker=frame["worker"].astype(str),
        CINclosureDate=closed,
        ReasonForClosure=np.where(closed == "", "", _reasons(history, frame)),
        ReferralNFA=np.where(frame["stage"] == NO_ASSESSMENT, "1", "0"),
    )
    tables["assessments"] = _assessments(history, frame, rows, starts, when)
    tables["section47"] = _enquiries(frame, starts, when)
    tables["plans"] = _plans(frame, starts, when)
    for_need = when.active(frame["need_start"], frame["need_end"])
    tables["cin_plans"] = starts[for_need].assign(
        CINPlanStartDate=when.known(frame["need_start"])[for_need],
        CINPlanEndDate=when.known(frame["need_end"])[for_need],
    )
    return tables


def _place_of_child(episodes: pd.DataFrame) -> npt.NDArray[np.int64]:
    return np.asarray(episodes.groupby("child").cumcount(), dtype=np.int64) + 1


def _children(children: pd.DataFrame, when: _Year) -> pd.DataFrame:
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
    when: _Year,
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


def _enquiries(frame: pd.DataFrame, starts: pd.DataFrame, when: _Year) -> pd.DataFrame:
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


def _plans(frame: pd.DataFrame, starts: pd.DataFrame, when: _Year) -> pd.DataFrame:
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
    return starts.iloc[kept].assign(
        CPPstartDate=when.known(begun),
        CPPendDate=when.known(over),
        InitialCategoryOfAbuse=category,
        LatestCategoryOfAbuse=category,
        NumberOfPreviousCPP=plans["previous_plans"].to_numpy().astype(str),
        CPPreviewDate=[json.dumps(days) for days in reviews],
    )


def care_tables(history: History, year: int) -> dict[str, pd.DataFrame]:
    """The tables of one year's return on children looked after.

    header, episodes, uasc, prev_perm, reviews, oc2 (health), oc3 (care leavers), missing, ad1
    (adoptions), placed_adoption (decisions that a child should be placed for adoption).
    """
    import pandas as pd

    when, care = _Year(year, "day first"), history.care
    kept = np.flatnonzero(when.active(care["start"], care["end"]))
    # What ended on the last day of a year before belongs to that year.
    frame = care.iloc[kept].reset_index(drop=True)
    children = history.children
    references = children["child_id"].to_numpy()
    end = when.known(frame["end"])
    is_open = end == ""
    home, place = parameter("history_postcodes").texts
    episodes = pd.DataFrame(
        {
            "CHILD": references[frame["child"]].astype(str),
            "DECOM": when.known(frame["start"]),
            "RNE": frame["start_reason"],
            "LS": frame["legal_status"],
            "CIN": _needs(history, frame),
            "PLACE": frame["placement"].replace("H5", "H5" if year < SUPPORTED_YEAR else "K3"),
            "PLACE_PROVIDER": frame["provider"],
            "PL_LOCATION": frame["location"],
            "DEC": end,
            "REC": np.where(is_open, "", frame["end_reason"]),
            "REASON_PLACE_CHANGE": np.where(is_open, "", frame["placement_change"]),
            "CARE_START": when.known(frame["care_start"]),
            "HOME_POST": np.where(children["unaccompanied"].to_numpy()[frame["child"]], "", home),
            "PL_POST": np.where(frame["placement"] == "P1", home, place),
            "URN": frame["placement"].map(_numbers(when)).fillna(NO_URN),
        }
    )
    cared = np.unique(frame["child"].to_numpy())
    beside = _care_records(history, when)
    # A care leaver has a record of a child, and nothing that is asked of children looked after.
    number = np.union1d(cared, beside["oc3"]["child"].to_numpy(dtype=np.int64))
    is_cared, people = np.isin(number, cared), children.iloc[number]
    born = people["birth_date"].to_numpy().astype("datetime64[D]")
    # This return took up the letters in the same year as the census.
    sex = sex_field(year)[1]
    header = pd.DataFrame(
        {
            "CHILD": people["child_id"].to_numpy().astype(str),
            "SEX": np.where(people["girl"], sex["female"], sex["male"]),
            "DOB": when.known(born),
            "ETHNIC": people["ethnicity"],
            "UPN": np.where(birthdays(born, 5) <= when.last, "UN5", "UN1"),
            "MOTHER": np.where(people["girl"] & is_cared, "0", ""),
            "MC_DOB": "",
        }
    )
    alone = people["unaccompanied"].to_numpy() & is_cared
    adult = birthdays(born, 18)
    uasc = header.loc[alone, ["CHILD", "SEX", "DOB"]].assign(
        DUC=[day.strftime("%d/%m/%Y") for day in adult[alone].tolist()]
    )
    tables = {"header": header, "episodes": episodes, "uasc": uasc}
    of_child = header.set_index(number)[["CHILD", "DOB"]]
    for name, table in beside.items():
        who = of_child.loc[table["child"]].reset_index(drop=True)
        tables[name] = who.join(table.drop(columns="child").reset_index(drop=True))
    return tables


def _numbers(when: _Year) -> dict[str, str]:
    """Number of the place by kind of placement; semi-independence has one since October 2023."""
    supported = HOME_URN if when.year >= NUMBERED_YEAR else ""
    return {"P1": "", "K2": HOME_URN, "H5": supported}


def _needs(history: History, frame: pd.DataFrame) -> list[str]:
    """Need of each episode of care: that of the referral which led to it."""
    cared = history.episodes[history.episodes["care_start"].notna()]
    keys = zip(cared["child"], cared["care_start"], strict=True)
    need = dict(zip(keys, cared["need"], strict=True))
    return [need[key] for key in zip(frame["child"], frame["care_start"], strict=True)]


def _care_records(history: History, when: _Year) -> dict[str, pd.DataFrame]:
    """What stands beside the episodes, with the columns of the return and ``child`` before them."""
    reviews, adoptions, leavers, health, missing = (
        history.records[name] for name in ("reviews", "adoptions", "leavers", "health", "missing")
    )
    missing = missing[when.active(missing["start"], missing["end"])]
    outcomes = health[health["day"].to_numpy().astype("datetime64[D]") == when.last]
    # A decision to place a child stands in each return until the child is adopted.
    decided = adoptions[when.active(adoptions["decided"], adoptions["day"])]
    reviews, adopted, leavers = (
        table[when.holds(table["day"])] for table in (reviews, adoptions, leavers)
    )
    return {
        "reviews": reviews[["child"]].assign(
            REVIEW=when.known(reviews["day"]), REVIEW_CODE=reviews["code"]
        ),
        "oc3": leavers[["child"]].assign(
            IN_TOUCH=leavers["contact"], ACTIV=leavers["activity"], ACCOM=leavers["home"]
        ),
        "ad1": adopted[["child"]].assign(
            DATE_INT=when.known(adopted["decided"]),
            DATE_MATCH=when.known(adopted["matched"]),
            FOSTER_CARE="0",
            NB_ADOPTR=adopted["number"],
            SEX_ADOPTR=adopted["sex"],
            LS_ADOPTR=adopted["status"],
        ),
        "placed_adoption": decided[["child"]].assign(
            DATE_PLACED=when.known(decided["decided"]),
            DATE_PLACED_CEASED="",
            REASON_PLACED_CEASED="",
        ),
        "prev_perm": _permanence(history, when),
        "oc2": outcomes.drop(columns="day"),
        "missing": missing[["child"]].assign(
            MISSING=missing["kind"],
            MIS_START=when.known(missing["start"]),
            MIS_END=when.known(missing["end"]),
        ),
    }


def _permanence(history: History, when: _Year) -> pd.DataFrame:
    """Of each child whose care began in the year whether it had left for good before."""
    care = history.care
    began = care[(care["start_reason"] == "S") & when.holds(care["start"])]
    began = began.drop_duplicates("child", keep="last")
    ended = care[care["last"] & care["end_reason"].isin(PERMANENCE)]
    ended = ended.drop_duplicates("child", keep="last").set_index("child")
    ended = ended.reindex(began["child"])
    earlier = (ended["end"].to_numpy() <= began["start"].to_numpy()) & ended["end"].notna()
    return began[["child"]].assign(
        PREV_PERM=np.where(earlier, ended["end_reason"].map(PERMANENCE).to_numpy(), "Z1"),
        LA_PERM=np.where(earlier, ANYWHERE, ""),
        DATE_PERM=np.where(earlier, when.known(ended["end"].to_numpy()), ""),
    )


PERMANENCE = {"E11": "P1", "E45": "P2", "E46": "P2", "E48": "P2"}
"""Adoption, and special guardianship."""
ANYWHERE = "999"
"""Stands for the authority that arranged it."""
NO_URN = "XXXXXXX"
"""Stands for a place without a number of its own: none of the places exists."""
HOME_URN = "SC000000"
"""Stands for the number of a home, which a home must have: no home has this one."""
NUMBERED_YEAR = 2024
"""First return in which semi-independence has a number."""
SUPPORTED_YEAR = 2026
"""First return in which supported accommodation is a placement K3, no more H5."""
