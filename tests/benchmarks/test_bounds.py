"""Bounds and the sensitivity surface against the times that were set for them."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from riskmodel.assessments import FactorCounts
from riskmodel.cohort import published_targets
from riskmodel.cohort.joint import Margins, UnitLayout, draw_block
from riskmodel.factors.adjusted.patterns import FactorPatterns, pattern_counts
from riskmodel.factors.margins.bounds import margin_bounds
from riskmodel.factors.margins.sensitivity import sensitivity_surface

NUMBERS = (1500, 2000, 2500, 3000, 4000, 5000)
OVERLAPS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.7)


def commonest(number: int) -> FactorCounts:
    """The factors with the most plans, assumed counts included."""
    counts = published_targets(2600).counts
    rows = np.argsort(-counts.plans, kind="stable")[:number]
    return dataclasses.replace(
        counts,
        factors=tuple(counts.factors[row] for row in rows),
        assessments=counts.assessments[rows],
        plans=counts.plans[rows],
    )


def one_whole_programme(counts: FactorCounts) -> float:
    """The fewest plans that only the first factor accounts for, over all cells at once."""
    size = len(counts.factors)
    cells = np.arange(2**size)
    rows = [np.ones(2**size), *(((cells >> j) & 1).astype(float) for j in range(size))]
    cost = (cells == 1).astype(float)
    solved = linprog(
        cost,
        A_eq=sparse.csr_array(np.array(rows)),
        b_eq=[counts.total_plans, *counts.plans],
        method="highs",
    )
    return float(solved.fun)


@pytest.mark.integration
@pytest.mark.parametrize("phi", [None, (0.0, 0.3)])
def test_bounds_of_twelve_factors(compare, phi):
    counts = commonest(12)
    found = compare(
        f"all bounds, 12 factors, phi {phi}",
        lambda: margin_bounds(
            counts, counts.factors[1], [counts.factors[0], *counts.factors[2:]], phi=phi
        ),
        "a second",
        1.0,
        "at most 1",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_bounds_beside_one_programme(compare):
    counts = commonest(14)
    found = compare(
        "all bounds, 14 factors",
        lambda: margin_bounds(counts, counts.factors[0], counts.factors[1:]),
        "one linear programme over all cells of one outcome",
        lambda: one_whole_programme(counts),
        "at most 10",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_surface_of_all_factors(compare):
    def surface() -> None:
        @functools.cache
        def targets(assessments: int):
            return published_targets(assessments)

        def cohorts(assessments: int, overlap: float, replicate: int) -> FactorPatterns:
            found = targets(assessments)
            counts = found.counts
            margins = Margins(assessments, counts.total_plans, counts.plans, found.without_plan)
            loadings = np.full(len(counts.factors), overlap)
            plan, flags = draw_block(UnitLayout.plan("bench", replicate, loadings, margins), 0)
            return pattern_counts(counts.factors, plan, flags, basis="assumed")

        names = published_targets(2250).counts.factors
        sensitivity_surface(cohorts, names, assessments=NUMBERS, overlaps=OVERLAPS)

    found = compare(
        "sensitivity surface, 6 N x 6 overlaps x 34 factors, 5 cohorts a point",
        surface,
        "twenty seconds",
        20.0,
        "at most 1",
        rounds=3,
    )
    assert found.ratio > 0
