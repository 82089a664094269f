"""How long a case stays open after care, and which workers hold it in turn.

The random draws depend on the family and the day of its referral, so that brothers and sisters
change workers together, and the returns of all years agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.working_days import on_office_days, spread_on_office_days
from riskmodel.parameters import parameter
from riskmodel.streams import keyed_uniforms, keys_of

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.cohort.histories import History

__all__ = ["as_left_by_care", "worker_periods"]

AT_HOME = ("E4A", "E8")
"""Ends of care after which a family is visited for a while."""

FIRST = "FCONTA"
CHANGES = ("TSPROC", "LEFTRL", "MANAGE", "ABSENC", "ORGRST")
"""Why a worker changes, in the codes of the return on children looked after: another team, the
worker left, a manager's decision, absence, teams reorganised."""

MOST_WORKERS = 12
APART_DAYS = 30
YEAR = 365.25
ADULT_DAYS = 6574


def as_left_by_care(history: History) -> History:
    """Histories in which cases stay open after a return home, and none follows an adoption.

    Parameters
    ----------
    history
        Without records. A case stays open for weeks or months, at most until the next referral. An
        adopted child is known under another name from then on.
    """
    care, episodes = history.care, history.episodes
    adopted = care[care["end_reason"] == "E11"].groupby("child")["end"].min()
    left = adopted.reindex(episodes["child"]).to_numpy().astype("datetime64[D]")
    kept = ~(episodes["referral"].to_numpy().astype("datetime64[D]") > left)
    episodes = _open_after_care(history.children, episodes[kept].reset_index(drop=True), care)
    return replace(history, episodes=episodes, flags=history.flags[kept])


def _open_after_care(
    children: pd.DataFrame, episodes: pd.DataFrame, care: pd.DataFrame
) -> pd.DataFrame:
    home = care[care["last"] & care["end_reason"].isin(AT_HOME)]
    ended = home.set_index(["child", "care_start"])["end"]
    ended = ended[~ended.index.duplicated()]
    wanted = list(zip(episodes["child"], episodes["care_start"], strict=True))
    at_home = ended.reindex(wanted).notna().to_numpy()
    child = episodes["child"].to_numpy()
    closure = episodes["closure"].to_numpy().astype("datetime64[D]")
    draw = keyed_uniforms(_keys(children, episodes), 2 * MOST_WORKERS)
    days = 14 - parameter("history_open_after_care_days").value * np.log1p(-draw)
    later = spread_on_office_days(closure + days.astype(np.int64))
    following = episodes["referral"].to_numpy().astype("datetime64[D]")[1:]
    same = np.diff(child) == 0
    latest = np.full(len(child), np.datetime64("2200-01-01"))
    latest[:-1] = np.where(same, on_office_days(following - 3), latest[:-1])
    born = children["birth_date"].to_numpy().astype("datetime64[D]")[child]
    latest = np.minimum(latest, on_office_days(born + ADULT_DAYS - 10))
    longer = np.where(at_home, np.maximum(closure, np.minimum(later, latest)), closure)
    found = episodes.copy()
    found["closure"] = longer.astype(closure.dtype)
    return found


def worker_periods(
    children: pd.DataFrame, episodes: pd.DataFrame, workers: pd.Series
) -> pd.DataFrame:
    """Who held each case, and from when until when.

    Parameters
    ----------
    children, episodes
        As in :class:`riskmodel.cohort.histories.History`, or some of its episodes.
    workers
        The numbers of all workers.

    Returns
    -------
    pandas.DataFrame
        row (of ``episodes``), worker, start, end, reason (for which the period began), in order.

    Notes
    -----
    Days to the next change are exponential with the mean ``history_worker_days`` and at least 30;
    the case goes to the next worker by number.
    """
    import pandas as pd

    start, over = (episodes[name].to_numpy().astype("datetime64[D]") for name in (
        "referral", "closure"))  # fmt: skip
    worker = episodes["worker"].to_numpy()
    first, number = (int(workers.min()), int(np.ptp(workers)) + 1) if len(workers) else (0, 1)
    keys, rows = _keys(children, episodes), np.arange(len(episodes))
    mean = parameter("history_worker_days").value
    parts, begun = [], start
    for turn in range(MOST_WORKERS):
        days = APART_DAYS - mean * np.log1p(-keyed_uniforms(keys[rows], 2 * turn))
        until = spread_on_office_days(begun + days.astype(np.int64))
        # Nobody takes a case over for its last days.
        is_last = (until > over[rows] - APART_DAYS) | (turn == MOST_WORKERS - 1) | (number == 1)
        reason = np.array(CHANGES)[
            np.searchsorted(
                np.cumsum(parameter("history_worker_change_shares").numbers)[:-1] / 100,
                keyed_uniforms(keys[rows], 2 * turn + 1),
                side="right",
            )
        ]
        parts.append(
            pd.DataFrame(
                {
                    "row": rows,
                    "worker": first + (worker[rows] - first + turn) % number,
                    "start": begun,
                    "end": np.where(is_last, over[rows], until),
                    "reason": reason if turn else FIRST,
                }
            )
        )
        rows, begun = rows[~is_last], until[~is_last]
    found = pd.concat(parts, ignore_index=True)
    return found.sort_values(["row", "start"], kind="stable", ignore_index=True)


def _keys(children: pd.DataFrame, episodes: pd.DataFrame) -> npt.NDArray[np.uint64]:
    family = children["family_id"].to_numpy()[episodes["child"].to_numpy()]
    day = episodes["referral"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return keys_of(family.astype(np.uint64), day)
