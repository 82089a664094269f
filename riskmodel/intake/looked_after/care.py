"""Episodes of several returns put together, and the periods of care that they make up.

A period of care is a run of episodes without a gap. It begins with an episode of reason S, and goes
on where an episode ends with X1: the next one begins on that day, or should have. What is done
where records contradict each other is what the sector's own tools do to such returns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.intake.dates import MISSING, day_numbers_to_dates
from riskmodel.intake.looked_after.codes import CHANGE, SHORT_BREAKS, START
from riskmodel.intake.periods import Window
from riskmodel.intake.record_tables import RawTable
from riskmodel.intake.result import IssueLog

__all__ = ["put_together", "whole_months"]

_Flags = npt.NDArray[np.bool_]
_KEY = ["person", "start"]


def whole_months(frame: pd.DataFrame) -> dict[int, Window]:
    """By area the months of the years whose returns are held: they hold everybody then."""
    windows: dict[int, Window] = {}
    pairs = frame[["area", "return_year"]].drop_duplicates()
    for area, part in pairs.groupby("area", sort=False):
        years = sorted(set(part["return_year"]) - {0})
        firsts = [np.datetime64(f"{year - 1}-04", "M") for year in years]
        months = [str(first + np.timedelta64(step, "M")) for first in firsts for step in range(12)]
        windows[int(str(area))] = tuple(months)
    return windows


def put_together(
    frame: pd.DataFrame, tables: Sequence[RawTable], log: IssueLog, left_out: dict[str, int]
) -> pd.DataFrame:
    """The episodes that count, in order, with the period that each belongs to.

    Parameters
    ----------
    frame
        Episodes of all returns, dates as day numbers, with ``return_year``, ``table`` and ``row``.
    tables
        The tables that they stand in.
    log
        Where issues go.
    left_out
        Records left out by reason: what is left out here is added.

    Returns
    -------
    pandas.DataFrame
        Without overlaps; ``period`` numbers the periods of care.
    """
    last_years = np.zeros(frame["area"].max() + 1 if len(frame) else 0, dtype=np.int64)
    np.maximum.at(last_years, frame["area"].to_numpy(), frame["return_year"].to_numpy())
    frame = frame.sort_values([*_KEY, "return_year", "table", "row"], kind="stable")
    issue = _Issues(tables, log)

    def drop(frame: pd.DataFrame, wrong: _Flags, reason: str) -> pd.DataFrame:
        left_out[reason] = left_out.get(reason, 0) + int(wrong.sum())
        return frame[~wrong]

    wrong = ((frame["end"] != MISSING) & (frame["end"] < frame["start"])).to_numpy()
    issue.add("ends_before_start", frame[wrong], "DEC", "a day from DECOM on")
    frame = drop(frame, wrong, "ends_before_start")
    same_return = frame.duplicated([*_KEY, "return_year"], keep="last").to_numpy()
    issue.add("repeated", frame[same_return], "DECOM", "one episode of a child and day")
    frame = drop(frame, same_return, "repeated")
    frame = drop(frame, frame.duplicated(_KEY, keep="last").to_numpy(), "superseded")
    is_short = frame["legal_status"].isin(SHORT_BREAKS).to_numpy()
    before = np.append(False, is_short[:-1])[: len(frame)]
    frame = frame.assign(after_break=before & _same_child(frame))
    frame = drop(frame, is_short, "short_break").reset_index(drop=True)
    frame["was_open"] = (frame["end"] == MISSING).to_numpy()
    frame["end"] = _ends(frame, last_years, issue)
    frame["period"] = np.cumsum(_begins(frame, issue))
    return _dated(frame)


class _Issues:
    """Reports rows of the frame with the place that they stand at."""

    def __init__(self, tables: Sequence[RawTable], log: IssueLog) -> None:
        self.tables, self.log = tables, log

    def add(self, rule: str, rows: pd.DataFrame, field: str, allowed: str) -> None:
        """An issue for each of these rows."""
        name = {"DECOM": "start", "DEC": "end", "RNE": "start_reason", "REC": "end_reason"}[field]
        for table, row, value in zip(rows["table"], rows["row"], rows[name], strict=True):
            shown = value if isinstance(value, str) else _shown(value)
            self.log.add(rule, self.tables[table].where(row), field, shown, allowed)


def _shown(day: int) -> str:
    return "" if day == MISSING else str(np.datetime64(int(day), "D"))


def _same_child(frame: pd.DataFrame) -> _Flags:
    """Whether each episode is of the child of the one before."""
    person = frame["person"].to_numpy()
    same: _Flags = np.append(False, person[1:] == person[:-1])[: len(frame)]
    return same


def _ends(
    frame: pd.DataFrame, last_years: npt.NDArray[np.int64], issue: _Issues
) -> npt.NDArray[np.int64]:
    """The end of each episode: not after the next one begins, and not open where it cannot be."""
    starts, ends = frame["start"].to_numpy(), frame["end"].to_numpy().copy()
    has_next = np.append(_same_child(frame)[1:], False)[: len(frame)]
    following = np.append(starts[1:], MISSING)[: len(frame)]
    is_open = ends == MISSING
    has_reason = is_open & (frame["end_reason"] != "").to_numpy()
    issue.add("reason_without_end", frame[has_reason], "REC", "nothing, or a date in DEC")
    issue.add("not_the_last", frame[is_open & has_next], "DEC", "a date, as another one follows")
    years = frame["return_year"].to_numpy()
    is_start = (frame["start_reason"] == START).to_numpy()
    comes_back = np.append(is_start[1:], False)[: len(frame)]
    # A child who comes back later had left: by the end of the return's year at the latest.
    year_end = np.where(years > 0, _first_of_april(years), following)
    until = np.where(comes_back, np.minimum(following, year_end), following)
    ends[is_open & has_next] = until[is_open & has_next]
    after_break = np.append(frame["after_break"].to_numpy()[1:], False)[: len(frame)]
    is_change = (frame["end_reason"] == CHANGE).to_numpy() & ~is_open
    gap = has_next & is_change & ~comes_back & ~after_break & (ends < following)
    issue.add("gap_closed", frame[gap], "DEC", "the day on which the next episode begins")
    ends[gap] = following[gap]
    later = last_years[frame["area"].to_numpy()]
    lost = is_open & ~has_next & (years > 0) & (years < later)
    issue.add("not_carried_on", frame[lost], "DECOM", "the episode in the next return too")
    ends[lost] = _first_of_april(years[lost])
    overlapping = has_next & (ends > following)
    issue.add("overlapping", frame[overlapping], "DEC", "a day up to the next DECOM")
    for row in np.flatnonzero(has_next).tolist() if overlapping.any() else []:
        if ends[row] > following[row]:
            if ends[row + 1] != MISSING:
                ends[row + 1] = max(ends[row + 1], ends[row])
            ends[row] = following[row]
    return ends


def _first_of_april(years: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The day number of 1 April of each year."""
    months = ((years - 1970) * 12 + 3).astype("datetime64[M]")
    days: npt.NDArray[np.int64] = months.astype("datetime64[D]").astype(np.int64)
    return days


def _begins(frame: pd.DataFrame, issue: _Issues) -> _Flags:
    """Whether each episode begins a period of care."""
    same = _same_child(frame)
    starts, ends = frame["start"].to_numpy(), frame["end"].to_numpy()
    is_start = (frame["start_reason"] == START).to_numpy()
    goes_on = frame["end_reason"].isin([CHANGE, ""]).to_numpy() | (ends == MISSING)
    before = np.append(MISSING, ends[:-1])[: len(frame)]
    went_on = np.append(True, goes_on[:-1])[: len(frame)]
    touches = same & (starts == before)
    was_open = np.append(False, frame["was_open"].to_numpy()[:-1])[: len(frame)]
    begins: _Flags = ~same | (starts > before) | (touches & is_start & (~went_on | was_open))
    issue.add("end_continues", frame[touches & ~went_on & ~is_start], "RNE", START)
    years = frame["return_year"].to_numpy()
    inside = (years > 0) & (starts >= _first_of_april(years - 1))
    odd = begins & ~is_start & inside & ~frame["after_break"].to_numpy()
    issue.add("start_missing", frame[odd], "RNE", START)
    closes = np.append(begins[1:], True)[: len(frame)] & (ends != MISSING)
    ended_so = closes & (frame["end_reason"] == CHANGE).to_numpy()
    issue.add("next_missing", frame[ended_so], "REC", "a reason for the end, or a next episode")
    return begins


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    dates = {name: day_numbers_to_dates(frame[name].to_numpy()) for name in ("start", "end")}
    return frame.assign(**dates).drop(columns=["table", "row", "after_break", "was_open", "label"])
