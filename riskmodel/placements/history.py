"""Placements in a return: who was where on every day, and who entered, moved and left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import Month
from riskmodel.core.result import Result
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.looked_after.codes import LEGAL_STATUSES, grouped
from riskmodel.placements.kinds import (
    BAND_AGES,
    BANDS,
    DURATION_DAYS,
    EXITS,
    KINDS,
    RATED_EXITS,
    kinds_of,
    reason_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.account import Tally
    from riskmodel.intake import LookedAfter

__all__ = ["DIMENSIONS", "OPEN", "Exposure", "History", "birthdays", "placement_history"]

Days = npt.NDArray[np.int64]

OPEN = 2**30
"""The day number used as the end of what has not ended."""
DIMENSIONS = ("placement", "age_band", "unaccompanied", "legal_status", "where")
"""What stocks can be divided by; ``where`` is inside or outside the area, with distance."""

GROWN_DAYS = 3
"""Children who leave at most so many days before their 18th birthday count as leaving at 18."""
FAR_MILES = 20
_LEFT, _STAYS = -1, -2


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """Child-days at risk, and the events in them.

    Parameters
    ----------
    days
        Shape (kind, band, unaccompanied, duration).
    moves
        To another kind, shape (kind, band, unaccompanied, duration, kind).
    exits
        Except 18th birthdays, shape (kind, band, unaccompanied, duration, reason of
        :data:`~riskmodel.placements.kinds.RATED_EXITS`).
    has_moves
        Whether moves are counted; if not, the days are no evidence about moves.
    """

    days: npt.NDArray[np.float64]
    moves: npt.NDArray[np.float64]
    exits: npt.NDArray[np.float64]
    has_moves: bool = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class History(Result):
    """Placements as recorded in a return.

    Parameters
    ----------
    area, source
        Whose, and the file or folder.
    months
        Months for which the return holds every child, ``YYYY-MM``, without a gap.
    episodes
        One row for each episode in force in those months or before: child, period, start, end (day
        numbers, :data:`OPEN` while it is open), care_start, kind, code, born (-1 where not known),
        alone_until (-1 if not unaccompanied), legal_status, where, following (the kind that
        follows; -1 if the child leaves, -2 if it stays), reason (place in
        :data:`~riskmodel.placements.kinds.EXITS`), is_entry, is_move.
    account
        Records of episodes read, used and left out.
    has_moves
        Whether placements before the latest are known, so that there are moves.
    """

    area: str
    source: str
    months: tuple[str, ...]
    episodes: pd.DataFrame
    account: Tally
    has_moves: bool = True

    @property
    def first_day(self) -> int:
        """The first day of the first month."""
        return _day(self.months[0])

    @property
    def end_day(self) -> int:
        """The day after the last month."""
        return _day(self.months[-1], 1)

    def stock(self, days: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Children in care at the end of some days.

        Parameters
        ----------
        days
            Day numbers from 1970, in order.

        Returns
        -------
        numpy.ndarray
            Shape (day, kind, band, unaccompanied); there is one more band at the end for unknown
            ages.
        """
        at = np.asarray(days, dtype=np.int64)
        row, low, high, band, alone, _ = self.pieces(-OPEN, OPEN, known=False)
        kind = self.episodes["kind"].to_numpy()[row]
        shape = (len(KINDS), len(BANDS) + 1, 2)
        cell = np.ravel_multi_index((kind, band, alone), shape)
        size = int(np.prod(shape))
        change = np.zeros((len(at) + 1, size), dtype=np.int64)
        np.add.at(change, (np.searchsorted(at, low), cell), 1)
        np.add.at(change, (np.searchsorted(at, high), cell), -1)
        return change.cumsum(axis=0)[:-1].reshape(len(at), *shape)

    def stocks(self, by: Sequence[str] = ("placement",)) -> pd.DataFrame:
        """Stock at the end of each month by some of :data:`DIMENSIONS`: month, these, stock.

        Raises
        ------
        UnknownNameError
            For an unknown dimension.
        """
        import pandas as pd

        for name in by:
            if name not in DIMENSIONS:
                raise UnknownNameError("dimension of placements", name, DIMENSIONS)
        row, low, high, band, alone, _ = self.pieces(-OPEN, OPEN, known=False)
        frame = self.episodes.iloc[row]
        columns = {
            "placement": np.array(tuple(KINDS))[frame["kind"]],
            "age_band": np.array((*BANDS, "not known"))[band],
            "unaccompanied": np.where(alone == 1, "unaccompanied", "other children"),
            "legal_status": frame["legal_status"].to_numpy(),
            "where": frame["where"].to_numpy(),
        }
        parts = []
        for month in self.months:
            day = _day(month, 1) - 1
            inside = (low <= day) & (day < high)
            held = pd.DataFrame({name: columns[name][inside] for name in by}, dtype=object)
            counted = held.value_counts().reset_index(name="stock").assign(month=month)
            parts.append(counted[["month", *by, "stock"]].sort_values(list(by)))
        return pd.concat(parts, ignore_index=True)

    def pieces(
        self, first: int, end: int, *, known: bool = True
    ) -> tuple[Days, Days, Days, Days, Days, Days]:
        """Episodes cut where the age band or time-in-care band changes, and at the window's ends.

        Parameters
        ----------
        first, end
            The window: its first day, and the day after its last.
        known
            Whether to leave out children without a date of birth.

        Returns
        -------
        tuple
            Row of the episode, first day, day after the last, band, unaccompanied, duration.
        """
        e = self.episodes
        start, over = (e[name].to_numpy() for name in ("start", "end"))
        born, alone_until, care = (
            e[name].to_numpy() for name in ("born", "alone_until", "care_start")
        )
        ages = np.stack([birthdays(born, age) for age in BAND_AGES], axis=1)
        lasting = care[:, None] + np.array(DURATION_DAYS)
        ends = np.stack([np.maximum(start, first), np.minimum(over, end)], axis=1)
        cuts = np.concatenate([ages, lasting, alone_until[:, None], ends], axis=1)
        cuts = np.sort(np.clip(cuts, ends[:, :1], np.maximum(ends[:, 1:], ends[:, :1])), axis=1)
        row, place = np.nonzero(np.diff(cuts, axis=1) > 0)
        low, high = cuts[row, place], cuts[row, place + 1]
        band = np.minimum((ages[row] <= low[:, None]).sum(axis=1), len(BANDS) - 1)
        band = np.where(born[row] < 0, len(BANDS), band)
        alone = (alone_until[row] > low).astype(np.int64)
        duration = (lasting[row] <= low[:, None]).sum(axis=1)
        kept = (band < len(BANDS)) if known else np.full(len(row), True)
        return tuple(each[kept] for each in (row, low, high, band, alone, duration))  # type: ignore[return-value]

    def exposure(self, months: int | None = None) -> Exposure:
        """Days at risk, moves and exits in the last so many months; None takes all.

        Days after an 18th birthday are not at risk, and children without a date of birth are
        left out.
        """
        first = self.first_day if months is None else _day(self.months[-months:][0])
        shape = (len(KINDS), len(BANDS), 2, len(DURATION_DAYS) + 1)
        days = np.zeros(shape)
        moves, exits = np.zeros((*shape, len(KINDS))), np.zeros((*shape, len(RATED_EXITS)))
        e = self.episodes
        row, low, high, *cell = self.pieces(first, self.end_day)
        grown = birthdays(e["born"].to_numpy(), BAND_AGES[-1])[row]
        at = (e["kind"].to_numpy()[row], *cell)
        np.add.at(days, at, np.maximum(np.minimum(high, grown) - low, 0))
        following, reason = (e[name].to_numpy()[row] for name in ("following", "reason"))
        last = (high == e["end"].to_numpy()[row]) & (high < self.end_day) & (low < grown)
        moved = last & (following >= 0) & (following != at[0])
        np.add.at(moves, (*(each[moved] for each in at), following[moved]), 1)
        left = last & (following == _LEFT) & (reason < len(RATED_EXITS))
        np.add.at(exits, (*(each[left] for each in at), reason[left]), 1)
        return Exposure(days, moves, exits, self.has_moves)

    def flows(self) -> pd.DataFrame:
        """Entries, moves in, out and within, and exits by reason, for each month and placement.

        Columns: month, placement, flow, reason, number. Opening stock + entries + moves in - moves
        out - exits is the closing stock of each placement and month.
        """
        import pandas as pd

        e, names, reasons = self.episodes, np.array(tuple(KINDS)), np.array(tuple(EXITS))
        kind, following = names[e["kind"]], e["following"].to_numpy()
        goes_on = following >= 0
        changes = goes_on & (following != e["kind"].to_numpy())
        within = goes_on & ~changes & e["is_move"].to_numpy()
        none = np.full(len(e), "")
        parts = []
        for day, chosen, placement, flow, reason in (
            ("start", e["is_entry"].to_numpy(), kind, "entries", none),
            ("end", changes, names[np.maximum(following, 0)], "moves_in", none),
            ("end", changes, kind, "moves_out", none),
            ("end", within, kind, "moves_within", none),
            ("end", following == _LEFT, kind, "exits", reasons[np.maximum(e["reason"], 0)]),
        ):
            at = e[day].to_numpy()
            inside = chosen & (at >= self.first_day) & (at < self.end_day)
            month = at[inside].astype("datetime64[D]").astype("datetime64[M]").astype(str)
            found = {"month": month, "placement": placement[inside], "flow": flow}
            parts.append(pd.DataFrame({**found, "reason": reason[inside]}))
        keys = ["month", "placement", "flow", "reason"]
        return pd.concat(parts).groupby(keys).size().reset_index(name="number")

    def days_of_care(self) -> pd.DataFrame:
        """Child-days by month and placement: month, year (financial), placement, days."""
        import pandas as pd

        start, end, kind = (self.episodes[name].to_numpy() for name in ("start", "end", "kind"))
        rows = []
        for month in self.months:
            held = np.minimum(end, _day(month, 1)) - np.maximum(start, _day(month))
            days = np.bincount(kind, np.maximum(held, 0), minlength=len(KINDS)).astype(np.int64)
            parts = {"month": month, "year": Month(month).financial_year, "placement": tuple(KINDS)}
            rows.append(pd.DataFrame({**parts, "days": days}))
        return pd.concat(rows, ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """Stock by month, placement, band of age and unaccompanied or not."""
        frame = self.stocks(("placement", "age_band", "unaccompanied"))
        return frame.assign(basis="observed")

    def summary(self) -> str:
        """How many children there are, and where, at the end of the last month."""
        last = self.stocks().query("month == @self.months[-1]")
        said = sorted(last.to_dict("records"), key=lambda row: -int(row["stock"]))
        words = ", ".join(f"{KINDS[row['placement']].lower()} {row['stock']:,}" for row in said[:4])
        number = count_of(int(last["stock"].sum()), "child looked after", "children looked after")
        span = f"{self.months[0]} to {self.months[-1]}"
        return f"{self.source}, {span}: {number} at the end: {words}."


def placement_history(care: LookedAfter, area: str = "") -> History:
    """The placements of one area of a return.

    Parameters
    ----------
    care
        As ``riskmodel.read_looked_after`` gives it.
    area
        Which area; may be left out where there is only one.

    Raises
    ------
    DataError
        When there are several areas and none is named, the area is unknown, or no month is
        complete.

    Notes
    -----
    If there is a gap between months, the last months without a gap are used.
    """
    areas = tuple(care.windows)
    if area not in areas:
        if area or len(areas) != 1:
            raise DataError(
                f"holds {count_of(len(areas), 'area')}: {', '.join(areas) or 'none'}; name one",
                file=care.source,
                field="LA",
            )
        area = areas[0]
    months = _unbroken(care.windows[area])
    episodes = care.episodes[care.episodes["area"].astype(str) == area].reset_index(drop=True)
    if not months or not len(episodes):
        raise DataError("holds no month and episode of every child", file=care.source)
    account = care.account["episodes"]
    return History(area, care.source, months, _rows(episodes), account, not care.latest_alone)


def _unbroken(window: Sequence[str]) -> tuple[str, ...]:
    months = np.sort(np.array(list(window), dtype="datetime64[M]"))
    breaks = np.flatnonzero(np.diff(months.astype(np.int64)) > 1)
    return tuple(months[breaks[-1] + 1 if len(breaks) else 0 :].astype(str).tolist())


def _rows(episodes: pd.DataFrame) -> pd.DataFrame:
    """Episodes with day numbers, kinds, and what follows each of them."""
    import pandas as pd

    start, end, born, until = (
        _day_numbers(episodes[name], missing)
        for name, missing in (
            ("start", OPEN), ("end", OPEN), ("birth_date", -1), ("unaccompanied_until", OPEN),
        )
    )  # fmt: skip
    period = episodes["period"].to_numpy()
    first = np.append(True, np.diff(period) != 0)[: len(period)]
    last = np.append(first[1:], True)[: len(period)]
    kind = kinds_of(episodes["placement"].astype(str), episodes["provider"].astype(str))
    following = np.where(last, np.where(end < OPEN, _LEFT, _STAYS), np.append(kind[1:], 0))
    known = episodes["end_reason"].astype(str)
    reason = known.map({code: reason_of(code) for code in set(known)}).to_numpy()
    grown = birthdays(born, BAND_AGES[-1])
    reason = np.where((born >= 0) & (end >= grown - GROWN_DAYS), len(RATED_EXITS), reason)
    # The next episode of another legal status alone is no move.
    next_reason = np.append(episodes["start_reason"].astype(str).to_numpy()[1:], "")
    legal = episodes["legal_status"].astype(str)
    return pd.DataFrame(
        {
            "child": pd.factorize(episodes["child_id"])[0], "period": period, "start": start,
            "end": end, "care_start": start[first][np.cumsum(first) - 1], "kind": kind,
            "code": episodes["placement"].astype(str), "born": born,
            "alone_until": np.where(episodes["unaccompanied"], until, -1),
            "legal_status": [grouped(LEGAL_STATUSES, code) for code in legal],
            "where": _where(episodes), "following": following, "reason": reason,
            "is_entry": first, "is_move": ~last & (next_reason != "L"),
        }
    )  # fmt: skip


def _where(episodes: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Inside or outside the area, and whether far from home."""
    location = episodes["location"].astype(str).to_numpy()
    far = episodes["distance"].to_numpy() > FAR_MILES
    side = np.select([location == "IN", location == "OUT"], ["inside", "outside"], "not known")
    return np.where(far, np.char.add(side, f", over {FAR_MILES} miles"), side).astype(object)


def _day_numbers(dates: pd.Series, missing: int) -> Days:
    days = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), missing, days.astype(np.int64))


def _day(month: str, after: int = 0) -> int:
    """The first day of the month so many months after this one."""
    return int((np.datetime64(month, "M") + after).astype("datetime64[D]").astype(np.int64))


def birthdays(born: npt.ArrayLike, age: int) -> Days:
    """The day on which each child is so many years old; :data:`OPEN` where the birth is not known.

    For a child born on 29 February it is 1 March in years without that day.

    Examples
    --------
    >>> day = np.datetime64("2000-02-29", "D").astype(int)
    >>> birthdays([day], 18).astype("datetime64[D]").astype(str).tolist()
    ['2018-03-01']
    """
    days = np.asarray(born, dtype=np.int64)
    date = np.maximum(days, 0).astype("datetime64[D]")
    months = date.astype("datetime64[M]")
    offset = (date - months.astype("datetime64[D]")).astype(np.int64)
    then = (months + 12 * age).astype("datetime64[D]").astype(np.int64) + offset
    return np.where(days < 0, OPEN, then)
