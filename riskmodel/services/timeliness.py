"""Deadlines in own records: how long things take, and what share is in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.core.months import month_words
from riskmodel.core.result import Result, TextTable, range_text
from riskmodel.disclosure import CONFIDENTIAL, Policy
from riskmodel.disclosure.remembering import FigureMemory
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import needs_protection
from riskmodel.intake.dates import MISSING
from riskmodel.intake.intervals import INTERVALS, Intervals
from riskmodel.parameters import parameter
from riskmodel.services.periods import LEFT_OUT, Counts, Told, joined, untold
from riskmodel.services.survival import Share, curve_of, quantile_of, share_within
from riskmodel.services.working_days import working_days

__all__ = ["Timeliness", "TimelinessMeasure", "timeliness"]

_Ints = npt.NDArray[np.int64]
_ALL = "all months"
_COUNTS = ("in_time", "late", "not_yet_due")
_PERIODS = 24
"""Number of months in the tables for reading."""


@dataclass(frozen=True, slots=True)
class TimelinessMeasure:
    """One deadline, over all months and by the month of the start.

    Parameters
    ----------
    name
        One of :data:`~riskmodel.intake.intervals.INTERVALS`.
    limit, unit
        The longest time that counts as in time, and the kind of days it is counted in.
    quartiles
        Durations by which a quarter, half and three quarters are over, where open ones count for as
        long as they are known; NaN where that share is not reached.
    shares
        Share within the limit by month or period of the start, ``all months`` first.
    counts
        By month: in time, late (over the limit, whether over or still open), not yet due.
    is_small
        Whether a count over all months is too small to print: then nothing of the measure is
        printed.
    hides_open
        Whether some count of what is not yet due is too small: then none of these counts is
        printed, and shares are based only on what is due.
    source, basis
        Of the records.
    left_out
        Records that could not be used for it, by reason.
    """

    name: str
    limit: float
    unit: str
    quartiles: tuple[float, float, float]
    shares: Mapping[str, Share]
    counts: Mapping[str, tuple[int, int, int]]
    is_small: bool
    hides_open: bool
    source: str
    basis: str
    left_out: Mapping[str, int]

    def shown(self, month: str) -> list[Any]:
        """Counts of a month as they may be printed: due, in time, late, not yet due."""
        in_time, late, waiting = self.counts[month]
        counts = [in_time + late, in_time, late, CONFIDENTIAL if self.hides_open else waiting]
        return [CONFIDENTIAL] * len(counts) if self.is_small else counts

    def told(self) -> dict[str, list[int | None]]:
        """In time, late, not yet due by period, and what is left out, as the ledger keeps them."""
        periods: dict[str, list[int | None]] = {
            month: [in_time, late, None if self.hides_open else waiting]
            for month, (in_time, late, waiting) in self.counts.items()
            if month != _ALL
        }
        return periods | {f"{LEFT_OUT}{name}": [n] for name, n in self.left_out.items()}

    @property
    def days(self) -> str:
        """The unit in a word or two: ``working days``."""
        return "working days" if self.unit.startswith("working") else "days"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Timeliness(Result):
    """How long things take and what share is in time, for each deadline.

    Parameters
    ----------
    measures, level
        Each deadline, and the coverage of ranges.
    policy
        How counts of observed records are protected; None where there are none.
    memory
        What was released from the records before; None where there is no ledger.
    """

    measures: tuple[TimelinessMeasure, ...]
    level: float
    policy: Policy | None = None
    memory: FigureMemory | None = None

    def leave(self, command: str) -> None:
        """Note in the ledger beside the records what is about to be printed or written to a file.

        Parameters
        ----------
        command
            Words by which a person can find the release.
        """
        if self.memory is not None:
            told = {one.name: one.told() for one in self.measures if not one.is_small}
            self.memory.leave(told, command)

    def of(self, name: str) -> TimelinessMeasure:
        """One of the measures by its name."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise UnknownNameError("measure", name, [measure.name for measure in self.measures])

    def to_frame(self) -> pd.DataFrame:
        """A row for each measure and month of the start, and one for all months.

        Columns: measure, month, number, in_time, late, not_yet_due, share, low, high, level, limit,
        unit, q25, q50, q75 (durations, for all months only), basis. ``[c]`` is withheld; a share
        that is based on something withheld is missing.
        """
        rows = []
        for one in self.measures:
            for month, share in one.shares.items():
                numbers = (np.nan,) * 3 if one.is_small else tuple(share)[:3]
                is_whole = month == _ALL and not one.is_small
                quartiles = one.quartiles if is_whole else (np.nan,) * 3
                row = (one.name, month, *one.shown(month), *numbers, self.level)
                rows.append((*row, one.limit, one.unit, *quartiles, one.basis))
        columns = ["measure", "month", "number", *_COUNTS, "share", "low", "high", "level"]
        columns += ["limit", "unit", "q25", "q50", "q75", "basis"]
        return pd.DataFrame(rows, columns=columns)

    def summary(self) -> str:
        """The share in time and the median of each measure."""
        return " ".join(self._sentence(one) for one in self.measures)

    def _sentence(self, one: TimelinessMeasure) -> str:
        share, label = one.shares[_ALL], INTERVALS[one.name]
        if one.is_small:
            return f"{label}: too few to print."
        middle = one.quartiles[1]
        half = "less than half is over as far as is known"
        if middle == middle:
            half = f"half is over within {middle:,.0f} {one.days}"
        if not share.number:
            return f"{label}: nothing is due yet; {half}."
        return (
            f"{label}: {share.value:.0%} within {one.limit:g} {one.days} "
            f"({self.level:.0%} range {share.low:.0%} to {share.high:.0%}); {half}."
        )

    def preview(self) -> pd.DataFrame:
        """All months of each measure."""
        return self._table(_ALL)

    def _table(self, *months: str) -> pd.DataFrame:
        rows = []
        for one in self.measures:
            for month in months or list(one.shares)[1:][-_PERIODS:]:
                share = one.shares[month]
                told = share.number > 0 and not one.is_small
                rows.append(
                    {
                        "measure": INTERVALS[one.name],
                        "month": _words(month),
                        **dict(zip(("number", *_COUNTS), one.shown(month), strict=True)),
                        "share in time": f"{share.value:.0%}" if told else "not known",
                        "range": (
                            range_text(share.low, share.high, ".0%") if told else "not known"
                        ),
                    }
                )
        frame = pd.DataFrame(rows)
        return frame.drop(columns="month") if months else frame

    def text_tables(self) -> Sequence[TextTable]:
        """All months, then the latest by month of the start."""
        return (
            TextTable(self.preview(), "In time, of all months"),
            TextTable(self._table(), f"By month of the start, at most {_PERIODS} months each"),
        )

    def remarks(self) -> Sequence[str]:
        """Limits with their sources, what is open, and what is left out."""
        limits = [parameter(f"timeliness_{one.name}_limit") for one in self.measures]
        said = [
            "Late: the limit has passed, whether it is over since or still open. Not yet due: "
            "open, within the limit on the last day of the records. Shares and durations count "
            "what is open for as long as is known (Kaplan and Meier 1958).",
            *(
                f"{INTERVALS[one.name]}: from {one.source}; basis: {one.basis}."
                for one in self.measures
            ),
            *(f"Limit: {limit.value:g} {limit.unit} ({limit.source})." for limit in limits),
        ]
        out = [
            f"{INTERVALS[one.name].lower()}: {count:,} ({reason})"
            for one in self.measures
            for reason, count in one.left_out.items()
        ]
        said += [f"Left out: {'; '.join(out)}."] if out else []
        if self.policy is not None:
            said.append(
                f"Observed records: {self.policy}. Months are joined until no count of what is due "
                f"is so small; {CONFIDENTIAL}: so few in all that it is not printed. Where so few "
                "are not yet due, shares rest on what is due."
            )
        return said


def _words(month: str) -> str:
    """A month, or the first and last of a period, as a reader says it."""
    if month == _ALL:
        return month
    return " to ".join(month_words(end) for end in month.split(" to "))


def timeliness(
    intervals: Sequence[Intervals],
    policy: Policy | None = None,
    memory: FigureMemory | None = None,
) -> Timeliness:
    """Shares in time and durations of each kind of interval.

    Parameters
    ----------
    intervals
        As :func:`riskmodel.intake.intervals.read_intervals` reads them.
    policy
        How counts of observed records are protected; None is the usual one.
    memory
        What was released from the same records before. Periods are formed so that the change since
        is 0 or above the threshold in each, so no difference reveals a small number.

    Raises
    ------
    DataError
        When there are none.
    """
    if not intervals:
        raise DataError(
            "holds no record with two dates that a deadline runs between: put a census return, "
            "Annex A or timeliness.csv (columns measure, started, ended) in the folder"
        )
    level = parameter("interval_level").value
    policy = policy or Policy()
    known = [] if memory is None else memory.known
    made = tuple(
        _measure(one, level, policy, [e[one.measure] for e in known if one.measure in e])
        for one in intervals
    )
    observed = any(needs_protection(one.basis) for one in intervals)
    return Timeliness(made, level, policy if observed else None, memory if observed else None)


def _measure(
    one: Intervals, level: float, policy: Policy, known: Sequence[Told]
) -> TimelinessMeasure:
    limit = parameter(f"timeliness_{one.measure}_limit")
    in_working_days = limit.unit.startswith("working")
    is_over = one.ends != MISSING
    stops = np.where(is_over, one.ends, one.until)
    took = working_days(one.starts, stops) if in_working_days else stops - one.starts
    is_waiting = ~is_over & (took <= limit.value)
    months = one.starts.astype("datetime64[D]").astype("datetime64[M]")
    each = {
        str(month): _counted(took[months == month], is_over[months == month], limit.value)
        for month in np.unique(months)
    }
    if needs_protection(one.basis):
        periods, is_small, hides = joined(each, known, policy)
        left_out = untold(one.left_out, known, policy)
    else:
        periods, is_small, hides = {month: [month] for month in each}, False, False
        left_out = dict(one.left_out)
    rows_of = {_ALL: np.ones(len(months), dtype=bool)} | {
        period: np.isin(months.astype(str), names) for period, names in periods.items()
    }
    shares, counts = {}, {}
    for period, rows in rows_of.items():
        counts[period] = _counted(took[rows], is_over[rows], limit.value)
        # What is printed must not tell how many are open where that is not printed.
        kept = rows & ~is_waiting if hides else rows
        shares[period] = share_within(took[kept], is_over[kept], limit.value, level)
    curve = curve_of(took, is_over)
    quarter, half, most = (quantile_of(curve, share) for share in (0.25, 0.5, 0.75))
    return TimelinessMeasure(
        one.measure,
        limit.value,
        limit.unit,
        (quarter, half, most),
        shares,
        counts,
        is_small,
        hides,
        one.source,
        one.basis,
        left_out,
    )


def _counted(took: _Ints, is_over: npt.NDArray[np.bool_], limit: float) -> Counts:
    late = took > limit
    return int((is_over & ~late).sum()), int(late.sum()), int((~is_over & ~late).sum())
