"""Which columns a model can use: constant ones are left out, tied ones are refused by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.factors.adjusted.firth import (
    LogisticFit,
    LogisticProblem,
    NoMaximumError,
    fit_logistic,
    level_intercept,
)
from riskmodel.factors.adjusted.patterns import FactorPatterns
from riskmodel.parameters import parameter

__all__ = ["FactorModel", "fit_factors", "refuse_tied", "usable_factors"]


_TIED = 1e-9
"""A column is tied to others when so little of it is left over. One differing row in a million
leaves a thousand times more."""


@dataclass(frozen=True, slots=True, eq=False)
class FactorModel:
    """A logistic regression of plan on factors.

    Parameters
    ----------
    patterns
        What it was fitted to, over the factors of the model.
    problem, fit
        Design (constant, then factors, then products) and maximum.
    levelled
        The same with the intercept moved so that fitted plans add up to those counted.
    """

    patterns: FactorPatterns
    problem: LogisticProblem
    fit: LogisticFit
    levelled: LogisticFit


def usable_factors(patterns: FactorPatterns) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Factors that a model can use, and notes on the others and on rare ones.

    Parameters
    ----------
    patterns
        The table.

    Raises
    ------
    DataError
        When no assessment, or every one, led to a plan; when no factor is left; when columns are
        the same or follow from others. The columns are named.
    """
    total, plans = patterns.total_assessments, patterns.total_plans
    if not 0 < plans < total:
        raise DataError(
            f"{plans:,} of {total:,} assessments led to a plan: an association needs some that did "
            "and some that did not"
        )
    counts = patterns.counts()
    never = [n for n, k in zip(counts.factors, counts.assessments, strict=True) if k == 0]
    always = [n for n, k in zip(counts.factors, counts.assessments, strict=True) if k == total]
    kept = tuple(name for name in counts.factors if name not in {*never, *always})
    if not kept:
        raise DataError("no factor is recorded in some assessments and not in others")
    found = patterns.select(kept)
    refuse_tied(["the constant", *kept], np.column_stack([np.ones(len(found)), found.flags]))
    notes = [
        f"Left out, recorded in {word} assessment: {', '.join(names)}."
        for word, names in (("no", never), ("every", always))
        if names
    ]
    return kept, (*notes, *_rare_notes(found))


def fit_factors(
    patterns: FactorPatterns,
    products: Floats | None = None,
    *,
    is_penalised: bool = True,
    start: Floats | None = None,
) -> FactorModel:
    """Fit plan on all factors of the patterns.

    Parameters
    ----------
    patterns
        Usable factors only.
    products
        Further columns of the design, shape (P, number).
    is_penalised
        Firth's penalised likelihood, or the plain one.
    start
        Coefficients to begin from.

    Raises
    ------
    DataError
        When the plain likelihood has no maximum.
    """
    columns = [np.ones((len(patterns), 1)), patterns.flags.astype(np.float64)]
    if products is not None:
        columns.append(products)
    problem = LogisticProblem(
        np.hstack(columns),
        patterns.assessments.astype(np.float64),
        patterns.plans.astype(np.float64),
        is_penalised,
    )
    try:
        fit = fit_logistic(problem, start=start)
    except NoMaximumError as error:
        separated = _separated(patterns)
        which = f": all or none of the plans go with {', '.join(separated)}" if separated else ""
        raise DataError(
            f"the likelihood has no maximum{which}. The penalised likelihood has one; or leave "
            "these factors out"
        ) from error
    levelled = level_intercept(problem, fit) if is_penalised else fit
    return FactorModel(patterns, problem, fit, levelled)


def refuse_tied(names: Sequence[str], design: Floats) -> None:
    """Raise for columns that are a sum or difference of others.

    Parameters
    ----------
    names
        Of the columns; the first is the constant.
    design
        Shape (P, number of names).

    Raises
    ------
    DataError
        Naming each tied column with those that it follows from.
    """
    products = design.T @ design
    independent: list[int] = [0]
    found = []
    for column in range(1, len(names)):
        among = products[np.ix_(independent, independent)]
        weights = np.linalg.solve(among, products[independent, column])
        left = products[column, column] - weights @ products[independent, column]
        if left > _TIED * products[column, column]:
            independent.append(column)
            continue
        parts = {
            names[other]: float(weight)
            for other, weight in zip(independent, weights, strict=True)
            if abs(weight) > 1e-6
        }
        found.append(_tie_words(names[column], parts, names[0]))
    if found:
        raise DataError(
            f"factors cannot be told apart: {'; '.join(found)}. Leave out one of each (name the "
            "others with --factors)"
        )


def _tie_words(name: str, parts: dict[str, float], constant: str) -> str:
    others = [other for other in parts if other != constant]
    if len(others) == 1:
        same = parts[others[0]] > 0
        return f"{name} is recorded exactly where {others[0]} is{'' if same else ' not'}"
    return f"{name} follows from {', '.join(others)}"


def _rare_notes(patterns: FactorPatterns) -> list[str]:
    counts = patterns.counts()
    few = int(parameter("few_plans_below").value)
    rare = [
        f"{name} ({k} of {n})"
        for name, n, k in zip(counts.factors, counts.assessments, counts.plans, strict=True)
        if min(k, n - k) < few
    ]
    notes = []
    if rare:
        notes.append(
            f"Fewer than {few} assessments with the factor led to a plan, or did not: "
            f"{', '.join(rare)}. Their adjusted associations rest on few."
        )
    separated = _separated(patterns)
    if separated:
        notes.append(
            f"All assessments with, or all without, the factor ended alike: {', '.join(separated)}."
            " The plain likelihood has no maximum; the penalised one has."
        )
    each = min(counts.total_plans, patterns.total_assessments - counts.total_plans)
    if each < few * len(counts.factors):
        notes.append(
            f"{each:,} assessments of the rarer outcome for {len(counts.factors)} factors: fewer "
            f"than {few} each."
        )
    return notes


def _separated(patterns: FactorPatterns) -> list[str]:
    """Factors with an empty cell in their two-by-two table with plan."""
    counts = patterns.counts()
    with_factor = np.stack([counts.plans, counts.assessments - counts.plans])
    in_all = np.array([[counts.total_plans], [patterns.total_assessments - counts.total_plans]])
    empty = (with_factor == 0).any(axis=0) | (with_factor == in_all).any(axis=0)
    return [name for name, is_empty in zip(counts.factors, empty, strict=True) if is_empty]
