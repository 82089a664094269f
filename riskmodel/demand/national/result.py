"""Results of a national run: projections, totals, and authorities left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.core.labels import Label, label
from riskmodel.core.result import Result, TextTable, range_text
from riskmodel.core.wording import count_of
from riskmodel.demand.national.courses import (
    Course,
    NationalCourses,
)
from riskmodel.demand.pooled.history import STOCK_MEASURES, is_region
from riskmodel.demand.pooled.learn import Learned
from riskmodel.errors import UnknownNameError
from riskmodel.series import ENGLAND, AuthorityPanel

__all__ = ["LeftOut", "NationalRun", "left_out"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An authority of the panel that is not projected, and why."""

    stage: str
    code: str
    area: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NationalRun(Result):
    """Projections of the authorities of a panel, and of all of them.

    Parameters
    ----------
    panel
        The figures, up to the opening.
    year
        The last year used; it ends on 31 March.
    seed
        Of every draw.
    learned
        What was learned from the authorities, by stage.
    courses
        One for each stage and measure.
    england
        The total extended to all of England, by stage and measure; empty where the panel does not
        give England's figures.
    left_out
        Authorities that are not projected.
    assumptions
        What was assumed about England and the authorities, in sentences.
    """

    panel: AuthorityPanel
    year: int
    seed: int
    learned: Mapping[str, Learned]
    courses: tuple[NationalCourses, ...]
    england: Mapping[tuple[str, str], Course]
    left_out: tuple[LeftOut, ...]
    assumptions: tuple[str, ...]

    def of(self, stage: str, measure: str = "stock") -> NationalCourses:
        """One of the courses.

        Raises
        ------
        UnknownNameError
            When there is none of that stage and measure.
        """
        for each in self.courses:
            if (each.stage, each.measure) == (stage, measure):
                return each
        names = [f"{each.stage} {each.measure}" for each in self.courses]
        raise UnknownNameError("course", f"{stage} {measure}", names)

    def totals(self, stage: str, measure: str = "stock") -> tuple[Course, ...]:
        """All authorities together, and England where it is projected."""
        found = [self.of(stage, measure).together()]
        if (stage, measure) in self.england:
            found.append(self.england[stage, measure])
        return tuple(found)

    def flows(self, stage: str) -> tuple[NationalCourses, ...]:
        """Starts and ends of a stage, where they were simulated."""
        return tuple(
            each for each in self.courses if each.stage == stage and each.measure != "stock"
        )

    def history(self, stage: str) -> dict[str, list[tuple[int, float]]]:
        """Year and stock of each authority and England by code.

        For the total, whose code is ``sum``, only years in which every authority has a stock.
        """
        stock = _stock_by_year(self.panel, stage)
        codes = [each.code for each in self.of(stage).authorities]
        found = {
            code: [(year, value) for (whose, year), value in stock.items() if whose == code]
            for code in (*codes, ENGLAND)
        }
        years = sorted({year for _, year in stock})
        found["sum"] = [
            (year, sum(stock[code, year] for code in codes))
            for year in years
            if all((code, year) in stock for code in codes)
        ]
        return found

    def to_frame(self) -> pd.DataFrame:
        """A row for each area, stage, measure and month: see :meth:`NationalCourses.to_frame`."""
        return pd.concat(
            [each.to_frame(*self.totals(each.stage, each.measure)) for each in self.courses],
            ignore_index=True,
        )

    def left_out_frame(self) -> pd.DataFrame:
        """A row for each authority and stage not projected: stage, la_code, area, reason."""
        return pd.DataFrame(
            [(each.stage, each.code, each.area, each.reason) for each in self.left_out],
            columns=["stage", "la_code", "area", "reason"],
        )

    def summary(self) -> str:
        """What it is, in a sentence."""
        said = "; ".join(each.summary() for each in self.courses)
        return f"Central projections from March {self.year}: {said}."

    def text_tables(self) -> Sequence[TextTable]:
        """Each stock: the totals, then every authority in the order of names."""
        tables, rate = [], Label("Per 10,000", form=",.1f")
        for each in (each for each in self.courses if each.measure == "stock"):
            ordered = sorted(each.authorities, key=lambda one: (one.area, one.code))
            rows = [
                {
                    "area": course.area,
                    "code": course.code,
                    f"March {self.year}": f"{course.latest:,.0f}",
                    "per 10,000": rate.number(course.latest * course.per_10000),
                    each.months[-1]: f"{course.quantile(0.5)[-1]:,.0f}",
                    "90% range": range_text(course.quantile(0.05)[-1], course.quantile(0.95)[-1]),
                    "then per 10,000": rate.number(
                        float(course.quantile(0.5)[-1]) * course.per_10000
                    ),
                }
                for course in (*self.totals(each.stage), *ordered)
            ]
            tables.append(TextTable(pd.DataFrame(rows), label(each.stage).full))
        return tables

    def remarks(self) -> Sequence[str]:
        """What was assumed, who is not projected and why, and what the figures rest on."""
        lines = [f"{text[0].upper()}{text[1:]}." for text in self.assumptions]
        for reason, rows in self.left_out_frame().groupby("reason", sort=False):
            names = ", ".join(dict.fromkeys(rows["area"]))
            lines.append(f"Not projected, {reason}: {names}.")
        return [
            *lines,
            f"Basis: projected. Learned from all authorities together up to March {self.year}, "
            f"{count_of(self.courses[0].replicates, 'simulation')}, seed {self.seed}. Authorities "
            "stand in the order of their names; a rate says nothing of how well anybody works.",
        ]


def left_out(
    panel: AuthorityPanel, year: int, courses: Iterable[NationalCourses]
) -> tuple[LeftOut, ...]:
    """Each authority of the panel that a stage does not project, with the reason."""
    found = []
    for each in courses:
        if each.measure != "stock":
            continue
        projected = {course.code for course in each.authorities}
        for code, name in panel.authorities.items():
            if code not in projected:
                reason = _reason(panel, code, name, each.stage, year)
                found.append(LeftOut(each.stage, code, name, reason))
    return tuple(found)


def _reason(panel: AuthorityPanel, code: str, name: str, stage: str, year: int) -> str:
    if is_region(code, name):
        return "a region: the sum of authorities"
    measure = STOCK_MEASURES.get(stage, STOCK_MEASURES["child_in_need"])
    own = panel.authority(code)
    seen = own.years[np.isfinite(own.figures[measure])]
    if not len(seen):
        return f"no figure of {measure}"
    if int(seen.max()) < year:
        return f"no figure of {measure} in {year}; the last is of {int(seen.max())}"
    return "no child in any year, or too few figures to simulate from"


def _stock_by_year(panel: AuthorityPanel, stage: str) -> dict[tuple[str, int], float]:
    """Each figure of the stock; of the tier in need, what is left of the wide sense."""
    if stage in STOCK_MEASURES:
        values = panel.figures[STOCK_MEASURES[stage]]
    else:
        every, plans, away = (
            panel.figures[STOCK_MEASURES[name]]
            for name in ("child_in_need", "child_protection_plan", "looked_after")
        )
        values = every - plans - away
    rows = sorted(zip(panel.la_codes, panel.years.tolist(), values.tolist(), strict=True))
    return {(code, year): value for code, year, value in rows if np.isfinite(value)}
