"""More cases or fewer workers: the change of an average caseload in two parts that add up."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.caseload.published import PublishedCaseloads, published_caseloads
from riskmodel.caseload.result import CaseloadPlan
from riskmodel.caseload.structure import STATUSES, published_structure
from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.estimates import Basis, Estimate, Interval
from riskmodel.explanations import extremes
from riskmodel.projection import BASELINE, month_words
from riskmodel.published import load_table
from riskmodel.series import AuthorityPanel

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MEASURED",
    "CaseloadChange",
    "caseload_parts",
    "panel_caseload_change",
    "projected_caseload_change",
    "published_caseload_change",
]

MEASURED = ("cases", "workers", "caseload")
"""What is known at both dates: cases, full-time workers who hold them, and the one over the other.
"""

RANGE = 0.9
"""Of the simulations, the share that a range of projected figures holds."""

_ROWS = ("Child Protection", "Looked After", "Children in Need Plan")
_UNITS = {"cases": "cases", "workers": "full-time workers", "caseload": "cases for each worker"}
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class CaseloadChange(Result):
    """The change of an average caseload, parted into cases and workers.

    Parameters
    ----------
    area
        Whose.
    first, last
        The two dates, in words.
    before, after
        Each of :data:`MEASURED` at both dates, with its range.
    cases, workers
        What each accounts for, in cases for each worker, with its range. Their values add up to
        the change of the caseload, and so do the parts of every combination within the ranges.
    reading
        What was taken for granted of the first date; empty where nothing was.
    source
        Where the figures come from.
    children
        Of the whole service at both dates, where that is known beside the teams' own cases.
    other
        The same under another reading.

    Notes
    -----
    Caseload = cases times 1 / workers, parted by the logarithmic mean (LMDI-I, Ang 2004).
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
        """What the figures rest on."""
        return self.cases.basis

    def to_frame(self) -> pd.DataFrame:
        """Figures at both dates and the two parts; those under another reading besides.

        Columns: area, from, to, reading, row (``before``, ``after``, ``part``), measure, value,
        low, high, level (1 for what rounding allows), unit, source, basis.
        """
        import pandas as pd

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
        work, people = (
            _way(name, self.before[name].value, self.after[name].value)
            for name in ("cases", "workers")
        )
        text = (
            f"The average caseload {moved} from {_words(start, 1)} in {self.first} to "
            f"{_words(end, 1)} in {self.last} ({_signed(self.change)}): {people} account for "
            f"{_signed(self.workers.value)}{_between(self.workers)} and {work} for "
            f"{_signed(self.cases.value)}{_between(self.cases)}."
        )
        for label, name in (("Cases", "cases"), ("Full-time workers", "workers")):
            text += f" {label}: {_words(self.before[name], 0)}, then {_words(self.after[name], 0)}."
        if self.children is not None:
            first, last = self.children
            fell = _signed(100 * (last / first - 1), 0)
            text += f" Children of the whole service: {first:,.0f}, then {last:,.0f} ({fell}%)."
        if self.other is not None:
            there = _words(self.other.before["workers"], 0)
            text += f" {self.other.reading}, there would have been {there} workers before."
        return text

    def preview(self) -> pd.DataFrame:
        """Value and range of every row."""
        return self.to_frame()[["row", "measure", "value", "low", "high", "unit", "reading"]]


def caseload_parts(
    cases: tuple[_Floats, _Floats], workers: tuple[_Floats, _Floats]
) -> tuple[_Floats, _Floats]:
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
    Where there were or are no cases, the limit of the formula: cases account for all of it.

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


@cache
def published_caseload_change() -> CaseloadChange:
    """The year to July 2015: printed caseloads, the teams' cases, and the workers they imply.

    Notes
    -----
    Para 23 prints the average caseload of the year before, 15 or 16, and not the cases. They are
    taken from the children of para 14 in July 2014, each status at the share of it that the family
    support teams held a year later. The other reading leaves the disabled children's teams and the
    child sexual exploitation team (paras 25 and 26) the children they have, and takes the shares
    of the rest. Ranges are what the rounding of the printed averages allows.

    Examples
    --------
    >>> change = published_caseload_change()
    >>> print(change.before["workers"].low, change.before["workers"].high)
    90.9 103.5
    """
    held = published_caseloads()
    printed = held.mean_year_before.reading.split("..")
    caseload = Interval.rounded(printed[0]).hull(Interval.rounded(printed[-1]))
    apart = [
        team for team in published_structure() if team.kind in ("specialist", "disabled_children")
    ]
    fixed = tuple(sum(getattr(team, status) for team in apart) for status in STATUSES)
    other = _published(
        held,
        caseload,
        fixed,
        "Had the disabled children's and specialist teams held as many children a year before",
    )
    main = _published(held, caseload, (0.0, 0.0, 0.0), "At the teams' present share of each status")
    return replace(main, other=other)


def _published(
    held: PublishedCaseloads, caseload: Interval, fixed: tuple[float, ...], reading: str
) -> CaseloadChange:
    """The year before rebuilt with so many children of each status held by other teams for sure."""
    table = load_table("activity_snapshots")
    then, now = (
        [float(table.figure(row, column).interval.low) for row in _ROWS]
        for column in ("july_2014", "july_2015")
    )
    share = [
        sum(getattr(area, status) for area in held) / (last - least)
        for status, last, least in zip(STATUSES, now, fixed, strict=True)
    ]
    start = math.fsum(
        part * (first - least) for part, first, least in zip(share, then, fixed, strict=True)
    )
    inputs = {"then": caseload, "now": held.workers}
    end = float(held.cases)

    def bounds(formula: Callable[[float, float], float], value: float, unit: str) -> Estimate:
        low, high = extremes(formula, inputs)
        return Estimate(value, low, high, 1.0, "exact bounds", unit, "published")

    def part(place: int) -> Callable[[float, float], float]:
        def of(then: float, now: float) -> float:
            pair = np.array(start), np.array(end)
            return float(caseload_parts(pair, (np.array(start / then), np.array(now)))[place])

        return of

    def figures(
        cases: float, workers: Callable[[float, float], float], value: tuple[float, float]
    ) -> dict[str, Estimate]:
        return {
            "cases": Estimate(cases, cases, cases, 1.0, "exact bounds", "cases", "published"),
            "workers": bounds(workers, workers(*value), _UNITS["workers"]),
            "caseload": bounds(
                lambda then, now: cases / workers(then, now),
                cases / workers(*value),
                _UNITS["caseload"],
            ),
        }

    middle = caseload.middle, float(held.workers_as_printed)
    return CaseloadChange(
        "Oxfordshire, family support teams",
        table.figure(_ROWS[0], "july_2014").period,
        table.figure(_ROWS[0], "july_2015").period,
        figures(start, lambda then, now: start / then, middle),
        figures(end, lambda then, now: now, middle),
        bounds(part(0), part(0)(*middle), _UNITS["caseload"]),
        bounds(part(1), part(1)(*middle), _UNITS["caseload"]),
        reading,
        "report card, paras 14, 22, 23, 25 and 26",
        (math.fsum(then), math.fsum(now)),
    )


def panel_caseload_change(panel: AuthorityPanel, code: str, years: int = 4) -> CaseloadChange:
    """From the cases held and the case holders that a panel has, of one authority.

    Parameters
    ----------
    panel
        With ``sw_cases_held`` and ``sw_case_holders_fte``.
    code
        Of the authority.
    years
        How far back at most; the earliest year since then with both figures is the first.

    Raises
    ------
    DataError
        When there are no two years with both figures.
    """
    own = panel.authority(code)
    known: dict[int, tuple[float, float]] = {}
    if {"sw_cases_held", "sw_case_holders_fte"} <= set(own.measures):
        held = zip(
            own.years.tolist(),
            own.figures["sw_cases_held"].tolist(),
            own.figures["sw_case_holders_fte"].tolist(),
            strict=True,
        )
        known = {year: (cases, fte) for year, cases, fte in held if cases >= 0 and fte > 0}
    last = max(known, default=0)
    first = min((year for year in known if year >= last - years), default=0)
    if first == last:
        raise DataError(
            f"has no two years of {code} with cases held and case holders", file=panel.source
        )
    (cases, fte), (cases_after, fte_after) = known[first], known[last]
    parts = caseload_parts(
        (np.array(cases), np.array(cases_after)), (np.array(fte), np.array(fte_after))
    )

    def exact(value: float, unit: str) -> Estimate:
        return Estimate(value, value, value, 1.0, "as counted", unit, "observed")

    def figures(held: float, workers: float) -> dict[str, Estimate]:
        values = (held, workers, held / workers)
        return {
            name: exact(value, _UNITS[name]) for name, value in zip(MEASURED, values, strict=True)
        }

    return CaseloadChange(
        panel.authorities.get(code, code),
        f"the workforce figures of {first}",
        f"those of {last}",
        figures(cases, fte),
        figures(cases_after, fte_after),
        exact(float(parts[0]), _UNITS["caseload"]),
        exact(float(parts[1]), _UNITS["caseload"]),
        "",
        panel.source,
    )


def projected_caseload_change(
    plan: CaseloadPlan, month: str, scenario: str = BASELINE
) -> CaseloadChange:
    """From the first month of a plan to another, in every simulation.

    Parameters
    ----------
    plan
        Cases and workers.
    month
        ``YYYY-MM``, after the first.
    scenario
        Which.

    Raises
    ------
    DataError
        When the plan does not reach the month, or some simulation has no worker left.

    Notes
    -----
    Central values are medians of cases and caseload; the workers are the one over the other, so
    that the two central parts add up.
    """
    place = plan.month_number(month)
    if place == 0:
        raise DataError(f"needs a month after {plan.months[0]}, got {month}", field="month")
    caseload = plan.caseload(scenario)[[0, place]].astype(np.float64)
    cases = plan.cases[plan.scenarios.index(scenario)][[0, place]].astype(np.float64)
    if not np.isfinite(caseload).all() or not (caseload > 0).all():
        raise DataError(f"some simulation of {scenario} has no cases, or no worker to hold them")
    workers = cases / caseload
    parts = caseload_parts((cases[0], cases[1]), (workers[0], workers[1]))
    middle = np.median(cases, axis=1), np.median(caseload, axis=1)
    people = middle[0] / middle[1]
    central = caseload_parts(
        (middle[0][0], middle[0][1]),
        (people[0], people[1]),
    )

    def estimate(value: float, values: _Floats, unit: str) -> Estimate:
        low, high = np.quantile(values, [(1 - RANGE) / 2, (1 + RANGE) / 2])
        return Estimate(
            value,
            min(float(low), value),
            max(float(high), value),
            RANGE,
            "simulations",
            unit,
            "projected",
        )

    def figures(end: int) -> dict[str, Estimate]:
        values = (
            (middle[0][end], cases[end]),
            (people[end], workers[end]),
            (middle[1][end], caseload[end]),
        )
        return {
            name: estimate(float(value), drawn, _UNITS[name])
            for name, (value, drawn) in zip(MEASURED, values, strict=True)
        }

    return CaseloadChange(
        plan.area,
        month_words(plan.months[0]),
        month_words(month),
        figures(0),
        figures(1),
        estimate(float(central[0]), parts[0], _UNITS["caseload"]),
        estimate(float(central[1]), parts[1], _UNITS["caseload"]),
        "" if scenario == BASELINE else scenario,
        plan.source,
    )


def _way(name: str, before: float, after: float) -> str:
    return f"{'more' if after > before else 'fewer'} {name}"


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
