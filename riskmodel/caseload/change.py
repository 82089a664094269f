"""More cases or fewer workers: the change of an average caseload in two parts that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result
from riskmodel.estimates import Basis, Estimate

__all__ = [
    "MEASURED",
    "CaseloadChange",
    "caseload_change",
    "caseload_parts",
]

MEASURED = ("cases", "workers", "caseload")
"""What is known at both dates: cases, the full-time workers who hold them, and cases over workers.
"""

_UNITS = {"cases": "cases", "workers": "full-time workers", "caseload": "cases for each worker"}


@dataclass(frozen=True, slots=True, repr=False)
class CaseloadChange(Result):
    """The change of an average caseload, split into cases and workers.

    Parameters
    ----------
    area
        Whose.
    first, last
        The two dates, in words.
    before, after
        Each of :data:`MEASURED` at both dates, with its range.
    cases, workers
        What each accounts for, in cases for each worker, with its range. The two add up to the
        change of the caseload, also for every combination of values within the ranges.
    reading
        What was assumed for the first date; empty where nothing was.
    source
        Where the figures come from.
    children
        On a plan, looked after or in need at both dates, where that is known beside the teams' own
        cases.
    other
        The same under another reading.

    Notes
    -----
    Caseload = cases times 1 / workers, split by the logarithmic mean (LMDI-I, Ang 2004).
    """

    area: str
    first: str
    last: str
    before: Mapping[str, Estimate]
    after: Mapping[str, Estimate]
    cases: Estimate
    workers: Estimate
    reading: str
    source: str
    children: tuple[float, float] | None = None
    other: CaseloadChange | None = None

    @property
    def change(self) -> float:
        """The caseload after less the caseload before."""
        return self.after["caseload"].value - self.before["caseload"].value

    @property
    def basis(self) -> Basis:
        """What the figures are based on."""
        return self.cases.basis

    def words(self, measure: str) -> str:
        """In which direction cases or workers changed, such as ``fewer workers``."""
        rises = self.after[measure].value > self.before[measure].value
        return f"{'more' if rises else 'fewer'} {measure}"

    def to_frame(self) -> pd.DataFrame:
        """Figures at both dates and the two parts, and the same under the other reading.

        Columns: area, from, to, reading, row (``before``, ``after``, ``part``), measure, value,
        low, high, level (1 for what rounding allows), unit, source, basis.
        """
        listed = [
            *(("before", name, self.before[name]) for name in MEASURED),
            *(("after", name, self.after[name]) for name in MEASURED),
            ("part", "cases", self.cases),
            ("part", "workers", self.workers),
        ]
        frame = pd.DataFrame(
            [
                {
                    "area": self.area,
                    "from": self.first,
                    "to": self.last,
                    "reading": self.reading,
                    "row": row,
                    "measure": measure,
                    "value": estimate.value,
                    "low": estimate.low,
                    "high": estimate.high,
                    "level": estimate.level,
                    "unit": estimate.unit,
                    "source": self.source,
                    "basis": estimate.basis,
                }
                for row, measure, estimate in listed
            ]
        )
        if self.other is None:
            return frame
        return pd.concat([frame, self.other.to_frame()], ignore_index=True)

    def summary(self) -> str:
        """What happened to the caseload, what each part accounts for, and the numbers behind."""
        start, end = self.before["caseload"], self.after["caseload"]
        moved = "rises" if self.basis == "projected" else "rose"
        if self.change < 0:
            moved = "falls" if self.basis == "projected" else "fell"
        work, people = self.words("cases"), self.words("workers")
        text = (
            f"The average caseload {moved} from {_words(start, 1)} in {self.first} to "
            f"{_words(end, 1)} in {self.last} ({_signed(self.change)}): {people} account for "
            f"{_signed(self.workers.value)}{_between(self.workers)} and {work} for "
            f"{_signed(self.cases.value)}{_between(self.cases)}."
        )
        counted, there = (
            f"{_words(self.before[name], 0)}, then {_words(self.after[name], 0)}"
            for name in ("cases", "workers")
        )
        held = f"{self.reading}: cases" if self.reading else "Cases"
        text += f" {held} {counted}; full-time workers {there}."
        if self.children is not None:
            first, last = self.children
            fell = _signed(100 * (last / first - 1), 0)
            text += (
                f" Children on a plan, looked after or in need: {first:,.0f}, then {last:,.0f} "
                f"({fell}%)."
            )
        if self.other is not None:
            there = _words(self.other.before["workers"], 0)
            text += f" {self.other.reading}: {there} workers before."
        return text

    def preview(self) -> pd.DataFrame:
        """Value and range of every row."""
        return self.to_frame()[["row", "measure", "value", "low", "high", "unit", "reading"]]


def caseload_parts(
    cases: tuple[Floats, Floats], workers: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """What cases and workers account for of the change of cases over workers.

    Parameters
    ----------
    cases, workers
        Before and after, any shape; 0 or more cases, workers above 0.

    Returns
    -------
    tuple of numpy.ndarray
        The parts, in cases for each worker; they add up to the change.

    Notes
    -----
    Where there are no cases before or after, the limit of the formula is used: cases account for
    the whole change.

    Examples
    --------
    >>> work, people = caseload_parts(
    ...     (np.array(100.0), np.array(100.0)), (np.array(10.0), np.array(5.0))
    ... )
    >>> float(work), float(people)
    (0.0, 10.0)
    """
    before, after = cases[0] / workers[0], cases[1] / workers[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.log(after / before)
        mean = np.where(np.abs(gap) < 1e-9, before, (after - before) / gap)
        work = mean * np.log(cases[1] / cases[0])
    work = np.where((before > 0) & (after > 0), work, after - before)
    return work, after - before - work


def caseload_change(
    area: str,
    dates: tuple[str, str],
    cases: tuple[Floats, Floats],
    workers: tuple[Floats, Floats],
    *,
    level: float,
    basis: Basis,
    source: str,
    reading: str = "",
) -> CaseloadChange:
    """The parts of a change, from pairs of values that belong together.

    Parameters
    ----------
    area, dates, source, reading
        As :class:`CaseloadChange` has them.
    cases, workers
        Before and after, shape (1 + values,): the central value first, then other possible values.
    level
        Of the ranges: 1 is from the lowest to the highest value, 0.9 the middle nine in ten.
    basis
        What they rest on.
    """
    method = "exact bounds" if level == 1 else "simulations"
    tails = [(1 - level) / 2, (1 + level) / 2]

    def estimate(values: Floats, unit: str) -> Estimate:
        value = float(values[0])
        low, high = np.quantile(values if len(values) == 1 else values[1:], tails)
        ends = min(float(low), value), max(float(high), value)
        return Estimate(value, *ends, level, method, unit, basis)

    def figures(held: Floats, people: Floats) -> dict[str, Estimate]:
        values = zip(MEASURED, (held, people, held / people), strict=True)
        return {name: estimate(drawn, _UNITS[name]) for name, drawn in values}

    before, after = (figures(*pair) for pair in zip(cases, workers, strict=True))
    work, people = (estimate(part, _UNITS["caseload"]) for part in caseload_parts(cases, workers))
    return CaseloadChange(area, *dates, before, after, work, people, reading, source)


def _signed(number: float, digits: int = 1) -> str:
    return f"{number:+,.{digits}f}".replace("-", "−")


def _words(estimate: Estimate, digits: int) -> str:
    """The value, with its range where it has one."""
    text = f"{estimate.value:,.{digits}f}"
    if estimate.low == estimate.high:
        return text
    return f"{text} ({estimate.low:,.{digits}f} to {estimate.high:,.{digits}f})"


def _between(estimate: Estimate) -> str:
    """The range of a part; empty where it has none."""
    low, high = _signed(estimate.low), _signed(estimate.high)
    return "" if low == high else f" ({low} to {high})"
