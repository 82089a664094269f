"""Monthly stocks and flows of one stage, as an authority counts them itself.

A month that was not counted is missing, never zero and never filled in. Stocks that do not follow
from the flows are kept as they are: :attr:`MonthlySeries.unexplained` says by how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from riskmodel.core.labels import label
from riskmodel.core.result import Result
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.plausible import MOST
from riskmodel.series import Note

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SERIES_STAGES", "MonthlySeries", "RepeatPlans", "StageMoves", "month_ends"]

SERIES_STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")
"""The stages that are counted month by month, of :data:`riskmodel.vocabulary.STAGES`."""

_Floats = npt.NDArray[np.float64]
_Days = npt.NDArray[np.datetime64]
_MEASURES = ("stock", "starts", "ends")


@dataclass(frozen=True, slots=True)
class StageMoves:
    """Of the children who start or end in a stage, how many come from or go to another.

    Parameters
    ----------
    origin, destination
        Stages, or what ``riskmodel.levers.OUTSIDE`` names.
    counted
        ``starts`` of the destination, or ``ends`` of the origin.
    moved, of
        Children.
    words
        What was counted, after "children who start".
    source
        When and where it was counted.
    basis
        ``published``, or ``observed`` of an authority's own records.

    Raises
    ------
    DataError
        When more moved than were counted, or nobody was counted.
    """

    origin: str
    destination: str
    counted: Literal["starts", "ends"]
    moved: int
    of: int
    words: str
    source: str
    basis: Literal["published", "observed"]

    def __post_init__(self) -> None:
        if not 0 <= self.moved <= self.of or self.of == 0:
            raise DataError(f"{self.moved} children cannot be some of {self.of}", field="moved")

    @property
    def stage(self) -> str:
        """The stage whose starts or ends were counted."""
        return self.destination if self.counted == "starts" else self.origin


@dataclass(frozen=True, slots=True)
class RepeatPlans:
    """How many children come back to a protection plan after one that ended.

    Parameters
    ----------
    again, of
        Second and subsequent plans, of all that started; or, with ``followed``, ended plans after
        which the child came back while the records go on, of all that ended.
    source
        When and where it was counted.
    basis
        ``published`` or ``observed``.
    followed
        Of the ended plans, how many the records follow for no month, for one, for two, and so on;
        they add up to ``of``. Empty where starts were counted.

    Raises
    ------
    DataError
        When more came back than were counted, nobody was counted, or those who were followed are
        not all.
    """

    again: int
    of: int
    source: str
    basis: Literal["published", "observed"]
    followed: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.again <= self.of or self.of == 0:
            raise DataError(f"{self.again} plans cannot be some of {self.of}", field="again")
        if self.followed and sum(self.followed) != self.of:
            raise DataError(
                f"{sum(self.followed)} followed plans are not all of {self.of}", field="followed"
            )


def month_ends(months: npt.ArrayLike) -> _Days:
    """The last day of each month.

    Examples
    --------
    >>> [str(day) for day in month_ends(["2015-01", "2015-02"])]
    ['2015-01-31', '2015-02-28']
    """
    following = np.asarray(months, dtype="datetime64[M]") + np.timedelta64(1, "M")
    return (following.astype("datetime64[D]") - np.timedelta64(1, "D")).astype("datetime64[D]")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MonthlySeries(Result):
    """Children or plans at the end of each month, and how many started and ended in it.

    Parameters
    ----------
    area
        The authority or part of it; empty where the file names none.
    dates
        Ends of the months, one after the other without a gap, ``datetime64[D]``; shape (months,).
    stage
        One of :data:`SERIES_STAGES`.
    stock
        Open at the end of the last day of each month; shape (months,). Whole numbers, NaN where
        it is not known. Copied and locked, as are the flows.
    starts, ends
        Started and ended in the month; shape (months,). NaN where it is not known.
    source
        Where the figures come from, for messages.
    notes
        What a reader of the figures has to know.

    Raises
    ------
    DataError
        When shapes differ, a date is no month's end or does not follow the one before, a figure
        is negative or broken, or there is no figure at all.
    UnknownNameError
        When the stage is none that is counted.
    """

    area: str
    dates: _Days
    stage: str
    stock: _Floats
    starts: _Floats
    ends: _Floats
    source: str = "series"
    notes: Sequence[Note] = ()

    def __post_init__(self) -> None:
        if self.stage not in SERIES_STAGES:
            raise UnknownNameError("stage of a monthly series", self.stage, SERIES_STAGES)
        object.__setattr__(self, "notes", tuple(self.notes))
        dates = np.array(self.dates, dtype="datetime64[D]")
        dates.flags.writeable = False
        object.__setattr__(self, "dates", dates)
        for name in _MEASURES:
            values = np.array(getattr(self, name), dtype=np.float64)
            values.flags.writeable = False
            object.__setattr__(self, name, values)
            self._check(name, values)
        self._check_dates()

    def _check(self, name: str, values: _Floats) -> None:
        if values.shape != self.dates.shape or values.ndim != 1:
            message = f"needs {self.dates.shape} figures, one a month; found {values.shape}"
            raise DataError(message, file=self.source, field=name)
        known = ~np.isnan(values)
        most = MOST["children"]
        sound = (values >= 0) & (values <= most) & (np.floor(values) == values)
        wrong = np.flatnonzero(known & ~sound)
        if len(wrong):
            found = f"{values[wrong[0]]:g} at {self.dates[wrong[0]]}"
            raise DataError(
                f"found {found}; allowed: a whole number from 0 to {most:,}, or NaN for what is "
                "not known",
                file=self.source,
                field=name,
            )

    def _check_dates(self) -> None:
        dates = self.dates
        if np.isnat(dates).any() or (dates != month_ends(dates)).any():
            raise DataError("needs the last day of a month", file=self.source, field="dates")
        gaps = np.flatnonzero(np.diff(dates.astype("datetime64[M]")).astype(np.int64) != 1)
        if len(gaps):
            pair = f"{dates[gaps[0]]} and {dates[gaps[0] + 1]}"
            message = f"months must follow each other, found {pair}; a month not counted holds NaN"
            raise DataError(message, file=self.source, field="dates")
        if not any(np.isfinite(getattr(self, name)).any() for name in _MEASURES):
            raise DataError(f"holds no figure of {self.stage}", file=self.source)

    def __len__(self) -> int:
        return len(self.dates)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MonthlySeries):
            return NotImplemented
        return (
            (self.area, self.stage) == (other.area, other.stage)
            and np.array_equal(self.dates, other.dates)
            and all(
                np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True)
                for name in _MEASURES
            )
        )

    __hash__ = None  # type: ignore[assignment]  # arrays inside: equal objects would hash apart

    @property
    def unexplained(self) -> _Floats:
        """What starts and ends do not explain of each month's change in stock; shape (months,).

        ``stock[t] - (stock[t - 1] + starts[t] - ends[t])``; NaN where one of the four is not
        known. Late recording gives a few either way.
        """
        found = np.full(len(self), np.nan)
        found[1:] = np.diff(self.stock) - (self.starts - self.ends)[1:]
        return found

    @property
    def missing(self) -> int:
        """Months without a stock."""
        return int(np.isnan(self.stock).sum())

    def gaps(self) -> str:
        """In words how many months lack a figure that others have; "" where none does."""
        lacking = {name: int(np.isnan(getattr(self, name)).sum()) for name in _MEASURES}
        return ", ".join(
            f"{count} without {'a stock' if name == 'stock' else name}"
            for name, count in lacking.items()
            if count and (name == "stock" or count < len(self))
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a month: area, stage, month_end, stock, starts, ends, unexplained."""
        import pandas as pd

        return pd.DataFrame(
            {
                "area": pd.Series([self.area] * len(self), dtype="str"),
                "stage": pd.Series([self.stage] * len(self), dtype="str"),
                "month_end": self.dates.astype("datetime64[s]"),
                **{name: getattr(self, name).copy() for name in _MEASURES},
                "unexplained": self.unexplained,
            }
        )

    def small(self, most: int) -> int:
        """How many of its counts are from 1 to this one."""
        counts = np.concatenate([getattr(self, name) for name in _MEASURES])
        return int(((counts >= 1) & (counts <= most)).sum())

    def summary(self, withheld: int = 0) -> str:
        """What it is, in a sentence; a stock from 1 to ``withheld`` is a symbol."""
        known = self.stock[~np.isnan(self.stock)]
        ends = [
            f"{n:,.0f}" if n < 1 or n > withheld else "[c]" for n in known[[0, -1][: len(known)]]
        ]
        levels = f"stock {ends[0]} to {ends[-1]}" if ends else "no stock"
        where = f"{self.area}, " if self.area else ""
        return (
            f"{where}{label(self.stage).full}: {count_of(len(self), 'month')}, "
            f"{str(self.dates[0])[:7]} to {str(self.dates[-1])[:7]}, {levels}, "
            f"{self.gaps() or '0 without a stock'} ({self.source})"
        )
