"""Where work that fans out is done: here, in processes of this machine, or on a Dask cluster.

One seam over joblib: tasks go in, results come out, in order, the same to the byte wherever they
were made. Nothing here schedules, retries or transports; joblib and Dask do.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from riskmodel.errors import DataError, RiskmodelError, UnknownNameError

if TYPE_CHECKING:
    from joblib import Parallel

__all__ = ["ENGINES", "Engine", "Pool", "as_engine"]

Result = TypeVar("Result")

ENGINES = ("processes", "dask")
"""Processes of this machine, or a Dask cluster (the extra ``scale``)."""

_CONNECT_SECONDS = 10
_BEFORE_A_WORKER = "distributed.nanny.pre-spawn-environ"


@dataclass(frozen=True, slots=True)
class Engine:
    """Where work is done.

    Parameters
    ----------
    workers
        Processes; 1 does the work in this one, -1 takes one a core. There are never more than
        cores, nor than pieces of work: more would only take memory. On a cluster of somebody
        else's it says nothing: that has the workers it has.
    name
        Of :data:`ENGINES`.
    scheduler
        Address of a Dask scheduler, such as ``tcp://127.0.0.1:8786``; empty starts a cluster of
        so many workers on this machine, which listens on 127.0.0.1 alone and ends with the work.

    Notes
    -----
    A worker of a cluster must have the same versions of Python, this package and its libraries,
    and for work that writes or reads files the same paths.
    """

    workers: int = 1
    name: str = "processes"
    scheduler: str = ""

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise UnknownNameError("engine", self.name, ENGINES)
        if self.workers == 0 or self.workers < -1:
            raise DataError(f"workers must be at least 1, or -1 for one a core; got {self.workers}")
        if self.scheduler and self.name != "dask":
            raise DataError("a scheduler's address goes with the engine dask")

    @property
    def processes(self) -> int:
        """How many processes there are at most: as asked for, and no more than cores."""
        if self.workers == 1:
            return 1
        from joblib import cpu_count

        cores = int(cpu_count())
        return cores if self.workers == -1 else min(self.workers, cores)

    @contextmanager
    def opened(self) -> Iterator[Pool]:
        """Workers that several pieces of work can share; gone when the block ends.

        Raises
        ------
        RiskmodelError
            When Dask is not installed, or the scheduler does not answer.
        """
        with ExitStack() as stack:
            client = None
            if self.name == "dask":
                client = _client(self, stack)
            yield Pool(self.processes, client)

    def run(
        self,
        function: Callable[..., Result],
        tasks: Iterable[tuple[Any, ...]],
        *,
        ordered: bool = True,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """Open the workers and do one piece of work: see :meth:`Pool.run`."""
        with self.opened() as pool:
            yield from pool.run(function, tasks, ordered=ordered, progress=progress)


@dataclass(frozen=True, slots=True)
class Pool:
    """Workers that are there.

    Parameters
    ----------
    workers
        Processes; 1 is this one.
    client
        Of a Dask cluster; None where there is none.
    """

    workers: int = 1
    client: Any = None

    def run(
        self,
        function: Callable[..., Result],
        tasks: Iterable[tuple[Any, ...]],
        *,
        ordered: bool = True,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """Call a function once for each tuple of arguments.

        Parameters
        ----------
        function
            Importable by name, so that a worker finds it.
        tasks
            Its arguments; taken up as workers become free. Half a second of work or more each.
        ordered
            Whether results come in the order of the tasks, or as they are done.
        progress
            Called with how many are done.

        Yields
        ------
        object
            What the function returned.

        Raises
        ------
        RiskmodelError
            When a worker was ended from outside and its work could not be done again.

        Notes
        -----
        Each task's linear algebra keeps to one thread, here too: how a sum is split over threads
        moves its last digits.
        """
        for done, result in enumerate(self._results(function, tasks, ordered), start=1):
            if progress is not None:
                progress(done)
            yield result

    def _results(
        self, function: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], ordered: bool
    ) -> Iterator[Result]:
        tasks = iter(tasks)
        first = list(islice(tasks, self.workers))
        workers = len(first)  # no more than there is work for
        tasks = chain(first, tasks)
        if self.client is None and workers <= 1:
            for task in tasks:
                yield _alone(function, task)
            return
        from joblib import delayed

        calls: Iterable[Any]
        if self.client is None:
            calls = (delayed(_alone)(function, task) for task in tasks)
        else:
            calls = (delayed(_on_cluster)(_packed((function, task))) for task in tasks)
        try:
            found: Any
            for found in self._parallel(ordered, workers)(calls):
                yield found if self.client is None else pickle.loads(found)
        except Exception as error:
            message = _lost(error)
            if message:
                raise RiskmodelError(message) from error
            raise

    def _parallel(self, ordered: bool, workers: int) -> Parallel:
        from joblib import Parallel, parallel_config

        how: Any = "generator" if ordered else "generator_unordered"
        if self.client is None:
            return Parallel(workers, return_as=how, pre_dispatch="2*n_jobs")
        # Inside the block the backend is chosen; what is run later keeps it.
        with parallel_config(backend="dask", client=self.client):
            return Parallel(return_as=how, pre_dispatch="2*n_jobs")


def as_engine(workers: int | Engine) -> Engine:
    """An engine; a number is so many processes of this machine."""
    return workers if isinstance(workers, Engine) else Engine(workers)


def _alone(function: Callable[..., Result], task: tuple[Any, ...]) -> Result:
    """One task, on one thread."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

    with threadpool_limits(1):
        return function(*task)


def _on_cluster(packed: bytes) -> bytes:
    """One task that fans out no further, as in a worker process.

    Task and result travel as bytes, for two reasons. joblib's Dask backend puts each large array
    on some worker by itself, and when that worker is lost, it is, and all that needs it. And Dask
    hands an array over at whatever address it came in: NumPy sums one that is not aligned in
    another order, which moves the last digits.
    """
    from joblib import parallel_config

    function, task = pickle.loads(packed)
    with parallel_config(backend="sequential", n_jobs=1):
        return _packed(_alone(function, task))


def _packed(value: Any) -> bytes:
    from cloudpickle import dumps  # comes with Dask

    # Protocol 4 copies arrays in and out, so that they are aligned again.
    found: bytes = dumps(value, protocol=4)
    return found


def _client(engine: Engine, stack: ExitStack) -> Any:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise RiskmodelError(
            "the engine dask needs Dask, which is not installed: pip install 'dask[distributed]'"
        ) from error
    address: Any = engine.scheduler
    if not address:
        address = stack.enter_context(_local_cluster(engine.processes, LocalCluster))
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RiskmodelError(
            f"no Dask scheduler answers at {engine.scheduler!r} ({error}); give the address that "
            "`dask scheduler` prints, such as tcp://127.0.0.1:8786"
        ) from error
    return stack.enter_context(client)


def _local_cluster(workers: int, made_by: Any) -> Any:
    """Worker processes of this machine, which listen on 127.0.0.1 alone."""
    from dask import config

    # Dask has its workers give each freed array back to the system at once. Where arrays come and
    # go that takes half as long again as the work itself.
    usual = config.get(_BEFORE_A_WORKER)
    with config.set({_BEFORE_A_WORKER: {n: v for n, v in usual.items() if "MALLOC" not in n}}):
        return made_by(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs="CRITICAL",
        )


def _lost(error: Exception) -> str:
    """What to say where workers, and not the work, are the trouble; empty for another error."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & {"TerminatedWorkerError", "BrokenProcessPool", "BrokenExecutor"}:
        return (
            "a worker process was ended from outside, most often for want of memory; nothing was "
            "written. Run it again with fewer --workers"
        )
    if kinds & {"KilledWorker"}:
        return (
            "the same piece of work ended several workers of the cluster, most often for want of "
            "memory; nothing was written. Give the workers more memory"
        )
    if kinds & {"FutureCancelledError", "CancelledError", "CommClosedError"}:
        return "the Dask scheduler went away during the work; nothing was written"
    return ""
