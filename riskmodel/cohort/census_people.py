"""What a census return needs that a table of made-up assessments does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN
from riskmodel.census import reference_date
from riskmodel.cohort.history_factors import ASSESSMENT, CONFERENCE, ENQUIRY, PLAN_STAGE
from riskmodel.cohort.lengths import review_dates
from riskmodel.cohort.people import describe_people, help_days
from riskmodel.cohort.working_days import moved
from riskmodel.parameters import parameter
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CONFERENCE_DAYS", "census_people", "enquiries_due", "reviews_of"]

CONFERENCE_DAYS = 15
"""Working days within which a conference is due after the start of an enquiry."""
NOT_KNOWN = {"ethnicity": "NOBT", "disability": "", "source": "10", "need": "N0"}
"""Codes for what is not known about observed records."""


def census_people(
    frame: pd.DataFrame, factors: tuple[str, ...], unit: str, *, is_synthetic: bool
) -> Mapping[str, npt.NDArray[Any]]:
    """Ethnic group, disabilities, source of the referral and primary need of each row, as codes.

    Also ``stays_open``, the days for which an episode stays open after its last known event; NaN
    where that is not known.

    Parameters
    ----------
    frame
        Rows of one return, in order of child and referral.
    factors
        Its columns of factors.
    unit
        Authority and year; with the rows it names the draws.
    is_synthetic
        Whether the rows are made up: for observed rows, and rows without families or dates of
        birth, everything is not known.

    Notes
    -----
    Drawn by the shares used for histories, all assumed. Brothers and sisters have the same ethnic
    group, and a referral has one source. A disability follows from the factors. After a conference
    the primary need is abuse or neglect. Some children have help as children in need after
    everything is decided.
    """
    import pandas as pd

    if not is_synthetic or not {"family_id", "birth_date"} <= set(frame.columns):
        unknown: dict[str, npt.NDArray[Any]] = {
            name: np.full(len(frame), code) for name, code in NOT_KNOWN.items()
        }
        return {**unknown, "stays_open": np.full(len(frame), np.nan)}
    child = pd.factorize(frame["child_id"])[0]
    flags = frame[list(factors)].to_numpy(bool)
    alone = flags[:, factors.index("child_uasc")] if "child_uasc" in factors else child < 0
    children = pd.DataFrame(
        {
            "family_id": pd.factorize(frame["family_id"])[0],
            "birth_date": frame["birth_date"].to_numpy(),
            "unaccompanied": pd.Series(alone).groupby(child).transform("max").to_numpy(),
        }
    )
    children = children.groupby(child).first()
    stage = np.full(len(frame), ASSESSMENT)
    for name, reached in (("section_47_date", ENQUIRY), ("conference_date", CONFERENCE)):
        if name in frame:
            stage[frame[name].notna()] = reached
    stage[frame[PLAN]] = PLAN_STAGE
    episodes = pd.DataFrame({"child": child, "referral": frame["referral_date"].to_numpy()})
    # What one assessment of a referral leads to concerns all of them.
    episodes["stage"] = pd.Series(stage).groupby([child, frame["referral_date"]]).transform("max")
    episodes["closure"] = episodes["referral"]
    random = stream(0, f"cohort/census-people/{unit}")
    describe_people(random, children, episodes, flags, factors)
    # Brothers and sisters have such help together.
    meeting = [frame["family_id"], frame["referral_date"]]
    share = np.array(parameter("history_need_plan_shares").numbers)[episodes["stage"]]
    drawn = pd.DataFrame({"has": random.random(len(frame)), "days": help_days(random, len(frame))})
    drawn = drawn.groupby(meeting).transform("first")
    stays_open = np.where(drawn["has"] < share, drawn["days"], 0.0)
    found = {name: episodes[name].to_numpy(dtype=str) for name in ("source", "need")}
    of_child = {name: children[name].to_numpy(dtype=str) for name in ("ethnicity", "disability")}
    by_child = {name: values[child] for name, values in of_child.items()}
    return {**by_child, **found, "stays_open": stays_open}


def enquiries_due(frame: pd.DataFrame) -> list[str]:
    """The day by which the conference of each enquiry is due, where one was held."""
    begun = frame["section_47_date"].to_numpy().astype("datetime64[D]")
    wanted = ~np.isnat(begun) & frame["conference_date"].notna().to_numpy()
    due = np.full(len(begun), np.datetime64("NaT", "D"))
    due[wanted] = moved(begun[wanted], CONFERENCE_DAYS)
    return ["" if missing else str(day) for day, missing in zip(due, np.isnat(due), strict=True)]


def reviews_of(frame: pd.DataFrame, year: int) -> list[str]:
    """The reviews of each plan held by the reference date, as elements."""
    begun = frame["plan_start_date"].to_numpy().astype("datetime64[D]")
    over = np.full(len(begun), np.datetime64("NaT", "D"))
    if "plan_end_date" in frame:
        over = frame["plan_end_date"].to_numpy().astype("datetime64[D]")
    rows = np.flatnonzero(~np.isnat(begun))
    found = [""] * len(frame)
    of, days = review_dates(begun[rows], over[rows])
    for row, day in zip(rows[of].tolist(), days, strict=True):
        if day <= np.datetime64(reference_date(year), "D"):
            found[row] += f"<Reviews><CPPreviewDate>{day}</CPPreviewDate></Reviews>"
    return found
