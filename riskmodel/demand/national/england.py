"""The total of the authorities extended to all of England."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from riskmodel.demand.national.courses import (
    Course,
    NationalCourses,
    beyond_authorities,
    common_course_of,
    summarised,
)
from riskmodel.demand.national.simulating import TIER
from riskmodel.demand.pooled.history import STOCK_MEASURES
from riskmodel.demand.pooled.learn import Learned
from riskmodel.series import ENGLAND, AuthorityPanel

__all__ = ["england_of"]

ENGLAND_TOLERANCE = 0.005
"""Published totals of England are rounded, so a sum of authorities may exceed them by this
share."""


def england_of(
    panel: AuthorityPanel,
    year: int,
    courses: Iterable[NationalCourses],
    learned: Mapping[str, Learned],
    seed: int,
) -> tuple[dict[tuple[str, str], Course], tuple[str, ...]]:
    """The totals extended to England, and what that assumes."""
    found: dict[tuple[str, str], Course] = {}
    said: dict[str, None] = {}
    population = _england_figure(panel, "pop_0_17_midyear", year)
    for each in courses:
        together = each.together()
        whole = _england_stock(panel, each.stage, year)
        words = each.stage.replace("_", " ")
        if not np.isfinite(whole):
            said[
                f"{words}: the panel has no figure for England in {year}, so the total is of the "
                f"{len(each.authorities)} authorities projected and nothing is said of the others"
            ] = None
            continue
        ratio = whole / together.latest if together.latest > 0 else float("nan")
        if not ratio >= 1 - ENGLAND_TOLERANCE:
            said[
                f"{words}: the authorities together have {together.latest:,.0f} and England "
                f"{whole:,.0f}, so some may be counted twice and England is not projected"
            ] = None
            continue
        months, replicates = len(each.months), each.replicates
        taught = learned[each.stage]
        common = common_course_of(taught, each.stage, months, replicates, seed)[:, 1 : months + 1]
        counts = beyond_authorities(each.total, common, max(ratio, 1.0))
        found[each.stage, each.measure] = summarised(
            ENGLAND, panel.england.areas[-1] or "England", whole, population, counts
        )
        said[
            f"{words}: the {len(each.authorities)} authorities projected have "
            f"{100 / ratio:.0f}% of England's {whole:,.0f} at 31 March {year}; the others are "
            "assumed to move as these do"
        ] = None
    return found, tuple(said)


def _england_stock(panel: AuthorityPanel, stage: str, year: int) -> float:
    if stage == TIER:
        every, plans, away = (
            _england_figure(panel, STOCK_MEASURES[name], year)
            for name in ("child_in_need", "child_protection_plan", "looked_after")
        )
        return every - plans - away
    return _england_figure(panel, STOCK_MEASURES[stage], year)


def _england_figure(panel: AuthorityPanel, measure: str, year: int) -> float:
    england = panel.england
    if measure not in england.measures:
        return float("nan")
    here = england.figures[measure][england.years == year]
    return float(here[0]) if len(here) else float("nan")
