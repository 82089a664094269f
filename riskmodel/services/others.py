"""Deadlines of published years: an authority's shares in time compared with those of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.core.lazy import pd
from riskmodel.core.result import Result, range_text
from riskmodel.errors import DataError
from riskmodel.intake.intervals import INTERVALS
from riskmodel.parameters import parameter
from riskmodel.series import ENGLAND, AuthorityPanel

__all__ = ["PUBLISHED", "TimelinessOfOthers", "timeliness_of_others"]

PUBLISHED: Mapping[str, tuple[str, tuple[str, ...], bool]] = {
    "assessment": (
        "assessments_completed_continuous",
        tuple(f"assessments_{key}_working_days" for key in ("46_to_50", "51_to_60", "61_plus")),
        True,
    ),
    "conference": (
        "icpc_children",
        tuple(f"icpc_{key}_working_days" for key in ("16_to_20", "21_plus")),
        True,
    ),
    "reviews": ("cpp_at_31_mar_3m_or_more", ("cpp_at_31_mar_reviewed_in_time",), False),
}
"""For each deadline the published total, its parts, and whether these are late or in time."""

_LABELS = {**INTERVALS, "reviews": "Plans of three months or more, all reviews in time"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TimelinessOfOthers(Result):
    """An authority's shares in time by year, compared with its neighbours' and England's.

    Parameters
    ----------
    frame
        Columns measure, year, number, in_time, share, low, high (Jeffreys' range), others (how
        many), others_q25, others_q50, others_q75, england, level, basis.
    """

    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.frame

    def summary(self) -> str:
        """The latest year of each deadline."""
        said = []
        for measure, rows in self.frame.groupby("measure", sort=False):
            row = rows.iloc[-1]
            beside = ""
            if row["others"]:
                beside = f"; half of {row['others']:.0f} others: {row['others_q50']:.0%} or less"
            said.append(
                f"{_LABELS[str(measure)]}, year to March {row['year']}: {row['share']:.0%} in time "
                f"({row['level']:.0%} range {row['low']:.0%} to {row['high']:.0%}){beside}."
            )
        return " ".join(said)

    def preview(self) -> pd.DataFrame:
        """Shares as percentages."""
        shown = self.frame[["measure", "year", "number"]].copy()
        shown["measure"] = [_LABELS[name] for name in shown["measure"]]
        for name in ("share", "others_q50", "england"):
            shown[name] = ["" if x != x else f"{x:.0%}" for x in self.frame[name]]
        ends = zip(self.frame["low"], self.frame["high"], strict=True)
        shown.insert(4, "range", [range_text(*pair, ".0%") for pair in ends])
        names = {"share": "in time", "others_q50": "half of the others: up to"}
        return shown.rename(columns=names)


def timeliness_of_others(
    panel: AuthorityPanel, code: str, others: Sequence[str] = ()
) -> TimelinessOfOthers:
    """Shares in time from a panel that was made from the open data files c2, c4 or d6.

    Parameters
    ----------
    panel
        With the measures of :data:`PUBLISHED`.
    code
        Whose own shares.
    others
        Codes to compare with, such as statistical neighbours; none takes every other authority.

    Raises
    ------
    DataError
        When the panel holds no such figures of the authority.
    """
    from scipy.special import betaincinv

    level = parameter("interval_level").value
    codes = np.array(panel.la_codes)
    chosen = np.isin(codes, list(others)) if others else (codes != code) & (codes != ENGLAND)
    rows = []
    for name, (whole, parts, are_late) in PUBLISHED.items():
        if whole not in panel.figures or any(part not in panel.figures for part in parts):
            continue
        number = panel.figures[whole]
        counted = np.sum([panel.figures[part] for part in parts], axis=0)
        in_time = number - counted if are_late else counted
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = in_time / number
        for row in np.flatnonzero((codes == code) & np.isfinite(shares)).tolist():
            year = panel.years == panel.years[row]
            beside = shares[chosen & year & np.isfinite(shares)]
            quarters = np.quantile(beside, (0.25, 0.5, 0.75)) if len(beside) else [np.nan] * 3
            england = shares[(codes == ENGLAND) & year]
            tails = (1 - level) / 2, (1 + level) / 2
            ends = betaincinv(in_time[row] + 0.5, number[row] - in_time[row] + 0.5, tails)
            first = (name, int(panel.years[row]), int(number[row]), int(in_time[row]), shares[row])
            last = float(england[0]) if len(england) else np.nan
            rows.append((*first, *ends, len(beside), *quarters, last, level, "published"))
    if not rows:
        raise DataError(
            "the panel holds no durations of assessments, days to conferences or reviews in time "
            f"of {code}: read the Department's files c2, c4 and d6 into it (riskmodel intake panel)"
        )
    columns = ["measure", "year", "number", "in_time", "share", "low", "high", "others"]
    columns += ["others_q25", "others_q50", "others_q75", "england", "level", "basis"]
    return TimelinessOfOthers(pd.DataFrame(rows, columns=columns))
