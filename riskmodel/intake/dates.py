"""Dates as files hold them, and the order in which a child's dates must run."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import DATE_ORDER
from riskmodel.core.lazy import pd
from riskmodel.intake.result import IssueLog

__all__ = ["ALLOWED", "BAD", "MISSING", "day_number", "day_numbers_to_dates", "put_in_order"]

ALLOWED = "a date from 1900 to 2100 as 2015-03-31 or 31/03/2015"

MISSING = np.iinfo(np.int64).min
"""The day number of a date that is not there: numpy's own ``NaT``."""

BAD = MISSING + 1
"""The day number of text that is no date."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]*)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_BRITISH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: [0-9:]*)?")
_USUAL = len("2015-03-31")
_EPOCH = date(1970, 1, 1).toordinal()

# Which date is kept when two contradict each other: the earlier in this list.
_CERTAINTY = (
    "assessment_date",
    "plan_start_date",
    "referral_date",
    "plan_end_date",
    "conference_date",
    "section_47_date",
)


def day_number(text: str | None) -> int:
    """Days since 1 January 1970, :data:`MISSING` for nothing, :data:`BAD` for what is no date.

    Examples
    --------
    >>> day_number("1970-01-02"), day_number("02/01/1970"), day_number("1970-02-30") == BAD
    (1, 1, True)
    """
    text = (text or "").strip()
    if not text:
        return MISSING
    if len(text) == _USUAL:
        # Most dates, many times as fast; whatever else it is, is looked at below.
        usual = f"{text[6:]}-{text[3:5]}-{text[:2]}" if text[2] == text[5] == "/" else text
        if usual[4] == usual[7] == "-" and "1900" <= usual[:4] <= "2100":
            try:
                return date.fromisoformat(usual).toordinal() - _EPOCH
            except ValueError:
                return BAD
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _BRITISH.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    else:
        return BAD
    if not 1900 <= year <= 2100:
        return BAD
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return BAD


def day_numbers_to_dates(days: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    """Day numbers as ``datetime64[s]``; a bad date counts as missing."""
    clean = np.where(days == BAD, MISSING, days)
    return clean.astype("datetime64[D]").astype("datetime64[s]")


def put_in_order(
    frame: pd.DataFrame, log: IssueLog, reference: Callable[[int], str]
) -> pd.DataFrame:
    """Take out dates that contradict a more certain one, and report each.

    Parameters
    ----------
    frame
        A table whose date columns are ``datetime64``.
    log
        Where issues go.
    reference
        Names a row.

    Returns
    -------
    pandas.DataFrame
        The same table, or a copy without those dates.
    """
    present = [name for name in _CERTAINTY if name in frame.columns]
    changed: dict[str, npt.NDArray[np.datetime64]] = {}
    for position, name in enumerate(present):
        values = frame[name].to_numpy(copy=True)
        wrong = np.zeros(len(values), dtype=bool)
        for other in present[:position]:
            certain = changed.get(other, frame[other].to_numpy())
            later = DATE_ORDER.index(name) > DATE_ORDER.index(other)
            wrong |= values < certain if later else values > certain
        for row in np.flatnonzero(wrong):
            log.add("date_order", reference(int(row)), name, str(values[row])[:10], _order(name))
        if wrong.any():
            values[wrong] = np.datetime64("NaT")
            changed[name] = values
    return frame.assign(**changed) if changed else frame


def _order(name: str) -> str:
    place = DATE_ORDER.index(name)
    before, after = DATE_ORDER[:place], DATE_ORDER[place + 1 :]
    parts = []
    if before:
        parts.append(f"not before {', '.join(before)}")
    if after:
        parts.append(f"not after {', '.join(after)}")
    return "; ".join(parts)
