"""Months, their days and their financial years."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["month_end", "month_ends_after", "year_of", "years_of"]


def year_of(month: str) -> str:
    """The financial year of a month.

    Examples
    --------
    >>> year_of("2025-03"), year_of("2025-04")
    ('2024/25', '2025/26')
    """
    first = int(month[:4]) - (month[5:7] < "04")
    return f"{first}/{(first + 1) % 100:02d}"


def years_of(months: Sequence[str]) -> dict[str, list[int]]:
    """Places of the months of each financial year, in order."""
    years: dict[str, list[int]] = {}
    for place, month in enumerate(months):
        years.setdefault(year_of(month), []).append(place)
    return years


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
