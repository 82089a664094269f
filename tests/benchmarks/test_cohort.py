"""Exact cohorts against the plain limit: independent uniforms compared with a threshold."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.cohort import CohortDesign, generate_blocks, published_targets
from riskmodel.cohort.joint import BLOCK_ROWS, Margins, UnitLayout

ROWS = 10_000_000
FACTORS = 34


@pytest.mark.integration
def test_ten_million_rows_with_overlap(compare):
    targets = published_targets(2250).scaled(ROWS)
    margins = Margins(ROWS, targets.counts.total_plans, targets.counts.plans, targets.without_plan)
    shares = (targets.counts.assessments / ROWS).astype(np.float32)[:, None]

    def ours() -> None:
        layout = UnitLayout.plan("bench", 1, np.full(FACTORS, 0.3), margins)
        assert sum(len(plan) for plan, _ in layout) == ROWS

    def limit() -> None:
        random = np.random.Generator(np.random.SFC64(1))
        for start in range(0, ROWS, BLOCK_ROWS):
            rows = min(BLOCK_ROWS, ROWS - start)
            (random.random((FACTORS, rows), dtype=np.float32) < shares).any()

    found = compare(
        "exact cohort, 10 million rows x 34 factors",
        ours,
        "independent float32 uniforms below a threshold, same shape",
        limit,
        "at most 1.25 (0.8x its speed)",
        rounds=5,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_beside_a_gaussian_copula_sampler(compare):
    sdv = pytest.importorskip("sdv.single_table", reason="sdv is not installed")
    from sdv.metadata import Metadata

    from riskmodel.cohort import generate_cohort

    table = generate_cohort(CohortDesign(2250)).frame
    flags = table[["plan", *[c for c in table.columns if table[c].dtype == bool][1:]]]
    metadata = Metadata.detect_from_dataframe(flags)
    sampler = sdv.GaussianCopulaSynthesizer(metadata)
    sampler.fit(flags)
    design = CohortDesign(100_000)
    found = compare(
        "exact cohort, 100,000 rows",
        lambda: sum(len(block.plan) for block in generate_blocks(design)),
        "sdv GaussianCopulaSynthesizer, same rows",
        lambda: sampler.sample(100_000),
        "less than 1",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.end_to_end
def test_memory_of_ten_million_rows_to_parquet(record, measured_command, tmp_path):
    """Peak memory of the whole process, which the block bounds and the rows do not."""
    words = ["--assessments", str(ROWS // 152), "--authorities", "152", "--columns", "factors"]
    command = ["-m", "riskmodel", "cohort", "generate", *words, "--out", str(tmp_path / "big")]
    ran = measured_command(*command)
    found = record(
        "10 million rows to partitioned Parquet, peak memory",
        ran.peak,
        "1.5 GiB",
        1.5,
        "at most 1",
        "GiB",
    )
    assert found.ratio > 0
