"""One outcome stratum (with or without a plan): its margins, and how far factors may overlap."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError

__all__ = [
    "Setting",
    "Stratum",
    "joint_limits",
    "mantel_haenszel_difference",
    "refuse_empty",
    "standardised_risks",
]


_ROUNDING = 1e-9
"""Relative tolerance for rounding, so that a phi that a table has exactly is allowed."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Assessments with one outcome, and the margins of the factors considered among them.

    Parameters
    ----------
    name
        Its rows in words: ``"assessments with a plan"``.
    rows
        How many there are.
    present
        How many have each factor; the first is the factor asked about.
    """

    name: str
    rows: int
    present: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """The margins behind a question: one factor against the others, in both outcome strata.

    Parameters
    ----------
    factors
        The factor asked about, then the others.
    planned, unplanned
        The two strata.
    phi
        Allowed phi of each pair of factors within each stratum; None for any.
    """

    factors: tuple[str, ...]
    planned: Stratum
    unplanned: Stratum
    phi: tuple[float, float] | None

    @classmethod
    def of(
        cls, counts: FactorCounts, factors: tuple[str, ...], phi: tuple[float, float] | None
    ) -> Setting:
        """Take the margins of these factors from counts whose N is known."""
        total = counts.total_assessments
        assert total is not None  # checked by the caller, who can say what to do
        rows = [counts.factors.index(name) for name in factors]
        with_plan = counts.plans[rows].tolist()
        without = (counts.assessments - counts.plans)[rows].tolist()
        return cls(
            factors,
            Stratum("assessments with a plan", counts.total_plans, tuple(with_plan)),
            Stratum("assessments without a plan", total - counts.total_plans, tuple(without)),
            phi,
        )

    @property
    def total(self) -> int:
        """N, all assessments."""
        return self.planned.rows + self.unplanned.rows

    @property
    def crude_risks(self) -> tuple[float, float]:
        """P(plan | factor) and P(plan | no factor)."""
        plans, other = self.planned.present[0], self.unplanned.present[0]
        found = plans + other
        return plans / found, (self.planned.rows - plans) / (self.total - found)


def joint_limits(
    stratum: Stratum, first: int, second: int, phi: tuple[float, float] | None
) -> tuple[int, int]:
    """The fewest and the most rows of a stratum that can have both of two factors.

    Parameters
    ----------
    stratum
        The margins.
    first, second
        Positions of the factors.
    phi
        Allowed phi coefficient, or None.

    Returns
    -------
    tuple of int
        Empty (low above high) where no whole number of rows has such a phi.

    Notes
    -----
    Fréchet: max(0, a + b - R) <= j <= min(a, b). With phi = (j R - a b) / sqrt(a b (R-a) (R-b)),
    phi in [l, h] is linear in j. Where a factor is in none or all of the rows phi is 0/0 and
    constrains nothing.
    """
    a, b, rows = stratum.present[first], stratum.present[second], stratum.rows
    low, high = max(0, a + b - rows), min(a, b)
    spread = math.sqrt(a * b) * math.sqrt((rows - a) * (rows - b))
    if phi is None or spread == 0:
        return low, high
    room = _ROUNDING * max(1.0, float(high))
    lowest = math.ceil((phi[0] * spread + a * b) / rows - room)
    highest = math.floor((phi[1] * spread + a * b) / rows + room)
    return max(low, lowest), min(high, highest)


def refuse_empty(setting: Setting) -> None:
    """Refuse a range of phi that some pair of factors cannot have, and name the pair.

    Raises
    ------
    DataError
        When no whole number of rows with both factors has a phi in the allowed range.
    """
    if setting.phi is None:
        return
    size = len(setting.factors)
    for stratum in (setting.planned, setting.unplanned):
        for first in range(size):
            for second in range(first + 1, size):
                low, high = joint_limits(stratum, first, second, setting.phi)
                if low > high:
                    raise DataError(_impossible_pair(setting, stratum, first, second))


def _impossible_pair(setting: Setting, stratum: Stratum, first: int, second: int) -> str:
    assert setting.phi is not None
    fewest, most = joint_limits(stratum, first, second, None)
    a, b, rows = stratum.present[first], stratum.present[second], stratum.rows
    spread = math.sqrt(a * b) * math.sqrt((rows - a) * (rows - b))
    reach = [(j * rows - a * b) / spread for j in (fewest, most)]
    low, high = setting.phi
    return (
        f"phi between {low:g} and {high:g} is impossible for {setting.factors[first]} with "
        f"{setting.factors[second]} among {stratum.name}: their counts allow {fewest:,} to "
        f"{most:,} with both, phi {reach[0]:.3f} to {reach[1]:.3f}, in whole steps of "
        f"{rows / spread:.3g}"
    )


def standardised_risks(
    setting: Setting, planned: Floats, unplanned: Floats
) -> tuple[Floats, Floats]:
    """Risks with and without the factor, standardised over having any of the others or none.

    Parameters
    ----------
    setting
        The margins.
    planned, unplanned
        In each stratum, rows with the factor and none of the others, and rows with none of all;
        shape (M, 2), one row a table.

    Returns
    -------
    tuple of array
        sum_b w_b P(plan | factor, b) and sum_b w_b P(plan | no factor, b), with b = any of the
        others or none, and w_b its share of all assessments; shape (M,). NaN where a group of
        positive weight has nobody with the factor, or nobody without, so that there is no
        comparison.
    """
    plans, found = setting.planned.present[0], setting.planned.present[0]
    found += setting.unplanned.present[0]
    only, none = planned[:, 0] + unplanned[:, 0], planned[:, 1] + unplanned[:, 1]
    alone = (only + none) / setting.total
    rest = setting.total - found
    with np.errstate(divide="ignore", invalid="ignore"):
        with_factor = _mixed(alone, planned[:, 0] / only, (plans - planned[:, 0]) / (found - only))
        without = _mixed(
            alone,
            planned[:, 1] / none,
            (setting.planned.rows - plans - planned[:, 1]) / (rest - none),
        )
    undefined = np.isnan(with_factor) | np.isnan(without)
    with_factor[undefined] = np.nan
    without[undefined] = np.nan
    return with_factor, without


def mantel_haenszel_difference(setting: Setting, planned: Floats, unplanned: Floats) -> Floats:
    """The Mantel-Haenszel risk difference over having any of the others or none; shape (M,).

    Notes
    -----
    sum_b (p1 n0 - p0 n1) / n over sum_b n1 n0 / n, with n1 and n0 the assessments of group b with
    and without the factor, p1 and p0 the plans among them, n = n1 + n0 (Greenland and Robins 1985,
    *Biometrics* 41, 55-68). A group with few assessments on one side counts for little, so that a
    few assessments cannot decide the result; a group that allows no comparison counts for nothing.
    """
    plans = setting.planned.present[0]
    found = plans + setting.unplanned.present[0]
    only, none = planned[:, 0] + unplanned[:, 0], planned[:, 1] + unplanned[:, 1]
    above = np.zeros(len(planned))
    below = np.zeros(len(planned))
    for with_plan, without_plan, has, lacks in (
        (planned[:, 0], planned[:, 1], only, none),
        (
            plans - planned[:, 0],
            setting.planned.rows - plans - planned[:, 1],
            found - only,
            setting.total - found - none,
        ),
    ):
        size = np.maximum(has + lacks, 1.0)
        above += (with_plan * lacks - without_plan * has) / size
        below += has * lacks / size
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))


def _mixed(weight: Floats, first: Floats, second: Floats) -> Floats:
    """Weighted mean in which a group without weight counts for nothing, defined or not."""
    left = np.where(weight > 0, weight * first, 0.0)
    right = np.where(weight < 1, (1 - weight) * second, 0.0)
    return np.asarray(left + right)
