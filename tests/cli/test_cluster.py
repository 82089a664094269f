"""Work on a Dask cluster gives the same bytes as here, and nothing is lost with a worker."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from riskmodel.engines import Engine


def slow(number: int, big: np.ndarray, folder: Path) -> tuple[int, float]:
    (folder / f"{number}.{os.getpid()}").touch()
    time.sleep(0.3)
    return number, float(big.sum())


@pytest.fixture(scope="module")
def cluster():
    """Made once: what its processes import is dear. Tests that end one of them come last."""
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs="CRITICAL",
    ) as made:
        yield made


@pytest.mark.integration
def test_the_country_is_the_same(cluster, tmp_path):
    from riskmodel.demand.national.running import national_run
    from riskmodel.intake import read_panel

    from .test_national import panel_text

    path = tmp_path / "panel.csv"
    path.write_text(panel_text(), encoding="utf-8")
    engine = Engine(1, "dask", cluster.scheduler_address)
    there = national_run(read_panel(path), months=3, replicates=40, workers=engine)
    here = national_run(read_panel(path), months=3, replicates=40)
    assert there.to_frame().equals(here.to_frame())
    assert np.array_equal(there.courses[0].total, here.courses[0].total)


@pytest.mark.integration
def test_a_backtest_is_the_same(cluster, call, tmp_path):
    from .test_backtest import CHEAP, panel_rows, write

    panel = write(tmp_path / "panel.csv", panel_rows())
    words = ("backtest", panel, *CHEAP, "--origins", 2015, "--format", "csv")
    there = call(*words, "--engine", "dask", "--scheduler", cluster.scheduler_address)
    assert (there.code, there.out) == (0, call(*words, "--workers", 1).out)


@pytest.mark.integration
def test_a_killed_worker_of_a_cluster_loses_nothing(cluster, tmp_path):
    """One of the worker processes is killed while it works: same results, in the same order."""
    big = np.random.default_rng(1).random(200_000)
    tasks = [(n, big + n, tmp_path) for n in range(12)]
    expected = [(n, float(values.sum())) for n, values, _ in tasks]
    engine = Engine(1, "dask", cluster.scheduler_address)
    found = []
    for result in engine.run(slow, tasks):
        found.append(result)
        if len(found) == 4:
            # One that has begun something whose result is not here yet: it has to be done again.
            begun = dict(each.name.split(".")[:2] for each in tmp_path.iterdir())
            open_pieces = [n for n in begun if int(n) not in {each for each, _ in found}]
            os.kill(int(begun[max(open_pieces, key=int)]), signal.SIGKILL)
    assert found == expected
    taken_up = [int(each.name.split(".")[0]) for each in tmp_path.iterdir()]
    # Some piece of work was done twice: the killed worker had begun it.
    assert len(taken_up) > len(set(taken_up)) == 12


@pytest.mark.integration
def test_a_cohort_is_the_same_on_a_cluster(cluster, tmp_path):
    from riskmodel.cohort import CohortDesign
    from riskmodel.cohort.writing import write_cohort

    design = CohortDesign(40_000, authorities=("001", "002"), years=tuple(range(2006, 2016)))
    write_cohort(design, tmp_path / "here", columns="factors")
    ended = []

    def end_one(_: int) -> None:
        if not ended:
            ended.append(next(iter(cluster.workers.values())).pid)
            os.kill(ended[0], signal.SIGKILL)

    engine = Engine(1, "dask", cluster.scheduler_address)
    write_cohort(design, tmp_path / "there", columns="factors", jobs=engine, progress=end_one)
    assert ended
    here, there = (
        {each.relative_to(tmp_path / name): each.read_bytes() for each in _files(tmp_path / name)}
        for name in ("here", "there")
    )
    assert here == there
    assert len(here) == 20


def _files(folder: Path) -> list[Path]:
    return [each for each in sorted(folder.rglob("*")) if each.is_file()]
