"""Ratios side by side in one run: ours and the named limit take turns, so that load slows both.

Nothing here asserts a time. What is measured is printed at the end and stands in the JSON file.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

RESULTS = pytest.StashKey[list["Comparison"]]()


@dataclass(frozen=True)
class Comparison:
    """Seconds of ours and of the limit, and the ratio that was aimed at."""

    name: str
    ours: float
    limit_name: str
    limit: float
    aim: str

    @property
    def ratio(self) -> float:
        return self.ours / self.limit

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.ours:.4g} s, {self.limit_name} {self.limit:.4g} s, "
            f"ratio {self.ratio:.2f} (aim: {self.aim})"
        )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS] = []


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
        mine, theirs = [], []
        for _ in range(rounds):
            mine.append(_seconds(ours))
            theirs.append(limit if isinstance(limit, float) else _seconds(limit))
        ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
        base = statistics.median(theirs)
        found = Comparison(name, ratio * base, limit_name, base, aim)
        benchmark.extra_info.update(ratio=ratio, limit=limit_name, aim=aim)
        benchmark.pedantic(ours, rounds=1, iterations=1)
        request.config.stash[RESULTS].append(found)
        return found

    return run


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if config.stash[RESULTS]:
        terminalreporter.section("ratios, ours over the limit")
        for found in config.stash[RESULTS]:
            terminalreporter.write_line(str(found))


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
