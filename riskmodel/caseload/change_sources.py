"""The change of a caseload: from the report card, a panel, or a plan of the months to come."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache

import numpy as np

from riskmodel.caseload.change import CaseloadChange, caseload_change
from riskmodel.caseload.published import PublishedCaseloads, published_caseloads
from riskmodel.caseload.result import CaseloadPlan
from riskmodel.caseload.structure import STATUSES, published_structure
from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.explanations import interval_ends
from riskmodel.projection import BASELINE, month_words
from riskmodel.published import load_table
from riskmodel.published.area import published_area
from riskmodel.series import AuthorityPanel

__all__ = ["panel_caseload_change", "projected_caseload_change", "published_caseload_change"]

RANGE = 0.9
"""Share of the simulations that a range of projected figures holds."""

_ROWS = ("Child Protection", "Looked After", "Children in Need Plan")


@cache
def published_caseload_change() -> CaseloadChange:
    """The year to July 2015: printed caseloads, the teams' cases, and the workers that follow.

    Notes
    -----
    Para 23 prints the average caseload of the year before, 15 or 16, but not the cases. These are
    taken from the children of para 14 in July 2014, with the share of each status that the family
    support teams held a year later. In the other reading, the disabled children's teams and the
    child sexual exploitation team (paras 25 and 26) keep the children they have, and the shares are
    those of the rest. Ranges are what the rounding of the printed averages allows. Each part only
    rises, or only falls, with either average, so its extremes are at the ends of both.

    Examples
    --------
    >>> workers = published_caseload_change().before["workers"]
    >>> print(f"{workers.value:.1f}, {workers.low:.1f} to {workers.high:.1f}")
    96.8, 90.9 to 103.5
    """
    apart = [
        team for team in published_structure() if team.kind in ("specialist", "disabled_children")
    ]
    fixed = tuple(sum(getattr(team, status) for team in apart) for status in STATUSES)
    other = _published(
        fixed,
        "With as many children in the disabled children's and specialist teams a year before",
    )
    return replace(
        _published((0.0, 0.0, 0.0), "At the teams' present share of each status"), other=other
    )


def _published(fixed: tuple[float, ...], reading: str) -> CaseloadChange:
    """The year before rebuilt with so many children of each status held by other teams for sure."""
    held: PublishedCaseloads = published_caseloads()
    table = load_table("activity_snapshots")
    columns = ("july_2014", "july_2015")
    then, now = (
        [float(table.figure(row, column).interval.low) for row in _ROWS] for column in columns
    )
    before = math.fsum(
        sum(getattr(area, status) for area in held) * (first - least) / (last - least)
        for status, first, last, least in zip(STATUSES, then, now, fixed, strict=True)
    )
    printed = [Interval.rounded(end) for end in held.mean_year_before.reading.split("..")]
    average = printed[0].hull(printed[-1])
    corners = np.array(
        [
            (average.middle, float(held.workers_as_printed)),
            *itertools.product(interval_ends(average), interval_ends(held.workers)),
        ]
    )
    ones = np.ones(len(corners))
    change = caseload_change(
        f"{published_area()}, family support teams",
        (table.figure(_ROWS[0], columns[0]).period, table.figure(_ROWS[0], columns[1]).period),
        (before * ones, held.cases * ones),
        (before / corners[:, 0], corners[:, 1]),
        level=1.0,
        basis="published",
        source="report card, paras 14, 22, 23, 25 and 26",
        reading=reading,
    )
    return replace(change, children=(math.fsum(then), math.fsum(now)))


def panel_caseload_change(panel: AuthorityPanel, code: str, years: int = 2) -> CaseloadChange:
    """From the cases held and the case holders of one authority, as a panel has them.

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
    UnknownNameError
        When the panel has no such authority.
    DataError
        When there are no two years with both figures.
    """
    own = panel.authority(code)
    measures = ("sw_cases_held", "sw_case_holders_fte")
    known: dict[int, tuple[float, float]] = {}
    if set(measures) <= set(own.measures):
        held, people = (own.figures[name].tolist() for name in measures)
        rows = zip(own.years.tolist(), held, people, strict=True)
        known = {year: (cases, fte) for year, cases, fte in rows if cases >= 0 and fte > 0}
    last = max(known, default=0)
    first = min((year for year in known if year >= last - years), default=0)
    if first == last:
        raise DataError(
            f"has no two years of {code} with cases held and case holders", file=panel.source
        )
    cases, workers = (
        (np.array([known[first][place]]), np.array([known[last][place]])) for place in (0, 1)
    )
    return caseload_change(
        panel.authorities.get(code, code),
        (f"the workforce figures of {first}", f"those of {last}"),
        cases,
        workers,
        level=1.0,
        basis="observed",
        source=panel.source,
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
        When the plan does not reach the month, or some simulation has no worker or case left.

    Notes
    -----
    Central values are medians of cases and caseload. The workers are cases over caseload, so that
    the two central parts add up.
    """
    place = plan.month_number(month)
    if place == 0:
        raise DataError(f"needs a month after {plan.months[0]}, got {month}", field="month")
    caseload = plan.caseload(scenario)[[0, place]].astype(np.float64)
    cases = plan.cases[plan.scenarios.index(scenario)][[0, place]].astype(np.float64)
    if not (np.isfinite(caseload) & (caseload > 0)).all():
        raise DataError(f"some simulation of {scenario} has no cases, or no worker to hold them")
    held, average = (_with_median(values) for values in (cases, caseload))
    workers = held / average
    return caseload_change(
        plan.area,
        (month_words(plan.months[0]), month_words(month)),
        (held[0], held[1]),
        (workers[0], workers[1]),
        level=RANGE,
        basis="projected",
        source=plan.source,
        reading="" if scenario == BASELINE else f"Under {scenario}",
    )


def _with_median(values: Floats) -> Floats:
    return np.concatenate([np.median(values, axis=1)[:, None], values], axis=1)
