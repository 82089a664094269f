"""Pairs of factors: whether both together go with more or fewer plans than each alone suggests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Estimate
from riskmodel.factors.adjusted.design import FactorModel, fit_factors, refuse_tied
from riskmodel.factors.adjusted.firth import NoMaximumError, fit_logistic, profile_end
from riskmodel.factors.adjusted.patterns import FactorPatterns
from riskmodel.factors.adjusted.standardised import standardised_contrast
from riskmodel.parameters import parameter

__all__ = ["PARENTAL_TRIO", "Interaction", "InteractionTest", "interaction_pairs", "interactions"]


PARENTAL_TRIO = (
    ("parent_domestic_violence",),
    ("parent_mental_health",),
    ("parent_alcohol_misuse", "parent_drugs_misuse"),
)
"""Domestic abuse, mental health and substance misuse of parents, in the factors of the census."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """Two factors in one model with their product.

    Parameters
    ----------
    factors
        The pair.
    odds_ratio
        Of the product: how many times higher the odds ratio of one factor is where the other is
        recorded. 1 means no interaction on the scale of odds.
    contrast
        R11 - R10 - R01 + R00 of standardised risks: how far the difference of both factors together
        exceeds the sum of their two differences. 0 means no interaction on the scale of risks.
    statistic, p_value
        Penalised likelihood-ratio test of this product, one degree of freedom.
    cells
        Plans and other assessments with both, the first alone, the second alone, neither.
    """

    factors: tuple[str, str]
    odds_ratio: Estimate
    contrast: Estimate
    statistic: float
    p_value: float
    cells: tuple[int, ...]

    def __str__(self) -> str:
        return (
            f"{self.factors[0]} and {self.factors[1]}: odds ratio {self.odds_ratio}; "
            f"contrast {self.contrast}; p = {self.p_value:.3g}"
        )


@dataclass(frozen=True, slots=True)
class InteractionTest:
    """All pairs asked for, and the likelihood-ratio test of all their products together.

    ``notes`` name the pairs that could not be fitted.
    """

    pairs: tuple[Interaction, ...]
    statistic: float
    degrees: int
    p_value: float
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [str(pair) for pair in self.pairs]
        if self.degrees:
            lines.append(
                f"all together: chi-squared {self.statistic:.3g}, {self.degrees} degrees of "
                f"freedom, p = {self.p_value:.3g}"
            )
        return "\n".join([*lines, *self.notes])


def interaction_pairs(wanted: Sequence[str], factors: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs from words: ``parental``, or two factors with a colon between.

    Parameters
    ----------
    wanted
        ``"parental"`` for every pair of parental domestic abuse, mental health and substance
        misuse (alcohol and drugs are one of the three, so not paired with each other), or
        ``"parent_mental_health:child_neglect"``.
    factors
        Factors of the table.

    Raises
    ------
    UnknownNameError, DataError
        For a factor that is not in the table, or a word that is no pair.
    """
    found: list[tuple[str, str]] = []
    for word in wanted:
        if word == "parental":
            here = [[name for name in group if name in factors] for group in PARENTAL_TRIO]
            pairs = [
                (one, other)
                for position, group in enumerate(here)
                for one in group
                for later in here[position + 1 :]
                for other in later
            ]
            if not pairs:
                raise DataError(
                    "fewer than two of the parental factors are in this table: "
                    f"{', '.join(name for group in PARENTAL_TRIO for name in group)}"
                )
            found += pairs
            continue
        parts = word.split(":")
        if len(parts) != 2 or parts[0] == parts[1]:
            raise DataError(
                f"cannot read {word!r} as a pair; allowed: parental, or two factors as in "
                "parent_mental_health:child_neglect"
            )
        for name in parts:
            if name not in factors:
                raise UnknownNameError("factor in this model", name, factors)
        found.append((parts[0], parts[1]))
    unique: dict[frozenset[str], tuple[str, str]] = {}
    for pair in found:
        unique.setdefault(frozenset(pair), pair)
    return list(unique.values())


def interactions(
    patterns: FactorPatterns,
    pairs: Sequence[tuple[str, str]],
    *,
    level: float,
    is_penalised: bool = True,
) -> InteractionTest:
    """Fit all factors with the products of some pairs.

    Parameters
    ----------
    patterns
        Usable factors only.
    pairs
        Pairs of them.
    level
        Coverage of the intervals.
    is_penalised
        Firth's penalised likelihood, or the plain one.

    Notes
    -----
    The test compares maxima with and without the products, both with the penalty of the whole
    design (Heinze and Schemper 2002). The additive contrast is the one of VanderWeele and Knol
    (2014, Epidemiologic Methods 3, 33-72), standardised over the table's patterns.
    """
    kept, notes = _possible(patterns, pairs)
    if not kept:
        return InteractionTest((), 0.0, 0, math.nan, notes)
    flags = patterns.flags
    products = np.column_stack(
        [flags[:, i] & flags[:, j] for i, j in _columns(patterns, kept)]
    ).astype(np.float64)
    names = ["the constant", *patterns.factors, *(":".join(pair) for pair in kept)]
    refuse_tied(names, np.column_stack([np.ones(len(patterns)), flags, products]))
    model = fit_factors(patterns, products, is_penalised=is_penalised)
    first = len(patterns.factors) + 1
    found = [
        _interaction(model, kept, position, first + position, level)
        for position in range(len(kept))
    ]
    statistic, p_value = _test(model, list(range(first, first + len(kept))))
    return InteractionTest(tuple(found), statistic, len(kept), p_value, notes)


def _columns(patterns: FactorPatterns, pairs: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    return [(patterns.factors.index(one), patterns.factors.index(other)) for one, other in pairs]


def _possible(
    patterns: FactorPatterns, pairs: Sequence[tuple[str, str]]
) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Pairs of which all four combinations occur, and notes on the others."""
    kept, notes = [], []
    for (one, other), (i, j) in zip(pairs, _columns(patterns, pairs), strict=True):
        combinations = set((2 * patterns.flags[:, i] + patterns.flags[:, j]).tolist())
        missing = [
            words
            for code, words in (
                (3, "together"),
                (2, f"{one} alone"),
                (1, f"{other} alone"),
                (0, "both absent"),
            )
            if code not in combinations
        ]
        if missing:
            notes.append(
                f"{one} and {other}: never found {', nor '.join(missing)}, so their "
                "interaction cannot be fitted."
            )
        else:
            kept.append((one, other))
    return kept, tuple(notes)


def _interaction(
    model: FactorModel, pairs: Sequence[tuple[str, str]], position: int, column: int, level: float
) -> Interaction:
    pair, patterns = pairs[position], model.patterns
    counts = _cell_counts(patterns, pair)
    logit = float(model.fit.coefficients[column])
    if min(counts) < parameter("profile_below").value:
        ends = [profile_end(model.problem, model.fit, column, level, side) for side in (-1, 1)]
        how = "profile"
    else:
        width = stats.norm.isf((1 - level) / 2) * math.sqrt(model.fit.covariance[column, column])
        ends, how = [logit - width, logit + width], "wald"
    name = ("firth " if model.problem.is_penalised else "likelihood ") + how
    low, high = (math.exp(min(end, 700.0)) for end in ends)
    both = (float(counts[0]), float(counts[0] + counts[1]))
    ratio = Estimate(math.exp(logit), low, high, level, name, "odds ratio", patterns.basis, *both)
    designs, signs = [], [1.0, -1.0, -1.0, 1.0]
    for one, other in ((1, 1), (1, 0), (0, 1), (0, 0)):
        designs.append(_set(model, pairs, {pair[0]: one, pair[1]: other}))
    value, error = standardised_contrast(model, designs, signs)
    width = stats.norm.isf((1 - level) / 2) * error
    contrast = Estimate(
        value, value - width, value + width, level, "delta", "proportion", patterns.basis, *both
    )
    return Interaction(pair, ratio, contrast, *_test(model, [column]), tuple(counts))


def _cell_counts(patterns: FactorPatterns, pair: tuple[str, str]) -> list[int]:
    """Plans and other assessments in each of the four combinations; both factors first."""
    (i, j), found = _columns(patterns, [pair])[0], []
    for one in (True, False):
        for other in (True, False):
            rows = (patterns.flags[:, i] == one) & (patterns.flags[:, j] == other)
            plans = int(patterns.plans[rows].sum())
            found += [plans, int(patterns.assessments[rows].sum()) - plans]
    return found


def _set(model: FactorModel, pairs: Sequence[tuple[str, str]], values: dict[str, int]) -> Floats:
    """The design with some factors set, their products with them."""
    names = model.patterns.factors
    design = model.problem.design.copy()
    for name, value in values.items():
        design[:, names.index(name) + 1] = value
    for position, (i, j) in enumerate(_columns(model.patterns, pairs)):
        design[:, len(names) + 1 + position] = design[:, i + 1] * design[:, j + 1]
    return design


def _test(model: FactorModel, columns: list[int]) -> tuple[float, float]:
    """Likelihood-ratio statistic of some coefficients being 0, and its p-value."""
    held = np.zeros(model.problem.design.shape[1], dtype=np.bool_)
    held[columns] = True
    start = np.where(held, 0.0, model.fit.coefficients)
    try:
        without = fit_logistic(model.problem, start=start, held=held)
    except NoMaximumError:
        return math.nan, math.nan
    statistic = max(0.0, 2 * (model.fit.log_likelihood - without.log_likelihood))
    return statistic, float(stats.chi2.sf(statistic, len(columns)))
