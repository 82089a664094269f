"""The repository's experiments, copied to where they can run; a quick run of all of them.

And what is needed to hold the numbers of an answer against the cells of its results.
"""

from __future__ import annotations

import csv
import importlib
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from riskmodel.experiments import Experiment, Run, read_experiments, run_experiments
from riskmodel.experiments.loading import load_module

NUMBER = re.compile(r"(?<![\w/.])-?\d[\d,]*(?:\.\d+)?(?!\w)")

# What is a name and no result: places in the report, dates, ages in the names of groups, units.
NAMES = (
    r"[Pp]aras? [\d, ]*(?:(?:and|to) )?\d+(?:-\d+)?",
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
    """Quick runs by name."""

    experiments: dict[str, Experiment]
    runs: dict[str, Run]


@pytest.fixture(scope="session")
def root() -> Path:
    if not ROOT.is_dir():
        pytest.skip("the experiments are not part of an installed package")
    return ROOT


@pytest.fixture(scope="session")
def declared(root: Path) -> dict[str, Experiment]:
    return read_experiments(root)


@pytest.fixture(scope="session")
def code(root: Path) -> Callable[[str], ModuleType]:
    """The code of a study by its name, and of a further file of it: ``name.file``."""

    def load(name: str) -> ModuleType:
        study, _, file = name.partition(".")
        module = load_module(root / study)
        return importlib.import_module(f"{module.__name__}.{file}") if file else module

    return load


@pytest.fixture(scope="session")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Experiment]:
    """The experiments without any results or finished points."""
    folder = tmp_path_factory.mktemp("experiments")
    for source in sorted(root.glob("*/experiment.toml")):
        (folder / source.parent.name).mkdir()
        for path in source.parent.iterdir():
            if path.is_file():
                shutil.copy(path, folder / source.parent.name)
    return read_experiments(folder)


@pytest.fixture(scope="session")
def quick(copied: dict[str, Experiment]) -> QuickRuns:
    names = [name for name, one in copied.items() if not one.given]
    found = run_experiments(names, copied, is_quick=True)
    return QuickRuns(copied, {run.experiment.name: run for run in found})


@pytest.fixture(scope="session")
def not_in_results() -> Callable[[str, set[float]], list[str]]:
    return unfounded


@pytest.fixture(scope="session")
def cells() -> Callable[..., set[float]]:
    return cells_of
