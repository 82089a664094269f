"""Says on standard error what a command works on, and about how long it will still take.

Plain lines, on a terminal and where it is redirected alike: no control characters, and standard
output is left to the answer. Where nobody watches, nothing is said before some seconds are over.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Working", "progress_bar"]

QUIET_SECONDS = 10.0
"""How long a command works before it says so where standard error is no terminal."""

APART_SECONDS = 5.0
"""Least time between two lines on how long it will take."""

SOON_SECONDS = 3.0
"""A rest shorter than this is not worth a line."""

MINUTE = 60


class Working:
    """Tells what is done and how long it will take.

    Parameters
    ----------
    clock
        Seconds, rising; another one in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._begun = clock, clock()
        self._what, self._said = "working", self._begun
        self._watched = sys.stderr.isatty()

    def say(self, what: str) -> None:
        """What is done next; said at once where somebody watches."""
        self._what = what
        if self._watched:
            self._print(what)

    def share_done(self, share: float) -> None:
        """How much of the work is done, from 0 to 1: says now and then how long the rest takes."""
        now = self._clock()
        elapsed = now - self._begun
        left = elapsed * (1 - share) / share if share > 0 else 0.0
        quiet = 0.0 if self._watched else QUIET_SECONDS
        if elapsed < quiet or now - self._said < APART_SECONDS or left < SOON_SECONDS:
            return
        self._said = now
        self._print(f"{self._what}, about {_in_words(left)} left")

    def _print(self, text: str) -> None:
        print(f"riskmodel: {text}", file=sys.stderr, flush=True)


def _in_words(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{seconds:.0f} seconds"
    minutes = round(seconds / MINUTE)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


@contextmanager
def progress_bar(unit: str, *, stays: bool = False) -> Iterator[Callable[..., None]]:
    """A bar for each name with the time left, on standard error where that is a terminal.

    What it gives is called with a name, how much is done and how much there is in all; ``more``
    says that what is done comes on top of what was done before.

    Parameters
    ----------
    unit
        What is counted.
    stays
        Whether the bars are left there at the end.
    """
    if not sys.stderr.isatty():
        yield lambda *_, **__: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} " + unit),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=not stays,
    )
    tasks: dict[str, Any] = {}

    def tell(name: str, done: int, total: int, *, more: bool = False) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(name, total=total)
        if more:
            bar.advance(tasks[name], done)
        else:
            bar.update(tasks[name], completed=done)

    with bar:
        yield tell
