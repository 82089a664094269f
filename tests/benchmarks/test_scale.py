"""A country's worth: a hundred million assessments, ninety authorities, every experiment.

``RISKMODEL_BENCH_ROWS`` makes the table smaller where there is no time for it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from riskmodel.streams import stream

AUTHORITIES, YEARS = 152, 10
ROWS = int(os.environ.get("RISKMODEL_BENCH_ROWS", "100_000_000"))
UNIT = max(2000, ROWS // (AUTHORITIES * YEARS))
SIZE = f"{UNIT * AUTHORITIES * YEARS / 1e6:,.0f} million assessments x 34 factors"
WORKERS = 2
LEARNERS, LATEST = 90, 2021

COUNTS = """
import sys
from pathlib import Path
from riskmodel.intake import read_counts
found = read_counts(Path(sys.argv[1]), by=("authority", "year"), workers=int(sys.argv[2]))
assert len(found) == 1520
assert sum(counts.total_assessments for counts in found.values()) == int(sys.argv[3])
"""
NAMES = """
import sys
from pathlib import Path
import pyarrow.parquet as pq
folder = Path(sys.argv[1])
first = next(folder.rglob("*.parquet"))
names = [n for n in pq.ParquetFile(first).schema_arrow.names if n not in ("assessment_id", "plan")]
"""
DUCKDB = f"""{NAMES}
import duckdb
sums = ", ".join(f"sum({{n}}::int), sum(({{n}} and plan)::int)" for n in names)
duckdb.sql("set threads = " + sys.argv[2])
found = duckdb.sql(
    f"select authority, year, count(*), sum(plan::int), {{sums}} from "
    f"read_parquet('{{folder}}/*/*/*.parquet', hive_partitioning = true) group by authority, year"
).fetchall()
assert len(found) == 1520 and sum(row[2] for row in found) == int(sys.argv[3])
"""
POLARS = f"""{NAMES}
import polars as pl
found = (
    pl.scan_parquet(f"{{folder}}/*/*/*.parquet", hive_partitioning=True)
    .group_by("authority", "year")
    .agg(
        pl.len().alias("rows"),
        pl.col("plan").sum(),
        *[pl.col(n).sum() for n in names],
        *[(pl.col(n) & pl.col("plan")).sum().alias(n + "_plans") for n in names],
    )
    .collect(engine="streaming")
)
assert len(found) == 1520 and found["rows"].sum() == int(sys.argv[3])
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("scale")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.end_to_end
def test_a_country_of_assessments_to_parquet(record, measured_command, place):
    ran = measured_command(
        *("-m", "riskmodel", "cohort", "generate", "--assessments", str(UNIT)),
        *("--authorities", str(AUTHORITIES), "--years", str(YEARS), "--columns", "factors"),
        *("--workers", str(WORKERS), "--out", str(place / "country")),
        threads=1,
    )
    record(
        f"{SIZE} to partitioned Parquet",
        ran.seconds,
        "three minutes",
        180.0,
        "at most 1",
        processor=ran.processor,
    )
    found = record(
        f"{SIZE} to partitioned Parquet, peak memory", ran.peak, "2 GiB", 2.0, "at most 1", "GiB"
    )
    assert found.ratio > 0


@pytest.mark.end_to_end
def test_counts_of_a_country_by_authority_and_year(record, measured_command, place):
    folder = place / "country"
    if not folder.exists():
        pytest.skip("the country was not made")
    rows = (str(folder), str(WORKERS), str(UNIT * AUTHORITIES * YEARS))
    what = f"counts by authority and year of {SIZE}"
    others = {}
    for name, script in (("duckdb", DUCKDB), ("polars", POLARS)):
        try:
            __import__(name)
        except ImportError:
            continue
        others[name] = script
    # In turns, twice; the better of each, since what else runs only ever slows.
    ours, theirs = [], {name: [] for name in others}
    for _ in range(2):
        ours.append(measured_command("-c", COUNTS, *rows))
        for name, script in others.items():
            theirs[name].append(measured_command("-c", script, *rows, threads=WORKERS))
    best = min(ours, key=lambda ran: ran.seconds)
    record(what, best.seconds, "one minute", 60.0, "at most 1", processor=best.processor)
    for name, runs in theirs.items():
        other = min(runs, key=lambda ran: ran.seconds)
        record(what, best.seconds, f"{name}, same sums, same files", other.seconds,
               "at most 2", processor=best.processor)  # fmt: skip
        record(f"{what}, processors", min(ran.processor for ran in ours), f"{name}, processors",
               min(ran.processor for ran in runs), "at most 2")  # fmt: skip
    found = record(
        f"{what}, peak memory", max(ran.peak for ran in ours), "1 GiB", 1.0, "at most 1", "GiB"
    )
    assert found.ratio > 0


@pytest.fixture(scope="module")
def panel(place) -> Path:
    """Ninety authorities with plans, children looked after and children in need, made up."""
    generator = stream(1, "benchmarks/panel")
    lines = ["la_code,area,year,cin_at_31_mar,cpp_at_31_mar,cpp_ends,cpp_starts,lac_at_31_mar,"
             "lac_ends,lac_starts,pop_0_17_midyear"]  # fmt: skip
    for number in range(LEARNERS):
        population = generator.uniform(30_000, 200_000)
        apart = np.cumsum(generator.normal(0, [0.1, 0.12, 0.05], (12, 3)), axis=0)
        for year, part in zip(range(LATEST - 11, LATEST + 1), np.exp(apart), strict=True):
            need, plans, away = np.rint(population * part * [0.033, 0.0042, 0.0067])
            flows = (1.25 * plans, 1.3 * plans, 0.38 * away, 0.4 * away)
            ends, starts, ceased, began = (f"{flow:.0f}" for flow in flows)
            lines.append(
                f"{number:03d},Area {number},{year},{need:.0f},{plans:.0f},{ends},{starts},"
                f"{away:.0f},{ceased},{began},{population:.0f}"
            )
    path = place / "panel.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def national(panel: Path, *words: str) -> tuple[str, ...]:
    return ("-m", "riskmodel", "national", str(panel), *words, "--format", "csv")


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "named"),
    [
        ((), "three stocks"),
        (("--flows", "--stage", "child_protection_plan"), "plans with starts and ends"),
        (("--flows",), "three stocks with starts and ends"),
    ],
)
def test_ninety_authorities_projected(record, measured_command, panel, words, named):
    ran = measured_command(*national(panel, *words, "--workers", str(WORKERS)), threads=1)
    what = f"90 authorities calibrated and projected, 5,000 draws, 60 months: {named}"
    limit = ("three minutes", 180.0, "at most 1")
    record(what, ran.seconds, *limit, processor=ran.processor)
    found = record(f"{what}, peak memory", ran.peak, "4 GiB", 4.0, "at most 1", "GiB")
    assert found.ratio > 0


@pytest.mark.end_to_end
def test_a_cluster_beside_processes(record, measured_command, panel):
    pytest.importorskip("distributed", reason="dask is not installed")
    words = national(panel, "--flows", "--stage", "child_protection_plan", "--workers", "2")
    here, there = [], []
    for _ in range(2):
        here.append(measured_command(*words, threads=1))
        there.append(measured_command(*words, "--engine", "dask", threads=1))
    seconds, others = (min(ran.seconds for ran in runs) for runs in (there, here))
    found = record(
        "90 authorities, plans with starts and ends, on a Dask cluster of two workers",
        seconds,
        "two processes",
        others,
        "at most 1.2",
        processor=min(ran.processor for ran in there),
    )
    assert found.ratio > 0


@pytest.mark.end_to_end
def test_every_experiment(record, measured_command, place):
    source = Path(__file__).resolve().parents[2] / "experiments"
    if not source.is_dir():
        pytest.skip("the experiments are not here")
    folder = place / "experiments"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".cache", "results", "quick"))
    ran = measured_command(
        *("-m", "riskmodel", "experiment", "run", "--all", "--folder", str(folder)),
        *("--workers", str(WORKERS), "--format", "csv"),
        threads=1,
    )
    found = record(
        "every experiment from nothing",
        ran.seconds,
        "twenty minutes",
        1200.0,
        "at most 1",
        processor=ran.processor,
    )
    assert found.ratio > 0
