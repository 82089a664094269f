"""Two runs side by side: number by number, and what their manifests say of the difference."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodel.core.result import Result, TextTable
from riskmodel.errors import DataError
from riskmodel.experiments.baseline import (
    Moved,
    compare_summaries,
    is_same,
    moved_frame,
    read_summary,
)
from riskmodel.experiments.declaration import RELATIVE
from riskmodel.intake.tables.arrow import need_arrow

__all__ = ["RunComparison", "TableDifference", "compare_runs"]

_LEFT_OUT = ("files", "command")
"""Parts of a manifest that follow from the others."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """How a table of results differs: cells that do, or that its rows or columns are others.

    ``largest`` is the largest relative distance of two numbers; NaN where none differs.
    """

    table: str
    rows_was: int
    rows_now: int
    cells: int
    largest: float
    note: str = ""

    def __str__(self) -> str:
        if self.note:
            return f"{self.table}: {self.note}"
        return f"{self.table}: {self.cells} cells, by up to {self.largest:.3g} of the first"


@dataclass(frozen=True, slots=True, repr=False)
class RunComparison(Result):
    """What differs between two runs, and why that can be.

    Parameters
    ----------
    moved
        Results that differ.
    tables
        Tables that differ.
    manifest
        Entries of the manifests that differ: path, in the first, in the second.
    """

    moved: tuple[Moved, ...]
    tables: tuple[TableDifference, ...]
    manifest: tuple[tuple[str, str, str], ...]

    @property
    def is_same(self) -> bool:
        """Whether no number differs."""
        return not self.moved and not self.tables

    @property
    def explanation(self) -> str:
        """What the difference can be due to, in a sentence."""
        differing = [path for path, _, _ in self.manifest]
        if self.is_same and not differing:
            return "The runs are the same: the same numbers from the same inputs."
        if self.is_same:
            return f"The same numbers, although these differ: {', '.join(differing)}."
        if not differing:
            return (
                "Numbers differ although the manifests agree in everything that should move them: "
                "results were changed by hand, or the machines compute differently."
            )
        if len(differing) == 1:
            return f"One thing differs between the runs, and so moved the numbers: {differing[0]}."
        return (
            f"{len(differing)} things differ between the runs: {', '.join(differing)}. To tell "
            "which of them moved a number, run again with one changed at a time."
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a part of a result that differs; columns as of a moved baseline."""
        return moved_frame(self.moved)

    def manifest_frame(self) -> pd.DataFrame:
        """One row an entry of the manifests that differs: entry, first, second."""
        return pd.DataFrame(list(self.manifest), columns=["entry", "first", "second"])

    def summary(self) -> str:
        """What the difference can be due to."""
        return self.explanation

    def text_tables(self) -> Sequence[TextTable]:
        """What differs in the results, and in the manifests."""
        return TextTable(self.to_frame()), TextTable(self.manifest_frame())

    def remarks(self) -> Sequence[str]:
        """Which tables differ, and by how much."""
        return [str(one) for one in self.tables]

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """What differs, and what can explain it."""
        return {
            "same": self.is_same,
            "explanation": self.explanation,
            "moved": records,
            "tables": [str(one) for one in self.tables],
            "manifest": self.manifest_frame().to_dict("records"),
        }


def compare_runs(first: Path, second: Path) -> RunComparison:
    """Compare the results of two runs.

    Parameters
    ----------
    first, second
        Folders with ``manifest.json`` and ``summary.csv``, as a run writes them.

    Raises
    ------
    DataError
        When a folder holds no results.
    """
    manifests = [_manifest(folder) for folder in (first, second)]
    flat = [dict(_flat(manifest)) for manifest in manifests]
    paths = list(dict.fromkeys((*flat[0], *flat[1])))
    differing = tuple(
        (path, flat[0].get(path, "none"), flat[1].get(path, "none"))
        for path in paths
        if flat[0].get(path) != flat[1].get(path)
    )
    moved = compare_summaries(
        read_summary(first / "summary.csv"), read_summary(second / "summary.csv")
    )
    return RunComparison(moved, tuple(_tables(first, second)), differing)


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / "manifest.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{folder} holds no results of a run ({path.name} cannot be read); name a folder such "
            "as experiments/NAME/results"
        ) from error
    if not isinstance(found, dict):
        raise DataError("a manifest is a JSON object", file=str(path))
    return found


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if path or key not in _LEFT_OUT:
                yield from _flat(inner, f"{path}: {key}" if path else str(key))
    else:
        yield path, json.dumps(value)


def _tables(first: Path, second: Path) -> Iterator[TableDifference]:
    names = sorted(
        {
            path.name
            for folder in (first, second)
            for path in folder.iterdir()
            if path.suffix in (".csv", ".parquet") and path.name != "summary.csv"
        }
    )
    for name in names:
        paths = [folder / name for folder in (first, second)]
        if not all(path.is_file() for path in paths):
            where = "second" if paths[1].is_file() else "first"
            yield TableDifference(name, 0, 0, 0, math.nan, f"only in the {where} run")
            continue
        was, now = (_rows(path) for path in paths)
        if len(was) != len(now) or was[:1] != now[:1]:
            note = f"{len(was) - 1} rows against {len(now) - 1}, or other columns"
            yield TableDifference(name, len(was) - 1, len(now) - 1, 0, math.nan, note)
            continue
        found = [
            _distance(one, other)
            for row, other_row in zip(was, now, strict=True)
            for one, other in zip(row, other_row, strict=True)
            if one != other
        ]
        apart = [distance for distance in found if distance > RELATIVE]
        if apart:
            yield TableDifference(name, len(was) - 1, len(now) - 1, len(apart), max(apart))


def _rows(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    need_arrow(path.name)
    frame = pd.read_parquet(path)
    rows = [[str(cell) for cell in row] for row in frame.itertuples(index=False, name=None)]
    return [[str(column) for column in frame.columns], *rows]


def _distance(one: str, other: str) -> float:
    """Relative distance of two cells; infinite where one of them is no number."""
    try:
        was, now = float(one), float(other)
    except ValueError:
        return math.inf
    if is_same(was, now, 0.0, RELATIVE):
        return 0.0
    return abs(now - was) / abs(was) if was else math.inf
