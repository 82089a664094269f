"""What is said of an analyst's months that no figure is changed for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from riskmodel.core.labels import label
from riskmodel.series import Note
from riskmodel.snapshots import MonthlySeries

__all__ = ["SNAPSHOT_RULES", "month_word", "notes_of"]

SNAPSHOT_RULES: Mapping[str, str] = {
    "order": "months stand in another order: they are put in order",
    "gap": "months between the first and the last are not in the file: they are kept as missing",
    "single_month": "there is one month: a level, and nothing about its change",
    "zero": "a stock is zero beside others that are not: it is kept as zero; leave a cell empty "
    "where nothing was counted",
    "doubtful": "a figure is far from those of the months around it: it is used as it stands, and "
    "`riskmodel check` asks whether it is a slip",
    "unexplained": "a stock does not follow from the stock before, starts and ends: all are kept",
}
"""What the notes of a series say. None of them changes a figure."""

_FAR = {"stock": 1.5, "starts": 3.0, "ends": 3.0}
"""Times the figures on both sides, beyond which a figure is doubtful; and 5 times what chance
alone would do, so that small numbers may jump."""

_CHANCE = 5.0
_COUNTED = {"stock": "at the end of", "starts": "started in", "ends": "ended in"}
_Month = tuple[int, int]


def notes_of(
    series: MonthlySeries, keys: list[_Month], lines: Mapping[_Month, int], file: str
) -> Iterator[Note]:
    """What is unusual in a series, with its line.

    Parameters
    ----------
    series
        As it was read.
    keys
        Its months.
    lines
        Line of each month that the file has.
    file
        For the place.
    """
    what = f"{series.stage} of {series.area}" if series.area else series.stage

    def place(month: _Month) -> str:
        return f"{file}, line {lines[month]}: {what}"

    listed = [month for month in lines if keys[0] <= month <= keys[-1]]
    for before, after in pairwise(listed):
        if after < before:
            said = f"{month_word(after)} stands after {month_word(before)}; put in order"
            text = f"{place(after)}: {said}"
            yield Note("order", text, series.area)
            break
    absent = [month for month in keys if month not in lines]
    if absent:
        known = max(month for month in lines if month < absent[0])
        text = f"{place(known)}: {len(absent)} months are not in the file, {month_word(absent[0])} "
        yield Note("gap", f"{text}the first; kept as missing", series.area)
    if len(series) == 1:
        text = f"{place(keys[0])}: one month alone, which says nothing about change"
        yield Note("single_month", text, series.area)
    zero = np.flatnonzero(series.stock == 0)
    if len(zero) and np.nansum(series.stock) > 0:
        text = f"{place(keys[zero[0]])}: the stock is 0 in {len(zero)} months, and not in others"
        yield Note("zero", f"{text}; kept as 0", series.area)
    yield from _doubtful(series, keys, place)
    yield from _unexplained(series, keys, place)


def _doubtful(
    series: MonthlySeries, keys: list[_Month], place: Callable[[_Month], str]
) -> Iterator[Note]:
    """Figures far above, or far below, both of the nearest ones: digits slip when they are typed.

    At either end of the months these are the two beside it. A change that lasts is none.
    """
    for measure, times in _FAR.items():
        values = getattr(series, measure)
        known = np.flatnonzero(~np.isnan(values))
        for at in range(len(known) if len(known) > 2 else 0):
            inner = min(max(at, 1), len(known) - 2)
            beside = values[[known[one] for one in (inner - 1, inner, inner + 1) if one != at]]
            value, low, high = values[known[at]], beside.min(), beside.max()
            above = value > times * high and value - high > _CHANCE * np.sqrt(high)
            if above or (value < low / times and low - value > _CHANCE * np.sqrt(low)):
                month = keys[known[at]]
                where = place(month).replace(series.stage, label(series.stage).full)
                text = (
                    f"{where}: {value:,.0f} {_COUNTED[measure]} {month_word(month)}, and "
                    f"{beside[0]:,.0f} and {beside[1]:,.0f} beside it: mend it if it is a slip; it "
                    "is used as it stands"
                )
                yield Note("doubtful", text, series.area)


def _unexplained(
    series: MonthlySeries, keys: list[_Month], place: Callable[[_Month], str]
) -> Iterator[Note]:
    left = series.unexplained
    wrong = np.flatnonzero(~np.isnan(left) & (left != 0))
    if len(wrong):
        row = int(wrong[np.argmax(np.abs(left[wrong]))])
        known = int((~np.isnan(left)).sum())
        expected = series.stock[row] - left[row]
        text = (
            f"{place(keys[row])}: {len(wrong)} of {known} stocks are not the stock before, plus "
            f"starts, less ends; furthest {month_word(keys[row])}, {series.stock[row]:,.0f} where "
            f"these give {expected:,.0f}"
        )
        yield Note("unexplained", text, series.area)


def month_word(month: _Month) -> str:
    """A month as messages write it."""
    return f"{month[0]:04}-{month[1]:02}"
