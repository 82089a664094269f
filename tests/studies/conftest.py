"""The repository's experiments, copied to where they can run; a quick run of all of them.

And what is needed to hold the numbers of an answer against the cells of its results.
"""

from __future__ import annotations

import csv
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from riskmodel.experiments import Experiment, Run, in_order, read_experiments, run_experiments
from riskmodel.parameters import recording
from riskmodel.workflows.experiments import ANALYSES

NUMBER = re.compile(r"(?<![\w/.])-?\d[\d,]*(?:\.\d+)?(?!\w)")

# What is a name and no result: places in the report, dates, ages in the names of groups, units.
NAMES = (
    r"[Pp]aras? [\d, ]*(?:and )?\d+(?:-\d+)?",
    r"[Ss]ection (?:17|47)",
    r"\b(?:19|20)\d\d(?:/\d\d)?\b",
    r"(?:over|under) 1[08]\b",
    r"\b(?:0 to 4|5 to 10|11 to 15|16 to 17)\b",
    r"every 10,000",
    r"above 1\b|below 1\b",
    r"phi of pairs",
)


def numbers_of(answer: str) -> list[str]:
    """Numbers of a page that have to come from results, as printed."""
    text = re.sub(r"`[^`]*`", "", answer)
    # The table of explanations has a column of paragraphs.
    text = re.sub(r"^(\| [^|]+ \|) [\d, ]+ \|", r"\1 |", text, flags=re.MULTILINE)
    for name in NAMES:
        text = re.sub(name, "", text)
    return NUMBER.findall(text)


def cells_of(*files: Path) -> set[float]:
    """Every number in the cells of CSV files."""
    found = set()
    for file in files:
        for row in csv.reader(file.read_text(encoding="utf-8").splitlines()):
            for cell in row:
                for text in (cell, *re.split(r"[/ ]|to|-(?=\D)", cell)):
                    try:
                        value = float(text)
                    except ValueError:
                        continue
                    if math.isfinite(value):
                        found.add(value)
    return found


def unfounded(answer: str, cells: set[float]) -> list[str]:
    """Numbers of an answer that no cell rounds to."""
    missing = []
    for printed in numbers_of(answer):
        places = len(printed.partition(".")[2])
        value = float(printed.replace(",", ""))
        # Half a unit of the last printed digit, and the floating point of the cell.
        reach = 0.5 * 10**-places * (1 + 1e-9)
        if not any(abs(cell - value) <= reach for cell in cells):
            missing.append(printed)
    return missing


ROOT = Path(__file__).resolve().parents[2] / "experiments"


@dataclass(frozen=True)
class QuickRuns:
    """Quick runs by name, and the parameters that each read."""

    experiments: dict[str, Experiment]
    runs: dict[str, Run]
    read: dict[str, set[str]]


@pytest.fixture(scope="session")
def root() -> Path:
    if not ROOT.is_dir():
        pytest.skip("the experiments are not part of an installed package")
    return ROOT


@pytest.fixture(scope="session")
def declared(root: Path) -> dict[str, Experiment]:
    return read_experiments(root, ANALYSES)


@pytest.fixture(scope="session")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Experiment]:
    """The experiments without any results or finished points."""
    folder = tmp_path_factory.mktemp("experiments")
    for source in sorted(root.glob("*/experiment.toml")):
        (folder / source.parent.name).mkdir()
        for name in ("experiment.toml", "baseline.csv"):
            if (source.parent / name).is_file():
                shutil.copy(source.parent / name, folder / source.parent.name / name)
    return read_experiments(folder, ANALYSES)


@pytest.fixture(scope="session")
def quick(copied: dict[str, Experiment]) -> QuickRuns:
    runs, read = {}, {}
    names = [name for name, one in copied.items() if not one.given]
    for name in in_order(names, copied):
        with recording() as noted:
            found = list(run_experiments([name], copied, is_quick=True))
        runs[name], read[name] = found[-1], noted
    return QuickRuns(copied, runs, read)


@pytest.fixture(scope="session")
def not_in_results() -> Callable[[str, set[float]], list[str]]:
    return unfounded


@pytest.fixture(scope="session")
def cells() -> Callable[..., set[float]]:
    return cells_of
