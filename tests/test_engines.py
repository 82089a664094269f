"""Work that fans out comes back the same wherever it was done, and when a worker is lost."""

from __future__ import annotations

import os
import signal
import time

import joblib
import pytest
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.backend import context

from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError, RiskmodelError, UnknownNameError
from riskmodel.streams import stream


def late_first(number: int) -> int:
    time.sleep(0.5 if number == 0 else 0)
    return number


def drawn(number: int) -> bytes:
    return stream(7, "a test", number).random(4).tobytes()


def refused(number: int) -> int:
    raise DataError(f"number {number} is not allowed")


def process() -> int:
    return os.getpid()


@pytest.mark.integration
def test_processes_that_are_no_copy_of_this_one_give_the_same_bytes(monkeypatch):
    """As on Windows, where a worker is started anew and finds what it does by its name."""
    here = list(Engine(1).run(drawn, [(n,) for n in range(4)]))
    get_reusable_executor().shutdown(wait=True)
    monkeypatch.setattr(context, "_DEFAULT_START_METHOD", "spawn")
    try:
        assert list(Engine(2).run(drawn, [(n,) for n in range(4)])) == here
        assert context.get_context().get_start_method() == "spawn"
    finally:
        get_reusable_executor().shutdown(wait=True)


@pytest.mark.unit
@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers):
    said = []
    found = list(Engine(workers).run(late_first, [(n,) for n in range(5)], progress=said.append))
    assert found == [0, 1, 2, 3, 4]
    assert said == [1, 2, 3, 4, 5]


@pytest.mark.unit
def test_results_as_they_are_done():
    found = list(Engine(2).run(late_first, [(n,) for n in range(5)], ordered=False))
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert found[0] != 0


@pytest.mark.unit
def test_one_worker_is_this_process():
    assert list(as_engine(1).run(process, [()])) == [os.getpid()]
    assert os.getpid() not in list(as_engine(2).run(process, [(), ()]))


@pytest.mark.unit
def test_no_more_workers_than_cores_or_pieces_of_work(monkeypatch):
    real, started = joblib.Parallel, []
    monkeypatch.setattr("joblib.cpu_count", lambda: 3)
    monkeypatch.setattr(
        "joblib.Parallel", lambda workers, **how: started.append(workers) or real(1, **how)
    )
    for workers, pieces in ((300, 7), (300, 2), (-1, 7), (2, 7)):
        tasks = ((n,) for n in range(pieces))
        assert list(Engine(workers).run(abs, tasks)) == list(range(pieces))
    assert started == [3, 2, 3, 2]
    # One piece of work needs no other process.
    assert list(Engine(300).run(process, [()])) == [os.getpid()]


@pytest.mark.unit
@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_in_a_task_is_that_mistake(workers):
    with pytest.raises(DataError, match="number 7 is not allowed"):
        list(Engine(workers).run(refused, [(7,)]))


@pytest.mark.unit
def test_engines_that_cannot_be():
    with pytest.raises(UnknownNameError, match=r"no engine 'dusk'\. Did you mean 'dask'"):
        Engine(1, "dusk")
    with pytest.raises(DataError, match="at least 1, or -1 for one a core; got 0"):
        Engine(0)
    with pytest.raises(DataError, match="address goes with the engine dask"):
        Engine(2, "processes", "tcp://127.0.0.1:1")


@pytest.mark.integration
def test_a_worker_process_that_is_ended_is_said():
    with pytest.raises(RiskmodelError, match="worker process was ended from outside"):
        list(Engine(2).run(os.kill, [(0, 0), *[_self_ending()] * 2]))


def _self_ending() -> tuple[object, ...]:
    return (_Me(), signal.SIGKILL)


class _Me(int):
    """The number of whichever process takes it up."""

    def __reduce__(self):
        return os.getpid, ()


@pytest.mark.unit
def test_without_dask_it_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RiskmodelError, match=r"pip install 'dask\[distributed\]'"):
        list(Engine(2, "dask").run(process, [()]))


@pytest.mark.integration
def test_a_scheduler_that_does_not_answer(monkeypatch):
    pytest.importorskip("distributed", reason="dask is not installed")
    monkeypatch.setattr("riskmodel.engines._CONNECT_SECONDS", 0.5)
    with pytest.raises(
        RiskmodelError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"
    ):
        list(Engine(1, "dask", "tcp://127.0.0.1:9").run(process, [()]))
