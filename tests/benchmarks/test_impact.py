"""Adjusted association beside a bare fit of statsmodels, which gives coefficients alone."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.cohort import CohortDesign, generate_blocks
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.patterns import pattern_counts

ROWS = 1_000_000


@pytest.mark.integration
def test_a_million_rows(compare):
    import statsmodels.api as sm

    design = CohortDesign(ROWS // 100, authorities=tuple(f"{100 + i}" for i in range(100)))
    blocks = list(generate_blocks(design))
    plan = np.concatenate([block.plan for block in blocks])
    flags = np.concatenate([block.flags for block in blocks], axis=1)
    names = [f"factor_{i}" for i in range(len(flags))]
    patterns = pattern_counts(names, plan, flags)
    columns = np.column_stack([np.ones(len(patterns)), patterns.flags])
    outcome = np.column_stack([patterns.plans, patterns.assessments - patterns.plans])

    def ours() -> None:
        measure_impact(pattern_counts(names, plan, flags))

    def limit() -> None:
        sm.GLM(outcome, columns, family=sm.families.Binomial()).fit()

    found = compare(
        "impact, a million rows x 34 factors, from flags to every measure",
        ours,
        f"statsmodels GLM on its {len(patterns):,} patterns, coefficients alone",
        limit,
        "at most 3",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_patterns_of_a_million_rows(compare):
    random = np.random.Generator(np.random.SFC64(1))
    flags = random.random((34, ROWS), dtype=np.float32) < 0.07
    plan = random.random(ROWS) < 0.28
    names = [f"factor_{i}" for i in range(34)]
    found = compare(
        "patterns of a million rows x 34 independent factors",
        lambda: pattern_counts(names, plan, flags),
        "one second",
        1.0,
        "at most 1",
    )
    assert found.ratio > 0
