"""Bounds: the smallest and largest value that a table with given counts can have.

Published counts (margins) say how many assessments had each factor and how many of them led to a
plan, but not which factors were recorded together. Every table with these margins is possible, and
such tables can disagree even about the sign of an association that allows for other factors. The
bounds are the smallest and the largest value over all of them. They involve no chance, no model and
no confidence level.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from riskmodel.assessments import FactorCounts
from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result
from riskmodel.errors import DataError, check_name
from riskmodel.factors.margins.grid import Extreme, Quantities, grid_extremes
from riskmodel.factors.margins.programme import MOST_FACTORS, Programme
from riskmodel.factors.margins.result import QUANTITIES, Bound, BoundQuantity, JointTable
from riskmodel.factors.margins.search import polygon_extremes, search_step
from riskmodel.factors.margins.stratum import (
    Setting,
    mantel_haenszel_difference,
    refuse_empty,
    standardised_risks,
)

__all__ = ["Bound", "BoundQuantity", "JointTable", "MarginBounds", "margin_bounds"]


_NAMED_AT_MOST = 3
_LABELS = {
    "risk_difference": "Risk difference",
    "risk_ratio": "Risk ratio",
    "mantel_haenszel_difference": "Mantel-Haenszel risk difference",
    "only_plans": "Plans that only it accounts for",
}


def _end_text(quantity: str, value: float) -> str:
    if value == math.inf:
        return "no limit"
    return f"{value:,.0f}" if quantity == "only_plans" else f"{value:.3f}"


@dataclass(frozen=True, slots=True, repr=False)
class MarginBounds(Result):
    """Bounds on one factor's association with a plan, allowing for others, from counts alone.

    Parameters
    ----------
    counts
        The margins, with N.
    factor
        The factor asked about.
    given
        The others.
    phi
        Allowed phi of each pair within each outcome stratum; None for any.
    risk_difference, risk_ratio, mantel_haenszel_difference, only_plans
        The bounds.
    step
        1 where every whole number was tried; if it is larger, every step-th number was tried, and
        then all numbers around the best.
    attained
        For each quantity and end, (only, none) counts with and without a plan.
    """

    counts: FactorCounts
    factor: str
    given: tuple[str, ...]
    phi: tuple[float, float] | None
    risk_difference: Bound
    risk_ratio: Bound
    mantel_haenszel_difference: Bound
    only_plans: Bound
    step: int
    attained: tuple[tuple[Extreme, Extreme], ...]

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """All four, in order."""
        return tuple(getattr(self, name) for name in QUANTITIES)

    def table(self, quantity: BoundQuantity, end: Literal["low", "high"]) -> JointTable:
        """A table with these margins in which the quantity is at the given end of its interval."""
        check_name("quantity", quantity, QUANTITIES)
        check_name("end of the interval", end, ("low", "high"))
        _, planned, unplanned = self.attained[QUANTITIES.index(quantity)][end == "high"]
        setting = Setting.of(self.counts, (self.factor, *self.given), self.phi)
        with_plan = Programme(setting, setting.planned)
        cells = with_plan.table(*planned.tolist())
        other = Programme(setting, setting.unplanned).table(*unplanned.tolist())
        used = (cells > 0) | (other > 0)
        return JointTable(setting.factors, with_plan.patterns[used], cells[used], other[used])

    def to_frame(self) -> pd.DataFrame:
        """One row for each quantity.

        Columns: factor, given (names joined by commas), assessments (N), phi_low, phi_high,
        quantity, crude, low, high, sign, unit, method, level, basis.
        """
        low, high = self.phi or (None, None)
        return pd.DataFrame(
            [
                {
                    "factor": self.factor,
                    "given": ",".join(self.given),
                    "assessments": self.counts.total_assessments,
                    "phi_low": low,
                    "phi_high": high,
                    "quantity": bound.quantity,
                    "crude": bound.crude,
                    "low": bound.low,
                    "high": bound.high,
                    "sign": bound.sign,
                    "unit": bound.unit,
                    "method": bound.method,
                    "level": bound.level,
                    "basis": bound.basis,
                }
                for bound in self.bounds
            ]
        )

    def summary(self) -> str:
        """Whether the counts settle if a plan is more or less common with the factor."""
        overlap = "any" if self.phi is None else f"{self.phi[0]:g} to {self.phi[1]:g}"
        difference = self.risk_difference
        given = ", ".join(name.replace("_", " ") for name in self.given)
        if len(self.given) > _NAMED_AT_MOST:
            given = f"{len(self.given)} other factors"
        return (
            f"With {given} alike, the risk of a plan with {self.factor.replace('_', ' ')} differs "
            f"by {difference.low:+.3f} to {difference.high:+.3f} over all tables with these counts "
            f"({self.counts.total_assessments:,} assessments, overlap of factors {overlap}): "
            f"{difference.sign}. An association: it does not say what the factor brings about."
        )

    def preview(self) -> pd.DataFrame:
        """Each quantity with its ends, in words."""
        return pd.DataFrame(
            [
                {
                    "quantity": _LABELS[bound.quantity],
                    "crude": _end_text(bound.quantity, bound.crude),
                    "lowest": _end_text(bound.quantity, bound.low),
                    "highest": _end_text(bound.quantity, bound.high),
                    "association": bound.sign or "-",
                    "basis": bound.basis,
                }
                for bound in self.bounds
            ]
        )

    def remarks(self) -> Sequence[str]:
        """What the counts leave open, in numbers of plans, and whether the ends are exact."""
        count = self.only_plans
        method = "Exact, by every table"
        if self.risk_difference.method == "linear programme":
            method = "By a linear programme, which allows fractions of an assessment"
        phi = "No assumption is made about which factors occur together."
        if self.phi is not None:
            phi = f"Assumed: phi of any two factors between {self.phi[0]:g} and {self.phi[1]:g}."
        others = "the other factor" if len(self.given) == 1 else "any of the other factors"
        return (
            f"Of its {count.crude:,.0f} plans, {count.low:,.0f} to {count.high:,.0f} are of "
            f"assessments without {others}.",
            f"{self.counts.total_assessments:,} assessments. {phi} {method}. These are bounds, "
            "both attained; they are not a range within which the value probably lies.",
        )

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The bounds, and the tables in which each end is attained."""
        tables = {
            f"{bound.quantity}_{end}": self.table(bound.quantity, end).to_frame().to_dict("records")
            for bound in self.bounds
            for end in ("low", "high")
        }
        return {"bounds": records, "tables": tables}


def margin_bounds(
    counts: FactorCounts,
    factor: str,
    given: str | Sequence[str],
    *,
    phi: tuple[float, float] | None = None,
) -> MarginBounds:
    """Bounds on a factor's association with a plan, from the margins alone.

    Parameters
    ----------
    counts
        Margins, with the number of assessments N.
    factor
        The factor asked about.
    given
        One confounder, or several (up to 15), to allow for.
    phi
        Lowest and highest phi coefficient that any two of the factors may have within each outcome
        stratum: an assumption about how far factors are recorded together. None makes no such
        assumption.

    Returns
    -------
    MarginBounds
        Intervals for four quantities. Write B for "the confounder is recorded"; for several, "at
        least one of them is".

        ``risk_difference``: sum_b P(b) [P(plan | factor, b) - P(plan | no factor, b)], the
        difference of risks standardised over B's distribution among all assessments.
        ``risk_ratio``: the ratio of the same two standardised risks.
        ``mantel_haenszel_difference``: the same two differences, each weighted by n1 n0 / (n1 +
        n0), where n1 and n0 are the assessments of the group with and without the factor.
        Standardised values can depend on a group in which only one assessment has, or lacks, the
        factor; this one cannot. ``only_plans``: plans with the factor and none of the others, which
        only this factor, of those considered, can account for.

    Raises
    ------
    DataError
        When N is unknown, a factor is in none or all of the assessments, or phi is impossible: the
        constraint is named.
    UnknownNameError
        When a factor has no counts.

    Notes
    -----
    With one confounder the unknowns are two whole numbers, assessments with both factors with and
    without a plan, and the bounds are exact. With more they are the 2^(d+1) cells of the joint
    table, and a linear programme (HiGHS) finds all values of the two numbers in question. Fractions
    of an assessment are allowed there, so the interval contains that of all whole tables, and can
    be wider, by less than what one assessment can change. Tables in which some group has nobody
    with the factor, or nobody without, allow no standardised comparison and are left out. The
    two-factor case is that of Duncan and Davis (1953) and of Balke and Pearl (1997) for linear
    programmes; METHODS section 4.

    Examples
    --------
    >>> counts = FactorCounts.from_rows(
    ...     [("a", 40, 20), ("b", 30, 18)], total_plans=50, total_assessments=200
    ... )
    >>> print(margin_bounds(counts, "a", "b").only_plans)
    only plans: 2 to 20 of 20
    """
    others = (given,) if isinstance(given, str) else tuple(given)
    _check(counts, factor, others, phi)
    setting = Setting.of(counts, (factor, *others), phi)
    refuse_empty(setting)
    if len(others) == 1:
        method, step = "exact bounds", 1
        extremes = grid_extremes(setting, quantities_of(setting))
    else:
        method = "linear programme"
        planned, unplanned = programme_polygons(setting)
        step = search_step(planned, unplanned)
        extremes = polygon_extremes(planned, unplanned, quantities_of(setting))
        extremes[-1] = _whole_only(planned, unplanned)
    for (lowest, _), name in zip(extremes, QUANTITIES, strict=True):
        if math.isnan(lowest[0]):
            raise DataError(
                f"no table with these margins has a {name.replace('_', ' ')} of {factor} given "
                f"{', '.join(others)}: always somebody has no counterpart to compare with"
            )
    crude = setting.crude_risks
    crudes = (
        crude[0] - crude[1],
        crude[0] / crude[1] if crude[1] else math.inf,
        crude[0] - crude[1],
        float(setting.planned.present[0]),
    )
    difference, ratio, matched, only = (
        Bound(name, low[0], high[0], base, method, counts.basis)
        for name, (low, high), base in zip(QUANTITIES, extremes, crudes, strict=True)
    )
    return MarginBounds(
        counts,
        factor,
        others,
        phi,
        risk_difference=difference,
        risk_ratio=ratio,
        mantel_haenszel_difference=matched,
        only_plans=only,
        step=step,
        attained=tuple(extremes),
    )


def programme_polygons(setting: Setting) -> tuple[Floats, Floats]:
    """Possible (factor alone, none) counts with a plan and without: corners of two polygons."""
    return (
        Programme(setting, setting.planned).polygon(),
        Programme(setting, setting.unplanned).polygon(),
    )


def quantities_of(setting: Setting) -> Quantities:
    """The four quantities as functions of a table's (only, none) counts; see :data:`QUANTITIES`."""

    def values(planned: Floats, unplanned: Floats) -> Floats:
        with_factor, without = standardised_risks(setting, planned, unplanned)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = with_factor / without
        matched = mantel_haenszel_difference(setting, planned, unplanned)
        return np.stack([with_factor - without, ratio, matched, planned[:, 0]])

    return values


def _whole_only(planned: Floats, unplanned: Floats) -> tuple[Extreme, Extreme]:
    """Fewest and most plans with the factor alone, in whole plans, with a point that has them."""
    low, high = math.ceil(planned[:, 0].min()), math.floor(planned[:, 0].max())
    if low > high:
        raise DataError(
            f"phi is impossible in whole numbers: plans with this factor alone would have to lie "
            f"between {planned[:, 0].min():.3f} and {planned[:, 0].max():.3f}; widen phi"
        )
    lowest: Extreme = (float(low), _point_at(planned, low), unplanned[0])
    return lowest, (float(high), _point_at(planned, high), unplanned[0])


def _point_at(corners: Floats, across: int) -> Floats:
    """A point of the polygon with that first coordinate, its second one whole where it can be."""
    up = [point[1] for point in corners if point[0] == across]
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if (start[0] - across) * (end[0] - across) < 0:
            share = (across - start[0]) / (end[0] - start[0])
            up.append(start[1] + share * (end[1] - start[1]))
    lowest, highest = min(up), max(up)
    whole = math.ceil(lowest - 1e-9)
    return np.array([across, whole if whole <= highest + 1e-9 else lowest])


def _check(
    counts: FactorCounts, factor: str, others: tuple[str, ...], phi: tuple[float, float] | None
) -> None:
    for name in (factor, *others):
        check_name("factor with counts", name, counts.factors)
    if not others:
        raise DataError("bounds need at least one other factor to allow for")
    if len({factor, *others}) != len(others) + 1:
        raise DataError(f"each factor may be named once, got {', '.join((factor, *others))}")
    if len(others) >= MOST_FACTORS:
        raise DataError(
            f"at most {MOST_FACTORS} factors at once, got {len(others) + 1}: name fewer"
        )
    if counts.total_assessments is None:
        raise DataError(
            "bounds need the number of assessments, which these counts do not hold; at least "
            f"{counts.minimum_assessments:,}: {counts.total_plans:,} with a plan, and "
            f"{counts.minimum_assessments - counts.total_plans:,} without one that had the factor "
            "commonest among these"
        )
    found = int(counts.assessments[counts.factors.index(factor)])
    if found in (0, counts.total_assessments):
        share = "no" if found == 0 else "every"
        raise DataError(f"{factor} was recorded in {share} assessment: nothing to compare with")
    if counts.total_plans == 0:
        raise DataError("no assessment led to a plan: nothing to compare")
    if phi is not None and not -1 <= phi[0] <= phi[1] <= 1:
        raise DataError(f"phi must run from low to high within -1 and 1, got {phi[0]} to {phi[1]}")
