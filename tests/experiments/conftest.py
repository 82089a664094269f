"""A toy study with a grid, whose code and answer stand in its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from riskmodel.experiments import Experiment, read_experiment

TOML = """\
question = "How large is the mean of so many draws?"
seed = 7
expected_seconds = 1

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

CODE = '''\
"""The mean of normal draws. Each point is noted in a file as it is measured."""

from pathlib import Path

import pandas as pd

from riskmodel.experiments import Analysis, Option, Point, Result, Summary
from riskmodel.parameters import parameter

NOTES = Path(__file__).parents[2]


def measure(point):
    draws = point.settings["draws"]
    if (NOTES / f"stop-at-{draws}").exists():
        raise KeyboardInterrupt
    with (NOTES / "measured").open("a") as notes:
        notes.write(f"{draws}\\n")
    values = point.random().normal(point.settings["shift"], 1, draws)
    level = parameter("interval_level").value
    return {"means": pd.DataFrame({"mean": [values.mean()], "level": [level]})}


def summarise(tables):
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
    {
        "draws": Option(10, "draws", quick=5, least=1),
        "shift": Option(0.0, "mean of the draws"),
        "kind": Option("plain", "a word", allowed=("plain", "fancy")),
        "range": Option((), "two numbers"),
        "is_even": Option(False, "a switch"),
    },
)
'''

ANSWER = """\
{{ summary["points"].text() }} means
were drawn.

- Assumed: a normal
  distribution.
"""

Declare = Callable[..., Experiment]


@pytest.fixture
def toml() -> str:
    return TOML


@pytest.fixture
def code() -> str:
    return CODE


@pytest.fixture
def measured(tmp_path: Path) -> Callable[[], list[int]]:
    """Draws of each point that was measured since the last call: what was not kept."""

    def since_last() -> list[int]:
        notes = tmp_path / "measured"
        draws = [int(line) for line in notes.read_text().split()] if notes.exists() else []
        notes.unlink(missing_ok=True)
        return draws

    return since_last


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Write a study into a folder of experiments and read it."""

    def make(
        text: str = TOML, name: str = "toy", *, code: str = CODE, answer: str = ANSWER
    ) -> Experiment:
        folder = tmp_path / "experiments" / name
        folder.mkdir(parents=True, exist_ok=True)
        files = {"experiment.toml": text, "analysis.py": code, "answer.md.j2": answer}
        for file, content in files.items():
            (folder / file).write_text(content, encoding="utf-8")
        return read_experiment(folder)

    return make
