"""Children come in families, and can be assessed again: how much wider that makes a range.

Two assessments of one family tell less than two of different families, for brothers and sisters
share parents, factors and decisions. A design effect says by how much: as many times the variance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN, Assessments, FactorCounts
from riskmodel.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CHILD",
    "FAMILY",
    "DesignEffects",
    "are_related",
    "effective_counts",
    "family_effects",
    "related",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FAMILY, CHILD = "family_id", "child_id"
"""Columns that say which assessments concern one family, and one child."""


@dataclass(frozen=True, slots=True)
class DesignEffects:
    """How many times the variance of independent assessments a rate has.

    Parameters
    ----------
    effects
        By factor, of the share that led to a plan and of the share of plans; each at least 1,
        rounded up to a tenth.
    unit
        What is taken to be independent: ``family``, ``child``, or ``assumed`` where somebody
        states the design effect.
    least
        Of a range that is assumed, its lower end; ranges use the upper one.
    every
        Of a table too large to be held, one in so many families is measured.
    """

    effects: Mapping[str, tuple[float, float]]
    unit: str
    least: float | None = None
    every: int = 1

    def of(self, factors: Sequence[str]) -> DesignEffects:
        """Those of some factors."""
        return replace(self, effects={name: self.effects[name] for name in factors})

    def words(self) -> str:
        """What the ranges allow for, in a sentence."""
        values = [value for pair in self.effects.values() for value in pair] or [1.0]
        low, high = min(values), max(values)
        if self.unit == "assumed":
            least = high if self.least is None else self.least
            if high == 1:
                return "Ranges take assessments as independent of one another, as stated."
            said = f"{least:g} to {high:g}" if least < high else f"{high:g}"
            narrower = f"{1 - math.sqrt(least / high):.0%} narrower"
            end = f"; at its lower end they would be {narrower}" if least < high else ""
            return (
                f"Ranges allow for brothers and sisters by an assumed design effect of {said}{end}."
            )
        several = "families" if self.unit == FAMILY else "children"
        effect = f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"
        sample = f", measured on one in {self.every}" if self.every > 1 else ""
        return (
            f"Ranges allow for {several} with several assessments: design effect {effect}, by "
            f"factor and rate{sample}."
        )

    @classmethod
    def assumed(cls, factors: Sequence[str], least: float, most: float) -> DesignEffects:
        """One design effect for all factors, stated by its range.

        Raises
        ------
        DataError
            When it is no range of numbers of at least 1.
        """
        if not 1 <= least <= most <= _MOST:
            raise DataError(
                f"a design effect is a number from 1 to {_MOST}, or a range of such numbers, got "
                f"{least:g} to {most:g}"
            )
        return cls(dict.fromkeys(factors, (most, most)), "assumed", least)


_MOST = 10


def effective_counts(
    counts: FactorCounts, design: DesignEffects | None
) -> list[tuple[float, float, float]]:
    """Assessments and plans of each factor by which its rate is known, and its design effect.

    A rate with design effect D is as well known as one of D times fewer assessments.
    """
    effects = [design.effects[name][0] if design else 1.0 for name in counts.factors]
    return [
        (n / effect, k / effect, effect)
        for n, k, effect in zip(
            counts.assessments.tolist(), counts.plans.tolist(), effects, strict=True
        )
    ]


def related(frame: pd.DataFrame) -> IntArray:
    """Number of the family of each assessment, from 0; else of its child; else of itself."""
    import pandas as pd

    codes = np.full(len(frame), -1, dtype=np.int64)
    for column in (FAMILY, CHILD):
        if column in frame.columns:
            found = np.asarray(pd.factorize(frame[column])[0], dtype=np.int64)
            codes = np.where((codes < 0) & (found >= 0), found + codes.max(initial=-1) + 1, codes)
    unknown = codes < 0
    codes[unknown] = codes.max(initial=-1) + 1 + np.arange(unknown.sum())
    return codes


def are_related(table: Assessments) -> str:
    """``family_id`` or ``child_id``, where by it some assessments belong together; else ""."""
    if not len(table) or np.bincount(related(table.frame)).max() < _SEVERAL:
        return ""
    return FAMILY if FAMILY in table.frame.columns else CHILD


_SEVERAL = 2


def family_effects(table: Assessments) -> DesignEffects | None:
    """Design effects of a table's rates, by its families or else children.

    None where no two assessments belong together.

    Notes
    -----
    A rate p = k/n is a ratio of sums over G families, k_c of n_c: its variance is
    G/(G - 1) sum_c (k_c - p n_c)^2 / n^2 over the families that n counts, and the design effect is
    that over p (1 - p)/n (Kish and Frankel 1974; Cochran 1977, section 6.5). It is not below 1.
    In ``docs/factors.md`` stands how often such ranges hold the truth.
    """
    unit = are_related(table)
    if not unit:
        return None
    family = np.unique(related(table.frame), return_inverse=True)[1]
    plan = table.frame[PLAN].to_numpy(float)
    effects = {}
    for name in table.factors:
        flag = table.frame[name].to_numpy(float)
        effects[name] = (_effect(family, flag * plan, flag), _effect(family, flag * plan, plan))
    return DesignEffects(effects, unit)


def _effect(family: IntArray, part: FloatArray, whole: FloatArray) -> float:
    """Of the share that part is of whole."""
    number, total = part.sum(), whole.sum()
    if not 0 < number < total:
        return 1.0
    share = number / total
    sizes = np.bincount(family, weights=whole)
    families = np.count_nonzero(sizes)
    if families < _SEVERAL or sizes.max() < _SEVERAL:  # nobody of a family is in it twice
        return 1.0
    strays = np.bincount(family, weights=part - share * whole)
    ratio = float(strays @ strays) * families / (families - 1) / (total * share * (1 - share))
    return float(max(1.0, math.ceil(10 * round(ratio, 6)) / 10))
