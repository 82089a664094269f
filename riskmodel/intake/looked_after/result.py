"""Children looked after as a return holds them: episodes, periods of care, months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.account import Tally, tallies_text
from riskmodel.ages import age_bands
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import check_name
from riskmodel.intake.looked_after.codes import LEGAL_STATUSES, PLACEMENTS
from riskmodel.intake.periods import Periods, Plan, Window, month_numbers
from riskmodel.intake.result import NOTES, Issue
from riskmodel.snapshots import MonthlySeries, month_ends

__all__ = ["GROUPS", "LookedAfter"]

GROUPS = ("legal_status", "placement", "age_band", "unaccompanied")
"""What the months can be told apart by."""

_Days = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LookedAfter(Result):
    """Children looked after, episode by episode.

    Parameters
    ----------
    episodes
        One row an episode that counts, in order of area, child and start, without overlaps: area,
        child_id, start, end (``datetime64``, ``NaT`` while it is open), start_reason,
        legal_status, category_of_need, placement, provider, end_reason, placement_change,
        location (codes of the return, "" where not known), distance (miles), return_year, period,
        birth_date, unaccompanied_until, unaccompanied. Series of short breaks (V3, V4) are not
        among them, as the Department's counts leave them out.
    windows
        By area the months for which the files hold every child.
    account
        Records read, used and left out, by table.
    issues
        What could not be read as it stands.
    source
        Name of the file or folder.
    counts, codes
        Issues by rule; unknown codes by column.
    latest_alone
        Whether of each period of care the latest placement alone is known.
    """

    episodes: pd.DataFrame
    windows: Mapping[str, Window]
    account: Mapping[str, Tally]
    issues: tuple[Issue, ...]
    source: str
    counts: Mapping[str, int]
    codes: Mapping[tuple[str, str], int]
    latest_alone: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether there is an episode, and all issues are mere notes."""
        return bool(len(self.episodes)) and set(self.counts) <= NOTES

    def periods(self) -> pd.DataFrame:
        """One row a period of care: area, child_id, start, end, and its first and last episode.

        ``end`` is ``NaT`` while the child is looked after.
        """
        grouped = self.episodes.groupby("period", sort=True)
        first, last = grouped.nth(0).reset_index(drop=True), grouped.nth(-1).reset_index(drop=True)
        kept = first[["area", "child_id", "start", "start_reason", "legal_status", "placement"]]
        return kept.assign(
            end=last["end"],
            end_reason=last["end_reason"],
            last_legal_status=last["legal_status"],
            last_placement=last["placement"],
            episodes=grouped.size().to_numpy(),
        )

    def by_area(self) -> tuple[Periods, ...]:
        """The periods of care of each area with a window."""
        periods = self.periods()
        return tuple(
            Periods("looked_after", area, self.source, *_day_pairs(part), self.windows[area])
            for area in self.windows
            if len(part := periods[periods["area"] == area]) and self.windows[area]
        )

    def spells(self) -> tuple[list[Plan], Window]:
        """Child, start and end of each period of care, and the months held; of one area alone."""
        areas = [area for area, window in self.windows.items() if window]
        if len(areas) != 1:
            return [], ()
        periods = self.periods()
        periods = periods[periods["area"] == areas[0]]
        starts, ends = _day_pairs(periods)
        rows = zip(periods["child_id"], starts.tolist(), ends.tolist(), strict=True)
        return list(rows), self.windows[areas[0]]

    def series(self) -> tuple[MonthlySeries, ...]:
        """Stock, starts and ends of each month for which the files hold everybody, by area."""
        return tuple(periods.series() for periods in self.by_area())

    def months(self, by: str) -> pd.DataFrame:
        """The same by group: area, month_end, the group, stock, starts, ends.

        Parameters
        ----------
        by
            One of :data:`GROUPS`. A child counts in the stock by its episode at the month's end,
            among the starts by its first episode, among the ends by its last; a child who changes
            the group within a period neither starts nor ends.

        Raises
        ------
        UnknownNameError
            For another group.
        """
        check_name("group of children looked after", by, GROUPS)
        parts = []
        for area, window in self.windows.items():
            episodes = self.episodes[self.episodes["area"] == area]
            parts += [_grouped(area, window, episodes, by)] if window else []
        return pd.concat(parts, ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """Stock, starts and ends by area and month."""
        frames = [series.to_frame() for series in self.series()]
        names = ["area", "month_end", "stock", "starts", "ends"]
        return (
            pd.concat(frames, ignore_index=True)[names] if frames else pd.DataFrame(columns=names)
        )

    def summary(self) -> str:
        """What the files hold, in a sentence or two."""
        children = len(self.episodes[["area", "child_id"]].drop_duplicates())
        years = sorted({int(year) for year in self.episodes["return_year"]} - {0})
        told = f" of {', '.join(map(str, years))}" if years else ""
        return (
            f"{self.source}: returns{told}, {children:,} children in "
            f"{self.episodes['period'].nunique():,} periods of care. {tallies_text(self.account)}"
        )


def _day_pairs(periods: pd.DataFrame) -> tuple[_Days, _Days]:
    starts, ends = (
        periods[name].to_numpy().astype("datetime64[D]").astype(np.int64)
        for name in ("start", "end")
    )
    return starts, ends


def _grouped(area: str, window: Window, episodes: pd.DataFrame, by: str) -> pd.DataFrame:
    """Months of one area by group: each episode once for each month that it is in force."""
    months = np.sort(np.array(list(window), dtype="datetime64[M]"))
    first, last = months[0].astype(np.int64), months[-1].astype(np.int64)
    begun, over = (month_numbers(days) for days in _day_pairs(episodes))
    from_month, to_month = np.maximum(begun, first), np.minimum(over, last + 1)
    lengths = np.maximum(to_month - from_month, 0)
    rows = np.repeat(np.arange(len(episodes)), lengths)
    steps = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    starts = np.append(True, np.diff(episodes["period"].to_numpy()) != 0)[: len(episodes)]
    ends = np.append(starts[1:], True)[: len(episodes)]
    counts = {}
    for measure, episode_rows, at in (
        ("stock", rows, from_month[rows] + steps),
        ("starts", np.flatnonzero(starts), begun[starts]),
        ("ends", np.flatnonzero(ends), over[ends]),
    ):
        inside = np.isin(at, months.astype(np.int64))
        month = month_ends(at[inside].astype("datetime64[M]")).astype("datetime64[s]")
        groups = _groups(episodes.iloc[episode_rows[inside]], by, month, measure)
        counts[measure] = pd.DataFrame({"month_end": month, by: groups}).value_counts()
    names = sorted({name for counted in counts.values() for _, name in counted.index})
    ends_of_months = month_ends(months).astype("datetime64[s]")
    index = pd.MultiIndex.from_product([ends_of_months, names], names=["month_end", by])
    frame = pd.DataFrame(counts).reindex(index).fillna(0).astype(np.int64).reset_index()
    frame.insert(0, "area", area)
    return frame


def _groups(
    episodes: pd.DataFrame, by: str, month: npt.NDArray[np.datetime64], measure: str
) -> npt.NDArray[np.object_]:
    """The group of each episode, at the end of a month or on the day that it begins or ends."""
    lists = {"legal_status": LEGAL_STATUSES, "placement": PLACEMENTS}
    if by in lists:
        return episodes[by].map(lists[by]).fillna("not known").to_numpy(dtype=object)
    day = month if measure == "stock" else episodes["start" if measure == "starts" else "end"]
    day = np.asarray(day).astype("datetime64[s]")
    if by == "age_band":
        dates = {"birth_date": episodes["birth_date"].to_numpy(), "assessment_date": day}
        return np.asarray(age_bands(pd.DataFrame(dates), "episodes"), dtype=object)
    until = episodes["unaccompanied_until"].to_numpy()
    is_alone = episodes["unaccompanied"].to_numpy() & (np.isnat(until) | (day < until))
    return np.where(is_alone, "unaccompanied", "other").astype(object)
