"""A summary against its baseline: which numbers moved, and by more than they may."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from riskmodel.errors import DataError
from riskmodel.experiments.declaration import RELATIVE, Experiment, Tolerance
from riskmodel.experiments.summary import Cell, Result, Summary

__all__ = [
    "Moved",
    "changelog_row",
    "compare_summaries",
    "moved_frame",
    "read_baseline",
    "read_summary",
]

_PARTS = ("value", "low", "high", "level", "unit", "basis", "method")


@dataclass(frozen=True, slots=True)
class Moved:
    """One part of a result that is not what it was.

    Parameters
    ----------
    step, name, part
        Which: part is ``value``, ``low``, ``high``, ``level``, ``unit``, ``basis`` or ``method``.
    was, now
        The cells; None where the result or its part was not there.
    """

    step: str
    name: str
    part: str
    was: Cell | None
    now: Cell | None

    @property
    def by(self) -> float | None:
        """Difference of two numbers; None for words and for what is missing."""
        if isinstance(self.was, str | None) or isinstance(self.now, str | None):
            return None
        return self.now - self.was

    def __str__(self) -> str:
        return f"{self.step}: {self.name}, {self.part}: {self.was} -> {self.now}"


def read_baseline(experiment: Experiment) -> Summary | None:
    """The baseline of an experiment; None where there is none yet."""
    return read_summary(experiment.baseline) if experiment.baseline.is_file() else None


def read_summary(path: Path) -> Summary:
    """A summary file.

    Raises
    ------
    DataError
        When it is not there or damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    return Summary.from_csv(text, f"{path.parent.name}/{path.name}")


def compare_summaries(
    was: Summary, now: Summary, tolerances: Sequence[Tolerance] = ()
) -> tuple[Moved, ...]:
    """What differs between two summaries.

    Parameters
    ----------
    was, now
        The summaries.
    tolerances
        How far some results may differ. Without one, counts and words must be the same and floats
        agree to a relative 1e-9; the last tolerance whose names fit counts.

    Returns
    -------
    tuple of Moved
        In the order of ``now``, then results that are gone.
    """
    before = {(one.step, one.name): one for one in was}
    after = {(one.step, one.name): one for one in now}
    moved: list[Moved] = []
    for key, result in after.items():
        old = before.get(key)
        if old is None:
            moved.append(Moved(result.step, result.name, "value", None, result.value))
        else:
            moved.extend(_parts_moved(old, result, _tolerance(result, tolerances)))
    moved.extend(
        Moved(one.step, one.name, "value", one.value, None)
        for key, one in before.items()
        if key not in after
    )
    return tuple(moved)


def moved_frame(moved: Sequence[Moved]) -> pd.DataFrame:
    """One row a part that moved: step, name, part, was, now, by."""
    return pd.DataFrame(
        [[one.step, one.name, one.part, one.was, one.now, one.by] for one in moved],
        columns=["step", "name", "part", "was", "now", "by"],
    ).astype({"was": object, "now": object})


def changelog_row(name: str, summary: Summary) -> str:
    """The row of CHANGELOG.md that tells a baseline: how many results, and the sum of its bytes."""
    digest = hashlib.sha256(summary.to_csv().encode("utf-8")).hexdigest()
    return f"| Experiment: {name} | – | {len(summary)} results, sha256 {digest[:12]} |"


def is_same(was: Cell | None, now: Cell | None, absolute: float, relative: float) -> bool:
    """Whether two cells agree: words and counts exactly, floats within the tolerance."""
    if isinstance(was, str | None) or isinstance(now, str | None):
        return was == now
    if was == now or (math.isnan(was) and math.isnan(now)):
        return True
    return abs(now - was) <= max(absolute, relative * abs(was)) and not math.isinf(now)


def _parts_moved(was: Result, now: Result, tolerance: Tolerance | None) -> list[Moved]:
    found = []
    for part in _PARTS:
        old, new = getattr(was, part), getattr(now, part)
        absolute = tolerance.absolute if tolerance else 0.0
        relative = tolerance.relative if tolerance else RELATIVE
        if tolerance is None and isinstance(old, int) and isinstance(new, int):
            relative = 0.0
        if not is_same(old, new, absolute, relative):
            found.append(Moved(now.step, now.name, part, old, new))
    return found


def _tolerance(result: Result, tolerances: Sequence[Tolerance]) -> Tolerance | None:
    fitting = [
        one
        for one in tolerances
        if fnmatchcase(result.name, one.names)
        or fnmatchcase(f"{result.step}:{result.name}", one.names)
    ]
    return fitting[-1] if fitting else None
