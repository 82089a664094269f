"""The lists of an inspection as they were read: periods, assessments, months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskmodel.account import Tally, tallies_text
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.intake.periods import Periods
from riskmodel.intake.result import NOTES, Intake, Issue
from riskmodel.snapshots import SERIES_STAGES, MonthlySeries, month_ends

__all__ = ["Lists"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lists(Result):
    """What the lists hold.

    Parameters
    ----------
    periods
        Children in need, on a protection plan and looked after, where there is such a list.
    intake
        The assessments, each with the plan that follows it; None without such a list. Without a
        column of factors the table has none.
    account
        Records of the lists of periods, read, used and left out.
    issues
        What could not be read as it stands, in these lists.
    source
        Name of the file or folder.
    rows
        Rows of every list, also of those that are counted only.
    day
        The latest date in the lists, from which the months are taken.
    counts
        Issues by rule.
    """

    periods: tuple[Periods, ...]
    intake: Intake | None
    account: Mapping[str, Tally]
    issues: tuple[Issue, ...]
    source: str
    rows: Mapping[str, int]
    day: date | None
    counts: Mapping[str, int]

    @property
    def is_sound(self) -> bool:
        """Whether all issues are mere notes."""
        return set(self.counts) <= NOTES

    def series(self) -> tuple[MonthlySeries, ...]:
        """Months of plans and of children looked after, for which the lists hold everybody."""
        return tuple(one.series() for one in self.periods if one.stage in SERIES_STAGES)

    def to_frame(self) -> pd.DataFrame:
        """Stock, starts and ends by stage and month, children in need included."""
        frames = []
        for one in self.periods:
            months, counts = one.counts()
            dates = month_ends(months).astype("datetime64[s]")
            frames.append(pd.DataFrame({"stage": one.stage, "month_end": dates, **counts}))
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def summary(self) -> str:
        """What the lists hold, in a few sentences."""
        rows = ", ".join(f"{number:,} {title}" for title, number in self.rows.items())
        until = f" Latest date: {self.day.day} {self.day:%B %Y}." if self.day else ""
        table = "" if self.intake is None else f" {self.intake.account}"
        return f"{self.source}: {rows}.{until} {tallies_text(self.account)}{table}".strip()
