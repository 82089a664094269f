"""Months and their days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["month_end", "month_ends_after"]


def month_end(month: str) -> int:
    """The last day of a month, as a day number from 1970.

    Examples
    --------
    >>> month_end("1970-01")
    30
    """
    return int((np.datetime64(month, "M") + 1).astype("datetime64[D]").astype(np.int64)) - 1


def month_ends_after(opening_month: str, months: int) -> npt.NDArray[np.float64]:
    """Days from the end of the opening month to the end of each month after it, from 0 on.

    Examples
    --------
    >>> month_ends_after("2015-12", 2).tolist()
    [0.0, 31.0, 60.0]
    """
    firsts = np.datetime64(opening_month, "M") + np.arange(1, months + 2)
    days = firsts.astype("datetime64[D]").astype(np.int64)
    ends: npt.NDArray[np.float64] = (days - days[0]).astype(np.float64)
    return ends
