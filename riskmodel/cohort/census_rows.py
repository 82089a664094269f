"""Rows of assessments in the form of a census return; what it cannot hold is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN
from riskmodel.census import PLAN_WINDOW_DAYS, reference_date
from riskmodel.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FOLLOWING",
    "dates",
    "disabilities",
    "element",
    "known_by",
    "refuse_unsayable",
    "starts_of",
    "texts",
]

FOLLOWING = ("section_47_date", "conference_date", "plan_start_date")
"""What can follow an assessment."""


def known_by(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Without those dates after the reference date that can be left out."""
    reference = np.datetime64(reference_date(year), "s")
    changed = {}
    for name in ("section_47_date", "conference_date", "plan_end_date"):
        if name in frame.columns:
            changed[name] = frame[name].where(frame[name] <= reference)
    return frame.assign(**changed)


def refuse_unsayable(frame: pd.DataFrame, year: int, source: str) -> None:
    """Refuse what the return could not hold, or would give differently."""
    reference = np.datetime64(reference_date(year), "s")
    plan = frame[PLAN].to_numpy()
    start = frame["plan_start_date"].to_numpy()
    assessed = frame["assessment_date"].to_numpy()
    window = np.timedelta64(PLAN_WINDOW_DAYS, "D")
    _refuse(np.isnat(assessed), "have no date", source, "assessment_date")
    _refuse(frame["referral_date"].isna().to_numpy(), "have no date", source, "referral_date")
    _refuse(assessed > reference, f"lie after {reference_date(year)}", source, "assessment_date")
    _refuse(plan & np.isnat(start), "have a plan and no date", source, "plan_start_date")
    _refuse(~plan & ~np.isnat(start), "have a date and no plan", source, "plan_start_date")
    _refuse(start > reference, f"lie after {reference_date(year)}", source, "plan_start_date")
    _, new_episode = starts_of(frame)
    follows = np.append(~new_episode[1:], False)
    next_assessed = np.append(assessed[1:], np.datetime64("NaT"))
    for name in FOLLOWING:
        if name not in frame.columns:
            continue
        days = frame[name].to_numpy()
        limit = f"come more than {PLAN_WINDOW_DAYS} days after the assessment, or before it"
        _refuse((days > assessed + window) | (days < assessed), limit, source, name)
        later = follows & (days >= next_assessed)
        _refuse(later, "come after the child's next assessment of the referral", source, name)
    if "conference_date" in frame.columns:
        alone = ~frame["conference_date"].isna().to_numpy()
        if "section_47_date" in frame.columns:
            alone &= frame["section_47_date"].isna().to_numpy()
        episodes = np.cumsum(new_episode)
        second = alone & (np.bincount(episodes[alone], minlength=len(frame) + 1)[episodes] > 1)
        _refuse(
            second, "are one of several without enquiry in a referral", source, "conference_date"
        )


def _refuse(wrong: npt.NDArray[np.bool_], what: str, source: str, field: str) -> None:
    if wrong.any():
        raise DataError(
            f"{int(wrong.sum()):,} rows {what}: a census return cannot hold them",
            file=source,
            field=field,
        )


def starts_of(frame: pd.DataFrame) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Rows at which a child begins, and at which an episode (a referral of a child) begins."""
    child, referral = frame["child_id"], frame["referral_date"]
    new_child = (child != child.shift()).to_numpy(bool)
    new_episode = new_child | (referral != referral.shift()).to_numpy(bool)
    return new_child, new_episode


def dates(frame: pd.DataFrame, name: str) -> list[str]:
    """ISO dates; empty where missing."""
    if name not in frame.columns:
        return [""] * len(frame)
    days = frame[name].to_numpy().astype("datetime64[D]")
    found = np.datetime_as_string(days)
    return np.where(np.isnat(days), "", found).tolist()  # type: ignore[no-any-return]


def texts(series: pd.Series) -> list[str]:
    """Values as texts; empty where missing."""
    return [
        "" if missing else str(value) for value, missing in zip(series, series.isna(), strict=True)
    ]


def disabilities(codes: str) -> str:
    """The element for a child's disabilities; empty where there are none."""
    items = "".join(f"<Disability>{code}</Disability>" for code in codes.split())
    return f"<Disabilities>{items}</Disabilities>" if items else ""


def element(name: str, text: str) -> str:
    """An element with a text; empty where there is no text."""
    return f"<{name}>{text}</{name}>" if text else ""
