"""Periods on a plan or looked after, and the months that follow from them.

A period counts at the end of a month if it began on that day or before and had not ended on it.
Only months count for which the source holds everybody: a return of a year holds whoever was open
in that year, and of earlier months only those who stayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.dates import BAD, MISSING
from riskmodel.series import Note
from riskmodel.snapshots import MonthlySeries, month_ends

__all__ = [
    "Periods",
    "Plan",
    "Spells",
    "Window",
    "month_numbers",
    "months_text",
    "without_overlaps",
]

Window = Sequence[str]
"""Months, as 2015-03, for which a source holds everybody; they need not follow each other."""

Plan = tuple[str, int, int]
"""Child, and day numbers of start and end of a plan or a period of care; ``MISSING`` for no end."""

Spells = Mapping[str, Sequence[Plan]]
"""Plans, and periods of care, by stage; children are named alike in all of them."""

_Days = npt.NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Periods of one stage in one area.

    Parameters
    ----------
    stage, area, source
        As of :class:`riskmodel.snapshots.MonthlySeries`.
    starts, ends
        Day numbers, shape (periods,); ``MISSING`` for an end that is not there yet.
    window
        The months for which the source holds everybody.
    """

    stage: str
    area: str
    source: str
    starts: _Days
    ends: _Days
    window: Window

    def counts(self) -> tuple[npt.NDArray[np.datetime64], dict[str, npt.NDArray[np.float64]]]:
        """Months from the first to the last of the window; stock, starts and ends in each.

        Raises
        ------
        DataError
            When there is no month for which the source holds everybody.
        """
        if not len(self.window):
            message = f"holds no whole month of {self.stage} for which it holds everybody"
            raise DataError(message, file=self.source)
        covered = np.sort(np.array(list(self.window), dtype="datetime64[M]"))
        months = np.arange(covered[0], covered[-1] + 1)
        first = months[0].astype(np.int64)
        begun, over = month_numbers(self.starts) - first, month_numbers(self.ends) - first
        counts = {
            "stock": _in_force(begun, over, len(months)),
            "starts": _counted(begun, len(months)),
            "ends": _counted(over, len(months)),
        }
        for values in counts.values():
            values[~np.isin(months, covered)] = np.nan
        return months, counts

    def series(self) -> MonthlySeries:
        """The same as a series; the months that the source does not hold are not known."""
        months, counts = self.counts()
        text = (
            f"{self.source}: {self.stage} from {months[0]} to {months[-1]}, the months for which "
            "the source holds everybody"
        )
        note = Note("window", text, self.area)
        dates = month_ends(months)
        return MonthlySeries(
            self.area, dates, self.stage, **counts, source=self.source, notes=(note,)
        )


def month_numbers(days: _Days) -> _Days:
    """The month of each day, from 1970 on; one that never comes for what is missing."""
    missing = (days == MISSING) | (days == BAD)
    months = np.where(missing, 0, days).astype("datetime64[D]").astype("datetime64[M]")
    return np.where(missing, _NEVER, months.astype(np.int64))


def _in_force(begun: _Days, over: _Days, length: int) -> npt.NDArray[np.float64]:
    """How many are in force at the end of each month, by the months of start and end."""
    change = np.zeros(length + 1)
    np.add.at(change, np.clip(begun, 0, length), 1)
    np.add.at(change, np.clip(np.maximum(over, begun), 0, length), -1)
    return np.cumsum(change)[:length]


def _counted(months: _Days, length: int) -> npt.NDArray[np.float64]:
    inside = months[(months >= 0) & (months < length)]
    return np.bincount(inside, minlength=length).astype(np.float64)


def without_overlaps(
    children: Sequence[str] | npt.NDArray[np.object_], starts: _Days, ends: _Days
) -> tuple[_Days, _Days, int]:
    """Periods of each child that do not overlap, and how many were joined to an earlier one.

    Two periods of one child at one time are one child on a plan.
    """
    joined: list[tuple[int, int]] = []
    latest: dict[str, int] = {}
    number = 0
    order = np.argsort(starts, kind="stable")
    open_until = np.where(ends == MISSING, _NEVER, ends)
    for row in order.tolist():
        child, start, end = children[row], int(starts[row]), int(open_until[row])
        position = latest.get(child)
        if position is not None and start < joined[position][1]:
            joined[position] = (joined[position][0], max(joined[position][1], end))
            number += 1
        else:
            latest[child] = len(joined)
            joined.append((start, end))
    pairs = np.array(joined, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], np.where(pairs[:, 1] == _NEVER, MISSING, pairs[:, 1]), number


def months_text(series: Iterable[MonthlySeries]) -> str:
    """Months as CSV in the form that :func:`riskmodel.intake.read_snapshots` reads.

    A row a month and stage; a month that is not known has empty cells.
    """
    if not series:
        raise DataError("holds no plan and no child looked after, so there are no months")
    frame = pd.concat([one.to_frame() for one in series], ignore_index=True)
    frame["month"] = frame["month_end"].dt.strftime("%Y-%m")
    measures = ["stock", "starts", "ends"]
    frame[measures] = frame[measures].astype("Int64")
    area = ["area"] if (frame["area"] != "").any() else []
    return frame[["month", *area, "stage", *measures]].to_csv(index=False, lineterminator="\n")
