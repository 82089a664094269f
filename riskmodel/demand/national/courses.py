"""Many authorities projected together, so that totals have the right spread.

Each authority is projected from its own history and what was learned from all
(``riskmodel.demand.pooled``). The common movement is drawn once in each replicate and shared; each
authority's own part is drawn separately. A total is the sum over authorities in each replicate, so
it agrees with them to the child, and its spread is neither that of independent authorities nor that
of authorities in step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats, Integers, lock
from riskmodel.core.months import Month
from riskmodel.core.result import Result
from riskmodel.demand.outlook import MOST_MONTHS, MOST_REPLICATES, node_months
from riskmodel.demand.pooled.features import figures_beside
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import Learned
from riskmodel.demand.pooled.own import common_changes, forecast_own, sample_paths
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import QUANTILES, month_after, quantile_name
from riskmodel.streams import stream

__all__ = [
    "Course",
    "NationalCourses",
    "authority_stock",
    "beyond_authorities",
    "check_sizes",
    "codes_with_a_figure",
    "common_course_of",
    "latest_population",
    "projected_months",
    "summarised",
]


PURPOSE = "demand/national"
"""Streams are named by this, the stage, and for an authority's own part its code, so an additional
authority changes no other."""

MOST_CHILDREN = 1e8
"""Where no population is known, a stock is cut off here: for an unusual history a path could exceed
any number."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One area's projected counts, by month.

    Parameters
    ----------
    code, area
        Whose.
    latest
        The stock at the opening as published; for a total, that of all together.
    population
        Children aged 0 to 17, latest known; NaN where it is not.
    mean
        Over the replicates, shape (month,).
    quantiles
        At :data:`riskmodel.projection.QUANTILES`, shape (month, quantile).
    """

    code: str
    area: str
    latest: float
    population: float
    mean: Floats
    quantiles: Floats

    def __post_init__(self) -> None:
        lock(self, "mean", "quantiles")

    def quantile(self, level: float) -> Floats:
        """One of the quantiles by month, shape (month,)."""
        return self.quantiles[:, QUANTILES.index(level)]

    @property
    def per_10000(self) -> float:
        """The factor from a count to a rate per 10,000 children; NaN without a population."""
        return 10_000 / self.population if self.population > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NationalCourses(Result):
    """One measure of one stage, by authority, and their total.

    Parameters
    ----------
    stage
        Of :data:`riskmodel.demand.pooled.history.STOCK_MEASURES`, or of
        :data:`riskmodel.vocabulary.STAGES`.
    measure
        ``stock``, ``starts`` or ``ends``.
    opening_month
        ``YYYY-MM``: the last figures are for the end of this month.
    months
        Each month projected.
    authorities
        In the order of their codes.
    total
        The sum over the authorities in each replicate, shape (replicate, month). Copied and locked.
    """

    stage: str
    measure: str
    opening_month: str
    months: tuple[str, ...]
    authorities: tuple[Course, ...]
    total: Integers

    def __post_init__(self) -> None:
        lock(self, "total", kind=np.int64)

    @property
    def by_name(self) -> tuple[Course, ...]:
        """The authorities in the order of their names."""
        return tuple(sorted(self.authorities, key=lambda each: (each.area, each.code)))

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return len(self.total)

    def of(self, code: str) -> Course:
        """The course of an authority.

        Raises
        ------
        UnknownNameError
            When it is not among them.
        """
        for course in self.authorities:
            if course.code == code:
                return course
        raise UnknownNameError("authority", code, [each.code for each in self.authorities])

    def together(self) -> Course:
        """The total as a course; its population is known where every authority's is."""
        return summarised(
            "sum",
            f"{len(self.authorities)} authorities together",
            float(sum(each.latest for each in self.authorities)),
            float(sum(each.population for each in self.authorities)),
            self.total,
        )

    def to_frame(self, *others: Course) -> pd.DataFrame:
        """A row for each area and month: the authorities, then others such as their total.

        Columns: la_code, area, stage, measure, month, mean, then ``q05`` and so on, basis.
        """
        names = [quantile_name(level) for level in QUANTILES]
        pieces = [
            pd.DataFrame(
                {
                    "la_code": course.code,
                    "area": course.area,
                    "stage": self.stage,
                    "measure": self.measure,
                    "month": self.months,
                    "mean": course.mean,
                    **dict(zip(names, course.quantiles.T, strict=True)),
                    "basis": "projected",
                }
            )
            for course in (*self.authorities, *others)
        ]
        return pd.concat(pieces, ignore_index=True)

    def summary(self) -> str:
        """What it is, in a sentence."""
        low, middle, high = np.quantile(self.total[:, -1], [0.05, 0.5, 0.95])
        return (
            f"{self.stage} {self.measure} of {len(self.authorities)} authorities together in "
            f"{self.months[-1]}: {middle:,.0f} (90% range {low:,.0f} to {high:,.0f})"
        )


def check_sizes(months: int, replicates: int) -> None:
    """Refuse a horizon or a number of replicates that is out of range, before computing anything.

    Raises
    ------
    DataError
        When months are not 1 to 120, or replicates not 2 to 100,000.
    """
    for name, number, least, most in (
        ("months", months, 1, MOST_MONTHS),
        ("simulations", replicates, 2, MOST_REPLICATES),
    ):
        if not least <= number <= most:
            raise DataError(f"needs {least} to {most:,} {name}, got {number:,}")


def common_course_of(
    learned: Learned, stage: str, months: int, replicates: int, seed: int
) -> Floats:
    """The common movement at the end of each month, shape (replicate, 1 + month).

    The first column is the opening, nought. Paths are drawn to the end of the last half-year begun,
    so that they do not depend on the horizon.

    Parameters
    ----------
    learned
        Up to the opening.
    stage, months, replicates, seed
        Those of the projection; with the same values every authority has the same movement.
    """
    ahead = np.arange(node_months(months)[-1] + 1) / 12
    generator = stream(seed, f"{PURPOSE}/common/{stage}")
    return common_changes(learned, learned.year + ahead, generator, replicates)


def authority_stock(
    learned: Learned,
    history: StageHistory,
    code: str,
    common: Floats,
    *,
    months: int,
    seed: int,
) -> Integers:
    """The stock of one authority at the end of each month in whole children.

    Parameters
    ----------
    learned
        From all authorities, up to the opening.
    history
        Theirs, up to the opening.
    code
        Which one.
    common
        From :func:`common_course_of`.
    months
        How many.
    seed
        The user's seed.

    Returns
    -------
    numpy.ndarray
        Shape (replicate, month); no more than there are children.

    Raises
    ------
    UnknownNameError
        When the history has no such authority.
    """
    if code not in history.codes:
        raise UnknownNameError("authority", code, history.codes)
    place = history.codes.index(code)
    stock, population = history.stock[place], latest_population(history, place)
    last = int(np.flatnonzero(np.isfinite(stock))[-1])
    starts, ends = (float(flow[place, last]) for flow in (history.starts, history.ends))
    ahead = forecast_own(
        learned,
        np.array(history.years, dtype=np.float64),
        stock,
        learned.year + np.arange(1, months + 1) / 12,
        population=population,
        starts=starts if np.isfinite(starts) else None,
        ends=ends if np.isfinite(ends) else None,
        beside=figures_beside(history, place, last),
    )
    generator = stream(seed, f"{PURPOSE}/own/{history.stage}/{code}")
    paths = sample_paths(ahead, generator, len(common), common=common[:, 1 : months + 1])
    most = MOST_CHILDREN if population is None else population
    stock_paths = np.expm1(np.clip(paths, 0.0, np.log1p(most)))
    return np.rint(stock_paths).astype(np.int64)


def latest_population(history: StageHistory, place: int) -> float | None:
    """Children aged 0 to 17 of an authority, the latest that is known; None where none is."""
    known = history.population[place]
    known = known[np.isfinite(known) & (known > 0)]
    return float(known[-1]) if len(known) else None


def summarised(
    code: str, area: str, latest: float, population: float | None, counts: Integers | Floats
) -> Course:
    """A course from its replicates, shape (replicate, month)."""
    # Sorted, each month in a row of its own, the quantiles are found in half the time.
    ordered = np.sort(np.ascontiguousarray(counts.T), axis=1)
    return Course(
        code,
        area,
        latest,
        float("nan") if population is None else population,
        counts.mean(axis=0),
        np.quantile(ordered, QUANTILES, axis=1).T,
    )


def beyond_authorities(total: Integers, common: Floats, ratio: float) -> Integers:
    """A total of some authorities extended to all of them.

    Parameters
    ----------
    total
        Sum over the authorities held, shape (replicate, month).
    common
        The common movement in the same replicates and months.
    ratio
        The stock of all over that of those in the total, at the opening; 1 or more.

    Returns
    -------
    numpy.ndarray
        In whole children, shape (replicate, month).

    Notes
    -----
    The missing authorities are taken to be like those in the total: with the same common movement,
    and with own parts that are independent of theirs. In each month the part of the total that goes
    with the common movement, a + b exp(common) by least squares, is multiplied by the ratio. The
    rest is multiplied by the square root of the ratio, so its variance is multiplied by the ratio.
    """
    if not ratio >= 1:
        raise DataError(f"all are no fewer than those held; the ratio is 1 or more, got {ratio:g}")
    moved = np.exp(common)
    beside = moved - moved.mean(axis=0)
    middle = total.mean(axis=0)
    spread = np.maximum((beside**2).sum(axis=0), 1e-300)
    slope = (beside * (total - middle)).sum(axis=0) / spread
    shared = middle + slope * beside
    whole = ratio * shared + np.sqrt(ratio) * (total - shared)
    found: Integers = np.rint(np.maximum(whole, 0.0)).astype(np.int64)
    return found


def projected_months(year: int, months: int) -> tuple[Month, ...]:
    """The months after March of a year, ``YYYY-MM``."""
    return tuple(month_after(f"{year}-03", ahead + 1) for ahead in range(months))


def codes_with_a_figure(history: StageHistory) -> Sequence[str]:
    """Codes of the authorities that have a figure in the history's last year."""
    return [
        code
        for code, value in zip(history.codes, history.stock[:, -1].tolist(), strict=True)
        if np.isfinite(value)
    ]
