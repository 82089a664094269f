"""Prevalence against impact: which thresholds reproduce the printed quadrants, if any do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
import pandas as pd

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError, UnknownNameError, check_name
from riskmodel.estimates import Interval

__all__ = [
    "Contradiction",
    "Prevalence",
    "QuadrantRegion",
    "data_region",
    "feasible_cut",
    "feasible_region",
    "own_region",
    "prevalence_values",
    "stated_region",
]

Prevalence = Literal["plans", "assessments"]
"""Two readings of "prevalence": plans with the factor, or assessments with it."""

HIGH, LOW = "high", "low"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A factor printed as high that is no higher than one printed as low: no cut separates them."""

    axis: Literal["prevalence", "impact"]
    high_factor: str
    high_value: Fraction
    low_factor: str
    low_value: Fraction

    def __str__(self) -> str:
        return (
            f"{self.high_factor} is printed as high {self.axis} with {float(self.high_value):.4g}, "
            f"{self.low_factor} as low with {float(self.low_value):.4g}"
        )


@dataclass(frozen=True, slots=True)
class QuadrantRegion:
    """Every pair of cuts that reproduces the printed quadrants.

    Parameters
    ----------
    reading
        Which reading of prevalence.
    prevalence
        Cuts on prevalence (plans or assessments with the factor) that reproduce all printed
        labels; a factor is high when it reaches the cut. None when no cut does.
    impact
        Cuts on the conversion rate, as a proportion; None when no cut does.
    contradictions
        The proof, where no cut is possible: pairs of factors that no cut can separate.
    total_plans
        Plans in all, for the cut on plans as a share.
    """

    reading: Prevalence
    prevalence: Interval | None
    impact: Interval | None
    contradictions: tuple[Contradiction, ...]
    total_plans: int

    @property
    def is_feasible(self) -> bool:
        """Whether some pair of cuts reproduces every printed quadrant."""
        return self.prevalence is not None and self.impact is not None

    @property
    def prevalence_share(self) -> Interval | None:
        """The cuts on plans as a share of all plans; None for the assessment reading."""
        if self.reading != "plans" or self.prevalence is None:
            return None
        return self.prevalence / self.total_plans

    def classify(self, counts: FactorCounts) -> pd.DataFrame:
        """Quadrant of each factor at every feasible cut.

        Plans are compared as a share of all plans, so that the cuts of one table can be applied to
        another of any size.

        Returns
        -------
        pandas.DataFrame
            One row for each factor: factor, prevalence, impact; each ``high``, ``low``, or
            ``depends`` where feasible cuts disagree, or ``none`` where no cut is feasible.
        """
        prevalences = prevalence_values(counts, self.reading)
        cuts = self.prevalence
        if self.reading == "plans" and counts.total_plans:
            prevalences = tuple(value / counts.total_plans for value in prevalences)
            cuts = self.prevalence_share
        impacts = _conversions(counts)
        return pd.DataFrame(
            {
                "factor": counts.factors,
                "prevalence": [_side(value, cuts) for value in prevalences],
                "impact": [_side(value, self.impact) for value in impacts],
            }
        )

    def words(self) -> str:
        """The cuts in words, such as ``12.1% of plans and a rate of 28.0%``."""
        share = cut_words(self.prevalence_share, percent=True)
        across = f"{cut_words(self.prevalence)} {self.reading} with the factor"
        rate = cut_words(self.impact, percent=True)
        return f"{f'{share} of plans' if share else across} and a rate of {rate}"

    def __str__(self) -> str:
        if not self.is_feasible:
            proof = "; ".join(str(found) for found in self.contradictions)
            return f"no cut on {self.reading} reproduces the printed quadrants: {proof}"
        prevalence = cut_words(self.prevalence)
        return (
            f"the printed quadrants hold for a cut {prevalence} {self.reading} with the factor, "
            f"and a cut {cut_words(self.impact, percent=True)} on the share that led to a plan"
        )


def cut_words(cut: Interval | None, *, percent: bool = False) -> str:
    """The possible cuts in words, such as ``above 66 and up to 84``; empty where there are none."""
    if cut is None:
        return ""
    ends = [
        f"{100 * float(end):.1f}%" if percent else f"{float(end):,.6g}"
        for end in (cut.low, cut.high)
    ]
    return ends[0] if cut.is_exact else f"above {ends[0]} and up to {ends[1]}"


def prevalence_values(counts: FactorCounts, reading: Prevalence) -> tuple[Fraction, ...]:
    """Prevalence of each factor in one of its two readings, as a count.

    Parameters
    ----------
    counts
        Counts per factor.
    reading
        ``plans`` (those with the factor that led to a plan) or ``assessments``.
    """
    check_name("reading of prevalence", reading, get_args(Prevalence))
    values = counts.plans if reading == "plans" else counts.assessments
    return tuple(Fraction(value) for value in values.tolist())


def feasible_region(
    counts: FactorCounts,
    printed: Mapping[str, tuple[str, str]],
    *,
    prevalence: Prevalence = "plans",
) -> QuadrantRegion:
    """All thresholds that reproduce printed quadrants, or the proof that there are none.

    Parameters
    ----------
    counts
        Counts of the factors whose numbers are known.
    printed
        Printed (prevalence, impact) label of each factor by name. Factors without counts cannot
        rule out a cut and are skipped.
    prevalence
        The reading of prevalence.

    Returns
    -------
    QuadrantRegion

    Raises
    ------
    DataError
        When none of the counted factors has a printed quadrant.

    Notes
    -----
    A cut c reproduces the labels when low < c <= high for every low and high factor, so the
    feasible cuts are (largest low, smallest high]: computed, not chosen.
    """
    names = [name for name in counts.factors if name in printed]
    if not names:
        raise DataError("none of the factors counted has a printed quadrant")
    by_axis = {
        "prevalence": dict(zip(counts.factors, prevalence_values(counts, prevalence), strict=True)),
        "impact": dict(zip(counts.factors, _conversions(counts), strict=True)),
    }
    cuts: dict[str, Interval | None] = {}
    contradictions: list[Contradiction] = []
    for position, axis in enumerate(("prevalence", "impact")):
        values = [by_axis[axis][name] for name in names]
        labels = [printed[name][position] for name in names]
        cuts[axis] = feasible_cut(values, labels)
        contradictions.extend(_contradictions(axis, names, values, labels))
    return QuadrantRegion(
        prevalence, cuts["prevalence"], cuts["impact"], tuple(contradictions), counts.total_plans
    )


def stated_region(counts: FactorCounts, share_of_plans: float, rate: float) -> QuadrantRegion:
    """Cuts that a user states: a share of plans and a conversion rate.

    Parameters
    ----------
    counts
        Counts per factor.
    share_of_plans, rate
        Cuts, each above 0 and below 1; a factor is high when it reaches the cut.
    """
    for name, cut in (("share of plans", share_of_plans), ("rate", rate)):
        if not 0 < cut < 1:
            raise DataError(f"the cut on the {name} must lie between 0 and 1, got {cut:g}")
    plans = Interval.exactly(Fraction(str(share_of_plans)) * counts.total_plans)
    return QuadrantRegion(
        "plans", plans, Interval.exactly(Fraction(str(rate))), (), counts.total_plans
    )


def own_region(counts: FactorCounts, reading: Prevalence = "plans") -> QuadrantRegion:
    """A table's own cuts, as :func:`data_region` sets them; none where it can set none.

    None are set where no plan followed, no factor was found, or the number of assessments is
    withheld.
    """
    if counts.total_plans and counts.total_assessments and counts.assessments.any():
        return data_region(counts, reading=reading)
    return QuadrantRegion(reading, None, None, (), counts.total_plans)


def data_region(
    counts: FactorCounts, quantile: float | None = None, *, reading: Prevalence = "plans"
) -> QuadrantRegion:
    """Cuts set by the counts of a table.

    Parameters
    ----------
    counts
        Counts per factor.
    quantile
        Cut both axes at this quantile of the factors that were found; None cuts the rate at the
        base rate (plans over assessments) and prevalence at the median factor.
    reading
        The reading of prevalence.

    Raises
    ------
    DataError
        When the quantile is out of range, no factor was found, or the base rate is not known.
    """
    found = counts.assessments > 0
    if not found.any() or not counts.total_plans:
        raise DataError("cuts from the data need plans, and a factor that was found")
    if quantile is not None and not 0 < quantile < 1:
        raise DataError(f"a quantile lies between 0 and 1, got {quantile:g}; 0.5 is the median")
    if quantile is None and counts.total_assessments is None:
        raise DataError("the base rate needs the number of assessments, which is not published")
    level = 0.5 if quantile is None else quantile
    common = np.array(prevalence_values(counts, reading), dtype=float)[found]
    rates = counts.plans[found] / counts.assessments[found]
    if quantile is None:
        rate = counts.total_plans / int(counts.total_assessments or 1)
    else:
        rate = float(np.quantile(rates, level))
    rate = min(max(rate, 1e-9), 1 - 1e-9)
    if reading == "assessments":
        cut = Interval.exactly(Fraction(str(float(np.quantile(common, level)))))
        return QuadrantRegion(
            reading, cut, Interval.exactly(Fraction(str(rate))), (), counts.total_plans
        )
    share = float(np.quantile(common / counts.total_plans, level))
    return stated_region(counts, min(max(share, 1e-9), 1 - 1e-9), rate)


def feasible_cut(values: Sequence[Fraction], labels: Sequence[str]) -> Interval | None:
    """The cuts c with value >= c exactly for the values labelled high; None if there are none.

    Parameters
    ----------
    values
        Values, any order.
    labels
        ``high`` or ``low`` for each.
    """
    unknown = sorted(set(labels) - {HIGH, LOW})
    if unknown:
        raise UnknownNameError("quadrant label", unknown[0], [HIGH, LOW])
    high = [value for value, label in zip(values, labels, strict=True) if label == HIGH]
    low = [value for value, label in zip(values, labels, strict=True) if label == LOW]
    bottom = max(low, default=-float("inf"))
    top = min(high, default=float("inf"))
    if bottom >= top:
        return None
    return Interval(bottom, top, low_closed=False, high_closed=bool(high))


def _contradictions(
    axis: str, names: Sequence[str], values: Sequence[Fraction], labels: Sequence[str]
) -> list[Contradiction]:
    rows = list(zip(names, values, labels, strict=True))
    return [
        Contradiction("prevalence" if axis == "prevalence" else "impact", high, above, low, below)
        for high, above, high_label in rows
        for low, below, low_label in rows
        if high_label == HIGH and low_label == LOW and above <= below
    ]


def _conversions(counts: FactorCounts) -> tuple[Fraction, ...]:
    # A factor never assessed has no conversion; as 0 it cannot reach any cut.
    return tuple(
        Fraction(k, n) if n else Fraction(0)
        for k, n in zip(counts.plans.tolist(), counts.assessments.tolist(), strict=True)
    )


def _side(value: Fraction, cuts: Interval | None) -> str:
    if cuts is None:
        return "none"
    if value >= cuts.high:
        return HIGH
    if value <= cuts.low:
        return LOW
    return "depends"
