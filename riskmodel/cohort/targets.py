"""The counts that a synthetic cohort reproduces, each marked as published or assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import MappingProxyType

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.cohort.unprinted import unprinted_conversions, unprinted_sizes
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.vocabulary import FACTORS

__all__ = ["CohortTargets", "published_targets"]


@dataclass(frozen=True, slots=True)
class CohortTargets:
    """Counts that a cohort reproduces exactly, and the basis of each.

    Parameters
    ----------
    counts
        Assessments and plans per factor, plans in all, and N, which must be known.
    basis
        By factor: ``published`` where the report prints the counts, ``assumed`` where not.

    Raises
    ------
    DataError
        When N is unknown or too small for the counts, or a factor has no basis; the message says
        which.
    """

    counts: FactorCounts
    basis: Mapping[str, Basis]

    def __post_init__(self) -> None:
        object.__setattr__(self, "basis", MappingProxyType(dict(self.basis)))
        if self.counts.total_assessments is None:
            raise DataError("a cohort needs the number of assessments")
        missing = [name for name in self.counts.factors if name not in self.basis]
        if missing:
            raise DataError(f"no basis given for {', '.join(missing)}")

    @property
    def total_assessments(self) -> int:
        """N, the number of assessments."""
        total = self.counts.total_assessments
        assert total is not None  # checked on construction
        return total

    @property
    def without_plan(self) -> np.ndarray:
        """Assessments with factor j that led to no plan, n_j - k_j; shape (J,)."""
        return self.counts.assessments - self.counts.plans

    def scaled(self, total_assessments: int) -> CohortTargets:
        """The same targets for another number of assessments: every count in proportion.

        Counts are rounded half up; a scaled count is ``assumed``, since nobody published it.
        """
        if total_assessments < 1:
            raise DataError(f"a cohort needs at least 1 assessment, got {total_assessments}")
        ratio = Fraction(total_assessments, self.total_assessments)
        plans = _in_proportion(self.counts.total_plans, ratio)
        with_plan = np.array([_in_proportion(k, ratio) for k in self.counts.plans.tolist()])
        without = np.array([_in_proportion(m, ratio) for m in self.without_plan.tolist()])
        with_plan = np.minimum(with_plan, plans)
        without = np.minimum(without, total_assessments - plans)
        counts = FactorCounts(
            self.counts.factors, with_plan + without, with_plan, plans, total_assessments, "assumed"
        )
        return CohortTargets(counts, dict.fromkeys(self.counts.factors, "assumed"))

    def __str__(self) -> str:
        printed = sum(basis == "published" for basis in self.basis.values())
        return (
            f"{self.total_assessments:,} assessments, {self.counts.total_plans:,} plans, "
            f"{printed} factors with published counts, {len(self.basis) - printed} assumed"
        )


def published_targets(total_assessments: int, *, seed: int = 0) -> CohortTargets:
    """Targets of the report card: ten factors to the digit, the other 24 within their constraints.

    Parameters
    ----------
    total_assessments
        N, not published; at least 630 + 439 = 1,069.
    seed
        Seeds the conversion rates of the 24 factors whose counts are not printed.

    Returns
    -------
    CohortTargets
        Factors in the order of the vocabulary.

    Raises
    ------
    DataError
        When N is too small for the counts; the message names the constraint.

    Notes
    -----
    An unprinted factor takes its size from its share in the national statistics, scaled so that the
    ten printed factors have the size that the report prints, and its conversion rate from the
    distribution that the printed rows and quadrants allow (:mod:`riskmodel.cohort.unprinted`); what
    is known comes before both: at most 57 plans, and the printed side of the chart.
    """
    printed = factor_counts()
    _refuse_below_floor(printed, total_assessments)
    quadrants = printed_quadrants()
    known = {
        name: (n, k)
        for name, n, k in zip(
            printed.factors, printed.assessments.tolist(), printed.plans.tolist(), strict=True
        )
    }
    others = [name for name in quadrants if name not in known]
    conversions, sizes = _unprinted(seed)
    room = total_assessments - printed.total_plans
    ceiling = int(parameter("unprinted_plans_at_most").value)
    for name in others:
        known[name] = _within_constraints(
            sizes[name], conversions[name], quadrants[name].impact, ceiling, room
        )
    names = [factor.name for factor in FACTORS]
    counts = FactorCounts.from_rows(
        [(name, *known[name]) for name in names],
        total_plans=printed.total_plans,
        total_assessments=total_assessments,
        basis="assumed",
    )
    basis: dict[str, Basis] = {
        name: "published" if name in printed.factors else "assumed" for name in names
    }
    return CohortTargets(counts, basis)


@cache
def _unprinted(seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Conversion rate and wished size of each unprinted factor: neither depends on N."""
    printed, quadrants = factor_counts(), printed_quadrants()
    others = [name for name in quadrants if name not in printed.factors]
    conversions = unprinted_conversions(printed, quadrants, others, seed=seed)
    return conversions, unprinted_sizes(printed, others)


def _refuse_below_floor(printed: FactorCounts, total_assessments: int) -> None:
    floor = printed.minimum_assessments
    if total_assessments >= floor:
        return
    without = printed.assessments - printed.plans
    binding = printed.factors[int(without.argmax())]
    raise DataError(
        f"{total_assessments} assessments are too few: {printed.total_plans} led to a plan and "
        f"{int(without.max())} more had {binding} without one, so at least {floor} are needed; "
        f"the documented prior has its median at {parameter('assessments_prior_median').value:g}"
    )


def _within_constraints(
    size: float, conversion: float, impact: str, ceiling: int, room: int
) -> tuple[int, int]:
    """Whole (assessments, plans) nearest the wished size that keep every hard constraint.

    The impact constraint needs k/n on the printed side of a cut that the printed rows allow, so
    rounding goes towards that side.
    """
    plans = min(round(size * conversion), ceiling)
    if impact == "high":
        plans = max(plans, 1)
        # n <= k / conversion keeps k/n at or above the drawn rate, itself above the cut.
        return max(plans, int(plans / conversion)), plans
    assessments = max(round(plans / conversion) if plans else round(size), plans)
    # n >= k / conversion keeps k/n at or below the drawn rate, itself below the cut.
    while plans and plans / assessments > conversion:
        assessments += 1
    assessments = min(assessments, plans + room)
    return assessments, plans


def _in_proportion(count: int, ratio: Fraction) -> int:
    return int(count * ratio + Fraction(1, 2))
