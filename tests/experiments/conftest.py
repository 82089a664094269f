"""A toy analysis with a grid, and a folder of an experiment that uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from riskmodel.experiments import (
    Analysis,
    Experiment,
    Option,
    Point,
    Result,
    Summary,
    read_experiment,
)
from riskmodel.parameters import parameter

TOML = """\
question = "How large is the mean of so many draws?"
seed = 7
expected_seconds = 1
parameters = ["interval_level"]

[[steps]]
analysis = "toy-mean"
settings = { shift = 1.5 }

[steps.grid]
draws = [10, 20, 30, 40]

[steps.quick]
draws = [10]

[[tolerances]]
names = "mean/40"
absolute = 1.0
reason = "a test"
"""

MEASURED: list[int] = []
"""Draws of each point that was measured, in order: what was not taken from the cache."""
STOP_AT: list[int] = []
"""Draws at which the toy is interrupted."""


def measure(point: Point) -> dict[str, pd.DataFrame]:
    draws = point.settings["draws"]
    if draws in STOP_AT:
        raise KeyboardInterrupt
    MEASURED.append(draws)
    values = point.random().normal(point.settings["shift"], 1, draws)
    return {"means": pd.DataFrame({"mean": [values.mean()], "level": [level()]})}


def level() -> float:
    return parameter("interval_level").value


def summarise(tables: dict[str, pd.DataFrame]) -> Summary:
    means = tables["means"]
    return Summary(
        (
            *(
                Result(f"mean/{row['draws']}", row["mean"], "units", "assumed")
                for row in means.to_dict("records")
            ),
            Result("points", len(means), "points", "assumed"),
        )
    )


TOY = Analysis(
    "toy-mean",
    "The mean of normal draws",
    measure,
    summarise,
    lambda summary: f"{summary['points'].text()} means were drawn.",
    ("Assumed: a normal distribution.",),
    ("Anything.",),
    {
        "draws": Option(10, "draws", quick=5, least=1),
        "shift": Option(0.0, "mean of the draws"),
        "kind": Option("plain", "a word", allowed=("plain", "fancy")),
        "range": Option((), "two numbers"),
        "is_even": Option(False, "a switch"),
    },
)
ANALYSES = {"toy-mean": TOY}

Declare = Callable[..., Experiment]


@pytest.fixture
def toml() -> str:
    return TOML


@pytest.fixture
def toys() -> dict[str, Analysis]:
    return ANALYSES


@pytest.fixture
def measured() -> list[int]:
    MEASURED.clear()
    STOP_AT.clear()
    return MEASURED


@pytest.fixture
def stop_at(measured: list[int]) -> list[int]:
    return STOP_AT


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Write a declaration into a folder of experiments and read it."""

    def make(text: str = TOML, name: str = "toy") -> Experiment:
        folder = tmp_path / "experiments" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "experiment.toml").write_text(text, encoding="utf-8")
        return read_experiment(folder, ANALYSES)

    return make
