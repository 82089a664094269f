"""Ratios side by side in one run: ours and the named limit take turns, so that load slows both.

Nothing here asserts a time. What is measured is printed at the end and stands in the JSON file.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

RESULTS = pytest.StashKey[list["Comparison"]]()

LIBRARIES = (
    "riskmodel", "numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "statsmodels", "joblib",
    "dask", "duckdb", "polars", "simpy", "ciw", "sdv",
)  # fmt: skip
"""Whose versions stand beside the results."""


@dataclass(frozen=True)
class Comparison:
    """Seconds (or another unit) of ours and of the limit, and the ratio that was aimed at."""

    name: str
    ours: float
    limit_name: str
    limit: float
    aim: str
    unit: str = "s"
    processor: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.limit

    @property
    def record(self) -> dict[str, object]:
        """What the JSON file holds of it."""
        return {
            "name": self.name,
            "ours": self.ours,
            "limit_name": self.limit_name,
            "limit": self.limit,
            "ratio": self.ratio,
            "aim": self.aim,
            "unit": self.unit,
            "processor": self.processor,
        }

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.ours:.4g} {self.unit}, {self.limit_name} {self.limit:.4g} "
            f"{self.unit}, ratio {self.ratio:.2f} (aim: {self.aim})"
        )


@dataclass(frozen=True)
class Ran:
    """Seconds by the clock and of the processors, and the most memory (GiB), children included."""

    seconds: float
    processor: float
    peak: float


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS] = []


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict) -> None:
    """What a reader of a time has to know, and no name of a machine."""
    machine_info.pop("node", None)
    machine_info["cores"] = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    machine_info["load_before"] = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        machine_info["memory_gib"] = round(memory / 2**30, 1)
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    machine_info["versions"] = found


@pytest.fixture
def compare(request, benchmark):
    """Time two functions in turns; medians of the rounds, and the median of the paired ratios."""

    def run(
        name: str,
        ours: Callable[[], object],
        limit_name: str,
        limit: Callable[[], object] | float,
        aim: str,
        rounds: int = 7,
    ) -> Comparison:
        mine, theirs, worked = [], [], []
        for _ in range(rounds):
            before = _worked()
            mine.append(_seconds(ours))
            worked.append(_worked() - before)
            theirs.append(limit if isinstance(limit, float) else _seconds(limit))
        ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
        base = statistics.median(theirs)
        processor = statistics.median(worked)
        found = Comparison(name, ratio * base, limit_name, base, aim, processor=processor)
        benchmark.extra_info["comparisons"] = [found.record]
        # The plugin wants something to time: nothing of it is used.
        benchmark.pedantic(lambda: None, rounds=1, iterations=1)
        request.config.stash[RESULTS].append(found)
        return found

    return run


@pytest.fixture
def record(request, benchmark):
    """Keep comparisons that were measured otherwise, several of one test too."""
    benchmark.extra_info["comparisons"] = []
    benchmark.pedantic(lambda: None, rounds=1, iterations=1)

    def keep(
        name: str,
        ours: float,
        limit_name: str,
        limit: float,
        aim: str,
        unit: str = "s",
        processor: float | None = None,
    ) -> Comparison:
        found = Comparison(name, ours, limit_name, limit, aim, unit, processor)
        benchmark.extra_info["comparisons"].append(found.record)
        request.config.stash[RESULTS].append(found)
        return found

    return keep


@pytest.fixture
def measured_command() -> Callable[..., Ran]:
    """Run a command of Python to its end; how long it took and how much memory it needed."""
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("memory of a tree of processes is read from /proc")

    def run(*words: str, threads: int | None = None) -> Ran:
        environment = dict(os.environ)
        if threads is not None:
            environment |= dict.fromkeys(("OMP_NUM_THREADS", "POLARS_MAX_THREADS"), f"{threads}")
        begun, peak = time.perf_counter(), 0
        used: dict[int, float] = {}
        with subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=environment,
        ) as process:  # fmt: skip
            while process.poll() is None:
                there = _tree(process.pid)
                peak = max(peak, sum(_kilobytes(one) for one in there))
                used |= {one: max(_processor(one), used.get(one, 0.0)) for one in there}
                # Each look makes the kernel walk the pages of all of them.
                time.sleep(0.2)
            said = process.stderr.read().decode() if process.stderr else ""
        assert process.returncode == 0, said
        return Ran(time.perf_counter() - begun, sum(used.values()), peak / 2**20)

    return run


def _tree(process: int) -> list[int]:
    found = [process]
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            for child in listed.read_text().split():
                found += _tree(int(child))
        except OSError:
            continue  # it has ended meanwhile
    return found


def _kilobytes(process: int) -> int:
    """Its share of memory: what several processes hold together counts once."""
    try:
        lines: Sequence[str] = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _processor(process: int) -> float:
    """Seconds that it has computed for; what it computes after the last look is missed."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if config.stash[RESULTS]:
        terminalreporter.section("ratios, ours over the limit")
        for found in config.stash[RESULTS]:
            terminalreporter.write_line(str(found))


def _worked() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
