"""An experiment as its folder declares it in ``experiment.toml``."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from riskmodel.experiments.analysis import Analysis, Point

__all__ = ["DECLARATION", "RELATIVE", "Experiment", "Step", "Tolerance"]

DECLARATION = "experiment.toml"
RELATIVE = 1e-9
"""How far a float may be from its baseline, relative to it, where an experiment does not say."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an analysis with its settings, and a grid of them where there is one.

    Parameters
    ----------
    id
        Names the step's result files; the analysis's name unless given.
    analysis
        The analysis.
    settings
        As declared.
    grid
        Values of each axis; every combination is a point.
    quick
        Settings and axes in place of those, for a quick run.
    """

    id: str
    analysis: Analysis
    settings: Mapping[str, Any] = field(default_factory=dict)
    grid: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("settings", "grid", "quick"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def axes(self, *, is_quick: bool = False) -> dict[str, tuple[Any, ...]]:
        """Values of each axis of the grid."""
        quick = self.quick if is_quick else {}
        return {name: tuple(quick.get(name, values)) for name, values in self.grid.items()}

    def points(self, seed: int, *, is_quick: bool = False) -> Iterator[Point]:
        """The points of the grid, the last axis moving fastest; one where there is no grid."""
        axes = self.axes(is_quick=is_quick)
        given = dict(self.settings)
        if is_quick:
            given |= {name: value for name, value in self.quick.items() if name not in axes}
        for index, values in enumerate(itertools.product(*axes.values())):
            settings = self.analysis.settings(
                given | dict(zip(axes, values, strict=True)), is_quick=is_quick
            )
            yield Point(settings, seed, f"experiment/{self.id}", index)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far some results may be from their baseline.

    Parameters
    ----------
    names
        Names of results; ``*`` stands for anything.
    absolute, relative
        Allowed distance; the larger of the two counts.
    reason
        Why the default is too strict.
    """

    names: str
    absolute: float
    relative: float
    reason: str


@dataclass(frozen=True, slots=True)
class Experiment:
    """A declared experiment.

    Parameters
    ----------
    name
        Name of its folder.
    folder
        The folder.
    question
        What it asks.
    paragraphs
        Where the report raises it; "" where it does not.
    seed
        Names the draws.
    expected_seconds
        How long a full run takes on a laptop with two cores.
    uses_published
        Whether it reads the published tables.
    results_of
        Experiments whose summaries it takes, each with the steps it takes of them; none takes all.
    files
        Its files by name: paths in its folder.
    given
        Files that who runs it has to name, with what they are.
    steps
        In order.
    tolerances
        Where the default policy is not the right one.
    parameters
        Names of the parameters that its last full run read; empty before the first.
    home
        Where results are written, where that is not its folder.
    """

    name: str
    folder: Path
    question: str
    paragraphs: str
    seed: int
    expected_seconds: float
    uses_published: bool
    results_of: Mapping[str, tuple[str, ...]]
    files: Mapping[str, Path]
    given: Mapping[str, str]
    steps: tuple[Step, ...]
    tolerances: tuple[Tolerance, ...] = ()
    parameters: tuple[str, ...] = ()
    home: Path | None = None

    def __post_init__(self) -> None:
        for name in ("results_of", "files", "given"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def baseline(self) -> Path:
        """The summary that a run is held against."""
        return self.folder / "baseline.csv"

    def results(self, *, is_quick: bool = False) -> Path:
        """Folder of a run's results."""
        return (self.home or self.folder) / ("quick" if is_quick else "results")

    def number_of_points(self) -> int:
        """Points of all steps."""
        return sum(math.prod(map(len, step.axes().values())) for step in self.steps)

    @property
    def has_quick_settings(self) -> bool:
        """Whether a quick run differs from a full one."""
        quick, full = (
            [point.settings for step in self.steps for point in step.points(0, is_quick=is_quick)]
            for is_quick in (True, False)
        )
        return quick != full

    def __str__(self) -> str:
        return f"{self.name}: {self.question}"
