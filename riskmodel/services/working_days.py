"""Working days: all but weekends and the bank holidays of England and Wales."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.core.toml import parse_toml

__all__ = ["bank_holidays", "working_days"]

_FIRST, _LAST = 1990, 2100


@cache
def bank_holidays() -> npt.NDArray[np.datetime64]:
    """Bank holidays by the standing rules, with those that were added or moved in single years.

    Notes
    -----
    Banking and Financial Dealings Act 1971; what was proclaimed for a single year is in
    ``data/bank_holidays.toml``.
    """
    from dateutil.relativedelta import MO  # type: ignore[import-untyped]
    from pandas.tseries.holiday import (
        AbstractHolidayCalendar,
        EasterMonday,
        GoodFriday,
        Holiday,
        next_monday,
        next_monday_or_tuesday,
    )

    calendar = AbstractHolidayCalendar(
        "England and Wales",
        [
            Holiday("New Year", month=1, day=1, observance=next_monday),
            GoodFriday,
            EasterMonday,
            Holiday("Early May", month=5, day=1, offset=pd.DateOffset(weekday=MO(1))),
            Holiday("Spring", month=5, day=31, offset=pd.DateOffset(weekday=MO(-1))),
            Holiday("Summer", month=8, day=31, offset=pd.DateOffset(weekday=MO(-1))),
            Holiday("Christmas", month=12, day=25, observance=next_monday),
            Holiday("Boxing", month=12, day=26, observance=next_monday_or_tuesday),
        ],
    )
    days = calendar.holidays(pd.Timestamp(_FIRST, 1, 1), pd.Timestamp(_LAST, 12, 31))
    file = resources.files("riskmodel.services").joinpath("data", "bank_holidays.toml")
    once = parse_toml(file.read_text(encoding="utf-8"), file.name).content
    kept = set(days.to_numpy().astype("datetime64[D]").tolist()) - set(once["not_held"])
    return np.array(sorted(kept | set(once["added"])), dtype="datetime64[D]")


def working_days(
    starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Working days from one day to another, not counting the day of the start.

    Parameters
    ----------
    starts, ends
        Days since 1 January 1970, an end not before its start.
    """
    # Counted from the day after the start to the end, both included.
    first, after = ((days + 1).astype("datetime64[D]") for days in (starts, ends))
    return np.asarray(np.busday_count(first, after, holidays=bank_holidays()), dtype=np.int64)
