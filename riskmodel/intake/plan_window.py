"""Whether a plan follows its assessment, by one rule for every file that holds both dates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN
from riskmodel.census import PLAN_WINDOW_DAYS
from riskmodel.core.lazy import pd
from riskmodel.intake.result import IssueLog

__all__ = ["ASSESSED", "STARTED", "follows", "plans_that_follow"]

ASSESSED, STARTED = "assessment_date", "plan_start_date"
_OF_PLAN = (STARTED, "plan_end_date")
_ALLOWED = f"on the day of the assessment or at most {PLAN_WINDOW_DAYS} days after it"


def follows(
    assessed: npt.NDArray[np.datetime64], started: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.bool_]:
    """Whether each start may belong to its assessment; true where a date is missing.

    Examples
    --------
    >>> days = lambda *words: np.array(words, dtype="datetime64[s]")
    >>> follows(days("2014-06-10", "2014-06-10", "NaT"), days("2014-06-10", "2018-07-01", "NaT"))
    array([ True, False,  True])
    """
    between = (started.astype("datetime64[D]") - assessed.astype("datetime64[D]")).astype(np.int64)
    missing = np.isnat(assessed) | np.isnat(started)
    return np.asarray(missing | ((between >= 0) & (between <= PLAN_WINDOW_DAYS)), dtype=bool)


def plans_that_follow(
    frame: pd.DataFrame, log: IssueLog, reference: Callable[[int], str]
) -> pd.DataFrame:
    """Take back plans that start before their assessment or long after it, and report each.

    Parameters
    ----------
    frame
        A table with ``plan``; nothing is done where it lacks one of the two dates.
    log
        Where issues go, and plans that are left out.
    reference
        Names a row.
    """
    if ASSESSED not in frame.columns or STARTED not in frame.columns:
        return frame
    started = frame[STARTED].to_numpy(dtype="datetime64[s]")
    linked = follows(frame[ASSESSED].to_numpy(dtype="datetime64[s]"), started)
    plan = frame[PLAN].to_numpy(dtype=bool)
    wrong = plan & ~linked
    if not wrong.any():
        return frame
    for row in np.flatnonzero(wrong):
        shown = str(started[row])[:10]
        log.add("plan_not_linked", reference(int(row)), STARTED, shown, _ALLOWED)
    log.leave_out("plans", "not_linked", int(wrong.sum()))
    gone = {name: frame[name].mask(wrong) for name in _OF_PLAN if name in frame.columns}
    return frame.assign(**{PLAN: plan & linked}, **gone)
